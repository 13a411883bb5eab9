//! Spans as an indented tree, with times in milliseconds since the clock started.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::{
    SpanId,
    trace::{SpanKind, Status},
};
use opentelemetry_sdk::trace::SpanData;

use super::START;

/// `name kind from..to {attribute=value, ...}` with `!error` and `@time event`, children indented, by start time.
pub(crate) fn tree(spans: &[SpanData]) -> Vec<String> {
    let mut spans: Vec<&SpanData> = spans.iter().collect();
    spans.sort_by_key(|span| (span.start_time, span.end_time));
    let is_root = |span: &&&SpanData| {
        spans.iter().all(|other| other.span_context.span_id() != span.parent_span_id)
    };
    let mut lines = Vec::new();
    for root in spans.iter().filter(is_root) {
        put(&mut lines, root, &spans, 0);
    }
    lines
}

fn put(lines: &mut Vec<String>, span: &SpanData, all: &[&SpanData], depth: usize) {
    let id: SpanId = span.span_context.span_id();
    lines.push(format!("{}{}", "  ".repeat(depth), text(span)));
    for child in all.iter().filter(|child| child.parent_span_id == id) {
        assert_eq!(child.span_context.trace_id(), span.span_context.trace_id());
        put(lines, child, all, depth + 1);
    }
}

fn text(span: &SpanData) -> String {
    let kind = match span.span_kind {
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Internal => "internal",
        _ => "other",
    };
    let mut attributes: Vec<String> =
        span.attributes.iter().map(|kv| format!("{}={}", kv.key, kv.value)).collect();
    attributes.sort();
    let mut text = format!(
        "{} {kind} {}..{} {{{}}}",
        span.name,
        milliseconds(span.start_time),
        milliseconds(span.end_time),
        attributes.join(", "),
    );
    if let Status::Error { description } = &span.status {
        text += &format!(" !{description}");
    }
    for event in &span.events.events {
        text += &format!(" @{} {}", milliseconds(event.timestamp), event.name);
    }
    text
}

fn milliseconds(time: SystemTime) -> u128 {
    let since_epoch = time.duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
    (since_epoch - u128::from(START)) / 1_000_000
}
