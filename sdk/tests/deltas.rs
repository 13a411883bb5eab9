//! Readers with a temporality of their own: what they show, from when, and what they leave out.

mod core_support;

use std::{sync::Arc, thread, time::Duration};

use core_support::{
    ACTIVE, LEVEL, SIZES, THINGS, collect, collect_delta, exponential, histograms, integer, numbers,
};
use inferometer_sdk::{
    HistogramAggregation, ManualClock, MeterProvider, MetricReader, TemporalityPreference,
};
use opentelemetry::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric::Data};

const STEP: Duration = Duration::from_nanos(100);

fn provider_at(
    unix_nanos: u64,
    histograms: HistogramAggregation,
) -> (MeterProvider, ManualClock, MetricReader) {
    let clock = ManualClock::at(unix_nanos);
    let provider = MeterProvider::builder()
        .with_clock(Arc::new(clock.clone()))
        .with_histograms(histograms)
        .build();
    (provider, clock, MetricReader::new(TemporalityPreference::Delta))
}

fn temporality(metrics: &[Metric], name: &str) -> AggregationTemporality {
    let metric = metrics.iter().find(|metric| metric.name == name).expect(name);
    match metric.data.as_ref().expect(name) {
        Data::Sum(sum) => sum.aggregation_temporality(),
        Data::Histogram(histogram) => histogram.aggregation_temporality(),
        Data::ExponentialHistogram(histogram) => histogram.aggregation_temporality(),
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn a_delta_begins_where_the_collection_before_was() {
    let (provider, clock, mut reader) = provider_at(1_000, HistogramAggregation::default());
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    let mut seen = Vec::new();
    for added in [5, 0, 2, 3] {
        clock.advance(STEP);
        things.add(added);
        for point in numbers(&collect_delta(&mut reader, &provider), "test.things") {
            seen.push((point.start_time_unix_nano, point.time_unix_nano, point.value));
        }
    }
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value::AsInt;
    let expected = [
        (1_000, 1_100, Some(AsInt(5))),
        (1_200, 1_300, Some(AsInt(2))),
        (1_300, 1_400, Some(AsInt(3))),
    ];
    assert_eq!(seen, expected, "nothing is shown of the interval in which nothing happened");
}

#[test]
fn two_collections_at_one_moment_are_a_nanosecond_apart() {
    let (provider, _, mut reader) = provider_at(1_000, HistogramAggregation::default());
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    collect_delta(&mut reader, &provider);
    things.add(1);
    let metrics = collect_delta(&mut reader, &provider);
    let point = &numbers(&metrics, "test.things")[0];
    assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (1_000, 1_001));
}

#[test]
fn readers_do_not_disturb_each_other() {
    let (provider, clock, mut often) = provider_at(1_000, HistogramAggregation::default());
    let mut seldom = MetricReader::new(TemporalityPreference::Delta);
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    for round in 1..=4 {
        clock.advance(STEP);
        things.add(1);
        assert_eq!(integer(&collect_delta(&mut often, &provider), "test.things"), 1);
        assert_eq!(integer(&collect(&provider), "test.things"), round);
    }
    let metrics = collect_delta(&mut seldom, &provider);
    assert_eq!(integer(&metrics, "test.things"), 4);
    assert_eq!(numbers(&metrics, "test.things")[0].start_time_unix_nano, 1_000);
}

#[test]
fn a_preference_decides_by_the_kind_of_instrument() {
    use AggregationTemporality::{Cumulative, Delta};
    use TemporalityPreference as Preference;
    for (preference, expected) in [
        (Preference::Cumulative, [Cumulative, Cumulative, Cumulative, Cumulative]),
        (Preference::Delta, [Delta, Cumulative, Delta, Delta]),
        (Preference::LowMemory, [Delta, Cumulative, Delta, Cumulative]),
    ] {
        let (provider, ..) = provider_at(1_000, HistogramAggregation::default());
        let scope = provider.scope("test");
        scope.counter::<u64>(&THINGS, &[]).add(1);
        scope.up_down_counter::<i64>(&ACTIVE, &[]).add(1);
        scope.histogram::<f64>(&SIZES, &[]).record(1.0);
        scope.observable_counter::<f64>(&core_support::SECONDS, &[], || Some(1.0)).forever();
        let metrics = collect_delta(&mut MetricReader::new(preference), &provider);
        let shown = ["test.things", "test.active", "test.sizes", "test.seconds"]
            .map(|name| temporality(&metrics, name));
        assert_eq!(shown, expected, "{preference:?}");
    }
}

#[test]
fn levels_are_shown_each_time() {
    let (provider, clock, mut reader) = provider_at(1_000, HistogramAggregation::default());
    let scope = provider.scope("test");
    scope.up_down_counter::<i64>(&ACTIVE, &[]).add(3);
    scope.gauge::<f64>(&LEVEL, &[]).record(0.5);
    for _ in 0..3 {
        clock.advance(STEP);
        let metrics = collect_delta(&mut reader, &provider);
        assert_eq!(integer(&metrics, "test.active"), 3);
        assert_eq!(numbers(&metrics, "test.active")[0].start_time_unix_nano, 1_000);
        assert_eq!(numbers(&metrics, "test.level").len(), 1);
    }
}

#[test]
fn a_histogram_s_delta_has_no_extremes() {
    let (provider, clock, mut reader) = provider_at(1_000, HistogramAggregation::default());
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    sizes.record(9.0);
    collect_delta(&mut reader, &provider);
    clock.advance(STEP);
    [1.5, 3.0, 3.0].iter().for_each(|size| sizes.record(*size));
    let point = histograms(&collect_delta(&mut reader, &provider), "test.sizes").remove(0);
    assert_eq!((point.count, point.sum), (3, Some(7.5)));
    assert_eq!(point.bucket_counts, [0, 1, 2, 0]);
    assert_eq!((point.min, point.max), (None, None));
    clock.advance(STEP);
    assert!(collect_delta(&mut reader, &provider).is_empty());
}

#[test]
fn an_exponential_delta_is_exact_also_when_the_scale_falls_meanwhile() {
    let scale = HistogramAggregation::Exponential { scale: 8 };
    let (provider, clock, mut reader) = provider_at(1_000, scale);
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    let mut scales = Vec::new();
    // Each round is wider than the one before, so the buckets of all time are merged again and again.
    for round in [1.001_f64, 1.01, 1.1, 2.0] {
        let values: Vec<f64> = (0..40).map(|step| round.powi(step)).collect();
        values.iter().for_each(|value| sizes.record(*value));
        sizes.record(0.0);
        clock.advance(STEP);
        let point = exponential(&collect_delta(&mut reader, &provider), "test.sizes").remove(0);
        let buckets = point.positive.unwrap();
        assert_eq!((point.count, point.zero_count), (41, 1));
        assert_eq!(buckets.bucket_counts.iter().sum::<u64>(), 40);
        assert!(
            buckets.bucket_counts.first() > Some(&0) && buckets.bucket_counts.last() > Some(&0)
        );
        assert!((point.sum.unwrap() - values.iter().sum::<f64>()).abs() < 1e-3);
        assert_eq!((point.min, point.max), (None, None));
        let base = f64::from(-point.scale).exp2().exp2();
        let lowest = base.powi(buckets.offset);
        assert!((0.99..1.0).contains(&lowest) || point.scale < 7, "{lowest}");
        scales.push(point.scale);
    }
    assert!(scales.is_sorted_by(|one, next| one >= next) && scales[0] > scales[3], "{scales:?}");
}

#[test]
fn a_million_adds_on_eight_threads_are_in_the_deltas_exactly_once() {
    const ADDS: i64 = 125_000;
    let provider = core_support::provider();
    let scope = provider.scope("test");
    let things = scope.counter::<u64>(&THINGS, &[]);
    let sizes = scope.histogram::<f64>(&SIZES, &[KeyValue::new("a", 1)]);
    let mut reader = MetricReader::new(TemporalityPreference::Delta);
    let (mut sum, mut count) = (0, 0);
    let mut add = |metrics: &[Metric]| {
        for metric in metrics {
            match metric.name.as_str() {
                "test.things" => sum += integer(std::slice::from_ref(metric), "test.things"),
                _ => count += histograms(std::slice::from_ref(metric), "test.sizes")[0].count,
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..ADDS {
                    things.add(1);
                    sizes.record(1.0);
                }
            });
        }
        for _ in 0..100 {
            add(&collect_delta(&mut reader, &provider));
        }
    });
    add(&collect_delta(&mut reader, &provider));
    assert_eq!(sum, 8 * ADDS);
    assert_eq!(count, 8 * ADDS.unsigned_abs());
}
