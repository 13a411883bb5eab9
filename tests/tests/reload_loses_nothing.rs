//! A collector that is given another configuration under load goes on with it and loses nothing: its listeners refuse
//! nobody, what was replaced sends what it held, and a configuration that is wrong changes nothing and is told.

use std::{
    env, fs,
    net::{SocketAddr, TcpListener},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use inferometer_tests::{
    CollectorProcess, collector_program,
    faults::{Account, Answer, Load, ScriptedBackend, all_arrived, empty_queue, say},
    http,
    reload::{Give, reload, reload_by, reloads, values},
    wait,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, trace_service_client::TraceServiceClient,
};
use prost::Message;

/// How often it is reloaded, if not [`RELOADS`] times.
const RELOADS_DEFAULT: usize = 15;
/// The variable that says otherwise.
const RELOADS: &str = "INFEROMETER_RELOADS";
/// In each request.
const SPANS: u64 = 5;
const SENDERS: usize = 2;
/// Between two reloads.
const PAUSE: Duration = Duration::from_millis(200);
/// One of each kind of configuration.
const ROUND: usize = 5;
/// Configurations that take turns, of which all but the last two are sound.
fn yaml(nth: usize, backend: &str, taken: SocketAddr) -> String {
    let loopback = "{endpoint: \"127.0.0.1:0\"}";
    // An exporter and a processor are added, an exporter is altered with a pipeline added, a key is misspelt, a port is
    // taken.
    let (receiver, processor, exporter, timeout, through, ends, pipeline) = match nth % ROUND {
        0 => ("", "{timeout: 50ms}", "", "10s", "[]", "[otlp]", ""),
        1 => ("", "{timeout: 50ms}", "trace_ring", "10s", "[batch]", "[otlp, trace_ring]", ""),
        2 => ("", "{timeout: 20ms}", "trace_ring", "9s", "[]", "[otlp]", "[trace_ring]"),
        3 => ("", "{timeouts: 50ms}", "", "10s", "[batch]", "[otlp]", ""),
        _ => ("otlp/taken", "{timeout: 10ms}", "", "8s", "[batch]", "[otlp]", ""),
    };
    let mut text =
        format!("receivers:\n  otlp: {{protocols: {{grpc: {loopback}, http: {loopback}}}}}\n");
    let mut receivers = "otlp".to_owned();
    if !receiver.is_empty() {
        text += &format!("  {receiver}: {{protocols: {{http: {{endpoint: \"{taken}\"}}}}}}\n");
        receivers += &format!(", {receiver}");
    }
    text += &format!("processors:\n  batch: {processor}\nexporters:\n  prometheus: {loopback}\n");
    text += &format!(
        "  otlp: {{endpoint: \"{backend}\", timeout: {timeout}, sending_queue: {{queue_size: 100000}}}}\n"
    );
    if !exporter.is_empty() {
        text += &format!("  {exporter}: {loopback}\n");
    }
    text += "service:\n  pipelines:\n    metrics: {receivers: [otlp], exporters: [prometheus]}\n";
    text += &format!(
        "    traces: {{receivers: [{receivers}], processors: {through}, exporters: {ends}}}\n"
    );
    if !pipeline.is_empty() {
        text += &format!(
            "    traces/more: {{receivers: [otlp], processors: [batch], exporters: {pipeline}}}\n"
        );
    }
    text
}

/// Descriptors and threads of a process.
fn held(collector: &CollectorProcess) -> [usize; 2] {
    ["fd", "task"].map(|what| {
        let path = format!("/proc/{}/{what}", collector.id());
        fs::read_dir(path).expect("the program runs").count()
    })
}

/// Sends over one connection of gRPC until it is told to stop.
fn send_over_grpc(collector: SocketAddr, account: &Account, stops: &AtomicBool) {
    let runtime = inferometer_tests::hostile::runtime();
    runtime.block_on(async {
        let client = TraceServiceClient::connect(format!("http://{collector}")).await;
        let mut client = client.expect("the collector listens");
        while !stops.load(Ordering::Relaxed) {
            let (first, body) = account.next();
            let request = ExportTraceServiceRequest::decode(&*body).expect("a request of ours");
            let answer = client.export(request).await;
            assert!(answer.is_ok(), "the connection is kept and nothing is refused: {answer:?}");
            account.note(first, &Answer::Acknowledged);
        }
    });
}

#[test]
fn reloads_under_load_lose_nothing_and_refuse_nobody() {
    let count = env::var(RELOADS).map_or(RELOADS_DEFAULT, |text| text.parse().expect("a number"));
    check(count, Command::new(collector_program()), CollectorProcess::reload);
}

#[test]
fn files_that_are_watched_are_taken_once_each_and_nothing_is_lost() {
    let mut command = Command::new(collector_program());
    command.arg("--watch-config=100ms");
    check(ROUND, command, CollectorProcess::replace_config);
}

fn check(count: usize, command: Command, give: Give) {
    let backend = ScriptedBackend::start();
    let endpoint = backend.endpoint();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().map(|address| (taken, address)).expect("an address");
    let yaml = |nth| yaml(nth, &endpoint, taken.1);
    let mut collector = CollectorProcess::with_command(command, &yaml(0));
    let (http, grpc) = (collector.address("OTLP over HTTP"), collector.address("OTLP over gRPC"));
    let page = collector.address("metrics");
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let stops = Arc::new(AtomicBool::new(false));
    let load = Load::start(&account, http, SENDERS);
    let over_grpc = {
        let (account, stops) = (Arc::clone(&account), Arc::clone(&stops));
        thread::spawn(move || send_over_grpc(grpc, &account, &stops))
    };
    let mut after_first_round = [0; 2];
    for nth in 1..=count.next_multiple_of(ROUND) {
        let acknowledged = account.acknowledged();
        reload_by(give, &collector, page, &yaml(nth), nth % ROUND < 3);
        wait::until("requests", || match account.acknowledged() {
            now if now > acknowledged => Ok(()),
            now => Err(format!("{now} were acknowledged")),
        });
        wait::pass(PAUSE);
        if nth == ROUND {
            after_first_round = held(&collector);
        }
    }
    load.stop();
    stops.store(true, Ordering::Relaxed);
    over_grpc.join().expect("nothing was refused");
    all_arrived(&backend, &account);
    let _ = empty_queue(&mut collector, "otlp");
    let balance = account.balance(&backend.arrived());
    // What was replaced last may still be there, and threads that had work a while ago.
    let flat = wait::until("descriptors and threads as few as before", || {
        let now = held(&collector);
        let is_flat = now[0] <= after_first_round[0] && now[1] <= after_first_round[1];
        if is_flat { Ok(now) } else { Err(format!("{now:?} after {after_first_round:?}")) }
    });
    say(format_args!(
        "{count} reloads: {balance}, descriptors and threads {after_first_round:?} after a round, {flat:?} at the end"
    ));
    assert!(balance.acknowledged > 0 && balance.missing == 0, "{balance}");
    assert_eq!((balance.refused, balance.unanswered, balance.duplicates), (0, 0, 0), "{balance}");
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_place_and_changes_nothing() {
    let backend = ScriptedBackend::start();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address");
    let yaml = |nth| yaml(nth, &backend.endpoint(), address);
    let mut collector = CollectorProcess::with_config(&yaml(0));
    let page = collector.address("metrics");
    let http = collector.address("OTLP over HTTP");
    let since = || values(page, "infer_collector_config_load_timestamp_seconds", [""]);
    let loaded = since();
    reload(&collector, page, &yaml(3), false);
    let place = format!("{}:4:", collector.file());
    collector.says("the place", |line| line.starts_with(&place) && line.contains("timeouts"));
    reload(&collector, page, &yaml(4), false);
    let cause = format!("receivers.otlp/taken.protocols.http: cannot listen on {address}");
    collector.says("the cause", |line| line.contains(&cause));
    assert_eq!(since(), loaded, "what runs is as old as it was");
    fs::remove_file(collector.file()).expect("its own file");
    collector.hang_up();
    wait::until("a third failure", || match reloads(page) {
        [0.0, 3.0] => Ok(()),
        other => Err(format!("{other:?}")),
    });
    let account = Account::of_requests(SPANS, 300);
    account.send_all(http, 10);
    all_arrived(&backend, &account);
    reload(&collector, page, &yaml(1), true);
    assert!(since() > loaded);
    let ring = collector.address("traces");
    assert_eq!(http::get(ring, "/api/traces?limit=1").expect("an answer").status, 200);
    assert_eq!(collector.terminate().code, Some(0));
}
