//! The layer around services that are functions, for what no server shows.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context as TaskContext, Poll, Waker},
};

use futures_util::stream;
use http::{Request, Response};
use http_body_util::{Empty, StreamBody};
use hyper::body::{Body, Frame};
use inferometer_sdk::tower::{ServerLayer, TRACERESPONSE};
use opentelemetry::trace::noop::NoopTracer;
use tower::{Service, service_fn};
use tower_layer::Layer;

use crate::rig::Rig;

const PANIC: &str =
    "GET {error.type=panic, http.request.method=GET, infer.response.end=failed, url.path=/} ! ..0";

type Frames = Result<Frame<&'static [u8]>, Infallible>;
type NoBody = Empty<&'static [u8]>;

fn panicking() -> Result<Response<NoBody>, Infallible> {
    panic!("the handler broke")
}

#[tokio::test]
async fn a_panic_that_is_caught_before_the_call_is_dropped_is_an_error() {
    let mut rig = Rig::new();
    let mut service = rig.layer().layer(service_fn(async |_: Request<()>| panicking()));
    let mut call = pin!(service.call(Request::new(())));
    let poll = || call.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())).is_ready();
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    rig.check(PANIC).await;
}

#[tokio::test]
async fn a_panic_before_there_is_a_future_is_an_error() {
    let mut rig = Rig::new();
    let mut service =
        rig.layer().layer(service_fn(|_: Request<()>| std::future::ready(panicking())));
    let call = || drop(service.call(Request::new(())));
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    rig.check(PANIC).await;
}

#[tokio::test]
async fn a_service_that_fails_is_an_error_of_its_type() {
    let mut rig = Rig::new();
    let failing = service_fn(async |_: Request<()>| Err::<Response<NoBody>, _>(std::fmt::Error));
    assert!(rig.layer().layer(failing).call(Request::new(())).await.is_err());
    rig.check("GET {error.type=core::fmt::Error, http.request.method=GET, infer.response.end=failed, url.path=/} ! ..0")
        .await;
}

#[tokio::test]
async fn a_call_that_is_dropped_before_its_response_was_cancelled() {
    let mut rig = Rig::new();
    let waiting =
        service_fn(|_: Request<()>| std::future::pending::<Result<Response<NoBody>, Infallible>>());
    drop(rig.layer().layer(waiting).call(Request::new(())));
    rig.check("GET {http.request.method=GET, infer.response.end=cancelled, url.path=/} ..0").await;
    rig.check_no_more();
}

#[tokio::test]
async fn a_body_that_panics_is_an_error() {
    let mut rig = Rig::new();
    let answering = service_fn(async |_: Request<()>| {
        let body = stream::poll_fn(|_| -> Poll<Option<Frames>> { panic!("the body broke") });
        Ok::<_, Infallible>(Response::new(StreamBody::new(body)))
    });
    let response = rig.layer().layer(answering).call(Request::new(())).await.expect("a response");
    let mut body = pin!(response.into_body());
    let poll = || body.as_mut().poll_frame(&mut TaskContext::from_waker(Waker::noop())).is_ready();
    assert!(catch_unwind(AssertUnwindSafe(poll)).is_err());
    rig.check(
        "GET {error.type=panic, http.request.method=GET, http.response.status_code=200, infer.response.end=failed, \
         url.path=/} ! ..0",
    )
    .await;
}

#[tokio::test]
async fn the_span_of_an_outer_layer_is_the_parent() {
    let mut rig = Rig::new();
    let answering =
        service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(NoBody::new())));
    let mut service = rig.layer().layer(rig.layer().layer(answering));
    drop(service.call(Request::new(())).await);
    let (inner, outer) = (rig.next_server().await, rig.next_server().await);
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
}

#[tokio::test]
async fn without_a_span_the_response_names_none() {
    let layer = ServerLayer::new(NoopTracer::new()).trace_response();
    let answering =
        service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(NoBody::new())));
    let response = layer.layer(answering).call(Request::new(())).await.expect("a response");
    assert_eq!(response.headers().get(TRACERESPONSE), None);
}
