//! A backend that goes, in whatever way, and returns gets all that was acknowledged meanwhile, the oldest first; the
//! collector's memory does not grow with what waits on disk, and what a full queue gives up is counted to the request.

use std::{sync::Arc, time::Duration};

use inferometer_tests::{
    CollectorProcess, Conserved, conserved,
    faults::{
        Account, Disk, Load, Protocol, Script, ScriptedBackend, Setup, all_arrived, empty_queue,
        say, scaled, side_by_side,
    },
    hostile::MIB,
    wait,
};

const SPANS: u64 = 2;
/// Requests before an outage and during it.
const BEFORE: usize = 3;
const DURING: usize = 40;
/// To deliver a backlog.
const PATIENCE: Duration = Duration::from_secs(120);

/// Every way to be away.
const WAYS: [Script; 5] = [
    Script::RefusesConnections,
    Script::ResetsConnections,
    Script::Hangs,
    Script::IsUnavailable,
    Script::IsExhausted(Duration::from_secs(1)),
];

/// Waits until everything that was acknowledged has arrived and nothing waits.
#[track_caller]
fn settled(
    collector: &mut CollectorProcess,
    backend: &ScriptedBackend,
    account: &Account,
    exporter: &str,
) -> Conserved {
    all_arrived(backend, account);
    empty_queue(collector, exporter).1
}

fn outage(way: Script, protocol: Protocol) {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    let account = Account::of_requests(SPANS, 200);
    let endpoint = backend.endpoint();
    let setup = Setup {
        protocol,
        disk: Some(Disk { folder: folder.path(), fsync: false }),
        // One request at a time, so that there is one order.
        queue: "queue_size: 100000, num_consumers: 1",
        timeout: "1s",
        ..Setup::to(&endpoint)
    };
    let exporter = protocol.exporter();
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    let address = collector.address("OTLP over HTTP");
    account.send_all(address, BEFORE);
    let _ = settled(&mut collector, &backend, &account, exporter);
    backend.set(way);
    let during = scaled(DURING);
    account.send_all(address, during);
    let waiting = conserved(&collector.scrape(), "traces", exporter);
    assert_eq!(waiting.queued, (during as u64 * SPANS) as f64, "{way:?}: {waiting:?}");
    backend.set(Script::Keeps);
    let after = settled(&mut collector, &backend, &account, exporter);
    assert_eq!((after.exported, after.rejected), (account.acknowledged() as f64, 0.0), "{after:?}");
    let arrived = backend.arrived();
    assert!(arrived.order().is_sorted(), "{way:?}: {:?}", arrived.order());
    let balance = account.balance(&arrived);
    assert_eq!((balance.missing, balance.duplicates), (0, 0), "{way:?}: {balance}");
    assert_eq!(collector.terminate().code, Some(0));
    say(format_args!("away and back, {way:?} over {exporter}: {balance}, lost 0"));
}

#[test]
fn an_outage_over_grpc_loses_nothing_and_the_oldest_comes_first() {
    side_by_side(WAYS, |way| outage(way, Protocol::Grpc));
}

#[test]
fn an_outage_over_http_loses_nothing_and_the_oldest_comes_first() {
    side_by_side(WAYS, |way| outage(way, Protocol::Http));
}

/// Bytes of a request that is large, and what of them the collector may keep in memory.
const LARGE: usize = 256 << 10;
const MEMORY_MAX: u64 = 64 * MIB;
/// Large requests: more than may be kept in memory.
const LARGE_REQUESTS: usize = 360;

#[test]
fn a_backlog_on_disk_takes_no_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    let account = Arc::new(Account::of_requests(1, LARGE));
    let endpoint = backend.endpoint();
    let setup = Setup {
        disk: Some(Disk { folder: folder.path(), fsync: false }),
        queue: "queue_size: 1000000000, sizer: bytes, num_consumers: 4",
        ..Setup::to(&endpoint)
    };
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    let address = collector.address("OTLP over HTTP");
    account.send_all(address, 1);
    let _ = settled(&mut collector, &backend, &account, "otlp");
    let idle = collector.memory("VmRSS");
    backend.set(Script::RefusesConnections);
    collector.forget_peak();
    let load = Load::start(&account, address, 2);
    wait::until_within(PATIENCE, "a backlog", || {
        let acknowledged = account.acknowledged();
        if acknowledged > LARGE_REQUESTS as u64 { Ok(()) } else { Err(acknowledged.to_string()) }
    });
    load.stop();
    let waiting = conserved(&collector.scrape(), "traces", "otlp");
    assert_eq!(waiting.queued, account.acknowledged() as f64 - 1.0, "{waiting:?}");
    let grown_by = |peak: u64| peak.saturating_sub(idle);
    let away = grown_by(collector.memory("VmHWM"));
    collector.forget_peak();
    backend.set(Script::Keeps);
    let _ = settled(&mut collector, &backend, &account, "otlp");
    let drained = grown_by(collector.memory("VmHWM"));
    let balance = account.balance(&backend.arrived());
    say(format_args!(
        "backlog of {} MiB on disk: idle {} MiB, away +{} MiB, drained +{} MiB, {balance}, lost 0",
        balance.acknowledged * LARGE as u64 / MIB,
        idle / MIB,
        away / MIB,
        drained / MIB,
    ));
    assert!(away <= MEMORY_MAX && drained <= MEMORY_MAX, "+{away}, +{drained} bytes");
    assert_eq!(collector.terminate().code, Some(0));
}

/// What a queue has room for, and what it is offered.
const ROOM: u64 = 50;
const OFFERED: u64 = 80;

#[test]
fn a_full_queue_gives_up_the_oldest_and_counts_them_to_the_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let backend = ScriptedBackend::start();
    let account = Account::of_requests(1, 100);
    let endpoint = backend.endpoint();
    let queue = format!("queue_size: {ROOM}, on_full: evict_oldest, num_consumers: 1");
    let disk = Some(Disk { folder: folder.path(), fsync: false });
    let setup = Setup { disk, queue: &queue, ..Setup::to(&endpoint) };
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    let address = collector.address("OTLP over HTTP");
    backend.set(Script::IsUnavailable);
    account.send_all(address, 1);
    // It is being sent from now on, and what is being sent stays.
    wait::until(
        "an attempt",
        || if backend.requests() > 0 { Ok(()) } else { Err("none".to_owned()) },
    );
    account.send_all(address, usize::try_from(OFFERED - 1).expect("few"));
    let full = conserved(&collector.scrape(), "traces", "otlp");
    let evicted = OFFERED - ROOM;
    assert_eq!((full.queued, full.rejected), (ROOM as f64, evicted as f64), "{full:?}");
    backend.set(Script::Keeps);
    let (page, _) = empty_queue(&mut collector, "otlp");
    let labels = [("infer_collector_rejection_reason", "evicted")];
    let seen = page.sum("infer_collector_item_rejected_total", &labels).0;
    let arrived = backend.arrived();
    let missing = account.missing(&arrived);
    // The first was being sent; the next oldest went.
    assert_eq!(missing, (2..2 + evicted).collect::<Vec<_>>());
    assert_eq!(seen, evicted as f64);
    let balance = account.balance(&arrived);
    say(format_args!("full queue: room {ROOM}, {balance}, evicted {seen}, lost uncounted 0"));
    assert_eq!(collector.terminate().code, Some(0));
}

/// Requests that may be under way at once.
const CONSUMERS: u32 = 10;
/// The shortest wait between two attempts of `Setup`, as far as it is spread.
const WAIT_MIN: Duration = Duration::from_millis(50);

#[test]
fn a_backend_that_is_away_is_not_stormed() {
    let backend = ScriptedBackend::start();
    let account = Account::of_requests(1, 100);
    let endpoint = backend.endpoint();
    let queue = format!("queue_size: 1000, num_consumers: {CONSUMERS}");
    let setup = Setup { queue: &queue, ..Setup::to(&endpoint) };
    let mut collector = CollectorProcess::with_config(&setup.yaml());
    backend.set(Script::IsUnavailable);
    account.send_all(collector.address("OTLP over HTTP"), 100);
    let elapsed = wait::stopwatch();
    let before = backend.requests();
    wait::pass(Duration::from_secs(2));
    let probes = backend.requests() - before;
    let time = elapsed();
    let rounds = u64::try_from(time.as_millis() / WAIT_MIN.as_millis()).expect("few") + 1;
    let most = rounds * u64::from(CONSUMERS);
    assert!((1..=most).contains(&probes), "{probes} probes in {time:?}, at most {most}");
    assert_eq!(backend.connections(), 1, "one connection serves all of them");
    backend.set(Script::Keeps);
    let _ = settled(&mut collector, &backend, &account, "otlp");
    let balance = account.balance(&backend.arrived());
    say(format_args!("{CONSUMERS} consumers, away {time:.1?}: probes {probes}, {balance}, lost 0"));
    assert_eq!((balance.missing, balance.duplicates), (0, 0), "{balance}");
    assert_eq!(collector.terminate().code, Some(0));
}
