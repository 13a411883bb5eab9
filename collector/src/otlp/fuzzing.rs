//! Any bytes as OTLP: what is read in place is what the generated types read, in protobuf and in JSON.

use std::fmt::Debug;

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    metrics::v1::{Metric, metric::Data},
};
use prost::Message;
use serde::{Serialize, de::DeserializeOwned};

use super::{check, decoded_size, from_json};
use crate::{
    http::InFlight,
    pipeline::{RefusalReason, Signal},
};

/// Bytes that a request in JSON may become in protobuf.
const LIMIT: usize = 1 << 20;
/// The budget that it is charged to.
const BUDGET: usize = 16 << 20;

/// The first byte chooses the signal, the others are a request in protobuf. It is taken or refused as the generated types
/// do, with as many items, and its decoded size is never taken for less than its bytes.
pub fn otlp_protobuf(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let signal = signal_of(*choice);
    let ours = check(signal, bytes).map(|counts| counts.items);
    assert_eq!(ours.as_ref().ok(), oracle(signal, bytes).as_ref(), "{ours:?} of {bytes:02x?}");
    assert!(decoded_size(signal, bytes) >= bytes.len());
}

/// The first byte chooses the signal and what the others are: a request in JSON, which a foreign reader must understand as
/// we do if both take it; or one in protobuf, which a foreign library writes as JSON and we read back.
pub fn otlp_json(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let is_json = *choice < 0x80;
    match signal_of(*choice) {
        Signal::Metrics => either::<ExportMetricsServiceRequest>(Signal::Metrics, is_json, bytes),
        Signal::Traces => either::<ExportTraceServiceRequest>(Signal::Traces, is_json, bytes),
        Signal::Logs => either::<ExportLogsServiceRequest>(Signal::Logs, is_json, bytes),
    }
}

fn either<M>(signal: Signal, is_json: bool, bytes: &[u8])
where
    M: Message + Default + Serialize + DeserializeOwned + Debug,
{
    if is_json {
        reads_as_others_do::<M>(signal, bytes);
    } else if let Ok(sent) = M::decode(bytes) {
        reads_what_others_write(signal, &sent);
    }
}

fn signal_of(choice: u8) -> Signal {
    Signal::ALL[usize::from(choice) % Signal::ALL.len()]
}

fn reads_as_others_do<M>(signal: Signal, json: &[u8])
where
    M: Message + Default + DeserializeOwned + Debug,
{
    let mut charge = InFlight::new(BUDGET).charge();
    let written = match from_json(signal, json, LIMIT, &mut charge) {
        Ok(written) => written,
        Err(refusal) => {
            // A refusal repeats nothing that was sent, beyond a line's length.
            assert!(refusal.message.len() < 500, "{} bytes", refusal.message.len());
            let at_limit =
                matches!(refusal.reason, RefusalReason::TooLarge | RefusalReason::Memory);
            assert!(refusal.reason == RefusalReason::Malformed || at_limit, "{refusal}");
            return;
        }
    };
    assert!(written.len() <= LIMIT);
    let counts = check(signal, &written);
    let ours = M::decode(&*written).ok();
    let ours = ours.unwrap_or_else(|| panic!("{counts:?}: not what the generated type reads"));
    assert_eq!(counts.ok().map(|counts| counts.items), oracle(signal, &written));
    if let Ok(theirs) = serde_json::from_slice::<M>(json) {
        let (our_bytes, their_bytes) = (ours.encode_to_vec(), theirs.encode_to_vec());
        // Of a member of a `oneof` in which anything is amiss, be it a key that is not known, the foreign reader says
        // nothing and has none.
        let has_lost = their_bytes.len() < our_bytes.len();
        let text = String::from_utf8_lossy(json);
        assert!(has_lost || our_bytes == their_bytes, "{text}:\n{ours:?}\n{theirs:?}");
    }
}

fn reads_what_others_write<M>(signal: Signal, sent: &M)
where
    M: Message + Default + Serialize + DeserializeOwned + Debug,
{
    // Values that the foreign library writes and cannot read itself, such as a number that is none, prove nothing.
    let Ok(json) = serde_json::to_string(sent) else { return };
    let sent_bytes = sent.encode_to_vec();
    let goes_round = |read: M| read.encode_to_vec() == sent_bytes;
    if !serde_json::from_str::<M>(&json).is_ok_and(goes_round) {
        return;
    }
    let mut charge = InFlight::new(BUDGET).charge();
    let written = match from_json(signal, json.as_bytes(), LIMIT, &mut charge) {
        Ok(written) => written,
        Err(refusal) if refusal.reason == RefusalReason::TooLarge => return,
        Err(refusal) => panic!("{refusal}: {json}"),
    };
    let read = M::decode(&*written).ok();
    assert_eq!(read.map(|read| read.encode_to_vec()).as_deref(), Some(&*sent_bytes), "{json}");
}

/// What the generated types make of the bytes: the items, or nothing if they do not decode.
pub(super) fn oracle(signal: Signal, bytes: &[u8]) -> Option<u64> {
    let items = match signal {
        Signal::Metrics => {
            let request = ExportMetricsServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
            scopes.flat_map(|scope| &scope.metrics).map(points_of).sum()
        }
        Signal::Traces => {
            let request = ExportTraceServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_spans.iter().flat_map(|it| &it.scope_spans);
            scopes.map(|scope| scope.spans.len()).sum()
        }
        Signal::Logs => {
            let request = ExportLogsServiceRequest::decode(bytes).ok()?;
            let scopes = request.resource_logs.iter().flat_map(|it| &it.scope_logs);
            scopes.map(|scope| scope.log_records.len()).sum::<usize>()
        }
    };
    Some(items as u64)
}

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
