//! Traces as trees that people and tests can read.

use std::{collections::BTreeMap, fmt::Write};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, any_value::Value},
    trace::v1 as otlp,
};

/// A span, wherever it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub id: String,
    /// Of the parent; empty for a root.
    pub parent_id: String,
    /// The operation.
    pub name: String,
    /// `server`, `client`, `internal`, ...; empty if it was not said.
    pub kind: String,
    /// Nanoseconds since 1970; from Jaeger's shape, whole microseconds.
    pub start_nanos: u64,
    /// As `start_nanos`.
    pub duration_nanos: u64,
    /// The values as text, lists as JSON.
    pub attributes: BTreeMap<String, String>,
    /// `service.name`
    pub service: String,
}

/// Every trace as a tree: a line per span, children under their parent in the order of their start.
///
/// A line holds name, kind and those of `attributes` that the span has. A span whose parent is not there is a root, with
/// the parent's id.
#[must_use]
pub fn tree(spans: &[Span], attributes: &[&str]) -> String {
    render(spans, &|span| line(span, attributes))
}

/// As [`tree`], with each span's duration: for people, as no two runs are alike.
#[must_use]
pub fn timed_tree(spans: &[Span], attributes: &[&str]) -> String {
    render(spans, &|span| {
        let micros = span.duration_nanos / 1000;
        format!("{} {}.{:03} ms", line(span, attributes), micros / 1000, micros % 1000)
    })
}

fn line(span: &Span, attributes: &[&str]) -> String {
    let mut line = span.name.clone();
    if !span.kind.is_empty() && span.kind != "internal" {
        let _ = write!(line, " [{}]", span.kind);
    }
    for key in attributes {
        if let Some(value) = span.attributes.get(*key) {
            let _ = write!(line, " {key}={value}");
        }
    }
    line
}

impl Span {
    /// The spans of an answer in the shape of Jaeger's query API.
    ///
    /// # Panics
    /// If it has another shape.
    #[must_use]
    pub fn of_jaeger(answer: &serde_json::Value) -> Vec<Self> {
        let traces = answer["data"].as_array().expect("data is a list of traces");
        traces.iter().flat_map(of_jaeger_trace).collect()
    }
}

fn of_jaeger_trace(trace: &serde_json::Value) -> Vec<Span> {
    let text = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
    let number = |value: &serde_json::Value| value.as_u64().expect("a whole number");
    let spans = trace["spans"].as_array().expect("spans is a list");
    let read = |span: &serde_json::Value| {
        let tags = span["tags"].as_array().expect("tags is a list");
        let mut attributes: BTreeMap<String, String> = tags
            .iter()
            .map(|tag| {
                let value = &tag["value"];
                (text(&tag["key"]), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            })
            .collect();
        let references = span["references"].as_array().expect("references is a list");
        let parent = references.iter().find(|reference| reference["refType"] == "CHILD_OF");
        let process = &trace["processes"][text(&span["processID"])];
        Span {
            trace_id: text(&span["traceID"]),
            id: text(&span["spanID"]),
            parent_id: parent.map(|parent| text(&parent["spanID"])).unwrap_or_default(),
            name: text(&span["operationName"]),
            kind: attributes.remove("span.kind").unwrap_or_default(),
            start_nanos: number(&span["startTime"]) * 1000,
            duration_nanos: number(&span["duration"]) * 1000,
            attributes,
            service: text(&process["serviceName"]),
        }
    };
    spans.iter().map(read).collect()
}

pub(crate) fn of_request(request: &ExportTraceServiceRequest) -> Vec<Span> {
    let mut all = Vec::new();
    for resource_spans in &request.resource_spans {
        let attributes = resource_spans.resource.iter().flat_map(|resource| &resource.attributes);
        let mut service = attributes
            .filter(|pair| pair.key == "service.name")
            .map(|pair| text(pair.value.as_ref()));
        let service = service.next_back().unwrap_or_default();
        let spans = resource_spans.scope_spans.iter().flat_map(|scope| &scope.spans);
        all.extend(spans.map(|span| of_otlp(span, &service)));
    }
    all
}

fn of_otlp(span: &otlp::Span, service: &str) -> Span {
    let attributes = span.attributes.iter();
    let kind = span.kind().as_str_name().trim_start_matches("SPAN_KIND_").to_lowercase();
    Span {
        trace_id: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent_id: hex(&span.parent_span_id),
        name: span.name.clone(),
        kind,
        start_nanos: span.start_time_unix_nano,
        duration_nanos: span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano),
        attributes: attributes.map(|pair| (pair.key.clone(), text(pair.value.as_ref()))).collect(),
        service: service.to_owned(),
    }
}

fn text(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        None => String::new(),
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        Some(Value::ArrayValue(list)) => {
            let values: Vec<String> =
                list.values.iter().map(|value| format!("{:?}", text(Some(value)))).collect();
            format!("[{}]", values.join(","))
        }
        Some(other) => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn render(spans: &[Span], line_of: &dyn Fn(&Span) -> String) -> String {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    sorted.sort_by_key(|span| (span.start_nanos, span.duration_nanos));
    let is_there = |id: &str| spans.iter().any(|span| span.id == id);
    let mut out = String::new();
    for root in sorted.iter().filter(|span| !is_there(&span.parent_id)) {
        let orphan = if root.parent_id.is_empty() {
            String::new()
        } else {
            format!(" (child of {})", root.parent_id)
        };
        let _ = writeln!(out, "{}{orphan}", line_of(root));
        write_children(root, "", &sorted, line_of, &mut out);
    }
    out
}

fn write_children(
    parent: &Span,
    indent: &str,
    sorted: &[&Span],
    line_of: &dyn Fn(&Span) -> String,
    out: &mut String,
) {
    let is_child = |span: &&&Span| span.parent_id == parent.id && span.trace_id == parent.trace_id;
    let children: Vec<&&Span> = sorted.iter().filter(is_child).collect();
    for (i, child) in children.iter().enumerate() {
        let (branch, below) = if i + 1 == children.len() { ("`- ", "   ") } else { ("|- ", "|  ") };
        let _ = writeln!(out, "{indent}{branch}{}", line_of(child));
        write_children(child, &format!("{indent}{below}"), sorted, line_of, out);
    }
}
