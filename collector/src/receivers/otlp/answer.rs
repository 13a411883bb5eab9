//! The body of a successful answer.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use super::{format::Format, rpc_status::shortened};
use crate::pipeline::{Outcome, Signal};

/// Bytes of the reason that a sender is told; what it names, its sender has chosen.
const MESSAGE_BYTES_MAX: usize = 4 << 10;

/// The export response: empty if everything was kept, otherwise how much was not, and why.
pub(super) fn encode(signal: Signal, outcome: &Outcome, format: Format) -> Vec<u8> {
    let rejected = i64::try_from(outcome.rejected).unwrap_or(i64::MAX);
    let message = outcome.message.as_deref().unwrap_or_default();
    let message = shortened(message, MESSAGE_BYTES_MAX);
    let is_partial = rejected > 0 || !message.is_empty();
    match format {
        // The responses of all three services have the same fields, so one type encodes them all.
        Format::Protobuf => {
            let partial_success = is_partial.then(|| ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message: message.to_owned(),
            });
            ExportTraceServiceResponse { partial_success }.encode_to_vec()
        }
        Format::Json if is_partial => {
            let items = match signal {
                Signal::Metrics => "rejectedDataPoints",
                Signal::Traces => "rejectedSpans",
                Signal::Logs => "rejectedLogRecords",
            };
            let rejected = rejected.to_string();
            serde_json::json!({ "partialSuccess": { items: rejected, "errorMessage": message } })
                .to_string()
                .into_bytes()
        }
        Format::Json => b"{}".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::{
        logs::v1::ExportLogsServiceResponse, metrics::v1::ExportMetricsServiceResponse,
    };

    use super::*;

    const SIGNALS: [Signal; 3] = [Signal::Metrics, Signal::Traces, Signal::Logs];

    #[test]
    fn a_long_reason_does_not_make_a_long_answer() {
        let outcome = Outcome { rejected: 1, message: Some("x".repeat(1 << 20)), refusal: None };
        for format in [Format::Protobuf, Format::Json] {
            assert!(encode(Signal::Metrics, &outcome, format).len() < 2 * MESSAGE_BYTES_MAX);
        }
    }

    fn partial() -> Outcome {
        Outcome { rejected: 3, message: Some("series limit".to_owned()), refusal: None }
    }

    #[test]
    fn a_full_success_is_an_empty_message() {
        for signal in SIGNALS {
            assert!(encode(signal, &Outcome::default(), Format::Protobuf).is_empty());
            assert_eq!(encode(signal, &Outcome::default(), Format::Json), b"{}");
        }
    }

    #[test]
    fn a_partial_success_reads_the_same_as_metrics_and_as_logs() {
        let bytes = encode(Signal::Metrics, &partial(), Format::Protobuf);
        let metrics = ExportMetricsServiceResponse::decode(&*bytes).expect("a metrics response");
        let partial = metrics.partial_success.expect("a partial success");
        assert_eq!(
            (partial.rejected_data_points, partial.error_message.as_str()),
            (3, "series limit")
        );
        let logs = ExportLogsServiceResponse::decode(&*bytes).expect("a logs response");
        let partial = logs.partial_success.expect("a partial success");
        assert_eq!(
            (partial.rejected_log_records, partial.error_message.as_str()),
            (3, "series limit")
        );
    }

    #[test]
    fn a_partial_success_in_json_names_the_items_of_its_signal() {
        for (signal, items) in
            SIGNALS.into_iter().zip(["rejectedDataPoints", "rejectedSpans", "rejectedLogRecords"])
        {
            let json = encode(signal, &partial(), Format::Json);
            let expected =
                format!(r#"{{"partialSuccess":{{"errorMessage":"series limit","{items}":"3"}}}}"#);
            assert_eq!(String::from_utf8_lossy(&json), expected);
        }
    }
}
