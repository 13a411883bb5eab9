//! Detectors over machines made of files, and detectors that hang or panic.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    time::Duration,
};

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::ResourceDetector};
use tempfile::TempDir;

use super::{
    SCHEMA_URL,
    detection::{Answer, Detected, Detection, Late, Task, detect},
    detector::Detector,
    machine::Machine,
};

const ID: &str = "4f0c1e5a9b7d3826afc0e1d2b3a495867768594a3b2c1d0e9f8a7b6c5d4e3f21";
const UID: &str = "3f2a9c1e-7b5d-4e8f-9a0b-1c2d3e4f5a6b";
const PATIENCE: Duration = Duration::from_secs(30);

/// A machine with these files and variables.
fn machine(files: &[(&str, &str)], variables: &[(&str, &str)]) -> (Machine, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let variables =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut machine = Machine { root: folder.path().to_owned(), ..Machine::default() };
    machine.variables = variables;
    (machine, folder)
}

fn detected(detector: Detector, machine: &Machine) -> BTreeMap<String, String> {
    let found = detector.detect(machine).into_iter();
    found.map(|pair| (pair.key.to_string(), pair.value.to_string())).collect()
}

#[track_caller]
fn check(
    detector: Detector,
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
    expected: &[(&str, &str)],
) {
    let (machine, _folder) = machine(files, variables);
    let mut found = detected(detector, &machine);
    // What does not depend on the files.
    for constant in ["host.arch", "os.type", "process.pid"] {
        found.remove(constant);
    }
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_host_has_its_name_and_outside_of_containers_its_machine_id() {
    let name = ("/proc/sys/kernel/hostname", "node-7\n");
    let id = ("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    let named = ("host.name", "node-7");
    let host = Detector::Host;
    check(host, &[name, id], &[], &[named, ("host.id", "0123456789abcdef0123456789abcdef")]);
    check(host, &[name, ("/var/lib/dbus/machine-id", "d")], &[], &[named, ("host.id", "d")]);
    // The file is the image's.
    check(host, &[name, id, ("/.dockerenv", "")], &[], &[named]);
    check(host, &[name, id], &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")], &[named]);
    check(host, &[name, id, ("/proc/self/cgroup", &format!("0::/docker/{ID}"))], &[], &[named]);
    check(host, &[], &[], &[]);
}

#[test]
fn processor_and_system_are_called_as_the_conventions_have_it() {
    let (machine, _folder) = machine(&[], &[]);
    let arch = &detected(Detector::Host, &machine)["host.arch"];
    assert!(
        ["amd64", "arm64"].contains(&&**arch)
            || cfg!(not(any(target_arch = "x86_64", target_arch = "aarch64")))
    );
    let system = &detected(Detector::Os, &machine)["os.type"];
    assert!(["linux", "darwin", "windows"].contains(&&**system), "{system}");
}

#[test]
fn a_system_is_told_by_its_release_file() {
    let release = "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME='Debian GNU/Linux'\nVERSION_ID=13\n\
                   VERSION_ID_LIKE=12\nHOME_URL=\"https://www.debian.org/\"\n";
    let expected = [
        ("os.name", "Debian GNU/Linux"),
        ("os.version", "13"),
        ("os.description", "Debian GNU/Linux 13 (trixie)"),
    ];
    check(Detector::Os, &[("/etc/os-release", release)], &[], &expected);
    check(Detector::Os, &[("/usr/lib/os-release", release)], &[], &expected);
    check(Detector::Os, &[("/etc/os-release", "NAME=\nVERSION_ID=\"\"\n")], &[], &[]);
}

#[cfg(unix)]
#[test]
fn a_process_has_its_program_and_owner_but_no_arguments() {
    let (machine, _folder) = machine(
        &[
            ("/proc/self/status", "Name:\tengine\nUid:\t0\t1000\t0\t0\n"),
            ("/proc/self/cmdline", "/opt/engine/serve\0--api-key=secret\0"),
            (
                "/etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\nserve:x:1000:1000::/home/serve:/bin/sh\n",
            ),
        ],
        &[],
    );
    let exe = machine.root.join("proc/self/exe");
    std::os::unix::fs::symlink("/opt/engine/serve (deleted)", exe).unwrap();
    let found = detected(Detector::Process, &machine);
    let expected = [
        ("process.executable.name", "serve"),
        ("process.executable.path", "/opt/engine/serve"),
        ("process.owner", "serve"),
        ("process.pid", &std::process::id().to_string()),
    ];
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_container_is_found_in_control_groups_of_version_1() {
    for line in [
        format!("12:pids:/docker/{ID}"),
        format!("4:memory:/kubepods/burstable/pod{UID}/{ID}"),
        format!("1:name=systemd:/kubepods.slice/kubepods-pod3f2a.slice/cri-containerd-{ID}.scope"),
        format!("1:cpu:/system.slice/docker-{ID}.scope"),
        format!("1:cpu:/kubepods/besteffort/pod{UID}/crio-{ID}"),
        format!(
            "1:cpu:/system.slice/containerd.service/kubepods-pod3f2a.slice:cri-containerd:{ID}"
        ),
        format!("0::/user.slice/libpod-{ID}.scope/container\n0::/user.slice/libpod-{ID}.scope"),
    ] {
        let groups = format!("13:rdma:/\n{line}\n");
        check(Detector::Container, &[("/proc/self/cgroup", &groups)], &[], &[("container.id", ID)]);
    }
    let fargate = format!("{}-1234567890", &ID[..32]);
    let groups = format!("9:perf_event:/ecs/{}/{fargate}\n", &ID[..32]);
    check(
        Detector::Container,
        &[("/proc/self/cgroup", &groups)],
        &[],
        &[("container.id", &fargate)],
    );
}

#[test]
fn a_container_is_found_by_its_mounts_where_control_groups_of_version_2_hide_it() {
    let group = ("/proc/self/cgroup", "0::/\n");
    let docker = format!(
        "609 587 0:53 / / rw - overlay overlay rw\n\
         622 609 8:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
    );
    let podman = format!(
        "983 961 0:56 /containers/overlay-containers/{ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n"
    );
    for mounts in [&docker, &podman] {
        let mounts = ("/proc/self/mountinfo", mounts.as_str());
        check(Detector::Container, &[group, mounts], &[], &[("container.id", ID)]);
        // In a pod, those files are of its other container.
        let inside = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        check(Detector::Container, &[group, mounts], &[inside], &[]);
    }
}

#[test]
fn what_is_no_container_has_no_id() {
    let sandbox = format!(
        "622 609 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
    );
    let files = [
        ("/proc/self/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\nnonsense\n1:\n"),
        ("/proc/self/mountinfo", sandbox.as_str()),
    ];
    check(Detector::Container, &files, &[], &[]);
    check(Detector::Container, &[], &[], &[]);
}

#[test]
fn a_pod_is_told_by_variables_of_its_manifest() {
    let variables = [
        ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
        ("POD_NAME", "engine-0"),
        ("K8S_POD_UID", UID),
        ("POD_NAMESPACE", "serving"),
        ("NODE_NAME", "gpu-node-3"),
        ("K8S_CONTAINER_NAME", "engine"),
        ("K8S_DEPLOYMENT_NAME", "engine"),
        ("K8S_CLUSTER_NAME", "east"),
    ];
    let expected = [
        ("k8s.pod.name", "engine-0"),
        ("k8s.pod.uid", UID),
        ("k8s.namespace.name", "serving"),
        ("k8s.node.name", "gpu-node-3"),
        ("k8s.container.name", "engine"),
        ("k8s.deployment.name", "engine"),
        ("k8s.cluster.name", "east"),
    ];
    check(Detector::Kubernetes, &[], &variables, &expected);
    // Outside of a pod, a name that says nothing of Kubernetes means nothing.
    check(Detector::Kubernetes, &[], &variables[1..3], &[("k8s.pod.uid", UID)]);
    check(Detector::Kubernetes, &[], &[("K8S_POD_NAME", " ")], &[]);
}

#[test]
fn a_pod_without_variables_is_told_by_what_is_mounted() {
    let mounts = format!(
        "1 2 8:1 /var/lib/kubelet/pods/{UID}/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw\n\
         2 2 8:1 /var/lib/kubelet/pods/{UID}/containers/engine/1a2b3c4d /dev/termination-log rw - ext4 /dev/sda1 rw\n\
         3 2 8:1 /somewhere/pods/else /data rw - ext4 /dev/sda1 rw\n"
    );
    let files = [
        ("/proc/self/mountinfo", mounts.as_str()),
        ("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "serving"),
    ];
    let expected =
        [("k8s.pod.uid", UID), ("k8s.container.name", "engine"), ("k8s.namespace.name", "serving")];
    check(Detector::Kubernetes, &files, &[], &expected);
}

#[test]
fn a_text_that_is_too_long_for_a_value_is_left_out() {
    let long = "x".repeat(1025);
    check(Detector::Host, &[("/proc/sys/kernel/hostname", &long)], &[], &[]);
}

#[test]
fn a_machine_without_anything_has_no_more_than_what_the_build_knows() {
    let machine = Machine { root: "/nowhere/at/all".into(), ..Machine::default() };
    let found: Vec<String> = Detector::DEFAULT
        .iter()
        .flat_map(|detector| detected(*detector, &machine).into_keys())
        .collect();
    let constants = [
        "host.arch",
        "os.type",
        "process.executable.name",
        "process.executable.path",
        "process.pid",
    ];
    assert_eq!(found, constants);
}

#[test]
fn this_machine_is_detected_and_names_the_conventions_of_the_registry() {
    let built_in = Some(Detector::DEFAULT.to_vec());
    let tasks = Detection { built_in, ..Detection::default() }.tasks();
    let Detected { found, warnings } =
        detect(&tasks, |answers| answers.recv_timeout(PATIENCE).map_err(|_| Late::One));
    assert!(found.attributes.iter().any(|pair| pair.key.as_str() == "process.pid"));
    assert_eq!(found.schema_url.as_deref(), Some(SCHEMA_URL));
    assert_eq!(warnings, Vec::<String>::new());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../semconv/registry/manifest.yaml");
    assert!(fs::read_to_string(manifest).unwrap().contains(SCHEMA_URL));
}

/// Says one attribute, when it may.
struct Says {
    key: &'static str,
    schema_url: &'static str,
    gate: Option<Gate>,
}

/// Tells that a detector runs, and is told when it may go on.
struct Gate {
    entered: Mutex<SyncSender<()>>,
    opened: Mutex<Receiver<()>>,
}

impl Says {
    const fn at_once(key: &'static str) -> Self {
        Self { key, schema_url: "", gate: None }
    }
}

impl ResourceDetector for Says {
    fn detect(&self) -> Resource {
        if let Some(Gate { entered, opened }) = &self.gate {
            entered.lock().unwrap().send(()).unwrap();
            let _ = opened.lock().unwrap().recv_timeout(PATIENCE);
        }
        let attributes = [KeyValue::new(self.key, "said")];
        Resource::builder_empty().with_schema_url(attributes, self.schema_url).build()
    }
}

struct Panics;

impl ResourceDetector for Panics {
    fn detect(&self) -> Resource {
        panic!("a detector's own fault");
    }
}

fn keys(detected: &Detected) -> Vec<&str> {
    detected.found.attributes.iter().map(|pair| pair.key.as_str()).collect()
}

#[test]
fn a_detector_that_hangs_is_left_behind_and_named_and_the_others_run() {
    let (entered, has_entered) = sync_channel(1);
    let (open, opened) = sync_channel::<()>(1);
    let gate = Some(Gate { entered: Mutex::new(entered), opened: Mutex::new(opened) });
    let tasks: Arc<[Task]> = [
        Task::own("first", Says::at_once("first")),
        Task::own("hangs", Says { gate, ..Says::at_once("hangs") }),
        Task::own("last", Says::at_once("last")),
    ]
    .into();
    let mut hangs = false;
    // Instead of a time: until the one that hangs is known to.
    let detected = detect(&tasks, |answers| {
        loop {
            hangs |= has_entered.recv_timeout(Duration::from_millis(1)).is_ok();
            match answers.try_recv() {
                Ok(answer) => return Ok(answer),
                Err(_) if hangs => {
                    hangs = false;
                    return Err(Late::One);
                }
                Err(_) => {}
            }
        }
    });
    assert_eq!(keys(&detected), ["first", "last"]);
    assert_eq!(
        detected.warnings,
        ["the resource is without what detector `hangs` would find: it takes longer than 250ms"]
    );
    drop(open);
}

#[test]
fn a_detector_that_panics_is_named_and_the_others_run() {
    let own = vec![
        Task::own("first", Says::at_once("first")),
        Task::own("panics", Panics),
        Task::own("last", Says::at_once("last")),
    ];
    let tasks = Detection { own, ..Detection::default() }.tasks();
    let detected = detect(&tasks, |answers| answers.recv_timeout(PATIENCE).map_err(|_| Late::One));
    assert_eq!(keys(&detected), ["first", "last"]);
    assert_eq!(
        detected.warnings,
        ["the resource is without what detector `panics` would find: it panicked"]
    );
}

#[test]
fn when_the_time_is_up_every_detector_that_did_not_answer_is_named() {
    let tasks: Arc<[Task]> =
        ["first", "second", "third"].map(|name| Task::own(name, Says::at_once(name))).into();
    let mut answered = 0;
    let detected = detect(&tasks, |answers: &Receiver<Answer>| {
        answered += 1;
        if answered > 1 {
            return Err(Late::All);
        }
        answers.recv_timeout(PATIENCE).map_err(|_| Late::One)
    });
    assert_eq!(keys(&detected), ["first"]);
    let all = "all together take longer than 1s";
    let named = |name| format!("the resource is without what detector `{name}` would find: {all}");
    assert_eq!(detected.warnings, [named("second"), named("third")]);
}

#[test]
fn schemas_that_differ_leave_the_resource_without_one_and_are_warned_of_once() {
    let of = |key, schema_url| Task::own(key, Says { schema_url, ..Says::at_once(key) });
    let detect = |tasks: Vec<Task>| {
        detect(&tasks.into(), |answers| answers.recv_timeout(PATIENCE).map_err(|_| Late::One))
    };
    let same = detect(vec![of("a", ""), of("b", "https://1"), of("c", "https://1"), of("d", "")]);
    assert_eq!(same.found.schema_url.as_deref(), Some("https://1"));
    assert_eq!(same.warnings, Vec::<String>::new());
    let other = detect(vec![of("a", "https://1"), of("b", "https://2"), of("c", "https://3")]);
    assert_eq!(other.found.schema_url.as_deref(), Some(""));
    assert_eq!(
        other.warnings,
        ["the resource has no schema URL: that of detector `b` is `https://2`, not `https://1`"]
    );
    assert_eq!(keys(&other), ["a", "b", "c"]);
}
