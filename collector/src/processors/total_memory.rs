//! How much memory this process may come to use: the machine's, or what its control group is given.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

/// Control groups inside each other that are looked at.
const GROUP_DEPTH_MAX: usize = 64;

/// The smallest limit that holds for this process, in bytes: of its control groups (both versions) or the machine.
/// Nothing where the system does not tell.
pub(crate) fn total_bytes() -> Option<u64> {
    total_bytes_under(Path::new("/"))
}

/// The same for a system whose files are under `root`.
fn total_bytes_under(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let limits = groups.lines().flat_map(|line| group_limits(root, line));
    limits.chain(machine_bytes(root)).min()
}

fn machine_bytes(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// Limits of a control group and of all around it; `line` is `NUMBER:CONTROLLERS:PATH`, without controllers in version 2.
fn group_limits(root: &Path, line: &str) -> Vec<u64> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else {
        return Vec::new();
    };
    let (mount, file) = if controllers.is_empty() {
        (root.join("sys/fs/cgroup"), "memory.max")
    } else if controllers.split(',').any(|controller| controller == "memory") {
        (root.join("sys/fs/cgroup/memory"), "memory.limit_in_bytes")
    } else {
        return Vec::new();
    };
    // In a container, the path may be the host's and not be there; the mount itself is then the container's group.
    let inside: PathBuf =
        Path::new(path).components().filter(|part| matches!(part, Component::Normal(_))).collect();
    let folders =
        inside.ancestors().take(GROUP_DEPTH_MAX).map(|group| mount.join(group).join(file));
    // Version 2 says "max" where there is no limit; version 1 a number larger than any memory.
    folders.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    /// What a system with these files has, beside 16 GiB of the machine.
    fn check(files: &[(&str, &str)], expected: u64) {
        let root = tempfile::tempdir().unwrap();
        let machine = ("proc/meminfo", "MemFree: 1 kB\nMemTotal:       16777216 kB\n");
        for (path, text) in files.iter().chain([&machine]) {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(total_bytes_under(root.path()), Some(expected), "{files:?}");
    }

    #[test]
    fn a_control_group_has_less_than_the_machine() {
        let own = ("proc/self/cgroup", "0::/pod/engine\n");
        let engine = "sys/fs/cgroup/pod/engine/memory.max";
        check(&[], 16 * GIB);
        check(&[own, (engine, "1073741824\n")], GIB);
        check(&[own, (engine, "max\n")], 16 * GIB);
        check(&[own, (engine, "max\n"), ("sys/fs/cgroup/pod/memory.max", "2147483648\n")], 2 * GIB);
    }

    #[test]
    fn a_container_sees_its_group_at_the_root() {
        let root = "sys/fs/cgroup/memory.max";
        check(&[("proc/self/cgroup", "0::/\n"), (root, "1073741824\n")], GIB);
        check(&[("proc/self/cgroup", "0::/../../elsewhere\n"), (root, "1073741824\n")], GIB);
    }

    #[test]
    fn the_first_version_is_read_too() {
        let groups = ("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/a\n");
        let limit = "sys/fs/cgroup/memory/memory.limit_in_bytes";
        check(&[groups, (limit, "1073741824\n")], GIB);
        check(&[groups, (limit, "9223372036854771712\n")], 16 * GIB);
    }

    #[test]
    fn a_system_that_does_not_tell_is_no_limit() {
        assert_eq!(total_bytes_under(Path::new("/nowhere")), None);
        assert!(total_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
