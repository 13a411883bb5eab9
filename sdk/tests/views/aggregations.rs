//! What a view may make of each kind of instrument, and what it may not.

use inferometer_sdk::{MetricReader, TemporalityPreference, ViewAggregation};
use inferometer_semconv::attributes::SdkRefusalReason;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use crate::{
    core_support::{
        ACTIVE, LEVEL, SIZES, THINGS, collect, collect_delta, exponential, histograms, integer,
    },
    support::{buckets, metric, names, pairs, point, select, shown, with_views},
};

#[test]
fn a_counter_becomes_buckets() {
    let provider = with_views([select("test.things").with_aggregation(buckets(&[1.0, 4.0]))]);
    let things = provider.scope("test").counter::<u64>(&THINGS, &pairs(&[("a", 1)]));
    [0, 1, 2, 9].into_iter().for_each(|value| things.add(value));
    let points = histograms(&collect(&provider), "test.things");
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].count, points[0].sum), (4, Some(12.0)));
    assert_eq!(points[0].bucket_counts, [2, 1, 1]);
    assert_eq!((points[0].min, points[0].max), (Some(0.0), Some(9.0)));
}

#[test]
fn a_counter_becomes_exponential_buckets() {
    let aggregation = ViewAggregation::Exponential { scale: 5 };
    let provider = with_views([select("test.things").with_aggregation(aggregation)]);
    let things = provider.scope("test").counter::<u64>(&THINGS, &[]);
    [1, 1, 2].into_iter().for_each(|value| things.add(value));
    let points = exponential(&collect(&provider), "test.things");
    assert_eq!((points[0].count, points[0].sum, points[0].scale), (3, Some(4.0), 5));
}

#[test]
fn a_histogram_becomes_the_sum_of_what_it_records() {
    let provider = with_views([select("test.sizes").with_aggregation(ViewAggregation::Sum)]);
    let scope = provider.scope("test");
    let (doubles, integers) = (scope.histogram::<f64>(&SIZES, &[]), provider.meter("library"));
    [1.5, -0.0, 2.0, -1.0].into_iter().for_each(|value| doubles.record(value));
    #[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
    integers.u64_histogram("test.sizes").build().record(7, &[]);
    let metrics = collect(&provider);
    let points: Vec<_> = metrics.iter().flat_map(shown).collect();
    assert_eq!(points, [point(&[], 3.5), point(&[], 7.0)]);
    assert_eq!(provider.stats().refused(SdkRefusalReason::Negative), 1);
}

#[test]
fn a_gauge_becomes_buckets_and_refuses_what_no_bucket_takes() {
    let provider = with_views([select("test.level").with_aggregation(buckets(&[0.5]))]);
    let level = provider.scope("test").gauge::<f64>(&LEVEL, &[]);
    [0.25, 0.75, 0.5, -1.0, f64::NAN].into_iter().for_each(|value| level.record(value));
    let points = histograms(&collect(&provider), "test.level");
    assert_eq!(points[0].bucket_counts, [2, 1]);
    let refused = |reason| provider.stats().refused(reason);
    assert_eq!((refused(SdkRefusalReason::Negative), refused(SdkRefusalReason::Nan)), (1, 1));
}

#[test]
fn deltas_of_another_aggregation_are_deltas() {
    let provider = with_views([
        select("test.things").with_aggregation(buckets(&[1.0])),
        select("test.sizes").with_aggregation(ViewAggregation::Sum),
    ]);
    let scope = provider.scope("test");
    let (things, sizes) = (scope.counter::<u64>(&THINGS, &[]), scope.histogram::<f64>(&SIZES, &[]));
    let mut reader = MetricReader::new(TemporalityPreference::Delta);
    for _ in 0..3 {
        things.add(1);
        sizes.record(2.0);
        let metrics = collect_delta(&mut reader, &provider);
        assert_eq!(histograms(&metrics, "test.things")[0].count, 1);
        assert_eq!(shown(metric(&metrics, "test.sizes")), [point(&[], 2.0)]);
    }
}

#[test]
fn a_view_that_does_not_suit_is_as_if_it_were_not_there_and_counted_once_an_instrument() {
    let provider = with_views([
        select("test.*").with_aggregation(buckets(&[1.0])),
        select("test.level").with_aggregation(ViewAggregation::Sum),
    ]);
    let scope = provider.scope("test");
    let observation = scope.observable_gauge(&LEVEL, &[], || Some(0.5));
    for _ in 0..3 {
        scope.up_down_counter::<i64>(&ACTIVE, &[]).add(-1);
        scope.counter::<u64>(&THINGS, &[]).add(1);
    }
    let metrics = collect(&provider);
    assert_eq!(integer(&metrics, "test.active"), -3, "no view suits an up-down counter");
    assert_eq!(histograms(&metrics, "test.things")[0].count, 3);
    let level = metric(&metrics, "test.level");
    assert!(
        matches!(&level.data, Some(Data::Sum(sum)) if !sum.is_monotonic),
        "the view that suits: {level:?}"
    );
    assert_eq!(names(&metrics).len(), 3);
    assert_eq!(provider.stats().conflicting_instruments(), 2);
    drop(observation);
}
