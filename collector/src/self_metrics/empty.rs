//! A histogram that nobody has recorded to, as an empty one.
//!
//! The SDK shows none, as the specification has it. On the collector's own page it is there from the start, so that a
//! rate has a start, and that its series has its place in the store before others fill it.

use inferometer_semconv::InstrumentDef;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{AggregationTemporality, Histogram, HistogramDataPoint, Metric, metric::Data},
};

/// Adds the histogram to the first scope, unless it is there.
pub(super) fn add(definition: &InstrumentDef, request: &mut ExportMetricsServiceRequest) {
    let mut scopes =
        request.resource_metrics.iter_mut().flat_map(|resource| &mut resource.scope_metrics);
    let Some(scope) = scopes.next() else {
        return;
    };
    if scope.metrics.iter().any(|metric| metric.name == definition.name) {
        return;
    }
    let point = HistogramDataPoint {
        // Without a start, so that the first real point, whose start is its own, is in order with it.
        time_unix_nano: scope.metrics.iter().find_map(time).unwrap_or_default(),
        sum: Some(0.0),
        bucket_counts: vec![0; definition.bounds.len() + 1],
        explicit_bounds: definition.bounds.to_vec(),
        ..HistogramDataPoint::default()
    };
    scope.metrics.push(Metric {
        name: definition.name.to_owned(),
        description: definition.description.to_owned(),
        unit: definition.unit.to_owned(),
        data: Some(Data::Histogram(Histogram {
            data_points: vec![point],
            aggregation_temporality: AggregationTemporality::Cumulative.into(),
        })),
        ..Metric::default()
    });
}

/// When the others were read: an empty histogram that is late must not replace what came since.
fn time(metric: &Metric) -> Option<u64> {
    match metric.data.as_ref()? {
        Data::Sum(sum) => sum.data_points.first().map(|point| point.time_unix_nano),
        _ => None,
    }
}
