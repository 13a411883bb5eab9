//! What a listener counts about its connections, and about who may use them.

use std::fmt;

use inferometer_sdk::{Counter, Scope};
use inferometer_semconv::{
    attributes::{
        self, CollectorAuthenticationFailure, CollectorConnectionCutReason,
        CollectorConnectionRefusalReason, CollectorListener, CollectorReloadResult,
    },
    metrics,
};
use opentelemetry::KeyValue;

use crate::health::{Worker, Workers};

/// Counters of one listener; cheap to clone.
#[derive(Clone)]
pub struct Connections {
    listener: CollectorListener,
    workers: Workers,
    accepted: Counter<u64>,
    refused: [Counter<u64>; CollectorConnectionRefusalReason::ALL.len()],
    cut: [Counter<u64>; CollectorConnectionCutReason::ALL.len()],
    denied: [Counter<u64>; CollectorAuthenticationFailure::ALL.len()],
    reloads: [Counter<u64>; CollectorReloadResult::ALL.len()],
}

impl Connections {
    /// Series of each listener.
    pub(super) const SERIES: usize = 1
        + CollectorConnectionRefusalReason::ALL.len()
        + CollectorConnectionCutReason::ALL.len()
        + CollectorAuthenticationFailure::ALL.len()
        + CollectorReloadResult::ALL.len();

    pub(super) fn bind(scope: &Scope, listener: CollectorListener, workers: &Workers) -> Self {
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
        let reloads = |result: CollectorReloadResult| {
            let key = attributes::INFER_COLLECTOR_RELOAD_RESULT.key;
            let set = [of_listener.clone(), KeyValue::new(key, result.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_CREDENTIAL_RELOAD, &set)
        };
        let denied = |failure: CollectorAuthenticationFailure| {
            let key = attributes::INFER_COLLECTOR_AUTHENTICATION_FAILURE.key;
            let set = [of_listener.clone(), KeyValue::new(key, failure.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_AUTHENTICATION_FAILED, &set)
        };
        Self {
            listener,
            workers: workers.clone(),
            denied: CollectorAuthenticationFailure::ALL.map(denied),
            reloads: CollectorReloadResult::ALL.map(reloads),
            cut: CollectorConnectionCutReason::ALL.map(cut),
            refused: CollectorConnectionRefusalReason::ALL.map(refused),
            accepted: scope.counter(&metrics::INFER_COLLECTOR_CONNECTION_ACCEPTED, &[of_listener]),
        }
    }

    /// Its accept loop begins; `name` is the place of its component in the configuration.
    pub fn begin(&self, name: &str) -> Worker {
        self.workers.begin(name)
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

    /// Counts a request that was not let in.
    pub fn denied(&self, failure: CollectorAuthenticationFailure) {
        self.denied[failure as usize].add(1);
    }

    /// Counts files of certificates or credentials that changed.
    pub fn reloaded(&self, result: CollectorReloadResult) {
        self.reloads[result as usize].add(1);
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connections").field(&self.listener).finish()
    }
}
