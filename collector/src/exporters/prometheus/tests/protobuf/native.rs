//! Native histograms: the observations of an exponential one, bucket by bucket.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar as Sent, ExponentialHistogram, exponential_histogram_data_point::Buckets,
};
use proptest::{collection::vec, prelude::*};

use super::{
    client_model::{BucketSpan, Histogram},
    *,
};

pub(super) fn exponential(data_points: Vec<ExponentialHistogramDataPoint>) -> SentMetric {
    let aggregation_temporality = CUMULATIVE;
    let data = ExponentialHistogram { data_points, aggregation_temporality };
    metric("e", "", Data::ExponentialHistogram(data))
}

/// A point whose count is that of its buckets.
pub(super) fn point(
    scale: i32,
    zero_count: u64,
    positive: (i32, &[u64]),
    negative: (i32, &[u64]),
) -> ExponentialHistogramDataPoint {
    let count = positive.1.iter().chain(negative.1).sum::<u64>() + zero_count;
    let side = |(offset, counts): (i32, &[u64])| {
        (!counts.is_empty()).then(|| Buckets { offset, bucket_counts: counts.to_vec() })
    };
    ExponentialHistogramDataPoint {
        start_time_unix_nano: 3_000_000_004,
        time_unix_nano: 5_000_000_000,
        count,
        sum: Some(1.5),
        scale,
        zero_count,
        positive: side(positive),
        negative: side(negative),
        ..ExponentialHistogramDataPoint::default()
    }
}

fn shown_as(point: ExponentialHistogramDataPoint, classic_buckets: bool) -> Histogram {
    let ingest = ingest();
    assert_eq!(apply(&ingest, vec![exponential(vec![point])]).kept, 1);
    let options = Options { classic_buckets, ..Options::default() };
    families(&bytes(&ingest, options)).remove(0).metric.remove(0).histogram.unwrap()
}

fn native(point: ExponentialHistogramDataPoint) -> Histogram {
    shown_as(point, false)
}

/// What spans and deltas say, as Prometheus reads them: the count of each bucket by its index.
fn populations(spans: &[BucketSpan], deltas: &[i64]) -> BTreeMap<i64, u64> {
    let (mut index, mut count, mut deltas) = (0_i64, 0_i64, deltas.iter());
    let mut populations = BTreeMap::new();
    for (place, span) in spans.iter().enumerate() {
        assert!(place == 0 || span.offset() >= 0, "spans overlap: {spans:?}");
        index += i64::from(span.offset());
        for _ in 0..span.length() {
            count += deltas.next().expect("as many deltas as the spans are long");
            assert!(count >= 0, "a bucket of {count}");
            if count > 0 {
                assert_eq!(populations.insert(index, count.cast_unsigned()), None);
            }
            index += 1;
        }
    }
    assert_eq!(deltas.next(), None);
    populations
}

fn positive(histogram: &Histogram) -> BTreeMap<i64, u64> {
    populations(&histogram.positive_span, &histogram.positive_delta)
}

fn negative(histogram: &Histogram) -> BTreeMap<i64, u64> {
    populations(&histogram.negative_span, &histogram.negative_delta)
}

/// The same by OpenTelemetry's indexes, joined to the scale that is shown.
fn expected(scale: i32, schema: i32, offset: i32, counts: &[u64]) -> BTreeMap<i64, u64> {
    let width = 1_i64 << (scale - schema).clamp(0, 40);
    let mut populations = BTreeMap::new();
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let index = (i64::from(offset) + place as i64).div_euclid(width) + 1;
        *populations.entry(index).or_default() += count;
    }
    populations
}

#[test]
fn buckets_are_counted_by_their_upper_bound_and_gaps_are_skipped() {
    let counts = [5, 0, 0, 3, 0, 0, 0, 2, 2];
    let histogram = native(point(0, 4, (-2, &counts), (1, &[7])));
    assert_eq!((histogram.schema, histogram.zero_count), (Some(0), Some(4)));
    assert_eq!((histogram.sample_count, histogram.sample_sum), (Some(23), Some(1.5)));
    assert_eq!(histogram.created_timestamp, CREATED);
    let spans: Vec<_> =
        histogram.positive_span.iter().map(|span| (span.offset(), span.length())).collect();
    // Two empty buckets are said, three are not.
    assert_eq!(spans, [(-1, 4), (3, 2)]);
    assert_eq!(histogram.positive_delta, [5, -5, 0, 3, -1, 0]);
    assert_eq!(negative(&histogram), BTreeMap::from([(2, 7)]));
    assert!(histogram.bucket.is_empty());
}

#[test]
fn an_empty_one_is_native_too() {
    let histogram = native(point(3, 0, (0, &[]), (0, &[])));
    assert_eq!(
        histogram.zero_threshold,
        Some(1e-128),
        "by which readers tell it from a classic one"
    );
    assert_eq!((histogram.schema, histogram.zero_count), (Some(3), Some(0)));
    let own =
        ExponentialHistogramDataPoint { zero_threshold: 0.25, ..point(3, 0, (0, &[]), (0, &[])) };
    assert_eq!(native(own).zero_threshold, Some(0.25));
}

#[test]
fn what_is_finer_than_the_format_is_shown_at_its_finest_scale() {
    let histogram = native(point(10, 0, (-3, &[1, 2, 4, 8, 16, 32, 64, 128]), (0, &[])));
    assert_eq!(histogram.schema, Some(8));
    // Indexes -3 to -1, 0 to 3, and 4.
    assert_eq!(positive(&histogram), BTreeMap::from([(0, 7), (1, 120), (2, 128)]));
}

#[test]
fn what_the_format_cannot_say_has_classic_buckets_and_every_observation() {
    let coarse = point(-5, 1, (0, &[2]), (0, &[]));
    let beyond_doubles = point(0, 1, (5000, &[2]), (0, &[]));
    let beyond_integers = point(0, 1, (0, &[u64::MAX - 1]), (0, &[]));
    for point in [coarse, beyond_doubles, beyond_integers] {
        let count = point.count;
        let histogram = native(point);
        assert_eq!((histogram.schema, histogram.zero_threshold), (None, None));
        let last = histogram.bucket.last().unwrap();
        assert_eq!((last.upper_bound(), last.cumulative_count()), (f64::INFINITY, count));
        assert!(histogram.positive_span.is_empty() && histogram.exemplars.is_empty());
    }
}

#[test]
fn classic_buckets_stand_beside_native_ones_on_request() {
    let mut sent_point = point(1, 0, (0, &[1, 2, 3, 4]), (0, &[]));
    sent_point.exemplars =
        vec![sent(3.0, 9), sent(1.5, 7), Sent { time_unix_nano: 8, ..sent(1.2, 8) }];
    let histogram = shown_as(sent_point.clone(), true);
    let buckets: Vec<_> = histogram
        .bucket
        .iter()
        .map(|bucket| {
            let exemplar = bucket.exemplar.as_ref().map(|exemplar| exemplar.what_and_when().1);
            (bucket.upper_bound(), bucket.cumulative_count(), exemplar)
        })
        .collect();
    assert_eq!(buckets, [(2.0, 3, Some(8)), (4.0, 10, Some(9)), (f64::INFINITY, 10, None)]);
    assert_eq!(positive(&histogram), BTreeMap::from([(1, 1), (2, 2), (3, 3), (4, 4)]));
    let exemplars: Vec<_> = histogram.exemplars.iter().map(|it| it.what_and_when()).collect();
    assert_eq!(exemplars, [(1.5, 7), (1.2, 8), (3.0, 9)], "in the order of their times");
    let alone = native(sent_point);
    assert_eq!((alone.bucket.len(), alone.exemplars), (0, histogram.exemplars));
}

#[test]
fn an_exemplar_without_a_time_is_not_among_native_ones() {
    let mut point = point(0, 0, (0, &[1]), (0, &[]));
    (point.time_unix_nano, point.start_time_unix_nano) = (0, 0);
    point.exemplars = vec![sent(1.5, 0)];
    let histogram = shown_as(point, true);
    assert!(histogram.exemplars.is_empty());
    assert!(histogram.bucket[0].exemplar.is_some());
    assert_eq!(histogram.created_timestamp, None);
}

fn side() -> impl Strategy<Value = (i32, Vec<u64>)> {
    let count = prop_oneof![4 => Just(0_u64), 4 => 1..100_u64, 1 => 0..1_u64 << 40];
    (-300..300, vec(count, 0..40))
}

/// The bucket of the value whose binary logarithm this is.
#[expect(clippy::cast_possible_truncation, reason = "rounded down, and far from the ends")]
fn index(logarithm: f64, scale: i32) -> i64 {
    (logarithm * f64::from(scale).exp2()).floor() as i64
}

proptest! {
    #[test]
    fn every_observation_is_in_its_bucket(
        scale in -4..=20_i32,
        zero_count in 0..100_u64,
        up in side(),
        down in side(),
    ) {
        // Within all doubles.
        let coarser = scale.min(0).unsigned_abs();
        let (up, down) = ((up.0 >> coarser, up.1), (down.0 >> coarser, down.1));
        let histogram = native(point(scale, zero_count, (up.0, &up.1), (down.0, &down.1)));
        let schema = scale.min(8);
        prop_assert_eq!(histogram.schema, Some(schema));
        prop_assert_eq!(histogram.zero_count, Some(zero_count));
        prop_assert_eq!(positive(&histogram), expected(scale, schema, up.0, &up.1));
        prop_assert_eq!(negative(&histogram), expected(scale, schema, down.0, &down.1));
        let total = positive(&histogram).values().chain(negative(&histogram).values()).sum::<u64>();
        prop_assert_eq!(histogram.sample_count, Some(total + zero_count));
    }

    /// Values put into buckets of a fine scale and joined there are where they would be at the coarse one.
    #[test]
    fn joining_buckets_is_putting_the_values_into_wider_ones(
        logarithms in vec(-6.0..6.0_f64, 1..40),
        // Finer ones would need more buckets than a point may have.
        scale in 9..11_i32,
    ) {
        // None is a bound of a bucket.
        let logarithms: Vec<f64> = logarithms.iter().map(|logarithm| logarithm + 1e-9).collect();
        let (first, last) = logarithms.iter().fold((i64::MAX, i64::MIN), |(low, high), logarithm| {
            let index = index(*logarithm, scale);
            (low.min(index), high.max(index))
        });
        let mut counts = vec![0; usize::try_from(last - first + 1).unwrap()];
        for logarithm in &logarithms {
            counts[usize::try_from(index(*logarithm, scale) - first).unwrap()] += 1;
        }
        let offset = i32::try_from(first).unwrap();
        let histogram = native(point(scale, 0, (offset, &counts), (0, &[])));
        let schema = histogram.schema.unwrap();
        let mut expected = BTreeMap::new();
        for logarithm in &logarithms {
            *expected.entry(index(*logarithm, schema) + 1).or_default() += 1_u64;
        }
        prop_assert_eq!(positive(&histogram), expected);
    }
}
