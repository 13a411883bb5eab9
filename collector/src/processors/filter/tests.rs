//! What is dropped, of which signal, and what is said about conditions that cannot be read.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, any_value::Value},
    logs::v1::LogRecord,
    metrics::v1::NumberDataPoint,
    trace::v1::{Span, span::SpanKind},
};

use super::*;
use crate::{
    pipeline::Signal,
    processors::{
        pattern::Pattern,
        request::samples::{self, attribute, text},
    },
};

/// Two metrics with two points each: `queue.depth` and `queue.wait`, ranks 0 and 1.
fn metrics() -> Request {
    let points = || {
        let point = |rank| NumberDataPoint {
            attributes: vec![attribute("rank", Value::IntValue(rank))],
            ..Default::default()
        };
        vec![point(0), point(1)]
    };
    samples::metrics(vec![
        samples::gauge("queue.depth", points()),
        samples::gauge("queue.wait", points()),
    ])
}

fn spans() -> Request {
    let span = |name: &str, kind: SpanKind| Span {
        name: name.into(),
        kind: kind as i32,
        attributes: vec![attribute("name", text(name))],
        ..Span::default()
    };
    samples::spans_of(vec![span("chat", SpanKind::Server), span("step", SpanKind::Internal)])
}

fn logs() -> Request {
    let record = |body: &str, severity_number| LogRecord {
        body: Some(AnyValue { value: Some(text(body)) }),
        severity_number,
        severity_text: body.into(),
        ..LogRecord::default()
    };
    samples::logs(vec![record("ready", 9), record("broken", 17)])
}

/// How many items of the metrics, spans and logs above are left; what is left of none keeps its bytes.
fn check(settings: &FilterSettings, expected: [u64; 3]) {
    let filter = Filter::new(settings.clone());
    let left = [metrics(), spans(), logs()].map(|request| {
        let item = samples::item(&request);
        let processed = filter.process(item.clone()).unwrap();
        let seen = Request::decode(item.signal, processed.bytes.clone()).unwrap();
        assert_eq!(seen.items(), processed.counts.items);
        let is_whole = processed.counts.items == item.counts.items;
        assert_eq!(processed.bytes.as_ptr() == item.bytes.as_ptr(), is_whole);
        processed.counts.items
    });
    assert_eq!(left, expected, "{settings:?}");
}

fn names(names: &[&str]) -> Option<MetricMatch> {
    let metric_names = names.iter().map(|name| TextMatch::Exact((*name).into())).collect();
    Some(MetricMatch { metric_names, ..MetricMatch::default() })
}

fn of_service(name: &str, metric_names: Vec<TextMatch>) -> Option<MetricMatch> {
    let value = Some(ValueMatch::Exact(text(name)));
    let resource_attributes = vec![AttributeMatch { key: "service.name".into(), value }];
    Some(MetricMatch { metric_names, resource_attributes })
}

fn metric(conditions: &[&str]) -> FilterSettings {
    FilterSettings { metric: conditions_of(conditions, Level::Metric), ..Default::default() }
}

fn conditions_of(texts: &[&str], level: Level) -> Vec<Condition> {
    texts.iter().map(|text| Condition::parse(text, level).unwrap()).collect()
}

#[test]
fn metrics_are_dropped_by_name() {
    let exclude = |exclude_metrics| FilterSettings { exclude_metrics, ..Default::default() };
    let include = |include_metrics| FilterSettings { include_metrics, ..Default::default() };
    check(&FilterSettings::default(), [4, 2, 2]);
    check(&exclude(names(&["queue.depth"])), [2, 2, 2]);
    check(&exclude(names(&["queue"])), [4, 2, 2]);
    check(&exclude(names(&["queue.depth", "queue.wait"])), [0, 2, 2]);
    check(&include(names(&["queue.depth"])), [2, 2, 2]);
    check(&include(names(&["other"])), [0, 2, 2]);
    let pattern = TextMatch::Pattern(Pattern::new("^queue\\.").unwrap());
    let matching = MetricMatch { metric_names: vec![pattern], ..MetricMatch::default() };
    check(&exclude(Some(matching)), [0, 2, 2]);
}

#[test]
fn a_name_or_the_resource_excludes_and_both_include() {
    let depth = || vec![TextMatch::Exact("queue.depth".into())];
    let exclude = |exclude_metrics| FilterSettings { exclude_metrics, ..Default::default() };
    let include = |include_metrics| FilterSettings { include_metrics, ..Default::default() };
    check(&exclude(of_service("engine", Vec::new())), [0, 2, 2]);
    check(&exclude(of_service("other", Vec::new())), [4, 2, 2]);
    check(&exclude(of_service("other", depth())), [2, 2, 2]);
    check(&exclude(of_service("engine", depth())), [0, 2, 2]);
    check(&include(of_service("engine", depth())), [2, 2, 2]);
    check(&include(of_service("other", depth())), [0, 2, 2]);
}

#[test]
fn spans_and_logs_are_dropped_by_their_properties() {
    let chat = || vec![TextMatch::Exact("chat".into())];
    let of_spans = |exclude| FilterSettings {
        spans: Selection { exclude: Some(exclude), include: None },
        ..Default::default()
    };
    check(&of_spans(Match { span_names: chat(), ..Match::default() }), [4, 1, 2]);
    let value = Some(ValueMatch::Exact(text("step")));
    let attributes = vec![AttributeMatch { key: "name".into(), value }];
    check(&of_spans(Match { attributes, ..Match::default() }), [4, 1, 2]);
    let server = vec![TextMatch::Exact("SPAN_KIND_SERVER".into())];
    check(&of_spans(Match { span_kinds: server, ..Match::default() }), [4, 1, 2]);
    let spans = Selection {
        include: Some(Match { span_names: chat(), ..Match::default() }),
        exclude: None,
    };
    check(&FilterSettings { spans, ..Default::default() }, [4, 1, 2]);
    let bodies = vec![TextMatch::Pattern(Pattern::new("^bro").unwrap())];
    let exclude = Some(Match { log_bodies: bodies, ..Match::default() });
    let logs = Selection { exclude, include: None };
    check(&FilterSettings { logs, ..Default::default() }, [4, 2, 1]);
}

#[test]
fn a_metric_is_dropped_if_one_condition_holds() {
    for (conditions, left) in [
        (&[r#"name == "queue.depth""#][..], 2),
        (&[r#"name == "queue.depth""#, r#"metric.name == "queue.wait""#], 0),
        (&[r#"IsMatch(name, "^queue\.d")"#], 2),
        (&[r#"not IsMatch(name, "depth")"#], 2),
        (&[r#"resource.attributes["service.name"] == "engine""#], 0),
        (&[r#"resource.attributes["service.name"] != "engine""#], 4),
        (&[r#"resource.attributes["k8s.pod"] == nil"#], 0),
        (&[r#"name == "queue.depth" and resource.attributes["service.name"] == "other""#], 4),
        (&[r#"name == "queue.depth" or name == "queue.wait" and false"#], 2),
        (&[r#"(name == "queue.depth" or name == "queue.wait") and true"#], 0),
        (&["type == METRIC_DATA_TYPE_GAUGE"], 0),
        (&["type == METRIC_DATA_TYPE_SUM"], 4),
        (&[r#"instrumentation_scope.name == "sample" and unit == """#], 0),
        (&["false"], 4),
    ] {
        check(&metric(conditions), [left, 2, 2]);
    }
}

#[test]
fn points_spans_and_records_are_dropped_by_conditions() {
    let datapoint = |condition| FilterSettings {
        datapoint: conditions_of(&[condition], Level::Datapoint),
        ..Default::default()
    };
    check(&datapoint(r#"attributes["rank"] == 1"#), [2, 2, 2]);
    check(&datapoint(r#"attributes["rank"] == "1""#), [4, 2, 2]);
    check(&datapoint(r#"datapoint.attributes["rank"] >= 0.5"#), [2, 2, 2]);
    check(&datapoint(r#"metric.name == "queue.wait" and attributes["rank"] < 1"#), [3, 2, 2]);
    check(&datapoint(r#"IsMatch(attributes["rank"], "^[01]$")"#), [0, 2, 2]);
    let span = |condition| FilterSettings {
        span: conditions_of(&[condition], Level::Span),
        ..Default::default()
    };
    check(&span(r#"span.name == "chat""#), [4, 1, 2]);
    check(&span("kind == SPAN_KIND_SERVER"), [4, 1, 2]);
    check(&span(r#"attributes["name"] != nil"#), [4, 0, 2]);
    let record = |condition| FilterSettings {
        log_record: conditions_of(&[condition], Level::LogRecord),
        ..Default::default()
    };
    check(&record("severity_number < SEVERITY_NUMBER_ERROR"), [4, 2, 1]);
    check(&record(r#"log.body == "broken" or severity_text == "ready""#), [4, 2, 0]);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_can() {
    let supported = "supported are comparisons with ==, !=, <, <=, >, >= and IsMatch(path, \"pattern\"), joined by and, \
                     or, not and parentheses";
    let paths = "name, description, unit, type, resource.attributes[\"key\"], instrumentation_scope.name, \
                 instrumentation_scope.version";
    for (condition, expected) in [
        ("", format!("the end is not expected there, {supported}")),
        ("name", format!("the end is not expected there, {supported}")),
        ("name == ", format!("the end is not expected there, {supported}")),
        (r#"name == "a" name"#, format!("\"name\" is not expected there, {supported}")),
        ("name + 1", format!("'+' is not expected there, {supported}")),
        (
            r#"Concat([name], "") == """#,
            format!("\"Concat\" is not supported there, expected one of: {paths}"),
        ),
        (
            r#"attributes["rank"] == 1"#,
            format!("\"attributes\" is not supported there, expected one of: {paths}"),
        ),
        (r#"name == "a"#, "a text has no closing quote".to_owned()),
        (r#"IsMatch(name, "a(")"#, "\"a(\" is no pattern: unclosed group".to_owned()),
        (
            "resource.attributes[name] == 1",
            "resource.attributes[...] has no key in quotes".to_owned(),
        ),
        ("name == 1.2.3", "\"1.2.3\" is no number".to_owned()),
    ] {
        assert_eq!(
            Condition::parse(condition, Level::Metric).unwrap_err(),
            expected,
            "{condition}"
        );
    }
    let deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(Condition::parse(&deep, Level::Span).unwrap_err(), "it nests deeper than 32");
}

#[test]
fn the_screen_never_hides_what_would_be_dropped() {
    // Not in the bytes, since a span's kind and a metric's type are numbers there.
    check(&metric(&["type == METRIC_DATA_TYPE_GAUGE"]), [0, 2, 2]);
    check(&metric(&[r#"description == """#]), [0, 2, 2]);
    check(&metric(&[r#""queue.wait" == name"#]), [2, 2, 2]);
    let nothing = Filter::new(metric(&[r#"name == "absent""#]));
    let broken = crate::pipeline::testing::item(Signal::Metrics);
    assert!(nothing.process(broken).is_ok(), "bytes without the text are not decoded");
}
