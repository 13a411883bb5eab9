//! What the Prometheus exporter allocates for points of series that it knows: nothing.

use std::{sync::Arc, time::Duration};

use allocation_counter::measure;
use bytes::Bytes;
use inferometer_collector::{
    config::PrometheusSettings,
    exporters::prometheus::PrometheusExporter,
    pipeline::{Ack, Counts, Exporter, Item, Signal, Tenant},
    self_metrics::SelfMetrics,
};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge,
        Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum,
        exponential_histogram_data_point::Buckets, metric::Data, number_data_point::Value,
    },
    resource::v1::Resource,
};
use prost::Message;

/// What a request allocates however many points are in it: its reservation, and lists that points share.
const PER_REQUEST_MAX: u64 = 6;

/// Requests after which every series is known and nothing more is learned about its spelling.
const WARM_UP: u64 = 8;

fn pair(key: &str, value: String) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

fn attributes(series: u64) -> Vec<KeyValue> {
    vec![pair("stage", String::from("decode")), pair("replica", series.to_string())]
}

fn number(series: u64, send: u64, value: Value) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(series),
        start_time_unix_nano: 1,
        time_unix_nano: 1_000 + send,
        value: Some(value),
        ..Default::default()
    }
}

/// One metric of each kind, each with `series` points.
fn request(send: u64, series: u64, temporality: AggregationTemporality) -> Bytes {
    let temporality = temporality.into();
    let numbers = |value: fn(u64) -> Value| {
        (0..series).map(|index| number(index, send, value(send))).collect::<Vec<_>>()
    };
    let histogram = |index| HistogramDataPoint {
        attributes: attributes(index),
        start_time_unix_nano: 1,
        time_unix_nano: 1_000 + send,
        count: send + 15,
        sum: Some(send as f64),
        bucket_counts: [&[send][..], &[1; 15]].concat(),
        explicit_bounds: (1..16).map(f64::from).collect(),
        ..Default::default()
    };
    let exponential = |index| ExponentialHistogramDataPoint {
        attributes: attributes(index),
        start_time_unix_nano: 1,
        time_unix_nano: 1_000 + send,
        count: send + 1,
        sum: Some(send as f64),
        scale: 3,
        positive: Some(Buckets { offset: 4, bucket_counts: vec![send, 1] }),
        ..Default::default()
    };
    let data = [
        Data::Sum(Sum {
            data_points: numbers(|send| Value::AsInt(send.cast_signed())),
            aggregation_temporality: temporality,
            is_monotonic: true,
        }),
        Data::Gauge(Gauge { data_points: numbers(|send| Value::AsDouble(send as f64)) }),
        Data::Histogram(Histogram {
            data_points: (0..series).map(histogram).collect(),
            aggregation_temporality: temporality,
        }),
        Data::ExponentialHistogram(ExponentialHistogram {
            data_points: (0..series).map(exponential).collect(),
            aggregation_temporality: temporality,
        }),
    ];
    let metrics = data.into_iter().enumerate().map(|(index, data)| Metric {
        name: format!("metric.{index}"),
        data: Some(data),
        ..Default::default()
    });
    let resource = vec![pair("service.name", format!("engine-{series}"))];
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { attributes: resource, ..Default::default() }),
            scope_metrics: vec![ScopeMetrics { metrics: metrics.collect(), ..Default::default() }],
            ..Default::default()
        }],
    };
    request.encode_to_vec().into()
}

fn item(bytes: Bytes, items: u64) -> Item {
    Item {
        signal: Signal::Metrics,
        bytes,
        counts: Counts { items },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
        traced: Default::default(),
    }
}

fn feed(exporter: &PrometheusExporter, item: &Item) {
    exporter.reserve(item).expect("there is room").commit(item.clone());
}

/// What one request with `series` points of each kind allocates once they are known.
fn allocations(
    exporter: &PrometheusExporter,
    series: u64,
    temporality: AggregationTemporality,
) -> u64 {
    for send in 0..WARM_UP {
        let learned = item(request(send, series, temporality), 4 * series);
        feed(exporter, &learned);
    }
    let known = item(request(WARM_UP, series, temporality), 4 * series);
    let before = exporter.store().stats().series;
    let allocated = measure(|| feed(exporter, &known)).count_total;
    assert_eq!(exporter.store().stats().series, before, "every series was known");
    allocated
}

async fn check(temporality: AggregationTemporality) {
    let settings = PrometheusSettings {
        endpoint: ([127, 0, 0, 1], 0).into(),
        metric_expiration: Duration::from_secs(3600),
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter = PrometheusExporter::start("prometheus", &settings, metrics);
    let exporter = exporter.expect("a free port is found");
    let few = allocations(&exporter, 10, temporality);
    let many = allocations(&exporter, 1000, temporality);
    assert_eq!(few, many, "a hundred times the points allocate more");
    assert!(many <= PER_REQUEST_MAX, "{many} allocations a request");
    exporter.shutdown(Duration::ZERO).await;
}

#[tokio::test]
async fn a_known_cumulative_point_allocates_nothing() {
    check(AggregationTemporality::Cumulative).await;
}

#[tokio::test]
async fn a_known_delta_point_allocates_nothing() {
    check(AggregationTemporality::Delta).await;
}

#[tokio::test]
async fn a_long_scope_is_kept_once_however_many_metrics_it_has() {
    let settings = PrometheusSettings {
        endpoint: ([127, 0, 0, 1], 0).into(),
        ..PrometheusSettings::default()
    };
    let exporter = PrometheusExporter::start("prometheus", &settings, Arc::default());
    let exporter = exporter.expect("a free port is found");
    let scope = InstrumentationScope {
        attributes: vec![pair("text", "x".repeat(60 << 10))],
        ..Default::default()
    };
    let metrics = (0..2000).map(|index| Metric {
        name: index.to_string(),
        data: Some(Data::Gauge(Gauge::default())),
        ..Default::default()
    });
    let point = Metric {
        name: "shown".to_owned(),
        data: Some(Data::Gauge(Gauge { data_points: vec![number(0, 0, Value::AsInt(1))] })),
        ..Default::default()
    };
    let scope_metrics = ScopeMetrics {
        scope: Some(scope),
        metrics: metrics.chain([point]).collect(),
        ..Default::default()
    };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics: vec![scope_metrics],
            ..Default::default()
        }],
    };
    let item = item(request.encode_to_vec().into(), 1);
    let taken = measure(|| feed(&exporter, &item));
    assert!(taken.bytes_max < 4 << 20, "{} bytes for {}", taken.bytes_max, item.bytes.len());
    exporter.shutdown(Duration::ZERO).await;
}
