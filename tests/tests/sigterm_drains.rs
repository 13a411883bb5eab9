//! A collector that is asked to end, at any moment and under load, takes no more and ends in order within its deadline:
//! what it has acknowledged was delivered, or is on disk and is delivered by the next one, or is counted as lost.

use std::{net::TcpStream, path::Path, process::Command, sync::Arc, time::Duration};

use inferometer_tests::{
    CollectorProcess, Ended, collector_program,
    faults::{
        Account, Chance, Disk, Load, Protocol, Script, ScriptedBackend, Setup, all_arrived,
        empty_queue, say, scaled, side_by_side,
    },
    wait,
};

/// Runs with a backend that answers; each ends at another moment.
const RUNS: usize = 8;
/// Runs where each takes seconds.
const SLOW_RUNS: usize = 3;
/// Requests that are acknowledged before the end, at most.
const REQUESTS: u32 = 200;
const SENDERS: usize = 3;
/// The program's own deadline, and half a second for pages that are being read, and as much for a busy machine.
const DEADLINE: Duration = Duration::from_secs(11);

const SPANS: u64 = 2;

fn setup<'a>(endpoint: &'a str, folder: Option<&'a Path>) -> Setup<'a> {
    let disk = folder.map(|folder| Disk { folder, fsync: false });
    let queue = "queue_size: 100000, on_full: refuse, num_consumers: 4";
    Setup { disk, queue, ..Setup::to(endpoint) }
}

/// How a collector has ended.
struct Drained {
    ended: Ended,
    took: Duration,
    /// It still worked when nobody listened any more.
    worked_on: bool,
}

/// Loads a collector, asks it to end at a random moment, and sees it end in order.
#[track_caller]
fn drain(setup: &Setup<'_>, account: &Arc<Account>, chance: &mut Chance) -> Drained {
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    let address = collector.address("OTLP over HTTP");
    let load = Load::start(account, address, SENDERS);
    load.wait_for(chance.up_to(REQUESTS).into());
    let elapsed = wait::stopwatch();
    collector.ask_to_end();
    wait::until("nobody to listen", || match TcpStream::connect(address) {
        Ok(_) => Err("somebody does".to_owned()),
        Err(_) => Ok(()),
    });
    let worked_on = collector.is_running();
    let ended = collector.wait();
    let took = elapsed();
    load.stop();
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert!(took <= DEADLINE, "it took {took:?}");
    Drained { ended, took, worked_on }
}

fn drains(name: &str, script: Script, protocol: Protocol, on_disk: bool, runs: usize) {
    let mut chance = Chance::new(name);
    let backend = ScriptedBackend::start();
    backend.set(script);
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let endpoint = backend.endpoint();
    let folder = tempfile::tempdir().expect("a folder");
    let setup = Setup { protocol, ..setup(&endpoint, on_disk.then_some(folder.path())) };
    let mut longest = Duration::ZERO;
    let runs = scaled(runs);
    let mut worked_on = 0;
    for _ in 0..runs {
        let drained = drain(&setup, &account, &mut chance);
        longest = longest.max(drained.took);
        worked_on += usize::from(drained.worked_on);
        if !on_disk {
            let missing = account.missing(&backend.arrived());
            assert!(missing.is_empty(), "{name}: {} are missing: {missing:?}", missing.len());
        }
    }
    if on_disk {
        deliver_the_rest(&setup, &backend, &account);
    }
    let balance = account.balance(&backend.arrived());
    say(format_args!(
        "SIGTERM, {name}: runs {runs}, {worked_on} worked on when nobody listened, longest {longest:.1?}, {balance}, \
         lost {}",
        balance.missing
    ));
    assert!(balance.missing == 0 && balance.acknowledged > 0, "{name}: {balance:?}");
    assert!(script == Script::Keeps || worked_on > 0, "{name}: listeners stop first");
}

/// The next one delivers what is on disk.
#[track_caller]
fn deliver_the_rest(setup: &Setup<'_>, backend: &ScriptedBackend, account: &Account) {
    backend.set(Script::Keeps);
    let mut next = CollectorProcess::with_config(&setup.yaml());
    all_arrived(backend, account);
    let (_, seen) = empty_queue(&mut next, setup.protocol.exporter());
    assert_eq!((seen.accepted, seen.rejected), (0.0, 0.0), "{seen:?}");
    assert_eq!(next.terminate().code, Some(0));
}

#[test]
fn what_waits_in_memory_is_delivered_before_the_end() {
    side_by_side(Protocol::ALL, |protocol| {
        drains(&format!("memory, backend up, {protocol:?}"), Script::Keeps, protocol, false, RUNS);
    });
}

#[test]
fn a_slow_backend_is_waited_for() {
    let slow = Script::KeepsAfter(Duration::from_millis(100));
    drains("memory, slow backend", slow, Protocol::Grpc, false, SLOW_RUNS);
}

#[test]
fn what_waits_on_disk_is_there_for_the_next_one() {
    let slow = Script::KeepsAfter(Duration::from_millis(200));
    let hangs = Script::Hangs;
    let ways = [
        ("disk, backend up", Script::Keeps, RUNS),
        ("disk, slow backend", slow, SLOW_RUNS),
        ("disk, nobody listens", Script::RefusesConnections, SLOW_RUNS),
        ("disk, backend hangs", hangs, SLOW_RUNS),
    ];
    side_by_side(ways, |(name, script, runs)| drains(name, script, Protocol::Grpc, true, runs));
}

/// A collector with requests that its backend never answers.
fn stuck(backend: &ScriptedBackend, options: &[&str]) -> CollectorProcess {
    backend.set(Script::Hangs);
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let endpoint = backend.endpoint();
    let mut command = Command::new(collector_program());
    command.args(options);
    let mut collector = CollectorProcess::with_command(command, &setup(&endpoint, None).yaml());
    let address = collector.address("OTLP over HTTP");
    account.send_all(address, 20);
    collector
}

#[test]
fn a_second_signal_ends_it_at_once_with_a_code_of_its_own() {
    let backend = ScriptedBackend::start();
    let mut collector = stuck(&backend, &["--drain-deadline", "1h"]);
    collector.ask_to_end();
    collector.says("that it ends", |line| line.starts_with("SIGTERM: finishing open requests"));
    assert!(collector.is_running(), "nothing was left to wait for");
    let ended = collector.terminate();
    assert_eq!(ended.code, Some(3), "{:?}", ended.stderr);
    let told = ended.stderr.iter().any(|line| line.contains("stopped at once by a second signal"));
    assert!(told, "{:?}", ended.stderr);
}

#[test]
fn a_deadline_of_ones_own_is_kept() {
    let backend = ScriptedBackend::start();
    let collector = stuck(&backend, &["--drain-deadline", "500ms"]);
    let elapsed = wait::stopwatch();
    let ended = collector.terminate();
    let took = elapsed();
    assert_eq!(ended.code, Some(0), "{:?}", ended.stderr);
    assert!(took < DEADLINE / 2, "it took {took:?}");
    let told = ended.stderr.iter().any(|line| line.contains("backends were not reached"));
    assert!(told, "{:?}", ended.stderr);
}

#[test]
fn what_nobody_takes_before_the_deadline_is_told() {
    let mut chance = Chance::new("memory, nobody listens");
    let backend = ScriptedBackend::start();
    backend.set(Script::RefusesConnections);
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let endpoint = backend.endpoint();
    let Drained { ended, took, .. } = drain(&setup(&endpoint, None), &account, &mut chance);
    let said = ended.stderr.join("\n");
    let told = said.lines().find(|line| line.contains("backends were not reached"));
    let told = told.unwrap_or_else(|| panic!("nothing is said of the loss:\n{said}"));
    let number = told.split("items=").nth(1).and_then(|rest| rest.split_whitespace().next());
    let lost: u64 = number.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{told}"));
    let balance = account.balance(&backend.arrived());
    say(format_args!(
        "SIGTERM, memory, nobody listens: {took:.1?}, {balance}, told as lost {lost}"
    ));
    // A request that was taken in, and whose answer its sender has not seen, is lost and told too.
    let known = balance.acknowledged..=balance.acknowledged + balance.unanswered;
    assert!(balance.missing > 0 && known.contains(&lost), "{lost}: {balance:?}");
}
