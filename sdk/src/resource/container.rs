//! The container that this process runs in.

use opentelemetry::Value;

use super::{kubernetes, machine::Machine};

/// Characters of an id that container runtimes give.
const ID_LENGTH: usize = 64;
/// Before the dash of an id that Amazon's Fargate gives; digits come after it.
const FARGATE_LENGTH: usize = 32;

/// Folders of the host that are mounted into a container, after which its id comes: Docker's and Podman's.
const MOUNTED: [&str; 2] = ["/containers/", "/overlay-containers/"];

/// What container runtimes leave where a container may look.
const MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    id(machine).map(|id| ("container.id", id.into())).into_iter().collect()
}

/// Whether files such as the machine id are an image's.
pub(super) fn is_contained(machine: &Machine) -> bool {
    MARKS.iter().any(|mark| machine.exists(mark))
        || kubernetes::is_inside(machine)
        || id(machine).is_some()
}

fn id(machine: &Machine) -> Option<String> {
    let groups = machine.file("/proc/self/cgroup").unwrap_or_default();
    groups.lines().find_map(of_group).map(str::to_owned).or_else(|| {
        // With a namespace of its own, a control group of version 2 is `/`. What Kubernetes mounts is of the pod's other
        // container, whose id would be wrong.
        if kubernetes::is_inside(machine) {
            return None;
        }
        let mounts = machine.file("/proc/self/mountinfo")?;
        mounts.lines().find_map(of_mount).map(str::to_owned)
    })
}

/// `4:memory:/kubepods/pod3f2a/cri-containerd-ID.scope`, and everything that runtimes make of it.
fn of_group(line: &str) -> Option<&str> {
    let path = line.splitn(3, ':').nth(2)?;
    let last = path.rsplit('/').next()?;
    let last = last.strip_suffix(".scope").unwrap_or(last);
    // `docker-ID`, `crio-ID`, `libpod-ID`, but also Fargate's `HEX-DIGITS`.
    let short = last.rsplit(['-', ':']).next()?;
    [last, short].into_iter().find(|id| is_id(id))
}

/// `.. /var/lib/docker/containers/ID/hostname /etc/hostname ..`: the fourth field is the folder of the host.
fn of_mount(line: &str) -> Option<&str> {
    let source = line.split_whitespace().nth(3)?;
    let ids = MOUNTED.iter().filter_map(|folder| source.split_once(folder));
    ids.filter_map(|(_, rest)| rest.split('/').next()).find(|id| is_id(id))
}

fn is_id(text: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.split_once('-') {
        None => text.len() == ID_LENGTH && is_hex(text),
        Some((hex, digits)) => {
            hex.len() == FARGATE_LENGTH
                && is_hex(hex)
                && !digits.is_empty()
                && digits.len() <= FARGATE_LENGTH
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        }
    }
}
