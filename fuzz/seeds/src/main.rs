//! Writes the inputs that fuzzing begins with: small requests, files and texts as real ones are.
//!
//! `cargo run --manifest-path fuzz/seeds/Cargo.toml` writes them into `fuzz/corpus`, beside those that fuzzing has found.

mod requests;

use std::{fs, io, path::Path};

use prost::Message;

/// Conditions of the filter, each kind of expression once.
const CONDITIONS: [&str; 14] = [
    "name == \"queue.wait\" and unit != \"s\"",
    "IsMatch(name, \"^(queue|step).*[0-9]$\") or type == METRIC_DATA_TYPE_GAUGE",
    "attributes[\"a\"] == \"b\"",
    "attributes[\"a\"] >= 0.5",
    "not (attributes[\"a\"] == true)",
    "attributes[\"missing\"] == nil",
    "resource.attributes[\"service.name\"] != \"a\\n\\\"\"",
    "instrumentation_scope.name == \"lib\"",
    "kind == SPAN_KIND_SERVER",
    "severity_number < SEVERITY_NUMBER_ERROR",
    "body == \"out of memory\" and severity_text == \"ERROR\"",
    "IsMatch(body, \"memory\") and true or false",
    "((attributes[\"a\"] < -1e3))",
    "metric.name == \"a\"",
];

/// Headers: `traceparent`, `tracestate`, `baggage`, the time of sending.
const HEADERS: [&str; 5] = [
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\nvendor=opaque,a@b=c\nuser=1;p=2,x=%20\n1700000000123456789",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
    "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more\n\nk=v",
    "00-00000000000000000000000000000000-b7ad6b7169203331-01\na=b",
    "ff-1-2-3\n=,=\n,;=%zz\n-1",
];

/// Questions of the trace ring.
const QUESTIONS: [&str; 9] = [
    "/api/traces?service=engine&operation=step&limit=5&minDuration=1ms&maxDuration=2.5s&lookback=1h",
    "/api/traces?tags=%7B%22a%22%3A%22b%22%7D&tag=error%3Atrue&start=1&end=1700000000000000",
    "/api/traces?traceID=01010101010101010101010101010101&traceID=2",
    "/api/traces/01010101010101010101010101010101",
    "/api/services",
    "/api/services/engine/operations",
    "/api/operations?service=engine&spanKind=server",
    "/api/dependencies?endTs=1700000000000&lookback=3600000",
    "/api/traces?tag=span.kind:server&tag=otel.status_code:ERROR&tag=resource.host.name:h&tag=n:0.5",
];

/// Beside the examples, what they do not show.
const CONFIG: &str = "receivers:
  otlp: {protocols: {grpc: {endpoint: \"127.0.0.1:0\", max_recv_msg_size_mib: 4}, http: null}}
processors:
  filter/a: {error_mode: ignore, metrics: {metric: ['name == \"a\"']}}
  memory_limiter: &m {check_interval: 1s, limit_percentage: 75}
exporters:
  otlp: {endpoint: \"https://x:4317\", tls: {insecure: false}, retry_on_failure: {max_elapsed_time: 0}}
  debug: {verbosity: basic}
extensions: {file_storage: {directory: /tmp/x}}
service:
  extensions: [file_storage]
  pipelines:
    traces: {receivers: [otlp], processors: [memory_limiter], exporters: [otlp, debug]}
    metrics: {receivers: [otlp], processors: [filter/a], exporters: [debug]}
";

fn main() -> io::Result<()> {
    let [metrics, traces, logs] = requests::all();
    for (signal, request) in (0_u8..).zip([&metrics, &traces, &logs]) {
        put("otlp_protobuf", &[&[signal], &**request])?;
        put("otlp_json", &[&[signal + 0x81], &**request])?;
        put("batch_split", &[&[signal, 2], &**request])?;
    }
    for (signal, json) in (0_u8..).zip(requests::in_json()) {
        put("otlp_json", &[&[signal], json.as_bytes()])?;
    }
    for (store, reader) in [(0x00, 0x60), (0x15, 0xe2), (0x4a, 0x13), (0xa0, 0x81)] {
        let requests = requests::steady().map(|request| behind_length(&request.encode_to_vec()));
        put("metrics_page", &[&[store, reader], &requests.concat()])?;
    }
    for (level, text) in (0_u8..).zip(CONDITIONS) {
        put("filter_condition", &[&[level], text.as_bytes()])?;
        put("filter_condition", &[&[level + 1], text.as_bytes()])?;
    }
    for headers in HEADERS {
        put("trace_context", &[headers.as_bytes()])?;
    }
    for question in QUESTIONS {
        put("trace_query", &[question.as_bytes(), &[0], &traces])?;
    }
    for example in ["minimal", "processors", "span-metrics"] {
        put("config", &[&fs::read(root().join(format!("examples/collector-{example}.yaml")))?])?;
    }
    put("config", &[CONFIG.as_bytes()])?;
    let length = u32::try_from(logs.len()).unwrap_or(u32::MAX).to_be_bytes();
    put("grpc_frame", &[&[0, 0], &length, &logs])?;
    for (encoding, body) in (1_u8..).zip([GZIP, ZSTD]) {
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        put("grpc_frame", &[&[encoding, 1], &length, body])?;
    }
    put("http2_frames", &[&[5], HTTP2])?;
    put("journal_damage", &[&[0, 0, 60, 0, 4, 0x40]])?;
    put("journal_damage", &[&[1, 5, 0, 0, 110, 0, 2, 2, 9, 0, 0, 0, 0, 4, 10, 0, 100, 0]])?;
    journal_files()
}

/// "inferometer" in a member, and in a frame.
const GZIP: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xcb\xccKK-\xca\xcfM-I-\x02\0]\xfc4\"\x0b\0\0\0";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd\x20\x0b\x59\0\0inferometer";
/// Settings, a request's head in two frames, data, an update of a window, a reset.
const HTTP2: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0d\0\0\x03\x01\0\0\0\0\x01abc\0\0\x01\x09\x04\0\0\0\x01d\
    \0\0\x02\0\x01\0\0\0\x01hi\0\0\x04\x08\0\0\0\0\0\0\0\0\x01\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";

/// Two files of one record each, and a checkpoint, whose checksums the target makes fit.
fn journal_files() -> io::Result<()> {
    let record = |number: u8| {
        let mut record = vec![0; 48];
        record[..4].copy_from_slice(b"IFR1");
        (record[12], record[16], record[32]) = (4, number, 1);
        [record, b"abcd".to_vec()].concat()
    };
    let file = |kind: u8, first: u8, bytes: &[u8]| {
        [&[kind, first, 3][..], &behind_length(bytes)].concat()
    };
    let numbers = |all: [u64; 4]| [&b"IFC1\0\0\0\0"[..], &all.map(u64::to_le_bytes).concat()].concat();
    let checkpoint = file(4, 0, &numbers([4, 1, 3, 4]));
    let segments = [file(0, 1, &[record(1), record(2)].concat()), file(1, 3, &record(3))].concat();
    for does in [0, 1, 6, 14] {
        put("journal_files", &[&[does], &segments])?;
        put("journal_files", &[&[does], &checkpoint, &segments])?;
    }
    put("journal_files", &[&[8], &file(0, 0xff, &record(255)), &file(7, 9, &[])])
}

fn behind_length(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_le_bytes()[..], bytes].concat()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Writes an input under a name that says where it is from, numbered by those that are there.
fn put(target: &str, parts: &[&[u8]]) -> io::Result<()> {
    let folder = root().join("fuzz/corpus").join(target);
    fs::create_dir_all(&folder)?;
    let bytes = parts.concat();
    for number in 0..100 {
        let path = folder.join(format!("seed-{number:02}"));
        match fs::read(&path) {
            Ok(there) if there == bytes => return Ok(()),
            Ok(_) => {}
            Err(_) => return fs::write(path, bytes),
        }
    }
    Ok(())
}
