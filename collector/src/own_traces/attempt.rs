//! An attempt to send requests on.

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use inferometer_semconv::attributes;
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanContext, SpanKind, TraceContextExt, Tracer},
};

use super::{OwnTraces, span::OwnSpan};
use crate::pipeline::{Signal, Traced};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// An exporter, as spans name it.
#[derive(Debug)]
pub(crate) struct Sender {
    traces: OwnTraces,
    id: String,
    server: Vec<KeyValue>,
}

/// The span of an attempt, or none.
#[derive(Debug)]
pub(crate) struct AttemptSpan {
    span: OwnSpan,
    items: u64,
}

impl Sender {
    /// The exporter `name`, by its place in the configuration, which sends to `endpoint`.
    pub(crate) fn new(traces: OwnTraces, name: &str, endpoint: &Uri) -> Self {
        let id = name.strip_prefix("exporters.").unwrap_or(name).to_owned();
        let address = endpoint.host().unwrap_or_default().to_owned();
        let is_tls = endpoint.scheme_str() == Some("https");
        let port = endpoint.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        let server = vec![
            KeyValue::new("exporter", id.clone()),
            KeyValue::new(attributes::SERVER_ADDRESS.key, address),
            KeyValue::new(attributes::SERVER_PORT.key, i64::from(port)),
        ];
        Self { traces, id, server }
    }

    /// An attempt begins, after `retries` others, to send requests that come `from` these spans. It is a child of the first
    /// of them and leads to the others; without any it is not traced, so that nothing is that a sender does not trace.
    pub(crate) fn attempt<'a>(
        &self,
        signal: Signal,
        (items, retries): (u64, u64),
        from: impl Iterator<Item = &'a Traced>,
    ) -> AttemptSpan {
        let span = self.traces.0.as_ref().and_then(|running| {
            let from: Traced = from.flat_map(Traced::iter).cloned().collect();
            let mut from = from.iter().cloned();
            let parent = Context::new().with_remote_span_context(from.next()?);
            let name = format!("exporter/{}/{}", self.id, signal.as_str());
            let retries = i64::try_from(retries).unwrap_or(i64::MAX);
            let mut of_attempt = self.server.clone();
            of_attempt.push(KeyValue::new("retry_num", retries));
            let span = running.tracer.span_builder(name).with_kind(SpanKind::Client);
            let span = span.with_attributes(of_attempt).with_links(from.map(link).collect());
            Some(span.start_with_context(&running.tracer, &parent))
        });
        AttemptSpan { span: OwnSpan::of(span), items }
    }
}

impl AttemptSpan {
    /// Says in a request of which trace it is.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let Some(span) = self.span.context() else {
            return;
        };
        let value =
            format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8());
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(TRACEPARENT, value);
        }
    }

    /// The other side took it, but for so many of its items.
    pub(crate) fn accepted(mut self, rejected: u64) {
        let rejected = rejected.min(self.items);
        self.span.set("items.sent", self.items - rejected);
        self.span.set("items.failed", rejected);
    }

    /// It did not.
    pub(crate) fn failed(mut self, reason: &'static str, words: impl FnOnce() -> String) {
        self.span.set("items.sent", 0);
        self.span.set("items.failed", self.items);
        self.span.failed(reason, words);
    }
}

fn link(span: SpanContext) -> Link {
    Link::new(span, Vec::new(), 0)
}
