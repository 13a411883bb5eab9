//! Which exemplars a series shows, and for how long.

use std::{sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorExemplarLoss;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar as Sent, ExponentialHistogram, ExponentialHistogramDataPoint, HistogramDataPoint,
    Metric, NumberDataPoint, exponential_histogram_data_point::Buckets, metric::Data,
};

use super::super::{
    ingest::{Applied, Ingest},
    translate::Translation,
};
use super::helpers::*;
use crate::{
    config::{LabelLimitSettings, PrometheusSettings},
    series::{Cursor, Exemplar, Limits, Times},
};

fn counted(time: u64, exemplars: Vec<Sent>, pairs: &[(&str, &str)]) -> NumberDataPoint {
    NumberDataPoint { time_unix_nano: time, exemplars, ..int(3, pairs) }
}

fn measured(time: u64, exemplars: Vec<Sent>) -> HistogramDataPoint {
    let point = buckets(&[1.0, 2.0], &[1, 1, 1], 4.0, &[]);
    HistogramDataPoint { time_unix_nano: time, exemplars, ..point }
}

fn exponential(name: &str, exemplars: Vec<Sent>) -> Metric {
    let point = ExponentialHistogramDataPoint {
        start_time_unix_nano: 1,
        time_unix_nano: 10,
        count: 1,
        positive: Some(Buckets { offset: 0, bucket_counts: vec![1] }),
        exemplars,
        ..ExponentialHistogramDataPoint::default()
    };
    let data =
        ExponentialHistogram { data_points: vec![point], aggregation_temporality: CUMULATIVE };
    metric(name, "", Data::ExponentialHistogram(data))
}

/// Value and time of all exemplars of the only series.
fn kept(ingest: &Ingest) -> Vec<(f64, u64)> {
    read(ingest).0.iter().map(|exemplar| (exemplar.value, exemplar.time)).collect()
}

fn read(ingest: &Ingest) -> (Vec<Arc<Exemplar>>, Times) {
    let page = ingest.store().page(&mut Cursor::default(), 2).unwrap();
    assert_eq!(page.series.len(), 1);
    let mut exemplars = Vec::new();
    let times = page.series[0].read_whole(&mut exemplars, |_, times| times);
    (exemplars, times)
}

fn lost(applied: &Applied) -> Vec<(CollectorExemplarLoss, u64)> {
    applied.exemplars_lost.counts().collect()
}

#[test]
fn counters_and_both_kinds_of_histograms_have_exemplars_however_their_series_was_found() {
    let kinds: [fn(u64, Vec<Sent>) -> Metric; 3] = [
        |time, exemplars| counter("m", vec![counted(time, exemplars, &[])]),
        |time, exemplars| histogram("m", vec![measured(time, exemplars)]),
        |_, exemplars| exponential("m", exemplars),
    ];
    for kind in kinds {
        let ingest = ingest();
        for time in 1..4 {
            let applied = apply(&ingest, vec![kind(9 + time, vec![sent(0.5, time)])]);
            assert_eq!((applied.kept, lost(&applied)), (1, vec![]));
            assert_eq!(kept(&ingest).last(), Some(&(0.5, time)));
        }
        let id = format!("span_id=\"{}\",trace_id=\"{}\"", "02".repeat(8), "01".repeat(16));
        let (exemplars, times) = read(&ingest);
        assert_eq!(exemplars[0].rendered_labels(), id);
        assert_eq!(times.start, 1);
        // A point without any leaves what was there.
        apply(&ingest, vec![kind(20, vec![])]);
        assert_eq!(read(&ingest).0.len(), exemplars.len());
    }
}

#[test]
fn a_histogram_shows_the_latest_of_each_bucket() {
    let ingest = ingest();
    let first = vec![sent(0.5, 5), sent(1.5, 6), sent(7.0, 7)];
    apply(&ingest, vec![histogram("h", vec![measured(10, first)])]);
    apply(&ingest, vec![histogram("h", vec![measured(20, vec![sent(0.9, 15), sent(8.0, 2)])])]);
    assert_eq!(kept(&ingest), [(1.5, 6), (7.0, 7), (0.9, 15)]);
}

#[test]
fn exemplars_of_gauges_and_of_rejected_points_are_not_kept() {
    let ingest = ingest();
    let applied = apply(&ingest, vec![gauge("g", vec![counted(10, vec![sent(1.0, 5)], &[])])]);
    assert_eq!(lost(&applied), [(CollectorExemplarLoss::UnsupportedKind, 1)]);
    assert_eq!(kept(&ingest), []);
    let ingest = self::ingest();
    apply(&ingest, vec![counter("c", vec![counted(10, vec![], &[])])]);
    let late = apply(&ingest, vec![counter("c", vec![counted(9, vec![sent(1.0, 5)], &[])])]);
    assert_eq!((late.kept, kept(&ingest)), (0, vec![]));
}

#[test]
fn a_point_with_more_exemplars_than_are_looked_at_is_kept_and_the_rest_is_counted() {
    let ingest = ingest();
    let many = (1..=1030).map(|time| sent(0.5, time)).collect();
    let applied = apply(&ingest, vec![histogram("h", vec![measured(10, many)])]);
    assert_eq!((applied.kept, kept(&ingest)), (1, vec![(0.5, 1024)]));
    assert_eq!(lost(&applied), [(CollectorExemplarLoss::TooMany, 6)]);
}

#[test]
fn exemplars_end_before_a_series_that_goes_on_and_with_one_that_does_not() {
    let expiration = Duration::from_secs(60);
    let ingest = Ingest::new(Limits { metric_expiration: expiration, ..Limits::default() });
    let at_second = |second: u64, exemplars| {
        let metrics = vec![counter("c", vec![counted(10 + second, exemplars, &[])])];
        apply_at(&ingest, &request(metrics), Duration::from_secs(second));
    };
    let bare = |ingest: &Ingest| ingest.store().stats().bytes;
    at_second(0, vec![]);
    let without = bare(&ingest);
    at_second(1, vec![sent(1.0, 5)]);
    assert!(bare(&ingest) > without, "they count as bytes of the store");
    at_second(50, vec![]);
    assert_eq!(ingest.expire(Duration::from_secs(60)), 0);
    assert_eq!(kept(&ingest), [(1.0, 5)]);
    assert_eq!(ingest.expire(Duration::from_secs(61)), 0);
    assert_eq!((kept(&ingest), bare(&ingest)), (vec![], without));
    at_second(62, vec![sent(1.0, 70)]);
    assert_eq!(ingest.expire(Duration::from_secs(200)), 1);
    assert_eq!(bare(&ingest), 0);
}

#[test]
fn an_exemplar_that_the_store_has_no_bytes_for_is_dropped_and_counted_and_its_point_is_kept() {
    let ingest = ingest();
    apply(&ingest, vec![counter("c", vec![counted(10, vec![], &[])])]);
    let max_bytes = ingest.store().stats().bytes + 10;
    let ingest = Ingest::new(Limits { max_bytes, ..Limits::default() });
    let applied = apply(&ingest, vec![counter("c", vec![counted(10, vec![sent(1.0, 5)], &[])])]);
    assert_eq!((applied.kept, kept(&ingest)), (1, vec![]));
    assert_eq!(lost(&applied), [(CollectorExemplarLoss::SeriesBytes, 1)]);
}

#[test]
fn exemplars_leave_room_for_series() {
    let max_bytes = 40_000;
    let ingest = Ingest::new(Limits { max_bytes, ..Limits::default() });
    let bounds: Vec<f64> = (0..300).map(f64::from).collect();
    let point = |n: &str, exemplars| HistogramDataPoint {
        exemplars,
        ..buckets(&bounds, &[1; 301], 4.0, &[("n", n)])
    };
    let many = || (0..60).map(|n| sent(f64::from(n), 5)).collect();
    let bare = apply(
        &ingest,
        vec![histogram("h", (0..4).map(|n| point(&n.to_string(), vec![])).collect())],
    );
    let of_series = ingest.store().stats().bytes;
    let full = apply(
        &ingest,
        vec![histogram("h", (0..4).map(|n| point(&n.to_string(), many())).collect())],
    );
    assert_eq!((bare.kept, full.kept), (4, 4));
    let [(CollectorExemplarLoss::SeriesBytes, dropped)] = lost(&full)[..] else {
        panic!("{:?}", lost(&full));
    };
    assert!((1..240).contains(&dropped), "{dropped}");
    let of_exemplars = ingest.store().stats().bytes - of_series;
    assert!(of_exemplars <= max_bytes / 4 && of_exemplars > max_bytes / 5, "{of_exemplars}");
    let another = apply(&ingest, vec![histogram("h", vec![point("another", many())])]);
    assert_eq!(another.kept, 1);
}

#[test]
fn streams_that_are_shown_as_one_show_the_exemplars_of_all() {
    let ingest = ingest();
    let settings = PrometheusSettings {
        label_limits: LabelLimitSettings {
            attributes: vec![("user".to_owned(), 1)],
            pinned: vec![],
            default: 0,
        },
        ..PrometheusSettings::default()
    };
    let translation = Translation::new("prometheus", &settings);
    let point = |user, time| counted(10, vec![sent(1.0, time)], &[("user", user)]);
    let points = vec![point("first", 1), point("b", 3), point("c", 2)];
    let request = prost::Message::encode_to_vec(&request(vec![counter("c", points)]));
    ingest.apply(&translation, &request, Duration::ZERO);
    let page = ingest.store().page(&mut Cursor::default(), 9).unwrap();
    let of_series = page.series.iter().map(|series| {
        let mut exemplars = Vec::new();
        series.read_whole(&mut exemplars, |_, _| ());
        exemplars.iter().map(|exemplar| exemplar.time).collect::<Vec<_>>()
    });
    assert_eq!(of_series.collect::<Vec<_>>(), [vec![1], vec![2, 3]]);
}
