//! A request that is received.

use http::HeaderMap;
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator,
    trace::{SpanKind, Tracer},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::{OwnTraces, span::OwnSpan};
use crate::pipeline::{Refusal, Signal, Traced};

/// A receiver's listener, as spans name it.
#[derive(Debug)]
pub(crate) struct Listener {
    traces: OwnTraces,
    id: String,
    transport: &'static str,
}

/// The span of a request, or none.
#[derive(Debug)]
pub(crate) struct RequestSpan {
    span: OwnSpan,
    signal: Signal,
}

impl Listener {
    /// A listener of the receiver `name`, by its place in the configuration.
    pub(crate) fn new(traces: OwnTraces, name: &str, transport: &'static str) -> Self {
        let id = name.strip_prefix("receivers.").unwrap_or(name).to_owned();
        Self { traces, id, transport }
    }

    /// A request begins. Its sender's span, in the headers, decides whether it is traced, and is its parent.
    pub(crate) fn request(&self, signal: Signal, headers: &HeaderMap) -> RequestSpan {
        let span = self.traces.0.as_ref().map(|running| {
            let parent = TraceContextPropagator::new()
                .extract_with_context(&Context::new(), &HeaderExtractor(headers));
            let name = format!("receiver/{}/{}", self.id, operation(signal));
            let span = running.tracer.span_builder(name).with_kind(SpanKind::Server);
            let span = span.with_attributes([
                KeyValue::new("receiver", self.id.clone()),
                KeyValue::new("transport", self.transport),
            ]);
            span.start_with_context(&running.tracer, &parent)
        });
        RequestSpan { span: OwnSpan::of(span), signal }
    }
}

impl RequestSpan {
    /// What spans of its way out are to be children of, if it is recorded; and that they are not, if it is not.
    pub(crate) fn traced(&self) -> Traced {
        self.span.context().cloned().into_iter().collect()
    }

    /// It was taken, but for so many of its items.
    pub(crate) fn accepted(mut self, items: u64, rejected: u64) {
        let [accepted, refused] = counts(self.signal);
        self.span.set(accepted, items.saturating_sub(rejected));
        self.span.set(refused, rejected);
    }

    /// It was not taken.
    pub(crate) fn refused(mut self, refusal: &Refusal, items: u64) {
        let [accepted, refused] = counts(self.signal);
        self.span.set(accepted, 0);
        self.span.set(refused, items);
        self.span.failed(refusal.reason.as_str(), || refusal.message.clone());
    }
}

/// As the OpenTelemetry Collector calls it.
const fn operation(signal: Signal) -> &'static str {
    match signal {
        Signal::Metrics => "MetricsReceived",
        Signal::Traces => "TraceDataReceived",
        Signal::Logs => "LogsReceived",
    }
}

/// The attributes for what was taken and what was not, as the OpenTelemetry Collector calls them.
const fn counts(signal: Signal) -> [&'static str; 2] {
    match signal {
        Signal::Metrics => ["accepted_metric_points", "refused_metric_points"],
        Signal::Traces => ["accepted_spans", "refused_spans"],
        Signal::Logs => ["accepted_log_records", "refused_log_records"],
    }
}
