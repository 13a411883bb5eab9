//! The budget of all requests that are in memory.

use ::http::Method;
use prost::Message;

use super::{
    grpc_wire::{GRPC, call, connect, framed},
    http::{JSON, PROTOBUF, gzip, send},
    *,
};

/// Room for one request of [`large`], and not for two.
const BUDGET: usize = 48 << 10;

fn large() -> Vec<u8> {
    trace_request(&"x".repeat(32 << 10)).encode_to_vec()
}

/// A receiver whose budget is used by a request that waits for its answer.
async fn full() -> (Arc<Bench>, tokio::task::JoinHandle<()>) {
    let bench = Arc::new(Bench::with(Pace::DEFAULT, CorsSettings::NONE, BUDGET));
    *bench.pipelines.answer.lock() = Answer::Hold;
    let sender = Arc::clone(&bench);
    let waiting = tokio::spawn(async move {
        let _ = send(&sender, "POST /v1/traces", PROTOBUF, &large()).await;
    });
    bench.held().await;
    assert_eq!(bench.budget.used(), large().len(), "a request counts until it is answered");
    (bench, waiting)
}

#[tokio::test]
async fn every_byte_of_both_protocols_counts_against_one_budget() {
    let (bench, waiting) = full().await;
    let client = connect(&bench).await;
    let json = format!(r#"{{"resourceSpans":[{{"schemaUrl":"{}"}}]}}"#, "x".repeat(18 << 10));
    let gzipped = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let refused = |nth| {
        assert_eq!(bench.refused(Signal::Traces, RefusalReason::Memory), nth);
        assert_eq!(bench.budget.used(), large().len(), "what was refused is given back");
    };
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, &large()).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")));
    refused(1);
    // A few bytes on the wire, which are many once they are inflated.
    let answer = send(&bench, "POST /v1/traces", &gzipped, &gzip(&large())).await;
    assert_eq!(answer.status, 503);
    refused(2);
    // Its text fits, and its message beside it does not.
    let answer = send(&bench, "POST /v1/traces", JSON, json.as_bytes()).await;
    assert_eq!(answer.status, 503);
    refused(3);
    let reply = call(&client, Method::POST, &[GRPC], &[&framed(0, &large())]).await;
    assert_eq!(reply.grpc("grpc-status"), Some("14"), "UNAVAILABLE");
    refused(4);
    let headers = &[GRPC, ("grpc-encoding", "gzip")];
    let reply = call(&client, Method::POST, headers, &[&framed(1, &gzip(&large()))]).await;
    assert_eq!(reply.grpc("grpc-status"), Some("14"));
    refused(5);
    *bench.pipelines.answer.lock() = Answer::Keep;
    bench.pipelines.items.lock().clear();
    time::timeout(PATIENCE, waiting).await.expect("answered").expect("no panic");
    let answer = send(&bench, "POST /v1/traces", PROTOBUF, &large()).await;
    assert_eq!((answer.status, bench.budget.used()), (200, 0));
}
