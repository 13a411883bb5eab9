//! What a listener counts about its connections.

use std::fmt;

use inferometer_sdk::{Counter, Scope};
use inferometer_semconv::{
    attributes::{
        self, CollectorConnectionCutReason, CollectorConnectionRefusalReason, CollectorListener,
    },
    metrics,
};
use opentelemetry::KeyValue;

/// Counters of one listener; cheap to clone.
#[derive(Clone)]
pub struct Connections {
    listener: CollectorListener,
    accepted: Counter<u64>,
    refused: [Counter<u64>; CollectorConnectionRefusalReason::ALL.len()],
    cut: [Counter<u64>; CollectorConnectionCutReason::ALL.len()],
}

impl Connections {
    /// Series of each listener.
    pub(super) const SERIES: usize =
        1 + CollectorConnectionRefusalReason::ALL.len() + CollectorConnectionCutReason::ALL.len();

    pub(super) fn bind(scope: &Scope, listener: CollectorListener) -> Self {
        let of_listener =
            KeyValue::new(attributes::INFER_COLLECTOR_LISTENER.key, listener.as_str());
        let refused = |reason: CollectorConnectionRefusalReason| {
            let key = attributes::INFER_COLLECTOR_CONNECTION_REFUSAL_REASON.key;
            let set = [of_listener.clone(), KeyValue::new(key, reason.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_CONNECTION_REFUSED, &set)
        };
        let cut = |reason: CollectorConnectionCutReason| {
            let key = attributes::INFER_COLLECTOR_CONNECTION_CUT_REASON.key;
            let set = [of_listener.clone(), KeyValue::new(key, reason.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_CONNECTION_CUT, &set)
        };
        Self {
            listener,
            cut: CollectorConnectionCutReason::ALL.map(cut),
            refused: CollectorConnectionRefusalReason::ALL.map(refused),
            accepted: scope.counter(&metrics::INFER_COLLECTOR_CONNECTION_ACCEPTED, &[of_listener]),
        }
    }

    /// Counts a connection that was taken.
    pub fn accepted(&self) {
        self.accepted.add(1);
    }

    /// Counts a connection that was closed at once, or not accepted at all.
    pub fn refused(&self, reason: CollectorConnectionRefusalReason) {
        self.refused[reason as usize].add(1);
    }

    /// Counts a connection that was taken and then ended by the listener.
    pub fn cut(&self, reason: CollectorConnectionCutReason) {
        self.cut[reason as usize].add(1);
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connections").field(&self.listener).finish()
    }
}
