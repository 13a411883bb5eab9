//! The same series spelled in many ways, and many series that hash alike.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;

use super::{super::ingest::Ingest, helpers::*};
use crate::series::Limits;

/// One gauge of several series from several resources.
fn many(value: i64, shuffle: usize) -> ExportMetricsServiceRequest {
    let mut request = ExportMetricsServiceRequest::default();
    for instance in ["a", "b", "c"] {
        let points = (0..50).map(|x| {
            let x = x.to_string();
            let mut pairs = [("x", &*x), ("y", "1"), ("z", "2")];
            pairs.rotate_left(shuffle % 3);
            int(value, &pairs)
        });
        let resource = [("service.name", "s"), ("service.instance.id", instance)];
        let scope = of_scope(None, vec![gauge("g", points.collect())]);
        request.resource_metrics.extend(of_resource(&resource, vec![scope]).resource_metrics);
    }
    request
}

fn applied_in_turn(
    ingest: &Ingest,
    requests: impl IntoIterator<Item = ExportMetricsServiceRequest>,
) {
    for request in requests {
        let applied = apply_at(ingest, &request, Duration::ZERO);
        assert_eq!((applied.kept, applied.rejected().count()), (150, 0), "{:?}", applied.message);
    }
}

#[test]
fn what_came_once_is_expected_in_its_order() {
    let ingest = ingest();
    let first = apply_at(&ingest, &many(1, 0), Duration::ZERO);
    assert_eq!(first.found.expected, 0);
    let second = apply_at(&ingest, &many(2, 0), Duration::ZERO);
    assert_eq!(second.found.expected, 150);
}

#[test]
fn other_orders_of_attributes_are_the_same_series() {
    let ingest = ingest();
    applied_in_turn(&ingest, (0..3).map(|shuffle| many(1, shuffle)));
    assert_eq!(samples(&ingest).len(), 150);
    let again = apply_at(&ingest, &many(2, 1), Duration::ZERO);
    assert_eq!(again.kept, 150);
    assert!(samples(&ingest).iter().all(|sample| sample.ends_with(" 2")));
}

#[test]
fn what_hashes_alike_is_told_apart() {
    let (plain, colliding) = (ingest(), Ingest::with_hash_bits(Limits::default(), 8));
    for ingest in [&plain, &colliding] {
        applied_in_turn(ingest, (0..6).map(|turn| many(turn, usize::try_from(turn).unwrap_or(0))));
    }
    assert_eq!(page(&plain), page(&colliding));
}

#[test]
fn more_spellings_than_are_remembered_lose_no_point() {
    let ingest = ingest();
    let of = |turn: usize| {
        let padding = "x".repeat(200);
        let key = format!("{turn}-{padding}");
        let mut request = many(1, 0);
        for resource in &mut request.resource_metrics {
            resource.resource.get_or_insert_default().attributes.extend(attributes(&[("k", &key)]));
        }
        request
    };
    applied_in_turn(&ingest, (0..300).map(of));
    assert_eq!(samples(&ingest).iter().filter(|sample| sample.starts_with("g{")).count(), 150);
}
