//! What distributions package, install and judge programs with: cargo-deb, dpkg-deb, systemd's tools, groff and bash.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::{is_there, run};
use crate::{collector_program, workspace_root};

/// The Debian package, unpacked into a root of its own.
#[derive(Debug)]
pub struct UnpackedPackage {
    /// What `/` would be.
    pub root: PathBuf,
    /// Its control files: `control`, `conffiles` and the maintainer's scripts.
    pub control: PathBuf,
    _folder: TempDir,
}

/// Builds the package as `packaging/build.sh` does, of the program in the profile of the tests, and unpacks it. None if a
/// program that this takes is missing.
///
/// # Panics
/// If it cannot be built or unpacked.
#[must_use]
pub fn unpacked_package() -> Option<UnpackedPackage> {
    let is_there = is_there("cargo-deb", &["--version"], "cargo install --locked cargo-deb")
        && is_there("dpkg-deb", &["--version"], "apt-get install dpkg");
    is_there.then(unpack)
}

fn unpack() -> UnpackedPackage {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut build = Command::new("bash");
    succeeds(build.arg("packaging/build.sh").arg(&out).env("PROGRAM", collector_program()));
    let made = fs::read_dir(&out).expect("a folder of what was built");
    let mut made = made.map(|entry| entry.expect("an entry").path());
    let package = made.find(|path| path.extension().is_some_and(|it| it == "deb"));
    let package = package.expect("a package was built");
    let [root, control] = ["root", "control"].map(|name| folder.path().join(name));
    succeeds(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&root));
    succeeds(Command::new("dpkg-deb").arg("--control").arg(&package).arg(&control));
    UnpackedPackage { root: with_kill(root), control, _folder: folder }
}

/// What the unit calls of another package is there, to be found.
fn with_kill(root: PathBuf) -> PathBuf {
    let kill = root.join("bin/kill");
    fs::create_dir_all(root.join("bin")).expect("a folder");
    fs::write(&kill, "#!/bin/sh\n").expect("a file");
    fs::set_permissions(&kill, Permissions::from_mode(0o755)).expect("its owner may");
    root
}

/// What systemd says against a unit that lies in a root, nothing if it is sound; and against what it leaves open, if that
/// is more than `exposure`, in tenths of systemd's points. None if systemd is missing.
#[must_use]
pub fn systemd_objections(root: &Path, unit: &str, exposure: u32) -> Option<String> {
    if !is_there("systemd-analyze", &["--version"], "apt-get install systemd") {
        return None;
    }
    let root = format!("--root={}", root.display());
    let objections = |arguments: &[&str]| {
        let output = run(Command::new("systemd-analyze").args(arguments).args([&root, unit]), "");
        let said = [&*output.stdout, &*output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        if output.status.success() { String::new() } else { said }
    };
    // The units of the system itself are not in this root, nor is the viewer of manuals.
    let sound = objections(&["verify", "--man=no", "--recursive-errors=no"]);
    let open = objections(&["security", "--offline=true", &format!("--threshold={exposure}")]);
    Some(sound + &open)
}

/// The line of `/etc/passwd` that a file of users leads to in a root. None if systemd is missing.
///
/// # Panics
/// If systemd does not take the file.
#[must_use]
pub fn user_made_in(root: &Path, file: &str) -> Option<String> {
    if !is_there("systemd-sysusers", &["--version"], "apt-get install systemd") {
        return None;
    }
    fs::create_dir_all(root.join("etc")).expect("a folder");
    succeeds(Command::new("systemd-sysusers").arg(format!("--root={}", root.display())).arg(file));
    Some(fs::read_to_string(root.join("etc/passwd")).expect("users"))
}

/// What groff warns of in a page of a manual. None if groff is missing.
#[must_use]
pub fn groff_warnings(page: &str) -> Option<String> {
    if !is_there("groff", &["--version"], "apt-get install groff-base") {
        return None;
    }
    let output = run(Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]), page);
    Some(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What bash says when it runs a script.
///
/// # Panics
/// If the script fails.
#[must_use]
pub fn bash_says(script: &str) -> String {
    let output = run(Command::new("bash").args(["--noprofile", "--norc", "-s"]), script);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{errors}\nin\n{script}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn succeeds(command: &mut Command) {
    let output = run(command.current_dir(workspace_root()), "");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}
