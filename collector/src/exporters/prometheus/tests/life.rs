//! A series from its first point to its end.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::NumberDataPoint;

use super::super::ingest::Ingest;
use super::helpers::*;
use crate::{pipeline::RejectReason, series::Limits};

#[test]
fn a_later_point_replaces_and_an_older_one_is_rejected() {
    check_in_turn(
        vec![
            counter("c", vec![at(1, 10, 5)]),
            counter("c", vec![at(1, 20, 7)]),
            counter("c", vec![at(1, 20, 7)]),
            counter("c", vec![at(1, 15, 6)]),
        ],
        &["c_total 7"],
        &[(RejectReason::OutOfOrder, 1)],
    );
}

#[test]
fn a_later_start_resets_and_the_one_before_it_comes_too_late() {
    check_in_turn(
        vec![
            counter("c", vec![at(10, 50, 500)]),
            // The new process has a slower clock, and still takes over.
            counter("c", vec![at(20, 30, 1)]),
            counter("c", vec![at(10, 60, 600)]),
            counter("c", vec![at(20, 40, 2)]),
        ],
        &["c_total 2"],
        &[(RejectReason::OutOfOrder, 1)],
    );
}

#[test]
fn an_unknown_time_is_in_order_with_any_other() {
    check_in_turn(
        vec![
            gauge("g", vec![at(0, 10, 1)]),
            gauge("g", vec![at(0, 0, 2)]),
            gauge("g", vec![at(0, 5, 3)]),
        ],
        &["g 2"],
        &[(RejectReason::OutOfOrder, 1)],
    );
}

#[test]
fn a_gauge_has_no_start_that_could_be_late() {
    check_in_turn(
        vec![gauge("g", vec![at(9, 10, 1)]), gauge("g", vec![at(3, 11, 2)])],
        &["g 2"],
        &[],
    );
}

#[test]
fn every_series_that_its_sender_ends_goes_away() {
    let gone =
        |x| NumberDataPoint { flags: GONE, value: None, time_unix_nano: 20, ..int(0, &[("x", x)]) };
    let of = |x| int(1, &[("x", x)]);
    check_in_turn(
        vec![
            gauge("g", vec![of("a"), of("b"), of("c")]),
            gauge("g", vec![gone("a"), gone("b"), gone("never seen")]),
        ],
        &["g{x=\"c\"} 1"],
        &[],
    );
}

#[test]
fn a_late_end_does_not_end_what_came_after_it() {
    let gone = NumberDataPoint { flags: GONE, time_unix_nano: 5, ..int(0, &[]) };
    check_in_turn(
        vec![gauge("g", vec![at(0, 10, 1)]), gauge("g", vec![gone])],
        &["g 1"],
        &[(RejectReason::OutOfOrder, 1)],
    );
}

#[test]
fn another_kind_under_a_taken_name_is_rejected_and_nobody_else_is() {
    let of = |x| int(1, &[("x", x)]);
    check_in_turn(
        vec![
            gauge("m.x", vec![of("a")]),
            histogram("m_x", vec![buckets(&[], &[2], 1.0, &[])]),
            gauge("m.x", vec![of("b")]),
        ],
        &["m_x{x=\"a\"} 1", "m_x{x=\"b\"} 1"],
        &[(RejectReason::TypeConflict, 1)],
    );
}

#[test]
fn names_that_a_histogram_derives_are_taken() {
    let shown = ["h_bucket{le=\"+Inf\"} 1", "h_sum 1", "h_count 1"];
    check_in_turn(
        vec![
            histogram("h", vec![buckets(&[], &[1], 1.0, &[])]),
            gauge("h.count", vec![int(1, &[])]),
            gauge("h_bucket", vec![int(1, &[])]),
        ],
        &shown,
        &[(RejectReason::TypeConflict, 1), (RejectReason::TypeConflict, 1)],
    );
    check_in_turn(
        vec![gauge("h.sum", vec![int(1, &[])]), histogram("h", vec![buckets(&[], &[1], 1.0, &[])])],
        &["h_sum 1"],
        &[(RejectReason::TypeConflict, 1)],
    );
}

#[test]
fn the_first_help_stays() {
    let helped = |help: &str, x| opentelemetry_proto::tonic::metrics::v1::Metric {
        description: help.to_owned(),
        ..gauge("g", vec![int(1, &[("x", x)])])
    };
    let ingest = ingest();
    apply(&ingest, vec![helped("", "0"), helped("first", "1"), helped("second", "2")]);
    let page = page(&ingest);
    assert_eq!(page.matches("# HELP g first\n").count(), 1, "{page}");
    assert!(!page.contains("second"), "{page}");
}

#[test]
fn beyond_the_series_limit_new_series_are_rejected_and_known_ones_served() {
    let ingest = Ingest::new(Limits { max_series: 2, ..Limits::default() });
    let of = |x, value| int(value, &[("x", x)]);
    apply(&ingest, vec![gauge("g", vec![of("a", 1), of("b", 1)])]);
    let applied = apply(&ingest, vec![gauge("g", vec![of("a", 2), of("c", 2), of("d", 2)])]);
    assert_eq!(samples(&ingest), ["g{x=\"a\"} 2", "g{x=\"b\"} 1"]);
    assert_eq!(applied.kept, 1);
    assert_eq!(applied.rejected().collect::<Vec<_>>(), [(RejectReason::SeriesLimit, 2)]);
    let message = applied.message.unwrap_or_default();
    assert!(
        message.contains("metric `g`") && message.contains('2') && message.contains("max_series"),
        "{message}"
    );
}

#[test]
fn a_series_without_points_expires_and_makes_room() {
    let seconds = Duration::from_secs;
    let ingest =
        Ingest::new(Limits { max_series: 3, metric_expiration: seconds(300), ..Limits::default() });
    let send = |x: &str, now| {
        let metrics = vec![gauge("g", vec![int(1, &[("x", x)])])];
        let resource = [("service.name", "s"), ("host.name", "h")];
        apply_at(&ingest, &of_resource(&resource, vec![of_scope(None, metrics)]), now)
    };
    send("a", seconds(0));
    send("b", seconds(100));
    assert_eq!(ingest.expire(seconds(299)), 0);
    assert_eq!(send("c", seconds(299)).kept, 0);
    assert_eq!(ingest.expire(seconds(300)), 1);
    assert_eq!(send("c", seconds(301)).kept, 1);
    let stats = ingest.store().stats();
    assert_eq!((stats.families, stats.series), (2, 3));
    assert_eq!(ingest.expire(seconds(1000)), 3);
    assert_eq!(ingest.store().stats(), crate::series::Stats::default());
    assert_eq!(page(&ingest), "");
}

#[test]
fn a_name_is_free_again_once_its_family_has_ended() {
    let ingest = ingest();
    apply(&ingest, vec![gauge("m", vec![int(1, &[])])]);
    ingest.expire(Limits::DEFAULT_METRIC_EXPIRATION);
    apply(&ingest, vec![histogram("m", vec![buckets(&[], &[1], 1.0, &[])])]);
    assert_eq!(samples(&ingest), ["m_bucket{le=\"+Inf\"} 1", "m_sum 1", "m_count 1"]);
}

#[test]
fn samples_of_a_family_are_read_with_labels_and_values() {
    let ingest = ingest();
    let point = |stage| buckets(&[1.0, 2.0], &[0, 10, 0], 15.0, &[("infer.stage", stage)]);
    apply(&ingest, vec![histogram("h", vec![point("de\"code"), point("prefill")])]);
    let samples = ingest.store().samples("h");
    let stages: Vec<_> =
        samples.iter().map(|sample| sample.label("infer_stage").unwrap_or_default()).collect();
    assert_eq!(stages, ["de\"code", "prefill"]);
    assert_eq!(samples[0].labels(), [("infer_stage".to_owned(), "de\"code".to_owned())]);
    let first = samples[0].value.as_histogram().unwrap();
    assert_eq!((first.count, first.quantile(0.5)), (10, 1.5));
    assert!(ingest.store().samples("no such family").is_empty());
}

#[test]
fn the_bytes_of_the_store_are_bounded_too() {
    let ingest = Ingest::new(Limits { max_bytes: 2000, ..Limits::default() });
    let of = |x: &str| int(1, &[("x", x)]);
    let points = (0..20).map(|x| of(&x.to_string())).collect();
    let applied = apply(&ingest, vec![gauge("g", points)]);
    let rejected: Vec<_> = applied.rejected().collect();
    assert_eq!(rejected, [(RejectReason::SeriesBytes, 20 - applied.kept)]);
    assert!((1..20).contains(&applied.kept), "{}", applied.kept);
    assert!(ingest.store().stats().bytes <= 2000);
    assert!(applied.message.unwrap_or_default().contains("take 2000 bytes, its limit"));
    assert_eq!(apply(&ingest, vec![gauge("g", vec![of("0")])]).kept, 1, "known series go on");
}
