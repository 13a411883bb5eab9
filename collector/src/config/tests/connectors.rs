//! Connectors: between which pipelines, with which settings, and what is said about what is wrong.

use std::{path::Path, time::Duration};

use super::{SOUND, check};
use crate::{
    config::{Config, ConnectorSettings},
    connectors::{
        CommonDimension, Dimension, DurationHistogram, DurationUnit, ResourceOf,
        SpanMetricsSettings,
    },
};

/// The sound file with a connector between its pipelines; its settings are a flow mapping on line 10, after `  ID: `.
fn with(id: &str, settings: &str) -> String {
    SOUND
        .replace("service:", &format!("connectors:\n  {id}: {settings}\nservice:"))
        .replace(
            "[otlp]\n      exporters: [prometheus]",
            &format!("[otlp, {id}]\n      exporters: [prometheus]"),
        )
        .replace("[trace_ring]", &format!("[trace_ring, {id}]"))
}

#[track_caller]
fn read(settings: &str) -> SpanMetricsSettings {
    let text = with("span_metrics", settings);
    let config = Config::parse("c.yaml", &text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    assert_eq!(config.warnings.to_string(), "");
    let [connector] = &config.resolved.connectors[..] else { panic!("{config:?}") };
    let ConnectorSettings::SpanMetrics(settings) = &connector.settings;
    (**settings).clone()
}

/// What is said about the settings: `COLUMN: MESSAGE` each, without the path of the connector.
#[track_caller]
fn check_settings(settings: &str, expected: &[&str]) {
    let text = with("span_metrics", settings);
    let errors = Config::parse("c.yaml", &text).expect_err(settings).to_string();
    let column = "  span_metrics: ".len();
    let one = |line: &str| {
        let rest = line.strip_prefix("c.yaml:10:").unwrap_or_else(|| panic!("{line}"));
        let (at, message) = rest.split_once(": error: ").expect("an error");
        let at: usize = at.parse().expect("a column");
        format!("{}: {}", at - column, message.replace("connectors.span_metrics.", ""))
    };
    let seen: Vec<String> = errors.lines().map(one).collect();
    assert_eq!(seen, expected, "{settings}");
}

#[test]
fn the_example_is_sound_and_has_a_connector() {
    let path =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/collector-span-metrics.yaml"));
    let config = Config::load(path).unwrap();
    assert_eq!(config.warnings.to_string(), "");
    assert_eq!(config.resolved.connectors.len(), 1);
}

#[test]
fn an_empty_connector_has_the_names_that_jaeger_looks_for() {
    for id in ["span_metrics", "spanmetrics", "span_metrics/of_engines"] {
        let config = Config::parse("c.yaml", &with(id, "")).unwrap();
        assert_eq!(config.resolved.connectors[0].id.to_string(), id);
    }
    let default = read("{}");
    assert_eq!(default, SpanMetricsSettings::default());
    assert_eq!(default.namespace, "traces.span.metrics");
    assert_eq!(default.histogram, DurationHistogram::Exponential { max_size: 160 });
    assert_eq!((default.exemplars_max, default.series_max), (5, 10_000));
    assert_eq!((default.flush_interval, default.expiration), (Duration::from_secs(60), None));
}

#[test]
fn every_setting_is_read_in_the_collectors_terms() {
    let settings = "{namespace: \"\", dimensions: [{name: model}, {name: code, default: 200}], \
                    exclude_dimensions: [span.kind], histogram: {unit: s, explicit: {buckets: [10ms, 1.5s]}}, \
                    exemplars: {enabled: true, max_per_data_point: 9}, metrics_flush_interval: 15s, \
                    metrics_expiration: 5m, aggregation_cardinality_limit: 7, \
                    aggregation_temporality: AGGREGATION_TEMPORALITY_CUMULATIVE, \
                    resource_metrics_key_attributes: [service.name]}";
    let dimension = |name: &str, default: Option<&str>| Dimension {
        name: name.to_owned(),
        default: default.map(str::to_owned),
    };
    let expected = SpanMetricsSettings {
        namespace: String::new(),
        common: vec![
            CommonDimension::ServiceName,
            CommonDimension::SpanName,
            CommonDimension::StatusCode,
        ],
        dimensions: vec![dimension("model", None), dimension("code", Some("200"))],
        unit: DurationUnit::Seconds,
        histogram: DurationHistogram::Explicit([10, 1500].map(Duration::from_millis).to_vec()),
        exemplars_max: 9,
        flush_interval: Duration::from_secs(15),
        expiration: Some(Duration::from_secs(300)),
        series_max: 7,
        resource: ResourceOf::Attributes(vec!["service.name".to_owned()]),
    };
    assert_eq!(read(settings), expected);
    let histogram = |text: &str| read(&format!("{{histogram: {{{text}}}}}")).histogram;
    assert_eq!(histogram("disable: true, explicit: "), DurationHistogram::Disabled);
    assert_eq!(
        histogram("exponential: {max_size: 20}"),
        DurationHistogram::Exponential { max_size: 20 }
    );
    let DurationHistogram::Explicit(bounds) = histogram("explicit: ") else { panic!() };
    assert_eq!((bounds.len(), bounds[15]), (16, Duration::from_secs(15)));
    assert_eq!(read("{exemplars: {enabled: false}}").exemplars_max, 0);
    assert_eq!(read("{add_resource_attributes: true}").resource, ResourceOf::Spans);
    assert_eq!(read("{metrics_expiration: 0}").expiration, None);
}

#[test]
fn what_the_collector_has_and_this_one_has_not_gets_a_remedy() {
    check_settings(
        "{dimensions_cache_size: 1000}",
        &[
            "2: dimensions_cache_size is not supported, as aggregation_cardinality_limit bounds all that is kept: set \
           that instead",
        ],
    );
    check_settings(
        "{events: {enabled: true}}",
        &["2: events is not supported, as only spans are counted: remove it"],
    );
    check_settings(
        "{aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA}",
        &["27: aggregation_temporality is \"AGGREGATION_TEMPORALITY_DELTA\", expected \
           AGGREGATION_TEMPORALITY_CUMULATIVE: a refused delta would be lost, a total is offered again"],
    );
    check_settings(
        "{histogram: {dimensions: [{name: a}]}}",
        &[
            "14: histogram.dimensions is not supported, as calls and durations have the same dimensions: name them in \
           the connector's own dimensions",
        ],
    );
    check_settings(
        "{metric_flush_interval: 1s}",
        &[
            "2: unknown key \"metric_flush_interval\" in connectors.span_metrics, did you mean \"metrics_flush_interval\"?",
        ],
    );
}

#[test]
fn wrong_values_name_what_was_expected() {
    check_settings(
        "{dimensions: [{name: span.name}, {name: a}, {name: a}, {default: b}]}",
        &[
            "22: dimensions[0].name is \"span.name\", which every span has: remove it",
            "52: dimensions[2].name is \"a\", which is there before: keep one",
            "56: dimensions[3].name is missing, expected the key of an attribute of spans or resources",
        ],
    );
    check_settings(
        "{exclude_dimensions: [span.nam, http.method]}",
        &[
            "23: exclude_dimensions names \"span.nam\", which no span has by itself, did you mean \"span.name\"?",
            "33: exclude_dimensions names \"http.method\", which no span has by itself, expected one of: service.name, \
             span.name, span.kind, status.code",
        ],
    );
    check_settings(
        "{histogram: {explicit: {buckets: [2ms, 2ms, soon]}, exponential: }}",
        &[
            "40: an entry of histogram.explicit.buckets is \"2ms\", expected more than the one before",
            "45: an entry of histogram.explicit.buckets is \"soon\", expected a duration such as 200ms, 1.5s, 5m or \
             1h30m",
            "53: histogram.exponential stands beside explicit: remove one",
        ],
    );
    check_settings(
        "{aggregation_cardinality_limit: 0, metrics_flush_interval: 0s}",
        &[
            "33: aggregation_cardinality_limit is 0, expected a whole number from 1 to 1000000",
            "60: metrics_flush_interval is 0, expected a duration above zero such as 200ms, 1.5s, 5m or 1h30m",
        ],
    );
    check_settings(
        "{add_resource_attributes: false, resource_metrics_key_attributes: [a]}",
        &[
            "27: add_resource_attributes is false, and resource_metrics_key_attributes names some: remove one of the two",
        ],
    );
}

#[test]
fn a_connector_must_have_both_ends() {
    let text = with("span_metrics", "{}");
    check(&text, &[]);
    check(
        &text.replace("[otlp, span_metrics]", "[otlp]"),
        &[
            "c.yaml:10:3: error: connector span_metrics gives its metrics to nobody: name it in the receivers of a \
           pipeline of metrics",
        ],
    );
    check(
        &text.replace("[trace_ring, span_metrics]", "[trace_ring]"),
        &[
            "c.yaml:10:3: error: connector span_metrics gets no traces: name it in the exporters of a pipeline of traces",
        ],
    );
    check(
        &text.replace(", span_metrics]", "]"),
        &[
            "c.yaml:10:3: warning: connector span_metrics will not run: name it in the exporters of a pipeline of traces \
           and in the receivers of one of metrics, or remove it",
        ],
    );
}

#[test]
fn a_connector_among_pipelines_of_another_signal_is_refused() {
    let text = with("span_metrics", "{}");
    check(
        &text.replace("[prometheus]", "[prometheus, span_metrics]"),
        &[
            "c.yaml:15:31: error: connector span_metrics takes traces, not metrics: name it in the exporters of a \
           pipeline of traces",
        ],
    );
    check(
        &text.replace("receivers: [otlp]", "receivers: [span_metrics]"),
        &[
            "c.yaml:17:19: error: connector span_metrics gives metrics, not traces: name it in the receivers of a \
           pipeline of metrics",
        ],
    );
}

#[test]
fn a_pipeline_that_could_name_a_connector_is_told_so() {
    let text = with("span_metrics", "{}");
    check(
        &text.replace("[trace_ring, span_metrics]", "[]"),
        &[
            "c.yaml:18:18: error: service.pipelines.traces.exporters is empty, expected at least one of: trace_ring, \
           span_metrics",
        ],
    );
    check(
        &SOUND.replace("[trace_ring]", "[trace_ring, spanmetrics]"),
        &[
            "c.yaml:16:31: error: service.pipelines.traces.exporters names \"spanmetrics\", which exporters does not \
           define, and neither does connectors: define it there",
        ],
    );
    check(
        &text.replace("[trace_ring, span_metrics]", "[span_metrics, span_metrics]"),
        &[
            "c.yaml:18:33: error: service.pipelines.traces.exporters names \"span_metrics\" twice: keep one",
        ],
    );
    check(
        &SOUND.replace("service:", "connectors:\n  tally:\nservice:"),
        &[
            "c.yaml:10:3: error: unknown connector type \"tally\", expected one of: span_metrics, spanmetrics",
        ],
    );
}
