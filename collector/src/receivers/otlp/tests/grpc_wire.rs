//! Hand-written calls over HTTP/2 against the gRPC listener.

use ::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use h2::client::SendRequest;
use prost::Message;
use tokio::net::TcpStream;

use super::*;

pub(super) type Headers = &'static [(&'static str, &'static str)];

pub(super) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// A connection; it ends when the test does.
pub(super) async fn connect(bench: &Bench) -> SendRequest<Bytes> {
    let address = bench.receiver.grpc_address().expect("a gRPC listener");
    let stream = TcpStream::connect(address).await.expect("connected");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    client
}

/// An answer, with the trailers or, without a body, the headers that stand for them.
pub(super) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    trailers: HeaderMap,
}

impl Reply {
    pub(super) fn grpc(&self, name: &str) -> Option<&str> {
        let value = self.trailers.get(name).or_else(|| self.headers.get(name))?;
        value.to_str().ok()
    }
}

/// Sends the pieces of a body as a frame each.
pub(super) async fn call(
    client: &SendRequest<Bytes>,
    method: Method,
    headers: Headers,
    pieces: &[&[u8]],
) -> Reply {
    let mut client = client.clone().ready().await.expect("a stream");
    let mut request = ::http::Request::builder().method(method).uri(format!("http://x{TRACES}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(()).expect("a request");
    let (answer, mut body) = client.send_request(request, false).expect("sent");
    for piece in pieces {
        // A refusal may come before all was sent.
        let _ = body.send_data(Bytes::copy_from_slice(piece), false);
    }
    let _ = body.send_data(Bytes::new(), true);
    let answer = time::timeout(PATIENCE, answer).await.expect("in time").expect("an answer");
    let (head, mut stream) = answer.into_parts();
    let mut body = Vec::new();
    while let Some(piece) = stream.data().await {
        let piece = piece.expect("a whole answer");
        stream.flow_control().release_capacity(piece.len()).expect("received");
        body.extend_from_slice(&piece);
    }
    let trailers = stream.trailers().await.expect("a whole answer").unwrap_or_default();
    Reply { status: head.status, headers: head.headers, body, trailers }
}

pub(super) const GRPC: (&str, &str) = ("content-type", "application/grpc");

pub(super) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    [&[flag], &length[..], message].concat()
}

#[tokio::test]
async fn every_call_that_is_not_taken_has_its_code() {
    use RefusalReason::{Malformed, TooLarge, Unsupported};

    let bench = Bench::start();
    let client = connect(&bench).await;
    let message = trace_request("a").encode_to_vec();
    let whole = framed(0, &message);
    let huge = framed(0, &vec![0; REQUEST_BYTES_MAX + 1]);
    let mut lying = whole.clone();
    lying[1..5].copy_from_slice(&(1_u32 << 30).to_be_bytes());
    let two = [whole.clone(), whole.clone()].concat();
    let cases: [(&str, RefusalReason, Headers, &[&[u8]]); 11] = [
        ("3", Malformed, &[GRPC], &[]),
        ("3", Malformed, &[GRPC], &[&whole[..whole.len() - 1]]),
        ("3", Malformed, &[GRPC], &[&two]),
        ("3", Malformed, &[GRPC], &[&framed(1, &message)]),
        ("3", Malformed, &[GRPC, ("grpc-encoding", "zstd")], &[&framed(1, &message)]),
        ("3", Malformed, &[GRPC], &[&framed(2, &message)]),
        ("3", Malformed, &[GRPC], &[&framed(0, b"\xff")]),
        ("8", TooLarge, &[GRPC], &[&huge]),
        ("8", TooLarge, &[GRPC], &[&lying[..6], &lying[6..]]),
        ("12", Unsupported, &[GRPC, ("grpc-encoding", "snappy")], &[&whole]),
        ("12", Unsupported, &[("content-type", "application/grpc+json")], &[&whole]),
    ];
    for (code, reason, headers, pieces) in cases {
        let before = bench.refused(Signal::Traces, reason);
        let reply = call(&client, Method::POST, headers, pieces).await;
        assert_eq!((reply.status, reply.grpc("grpc-status")), (StatusCode::OK, Some(code)));
        assert_eq!(reply.grpc("grpc-accept-encoding"), Some("identity,gzip,zstd"));
        assert_eq!(bench.refused(Signal::Traces, reason), before + 1, "{headers:?}");
    }
    assert!(bench.received().is_empty());
    assert_eq!(bench.budget.used(), 0);
    let reply = call(&client, Method::POST, &[GRPC], &[&whole]).await;
    assert_eq!((reply.grpc("grpc-status"), &*reply.body), (Some("0"), &framed(0, b"")[..]));
    assert_eq!(bench.received(), [(Signal::Traces, message, 1)]);
}

#[tokio::test]
async fn a_message_in_many_pieces_is_the_same_message() {
    let bench = Bench::start();
    let client = connect(&bench).await;
    let message = trace_request(&"decode".repeat(1000)).encode_to_vec();
    let whole = framed(0, &message);
    for size in [1, 4, 5, 6, 1000, whole.len()] {
        let pieces: Vec<&[u8]> = match size {
            // One byte at a time for the frame's prefix, the rest at once.
            1 => whole[..8].chunks(1).chain([&whole[8..]]).collect(),
            size => whole.chunks(size).collect(),
        };
        let reply = call(&client, Method::POST, &[GRPC], &pieces).await;
        assert_eq!(reply.grpc("grpc-status"), Some("0"), "{size}");
    }
    assert_eq!(bench.received(), vec![(Signal::Traces, message, 1); 6]);
}

#[tokio::test]
async fn what_is_no_call_of_grpc_is_told_so_in_http() {
    let bench = Bench::start();
    let client = connect(&bench).await;
    let cases: [(u16, Method, Headers); 4] = [
        (415, Method::POST, &[]),
        (415, Method::POST, &[("content-type", "application/x-protobuf")]),
        (415, Method::POST, &[("content-type", "application/grpc-web")]),
        (405, Method::PUT, &[GRPC]),
    ];
    for (status, method, headers) in cases {
        let reply = call(&client, method.clone(), headers, &[b"x"]).await;
        assert_eq!(reply.status.as_u16(), status, "{method} {headers:?}");
        let allow = reply.headers.get("allow").map(|value| value.as_bytes());
        assert_eq!(allow, (status == 405).then_some(&b"POST"[..]));
        assert!(String::from_utf8_lossy(&reply.body).contains("not supported"));
    }
}
