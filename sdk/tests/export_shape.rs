//! What the wire carries when deltas and exponential histograms are asked for.

use inferometer_sdk::{Exporter, HistogramAggregation, InMemory, Telemetry, TemporalityPreference};
use inferometer_semconv::metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT};
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric::Data};
use std::time::Duration;

fn last_export(kept: &InMemory) -> Vec<Metric> {
    let request = kept.metrics().pop().expect("an export");
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    scopes.flat_map(|scope| scope.metrics).collect()
}

#[test]
fn deltas_and_exponential_histograms_reach_the_wire() {
    let kept = InMemory::default();
    let telemetry = Telemetry::builder()
        .exporter(Exporter::Memory(kept.clone()))
        .self_metrics(false)
        .temporality(TemporalityPreference::Delta)
        .histograms(HistogramAggregation::Exponential { scale: 3 })
        .build()
        .unwrap();
    let scope = telemetry.meter_provider().scope("test");
    let tokens = scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &[]);
    let waits = scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &[]);
    for round in 1..=2 {
        tokens.add(round);
        waits.record(0.25);
        telemetry.flush(Duration::from_secs(10)).unwrap();
        for metric in last_export(&kept) {
            match metric.data {
                Some(Data::Sum(sum)) => {
                    assert_eq!(sum.aggregation_temporality(), AggregationTemporality::Delta);
                }
                Some(Data::ExponentialHistogram(histogram)) => {
                    assert_eq!(histogram.aggregation_temporality(), AggregationTemporality::Delta);
                    assert_eq!(histogram.data_points[0].count, 1, "round {round}");
                }
                other => panic!("{} is {other:?}", metric.name),
            }
        }
    }
}
