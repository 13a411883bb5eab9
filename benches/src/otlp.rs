//! What a library exported, read back from OTLP: proof that it recorded what was measured.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{
        ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, metric::Data,
        number_data_point::Value,
    },
};

/// Points in a request, and what they show together: counts of histograms, values of sums and gauges.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Shown {
    pub(crate) points: usize,
    pub(crate) total: f64,
}

impl Shown {
    pub(crate) fn add(&mut self, request: &ExportMetricsServiceRequest) {
        let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
        for metric in scopes.flat_map(|scope| &scope.metrics) {
            match &metric.data {
                Some(Data::Sum(sum)) => self.add_points(&sum.data_points, number),
                Some(Data::Gauge(gauge)) => self.add_points(&gauge.data_points, number),
                Some(Data::Histogram(histogram)) => self.add_points(&histogram.data_points, count),
                Some(Data::ExponentialHistogram(histogram)) => {
                    self.add_points(&histogram.data_points, exponential_count);
                }
                _ => {}
            }
        }
    }

    fn add_points<P>(&mut self, points: &[P], value: impl Fn(&P) -> f64) {
        self.points += points.len();
        self.total += points.iter().map(value).sum::<f64>();
    }
}

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
fn number(point: &NumberDataPoint) -> f64 {
    match point.value {
        Some(Value::AsInt(value)) => value as f64,
        Some(Value::AsDouble(value)) => value,
        None => 0.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
fn count(point: &HistogramDataPoint) -> f64 {
    point.count as f64
}

#[expect(clippy::cast_precision_loss, reason = "benches stay below 2^53 measurements")]
fn exponential_count(point: &ExponentialHistogramDataPoint) -> f64 {
    point.count as f64
}
