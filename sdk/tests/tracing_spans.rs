//! Spans of the crate `tracing`, through `tracing-opentelemetry`, are in one trace with those of requests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inferometer_sdk::{Exporter, FinishReason, InMemory, Prompt, Telemetry};
use opentelemetry::{Context, trace::TracerProvider};
use opentelemetry_proto::tonic::trace::v1::Span;
use tracing::info_span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Registry, layer::SubscriberExt};

const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a program that has both kinds of spans, and gives what left.
fn exported(program: impl FnOnce(&Telemetry)) -> Vec<Span> {
    let kept = InMemory::default();
    let telemetry = Telemetry::builder().exporter(Exporter::Memory(kept.clone())).build().unwrap();
    let tracer = telemetry.tracer_provider().tracer("app");
    let subscriber = Registry::default().with(tracing_opentelemetry::layer().with_tracer(tracer));
    tracing::subscriber::with_default(subscriber, || program(&telemetry));
    telemetry.shutdown(PATIENCE).unwrap();
    let requests = kept.traces().into_iter();
    let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|of| of.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn serve(telemetry: &Telemetry, parent: &Context, inside: impl FnOnce(&Context)) {
    let engine = telemetry.engine("tiny").build();
    let request = engine.request(parent, Prompt::default());
    inside(request.context());
    request.finish(FinishReason::Stop);
}

#[track_caller]
fn check_parent(spans: &[Span], child: &str, parent: &str) {
    let find = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (child, parent) = (find(child), find(parent));
    assert_eq!(child.trace_id, parent.trace_id, "{spans:#?}");
    assert_eq!(child.parent_span_id, parent.span_id, "{spans:#?}");
}

#[test]
fn a_tracing_span_is_the_parent_of_a_request() {
    let spans = exported(|telemetry| {
        let handler = info_span!("handler");
        serve(telemetry, &handler.context(), |_| ());
    });
    check_parent(&spans, "chat tiny", "handler");
}

#[test]
fn an_entered_tracing_span_is_the_current_context() {
    let spans = exported(|telemetry| {
        info_span!("handler").in_scope(|| serve(telemetry, &Context::current(), |_| ()));
    });
    check_parent(&spans, "chat tiny", "handler");
}

#[test]
fn a_request_is_the_parent_of_a_tracing_span() {
    let spans = exported(|telemetry| {
        serve(telemetry, &Context::new(), |request| {
            let _current = request.clone().attach();
            info_span!("sampling").in_scope(|| info_span!("top_k").in_scope(|| ()));
        });
    });
    check_parent(&spans, "sampling", "chat tiny");
    check_parent(&spans, "top_k", "sampling");
}

#[test]
fn a_request_is_the_parent_of_a_tracing_span_that_is_told_so() {
    let spans = exported(|telemetry| {
        serve(telemetry, &Context::new(), |request| {
            let elsewhere = info_span!("detokenize");
            elsewhere.set_parent(request.clone()).unwrap();
            elsewhere.in_scope(|| ());
        });
    });
    check_parent(&spans, "detokenize", "chat tiny");
}

#[test]
fn content_among_a_tracing_spans_fields_does_not_leave() {
    let spans = exported(|_| {
        info_span!("chat", gen_ai.input.messages = "a secret", gen_ai.request.seed = 7)
            .in_scope(|| tracing::info!(gen_ai.output.messages = "another", "answered"));
    });
    let shown = format!("{spans:?}");
    assert!(shown.contains("gen_ai.request.seed") && shown.contains("answered"), "{shown}");
    assert!(!shown.contains("a secret") && !shown.contains("another"), "{shown}");
}
