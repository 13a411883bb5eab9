//! What a listener of a receiver, or a connector, counts of the items that come in.

use std::fmt;

use inferometer_sdk::{Counter, Scope};
use inferometer_semconv::{
    InstrumentDef,
    attributes::{self, CollectorListener},
    metrics,
};
use opentelemetry::KeyValue;

use super::{PerSignal, signal_of};
use crate::pipeline::{RefusalReason, Signal};

/// Counters of one listener of one receiver, or of what a connector makes.
pub struct ReceiverMetrics {
    id: Box<str>,
    accepted: PerSignal<Counter<u64>>,
    refused_requests: PerSignal<ByReason>,
    refused_items: PerSignal<ByReason>,
}

type ByReason = [Counter<u64>; RefusalReason::ALL.len()];

impl ReceiverMetrics {
    /// Series of each listener of each receiver, and of each connector.
    pub(super) const SERIES: usize = Signal::ALL.len() * (1 + 2 * RefusalReason::ALL.len());

    /// A connector has no listener.
    pub(super) fn bind(scope: &Scope, id: &str, listener: Option<CollectorListener>) -> Self {
        let of = |signal: Signal| {
            let receiver = KeyValue::new(attributes::INFER_COLLECTOR_RECEIVER.key, id.to_owned());
            let listener = listener.map(|listener| {
                KeyValue::new(attributes::INFER_COLLECTOR_LISTENER.key, listener.as_str())
            });
            [signal_of(signal), receiver].into_iter().chain(listener).collect::<Vec<_>>()
        };
        let refused = |definition: &'static InstrumentDef| {
            Signal::ALL.map(|signal| {
                RefusalReason::ALL.map(|reason| {
                    let mut set = of(signal);
                    let key = attributes::INFER_COLLECTOR_REFUSAL_REASON.key;
                    set.push(KeyValue::new(key, reason.as_str()));
                    scope.counter(definition, &set)
                })
            })
        };
        Self {
            id: id.into(),
            accepted: Signal::ALL
                .map(|signal| scope.counter(&metrics::INFER_COLLECTOR_ITEM_ACCEPTED, &of(signal))),
            refused_requests: refused(&metrics::INFER_COLLECTOR_REQUEST_REFUSED),
            refused_items: refused(&metrics::INFER_COLLECTOR_ITEM_REFUSED),
        }
    }

    /// Counts items that every pipeline took.
    pub fn accepted(&self, signal: Signal, items: u64) {
        self.accepted[signal as usize].add(items);
    }

    /// Counts one refused request and the items that were in it, 0 if they could not be counted.
    pub fn refused(&self, signal: Signal, reason: RefusalReason, items: u64) {
        self.refused_requests[signal as usize][reason as usize].add(1);
        self.refused_items[signal as usize][reason as usize].add(items);
    }
}

impl fmt::Debug for ReceiverMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReceiverMetrics").field(&self.id).finish()
    }
}
