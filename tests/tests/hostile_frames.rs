//! Requests that end at every possible byte, in order and by a reset, are kept whole or not at all, and leave nothing
//! behind: no item, no open file, no memory.

use std::{net::SocketAddr, time::Duration};

use inferometer_tests::hostile::{
    self, Encoding, Format, Frame, MIB, Seed, Victim, flag, grpc_seed, http_seed, kind, scale,
    to_protobuf,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

/// Points of a seed with metrics, and spans of one with traces.
const ITEMS: u8 = 3;

/// For the end of one connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Cuts of one seed at most; a longer one is cut at every second, third, ... byte.
const CUTS: usize = 400;

/// Memory that all of it may take while it lasts: buffers of connections, and what the allocator keeps of them.
const MEMORY_MAX: u64 = 16 * MIB;

fn seeds() -> Vec<Seed> {
    let metrics = hostile::gauges("depth", "frames", 0..usize::from(ITEMS), 1);
    let spans = hostile::spans(7, ITEMS);
    let [protobuf, of_spans] = [to_protobuf(&metrics), to_protobuf(&spans)];
    let json = serde_json::to_vec(&metrics).expect("JSON");
    let (metrics, traces) = ("metrics.v1.MetricsService", "trace.v1.TraceService");
    vec![
        http_seed("metrics", Format::Protobuf, Encoding::Identity, 0, &protobuf),
        http_seed("metrics", Format::Protobuf, Encoding::Gzip, 0, &protobuf),
        http_seed("metrics", Format::Protobuf, Encoding::Zstd, 0, &protobuf),
        http_seed("metrics", Format::Protobuf, Encoding::Identity, 3, &protobuf),
        http_seed("metrics", Format::Json, Encoding::Identity, 0, &json),
        http_seed("metrics", Format::Json, Encoding::Gzip, 2, &json),
        http_seed("traces", Format::Protobuf, Encoding::Zstd, 2, &of_spans),
        grpc_seed(metrics, Encoding::Identity, &protobuf),
        grpc_seed(metrics, Encoding::Gzip, &protobuf),
        grpc_seed(metrics, Encoding::Zstd, &protobuf),
        grpc_seed(traces, Encoding::Identity, &of_spans),
    ]
}

fn target(victim: &Victim, seed: &Seed) -> SocketAddr {
    if seed.name.starts_with("gRPC") { victim.grpc } else { victim.http }
}

/// Sends a whole seed; it must be answered as a request that was kept.
async fn send_whole(target: SocketAddr, seed: &Seed) {
    let mut stream = hostile::connect(hostile::attacker(0), target).await.expect("a connection");
    stream.write_all(&seed.bytes).await.expect("sent");
    let answer = time::timeout(PATIENCE, answer_of(&mut stream, seed)).await;
    let answer = answer.unwrap_or_else(|_| panic!("no answer to {}", seed.name));
    let is_good = if seed.name.starts_with("gRPC") {
        is_last_answered(answer)
    } else {
        answer.starts_with(b"HTTP/1.1 200")
    };
    assert!(is_good, "{} is not answered well", seed.name);
}

/// What a peer says to the end of its answer.
async fn answer_of(stream: &mut TcpStream, seed: &Seed) -> Vec<u8> {
    let mut answer = Vec::new();
    while let Ok(1..) = stream.read_buf(&mut answer).await {
        if seed.name.starts_with("gRPC") && is_last_answered(answer.clone()) {
            break;
        }
    }
    answer
}

/// Whether these frames hold the end of the first stream, behind a message.
fn is_last_answered(mut frames: Vec<u8>) -> bool {
    let mut has_message = false;
    while let Some(frame) = Frame::take(&mut frames) {
        has_message |= frame.kind == kind::DATA && frame.stream == 1;
        if frame.kind == kind::HEADERS && frame.flags & flag::END_STREAM != 0 {
            return has_message;
        }
    }
    false
}

/// Sends the start of a seed and ends the connection in order; the peer must end it too.
async fn send_cut(target: SocketAddr, seed: &Seed, end: usize) {
    let mut stream = hostile::connect(hostile::attacker(1), target).await.expect("a connection");
    let mut answer = Vec::new();
    let exchange = async {
        // The peer may have seen enough before all of it is written.
        let _ = stream.write_all(&seed.bytes[..end]).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    let ended = time::timeout(PATIENCE, exchange).await;
    let place = format!("{}, {end} of {} bytes", seed.name, seed.bytes.len());
    assert!(ended.is_ok(), "{place}: the connection is still open");
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{place}: kept");
}

/// Sends the start of a seed and resets the connection.
async fn send_reset(target: SocketAddr, seed: &Seed, end: usize) {
    let source = hostile::attacker(2);
    let mut stream = hostile::connect_to_reset(source, target).await.expect("a connection");
    let _ = stream.write_all(&seed.bytes[..end]).await;
}

#[test]
fn a_request_cut_anywhere_is_kept_whole_or_not_at_all_and_leaves_nothing_open() {
    let victim = Victim::start();
    let seeds = seeds();
    let before = victim.open_files();
    let runtime = hostile::runtime();
    let report = victim.attack("S9 truncated frames", || {
        let mut connections = 0;
        for seed in &seeds {
            let target = target(&victim, seed);
            runtime.block_on(send_whole(target, seed));
            let step = seed.bytes.len().div_ceil(CUTS * scale());
            for end in (0..seed.bytes.len()).step_by(step) {
                runtime.block_on(send_cut(target, seed, end));
                runtime.block_on(send_reset(target, seed, end));
                connections += 2;
            }
            // The last byte is missing.
            runtime.block_on(send_cut(target, seed, seed.bytes.len() - 1));
        }
        format!("{connections} connections cut")
    });
    report.hurt_nobody().grew_at_most(MEMORY_MAX);
    // The bystander's connections are among them.
    victim.closes_down_to(before + 2);
    let whole = |start: &str| {
        let of_it = |seed: &&Seed| seed.name.contains(start);
        seeds.iter().filter(of_it).count() as u64 * u64::from(ITEMS)
    };
    let [metrics, traces] = [whole("metrics"), whole("trace")];
    victim.settles([metrics, traces]);
}
