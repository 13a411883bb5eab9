//! A decoded request, for processors that look inside: the generated types of all three signals behind one face.
//!
//! Only a request that was changed is encoded again. Fields that OTLP 1.11 does not define are lost then, and messages
//! that were split are whole; the meaning stays.

mod cut;
#[cfg(test)]
pub(super) mod samples;
mod walk;

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    },
    common::v1::{InstrumentationScope, KeyValue},
    logs::v1::LogRecord,
    metrics::v1::{Metric, metric::Data},
    trace::v1::Span,
};
use prost::Message;

use super::{decoding::Decoding, screen::Screen};
use crate::pipeline::{Item, Refusal, RefusalReason, Signal};

/// A request of one of the signals.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    Metrics(ExportMetricsServiceRequest),
    Traces(ExportTraceServiceRequest),
    Logs(ExportLogsServiceRequest),
}

/// Where an item stands: what it shares with others, and what it is beside its own attributes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// Attributes of its resource.
    pub(super) resource: &'a [KeyValue],
    pub(super) scope: Option<&'a InstrumentationScope>,
    pub(super) subject: Subject<'a>,
}

/// What an item is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    /// A metric, or a point of it; its data may be missing in `metric`.
    Metric {
        metric: &'a Metric,
        kind: MetricKind,
    },
    Span(&'a Span),
    Log(&'a LogRecord),
}

/// The kind of a metric's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricKind {
    None,
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
}

impl MetricKind {
    /// Every kind with the name that OTTL has for it.
    pub(super) const NAMES: [(&'static str, Self); 6] = [
        ("METRIC_DATA_TYPE_NONE", Self::None),
        ("METRIC_DATA_TYPE_GAUGE", Self::Gauge),
        ("METRIC_DATA_TYPE_SUM", Self::Sum),
        ("METRIC_DATA_TYPE_HISTOGRAM", Self::Histogram),
        ("METRIC_DATA_TYPE_EXPONENTIAL_HISTOGRAM", Self::ExponentialHistogram),
        ("METRIC_DATA_TYPE_SUMMARY", Self::Summary),
    ];

    const fn of(data: Option<&Data>) -> Self {
        match data {
            None => Self::None,
            Some(Data::Gauge(_)) => Self::Gauge,
            Some(Data::Sum(_)) => Self::Sum,
            Some(Data::Histogram(_)) => Self::Histogram,
            Some(Data::ExponentialHistogram(_)) => Self::ExponentialHistogram,
            Some(Data::Summary(_)) => Self::Summary,
        }
    }
}

impl Request {
    pub(super) fn decode(signal: Signal, bytes: Bytes) -> Result<Self, prost::DecodeError> {
        Ok(match signal {
            Signal::Metrics => Self::Metrics(ExportMetricsServiceRequest::decode(bytes)?),
            Signal::Traces => Self::Traces(ExportTraceServiceRequest::decode(bytes)?),
            Signal::Logs => Self::Logs(ExportLogsServiceRequest::decode(bytes)?),
        })
    }

    /// The request of an item. Receivers have checked the bytes, so a refusal means that a processor has broken them.
    pub(super) fn of(item: &Item) -> Result<Self, Refusal> {
        Self::decode(item.signal, item.bytes.clone()).map_err(|error| Refusal {
            reason: RefusalReason::Malformed,
            message: format!(
                "a processor cannot decode the request: {error}; remove it from the pipeline"
            ),
            retry_after: None,
        })
    }

    /// Shows the request of an item to `change`, which says whether it has changed it. If not, or if the screen does not
    /// let the bytes through, the item keeps them.
    pub(super) fn rewrite(
        mut item: Item,
        screen: &Screen,
        change: impl FnOnce(&mut Self) -> bool,
    ) -> Result<Item, Refusal> {
        if screen.lets_through(&item.bytes) {
            let _room = Decoding::of(item.signal, &item.bytes)?;
            let mut request = Self::of(&item)?;
            if change(&mut request) {
                item.bytes = request.encode();
            }
        }
        Ok(item)
    }

    pub(super) fn encode(&self) -> Bytes {
        match self {
            Self::Metrics(request) => request.encode_to_vec(),
            Self::Traces(request) => request.encode_to_vec(),
            Self::Logs(request) => request.encode_to_vec(),
        }
        .into()
    }
}

/// The first attribute with this key; OTLP has no second one.
pub(super) fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a KeyValue> {
    attributes.iter().find(|attribute| attribute.key == key)
}
