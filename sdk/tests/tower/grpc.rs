//! A tonic server, called by a tonic client that propagates its context.

use inferometer_sdk::tower::{PropagationLayer, PropagationService};
use opentelemetry::{
    Context, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, TraceContextExt, TraceState},
};
use tonic::{
    Code, Request, Status, Streaming,
    client::Grpc,
    transport::{Channel, Server as Tonic, server::TcpIncoming},
};
use tower_layer::Layer;

use crate::{
    grpc_service::{Bytes, Tokens, ask},
    rig::{Rig, listener},
};

struct Server {
    rig: Rig,
    client: Grpc<PropagationService<Channel>>,
}

impl Server {
    async fn start() -> Self {
        let rig = Rig::new();
        let (listener, address) = listener().await;
        let service = Tokens { engine: rig.engine(), clock: rig.clock.clone() };
        let server = Tonic::builder().layer(rig.layer()).add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        let channel = Channel::from_shared(format!("http://{address}")).expect("a URL");
        let channel = channel.connect().await.expect("the server listens");
        Self { rig, client: Grpc::new(PropagationLayer.layer(channel)) }
    }

    async fn call(&mut self, path: &'static str, ask: &[u8]) -> Result<Streaming<Vec<u8>>, Status> {
        self.client.ready().await.expect("it is connected");
        let mut request = Request::new(ask.to_vec());
        request.extensions_mut().insert(caller());
        let path = http::uri::PathAndQuery::from_static(path);
        self.client.server_streaming(request, path, Bytes).await.map(tonic::Response::into_inner)
    }

    async fn tokens(&mut self, ask: &[u8]) -> Result<usize, Status> {
        let mut stream = self.call("/test.Tokens/Stream", ask).await?;
        let mut tokens = 0;
        while stream.message().await?.is_some() {
            tokens += 1;
        }
        Ok(tokens)
    }
}

/// A span of another process.
fn caller() -> Context {
    Context::new().with_remote_span_context(SpanContext::new(
        TraceId::from(7),
        SpanId::from(9),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    ))
}

#[tokio::test]
async fn a_stream_ends_with_its_trailers_and_the_engines_request_is_a_child() {
    let mut server = Server::start().await;
    assert_eq!(server.tokens(ask::THREE).await.expect("no error"), 3);
    let span = server
        .rig
        .check(
            "test.Tokens/Stream {infer.response.end=complete, rpc.method=test.Tokens/Stream, \
             rpc.response.status_code=OK, rpc.system.name=grpc} \
             @10 infer.response.first_chunk @30 infer.response.last_chunk ..30",
        )
        .await;
    assert_eq!(span.span_context.trace_id(), TraceId::from(7));
    assert_eq!(span.parent_span_id, SpanId::from(9));
    let inference = server.rig.inference().await;
    assert_eq!(inference.parent_span_id, span.span_context.span_id());
}

#[tokio::test]
async fn a_failure_that_comes_instead_of_a_stream_is_an_error() {
    let mut server = Server::start().await;
    assert_eq!(server.tokens(ask::FAILURE).await.expect_err("it fails").code(), Code::Internal);
    let _ = server.rig.inference().await;
    server
        .rig
        .check(
            "test.Tokens/Stream {error.type=INTERNAL, infer.response.end=complete, rpc.method=test.Tokens/Stream, \
             rpc.response.status_code=INTERNAL, rpc.system.name=grpc} ! ..0",
        )
        .await;
}

#[tokio::test]
async fn a_failure_in_the_trailers_is_an_error() {
    let mut server = Server::start().await;
    assert_eq!(server.tokens(ask::BREAK).await.expect_err("it fails").code(), Code::Unavailable);
    server
        .rig
        .check(
            "test.Tokens/Stream {error.type=UNAVAILABLE, infer.response.end=complete, \
             rpc.method=test.Tokens/Stream, rpc.response.status_code=UNAVAILABLE, rpc.system.name=grpc} ! \
             @10 infer.response.first_chunk @30 infer.response.last_chunk ..30",
        )
        .await;
}

#[tokio::test]
async fn a_method_that_clients_invent_names_no_span() {
    let mut server = Server::start().await;
    let called = server.call("/test.Tokens/Invented", b"").await;
    assert_eq!(called.expect_err("there is none").code(), Code::Unimplemented);
    server
        .rig
        .check(
            "grpc {error.type=UNIMPLEMENTED, infer.response.end=complete, rpc.method=_OTHER, \
             rpc.method_original=test.Tokens/Invented, rpc.response.status_code=UNIMPLEMENTED, \
             rpc.system.name=grpc} ! ..0",
        )
        .await;
}

#[tokio::test]
async fn a_client_that_leaves_cancels_the_stream_which_is_no_error() {
    let mut server = Server::start().await;
    let mut stream = server.call("/test.Tokens/Stream", ask::FOREVER).await.expect("a stream");
    for _ in 0..3 {
        assert!(stream.message().await.expect("a token").is_some());
    }
    drop(stream);
    server
        .rig
        .check(
            "test.Tokens/Stream {infer.response.end=cancelled, rpc.method=test.Tokens/Stream, \
             rpc.system.name=grpc} @10 infer.response.first_chunk @30 infer.response.last_chunk ..30",
        )
        .await;
}
