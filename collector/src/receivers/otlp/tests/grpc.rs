//! Generated tonic clients against the gRPC listener.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{ExportLogsServiceRequest, logs_service_client::LogsServiceClient},
        metrics::v1::{ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient},
        trace::v1::trace_service_client::TraceServiceClient,
    },
    metrics::v1::{Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric::Data},
};
use prost::Message;
use tonic::{Code, Status, client::Grpc, codec::CompressionEncoding, transport::Endpoint};
use tonic_types::StatusExt;

use super::raw_codec::RawCodec;
use super::*;

async fn traces(bench: &Bench) -> TraceServiceClient<tonic::transport::Channel> {
    TraceServiceClient::connect(bench.grpc_url()).await.expect("the listener answers")
}

/// Sends any bytes to any method.
async fn call(bench: &Bench, method: &'static str, bytes: &'static [u8]) -> Result<Bytes, Status> {
    let endpoint = Endpoint::from_shared(bench.grpc_url()).expect("a URL");
    let mut grpc = Grpc::new(endpoint.connect().await.expect("the listener answers"));
    grpc.ready().await.expect("connected");
    let path = ::http::uri::PathAndQuery::from_static(method);
    let request = tonic::Request::new(Bytes::from_static(bytes));
    let answer = grpc.unary(request, path, RawCodec).await?;
    Ok(answer.into_inner())
}

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

#[tokio::test]
async fn a_plain_and_a_compressed_request_reach_the_pipelines_as_the_same_bytes() {
    let bench = Bench::start();
    let request = trace_request(&"decode".repeat(100));
    let mut plain = traces(&bench).await;
    let mut gzip = traces(&bench).await.send_compressed(CompressionEncoding::Gzip);
    let mut zstd = traces(&bench).await.send_compressed(CompressionEncoding::Zstd);
    let answer = plain.export(request.clone()).await.expect("taken");
    assert_eq!(answer.into_inner().partial_success, None);
    gzip.export(request.clone()).await.expect("taken");
    zstd.export(request.clone()).await.expect("taken");
    let expected = (Signal::Traces, request.encode_to_vec(), 1);
    assert_eq!(bench.received(), [expected.clone(), expected.clone(), expected]);
    assert_eq!(bench.accepted(Signal::Traces), 3);
}

#[tokio::test]
async fn metrics_are_counted_by_their_points() {
    let bench = Bench::start();
    let gauge = Gauge { data_points: vec![NumberDataPoint::default(); 3] };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![Metric {
                    name: "m".to_owned(),
                    data: Some(Data::Gauge(gauge)),
                    ..Metric::default()
                }],
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    };
    let mut client =
        MetricsServiceClient::connect(bench.grpc_url()).await.expect("the listener answers");
    client.export(request).await.expect("taken");
    assert_eq!(bench.accepted(Signal::Metrics), 3);
}

#[tokio::test]
async fn what_exporters_reject_comes_back_as_a_partial_success() {
    let bench = Bench::answering(Answer::Reject(1, "no room"));
    let answer = traces(&bench).await.export(trace_request("a")).await;
    let partial = answer.expect("taken").into_inner().partial_success;
    let partial = partial.expect("a partial success");
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (1, "no room"));
}

#[tokio::test]
async fn every_refusal_has_its_code_and_is_counted() {
    let bench = Bench::start();
    let mut client = traces(&bench).await;
    for (reason, code) in [
        (RefusalReason::NoPipeline, Code::Unimplemented),
        (RefusalReason::QueueFull, Code::Unavailable),
        (RefusalReason::Memory, Code::Unavailable),
        (RefusalReason::Stopping, Code::Unavailable),
    ] {
        *bench.pipelines.answer.lock() = Answer::Refuse(refusal(reason));
        let status = client.export(trace_request("a")).await.expect_err("a refusal");
        assert_eq!((status.code(), status.message()), (code, "as the test says"));
        let asked = status.get_details_retry_info().and_then(|info| info.retry_delay);
        let is_passing = code == Code::Unavailable;
        let delay = is_passing.then_some(Duration::from_millis(2500));
        assert_eq!(asked, delay, "{reason:?}");
        assert_eq!(bench.refused(Signal::Traces, reason), 1, "{reason:?}");
    }
    assert_eq!(bench.accepted(Signal::Traces), 0);
}

#[tokio::test]
async fn logs_without_a_pipeline_are_unimplemented() {
    let bench = Bench::answering(Answer::Refuse(refusal(RefusalReason::NoPipeline)));
    let mut client =
        LogsServiceClient::connect(bench.grpc_url()).await.expect("the listener answers");
    let status = client.export(ExportLogsServiceRequest::default()).await;
    assert_eq!(status.expect_err("a refusal").code(), Code::Unimplemented);
    assert_eq!(bench.refused(Signal::Logs, RefusalReason::NoPipeline), 1);
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented_and_the_known_ones_are_named() {
    let bench = Bench::start();
    let status = call(&bench, "/some.Service/Method", b"").await;
    let status = status.expect_err("no such method");
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(
        status.message().contains("/some.Service/Method")
            && status.message().contains("TraceService"),
        "{status:?}"
    );
}

#[tokio::test]
async fn bytes_that_are_no_request_are_an_invalid_argument() {
    let bench = Bench::start();
    let status = call(&bench, TRACES, b"\xff\xff\xff").await;
    let status = status.expect_err("no protobuf");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("ExportTraceServiceRequest"), "{status:?}");
    let violations = status.get_details_bad_request().expect("details").field_violations;
    assert!(violations[0].description.contains("ExportTraceServiceRequest"), "{violations:?}");
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::Malformed), 1);
}

#[tokio::test]
async fn a_request_above_the_limit_is_refused_for_good() {
    let bench = Bench::start();
    let request = trace_request(&"x".repeat(REQUEST_BYTES_MAX));
    let status = traces(&bench).await.export(request).await;
    let status = status.expect_err("too large");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert!(status.details().is_empty(), "a delay would invite a retry");
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::TooLarge), 1);
}

#[tokio::test]
async fn a_bomb_is_refused_and_the_next_request_is_served() {
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Zstd] {
        let bench = Bench::start();
        let mut client = traces(&bench).await.send_compressed(encoding);
        let bomb = trace_request(&"x".repeat(20 * REQUEST_BYTES_MAX));
        let status = client.export(bomb).await.expect_err("a bomb");
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        assert_eq!(bench.refused(Signal::Traces, RefusalReason::TooLarge), 1);
        client.export(trace_request("a")).await.expect("taken");
    }
}

#[tokio::test]
async fn a_shutdown_finishes_what_is_in_flight() {
    let bench = Bench::answering(Answer::Hold);
    let mut client = traces(&bench).await;
    let call = tokio::spawn(async move { client.export(trace_request("a")).await });
    bench.held().await;
    let address = bench.receiver.grpc_address().expect("a gRPC listener");
    let pipelines = Arc::clone(&bench.pipelines);
    let shutdown = tokio::spawn(bench.receiver.shutdown(PATIENCE));
    let closed = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, closed).await.expect("no new connections");
    assert!(!shutdown.is_finished(), "a request is open");
    pipelines.items.lock().clear();
    call.await.expect("no panic").expect("taken");
    time::timeout(PATIENCE, shutdown).await.expect("ends with its last request").expect("no panic");
}

/// The code of an answer to a question about health.
async fn health(bench: &Bench, method: &'static str, message: &'static [u8]) -> Code {
    call(bench, method, message).await.err().map_or(Code::Ok, |status| status.code())
}

#[tokio::test]
async fn what_is_no_question_about_health_is_refused() {
    const CHECK: &str = "/grpc.health.v1.Health/Check";
    static LARGE: [u8; 2 << 10] = [0; 2 << 10];
    let bench = Bench::start();
    assert_eq!(health(&bench, CHECK, b"").await, Code::Ok);
    assert_eq!(health(&bench, CHECK, b"\x0a\x01x").await, Code::NotFound);
    assert_eq!(health(&bench, CHECK, b"\x0a\x7fx").await, Code::InvalidArgument);
    assert_eq!(health(&bench, "/grpc.health.v1.Health/Watch", b"").await, Code::Unimplemented);
    assert_eq!(health(&bench, CHECK, &LARGE).await, Code::ResourceExhausted);
    assert_eq!(bench.received(), []);
}
