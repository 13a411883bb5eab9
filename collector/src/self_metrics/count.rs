//! The counters as values: what a test or a summary reads back.

use inferometer_semconv::{InstrumentDef, attributes, metrics};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue as ProtoKeyValue, any_value},
    metrics::v1::{NumberDataPoint, metric, number_data_point},
};

use crate::pipeline::{RefusalReason, RejectReason, Signal};

/// What one of the collector's own counters stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfCount {
    /// Which counter.
    pub counter: SelfCounter,
    /// Which signal it counts.
    pub signal: Signal,
    /// The value of the `reason` label, for losses.
    pub reason: Option<&'static str>,
    /// The total since start.
    pub value: u64,
}

/// The collector's own counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SelfCounter {
    /// Items that every pipeline took.
    Accepted,
    /// Requests that were refused whole.
    RefusedRequests,
    /// Items in refused requests, as far as they could be counted; a malformed body counts as none.
    RefusedItems,
    /// Items of accepted requests that an exporter did not keep.
    Rejected,
    /// Items that an exporter stored or that the other side acknowledged.
    Exported,
}

impl SelfCounter {
    /// Every counter, in the order in which pages list them.
    pub const ALL: [Self; 5] =
        [Self::Accepted, Self::RefusedRequests, Self::RefusedItems, Self::Rejected, Self::Exported];

    pub(super) const fn definition(self) -> &'static InstrumentDef {
        match self {
            Self::Accepted => &metrics::INFER_COLLECTOR_ITEM_ACCEPTED,
            Self::RefusedRequests => &metrics::INFER_COLLECTOR_REQUEST_REFUSED,
            Self::RefusedItems => &metrics::INFER_COLLECTOR_ITEM_REFUSED,
            Self::Rejected => &metrics::INFER_COLLECTOR_ITEM_REJECTED,
            Self::Exported => &metrics::INFER_COLLECTOR_ITEM_EXPORTED,
        }
    }
}

/// Where the reason of a count stands in its enum: a request and an item may have one of the same name.
pub(super) fn position(count: &SelfCount) -> Option<usize> {
    let reason = count.reason?;
    if count.counter == SelfCounter::Rejected {
        RejectReason::ALL.iter().position(|known| known.as_str() == reason)
    } else {
        RefusalReason::ALL.iter().position(|known| known.as_str() == reason)
    }
}

pub(super) fn read_back(request: &ExportMetricsServiceRequest) -> Vec<SelfCount> {
    let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    let mut counts = Vec::new();
    for read in scopes.flat_map(|scope| &scope.metrics) {
        let counter =
            SelfCounter::ALL.into_iter().find(|counter| counter.definition().name == read.name);
        if let (Some(counter), Some(metric::Data::Sum(sum))) = (counter, &read.data) {
            counts.extend(sum.data_points.iter().filter_map(|point| read_point(counter, point)));
        }
    }
    counts
}

fn read_point(counter: SelfCounter, point: &NumberDataPoint) -> Option<SelfCount> {
    let Some(number_data_point::Value::AsInt(value)) = point.value else {
        return None;
    };
    let signal = text(&point.attributes, attributes::INFER_SIGNAL.key)?;
    let refusal = text(&point.attributes, attributes::INFER_COLLECTOR_REFUSAL_REASON.key);
    let rejection = text(&point.attributes, attributes::INFER_COLLECTOR_REJECTION_REASON.key);
    let refusal = RefusalReason::ALL
        .map(RefusalReason::as_str)
        .into_iter()
        .find(|known| refusal == Some(known));
    let rejection = RejectReason::ALL
        .map(RejectReason::as_str)
        .into_iter()
        .find(|known| rejection == Some(known));
    Some(SelfCount {
        counter,
        signal: Signal::ALL.into_iter().find(|known| known.as_str() == signal)?,
        reason: refusal.or(rejection),
        value: u64::try_from(value).ok()?,
    })
}

pub(super) fn text<'a>(attributes: &'a [ProtoKeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}
