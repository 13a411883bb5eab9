//! Traces in the shape of Jaeger's query API.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use opentelemetry_proto::tonic::{
    resource::v1::Resource,
    trace::v1::{Span, Status, span::SpanKind, status::StatusCode},
};
use prost::Message;
use serde::Serialize;

use super::{
    hex::hex,
    span::{Process, Scope, StoredSpan},
    tags::Tag,
    trace_id,
};

/// One trace.
#[derive(Debug, Serialize)]
pub(super) struct Trace {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<JaegerSpan>,
    processes: BTreeMap<String, JaegerProcess>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JaegerSpan {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    operation_name: String,
    references: Vec<Reference>,
    /// Microseconds since 1970.
    start_time: u64,
    /// Microseconds.
    duration: u64,
    tags: Vec<Tag>,
    logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Serialize)]
struct Log {
    /// Microseconds since 1970.
    timestamp: u64,
    fields: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct JaegerProcess {
    service_name: String,
    tags: Vec<Tag>,
}

impl Trace {
    /// The trace of these spans, the earliest first; a span that cannot be decoded becomes a warning.
    pub(super) fn of(spans: &[Arc<StoredSpan>]) -> Self {
        let mut spans: Vec<&StoredSpan> = spans.iter().map(Arc::as_ref).collect();
        spans.sort_by_key(|span| span.start_nanos);
        let mut process_ids: HashMap<&[u8], String> = HashMap::new();
        let mut processes = BTreeMap::new();
        let mut warnings = Vec::new();
        let mut shown = Vec::with_capacity(spans.len());
        for stored in spans {
            let number = process_ids.len() + 1;
            let process_id = process_ids.entry(&stored.process.encoded).or_insert_with(|| {
                let id = format!("p{number}");
                processes.insert(id.clone(), process(&stored.process));
                id
            });
            match Span::decode(&*stored.encoded) {
                Ok(span) => shown.push(jaeger_span(span, &stored.scope, process_id)),
                Err(cause) => warnings.push(format!("span {:?}: {cause}", stored.name)),
            }
        }
        Self {
            trace_id: shown.first().map(|span| span.trace_id.clone()).unwrap_or_default(),
            spans: shown,
            processes,
            warnings: Some(warnings).filter(|warnings| !warnings.is_empty()),
        }
    }
}

fn process(process: &Process) -> JaegerProcess {
    let resource = Resource::decode(&*process.encoded).unwrap_or_default();
    let attributes = resource.attributes.into_iter();
    JaegerProcess {
        service_name: process.service.clone(),
        tags: attributes
            .filter(|attribute| attribute.key != "service.name")
            .map(Tag::from)
            .collect(),
    }
}

fn jaeger_span(span: Span, scope: &Scope, process_id: &str) -> JaegerSpan {
    let trace_id = trace_id::text(&span.trace_id);
    let duration = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
    let references = references(&trace_id, &span);
    let kind = span.kind();
    let mut tags = Vec::with_capacity(span.attributes.len() + 4);
    tags.extend(scope_tags(scope));
    tags.extend(span.attributes.into_iter().map(Tag::from));
    tags.extend(kind_tag(kind));
    tags.extend(status_tags(&span.status.unwrap_or_default()));
    if !span.trace_state.is_empty() {
        tags.push(Tag::text("w3c.tracestate", span.trace_state));
    }
    let logs = span.events.into_iter().map(|event| Log {
        timestamp: event.time_unix_nano / 1000,
        fields: [Tag::text("event", event.name)]
            .into_iter()
            .chain(event.attributes.into_iter().map(Tag::from))
            .collect(),
    });
    JaegerSpan {
        span_id: hex(&span.span_id),
        operation_name: span.name,
        references,
        start_time: span.start_time_unix_nano / 1000,
        duration: duration / 1000,
        tags,
        logs: logs.collect(),
        process_id: process_id.to_owned(),
        warnings: None,
        trace_id,
    }
}

/// The parent, and then the links.
fn references(trace_id: &str, span: &Span) -> Vec<Reference> {
    let parent = (!span.parent_span_id.is_empty()).then(|| Reference {
        ref_type: "CHILD_OF",
        trace_id: trace_id.to_owned(),
        span_id: hex(&span.parent_span_id),
    });
    let links = span.links.iter().map(|link| Reference {
        ref_type: "FOLLOWS_FROM",
        trace_id: trace_id::text(&link.trace_id),
        span_id: hex(&link.span_id),
    });
    parent.into_iter().chain(links).collect()
}

fn scope_tags(scope: &Scope) -> impl Iterator<Item = Tag> {
    [("otel.scope.name", &scope.name), ("otel.scope.version", &scope.version)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| Tag::text(key, value))
}

fn kind_tag(kind: SpanKind) -> Option<Tag> {
    kind_name(kind).map(|kind| Tag::text("span.kind", kind))
}

/// A kind as Jaeger spells it; none if the span's sender said none.
pub(super) const fn kind_name(kind: SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::Unspecified => None,
        SpanKind::Internal => Some("internal"),
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
    }
}

fn status_tags(status: &Status) -> Vec<Tag> {
    let mut tags = match status.code() {
        StatusCode::Unset => Vec::new(),
        StatusCode::Ok => vec![Tag::text("otel.status_code", "OK")],
        StatusCode::Error => vec![Tag::text("otel.status_code", "ERROR"), Tag::bool("error", true)],
    };
    if !status.message.is_empty() {
        tags.push(Tag::text("otel.status_description", &status.message));
    }
    tags
}
