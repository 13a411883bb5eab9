//! What is promised of the manifests in `packaging/kubernetes`.

use inferometer_collector::config::{ExporterSettings, MemoryBounds, ReceiverSettings, duration};
use inferometer_kubernetes::{Manifest, bytes};
use k8s_openapi::{api::core::v1::Probe, apimachinery::pkg::util::intstr::IntOrString};

/// Percent of a limit from which on the collector warns at its start.
const TIGHT_PERCENT: u64 = 80;

/// The number of a port that is called by its name or number.
fn number(manifest: &Manifest, port: &IntOrString) -> i32 {
    match port {
        IntOrString::Int(number) => *number,
        IntOrString::String(name) => {
            let ports = manifest.container().ports.iter().flatten();
            let mut named = ports.filter(|port| port.name.as_ref() == Some(name));
            named.next().expect("the port has a name").container_port
        }
    }
}

#[test]
fn every_selector_matches_the_labels_of_its_pods() {
    for manifest in Manifest::all() {
        let metadata = manifest.template.metadata.as_ref().expect("it has metadata");
        let labels = metadata.labels.as_ref().expect("it has labels");
        assert!(manifest.selectors.len() >= 2, "a workload and a Service");
        for (key, value) in manifest.selectors.iter().flatten() {
            assert_eq!(labels.get(key), Some(value), "{}: {key}", manifest.file);
        }
    }
}

#[test]
fn every_pod_passes_the_restricted_standard_and_has_no_token() {
    for manifest in Manifest::all() {
        let (pod, file) = (manifest.pod(), &manifest.file);
        let account = pod.service_account_name.as_ref();
        let known = manifest.accounts.iter().find(|it| it.metadata.name.as_ref() == account);
        let known = known.expect("the account is in the file");
        assert_eq!(known.automount_service_account_token, Some(false), "{file}");
        assert_eq!(pod.automount_service_account_token, Some(false), "{file}");
        let context = pod.security_context.as_ref().expect("the pod has a security context");
        assert_eq!(context.run_as_non_root, Some(true), "{file}");
        assert_eq!(context.run_as_user, Some(65532), "{file}: the user of the image");
        let profile = context.seccomp_profile.as_ref().expect("it has a profile");
        assert_eq!(profile.type_, "RuntimeDefault", "{file}");
        let container = manifest.container().security_context.as_ref().expect("it has its own");
        assert_eq!(container.allow_privilege_escalation, Some(false), "{file}");
        assert_eq!(container.read_only_root_filesystem, Some(true), "{file}");
        let drop = container.capabilities.as_ref().and_then(|it| it.drop.clone());
        assert_eq!(drop, Some(vec!["ALL".to_owned()]), "{file}");
        let ports = manifest.container().ports.iter().flatten();
        assert!(ports.clone().all(|port| port.host_port.is_none()), "{file}");
    }
}

#[test]
fn probes_ask_the_health_check_of_the_configuration() {
    for manifest in Manifest::all() {
        let config = manifest.config();
        let [check] = &config.resolved.health_checks[..] else { panic!("one health_check") };
        let endpoint = check.settings.endpoint;
        assert!(endpoint.ip().is_unspecified(), "the kubelet comes from outside of the pod");
        let asks = |probe: &Option<Probe>, path: &str| {
            let asked = probe.as_ref().and_then(|probe| probe.http_get.as_ref());
            let asked = asked.expect("it asks over HTTP");
            assert_eq!(asked.path.as_deref(), Some(path), "{}", manifest.file);
            let port = number(&manifest, &asked.port);
            assert_eq!(port, i32::from(endpoint.port()), "{}", manifest.file);
        };
        let container = manifest.container();
        asks(&container.startup_probe, "/healthz");
        asks(&container.liveness_probe, "/healthz");
        asks(&container.readiness_probe, "/readyz");
    }
}

#[test]
fn the_memory_limit_covers_every_bound_of_the_configuration() {
    for manifest in Manifest::all() {
        let resources = manifest.container().resources.as_ref().expect("it has resources");
        let limit = resources.limits.as_ref().map(|limits| &limits["memory"]);
        let request = resources.requests.as_ref().map(|requests| &requests["memory"]);
        assert_eq!(limit, request, "{}", manifest.file);
        let limit = bytes(limit.expect("memory is limited"));
        let bounds = MemoryBounds::of(&manifest.config().resolved);
        let room = limit / 100 * TIGHT_PERCENT;
        assert!(bounds.total() <= room, "{}: {room} bytes for {bounds}", manifest.file);
    }
}

#[test]
fn queues_lie_on_a_volume_that_is_larger_than_they_are() {
    for manifest in Manifest::all() {
        let config = manifest.config();
        let mut queues = config.resolved.exporters.iter().filter_map(|it| match &it.settings {
            ExporterSettings::Otlp(settings) => Some(&settings.queue),
            _ => None,
        });
        let queue = queues.next().expect("an exporter otlp");
        let storage = queue.storage.as_ref().expect("its queue is on disk");
        let mounts = manifest.container().volume_mounts.iter().flatten();
        let mut mounts = mounts.filter(|mount| storage.folder.starts_with(&mount.mount_path));
        let mount = mounts.next().expect("the queue's folder is on a volume");
        assert_ne!(mount.read_only, Some(true), "{}", manifest.file);
        let mut volumes = manifest.pod().volumes.iter().flatten();
        let volume = volumes.find(|it| it.name == mount.name).expect("the volume is there");
        let size = volume.empty_dir.as_ref().and_then(|it| it.size_limit.as_ref());
        let size = bytes(size.expect("it is limited"));
        let needed = queue.size + queue.dead_letter_bytes_max;
        assert!(size > needed, "{}: {size} bytes for {needed}", manifest.file);
    }
}

#[test]
fn the_drain_ends_before_the_pod_is_killed() {
    for manifest in Manifest::all() {
        assert_eq!(manifest.argument("--config"), "/etc/inferometer/config.yaml");
        assert_eq!(manifest.argument("--log-format"), "json");
        let drain = duration(manifest.argument("--drain-deadline")).expect("it is a duration");
        let grace = manifest.pod().termination_grace_period_seconds.expect("it is set");
        assert!(drain.as_secs() + 5 <= grace.unsigned_abs(), "{}", manifest.file);
    }
}

#[test]
fn a_configuration_that_is_watched_is_mounted_as_a_folder() {
    for manifest in Manifest::all() {
        let args = manifest.container().args.as_deref().unwrap_or_default();
        assert!(args.iter().any(|arg| arg == "--watch-config"), "{}", manifest.file);
        let mounts = manifest.container().volume_mounts.iter().flatten();
        let mut mounts = mounts.filter(|mount| mount.mount_path == "/etc/inferometer");
        let mount = mounts.next().expect("the configuration is mounted");
        assert_eq!(mount.sub_path, None, "Kubernetes never changes a single file of a volume");
    }
}

#[test]
fn services_lead_to_listeners_and_the_agent_to_the_gateway() {
    let manifests = Manifest::all();
    let mut reached = Vec::new();
    for manifest in &manifests {
        let config = manifest.config();
        let [receiver] = &config.resolved.receivers[..] else { panic!("one receiver") };
        let ReceiverSettings::Otlp(settings) = &receiver.settings;
        let listeners = [("otlp-grpc", &settings.grpc), ("otlp-http", &settings.http)];
        for service in &manifest.services {
            let name = service.metadata.name.as_ref().expect("it has a name");
            let spec = service.spec.as_ref().expect("it has a spec");
            for port in spec.ports.iter().flatten() {
                let target = number(manifest, port.target_port.as_ref().expect("it has a target"));
                let mut named =
                    listeners.iter().filter(|(name, _)| port.name.as_deref() == Some(name));
                let (_, listener) = named.next().expect("the port is called as its protocol");
                let listener = listener.as_ref().expect("the protocol is spoken");
                assert_eq!(target, i32::from(listener.endpoint.port()), "{}", manifest.file);
                assert!(listener.endpoint.ip().is_unspecified(), "{}", manifest.file);
                reached.push(format!("http://{name}:{}", port.port));
            }
        }
    }
    let agent = manifests[0].config();
    let mut forwards = agent.resolved.exporters.iter().filter_map(|it| match &it.settings {
        ExporterSettings::Otlp(settings) => Some(settings.endpoint.to_string()),
        _ => None,
    });
    let endpoint = forwards.next().expect("the agent forwards");
    assert!(
        reached.contains(&endpoint.trim_end_matches('/').to_owned()),
        "{endpoint}: {reached:?}"
    );
}
