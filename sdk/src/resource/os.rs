//! The operating system.

use opentelemetry::Value;

use super::machine::{Machine, value};

const RELEASES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    let mut found = vec![("os.type", os_type(std::env::consts::OS).into())];
    let release = RELEASES.iter().find_map(|path| machine.file(path)).unwrap_or_default();
    for (key, field) in
        [("os.name", "NAME"), ("os.version", "VERSION_ID"), ("os.description", "PRETTY_NAME")]
    {
        if let Some(text) = release.lines().find_map(|line| read(line, field)) {
            found.push((key, text.to_owned().into()));
        }
    }
    found
}

/// `FIELD=value`, maybe in quotes.
fn read<'a>(line: &'a str, field: &str) -> Option<&'a str> {
    let text = line.strip_prefix(field)?.strip_prefix('=')?.trim();
    value(text.trim_matches(['"', '\'']))
}

/// The conventions' word for what Rust calls so.
fn os_type(rust: &'static str) -> &'static str {
    match rust {
        "macos" | "ios" => "darwin",
        "android" => "linux",
        "dragonfly" => "dragonflybsd",
        "illumos" => "solaris",
        // Among others `linux`, `windows` and `freebsd`, which are the conventions' words too.
        other => other,
    }
}
