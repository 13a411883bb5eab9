//! Requests whose streams are alike and whose values add up to the same in any order, so that many of them become one
//! series whose sum can be compared digit by digit.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{NumberDataPoint, metric::Data, number_data_point::Value},
};
use prost::Message;

/// A request of one resource and scope, and one metric of each kind, whose points' first attribute is `a` and whose
/// values are small multiples of a quarter.
pub(in super::super) fn tame(bytes: &[u8]) -> Vec<u8> {
    let mut request = ExportMetricsServiceRequest::decode(bytes).unwrap();
    for resource in &mut request.resource_metrics {
        resource.resource = None;
        for scope in &mut resource.scope_metrics {
            (scope.scope, scope.schema_url) = (None, String::new());
            for metric in &mut scope.metrics {
                metric.unit = String::new();
                if let Some(data) = &mut metric.data {
                    metric.name = name(data).to_owned();
                    tame_data(data);
                }
            }
        }
    }
    request.encode_to_vec()
}

fn name(data: &Data) -> &'static str {
    match data {
        Data::Gauge(_) => "g",
        Data::Sum(sum) if sum.is_monotonic => "c",
        Data::Sum(_) => "u",
        Data::Histogram(_) | Data::ExponentialHistogram(_) => "h",
        Data::Summary(_) => "s",
    }
}

fn tame_data(data: &mut Data) {
    match data {
        Data::Gauge(gauge) => gauge.data_points.iter_mut().for_each(tame_number),
        Data::Sum(sum) => sum.data_points.iter_mut().for_each(tame_number),
        Data::Histogram(histogram) => {
            for point in &mut histogram.data_points {
                tame_attributes(&mut point.attributes);
                point.sum.iter_mut().for_each(tame_double);
            }
        }
        Data::ExponentialHistogram(histogram) => {
            for point in &mut histogram.data_points {
                tame_attributes(&mut point.attributes);
                point.sum.iter_mut().for_each(tame_double);
            }
        }
        Data::Summary(summary) => {
            for point in &mut summary.data_points {
                tame_attributes(&mut point.attributes);
                tame_double(&mut point.sum);
            }
        }
    }
}

fn tame_number(point: &mut NumberDataPoint) {
    tame_attributes(&mut point.attributes);
    match &mut point.value {
        Some(Value::AsInt(number)) => *number %= 8,
        Some(Value::AsDouble(number)) => tame_double(number),
        None => {}
    }
}

fn tame_attributes(attributes: &mut [KeyValue]) {
    if let Some(first) = attributes.first_mut() {
        first.key = "a".to_owned();
    }
}

/// What is no number becomes 0.25, and the zero below zero the one above.
fn tame_double(number: &mut f64) {
    *number = if number.is_finite() { (*number % 8.0 * 4.0).round() / 4.0 + 0.0 } else { 0.25 };
}
