//! This process. Its command and arguments are left out, because they may hold credentials.

use std::path::Path;

use opentelemetry::Value;

use super::machine::{Machine, value};

/// What the system adds to the path of a program whose file was replaced.
const REPLACED: &str = " (deleted)";

pub(super) fn detect(machine: &Machine) -> Vec<(&'static str, Value)> {
    let mut found = vec![("process.pid", i64::from(std::process::id()).into())];
    let executable = machine.link("/proc/self/exe").or_else(|| std::env::current_exe().ok());
    if let Some(path) = executable.as_deref().and_then(Path::to_str) {
        let path = path.strip_suffix(REPLACED).unwrap_or(path);
        if let Some(name) = path.rsplit('/').next().and_then(value) {
            found.push(("process.executable.name", name.to_owned().into()));
        }
        found.extend(value(path).map(|path| ("process.executable.path", path.to_owned().into())));
    }
    if let Some(owner) = owner(machine) {
        found.push(("process.owner", owner.into()));
    }
    found
}

/// The name of the effective user.
fn owner(machine: &Machine) -> Option<String> {
    let status = machine.file("/proc/self/status")?;
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    let effective = users.split_whitespace().nth(1)?;
    let passwd = machine.file("/etc/passwd")?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == effective).then(|| value(name).map(str::to_owned))?
    })
}
