//! Bent payloads, a hundred thousand and more: what the generated types decode is taken, with as many items, and nothing
//! else; what is taken is stored or rejected point by point, and the page stays one that can be read.
//!
//! The same seed gives the same inputs; it is printed, and so is an input at which something goes wrong.

use std::{io::Write, thread, time::Duration};

use allocation_counter::measure;
use inferometer_collector::{http::InFlight, otlp, pipeline::Signal};
use inferometer_tests::hostile::{self, MIB, Mutator, Stage, scaled, to_protobuf};
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    metrics::v1::{Metric, metric::Data},
};
use prost::Message;
use tokio::{runtime::Runtime, time::Instant};

/// Inputs, over all threads.
const INPUTS: usize = 1_000_000;

/// Inputs in JSON, over all threads.
const JSON_INPUTS: usize = 40_000;

/// One for each core of a small machine, each with inputs of its own.
const THREADS: u8 = 2;

/// Where inputs come from.
const SEED: u64 = 20_260_822;

/// Series of a store: most are new, so that it is soon full.
const SERIES_MAX: u64 = 2_000;

/// Memory that an input may take while it is read, stored and answered, beside eight times itself.
const MEMORY_MAX: u64 = MIB;

/// What a thread saw.
#[derive(Debug, Default)]
struct Seen {
    inputs: u64,
    taken: u64,
    items: u64,
    most_memory: u64,
}

impl Seen {
    fn join(mut self, other: &Self) -> Self {
        self.inputs += other.inputs;
        self.taken += other.taken;
        self.items += other.items;
        self.most_memory = self.most_memory.max(other.most_memory);
        self
    }

    fn print(&self, name: &str, took: Duration) {
        let Self { inputs, taken, items, most_memory } = self;
        let _ = writeln!(
            std::io::stderr(),
            "S10 {name}: seed {SEED}, {inputs} inputs in {:.1} s, {taken} taken with {items} items, differences 0, \
             most memory for one {:.2} MiB",
            took.as_secs_f64(),
            *most_memory as f64 / MIB as f64,
        );
    }
}

/// Says which input it was if something panics.
struct Suspect<'a> {
    nth: usize,
    seed: u64,
    bytes: &'a [u8],
}

impl Drop for Suspect<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let Self { nth, seed, bytes } = self;
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let _ = writeln!(std::io::stderr(), "seed {seed}, input {nth}: {hex}");
        }
    }
}

/// What the generated types make of the bytes: the items, or nothing if they do not decode.
fn oracle(signal: Signal, bytes: &[u8]) -> Option<u64> {
    let items = match signal {
        Signal::Metrics => {
            let request = ExportMetricsServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
            scopes.flat_map(|scope| &scope.metrics).map(points_of).sum()
        }
        Signal::Traces => {
            let request = ExportTraceServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_spans.iter().flat_map(|it| &it.scope_spans);
            scopes.map(|scope| scope.spans.len()).sum()
        }
        Signal::Logs => {
            let request = ExportLogsServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_logs.iter().flat_map(|it| &it.scope_logs);
            scopes.map(|scope| scope.log_records.len()).sum::<usize>()
        }
    };
    Some(items as u64)
}

fn points_of(metric: &Metric) -> usize {
    match &metric.data {
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
        None => 0,
    }
}

/// Requests of every signal; those of metrics first.
fn corpus() -> Vec<(Signal, Vec<u8>)> {
    let metrics = hostile::all_metrics();
    let mut corpus: Vec<_> =
        metrics.iter().map(|request| (Signal::Metrics, to_protobuf(request))).collect();
    corpus.push((Signal::Traces, to_protobuf(&hostile::all_spans())));
    corpus.push((Signal::Logs, to_protobuf(&hostile::all_records())));
    corpus
}

fn bend_all(seed: u64, inputs: usize, runtime: &Runtime) -> Seen {
    let corpus = corpus();
    let messages: Vec<_> = corpus.iter().map(|(_, bytes)| bytes.clone()).collect();
    let mut mutator = Mutator::new(seed, &messages);
    let mut stage = Stage::start(runtime, SERIES_MAX);
    let mut seen = Seen::default();
    for nth in 0..inputs {
        let (which, bytes) = mutator.bend();
        let _suspect = Suspect { nth, seed, bytes: &bytes };
        let signal = corpus[which].0;
        let expected = oracle(signal, &bytes);
        let mut ours = None;
        let memory = measure(|| {
            let checked = otlp::check(signal, &bytes);
            if let Ok(counts) = checked {
                stage.take(signal, bytes.clone().into(), counts);
            }
            ours = checked.ok().map(|counts| counts.items);
        });
        assert_eq!(ours, expected, "{signal:?}: ours first, the generated types' second");
        let most = 8 * bytes.len() as u64 + MEMORY_MAX;
        assert!(memory.bytes_max <= most, "{} bytes for one of {}", memory.bytes_max, bytes.len());
        seen.inputs += 1;
        seen.taken += u64::from(ours.is_some());
        seen.items += ours.unwrap_or(0);
        seen.most_memory = seen.most_memory.max(memory.bytes_max);
    }
    let page = stage.settles();
    assert!(page.families.len() > 10, "{}", page.text);
    seen
}

/// Spellings that JSON's reader must tell apart.
const WORDS: [&str; 18] = [
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "\"NaN\"",
    "\"-Infinity\"",
    "{}",
    "[]",
    "[[",
    "{\"a\":",
    "\\ud800",
    "\"\\u0000\"",
    ",",
    ":",
    "\"kvlistValue\":{\"values\":[",
    "}",
    "]",
];

fn bend_json(seed: u64, inputs: usize) -> Seen {
    use rand::{RngExt, SeedableRng};
    let mut corpus: Vec<_> = hostile::all_metrics()
        .iter()
        .map(|request| (Signal::Metrics, serde_json::to_vec(request).expect("JSON")))
        .collect();
    corpus.push((Signal::Traces, serde_json::to_vec(&hostile::all_spans()).expect("JSON")));
    corpus.push((Signal::Logs, serde_json::to_vec(&hostile::all_records()).expect("JSON")));
    let mut rng = rand::rngs::SmallRng::seed_from_u64(seed);
    let budget = InFlight::new(64 << 20);
    let mut seen = Seen::default();
    for nth in 0..inputs {
        let (signal, mut bytes) = corpus[rng.random_range(0..corpus.len())].clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..bytes.len());
            match rng.random_range(0..6) {
                0 => bytes[at] = rng.random(),
                1 => drop(bytes.drain(at..(at + rng.random_range(1..9)).min(bytes.len()))),
                2 => bytes.truncate(at.max(1)),
                3 => drop(bytes.splice(at..at, bytes[at..(at + 40).min(bytes.len())].to_vec())),
                _ => {
                    let word = WORDS[rng.random_range(0..WORDS.len())];
                    drop(bytes.splice(at..at, word.bytes()));
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        let _suspect = Suspect { nth, seed, bytes: &bytes };
        let mut charge = budget.charge();
        let mut written = None;
        let memory = measure(|| {
            written = otlp::from_json(signal, &bytes, 1 << 20, &mut charge).ok();
        });
        let most = 8 * bytes.len() as u64 + MEMORY_MAX;
        assert!(memory.bytes_max <= most, "{} bytes for one of {}", memory.bytes_max, bytes.len());
        seen.most_memory = seen.most_memory.max(memory.bytes_max);
        seen.inputs += 1;
        if let Some(written) = written {
            let ours = otlp::check(signal, &written).map(|counts| counts.items);
            let ours = ours.unwrap_or_else(|error| panic!("written, yet {error}"));
            assert_eq!(Some(ours), oracle(signal, &written), "{signal:?}");
            seen.taken += 1;
            seen.items += ours;
        }
    }
    assert_eq!(budget.used(), 0, "what was charged was given back");
    seen
}

/// Runs it on every thread with a seed of its own.
fn everywhere(bend: impl Fn(u64) -> Seen + Sync) -> Seen {
    let bend = &bend;
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|nth| scope.spawn(move || bend(SEED + u64::from(nth)))).collect();
        let seen = threads.into_iter().map(|thread| thread.join().expect("no input panics"));
        seen.fold(Seen::default(), |all, one| all.join(&one))
    })
}

#[test]
fn bent_protobuf_is_taken_or_refused_as_the_generated_types_do() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let inputs = scaled(INPUTS) / usize::from(THREADS);
    let start = Instant::now();
    let seen = everywhere(|seed| bend_all(seed, inputs, &runtime));
    seen.print("malformed protobuf", start.elapsed());
    let share = seen.taken as f64 / seen.inputs as f64;
    assert!((0.05..0.95).contains(&share), "{share} of the inputs test the other side too little");
}

#[test]
fn bent_json_becomes_the_protobuf_of_a_request_or_nothing() {
    let inputs = scaled(JSON_INPUTS) / usize::from(THREADS);
    let start = Instant::now();
    let seen = everywhere(|seed| bend_json(seed, inputs));
    seen.print("malformed JSON", start.elapsed());
    assert!(seen.taken > 0 && seen.taken < seen.inputs, "{seen:?}");
}
