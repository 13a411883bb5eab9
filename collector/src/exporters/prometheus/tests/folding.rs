//! Streams that a label limit folds into one series.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogram, ExponentialHistogramDataPoint, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, metric::Data,
};
use prost::Message;

use super::{
    super::{
        ingest::{Applied, Ingest},
        translate::Translation,
    },
    helpers::*,
};
use crate::{
    config::{LabelLimitSettings, PrometheusSettings},
    pipeline::RejectReason,
};

/// One user is told apart, all others are folded.
struct Folding {
    ingest: Ingest,
    translation: Translation,
}

impl Folding {
    fn new() -> Self {
        let attributes = vec![("user.id".to_owned(), 1)];
        let label_limits = LabelLimitSettings { attributes, ..LabelLimitSettings::default() };
        let settings = PrometheusSettings { label_limits, ..PrometheusSettings::default() };
        Self { ingest: ingest(), translation: Translation::new("prometheus", &settings) }
    }

    fn send_at(&self, metric: Metric, now: Duration) -> Applied {
        self.ingest.apply(&self.translation, &request(vec![metric]).encode_to_vec(), now)
    }

    fn send(&self, metric: Metric) {
        let applied = self.send_at(metric, Duration::ZERO);
        assert_eq!(applied.message, None);
    }
}

fn of(user: &str, start: u64, time: u64, value: i64) -> NumberDataPoint {
    NumberDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: time,
        ..int(value, &[("user.id", user)])
    }
}

#[test]
fn the_other_series_shows_the_sum_of_its_streams() {
    let folding = Folding::new();
    let points =
        |base| vec![of("a", 1, 10, base), of("b", 1, 10, 2 * base), of("c", 1, 10, 3 * base)];
    for base in [1, 10, 100] {
        folding.send(counter("n", points(base)));
        let expected = [
            format!("n_total{{user_id=\"a\"}} {base}"),
            format!("n_total{{user_id=\"other\"}} {}", 5 * base),
        ];
        assert_eq!(samples(&folding.ingest), expected);
    }
    folding.send(histogram(
        "h",
        vec![
            buckets(&[1.0], &[1, 2], 1.5, &[("user.id", "b")]),
            buckets(&[1.0], &[10, 20], 1.5, &[("user.id", "c")]),
        ],
    ));
    assert_eq!(
        samples(&folding.ingest)[..2],
        ["h_bucket{user_id=\"other\",le=\"1\"} 11", "h_bucket{user_id=\"other\",le=\"+Inf\"} 33",]
    );
}

#[test]
fn a_sum_never_falls_when_a_stream_begins_anew_or_ends() {
    let folding = Folding::new();
    folding.send(counter("n", vec![of("a", 1, 10, 1), of("b", 1, 10, 5), of("c", 1, 10, 7)]));
    folding.send(counter("n", vec![of("b", 20, 30, 1)]));
    assert_eq!(samples(&folding.ingest)[1], "n_total{user_id=\"other\"} 13");
    let gone = NumberDataPoint { flags: GONE, value: None, ..of("c", 1, 40, 0) };
    folding.send(counter("n", vec![gone]));
    assert_eq!(samples(&folding.ingest)[1], "n_total{user_id=\"other\"} 13");
}

#[test]
fn a_sum_never_falls_when_a_stream_that_tells_no_start_begins_anew() {
    let folding = Folding::new();
    folding.send(counter("n", vec![of("a", 0, 10, 1), of("b", 0, 10, 5), of("c", 0, 10, 7)]));
    folding.send(counter("n", vec![of("b", 0, 20, 6), of("c", 0, 20, 2)]));
    assert_eq!(samples(&folding.ingest)[1], "n_total{user_id=\"other\"} 15");
    let of = |user, time| histogram("h", vec![histogram_of(user, 0, time, &[1.0])]);
    folding.send(of("a", 10));
    folding.send(of("b", 10));
    let less = HistogramDataPoint {
        count: 1,
        bucket_counts: vec![1, 0],
        ..histogram_of("b", 0, 20, &[1.0])
    };
    folding.send(histogram("h", vec![less]));
    let samples = samples(&folding.ingest);
    assert!(samples.contains(&"h_count{user_id=\"other\"} 3".to_owned()), "{samples:?}");
}

#[test]
fn a_rejected_new_beginning_leaves_the_sum_as_it_was() {
    let folding = Folding::new();
    let of = |user: &str, start, bounds: &[f64]| HistogramDataPoint {
        start_time_unix_nano: start,
        ..buckets(bounds, &[1, 1, 1], 1.0, &[("user.id", user)])
    };
    folding.send(histogram("h", vec![of("a", 1, &[1.0, 2.0]), of("b", 1, &[1.0, 2.0])]));
    let broken = histogram("h", vec![of("b", 5, &[2.0, 1.0])]);
    assert_eq!(folding.send_at(broken, Duration::ZERO).kept, 0);
    let samples = samples(&folding.ingest);
    assert_eq!(samples.last().map(String::as_str), Some("h_count{user_id=\"other\"} 3"));
}

#[test]
fn the_other_series_ends_with_its_last_stream() {
    let folding = Folding::new();
    folding.send(counter("n", vec![of("a", 1, 10, 1), of("b", 1, 10, 5), of("c", 1, 10, 7)]));
    let later = folding.ingest.store().limits().metric_expiration / 2;
    folding.send_at(counter("n", vec![of("c", 1, 20, 8)]), later);
    assert_eq!(folding.ingest.expire(2 * later), 2);
    assert_eq!(samples(&folding.ingest), ["n_total{user_id=\"other\"} 13"]);
    assert_eq!(folding.ingest.expire(3 * later), 1);
    assert_eq!(folding.ingest.store().stats(), crate::series::Stats::default());
    assert_eq!(page(&folding.ingest), "");
}

/// A histogram's point of a user: one observation in each bucket.
fn histogram_of(user: &str, start: u64, time: u64, bounds: &[f64]) -> HistogramDataPoint {
    let counts = vec![1; bounds.len() + 1];
    HistogramDataPoint {
        start_time_unix_nano: start,
        time_unix_nano: time,
        ..buckets(bounds, &counts, 1.0, &[("user.id", user)])
    }
}

fn delta_histogram(point: HistogramDataPoint) -> Metric {
    let histogram = Histogram { data_points: vec![point], aggregation_temporality: DELTA };
    metric("h", "", Data::Histogram(histogram))
}

fn exponential(user: &str) -> Metric {
    let point = ExponentialHistogramDataPoint {
        attributes: attributes(&[("user.id", user)]),
        start_time_unix_nano: 1,
        time_unix_nano: 50,
        count: 1,
        zero_count: 1,
        ..ExponentialHistogramDataPoint::default()
    };
    let data_points = vec![point];
    let histogram = ExponentialHistogram { data_points, aggregation_temporality: CUMULATIVE };
    metric("h", "", Data::ExponentialHistogram(histogram))
}

impl Folding {
    /// Sends a point that cannot be added to the others, which says so and is counted.
    fn rejects(&self, metric: Metric) {
        let before = samples(&self.ingest);
        let applied = self.send_at(metric, Duration::ZERO);
        let rejected: Vec<_> = applied.rejected().collect();
        assert_eq!((applied.kept, &*rejected), (0, &[(RejectReason::NotExpressible, 1)][..]));
        let message = applied.message.unwrap();
        assert!(
            message.contains("same buckets") && message.contains("`label_limits`"),
            "{message}"
        );
        assert_eq!(samples(&self.ingest), before);
    }
}

#[test]
fn a_stream_whose_buckets_cannot_be_added_to_those_of_the_others_is_rejected() {
    let folding = Folding::new();
    let of = |user, bounds: &[f64]| histogram("h", vec![histogram_of(user, 1, 10, bounds)]);
    folding.send(of("a", &[5.0]));
    folding.send(of("b", &[1.0, 2.0]));
    folding.rejects(of("c", &[1.0, 3.0]));
    folding.rejects(of("c", &[1.0]));
    folding.rejects(of("c", &[]));
    folding.rejects(exponential("c"));
    folding.send(of("c", &[1.0, 2.0]));
    let samples = samples(&folding.ingest);
    assert_eq!(samples.last().map(String::as_str), Some("h_count{user_id=\"other\"} 6"));
}

#[test]
fn a_stream_that_changes_its_buckets_is_rejected_and_the_sum_does_not_fall() {
    for of in [delta_histogram as fn(_) -> _, |point| histogram("h", vec![point])] {
        let folding = Folding::new();
        folding.send(of(histogram_of("a", 1, 10, &[5.0])));
        folding.send(of(histogram_of("b", 1, 10, &[1.0, 2.0])));
        // The next point, and the first of a new beginning.
        folding.rejects(of(histogram_of("b", 10, 20, &[1.0, 3.0])));
        folding.rejects(of(histogram_of("b", 30, 40, &[1.0])));
        folding.rejects(exponential("b"));
        folding.send(of(histogram_of("b", 50, 60, &[1.0, 2.0])));
        let samples = samples(&folding.ingest);
        assert_eq!(samples.last().map(String::as_str), Some("h_count{user_id=\"other\"} 6"));
    }
}

#[test]
fn other_buckets_are_taken_once_the_sum_has_ended() {
    let folding = Folding::new();
    folding.send(histogram(
        "h",
        vec![histogram_of("a", 1, 10, &[1.0]), histogram_of("b", 1, 10, &[1.0])],
    ));
    let gone = HistogramDataPoint { flags: GONE, ..histogram_of("b", 1, 20, &[]) };
    folding.send(histogram("h", vec![gone]));
    folding.send(exponential("b"));
    let samples = samples(&folding.ingest);
    assert_eq!(samples.last().map(String::as_str), Some("h_count{user_id=\"other\"} 1"));
}
