//! What a tail sampler counts of the traces that reach it.

use std::fmt;

use inferometer_sdk::{Counter, Scope, UpDownCounter};
use inferometer_semconv::{
    attributes::{self, CollectorSamplingCause, CollectorSamplingDecision},
    metrics,
};
use opentelemetry::KeyValue;

/// The policy of traces that no policy wanted.
const NO_POLICY: &str = "none";

type PerCause = [Counter<u64>; CollectorSamplingCause::ALL.len()];

/// Counters of one tail sampler, in all pipelines that name it.
pub struct SamplingMetrics {
    policies: Vec<(Box<str>, CollectorSamplingDecision)>,
    /// By the places of the policies.
    decided: Vec<PerCause>,
    no_policy: PerCause,
    undecided: UpDownCounter<i64>,
}

impl SamplingMetrics {
    /// `policies` are its policies by name, each with what becomes of the traces that it decides on.
    pub(super) fn bind(
        scope: &Scope,
        id: &str,
        policies: &[(&str, CollectorSamplingDecision)],
    ) -> Self {
        let processor = KeyValue::new(attributes::INFER_COLLECTOR_PROCESSOR.key, id.to_owned());
        let decided = |policy: &str, decision: CollectorSamplingDecision| {
            CollectorSamplingCause::ALL.map(|cause| {
                let set = [
                    processor.clone(),
                    KeyValue::new(
                        attributes::INFER_COLLECTOR_SAMPLING_POLICY.key,
                        policy.to_owned(),
                    ),
                    KeyValue::new(
                        attributes::INFER_COLLECTOR_SAMPLING_DECISION.key,
                        decision.as_str(),
                    ),
                    KeyValue::new(attributes::INFER_COLLECTOR_SAMPLING_CAUSE.key, cause.as_str()),
                ];
                scope.counter(&metrics::INFER_COLLECTOR_TRACE_DECIDED, &set)
            })
        };
        Self {
            policies: policies.iter().map(|(name, decision)| ((*name).into(), *decision)).collect(),
            decided: policies.iter().map(|(policy, decision)| decided(policy, *decision)).collect(),
            no_policy: decided(NO_POLICY, CollectorSamplingDecision::NotSampled),
            undecided: scope.up_down_counter(
                &metrics::INFER_COLLECTOR_TRACE_UNDECIDED,
                std::slice::from_ref(&processor),
            ),
        }
    }

    /// Whether its policies are these.
    pub(super) fn is_of(&self, policies: &[(&str, CollectorSamplingDecision)]) -> bool {
        let own = self.policies.iter().map(|(name, decision)| (&**name, *decision));
        own.eq(policies.iter().copied())
    }

    /// Series that it shows.
    pub(super) fn series(&self) -> usize {
        (self.decided.len() + 1) * CollectorSamplingCause::ALL.len() + 1
    }

    /// Counts a trace that the policy at this place decided on, or none.
    pub fn decided(&self, policy: Option<usize>, cause: CollectorSamplingCause) {
        let of_policy = policy.and_then(|place| self.decided.get(place));
        of_policy.unwrap_or(&self.no_policy)[cause as usize].add(1);
    }

    /// So many traces more wait for their decision.
    pub fn undecided(&self, more: i64) {
        self.undecided.add(more);
    }
}

impl fmt::Debug for SamplingMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamplingMetrics").field("policies", &self.decided.len()).finish()
    }
}
