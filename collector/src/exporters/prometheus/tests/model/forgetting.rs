//! What is remembered of bytes is bounded: floods push it out, and every series is found again.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::InstrumentationScope,
    metrics::v1::{Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics},
};
use prost::Message;

use super::{
    super::helpers::{at, attributes, counter, gauge, of_resource, of_scope},
    respell::{Liberties, respell},
};
use crate::{
    exporters::prometheus::model::{
        page::{expected, seen},
        store::Model,
        subject::Subject,
    },
    series::Limits,
};

/// What one target shows: few series, each a point later than in the turn before.
fn shown(turn: u64) -> Vec<Metric> {
    let bare = || at(1, 10 * turn, turn.cast_signed());
    let point = |x: &str| NumberDataPoint { attributes: attributes(&[("x", x)]), ..bare() };
    let points = || vec![point("1"), bare(), point("2")];
    vec![counter("c", points()), gauge("g", points())]
}

fn of_target(scopes: Vec<ScopeMetrics>) -> Vec<u8> {
    of_resource(&[("service.name", "v")], scopes).encode_to_vec()
}

fn shown_request(turn: u64) -> Vec<u8> {
    of_target(vec![of_scope(None, shown(turn))])
}

/// Both take what is shown, then the flood, then what is shown twice more, and tell the same of all of it.
fn check(flood: impl IntoIterator<Item = Vec<u8>>) {
    // Room for what is shown alone.
    let limits = Limits { max_series: 6, ..Limits::default() };
    let (mut model, subject) = (Model::new(limits), Subject::new(limits, None));
    let flood = flood.into_iter();
    let all = [shown_request(1)]
        .into_iter()
        .chain(flood)
        .chain([shown_request(1000), shown_request(1001)]);
    for bytes in all {
        assert_eq!(subject.apply(&bytes, Duration::ZERO), model.apply(&bytes, Duration::ZERO));
    }
    assert_eq!(seen(&subject.page()), expected(&model));
    assert!(subject.page().contains(r#"c_total{job="v",x="2"} 1001"#), "{}", subject.page());
}

/// A metric that is remembered, although there is no room for its series. Taken for another's, its point would be kept.
fn refused(name: &str) -> Metric {
    let attributes = attributes(&[("x", "1")]);
    gauge(name, vec![NumberDataPoint { attributes, ..at(1, 5000, 0) }])
}

#[test]
fn points_are_found_after_many_spellings() {
    check((2..300).map(|turn| {
        let request = of_resource(&[("service.name", "v")], vec![of_scope(None, shown(turn))]);
        respell(&request, Liberties::everywhere(turn))
    }));
}

#[test]
fn points_are_found_after_many_metrics_also_in_one_request() {
    let names = || (0..17_000).map(|index| refused(&format!("m{index}")));
    check([of_target(vec![of_scope(None, names().collect())])]);
    let around: Vec<Metric> = shown(2).into_iter().chain(names()).chain(shown(3)).collect();
    check([of_target(vec![of_scope(None, around)])]);
}

#[test]
fn points_are_found_after_many_scopes_also_in_one_request() {
    let scopes = || {
        (0..1100).map(|index| {
            let scope = InstrumentationScope { name: format!("s{index}"), ..Default::default() };
            of_scope(Some(scope), vec![refused("m")])
        })
    };
    check([of_target(scopes().collect())]);
    let shown = |turn| of_scope(None, shown(turn));
    check([of_target([shown(2)].into_iter().chain(scopes()).chain([shown(3)]).collect())]);
}

#[test]
fn points_are_found_after_many_spellings_of_resources() {
    let resource = |index: u64| {
        let resource = [("service.name", "v"), ("host.name", &*format!("h{index}"))];
        let bytes = of_resource(&resource, vec![of_scope(None, vec![refused("m")])]);
        bytes.resource_metrics
    };
    let resource_metrics: Vec<ResourceMetrics> = (0..40_000).flat_map(resource).collect();
    let request = ExportMetricsServiceRequest { resource_metrics };
    check([request.encode_to_vec()]);
}
