//! What is kept of requests that say much and show little.

use super::{super::ingest::Ingest, helpers::*};
use crate::{pipeline::RejectReason, series::Limits};

#[test]
fn a_histogram_that_gets_more_buckets_is_charged_for_them() {
    let ingest = ingest();
    let of = |buckets_in_use: usize, time| {
        let bounds: Vec<f64> = (1..buckets_in_use).map(|bound| bound as f64).collect();
        let mut point = buckets(&bounds, &vec![1; buckets_in_use], 1.5, &[]);
        point.time_unix_nano = time;
        histogram("h", vec![point])
    };
    let _ = apply(&ingest, vec![of(2, 10)]);
    let few = ingest.store().stats().bytes;
    let applied = apply(&ingest, vec![of(1002, 20)]);
    assert_eq!(applied.kept, 1);
    let many = ingest.store().stats().bytes;
    assert!(many >= few + 8 * 1000, "{few} bytes became {many}");
    assert!(samples(&ingest).contains(&"h_count 1002".to_owned()), "{:?}", samples(&ingest));
    let _ = apply(&ingest, vec![of(2, 30)]);
    assert_eq!(ingest.store().stats().series, 1);
}

#[test]
fn a_point_with_contradictory_buckets_leaves_the_series_as_it_was() {
    let ingest = ingest();
    let _ = apply(&ingest, vec![histogram("h", vec![buckets(&[1.0], &[2, 3], 1.5, &[])])]);
    let before = samples(&ingest);
    let applied =
        apply(&ingest, vec![histogram("h", vec![buckets(&[2.0, 1.0, 3.0], &[1; 4], 1.5, &[])])]);
    assert_eq!(applied.rejected().collect::<Vec<_>>(), [(RejectReason::InvalidPoint, 1)]);
    assert_eq!(samples(&ingest), before);
}

#[test]
fn a_resource_without_points_takes_no_place() {
    let ingest = Ingest::new(Limits { max_series: 3, ..Limits::default() });
    for index in 0..10 {
        let name = index.to_string();
        let empty = of_resource(&[("service.name", &name)], vec![of_scope(None, Vec::new())]);
        let _ = apply_at(&ingest, &empty, std::time::Duration::ZERO);
    }
    assert_eq!(apply(&ingest, vec![gauge("g", vec![int(1, &[])])]).kept, 1);
}
