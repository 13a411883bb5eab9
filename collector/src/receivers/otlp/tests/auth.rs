//! Credentials of senders, over both protocols.

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::{Code, client::Grpc, transport::Endpoint};

use super::{
    http::{JSON, PROTOBUF, send},
    raw_codec::RawCodec,
    *,
};
use crate::config::{
    AuthSettings, AuthenticatorSettings, BearerSettings, ComponentId, ProtectionSettings, Secret,
    TokenSource,
};

fn bench(cors: CorsSettings) -> Bench {
    let tokens = TokenSource::Inline(vec![Secret::new("token")]);
    let settings = AuthenticatorSettings::Bearer(BearerSettings::new(tokens));
    let auth = Some(AuthSettings { authenticator: ComponentId::of_type("a"), settings });
    let protection = ProtectionSettings { auth, ..ProtectionSettings::NONE };
    let listener = OtlpListenerSettings { cors, protection, ..OtlpListenerSettings::GRPC_DEFAULT };
    Bench::listening(listener, InFlight::DEFAULT_LIMIT)
}

#[tokio::test]
async fn a_call_without_a_valid_token_is_unauthenticated_whatever_it_calls() {
    let bench = bench(CorsSettings::NONE);
    for method in [
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/no.such/Method",
    ] {
        let endpoint = Endpoint::from_shared(bench.grpc_url()).expect("a URL");
        let mut grpc = Grpc::new(endpoint.connect().await.expect("the listener answers"));
        grpc.ready().await.expect("connected");
        let path = ::http::uri::PathAndQuery::from_static(method);
        let request = tonic::Request::new(bytes::Bytes::from_static(b"\xff"));
        let status = grpc.unary(request, path, RawCodec).await.expect_err("a stranger");
        assert_eq!(status.code(), Code::Unauthenticated, "{method}");
        assert!(status.message().contains("asks for Bearer realm"), "{}", status.message());
    }
    assert_eq!(bench.received(), []);
    for signal in Signal::ALL {
        assert_eq!(bench.refused(signal, RefusalReason::Unauthenticated), 1, "{signal:?}");
    }
}

#[tokio::test]
async fn a_call_with_the_token_is_taken() {
    let bench = bench(CorsSettings::NONE);
    let channel = Endpoint::from_shared(bench.grpc_url()).expect("a URL").connect().await;
    let with_token = |mut request: tonic::Request<()>| {
        request.metadata_mut().insert("authorization", "Bearer token".parse().expect("ASCII"));
        Ok(request)
    };
    let channel = channel.expect("the listener answers");
    let mut client = TraceServiceClient::with_interceptor(channel, with_token);
    client.export(trace_request("known")).await.expect("taken");
    assert_eq!(bench.accepted(Signal::Traces), 1);
}

#[tokio::test]
async fn a_request_over_http_without_a_valid_token_gets_401_on_every_path() {
    let bench = bench(CorsSettings::NONE);
    let challenge = Some("Bearer realm=\"inferometer\"");
    for line in [
        "POST /v1/metrics",
        "POST /v1/traces",
        "POST /v1/logs",
        "GET /v1/traces",
        "GET /",
        "POST /v1/nothing",
    ] {
        for headers in [PROTOBUF, JSON, ""] {
            let answer = send(&bench, line, headers, b"\xff").await;
            assert_eq!(answer.status, 401, "{line} {headers}");
            assert_eq!(answer.header("www-authenticate"), challenge);
        }
    }
    let wrong = format!("{PROTOBUF}authorization: Bearer toke\r\n");
    let answer = send(&bench, "POST /v1/traces", &wrong, b"").await;
    assert_eq!((answer.status, answer.message().contains("wrong")), (401, true));
    assert_eq!(bench.received(), []);
    assert_eq!(bench.refused(Signal::Logs, RefusalReason::Unauthenticated), 3);
    let right = format!("{PROTOBUF}authorization: Bearer token\r\n");
    assert_eq!(send(&bench, "POST /v1/traces", &right, b"").await.status, 200);
}

#[tokio::test]
async fn a_browser_may_ask_without_a_token_whether_a_page_may_send_one() {
    let page = "https://app.example.com";
    let bench = bench(CorsSettings {
        allowed_origins: vec![page.to_owned()],
        allowed_headers: vec!["authorization".to_owned()],
        max_age: None,
    });
    let asking = format!(
        "origin: {page}\r\naccess-control-request-method: POST\r\naccess-control-request-headers: authorization\r\n"
    );
    assert_eq!(send(&bench, "OPTIONS /v1/traces", &asking, b"").await.status, 204);
    let sent = format!("{JSON}origin: {page}\r\n");
    let answer = send(&bench, "POST /v1/traces", &sent, b"{}").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), Some(page), "the page may know why");
    // Neither is a browser's question, so both need a token.
    for headers in ["", "origin: https://app.example.com\r\n"] {
        assert_eq!(send(&bench, "OPTIONS /v1/traces", headers, b"").await.status, 401);
    }
}
