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

pub(super) const PROTOBUF: &str = "content-type: application/x-protobuf\r\n";
pub(super) const JSON: &str = "content-type: application/json\r\n";

/// An answer, taken apart.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn parse(answer: &[u8]) -> Self {
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head[9..12].parse().expect("a status");
        Self { status, head, body: answer[end + 4..].to_vec() }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            (key == name).then_some(value)
        })
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// The message of the `google.rpc.Status` in the body.
    pub(super) fn message(&self) -> String {
        pb::Status::decode(&*self.body).expect("a google.rpc.Status").message
    }
}

pub(super) async fn send(bench: &Bench, line: &str, headers: &str, body: &[u8]) -> Reply {
    let head = format!(
        "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    send_raw(bench, &[head.as_bytes(), body].concat()).await
}

pub(super) async fn send_raw(bench: &Bench, bytes: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(bench.http_address()).await.expect("the listener answers");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("an answer in time")
        .expect("a whole answer");
    Reply::parse(&answer)
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn trace_request_of(bytes: &[u8]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(bytes).expect("a request")
}

#[tokio::test]
async fn a_plain_and_a_compressed_request_reach_the_pipelines_as_the_same_bytes() {
    let bench = Bench::start();
    let body = trace_request(&"decode".repeat(100)).encode_to_vec();
    let plain = send(&bench, "POST /v1/traces", PROTOBUF, &body).await;
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let compressed = send(&bench, "POST /v1/traces", &headers, &gzip(&body)).await;
    let headers = format!("{PROTOBUF}content-encoding: ZSTD\r\n");
    let zstd = zstd::encode_all(&*body, 1).expect("a Vec takes all");
    let zstd = send(&bench, "POST /v1/traces", &headers, &zstd).await;
    for answer in [plain, compressed, zstd] {
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b""[..]));
        assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
    }
    let expected = (Signal::Traces, body, 1);
    assert_eq!(bench.received(), [expected.clone(), expected.clone(), expected]);
}

#[tokio::test]
async fn an_empty_request_is_a_success() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/metrics", PROTOBUF, b"").await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b""[..]));
    let answer = send(&bench, "POST /v1/metrics", JSON, b"{}").await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"{}"[..]));
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
        let answer = send(&bench, "POST /v1/traces", JSON, b"{}").await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (status, retry_after),
            "{reason:?}"
        );
        assert_eq!(answer.json()["message"], "as the test says");
        assert_eq!(bench.refused(Signal::Traces, reason), 2, "{reason:?}");
    }
}

#[tokio::test]
async fn every_request_that_is_not_taken_has_its_status_in_the_sender_s_own_format() {
    use RefusalReason::{Malformed, TooLarge, Unsupported};

    let (gzip_, zstd_) = ("content-encoding: gzip\r\n", "content-encoding: zstd\r\n");
    let bomb = vec![0; 20 * REQUEST_BYTES_MAX];
    let zstd_bomb = zstd::encode_all(&*bomb, 1).expect("a Vec takes all");
    let cases: &[(u16, RefusalReason, String, &[u8], &str)] = &[
        (400, Malformed, String::new(), b"\xff\xff", "ExportTraceServiceRequest"),
        (400, Malformed, gzip_.to_owned(), b"plain", "is not gzip"),
        (400, Malformed, zstd_.to_owned(), b"plain", "is not zstd"),
        (413, TooLarge, gzip_.to_owned(), &gzip(&bomb), "gzip body of"),
        (413, TooLarge, zstd_.to_owned(), &zstd_bomb, "zstd body of"),
        (413, TooLarge, String::new(), &bomb[..=REQUEST_BYTES_MAX], "limit of 65536 bytes"),
        (415, Unsupported, "content-encoding: br\r\n".to_owned(), b"", "br is not supported"),
        (415, Unsupported, format!("{gzip_}{gzip_}"), b"", "several of them are not supported"),
        (415, Unsupported, "content-encoding: gzip, gzip\r\n".to_owned(), b"", "gzip, gzip is"),
    ];
    for (status, reason, headers, body, words) in cases {
        for (format, media_type) in
            [(PROTOBUF, "application/x-protobuf"), (JSON, "application/json")]
        {
            let bench = Bench::start();
            let headers = format!("{format}{headers}");
            let answer = send(&bench, "POST /v1/traces", &headers, body).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (*status, Some(media_type)),
                "{headers}"
            );
            let message = match format {
                PROTOBUF => answer.message(),
                _ => answer.json()["message"].as_str().expect("a message").to_owned(),
            };
            assert!(message.contains(words), "{message}");
            assert_eq!(answer.header("retry-after"), None);
            let accepted = (*status == 415).then_some("identity,gzip,zstd");
            assert_eq!(answer.header("accept-encoding"), accepted);
            assert_eq!(bench.refused(Signal::Traces, *reason), 1, "{headers}");
            assert!(bench.received().is_empty());
        }
    }
}

#[tokio::test]
async fn a_malformed_body_has_the_details_of_a_bad_request() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, b"\xff\xff").await;
    let status = pb::Status::decode(&*answer.body).expect("a google.rpc.Status");
    assert_eq!(status.code, 3);
    assert_eq!(status.details[0].type_url, "type.googleapis.com/google.rpc.BadRequest");
    let bad_request = pb::BadRequest::decode(&*status.details[0].value).expect("details");
    assert!(bad_request.field_violations[0].description.contains("/v1/traces"));
    let answer = send(&bench, "POST /v1/traces", JSON, br#"{"resourceSpans":[{"scopeSpans":1}]}"#);
    let status = answer.await.json();
    assert_eq!(status["code"], 3);
    let violation = &status["details"][0]["fieldViolations"][0];
    let description = violation["description"].as_str().expect("a description");
    assert!(
        description.contains("ResourceSpans.scopeSpans is not an array of objects at line 1"),
        "{description}"
    );
}

#[tokio::test]
async fn json_reaches_the_pipelines_as_the_protobuf_that_it_spells() {
    let bench = Bench::start();
    let request = trace_request(&"decode".repeat(100));
    let json = serde_json::to_vec(&request).expect("JSON");
    let zstd = zstd::encode_all(&*json, 1).expect("a Vec takes all");
    for (headers, body) in [
        (JSON.to_owned(), json.clone()),
        ("content-type: Application/JSON; charset=utf-8\r\n".to_owned(), json.clone()),
        (format!("{JSON}content-encoding: gzip\r\n"), gzip(&json)),
        (format!("{JSON}content-encoding: zstd\r\n"), zstd),
    ] {
        let answer = send(&bench, "POST /v1/traces", &headers, &body).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"{}"[..]), "{headers}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(bench.received().len(), 4);
    for (signal, bytes, items) in bench.received() {
        assert_eq!((signal, items), (Signal::Traces, 1));
        let received = trace_request_of(&bytes);
        assert_eq!(received, request);
    }
}

#[tokio::test]
async fn what_exporters_reject_comes_back_in_json_by_its_signal() {
    let bench = Bench::answering(Answer::Reject(2, "no room"));
    for (path, items) in [
        ("POST /v1/metrics", "rejectedDataPoints"),
        ("POST /v1/traces", "rejectedSpans"),
        ("POST /v1/logs", "rejectedLogRecords"),
    ] {
        let answer = send(&bench, path, JSON, b"{}").await;
        assert_eq!(answer.status, 200);
        let partial = &answer.json()["partialSuccess"];
        assert_eq!((&partial[items], &partial["errorMessage"]), (&"2".into(), &"no room".into()));
    }
}

#[tokio::test]
async fn what_is_not_spoken_here_is_named_with_what_is() {
    let bench = Bench::start();
    for headers in ["", "content-type: text/html\r\n", "content-type: application/jsonx\r\n"] {
        let answer = send(&bench, "POST /v1/metrics", headers, b"{}").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (415, Some("text/plain; charset=utf-8"))
        );
        assert_eq!(answer.header("accept"), Some("application/x-protobuf, application/json"));
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains("send application/x-protobuf or application/json"), "{text}");
    }
    assert_eq!(bench.refused(Signal::Metrics, RefusalReason::Unsupported), 3);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let bench = Bench::start();
    for method in ["GET", "OPTIONS", "PUT", "HEAD"] {
        let answer = send(&bench, &format!("{method} /v1/logs"), "", b"").await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    assert_eq!(bench.refused(Signal::Logs, RefusalReason::Unsupported), 4);
}

#[tokio::test]
async fn an_unknown_path_is_told_the_known_ones() {
    let bench = Bench::start();
    let answer = send(&bench, "POST /v1/metric", "", b"").await;
    assert_eq!(answer.status, 404);
    assert_eq!(
        String::from_utf8_lossy(&answer.body),
        "unknown path /v1/metric; send POST to /v1/metrics, /v1/traces or /v1/logs\n"
    );
    let answer = send(&bench, "POST /v1/metric", JSON, b"").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_request_on_the_way_holds_no_more_of_the_budget_than_its_message() {
    let bench = Bench::answering(Answer::Hold);
    let body = trace_request(&"decode".repeat(1000)).encode_to_vec();
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let compressed = gzip(&body);
    let sent = send(&bench, "POST /v1/traces", &headers, &compressed);
    let looked = async {
        bench.held().await;
        let used = bench.budget.used();
        bench.pipelines.items.lock().clear();
        used
    };
    let (answer, used) = tokio::join!(sent, looked);
    assert_eq!((answer.status, used), (200, body.len()));
    assert_eq!(bench.budget.used(), 0);
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
