//! Whatever metrics and attributes are called, and however the exporter is told to name them, foreign parsers read the
//! page, and read from it what we read.

use inferometer_tests::{CollectorUnderTest, LOOPBACK_CONFIG, Scrape, oracle};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    },
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
        ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
};

/// Names that need more than a dot replaced.
const NAMES: [&str; 12] = [
    "plain",
    "a.b",
    "größe",
    "2xx",
    "a..b",
    "_",
    "__x",
    "a:b.c",
    "a b",
    "字",
    "x\"{}\\\n",
    "a.total",
];
const UNITS: [&str; 6] = ["", "By", "1", "{token}/s", "°F", "a b/c\"d"];
/// Keys that become labels which collide, which Prometheus needs, or which are none.
const KEYS: [&str; 14] = [
    "a.b",
    "a_b",
    "job",
    "instance",
    "le",
    "quantile",
    "__name__",
    "",
    "1",
    "a:b",
    "größe",
    "字",
    "otel_scope_name",
    "cluster",
];
const STRATEGIES: [&str; 4] = [
    "UnderscoreEscapingWithSuffixes",
    "UnderscoreEscapingWithoutSuffixes",
    "NoUTF8EscapingWithSuffixes",
    "NoTranslation",
];

fn pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<KeyValue> {
    let pair = |(key, value): (&str, &str)| {
        let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
        KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
    };
    pairs.into_iter().map(pair).collect()
}

/// A metric of one of three kinds, whose point is told from all others by the label `n`.
fn metric(number: usize, name: &str, unit: &str) -> Metric {
    let n = number.to_string();
    let attributes = pairs(KEYS.map(|key| (key, "v\"\\\n")).into_iter().chain([("n", &*n)]));
    let (start_time_unix_nano, time_unix_nano) = (1, 2);
    let point = NumberDataPoint {
        attributes: attributes.clone(),
        start_time_unix_nano,
        time_unix_nano,
        value: Some(number_data_point::Value::AsInt(1)),
        ..NumberDataPoint::default()
    };
    let (kind, data) = match number % 3 {
        0 => ("gauge", Data::Gauge(Gauge { data_points: vec![point] })),
        1 => {
            let (data_points, aggregation_temporality, is_monotonic) = (vec![point], 2, true);
            ("sum", Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic }))
        }
        _ => {
            let point = HistogramDataPoint {
                attributes,
                start_time_unix_nano,
                time_unix_nano,
                count: 3,
                sum: Some(2.5),
                bucket_counts: vec![1, 2],
                explicit_bounds: vec![0.5],
                ..HistogramDataPoint::default()
            };
            let (data_points, aggregation_temporality) = (vec![point], 2);
            ("histogram", Data::Histogram(Histogram { data_points, aggregation_temporality }))
        }
    };
    // No two kinds share a name, so that none is rejected for it.
    let name = format!("{name}{kind}");
    Metric { name, unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

fn request() -> ExportMetricsServiceRequest {
    let names = NAMES.iter().flat_map(|name| UNITS.iter().map(move |unit| (name, unit)));
    let metrics = names.enumerate().flat_map(|(number, (name, unit))| {
        (0..3).map(move |kind| metric(number * 3 + kind, name, unit))
    });
    let attributes = pairs([
        ("service.name", "s"),
        ("service.instance.id", "i"),
        ("job", "r"),
        ("k8s.pod.name", "p"),
        ("größe", "r"),
        ("", "r"),
    ]);
    let scope = InstrumentationScope {
        name: "lib".to_owned(),
        attributes: pairs([("name", "x"), ("größe", "s")]),
        ..InstrumentationScope::default()
    };
    let scope =
        ScopeMetrics { scope: Some(scope), metrics: metrics.collect(), ..ScopeMetrics::default() };
    let resource = ResourceMetrics {
        resource: Some(Resource { attributes, ..Resource::default() }),
        scope_metrics: vec![scope],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![resource] }
}

/// The page of a collector with these options; every point was either kept or rejected.
fn page(options: &str) -> (Scrape, i64) {
    let exporter = format!("prometheus: {{endpoint: \"127.0.0.1:0\", {options}}}");
    let config = LOOPBACK_CONFIG.replace("prometheus: {endpoint: \"127.0.0.1:0\"}", &exporter);
    let collector = CollectorUnderTest::with_config(&config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = runtime.expect("a runtime").block_on(async {
        let mut client = MetricsServiceClient::connect(collector.otlp_endpoint()).await?;
        client.export(request()).await.map_err(Box::<dyn std::error::Error>::from)
    });
    let success = answer.expect("the request is taken").into_inner().partial_success;
    (collector.scrape(), success.map_or(0, |success| success.rejected_data_points))
}

/// Lets foreign parsers read the page, and finds every kept point on it.
fn check(options: &str) {
    let (page, rejected) = page(options);
    if let Some(theirs) = oracle::prometheus_client(&page.text) {
        let ours: Vec<_> = page.samples().collect();
        assert_eq!(ours.len(), theirs.len(), "{options}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            // That client calls every counter so.
            let is_name = theirs.name.strip_suffix("_total").unwrap_or(&theirs.name)
                == ours.name.strip_suffix("_total").unwrap_or(&ours.name);
            assert!(is_name && ours.labels == theirs.labels, "{options}: {ours:?} is {theirs:?}");
        }
    }
    // Lints are the senders' affair; a page that cannot be read fails.
    let _ = oracle::promtool_lints(&page.text);
    let has_number = |name: &str| page.samples().any(|it| it.label("n") == name);
    let count = NAMES.len() * UNITS.len() * 3;
    let missing = (0..count).filter(|number| !has_number(&number.to_string())).count();
    assert_eq!(i64::try_from(missing), Ok(rejected), "{options}");
    assert_eq!(rejected, 0, "{options}");
}

const REST: &str = "namespace: \"my 1 team\", const_labels: {cluster: c, \"a label\": x}, \
                    resource_constant_labels: {included: [\"*\"]}";

#[test]
fn every_strategy_gives_a_page_that_others_read() {
    for strategy in STRATEGIES {
        check(&format!("translation_strategy: {strategy}, {REST}"));
    }
}

#[test]
fn the_customs_of_others_give_a_page_that_others_read() {
    for strategy in STRATEGIES {
        check(&format!("translation_strategy: {strategy}, compatibility: otlptranslator, {REST}"));
    }
}

#[test]
fn a_page_without_scope_and_target_info_is_read_too() {
    check("without_scope_info: true, target_info: {enabled: false}");
}
