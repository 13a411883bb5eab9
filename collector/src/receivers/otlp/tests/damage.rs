//! Whatever is sent, every request is answered, and nothing of a damaged one is kept.

use std::io::{Read, Write};

use proptest::{prelude::*, test_runner::TestRunner};
use prost::Message;

use super::*;

const STATUSES: [&str; 6] = ["200", "400", "404", "405", "413", "415"];

/// Sends one request on a connection of its own; the status of the answer.
fn post(address: SocketAddr, path: &str, headers: &str, body: &[u8]) -> String {
    let mut stream = std::net::TcpStream::connect(address).expect("the listener answers");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(answer.get(9..12).unwrap_or_default()).into_owned()
}

fn headers() -> impl Strategy<Value = String> {
    let media_type = prop::sample::select(vec!["application/x-protobuf", "application/json", "x"]);
    let encoding = prop::sample::select(vec!["identity", "gzip", "zstd", "x"]);
    (media_type, encoding).prop_map(|(media_type, encoding)| {
        format!("content-type: {media_type}\r\ncontent-encoding: {encoding}\r\n")
    })
}

/// Random bytes, or a request in one of its forms with a few bytes changed.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let request = trace_request("decode");
    let plain = request.encode_to_vec();
    let json = serde_json::to_vec(&request).expect("JSON");
    let zstd = zstd::encode_all(&*plain, 1).expect("a Vec takes all");
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let damaged =
        (prop::sample::select(vec![plain, json, zstd]), changes).prop_map(|(mut body, changes)| {
            for (place, byte) in changes {
                let at = place.index(body.len());
                body[at] = byte;
            }
            body
        });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), damaged]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_body_is_answered_and_what_is_kept_is_a_request() {
    let bench = Bench::start();
    let address = bench.http_address();
    let sent = tokio::task::spawn_blocking(move || {
        let mut runner = TestRunner::new(ProptestConfig {
            cases: 400,
            failure_persistence: None,
            ..Default::default()
        });
        runner.run(&(headers(), body()), |(headers, body)| {
            let status = post(address, "/v1/traces", &headers, &body);
            prop_assert!(STATUSES.contains(&&*status), "{status:?}");
            Ok(())
        })
    });
    sent.await.expect("no panic").unwrap_or_else(|failure| panic!("{failure}"));
    for (_, bytes, _) in bench.received() {
        ExportTraceServiceRequest::decode(&*bytes).expect("a request");
    }
    assert_eq!(bench.budget.used(), 0);
}
