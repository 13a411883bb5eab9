//! Exponential histograms, judged on the decoded OTLP by arithmetic of their own.

mod core_support;

use std::thread;

use core_support::{SIZES, collect, exponential, provider_with};
use inferometer_sdk::HistogramAggregation;
use opentelemetry_proto::tonic::metrics::v1::ExponentialHistogramDataPoint;
use proptest::prelude::*;

/// What a point says about a value: in which bucket, by logarithm, and how many values that bucket may hold at least.
fn bucket_count(point: &ExponentialHistogramDataPoint, value: f64) -> u64 {
    let buckets = point.positive.as_ref().expect("positive buckets");
    #[expect(clippy::cast_possible_truncation, reason = "a bucket index fits")]
    let index = ((value.log2() * f64::from(point.scale).exp2()).ceil() - 1.0) as i32;
    // A logarithm may be off by one next to a boundary.
    let at = |index: i32| usize::try_from(index - buckets.offset).ok();
    let count = |at: Option<usize>| at.and_then(|at| buckets.bucket_counts.get(at)).copied();
    (index - 1..=index + 1).filter_map(|index| count(at(index))).sum()
}

fn record(scale: u32, values: &[f64]) -> ExponentialHistogramDataPoint {
    let provider = provider_with(HistogramAggregation::Exponential { scale });
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    values.iter().for_each(|value| sizes.record(*value));
    exponential(&collect(&provider), "test.sizes").remove(0)
}

#[test]
fn values_land_in_upper_inclusive_buckets() {
    let point = record(0, &[1.0, 2.0, 2.5, 4.0, 4.5]);
    let buckets = point.positive.unwrap();
    assert_eq!((point.scale, buckets.offset), (0, -1));
    assert_eq!(buckets.bucket_counts, [1, 1, 2, 1]);
    assert_eq!((point.count, point.sum, point.zero_count), (5, Some(14.0), 0));
    assert_eq!((point.min, point.max), (Some(1.0), Some(4.5)));
}

#[test]
fn zero_and_what_is_too_small_are_counted_as_zero_up_to_a_stated_threshold() {
    let point = record(3, &[0.0, 1e-9, 1e-3]);
    assert_eq!((point.zero_count, point.count), (2, 3));
    assert!((1e-9..1e-3).contains(&point.zero_threshold), "{}", point.zero_threshold);
    assert_eq!(point.min, Some(0.0));
}

#[test]
fn values_beyond_the_range_are_in_the_last_bucket_with_an_exact_maximum() {
    let point = record(3, &[1e300]);
    assert_eq!((point.count, point.max, point.sum), (1, Some(1e300), Some(1e300)));
    assert_eq!(point.positive.unwrap().bucket_counts, [1]);
}

#[test]
fn a_wide_range_is_merged_to_at_most_160_buckets() {
    let values: Vec<f64> = (0..4000).map(|step| 1e-5 * 1.005_f64.powi(step)).collect();
    let point = record(8, &values);
    let buckets = point.positive.as_ref().unwrap();
    assert!(buckets.bucket_counts.len() <= 160, "{}", buckets.bucket_counts.len());
    assert_eq!(buckets.bucket_counts.iter().sum::<u64>(), 4000);
}

#[test]
fn eight_writers_of_one_value_never_show_a_sum_that_differs_from_it() {
    const VALUE: f64 = 3.0;
    let provider = provider_with(HistogramAggregation::Exponential { scale: 3 });
    let sizes = provider.scope("test").histogram::<f64>(&SIZES, &[]);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100_000).for_each(|_| sizes.record(VALUE)));
        }
        for _ in 0..200 {
            for point in exponential(&collect(&provider), "test.sizes") {
                #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
                let expected = VALUE * point.count as f64;
                assert_eq!(point.sum, Some(expected));
                assert_eq!((point.min, point.max), (Some(VALUE), Some(VALUE)));
            }
        }
    });
    let point = &exponential(&collect(&provider), "test.sizes")[0];
    assert_eq!(point.count, 800_000);
    assert_eq!(provider.stats().torn_reads(), 0);
}

proptest! {
    #[test]
    fn every_value_is_found_where_its_logarithm_says(
        scale in 0..=8_u32,
        values in prop::collection::vec(1e-5..1e12_f64, 1..60),
    ) {
        let point = record(scale, &values);
        prop_assert_eq!(point.count, values.len() as u64);
        let counts = &point.positive.as_ref().unwrap().bucket_counts;
        prop_assert_eq!(counts.iter().sum::<u64>() + point.zero_count, point.count);
        for value in &values {
            prop_assert!(bucket_count(&point, *value) > 0, "{} at scale {}", value, point.scale);
        }
    }
}
