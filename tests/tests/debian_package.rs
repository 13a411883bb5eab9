//! The Debian package: what it installs into an empty root is whole, judged by systemd, and runs.

use std::{fs, os::unix::fs::PermissionsExt, process::Command, sync::OnceLock};

use inferometer_tests::{
    Child, NotifySocket,
    oracle::{UnpackedPackage, systemd_objections, unpacked_package, user_made_in},
};

/// Tenths of systemd's points that the unit may leave open: the network, and what its address families need.
const EXPOSURE: u32 = 15;
const UNIT: &str = "inferometer.service";

/// Built once for all tests; none if a program that this takes is missing.
fn package() -> Option<&'static UnpackedPackage> {
    static PACKAGE: OnceLock<Option<UnpackedPackage>> = OnceLock::new();
    PACKAGE.get_or_init(unpacked_package).as_ref()
}

fn read(package: &UnpackedPackage, path: &str) -> String {
    let path = package.root.join(path);
    fs::read_to_string(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()))
}

#[test]
fn it_installs_program_unit_settings_manual_and_completions() {
    let Some(package) = package() else { return };
    for path in [
        "usr/bin/inferometer",
        "usr/lib/systemd/system/inferometer.service",
        "usr/lib/sysusers.d/inferometer.conf",
        "etc/inferometer/config.yaml",
        "usr/share/man/man1/inferometer.1.gz",
        "usr/share/man/man1/inferometer-queue-replay.1.gz",
        "usr/share/bash-completion/completions/inferometer",
        "usr/share/fish/vendor_completions.d/inferometer.fish",
        "usr/share/zsh/vendor-completions/_inferometer",
        "usr/share/doc/inferometer/copyright",
    ] {
        assert!(package.root.join(path).is_file(), "{path} is not installed");
    }
    let program = fs::metadata(package.root.join("usr/bin/inferometer")).expect("the program");
    assert_eq!(program.permissions().mode() & 0o7777, 0o755);
}

#[test]
fn it_keeps_the_settings_of_an_operator_and_starts_the_service() {
    let Some(package) = package() else { return };
    let control =
        |file: &str| fs::read_to_string(package.control.join(file)).unwrap_or_else(|_| file.into());
    assert_eq!(control("conffiles").trim(), "/etc/inferometer/config.yaml");
    let control_file = control("control");
    assert!(control_file.contains("\nDepends: libc6"), "{control_file}");
    assert!(control_file.contains(", procps,"), "the unit's kill is of it: {control_file}");
    let [after, before] = [control("postinst"), control("prerm")];
    let users = after.lines().filter(|line| line.contains("systemd-sysusers"));
    let users: Vec<&str> = users.collect();
    assert!(!users.is_empty() && users.iter().all(|line| line.ends_with(" inferometer.conf")));
    let [user, start] = ["systemd-sysusers", "deb-systemd-invoke"].map(|call| after.find(call));
    assert!(start.is_some() && user < start, "it starts before it has a user:\n{after}");
    assert!(before.contains(UNIT), "{before}");
    for script in [after, before, control("postrm")] {
        assert!(!script.contains("#DEBHELPER#"), "{script}");
        let checked = Command::new("sh").args(["-n", "-c", &script]).output().expect("a shell");
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    }
}

#[test]
fn systemd_takes_the_unit_and_finds_little_open() {
    let Some(package) = package() else { return };
    let Some(objections) = systemd_objections(&package.root, UNIT, EXPOSURE) else { return };
    assert_eq!(objections, "");
}

#[test]
fn the_user_of_the_unit_is_made() {
    let Some(package) = package() else { return };
    let Some(users) = user_made_in(&package.root, "inferometer.conf") else { return };
    let unit = read(package, "usr/lib/systemd/system/inferometer.service");
    let user = unit.lines().find_map(|line| line.strip_prefix("User=")).expect("a user");
    let line = users.lines().find(|line| line.starts_with(&format!("{user}:")));
    assert!(line.is_some_and(|line| line.contains("/var/lib/inferometer")), "{users}");
}

#[test]
fn the_installed_program_takes_the_installed_settings() {
    let Some(package) = package() else { return };
    let output = Command::new(package.root.join("usr/bin/inferometer"))
        .arg("validate")
        .arg("--config")
        .arg(package.root.join("etc/inferometer/config.yaml"))
        .env_clear()
        .output()
        .expect("the installed program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "", "settings that come with a warning");
}

/// The value of a line of the installed unit.
#[track_caller]
fn unit_says(package: &UnpackedPackage, key: &str) -> String {
    let unit = read(package, "usr/lib/systemd/system/inferometer.service");
    let value = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {key} in\n{unit}")).to_owned()
}

#[test]
fn the_installed_program_tells_the_manager_of_its_unit_how_it_goes() {
    let Some(package) = package() else { return };
    assert_eq!(unit_says(package, "Type"), "notify");
    let seconds = unit_says(package, "WatchdogSec");
    let seconds: u64 = seconds.strip_suffix('s').and_then(|it| it.parse().ok()).expect("seconds");
    let started = unit_says(package, "ExecStart");
    let mut words = started.split_whitespace().map(|word| match word.strip_prefix('/') {
        Some(path) => package.root.join(path).display().to_string(),
        None => word.to_owned(),
    });
    let socket = NotifySocket::in_a_folder();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words).env_clear().env("NOTIFY_SOCKET", socket.name());
    command.env("WATCHDOG_USEC", (seconds * 1_000_000).to_string());
    // Whatever else listens on this machine.
    for listener in ["receivers.otlp.protocols.grpc", "receivers.otlp.protocols.http"] {
        command.arg("--set").arg(format!("{listener}.endpoint=127.0.0.1:0"));
    }
    for page in ["exporters.prometheus", "exporters.trace_ring"] {
        command.arg("--set").arg(format!("{page}.endpoint=127.0.0.1:0"));
    }
    let installed = Child::spawn(&mut command);
    assert_eq!(socket.next()[0], "READY=1", "{:?}", installed.lines());
    assert_eq!(socket.next(), ["WATCHDOG=1"]);
    installed.ask_to_end();
    assert_eq!(socket.next_change()[0], "STOPPING=1");
    assert_eq!(installed.wait().code, Some(0));
}
