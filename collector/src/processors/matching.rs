//! `include` and `exclude`: which points, spans and log records a processor is about.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::{
    pattern::Pattern,
    request::{Context, Subject, find},
};
use crate::otlp;

/// The attribute that names a service.
const SERVICE_NAME: &str = "service.name";

/// Properties of an item. Every list that is not empty must hold: one entry of a list of texts or libraries, every entry
/// of a list of attributes. A property of another signal holds for nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Match {
    /// `service.name` of the resource.
    pub services: Vec<TextMatch>,
    /// Attributes of the resource.
    pub resources: Vec<AttributeMatch>,
    /// Instrumentation scopes.
    pub libraries: Vec<LibraryMatch>,
    /// The item's own attributes.
    pub attributes: Vec<AttributeMatch>,
    /// Names of metrics.
    pub metric_names: Vec<TextMatch>,
    /// Names of spans.
    pub span_names: Vec<TextMatch>,
    /// Kinds of spans, such as `SPAN_KIND_SERVER`.
    pub span_kinds: Vec<TextMatch>,
    /// Bodies of log records, as text.
    pub log_bodies: Vec<TextMatch>,
    /// Severities of log records, as text.
    pub log_severity_texts: Vec<TextMatch>,
}

/// What a text must be.
#[derive(Debug, Clone, PartialEq)]
pub enum TextMatch {
    /// `match_type: strict`
    Exact(String),
    /// `match_type: regexp`
    Pattern(Pattern),
}

/// What an attribute must be.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeMatch {
    /// It must be there.
    pub key: String,
    /// And have this value, if one is given.
    pub value: Option<ValueMatch>,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueMatch {
    /// Equal, of the same type.
    Exact(Value),
    /// As text.
    Pattern(Pattern),
}

/// What an instrumentation scope must be.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryMatch {
    /// Its name.
    pub name: TextMatch,
    /// Its version, if one is given.
    pub version: Option<TextMatch>,
}

/// `include` and `exclude` together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Nothing selects everything.
    pub include: Option<Match>,
    /// Wins over `include`.
    pub exclude: Option<Match>,
}

impl Selection {
    pub(super) fn selects(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        self.include.as_ref().is_none_or(|include| include.holds(context, attributes))
            && !self.exclude.as_ref().is_some_and(|exclude| exclude.holds(context, attributes))
    }
}

impl Match {
    pub(super) fn holds(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        let Context { resource, scope, subject } = context;
        let service = || find(resource, SERVICE_NAME).and_then(|found| found.value.as_ref());
        let library = |library: &LibraryMatch| {
            scope.is_some_and(|scope| library.holds(&scope.name, &scope.version))
        };
        (self.services.is_empty() || one(&self.services, &otlp::text(service())))
            && all(&self.resources, resource)
            && (self.libraries.is_empty() || self.libraries.iter().any(library))
            && all(&self.attributes, attributes)
            && self.subject_holds(subject)
    }

    fn subject_holds(&self, subject: Subject<'_>) -> bool {
        let (of_metrics, of_spans, of_logs) = (
            [&self.metric_names],
            [&self.span_names, &self.span_kinds],
            [&self.log_bodies, &self.log_severity_texts],
        );
        let unset = |lists: &[&Vec<TextMatch>]| lists.iter().all(|list| list.is_empty());
        let may = |list: &[TextMatch], text: &str| list.is_empty() || one(list, text);
        match subject {
            Subject::Metric { metric, .. } => {
                unset(&of_spans) && unset(&of_logs) && may(&self.metric_names, &metric.name)
            }
            Subject::Span(span) => {
                unset(&of_metrics)
                    && unset(&of_logs)
                    && may(&self.span_names, &span.name)
                    && may(&self.span_kinds, span.kind().as_str_name())
            }
            Subject::Log(record) => {
                unset(&of_metrics)
                    && unset(&of_spans)
                    && may(&self.log_bodies, &otlp::text(record.body.as_ref()))
                    && may(&self.log_severity_texts, &record.severity_text)
            }
        }
    }
}

impl TextMatch {
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Pattern(pattern) => pattern.is_match(text),
        }
    }
}

impl AttributeMatch {
    fn holds(&self, attributes: &[KeyValue]) -> bool {
        find(attributes, &self.key).is_some_and(|found| {
            self.value.as_ref().is_none_or(|value| value.holds(found.value.as_ref()))
        })
    }
}

impl ValueMatch {
    fn holds(&self, value: Option<&AnyValue>) -> bool {
        match self {
            Self::Exact(exact) => value.and_then(|value| value.value.as_ref()) == Some(exact),
            Self::Pattern(pattern) => pattern.is_match(&otlp::text(value)),
        }
    }
}

impl LibraryMatch {
    fn holds(&self, name: &str, version: &str) -> bool {
        self.name.holds(name)
            && self.version.as_ref().is_none_or(|expected| expected.holds(version))
    }
}

/// Whether one of the texts is meant.
pub(super) fn one(matches: &[TextMatch], text: &str) -> bool {
    matches.iter().any(|expected| expected.holds(text))
}

/// Whether all of the attributes are there.
pub(super) fn all(matches: &[AttributeMatch], attributes: &[KeyValue]) -> bool {
    matches.iter().all(|expected| expected.holds(attributes))
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        common::v1::InstrumentationScope,
        logs::v1::LogRecord,
        metrics::v1::Metric,
        trace::v1::{Span, span::SpanKind},
    };

    use super::*;
    use crate::processors::request::{
        MetricKind,
        samples::{attribute, text},
    };

    fn exact(text: &str) -> Vec<TextMatch> {
        vec![TextMatch::Exact("other".into()), TextMatch::Exact(text.into())]
    }

    fn pattern(text: &str) -> Vec<TextMatch> {
        vec![TextMatch::Pattern(Pattern::new(text).unwrap())]
    }

    fn with_attribute(key: &str, value: Option<ValueMatch>) -> Vec<AttributeMatch> {
        vec![AttributeMatch { key: key.into(), value }]
    }

    /// For which of a metric, a span and a log record it holds.
    fn check(properties: &Match, expected: [bool; 3]) {
        let resource = [attribute("service.name", text("engine"))];
        let scope = InstrumentationScope {
            name: "lib".into(),
            version: "1.2".into(),
            ..Default::default()
        };
        let metric = Metric { name: "queue.depth".into(), ..Metric::default() };
        let span = Span { name: "step".into(), kind: SpanKind::Server as i32, ..Span::default() };
        let body = Some(AnyValue { value: Some(text("out of memory")) });
        let log = LogRecord { body, severity_text: "ERROR".into(), ..LogRecord::default() };
        let subjects = [
            Subject::Metric { metric: &metric, kind: MetricKind::Gauge },
            Subject::Span(&span),
            Subject::Log(&log),
        ];
        let holds = subjects.map(|subject| {
            let context = Context { resource: &resource, scope: Some(&scope), subject };
            properties.holds(context, &[attribute("rank", Value::IntValue(3))])
        });
        assert_eq!(holds, expected, "{properties:?}");
    }

    #[test]
    fn properties_of_every_signal_hold_for_all() {
        let value = |value| Some(ValueMatch::Exact(value));
        let library = |name: &str, version: Option<&str>| {
            let exact = |text: &str| TextMatch::Exact(text.into());
            vec![LibraryMatch { name: exact(name), version: version.map(exact) }]
        };
        check(&Match::default(), [true; 3]);
        check(&Match { services: exact("engine"), ..Match::default() }, [true; 3]);
        check(&Match { services: exact("eng"), ..Match::default() }, [false; 3]);
        check(&Match { services: pattern("^eng"), ..Match::default() }, [true; 3]);
        check(&Match { libraries: library("lib", None), ..Match::default() }, [true; 3]);
        check(&Match { libraries: library("lib", Some("1.2")), ..Match::default() }, [true; 3]);
        check(&Match { libraries: library("lib", Some("2")), ..Match::default() }, [false; 3]);
        let of = |attributes| Match { attributes, ..Match::default() };
        check(&of(with_attribute("rank", None)), [true; 3]);
        check(&of(with_attribute("rank", value(Value::IntValue(3)))), [true; 3]);
        check(&of(with_attribute("rank", value(text("3")))), [false; 3]);
        let as_text = ValueMatch::Pattern(Pattern::new("^[0-9]$").unwrap());
        check(&of(with_attribute("rank", Some(as_text))), [true; 3]);
        check(&of(with_attribute("service.name", None)), [false; 3]);
        let resources = with_attribute("service.name", value(text("engine")));
        check(&Match { resources, ..Match::default() }, [true; 3]);
    }

    #[test]
    fn a_property_of_another_signal_holds_for_nothing() {
        check(
            &Match { metric_names: exact("queue.depth"), ..Match::default() },
            [true, false, false],
        );
        check(&Match { span_names: pattern("^st"), ..Match::default() }, [false, true, false]);
        check(
            &Match { span_kinds: exact("SPAN_KIND_SERVER"), ..Match::default() },
            [false, true, false],
        );
        check(&Match { log_bodies: pattern("memory"), ..Match::default() }, [false, false, true]);
        check(
            &Match { log_severity_texts: exact("ERROR"), ..Match::default() },
            [false, false, true],
        );
    }

    #[test]
    fn all_kinds_of_properties_must_hold() {
        let both = |span: &str| Match {
            span_names: exact(span),
            services: exact("engine"),
            ..Match::default()
        };
        check(&both("step"), [false, true, false]);
        check(&both("other step"), [false; 3]);
    }

    #[test]
    fn exclude_wins_over_include() {
        let (metric, everything) = (Metric::default(), Some(Match::default()));
        let subject = Subject::Metric { metric: &metric, kind: MetricKind::None };
        let context = Context { resource: &[], scope: None, subject };
        let selects = |include: &Option<Match>, exclude: &Option<Match>| {
            Selection { include: include.clone(), exclude: exclude.clone() }.selects(context, &[])
        };
        assert!(selects(&None, &None));
        assert!(selects(&everything, &None));
        assert!(!selects(&everything, &everything));
    }
}
