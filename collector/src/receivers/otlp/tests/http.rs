//! Hand-written HTTP/1 requests against the HTTP listener.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic_types::pb;

use super::*;

const PROTOBUF: &str = "content-type: application/x-protobuf\r\n";

/// An answer, taken apart.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            (key == name).then_some(value)
        })
    }

    /// The message of the `google.rpc.Status` in the body.
    fn message(&self) -> String {
        pb::Status::decode(&*self.body).expect("a google.rpc.Status").message
    }
}

async fn send(bench: &Bench, line: &str, headers: &str, body: &[u8]) -> Reply {
    let head = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    send_raw(bench, &[head.as_bytes(), body].concat()).await
}

async fn send_raw(bench: &Bench, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(bench.http_address()).await.expect("the listener answers");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("an answer in time")
        .expect("a whole answer");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    Reply { status: head[9..12].parse().expect("a status"), head, body: answer[end + 4..].to_vec() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

#[tokio::test]
async fn a_plain_and_a_compressed_request_reach_the_pipelines_as_the_same_bytes() {
    let bench = Bench::start();
    let body = trace_request(&"decode".repeat(100)).encode_to_vec();
    let plain = send(&bench, "POST /v1/traces", PROTOBUF, &body).await;
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let compressed = send(&bench, "POST /v1/traces", &headers, &gzip(&body)).await;
    for answer in [plain, compressed] {
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b""[..]));
        assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
    }
    let expected = (Signal::Traces, body, 1);
    assert_eq!(bench.received(), [expected.clone(), expected]);
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/metrics", PROTOBUF, b"").await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_exporters_reject_comes_back_as_a_partial_success() {
    let bench = Bench::answering(Answer::Reject(1, "no room"));
    let body = trace_request("a").encode_to_vec();
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, &body).await;
    let response = ExportTraceServiceResponse::decode(&*answer.body).expect("a response");
    let partial = response.partial_success.expect("a partial success");
    assert_eq!((answer.status, partial.rejected_spans), (200, 1));
}

#[tokio::test]
async fn every_refusal_has_its_status_and_is_counted() {
    let bench = Bench::start();
    let body = trace_request("a").encode_to_vec();
    for (reason, status, retry_after) in [
        (RefusalReason::NoPipeline, 404, None),
        (RefusalReason::QueueFull, 429, Some("3")),
        (RefusalReason::Memory, 503, Some("3")),
        (RefusalReason::Stopping, 503, Some("3")),
    ] {
        *bench.pipelines.answer.lock() = Answer::Refuse(refusal(reason));
        let answer = send(&bench, "POST /v1/traces", PROTOBUF, &body).await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (status, retry_after),
            "{reason:?}"
        );
        assert_eq!(answer.message(), "as the test says");
        assert_eq!(bench.refused(Signal::Traces, reason), 1, "{reason:?}");
    }
}

#[tokio::test]
async fn a_malformed_body_is_a_bad_request() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, b"\xff\xff").await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("/v1/traces"));
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::Malformed), 1);
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let answer = send(&bench, "POST /v1/traces", &headers, b"plain").await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().contains("not gzip"));
}

#[tokio::test]
async fn what_is_not_spoken_here_is_named_with_what_is() {
    let bench = Bench::start();
    let json = "content-type: application/json; charset=utf-8\r\n";
    let answer = send(&bench, "POST /v1/metrics", json, b"{}").await;
    assert_eq!((answer.status, answer.header("content-type")), (415, Some("application/json")));
    assert_eq!(
        String::from_utf8_lossy(&answer.body),
        r#"{"message":"content type application/json is not supported; send application/x-protobuf"}"#
    );
    let zstd = format!("{PROTOBUF}content-encoding: zstd\r\n");
    let answer = send(&bench, "POST /v1/metrics", &zstd, b"x").await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.message(), "content encoding zstd is not supported; send gzip or identity");
    assert_eq!(bench.refused(Signal::Metrics, RefusalReason::Unsupported), 2);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let bench = Bench::start();
    let answer = send(&bench, "GET /v1/logs", "", b"").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    assert_eq!(bench.refused(Signal::Logs, RefusalReason::Unsupported), 1);
}

#[tokio::test]
async fn an_unknown_path_is_told_the_known_ones() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/metric", "", b"").await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        String::from_utf8_lossy(&answer.body),
        "unknown path /v1/metric; send POST to /v1/metrics or /v1/traces\n"
    );
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_is_sent() {
    let bench = Bench::start();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: x\r\n{PROTOBUF}content-length: {}\r\n\r\n",
        REQUEST_BYTES_MAX + 1
    );
    let answer = send_raw(&bench, head.as_bytes()).await;
    assert_eq!(answer.status, 413);
    assert!(answer.message().contains("limit of 65536 bytes"));
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::TooLarge), 1);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let bench = Bench::start();
    let empty = trace_request("").encode_to_vec().len();
    // The lengths of the messages around a longer name take more bytes.
    let mut name = "x".repeat(REQUEST_BYTES_MAX - empty);
    while trace_request(&name).encode_to_vec().len() > REQUEST_BYTES_MAX {
        name.pop();
    }
    let body = trace_request(&name).encode_to_vec();
    assert_eq!(body.len(), REQUEST_BYTES_MAX);
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, &body).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_gzip_bomb_is_refused_at_the_limit() {
    let bench = Bench::start();
    let bomb = gzip(&vec![0; 20 * REQUEST_BYTES_MAX]);
    assert!(bomb.len() < REQUEST_BYTES_MAX);
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let answer = send(&bench, "POST /v1/traces", &headers, &bomb).await;
    assert_eq!(answer.status, 413);
    assert!(answer.message().contains("inflates to more than"));
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::TooLarge), 1);
}

#[tokio::test]
async fn a_sender_of_http_on_the_grpc_port_is_sent_to_the_right_one() {
    let bench = Bench::start();
    let address = bench.receiver.grpc_address().expect("a gRPC listener");
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 415"), "{answer}");
    assert!(answer.contains("speaks OTLP/gRPC"), "{answer}");
}
