//! Checks a whole request before anything of it is kept, and counts what is in it.

use std::fmt;

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    metrics::v1::{Metric, metric::Data},
};
use prost::Message;

use crate::pipeline::{Counts, Signal};

/// The bytes are not the message that the sender announced; nothing of them may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    signal: Signal,
    bytes: usize,
    cause: prost::DecodeError,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signal, bytes, cause } = self;
        let (message, path) = match signal {
            Signal::Metrics => ("ExportMetricsServiceRequest", "/v1/metrics"),
            Signal::Traces => ("ExportTraceServiceRequest", "/v1/traces"),
            Signal::Logs => ("ExportLogsServiceRequest", "/v1/logs"),
        };
        write!(
            f,
            "body of {bytes} bytes is not an {message}: {cause}; send the protobuf that {path} takes"
        )
    }
}

impl std::error::Error for Malformed {}

/// Reads the whole request and counts its points, spans or log records.
///
/// An empty body is an empty request. Messages may nest 100 deep.
///
/// # Errors
/// [`Malformed`] names the message and field in which decoding failed, as far as they are known.
pub fn check(signal: Signal, bytes: &Bytes) -> Result<Counts, Malformed> {
    let items = match signal {
        Signal::Metrics => ExportMetricsServiceRequest::decode(bytes.clone()).map(|r| points(&r)),
        Signal::Traces => ExportTraceServiceRequest::decode(bytes.clone()).map(|r| spans(&r)),
        Signal::Logs => ExportLogsServiceRequest::decode(bytes.clone()).map(|r| records(&r)),
    };
    match items {
        Ok(items) => Ok(Counts { items: items as u64 }),
        Err(cause) => Err(Malformed { signal, bytes: bytes.len(), cause }),
    }
}

fn points(request: &ExportMetricsServiceRequest) -> usize {
    let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    scopes.flat_map(|scope| &scope.metrics).map(points_of).sum()
}

/// The points of one metric, whatever its kind.
fn points_of(metric: &Metric) -> usize {
    match &metric.data {
        Some(Data::Gauge(data)) => data.data_points.len(),
        Some(Data::Sum(data)) => data.data_points.len(),
        Some(Data::Histogram(data)) => data.data_points.len(),
        Some(Data::ExponentialHistogram(data)) => data.data_points.len(),
        Some(Data::Summary(data)) => data.data_points.len(),
        None => 0,
    }
}

fn spans(request: &ExportTraceServiceRequest) -> usize {
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.map(|scope| scope.spans.len()).sum()
}

fn records(request: &ExportLogsServiceRequest) -> usize {
    let scopes = request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    scopes.map(|scope| scope.log_records.len()).sum()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        logs::v1::{LogRecord, ResourceLogs, ScopeLogs},
        metrics::v1::{
            Gauge, Histogram, HistogramDataPoint, NumberDataPoint, ResourceMetrics, ScopeMetrics,
        },
        trace::v1::{ResourceSpans, ScopeSpans, Span},
    };

    use super::*;

    fn checked(signal: Signal, message: &impl Message) -> Result<u64, String> {
        let bytes = Bytes::from(message.encode_to_vec());
        check(signal, &bytes).map(|counts| counts.items).map_err(|error| error.to_string())
    }

    fn metric(data: Data) -> Metric {
        Metric { name: "m".to_owned(), data: Some(data), ..Metric::default() }
    }

    #[test]
    fn points_are_counted_over_resources_scopes_and_kinds() {
        let gauge = metric(Data::Gauge(Gauge { data_points: vec![NumberDataPoint::default(); 3] }));
        let histogram = metric(Data::Histogram(Histogram {
            data_points: vec![HistogramDataPoint::default(); 2],
            aggregation_temporality: 2,
        }));
        let scope = ScopeMetrics {
            metrics: vec![gauge, histogram, Metric::default()],
            ..ScopeMetrics::default()
        };
        let resource = ResourceMetrics {
            scope_metrics: vec![scope.clone(), scope],
            ..ResourceMetrics::default()
        };
        let request =
            ExportMetricsServiceRequest { resource_metrics: vec![resource.clone(), resource] };
        assert_eq!(checked(Signal::Metrics, &request), Ok(20));
    }

    #[test]
    fn spans_and_log_records_are_counted() {
        let traces = ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                scope_spans: vec![ScopeSpans {
                    spans: vec![Span::default(); 4],
                    ..ScopeSpans::default()
                }],
                ..ResourceSpans::default()
            }],
        };
        let logs = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                scope_logs: vec![ScopeLogs {
                    log_records: vec![LogRecord::default(); 5],
                    ..ScopeLogs::default()
                }],
                ..ResourceLogs::default()
            }],
        };
        assert_eq!(checked(Signal::Traces, &traces), Ok(4));
        assert_eq!(checked(Signal::Logs, &logs), Ok(5));
    }

    #[test]
    fn an_empty_body_is_an_empty_request() {
        for signal in Signal::ALL {
            assert_eq!(check(signal, &Bytes::new()), Ok(Counts { items: 0 }));
        }
    }

    #[test]
    fn a_malformed_body_is_told_with_size_message_and_place() {
        // resource_metrics (field 1) announces five bytes; two follow.
        let truncated = check(Signal::Metrics, &Bytes::from_static(&[0x0a, 5, 0x12, 0]));
        let text = truncated.unwrap_err().to_string();
        assert!(
            text.starts_with("body of 4 bytes is not an ExportMetricsServiceRequest: "),
            "{text}"
        );
        assert!(text.contains("resource_metrics"), "{text}");
        assert!(text.ends_with("; send the protobuf that /v1/metrics takes"), "{text}");
        let json = check(Signal::Traces, &Bytes::from_static(b"{\"resourceSpans\":[]}"));
        let text = json.unwrap_err().to_string();
        assert!(text.contains("ExportTraceServiceRequest"), "{text}");
    }

    #[test]
    fn text_that_is_not_utf8_is_malformed() {
        // resource_metrics > schema_url (field 3) with one byte that no UTF-8 text has.
        let bytes = Bytes::from_static(&[0x0a, 3, 0x1a, 1, 0xff]);
        let text = check(Signal::Metrics, &bytes).unwrap_err().to_string();
        assert!(text.contains("schema_url"), "{text}");
    }
}
