//! The host: its name, processor and machine id.

use opentelemetry::Value;

use super::{container, machine::Machine};

/// The machine id of systemd, and of D-Bus where there is no systemd.
const MACHINE_IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    let mut found = vec![("host.arch", arch(std::env::consts::ARCH).into())];
    if let Some(name) = machine.value("/proc/sys/kernel/hostname") {
        found.push(("host.name", name.into()));
    }
    // In a container the file is the image's, and the same in all of its containers.
    if !container::is_contained(machine)
        && let Some(id) = MACHINE_IDS.iter().find_map(|path| machine.value(path))
    {
        found.push(("host.id", id.into()));
    }
    found
}

/// The conventions' word for what Rust calls so.
fn arch(rust: &'static str) -> &'static str {
    match rust {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        "powerpc" => "ppc32",
        "powerpc64" => "ppc64",
        // Among others `x86` and `s390x`, which are the conventions' words too.
        other => other,
    }
}
