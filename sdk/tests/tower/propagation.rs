//! Contexts in and out of headers.

use std::convert::Infallible;

use http::{HeaderMap, HeaderValue, Request};
use inferometer_sdk::tower::{PropagationLayer, extract, inject};
use opentelemetry::{Context, trace::TraceContextExt};
use tower::{Service, service_fn};
use tower_layer::Layer;

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn incoming() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", HeaderValue::from_static(TRACEPARENT));
    headers.insert("tracestate", HeaderValue::from_static("vendor=opaque"));
    headers
}

#[test]
fn what_came_in_goes_out() {
    let mut outgoing = HeaderMap::new();
    inject(&extract(&incoming()), &mut outgoing);
    assert_eq!(outgoing, incoming());
}

#[test]
fn no_header_goes_out_empty() {
    let mut headers = incoming();
    headers.remove("tracestate");
    let mut outgoing = HeaderMap::new();
    inject(&extract(&headers), &mut outgoing);
    assert_eq!(outgoing, headers);
}

#[test]
fn a_context_without_a_span_sets_nothing() {
    let mut outgoing = HeaderMap::new();
    inject(&Context::new(), &mut outgoing);
    assert!(outgoing.is_empty());
}

#[tokio::test]
async fn a_client_sends_the_current_context_unless_its_request_has_one() {
    let echo = service_fn(|request: Request<()>| async move {
        Ok::<_, Infallible>(request.headers().get("traceparent").cloned())
    });
    let mut client = PropagationLayer.layer(echo);
    let current = extract(&incoming());
    let _current = current.attach();
    assert_eq!(
        client.call(Request::new(())).await,
        Ok(Some(HeaderValue::from_static(TRACEPARENT)))
    );

    let other = "00-0af7651916cd43dd8448eb211c80319c-0000000000000001-01";
    let mut headers = HeaderMap::new();
    headers.insert("traceparent", HeaderValue::from_static(other));
    let given = extract(&headers);
    assert!(given.has_active_span());
    let mut request = Request::new(());
    request.extensions_mut().insert(given);
    assert_eq!(client.call(request).await, Ok(Some(HeaderValue::from_static(other))));
}
