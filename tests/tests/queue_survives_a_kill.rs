//! What a collector with a queue on disk has acknowledged reaches the backend, however often it is killed meanwhile: while
//! it takes requests, while it sends them, and while it starts.

use std::{path::Path, sync::Arc, time::Duration};

use inferometer_tests::{
    CollectorProcess, UnusedPort,
    faults::{
        Account, Balance, Chance, Disk, Load, Protocol, Script, ScriptedBackend, Setup,
        all_arrived, empty_queue, say, scaled,
    },
};

/// Times that the program is killed, in each of the two modes.
const KILLS: usize = 60;
/// Each so manieth life ends while it starts, or soon after.
const SHORT_LIFE: usize = 3;
/// When a short life ends at the latest.
const START: Duration = Duration::from_millis(300);
/// Requests that are acknowledged in one of the other lives, at most.
const REQUESTS: u32 = 150;
const SENDERS: usize = 3;
/// What a request has.
const SPANS: u64 = 2;
const PADDING: usize = 500;

fn config(folder: &Path, endpoint: &str, fsync: bool) -> String {
    let disk = Some(Disk { folder, fsync });
    let queue = "queue_size: 1000000, on_full: refuse, num_consumers: 3";
    Setup { disk, queue, protocol: Protocol::Grpc, ..Setup::to(endpoint) }.yaml()
}

fn check(name: &str, fsync: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    let config = config(folder.path(), &backend.endpoint(), fsync);
    let account = Arc::new(Account::of_requests(SPANS, PADDING));
    let mut chance = Chance::new(name);
    let kills = scaled(KILLS);
    for life in 0..kills {
        // In every second of its lives the backend is away.
        let is_away = life % 2 == 0;
        backend.set(if is_away { Script::RefusesConnections } else { Script::Keeps });
        let mut collector = CollectorProcess::with_config(&config);
        if life % SHORT_LIFE == SHORT_LIFE - 1 {
            chance.wait_up_to(START);
            drop(collector);
            continue;
        }
        let load = Load::start(&account, collector.address("OTLP over HTTP"), SENDERS);
        load.wait_for(chance.up_to(REQUESTS).into());
        // Dropping it is a SIGKILL.
        drop(collector);
        load.stop();
    }
    backend.set(Script::Keeps);
    let mut last = CollectorProcess::with_config(&config);
    all_arrived(&backend, &account);
    let (_, settled) = empty_queue(&mut last, "otlp");
    assert_eq!(settled.accepted + settled.rejected, 0.0, "{settled:?}");
    let ended = last.terminate();
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    let arrived = backend.arrived();
    let balance = account.balance(&arrived);
    say(format_args!("{name}: kills {kills}, {balance}, lost {}", balance.missing));
    let Balance { missing, acknowledged, .. } = balance;
    assert!(missing == 0 && acknowledged > 0, "{balance:?}");
    // What was being sent when it was killed, and what no checkpoint knew of yet: once in each life.
    assert!(arrived.most_often() <= kills as u64 + 1, "{balance:?}");
}

#[test]
fn nothing_acknowledged_is_lost_by_kills() {
    check("kill -9", false);
}

#[test]
fn nor_with_fsync() {
    check("kill -9 with fsync", true);
}

#[test]
fn a_folder_that_another_process_has_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = UnusedPort::claim();
    let config = config(folder.path(), &nowhere.endpoint(), false);
    let mut first = CollectorProcess::with_config(&config);
    let _ = first.address("OTLP over HTTP");
    let ended = CollectorProcess::with_config(&config).wait();
    assert_eq!(ended.code, Some(1), "{:?}", ended.stderr);
    let said = ended.stderr.join("\n");
    assert!(said.contains("exporters.otlp") && said.contains("another process has it"), "{said}");
}
