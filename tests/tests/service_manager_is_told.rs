//! A service manager that waits at `NOTIFY_SOCKET`, as systemd does for `Type=notify`, is told when the program is ready,
//! that it is alive, and when it is about to end; without one, or with one that does not listen, nothing changes.

use std::{net::TcpStream, process::Command};

use inferometer_tests::{CollectorProcess, LOOPBACK_CONFIG, NotifySocket, collector_program};

/// Microseconds after which the manager would take the program for dead.
const WATCHDOG_USEC: &str = "200000";
/// Signs of life that are waited for.
const BEATS: usize = 5;

fn command(socket: &str) -> Command {
    let mut command = Command::new(collector_program());
    command.env("NOTIFY_SOCKET", socket).env_remove("WATCHDOG_USEC").env_remove("WATCHDOG_PID");
    command
}

#[track_caller]
fn check_is_ready(socket: &NotifySocket, collector: &mut CollectorProcess) {
    let ready = socket.next();
    let address = collector.address("OTLP over HTTP");
    let is_told = |line: &String| {
        line.starts_with("STATUS=listening on http://") && line.contains(&address.to_string())
    };
    assert!(ready[0] == "READY=1" && ready.iter().any(is_told), "{ready:?}");
    TcpStream::connect(address).expect("who is ready listens");
}

#[track_caller]
fn check_ends(socket: &NotifySocket, collector: CollectorProcess) {
    collector.ask_to_end();
    let stopping = socket.next_change();
    assert_eq!(stopping[0], "STOPPING=1");
    // The drain's own deadline, and what the end of the process may take.
    let extended = stopping.iter().any(|line| line == "EXTEND_TIMEOUT_USEC=15000000");
    assert!(extended, "{stopping:?}");
    assert_eq!(collector.wait().code, Some(0));
}

fn check(socket: &NotifySocket) {
    let mut command = command(socket.name());
    command.env("WATCHDOG_USEC", WATCHDOG_USEC);
    let mut collector = CollectorProcess::with_command(command, LOOPBACK_CONFIG);
    check_is_ready(socket, &mut collector);
    for _ in 0..BEATS {
        assert_eq!(socket.next(), ["WATCHDOG=1"]);
    }
    check_ends(socket, collector);
}

#[test]
fn a_manager_at_a_path_is_told() {
    check(&NotifySocket::in_a_folder());
}

#[test]
fn a_manager_at_an_abstract_name_is_told() {
    check(&NotifySocket::without_a_file());
}

#[test]
fn a_manager_is_told_of_a_reload_and_that_it_is_over_whether_it_was_taken_or_not() {
    let socket = NotifySocket::in_a_folder();
    let mut collector = CollectorProcess::with_command(command(socket.name()), LOOPBACK_CONFIG);
    check_is_ready(&socket, &mut collector);
    for yaml in [LOOPBACK_CONFIG, "no: configuration"] {
        collector.reload(yaml);
        let reloading = socket.next();
        let time = reloading.get(1).and_then(|line| line.strip_prefix("MONOTONIC_USEC="));
        let time = time.and_then(|time| time.parse::<u64>().ok());
        assert!(reloading[0] == "RELOADING=1" && time > Some(0), "{reloading:?}");
        check_is_ready(&socket, &mut collector);
    }
    check_ends(&socket, collector);
}

#[test]
fn a_watchdog_for_another_process_gets_no_sign_of_life() {
    let socket = NotifySocket::in_a_folder();
    let mut command = command(socket.name());
    // The first process is never ours.
    command.env("WATCHDOG_USEC", WATCHDOG_USEC).env("WATCHDOG_PID", "1");
    let mut collector = CollectorProcess::with_command(command, LOOPBACK_CONFIG);
    check_is_ready(&socket, &mut collector);
    collector.ask_to_end();
    assert_eq!(socket.next()[0], "STOPPING=1");
    assert_eq!(collector.wait().code, Some(0));
}

#[test]
fn a_manager_that_has_gone_is_no_fault_of_the_collector() {
    let socket = NotifySocket::in_a_folder();
    let mut command = command(socket.name());
    drop(socket);
    command.env("RUST_LOG", "info");
    let mut collector = CollectorProcess::with_command(command, LOOPBACK_CONFIG);
    let address = collector.address("OTLP over HTTP");
    collector.says("a warning", |line| line.contains("the service manager is not told READY=1"));
    TcpStream::connect(address).expect("it listens");
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_socket_of_another_kind_is_named_and_left_out() {
    let mut command = command("vsock:2:1234");
    command.env("RUST_LOG", "info");
    let mut collector = CollectorProcess::with_command(command, LOOPBACK_CONFIG);
    collector.says("a warning", |line| {
        line.contains("NOTIFY_SOCKET is ignored") && line.contains("vsock:2:1234")
    });
    assert_eq!(collector.terminate().code, Some(0));
}
