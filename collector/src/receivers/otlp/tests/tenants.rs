//! Whose a request is.

use ::http::HeaderName;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::Code;

use super::{
    http::{PROTOBUF, send},
    *,
};
use crate::pipeline::Tenant;

const HEADER: HeaderName = HeaderName::from_static("x-scope-orgid");

fn trusting(tenant_header: Option<HeaderName>) -> Bench {
    let listener = OtlpListenerSettings { tenant_header, ..OtlpListenerSettings::GRPC_DEFAULT };
    Bench::listening(listener, InFlight::DEFAULT_LIMIT)
}

fn tenants(bench: &Bench) -> Vec<Tenant> {
    bench.pipelines.items.lock().iter().map(|item| item.tenant.clone()).collect()
}

#[tokio::test]
async fn only_the_header_that_the_settings_name_says_whose_a_request_is() {
    let sent = format!("{PROTOBUF}x-scope-orgid: a\r\nx-tenant: b\r\n");
    for (header, expected) in [(None, Tenant::default()), (Some(HEADER), Tenant::named("a"))] {
        let bench = trusting(header);
        assert_eq!(send(&bench, "POST /v1/traces", &sent, b"").await.status, 200);
        let mut client = TraceServiceClient::connect(bench.grpc_url()).await.expect("it answers");
        let mut request = tonic::Request::new(trace_request("x"));
        request.metadata_mut().insert("x-scope-orgid", "a".parse().expect("ASCII"));
        client.export(request).await.expect("taken");
        assert_eq!(tenants(&bench), [expected.clone(), expected]);
    }
    let bench = trusting(Some(HEADER));
    assert_eq!(send(&bench, "POST /v1/traces", PROTOBUF, b"").await.status, 200);
    assert_eq!(tenants(&bench), [Tenant::default()]);
}

#[tokio::test]
async fn a_tenant_that_cannot_be_read_is_refused_and_counted() {
    let bench = trusting(Some(HEADER));
    let long = format!("x-scope-orgid: {}\r\n", "a".repeat(129));
    let wrong = ["x-scope-orgid: a\r\nx-scope-orgid: b\r\n", "x-scope-orgid: \r\n", &long];
    for headers in wrong {
        let answer = send(&bench, "POST /v1/traces", &format!("{PROTOBUF}{headers}"), b"").await;
        assert_eq!(answer.status, 400, "{headers}");
        assert!(answer.message().contains("x-scope-orgid"), "{}", answer.message());
    }
    assert_eq!(bench.refused(Signal::Traces, RefusalReason::Malformed), wrong.len() as u64);
    let mut client = TraceServiceClient::connect(bench.grpc_url()).await.expect("it answers");
    let mut request = tonic::Request::new(trace_request("x"));
    for tenant in ["a", "b"] {
        request.metadata_mut().append("x-scope-orgid", tenant.parse().expect("ASCII"));
    }
    let status = client.export(request).await.expect_err("two tenants");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(tenants(&bench), []);
}
