//! Payloads that are small on the wire and large in memory take, once inflated, at most twice their size and a mebibyte
//! to be checked, stored and answered, on a small stack.

use std::{collections::BTreeMap, io::Write, thread};

use allocation_counter::measure;
use inferometer_collector::{
    otlp,
    pipeline::{Counts, Signal},
};
use inferometer_tests::{
    LOOPBACK_CONFIG,
    hostile::{self, Bomb, Encoding, MIB, Stage, Victim, scaled, to_protobuf},
    http,
};

/// Bytes of a bomb, inflated.
const BYTES: usize = 1 << 20;

/// The stack of the thread that reads.
const STACK_BYTES: usize = 256 << 10;

/// Runs it on a small stack.
fn on_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        thread.expect("a thread").join().expect("no bomb panics")
    })
}

#[test]
fn a_bomb_takes_at_most_twice_its_size_and_a_mebibyte() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (mut worst, mut beyond) = (String::new(), Vec::new());
    let mut most = 0.0;
    for Bomb { name, signal, bytes } in hostile::bombs(scaled(BYTES)) {
        let mut stage = Stage::start(&runtime, 1000);
        let bytes = bytes::Bytes::from(bytes);
        let memory = on_small_stack(|| {
            let mut counts = Counts::default();
            let checked = measure(|| counts = otlp::check(signal, &bytes).expect("a request"));
            let stored = measure(|| stage.take(signal, bytes.clone(), counts));
            checked.bytes_max + stored.bytes_max
        });
        let size = bytes.len() as u64;
        let ratio = memory as f64 / size as f64;
        if memory > 2 * size + MIB {
            beyond.push(format!("{name}: {ratio:.1} times its {size} bytes"));
        }
        if ratio > most {
            (most, worst) = (ratio, format!("{name}, {ratio:.1} times its size"));
        }
        // Its pages can be read, and every point is in one number.
        let _ = stage.settles();
    }
    let _ = writeln!(std::io::stderr(), "S11 bombs, inflated: most memory for {worst}");
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn values_nest_as_deep_as_they_like_on_a_small_stack() {
    let runtime = hostile::runtime();
    for levels in [10, 46, 47, 65, 101, 200_000] {
        let bytes = hostile::nested(levels);
        let mut stage = Stage::start(&runtime, 1000);
        on_small_stack(|| {
            let checked = otlp::check(Signal::Metrics, &bytes);
            assert_eq!(checked.is_ok(), levels <= 46, "{levels}: {checked:?}");
            if let Ok(counts) = checked {
                stage.take(Signal::Metrics, bytes.into(), counts);
            }
        });
    }
}

/// Bytes of a request that the program takes; few, as it reads slowly without optimisation.
fn body_bytes_max() -> usize {
    scaled(512 << 10)
}

/// Who sends at the same time.
const SENDERS: usize = 4;

/// Memory that the program may take beside what requests may: what its allocator keeps, buffers of connections.
const SLACK: u64 = 32 * MIB;

/// A body over HTTP, and the status that it must be answered with.
struct Body {
    name: String,
    encoding: &'static str,
    media_type: &'static str,
    signal: Signal,
    bytes: Vec<u8>,
    status: u16,
    /// Points or spans, if it is taken.
    items: u64,
}

impl Body {
    fn refused(name: &str, encoding: &'static str, bytes: Vec<u8>, status: u16) -> Self {
        let (media_type, signal) = ("application/x-protobuf", Signal::Metrics);
        Self { name: name.to_owned(), encoding, media_type, signal, bytes, status, items: 0 }
    }

    fn send(&self, victim: &Victim) -> u16 {
        let headers = [("content-type", self.media_type), ("content-encoding", self.encoding)];
        let path = format!("/v1/{}", self.signal.as_str());
        http::post(victim.http, &path, &headers, &self.bytes).expect("an answer").status
    }
}

/// Everything that is small on the wire, and what must be said to it.
fn bodies() -> Vec<Body> {
    let zeros = vec![0; 4 * body_bytes_max()];
    let right = to_protobuf(&hostile::gauges("depth", "bombs", 0..3, 1));
    let gzip = |bytes: &[u8]| Encoding::Gzip.encode(bytes);
    // A frame header with a window of 1 GiB, then one empty last block.
    let window = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0x01, 0x00, 0x00];
    let mut bodies = vec![
        Body::refused("gzip of zeros", "gzip", gzip(&zeros), 413),
        Body::refused("zstd of zeros", "zstd", Encoding::Zstd.encode(&zeros), 413),
        Body::refused("gzip in gzip", "gzip", gzip(&gzip(&right)), 400),
        Body::refused("gzip twice", "gzip, gzip", gzip(&gzip(&right)), 415),
        Body::refused("a wide window", "zstd", window, 400),
        Body::refused("deep values", "identity", hostile::nested(20_000), 400),
    ];
    for (name, piece) in [("deep arrays", "["), ("deep objects", "{\"resourceMetrics\":")] {
        let bytes = gzip(piece.repeat(20_000).as_bytes());
        let body = Body::refused(&format!("{name} in JSON"), "gzip", bytes, 400);
        bodies.push(Body { media_type: "application/json", ..body });
    }
    for Bomb { name, signal, bytes } in hostile::bombs(body_bytes_max() - (64 << 10)) {
        if signal == Signal::Logs || bytes.len() > body_bytes_max() {
            continue;
        }
        let items = otlp::check(signal, &bytes).expect("a request").items;
        let body = Body::refused(name, "zstd", Encoding::Zstd.encode(&bytes), 200);
        bodies.push(Body { signal, items, ..body });
    }
    bodies
}

/// How often each was answered.
type Statuses = BTreeMap<u16, u64>;

/// Sends every body from several threads at a time; what was taken of metrics and traces, and how often each status
/// was answered.
fn send_all(victim: &Victim, bodies: &[Body], may_be_busy: bool) -> ([u64; 2], Statuses) {
    let send = |nth: usize| {
        let (mut taken, mut statuses) = ([0, 0], Statuses::new());
        // Each begins elsewhere, so that different ones are there at a time.
        for body in bodies.iter().cycle().skip(nth * 3).take(bodies.len()) {
            let status = body.send(victim);
            let is_expected = status == body.status || may_be_busy && status == 503;
            assert!(is_expected, "{}: {status} instead of {}", body.name, body.status);
            *statuses.entry(status).or_default() += 1;
            taken[usize::from(body.signal == Signal::Traces)] +=
                if status == 200 { body.items } else { 0 };
        }
        (taken, statuses)
    };
    thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|nth| scope.spawn(move || send(nth))).collect();
        let (mut taken, mut statuses) = ([0, 0], Statuses::new());
        for sender in senders {
            let (more, of_it) = sender.join().expect("a sender does not panic");
            taken = [taken[0] + more[0], taken[1] + more[1]];
            of_it.into_iter().for_each(|(status, n)| *statuses.entry(status).or_default() += n);
        }
        (taken, statuses)
    })
}

/// The default patience with connections, as the program is busy; and this budget.
fn config(budget_mib: usize) -> String {
    let http = "http: {endpoint: \"127.0.0.1:0\"";
    let limited = format!("{http}, max_request_body_size: {}", body_bytes_max());
    let receiver = format!("  otlp:\n    admission: {{request_limit_mib: {budget_mib}}}\n");
    let grpc = "grpc: {endpoint: \"127.0.0.1:0\"";
    let config = LOOPBACK_CONFIG
        .replace(http, &limited)
        .replace(grpc, &format!("{grpc}, max_recv_msg_size_mib: 1"))
        .replace("  otlp:\n", &receiver);
    assert!(config.contains("max_request") && config.contains("admission"), "{config}");
    config
}

#[test]
fn bombs_are_answered_for_what_they_are_and_take_twice_the_limit_each() {
    let victim = Victim::with_config(&config(256));
    let bodies = bodies();
    let mut taken = [0, 0];
    let report = victim.attack("S11 bombs over HTTP", || {
        let (items, statuses) = send_all(&victim, &bodies, false);
        taken = items;
        format!("answered {statuses:?}")
    });
    let each = 2 * body_bytes_max() as u64 + MIB;
    report.hurt_nobody().grew_at_most(SENDERS as u64 * each + SLACK);
    victim.settles(taken);
}

#[test]
fn requests_in_flight_take_no_more_than_their_budget() {
    // One of the largest requests at a time, and what unpacking it takes.
    let budget_mib = (2 * body_bytes_max()).div_ceil(1 << 20);
    let victim = Victim::with_config(&config(budget_mib));
    let bodies = bodies();
    let mut taken = [0, 0];
    let report = victim.attack("S11 bombs beyond the budget", || {
        let (items, statuses) = send_all(&victim, &bodies, true);
        taken = items;
        format!("answered {statuses:?}")
    });
    report.grew_at_most(budget_mib as u64 * MIB + SLACK);
    // The bystander may be told to come back, as anybody else.
    let is_busy = |error: &String| error.contains("503") || error.contains("Unavailable");
    assert!(report.during.errors.iter().all(is_busy), "{:?}", report.during.errors);
    victim.settles(taken);
}
