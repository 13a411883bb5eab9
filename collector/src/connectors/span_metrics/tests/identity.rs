//! What tells series apart, and whose they are.

use opentelemetry_proto::tonic::common::v1::{ArrayValue, any_value::Value};

use super::{
    super::{CommonDimension, Dimension, DurationHistogram, ResourceOf, SpanMetricsSettings},
    support::{Bench, calls_by, labels, labels_of, of, of_resource, pair, settings, span, typed},
};
use crate::pipeline::Tenant;

fn dimension(name: &str, default: Option<&str>) -> Dimension {
    Dimension { name: name.to_owned(), default: default.map(str::to_owned) }
}

#[tokio::test]
async fn a_dimension_is_the_spans_or_its_resources_or_the_default_or_absent() {
    let bench = Bench::start(SpanMetricsSettings {
        dimensions: vec![dimension("region", Some("nowhere")), dimension("tier", None)],
        common: vec![CommonDimension::SpanName],
        ..settings()
    });
    let mut own = span("own", 1, 1);
    own.attributes =
        vec![pair("region", "span"), pair("region", "later"), pair("tier", "gold"), pair("x", "y")];
    let resource = vec![pair("region", "resource"), pair("service.name", "s")];
    bench.take(vec![
        of_resource(resource, vec![own, span("theirs", 1, 2)]),
        of("s", vec![span("none", 1, 3)]),
    ]);
    let shown = bench.flush();
    let expected = [
        labels(&[("span.name", "none"), ("region", "nowhere")]),
        labels(&[("span.name", "own"), ("region", "span"), ("tier", "gold")]),
        labels(&[("span.name", "theirs"), ("region", "resource")]),
    ];
    let seen: Vec<_> = shown.keys().cloned().collect();
    assert_eq!(seen.len(), expected.len());
    assert!(expected.iter().all(|labels| seen.contains(labels)), "{seen:?}");
}

#[tokio::test]
async fn values_of_different_types_are_different_series_and_keep_their_types() {
    let bench = Bench::start(SpanMetricsSettings {
        dimensions: vec![dimension("code", None)],
        common: Vec::new(),
        ..settings()
    });
    let values = [
        Value::StringValue("1".to_owned()),
        Value::IntValue(1),
        Value::BoolValue(true),
        Value::DoubleValue(1.0),
        Value::BytesValue(vec![1]),
        Value::ArrayValue(ArrayValue::default()),
    ];
    let spans = |id| {
        let of_value = |value: &Value| {
            let mut span = span("a", 1, id);
            span.attributes = vec![typed("code", value.clone())];
            span
        };
        values.iter().map(of_value).collect()
    };
    bench.take(vec![of("s", spans(1)), of("s", spans(2))]);
    bench.connector.flush_now();
    let requests = bench.requests();
    let metric = &requests[0].resource_metrics[0].scope_metrics[0].metrics[0];
    let Some(opentelemetry_proto::tonic::metrics::v1::metric::Data::Sum(sum)) = &metric.data else {
        panic!("{metric:?}");
    };
    let seen: Vec<_> = sum.data_points.iter().map(|point| point.attributes.clone()).collect();
    let expected: Vec<_> = values.iter().map(|value| vec![typed("code", value.clone())]).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_dimension_that_is_left_out_joins_series() {
    let common = vec![CommonDimension::ServiceName, CommonDimension::StatusCode];
    let bench = Bench::start(SpanMetricsSettings { common, ..settings() });
    bench.take(vec![of("s", vec![span("a", 1, 1), span("b", 2, 2)])]);
    let shown = bench.flush();
    assert_eq!(shown.len(), 1);
    let expected = labels(&[("service.name", "s"), ("status.code", "STATUS_CODE_UNSET")]);
    assert_eq!(shown[&expected].calls(), 2);
}

#[tokio::test]
async fn a_resource_without_a_service_is_called_as_jaeger_calls_it() {
    let bench = Bench::start(settings());
    let number = vec![typed("service.name", Value::IntValue(7))];
    bench.take(vec![
        of_resource(Vec::new(), vec![span("a", 1, 1)]),
        of("", vec![span("a", 1, 2)]),
        of_resource(number, vec![span("a", 1, 3)]),
    ]);
    let calls = calls_by("service.name", &bench.flush());
    assert_eq!(
        calls.into_iter().collect::<Vec<_>>(),
        [("OTLPResourceNoServiceName".to_owned(), 3)]
    );
}

#[tokio::test]
async fn spans_of_all_resources_are_added_up_unless_resources_are_asked_for() {
    let instance = |id: &str| vec![pair("service.name", "s"), pair("service.instance.id", id)];
    let keys =
        |keys: &[&str]| ResourceOf::Attributes(keys.iter().map(|key| (*key).to_owned()).collect());
    for (resource, expected) in [
        (ResourceOf::Collector, vec![(labels(&[("service.instance.id", "own")]), 3)]),
        (keys(&["service.name"]), vec![(labels(&[("service.name", "s")]), 3)]),
        (
            ResourceOf::Spans,
            vec![
                (labels(&[("service.name", "s"), ("service.instance.id", "1")]), 2),
                (labels(&[("service.name", "s"), ("service.instance.id", "2")]), 1),
            ],
        ),
    ] {
        let bench = Bench::start(SpanMetricsSettings { resource, ..settings() });
        let mut reversed = instance("1");
        reversed.reverse();
        bench.take(vec![
            of_resource(instance("1"), vec![span("a", 1, 1)]),
            of_resource(instance("2"), vec![span("a", 1, 2)]),
            of_resource(reversed, vec![span("a", 1, 3)]),
        ]);
        bench.connector.flush_now();
        let requests = bench.requests();
        assert_eq!(requests.len(), 1);
        let of_resource = requests[0].resource_metrics.iter().map(|of| {
            let attributes = &of.resource.as_ref().expect("a resource").attributes;
            let one = super::support::shown(&[
                opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest {
                    resource_metrics: vec![of.clone()],
                },
            ]);
            (labels_of(attributes), one.values().map(|shown| shown.calls()).sum::<u64>())
        });
        assert_eq!(of_resource.collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn two_tenants_never_share_a_request_or_a_series() {
    let bench = Bench::start(settings());
    for (tenant, spans) in [("a", 2), ("b", 3), ("a", 1)] {
        let spans = (0..spans).map(|id| span("same", 1, id + 1)).collect();
        assert_eq!(bench.take_of(Tenant::named(tenant), vec![of("s", spans)]), None);
    }
    bench.connector.flush_now();
    let tenants = bench.bin.tenants.lock().clone();
    assert_eq!(tenants, [Tenant::named("a"), Tenant::named("b")]);
    let calls: Vec<u64> = bench
        .requests()
        .iter()
        .map(|request| {
            let shown = super::support::shown(std::slice::from_ref(request));
            shown.values().map(|shown| shown.calls()).sum()
        })
        .collect();
    assert_eq!(calls, [3, 3]);
}

#[tokio::test]
async fn names_follow_the_namespace_and_durations_can_be_left_out() {
    for (namespace, expected) in [("", "calls"), ("x.y", "x.y.calls")] {
        let bench = Bench::start(SpanMetricsSettings {
            namespace: namespace.to_owned(),
            histogram: DurationHistogram::Disabled,
            ..settings()
        });
        bench.take(vec![of("s", vec![span("a", 1, 1)])]);
        bench.connector.flush_now();
        let requests = bench.requests();
        let metrics = &requests[0].resource_metrics[0].scope_metrics[0].metrics;
        let names: Vec<_> = metrics.iter().map(|metric| &*metric.name).collect();
        assert_eq!(names, [expected]);
    }
}
