//! A condition of the filter: the part of OTTL, the OpenTelemetry Transformation Language, that files use most.

use std::{borrow::Cow, cmp::Ordering, fmt};

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::parse::parse;
use crate::{
    otlp,
    processors::{
        pattern::Pattern,
        request::{Context, MetricKind, Subject, find},
    },
};

/// A condition, and the text that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    expression: Expression,
}

/// What a condition is asked about; it decides which paths there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `metrics.metric`
    Metric,
    /// `metrics.datapoint`
    Datapoint,
    /// `traces.span`
    Span,
    /// `logs.log_record`
    LogRecord,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Constant(bool),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Compare(Operand, Comparison, Operand),
    IsMatch(Operand, Pattern),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Nil,
    Text(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    Path(Path),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Path {
    ResourceAttribute(String),
    ScopeName,
    ScopeVersion,
    Attribute(String),
    /// Of a metric or a span.
    Name,
    Description,
    Unit,
    MetricType,
    SpanKind,
    Body,
    SeverityText,
    SeverityNumber,
}

/// What an operand comes to.
#[derive(Debug, PartialEq)]
enum Datum<'a> {
    Nil,
    Text(Cow<'a, str>),
    Int(i64),
    Double(f64),
    Bool(bool),
    /// A list, a map or bytes: equal to nothing.
    Other,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// It is beyond what is supported, which the error names.
    pub fn parse(text: &str, level: Level) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), expression: parse(text, level)? })
    }

    pub(super) fn holds(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        self.expression.holds(context, attributes)
    }

    /// Texts of which a request must hold one for this to be true; nothing if it may do without.
    pub(super) fn needed_texts(&self) -> Option<Vec<&str>> {
        self.expression.needed_texts()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Expression {
    fn holds(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        let holds = |part: &Self| part.holds(context, attributes);
        match self {
            Self::Constant(constant) => *constant,
            Self::Not(part) => !holds(part),
            Self::All(parts) => parts.iter().all(holds),
            Self::Any(parts) => parts.iter().any(holds),
            Self::Compare(left, comparison, right) => {
                let (left, right) =
                    (left.datum(context, attributes), right.datum(context, attributes));
                comparison.holds(&left, &right)
            }
            Self::IsMatch(operand, pattern) => match operand.datum(context, attributes) {
                Datum::Text(text) => pattern.is_match(&text),
                Datum::Int(number) => pattern.is_match(&number.to_string()),
                Datum::Double(number) => pattern.is_match(&number.to_string()),
                Datum::Bool(flag) => pattern.is_match(&flag.to_string()),
                Datum::Nil | Datum::Other => false,
            },
        }
    }

    fn needed_texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Constant(false) => Some(Vec::new()),
            Self::Any(parts) => {
                let needed: Option<Vec<_>> = parts.iter().map(Self::needed_texts).collect();
                Some(needed?.concat())
            }
            Self::All(parts) => parts.iter().find_map(Self::needed_texts),
            Self::Compare(Operand::Path(path), Comparison::Equal, literal)
            | Self::Compare(literal, Comparison::Equal, Operand::Path(path)) => {
                Some(vec![path.needed_text(literal)?])
            }
            Self::Constant(true) | Self::Not(_) | Self::Compare(..) | Self::IsMatch(..) => None,
        }
    }
}

impl Path {
    /// A text that must be in a request for the path to equal the literal.
    fn needed_text<'a>(&'a self, literal: &'a Operand) -> Option<&'a str> {
        match (self, literal) {
            (_, Operand::Nil | Operand::Path(_)) | (Self::MetricType | Self::SpanKind, _) => None,
            (_, Operand::Text(text)) => Some(text),
            (Self::ResourceAttribute(key) | Self::Attribute(key), _) => Some(key),
            _ => None,
        }
    }

    fn datum<'a>(&self, context: Context<'a>, attributes: &'a [KeyValue]) -> Datum<'a> {
        let text = |text: &'a str| Datum::Text(Cow::Borrowed(text));
        let of_key = |attributes: &'a [KeyValue], key: &str| {
            datum(find(attributes, key).and_then(|found| found.value.as_ref()))
        };
        match (self, context.subject) {
            (Self::ResourceAttribute(key), _) => of_key(context.resource, key),
            (Self::Attribute(key), _) => of_key(attributes, key),
            (Self::ScopeName, _) => text(context.scope.map_or("", |scope| &scope.name)),
            (Self::ScopeVersion, _) => text(context.scope.map_or("", |scope| &scope.version)),
            (Self::Name, Subject::Metric { metric, .. }) => text(&metric.name),
            (Self::Description, Subject::Metric { metric, .. }) => text(&metric.description),
            (Self::Unit, Subject::Metric { metric, .. }) => text(&metric.unit),
            (Self::MetricType, Subject::Metric { kind, .. }) => {
                let named = MetricKind::NAMES.iter().find(|(_, known)| *known == kind);
                named.map_or(Datum::Nil, |(name, _)| text(name))
            }
            (Self::Name, Subject::Span(span)) => text(&span.name),
            (Self::SpanKind, Subject::Span(span)) => text(span.kind().as_str_name()),
            (Self::Body, Subject::Log(record)) => datum(record.body.as_ref()),
            (Self::SeverityText, Subject::Log(record)) => text(&record.severity_text),
            (Self::SeverityNumber, Subject::Log(record)) => {
                Datum::Int(record.severity_number.into())
            }
            // The reader of conditions has no such path for this level.
            _ => Datum::Nil,
        }
    }
}

impl Operand {
    fn datum<'a>(&'a self, context: Context<'a>, attributes: &'a [KeyValue]) -> Datum<'a> {
        match self {
            Self::Nil => Datum::Nil,
            Self::Text(text) => Datum::Text(Cow::Borrowed(text)),
            Self::Int(number) => Datum::Int(*number),
            Self::Double(number) => Datum::Double(*number),
            Self::Bool(flag) => Datum::Bool(*flag),
            Self::Path(path) => path.datum(context, attributes),
        }
    }
}

fn datum(value: Option<&AnyValue>) -> Datum<'_> {
    match value.and_then(|value| value.value.as_ref()) {
        None => Datum::Nil,
        Some(Value::StringValue(_)) => Datum::Text(otlp::text(value)),
        Some(Value::IntValue(number)) => Datum::Int(*number),
        Some(Value::DoubleValue(number)) => Datum::Double(*number),
        Some(Value::BoolValue(flag)) => Datum::Bool(*flag),
        Some(_) => Datum::Other,
    }
}

impl Comparison {
    /// Values of different types are not equal, and neither is less; integers and doubles compare as numbers.
    fn holds(self, left: &Datum<'_>, right: &Datum<'_>) -> bool {
        let ordering = match (left, right) {
            (Datum::Nil, Datum::Nil) => Some(Ordering::Equal),
            (Datum::Text(left), Datum::Text(right)) => Some(left.cmp(right)),
            (Datum::Int(left), Datum::Int(right)) => Some(left.cmp(right)),
            (Datum::Double(left), Datum::Double(right)) => left.partial_cmp(right),
            (Datum::Int(left), Datum::Double(right)) => (*left as f64).partial_cmp(right),
            (Datum::Double(left), Datum::Int(right)) => left.partial_cmp(&(*right as f64)),
            (Datum::Bool(left), Datum::Bool(right)) => Some(left.cmp(right)),
            _ => None,
        };
        match self {
            Self::Equal => ordering == Some(Ordering::Equal),
            Self::NotEqual => ordering != Some(Ordering::Equal),
            Self::Less => ordering == Some(Ordering::Less),
            Self::LessOrEqual => ordering.is_some_and(Ordering::is_le),
            Self::Greater => ordering == Some(Ordering::Greater),
            Self::GreaterOrEqual => ordering.is_some_and(Ordering::is_ge),
        }
    }
}
