//! Streams that a label limit folds into one series.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::{HistogramDataPoint, Metric, NumberDataPoint};
use prost::Message;

use super::{
    super::{
        ingest::{Applied, Ingest},
        translate::Translation,
    },
    helpers::*,
};
use crate::config::{LabelLimitSettings, PrometheusSettings};

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
