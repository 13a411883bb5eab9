//! The body of a successful answer.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use crate::pipeline::Outcome;

/// The encoded export response: empty if everything was kept, otherwise how much was not, and why.
///
/// The responses of all three services have the same fields, so one type encodes them all.
pub(super) fn encode(outcome: &Outcome) -> Vec<u8> {
    let rejected = i64::try_from(outcome.rejected).unwrap_or(i64::MAX);
    let message = outcome.message.as_deref().unwrap_or_default();
    let partial_success = (rejected > 0 || !message.is_empty()).then(|| {
        ExportTracePartialSuccess { rejected_spans: rejected, error_message: message.to_owned() }
    });
    ExportTraceServiceResponse { partial_success }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::{
        logs::v1::ExportLogsServiceResponse, metrics::v1::ExportMetricsServiceResponse,
    };

    use super::*;

    #[test]
    fn a_full_success_is_an_empty_message() {
        assert!(encode(&Outcome::default()).is_empty());
    }

    #[test]
    fn a_partial_success_reads_the_same_as_metrics_and_as_logs() {
        let bytes = encode(&Outcome { rejected: 3, message: Some("series limit".to_owned()) });
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
}
