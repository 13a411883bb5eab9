//! Which spans a point leads to.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::{Exemplar, exemplar::Value};

use super::{
    super::{DurationHistogram, SpanMetricsSettings},
    support::{BEGIN, Bench, MILLI, of, settings, span},
};

/// Durations in milliseconds and the digits of the ids.
fn seen(exemplars: &[Exemplar]) -> Vec<(f64, u8)> {
    let one = |exemplar: &Exemplar| {
        let Some(Value::AsDouble(value)) = exemplar.value else { panic!("{exemplar:?}") };
        let id = exemplar.trace_id[0];
        assert_eq!((&exemplar.trace_id, &exemplar.span_id), (&vec![id; 16], &vec![id; 8]));
        (value, id)
    };
    exemplars.iter().map(one).collect()
}

fn take(bench: &Bench, spans: &[(u64, u8)]) {
    let spans = spans.iter().map(|(millis, id)| span("a", millis * MILLI, *id)).collect();
    bench.take(vec![of("s", spans)]);
}

fn exponential(bench: &Bench) -> Vec<Exemplar> {
    let shown = bench.flush();
    let point = shown.values().next().and_then(|shown| shown.exponential.clone());
    point.map(|point| point.exemplars).unwrap_or_default()
}

#[tokio::test]
async fn the_latest_span_of_each_doubling_is_kept_and_of_many_the_slowest() {
    let bench = Bench::start(SpanMetricsSettings { exemplars_max: 3, ..settings() });
    take(&bench, &[(10, 1), (1000, 2), (1010, 3), (100, 4), (1, 5)]);
    assert_eq!(seen(&exponential(&bench)), [(10.0, 1), (100.0, 4), (1010.0, 3)]);
    assert_eq!(seen(&exponential(&bench)), [], "each is told once");
    take(&bench, &[(1, 5), (2, 6), (4, 7), (8, 8)]);
    let exemplars = exponential(&bench);
    assert_eq!(seen(&exemplars), [(2.0, 6), (4.0, 7), (8.0, 8)]);
    assert_eq!(exemplars[0].time_unix_nano, BEGIN + 2 * MILLI, "when the span ended");
}

#[tokio::test]
async fn explicit_buckets_have_one_each() {
    let bounds = [10, 100].map(Duration::from_millis).to_vec();
    let histogram = DurationHistogram::Explicit(bounds);
    let bench = Bench::start(SpanMetricsSettings { histogram, ..settings() });
    take(&bench, &[(1, 1), (5, 2), (10, 3), (11, 4), (5000, 5), (101, 6)]);
    let shown = bench.flush();
    let point = shown.values().next().and_then(|shown| shown.explicit.clone()).unwrap();
    assert_eq!(seen(&point.exemplars), [(10.0, 3), (11.0, 4), (101.0, 6)]);
}

#[tokio::test]
async fn without_durations_the_calls_lead_to_spans() {
    let histogram = DurationHistogram::Disabled;
    let bench = Bench::start(SpanMetricsSettings { histogram, ..settings() });
    take(&bench, &[(1, 1)]);
    let shown = bench.flush();
    let point = shown.values().next().and_then(|shown| shown.calls.clone()).unwrap();
    assert_eq!(seen(&point.exemplars), [(1.0, 1)]);
}

#[tokio::test]
async fn a_span_without_ids_counts_and_leads_nowhere() {
    let bench = Bench::start(settings());
    let mut short = span("a", MILLI, 1);
    short.trace_id.truncate(8);
    let mut without = span("a", MILLI, 1);
    without.span_id.clear();
    bench.take(vec![of("s", vec![short, without, span("a", MILLI, 0)])]);
    let shown = bench.flush();
    let shown = shown.values().next().expect("a series");
    assert_eq!(shown.calls(), 3);
    assert_eq!(shown.exponential.as_ref().expect("durations").exemplars, []);
}

#[tokio::test]
async fn exemplars_can_be_left_out() {
    let bench = Bench::start(SpanMetricsSettings { exemplars_max: 0, ..settings() });
    take(&bench, &[(1, 1)]);
    assert_eq!(seen(&exponential(&bench)), []);
}
