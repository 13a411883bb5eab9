//! What a series shows after several points: delta sums and histograms, exponential histograms, changes of kind.

use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, ExponentialHistogramDataPoint, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, exponential_histogram_data_point::Buckets, metric::Data,
    number_data_point::Value,
};

use super::helpers::*;
use crate::pipeline::RejectReason;

/// A delta sum between two times.
fn delta(start: u64, time: u64, value: Value) -> Metric {
    let point =
        NumberDataPoint { start_time_unix_nano: start, time_unix_nano: time, ..number(value, &[]) };
    metric("d", "", sum(vec![point], true, DELTA))
}

fn ints(points: &[(u64, u64, i64)]) -> Vec<Metric> {
    points.iter().map(|(start, time, value)| delta(*start, *time, Value::AsInt(*value))).collect()
}

#[test]
fn aligned_deltas_add_up() {
    check_in_turn(ints(&[(1, 10, 5), (10, 20, 7), (20, 30, 1)]), &["d_total 13"], &[]);
    check_in_turn(ints(&[(0, 10, 5), (0, 20, 7)]), &["d_total 12"], &[]);
}

#[test]
fn deltas_add_up_over_the_gap_that_an_idle_series_leaves() {
    check_in_turn(ints(&[(1, 10, 5), (15, 20, 7)]), &["d_total 12"], &[]);
}

#[test]
fn late_repeated_and_overlapping_deltas_are_rejected() {
    let late = (RejectReason::OutOfOrder, 1);
    check_in_turn(ints(&[(10, 20, 5), (1, 10, 7)]), &["d_total 5"], &[late]);
    check_in_turn(ints(&[(10, 20, 5), (10, 20, 5)]), &["d_total 5"], &[late]);
    check_in_turn(ints(&[(10, 20, 5), (15, 30, 5)]), &["d_total 5"], &[late]);
}

#[test]
fn integers_and_doubles_add_up_to_doubles_and_overflow_does_not_wrap() {
    let mixed = vec![delta(1, 10, Value::AsInt(1)), delta(10, 20, Value::AsDouble(0.5))];
    check_in_turn(mixed, &["d_total 1.5"], &[]);
    let large = ints(&[(1, 10, i64::MAX), (10, 20, i64::MAX)]);
    check_in_turn(large, &["d_total 1.8446744073709552e19"], &[]);
}

#[test]
fn a_delta_histogram_adds_up_until_its_bounds_change() {
    let of = |start, time, bounds: &[f64], counts: &[u64]| {
        let point = HistogramDataPoint {
            start_time_unix_nano: start,
            time_unix_nano: time,
            ..buckets(bounds, counts, 1.5, &[])
        };
        metric(
            "h",
            "",
            Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality: DELTA }),
        )
    };
    check_in_turn(
        vec![of(1, 10, &[1.0], &[1, 2]), of(10, 20, &[1.0], &[3, 0])],
        &["h_bucket{le=\"1\"} 4", "h_bucket{le=\"+Inf\"} 6", "h_sum 3", "h_count 6"],
        &[],
    );
    check_in_turn(
        vec![of(1, 10, &[1.0], &[1, 2]), of(10, 20, &[2.0], &[3, 0])],
        &["h_bucket{le=\"2\"} 3", "h_bucket{le=\"+Inf\"} 3", "h_sum 1.5", "h_count 3"],
        &[],
    );
}

fn exponential(start: u64, time: u64, scale: i32, offset: i32, counts: &[u64]) -> Metric {
    let point = ExponentialHistogramDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: time,
        count: counts.iter().sum(),
        sum: Some(2.0),
        scale,
        positive: Some(Buckets { offset, bucket_counts: counts.to_vec() }),
        ..ExponentialHistogramDataPoint::default()
    };
    let histogram =
        ExponentialHistogram { data_points: vec![point], aggregation_temporality: DELTA };
    metric("e", "", Data::ExponentialHistogram(histogram))
}

#[test]
fn an_exponential_histogram_is_shown_in_powers_of_two() {
    check_in_turn(
        vec![exponential(1, 10, 1, 0, &[1, 2, 3, 4]), exponential(10, 20, 0, 1, &[5])],
        &[
            "e_bucket{le=\"2\"} 3",
            "e_bucket{le=\"4\"} 15",
            "e_bucket{le=\"+Inf\"} 15",
            "e_sum 4",
            "e_count 15",
        ],
        &[],
    );
}

#[test]
fn a_histogram_may_become_exponential() {
    check_in_turn(
        vec![
            histogram("e", vec![buckets(&[1.0], &[1, 1], 1.0, &[])]),
            exponential(10, 20, 0, 0, &[2]),
        ],
        &["e_bucket{le=\"2\"} 2", "e_bucket{le=\"+Inf\"} 2", "e_sum 2", "e_count 2"],
        &[],
    );
}
