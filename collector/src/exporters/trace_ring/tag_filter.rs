//! What a search wants spans to be tagged with, tested on their encoding.
//!
//! A tag is looked for where Jaeger's own store looks: among the attributes of the span, its resource, its scope, its
//! events and its links. The tags that Jaeger makes of a span's other fields are found too.

use std::cmp::Ordering;

use base64::{Engine, engine::general_purpose::STANDARD};
use opentelemetry_proto::tonic::{common::v1::AnyValue, trace::v1::status::StatusCode};
use prost::Message;

use super::{
    jaeger::kind_name,
    span::{StoredSpan, messages, text},
    tags,
};
use crate::otlp::{FieldValue, fields};

/// One tag that a span must have.
#[derive(Debug)]
pub(super) struct TagFilter {
    subject: Subject,
    wanted: Wanted,
}

/// Where the tag comes from.
#[derive(Debug)]
enum Subject {
    /// Whether the span ended with an error, by its status or by an attribute that says so.
    Error(bool),
    Kind,
    Status,
    StatusDescription,
    ScopeName,
    ScopeVersion,
    TraceState,
    Attribute(String),
    /// Of the resource alone, by Jaeger's prefix `resource.`.
    ResourceAttribute(String),
}

/// A value as a query spells it, beside what else that may mean.
#[derive(Debug)]
struct Wanted {
    text: String,
    flag: Option<bool>,
    int: Option<i64>,
    double: Option<f64>,
    bytes: Option<Vec<u8>>,
}

impl TagFilter {
    pub(super) fn new(key: &str, value: String) -> Self {
        let subject = match key {
            "error" => match flag(&value) {
                Some(wanted) => Subject::Error(wanted),
                None => Subject::Attribute(key.to_owned()),
            },
            "span.kind" => Subject::Kind,
            "otel.status_code" | "span.status" => Subject::Status,
            "otel.status_description" => Subject::StatusDescription,
            "otel.scope.name" | "scope.name" => Subject::ScopeName,
            "otel.scope.version" | "scope.version" => Subject::ScopeVersion,
            "w3c.tracestate" => Subject::TraceState,
            _ => match key.strip_prefix("resource.") {
                Some(key) => Subject::ResourceAttribute(key.to_owned()),
                None => Subject::Attribute(key.to_owned()),
            },
        };
        Self { subject, wanted: Wanted::new(value) }
    }

    /// Whether the span's encoding has to be read for it.
    pub(super) const fn reads_encoding(&self) -> bool {
        !matches!(
            self.subject,
            Subject::Kind | Subject::Status | Subject::ScopeName | Subject::ScopeVersion
        )
    }

    /// Whether the span has the tag.
    pub(super) fn finds(&self, span: &StoredSpan) -> bool {
        let wanted = &self.wanted;
        match &self.subject {
            Subject::Error(wanted) => is_error(span) == *wanted,
            Subject::Kind => wanted.names(kind_name(span.kind).unwrap_or("unspecified")),
            Subject::Status => wanted.names(match span.status {
                StatusCode::Unset => "UNSET",
                StatusCode::Ok => "OK",
                StatusCode::Error => "ERROR",
            }),
            Subject::StatusDescription => messages(&span.encoded, 15)
                .any(|status| messages(status, 2).any(|message| wanted.is_text(message))),
            Subject::ScopeName => wanted.text == span.scope.name,
            Subject::ScopeVersion => wanted.text == span.scope.version,
            Subject::TraceState => {
                messages(&span.encoded, 3).last().is_some_and(|state| wanted.is_text(state))
            }
            Subject::Attribute(key) => wanted.is_in_span(key, span),
            Subject::ResourceAttribute(key) => {
                wanted.is_among(key, messages(&span.process.encoded, 1))
            }
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn is_error(span: &StoredSpan) -> bool {
    let says_so = |attribute| {
        let value = messages(attribute, 2).last().and_then(|value| fields(value).last());
        key_of(attribute) == "error"
            && value.is_some_and(|value| match value.value {
                FieldValue::Number(flag) => value.number == 2 && flag != 0,
                FieldValue::Bytes(text) => value.number == 1 && text == b"true",
            })
    };
    span.status == StatusCode::Error || messages(&span.encoded, 9).any(says_so)
}

fn key_of(attribute: &[u8]) -> &str {
    messages(attribute, 1).last().map_or("", text)
}

impl Wanted {
    fn new(text: String) -> Self {
        Self {
            flag: flag(&text),
            int: text.parse().ok(),
            double: text.parse().ok(),
            bytes: STANDARD.decode(&text).ok(),
            text,
        }
    }

    fn names(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name)
    }

    fn is_text(&self, bytes: &[u8]) -> bool {
        bytes == self.text.as_bytes()
    }

    fn is_in_span(&self, key: &str, span: &StoredSpan) -> bool {
        let in_span = fields(&span.encoded).any(|field| match field.number {
            9 => self.is_attribute(key, field.bytes()),
            11 => {
                let event = field.bytes();
                (key == "event" && messages(event, 2).any(|name| self.is_text(name)))
                    || self.is_among(key, messages(event, 3))
            }
            13 => self.is_among(key, messages(field.bytes(), 4)),
            _ => false,
        });
        in_span
            || self.is_among(key, messages(&span.process.encoded, 1))
            || self.is_among(key, messages(&span.scope.encoded, 3))
    }

    fn is_among<'a>(&self, key: &str, mut attributes: impl Iterator<Item = &'a [u8]>) -> bool {
        attributes.any(|attribute| self.is_attribute(key, attribute))
    }

    fn is_attribute(&self, key: &str, attribute: &[u8]) -> bool {
        key_of(attribute) == key && self.is(messages(attribute, 2).last().unwrap_or_default())
    }

    /// Whether an encoded value is the wanted one: texts by their characters, numbers by their value, bytes, lists and
    /// maps as they are shown.
    fn is(&self, value: &[u8]) -> bool {
        let Some(field) = fields(value).last() else {
            return self.text.is_empty();
        };
        match (field.number, field.value) {
            (1, FieldValue::Bytes(text)) => self.is_text(text),
            (2, FieldValue::Number(flag)) => self.flag == Some(flag != 0),
            (3, FieldValue::Number(number)) => self.int == Some(number.cast_signed()),
            (4, FieldValue::Number(bits)) => {
                let number = f64::from_bits(bits);
                self.double.is_some_and(|wanted| {
                    wanted.partial_cmp(&number) == Some(Ordering::Equal)
                        || (wanted.is_nan() && number.is_nan())
                })
            }
            (5 | 6, FieldValue::Bytes(_)) => {
                let shown = AnyValue::decode(value).ok().and_then(|value| value.value);
                shown.is_some_and(|value| tags::nested(value) == self.text)
            }
            (7, FieldValue::Bytes(bytes)) => self.bytes.as_deref() == Some(bytes),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::trace::v1::ExportTraceServiceRequest,
        common::v1::{ArrayValue, InstrumentationScope, KeyValue, any_value::Value},
        resource::v1::Resource,
        trace::v1::{
            ResourceSpans, ScopeSpans, Span, Status,
            span::{Event, Link, SpanKind},
        },
    };

    use super::*;
    use crate::exporters::trace_ring::span::spans;

    fn attribute(key: &str, value: Value) -> KeyValue {
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value: Some(value) }),
            ..KeyValue::default()
        }
    }

    fn text_of(text: &str) -> Value {
        Value::StringValue(text.to_owned())
    }

    fn list(numbers: &[i64]) -> Value {
        let value = |number: &i64| AnyValue { value: Some(Value::IntValue(*number)) };
        Value::ArrayValue(ArrayValue { values: numbers.iter().map(value).collect() })
    }

    /// The span as the ring keeps it.
    fn stored(span: Span) -> StoredSpan {
        let span = Span { trace_id: vec![1; 16], span_id: vec![1; 8], ..span };
        let scope = InstrumentationScope {
            name: "inferometer".to_owned(),
            version: "0.1.0".to_owned(),
            attributes: vec![attribute("build", text_of("debug"))],
            ..InstrumentationScope::default()
        };
        let of_scope =
            ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() };
        let attributes = vec![attribute("host.name", text_of("gpu-1"))];
        let of_resource = ResourceSpans {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_spans: vec![of_scope],
            ..ResourceSpans::default()
        };
        let request = ExportTraceServiceRequest { resource_spans: vec![of_resource] };
        let kept = spans(&request.encode_to_vec()).next();
        kept.expect("a span").expect("valid ids").1
    }

    fn full() -> StoredSpan {
        let event = Event {
            name: "first token".to_owned(),
            attributes: vec![attribute("token", Value::IntValue(7))],
            ..Event::default()
        };
        let link =
            Link { attributes: vec![attribute("edge", text_of("decode"))], ..Link::default() };
        stored(Span {
            trace_state: "a=b".to_owned(),
            kind: SpanKind::Server as i32,
            attributes: vec![
                attribute("model", text_of("llama")),
                attribute("tokens", Value::IntValue(12)),
                attribute("share", Value::DoubleValue(0.5)),
                attribute("nothing", Value::DoubleValue(f64::NAN)),
                attribute("cached", Value::BoolValue(true)),
                attribute("key", Value::BytesValue(vec![1, 2])),
                attribute("steps", list(&[1, 2])),
            ],
            events: vec![event],
            links: vec![link],
            status: Some(Status {
                code: StatusCode::Error as i32,
                message: "out of blocks".to_owned(),
            }),
            ..Span::default()
        })
    }

    fn check(span: &StoredSpan, key: &str, value: &str, expected: bool) {
        let found = TagFilter::new(key, value.to_owned()).finds(span);
        assert_eq!(found, expected, "{key}={value}");
    }

    #[test]
    fn a_tag_is_found_wherever_it_comes_from_and_no_other_value_is() {
        let span = full();
        for (key, value, other) in [
            ("model", "llama", "llam"),
            ("tokens", "12", "13"),
            ("share", "0.5", "0.25"),
            ("nothing", "NaN", "0"),
            ("cached", "true", "false"),
            ("key", "AQI=", "AQ=="),
            ("steps", "[1,2]", "[1]"),
            ("host.name", "gpu-1", "gpu-2"),
            ("resource.host.name", "gpu-1", "gpu-2"),
            ("build", "debug", "release"),
            ("event", "first token", "last token"),
            ("token", "7", "8"),
            ("edge", "decode", "prefill"),
            ("error", "true", "false"),
            ("span.kind", "server", "client"),
            ("otel.status_code", "ERROR", "OK"),
            ("span.status", "error", "unset"),
            ("otel.status_description", "out of blocks", "out"),
            ("otel.scope.name", "inferometer", "other"),
            ("scope.version", "0.1.0", "0.2.0"),
            ("w3c.tracestate", "a=b", "a=c"),
        ] {
            check(&span, key, value, true);
            check(&span, key, other, false);
            check(&span, &format!("{key}x"), value, false);
        }
        check(&span, "resource.model", "llama", false);
    }

    #[test]
    fn a_span_without_an_error_is_one_that_says_nothing_of_it() {
        let unset = stored(Span::default());
        check(&unset, "error", "false", true);
        check(&unset, "error", "true", false);
        let said = vec![attribute("error", Value::BoolValue(true))];
        let said = stored(Span { attributes: said, ..Span::default() });
        check(&said, "error", "false", false);
        check(&said, "error", "true", true);
        let named = vec![attribute("error", text_of("timeout"))];
        check(&stored(Span { attributes: named, ..Span::default() }), "error", "timeout", true);
    }
}
