//! Bounds, and what happens there.

use std::sync::Arc;

use super::{
    super::{
        DIMENSIONS_BYTES_MAX, Dimension, RESOURCE_BYTES_MAX, ResourceOf, SpanMetricsSettings,
        TENANTS_MAX,
    },
    support::{Bench, calls_by, labels, of, of_resource, pair, settings, span},
};
use crate::{
    pipeline::{RejectReason, Signal, Tenant},
    self_metrics::SelfMetrics,
};

fn overflow() -> super::support::Labels {
    labels(&[("otel.metric.overflow", "true")])
}

/// A number of the collector's own page.
fn own(metrics: &Arc<SelfMetrics>, name: &str) -> Option<i64> {
    use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value};
    let mut found = None;
    metrics.collect(|request| {
        let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
        for metric in scopes.flat_map(|of| &of.metrics).filter(|metric| metric.name == name) {
            if let Some(Data::Sum(sum)) = &metric.data
                && let Some(Value::AsInt(value)) = sum.data_points[0].value
            {
                found = Some(value);
            }
        }
    });
    found
}

#[tokio::test]
async fn spans_of_more_series_than_the_limit_are_in_the_overflow_series_and_counted() {
    let bench = Bench::start(SpanMetricsSettings { series_max: 3, ..settings() });
    let spans = (0..50_u8).map(|name| span(&format!("n{}", name % 10), 1, name + 1)).collect();
    bench.take(vec![of("s", spans)]);
    let shown = bench.flush();
    assert_eq!(shown.len(), 4, "{:?}", shown.keys());
    assert_eq!(shown[&overflow()].calls(), 35);
    assert_eq!(shown.values().map(|shown| shown.calls()).sum::<u64>(), 50, "none is lost");
    assert_eq!(bench.exported(), 50);
    assert_eq!(bench.connector.series(), 3);
    assert_eq!(own(&bench.metrics, "infer.collector.connector.overflow"), Some(35));
    assert_eq!(own(&bench.metrics, "infer.collector.connector.series.usage"), Some(3));
    assert_eq!(own(&bench.metrics, "infer.collector.connector.series.limit"), Some(3));
    // Series that are known stay so.
    bench.take(vec![of("s", vec![span("n0", 1, 1)])]);
    assert_eq!(calls_by("span.name", &bench.flush())["n0"], 6);
}

#[tokio::test]
async fn each_tenant_has_an_overflow_series_of_its_own() {
    let bench = Bench::start(SpanMetricsSettings { series_max: 1, ..settings() });
    for tenant in ["a", "b"] {
        let spans = vec![span("x", 1, 1), span("y", 1, 2)];
        assert_eq!(bench.take_of(Tenant::named(tenant), vec![of("s", spans)]), None);
    }
    bench.connector.flush_now();
    let overflowed: Vec<u64> = bench
        .requests()
        .iter()
        .map(|request| super::support::shown(std::slice::from_ref(request))[&overflow()].calls())
        .collect();
    assert_eq!(overflowed, [1, 2]);
}

#[tokio::test]
async fn dimensions_and_resources_that_are_too_large_are_in_the_overflow_series() {
    let long = "x".repeat(DIMENSIONS_BYTES_MAX);
    let dimensions = vec![Dimension { name: "prompt".to_owned(), default: None }];
    let bench =
        Bench::start(SpanMetricsSettings { dimensions, resource: ResourceOf::Spans, ..settings() });
    let mut prompted = span("a", 1, 1);
    prompted.attributes = vec![pair("prompt", &long)];
    let large = vec![pair("service.name", "s"), pair("x", &"x".repeat(RESOURCE_BYTES_MAX))];
    bench.take(vec![
        of("s", vec![prompted, span(&long, 1, 2), span("a", 1, 3)]),
        of_resource(large, vec![span("a", 1, 4)]),
    ]);
    let shown = bench.flush();
    assert_eq!(shown[&overflow()].calls(), 3);
    assert_eq!(calls_by("span.name", &shown)["a"], 1);
}

#[tokio::test]
async fn spans_of_too_many_tenants_are_rejected_and_counted() {
    let bench = Bench::start(settings());
    let spans = || vec![of("s", vec![span("a", 1, 1), span("b", 1, 2)])];
    for tenant in 0..TENANTS_MAX {
        assert_eq!(bench.take_of(Tenant::named(&tenant.to_string()), spans()), None);
    }
    let (rejected, message) = bench.take_of(Tenant::named("late"), spans()).expect("rejected");
    assert_eq!((rejected, bench.rejected(RejectReason::SeriesLimit)), (2, 2));
    assert!(message.contains("series_limit"), "{message}");
    assert_eq!(bench.exported(), 2 * TENANTS_MAX as u64);
}

#[tokio::test]
async fn many_series_go_in_requests_of_bounded_size_and_each_once() {
    let bench = Bench::start(settings());
    for hundred in 0..40 {
        let name = |number| format!("{}{number}", "n".repeat(200));
        let spans = (0..100).map(|one| span(&name(100 * hundred + one), 1_000_000, 1)).collect();
        bench.take(vec![of("s", spans)]);
    }
    let shown = bench.flush();
    assert_eq!(shown.len(), 4000);
    let sizes: Vec<usize> = bench.bin.kept.lock().iter().map(|bytes| bytes.len()).collect();
    assert!(sizes.len() >= 3 && sizes.iter().all(|size| *size < 1 << 20), "{sizes:?}");
    let own = bench.connector.exporter();
    let mut visited = 0;
    own.reach(&mut |_| visited += 1);
    assert_eq!(visited, 1);
    let points = crate::self_metrics::SelfCounter::Accepted;
    assert_eq!(bench.count(points, Signal::Metrics, None), 8000);
}
