//! Keeps the traces that matter and drops the others, whole: those with an error, a slow first token, a long run, and a
//! share of the rest.
//!
//! A sampler stands in the middle of a pipeline as a [batch](super::Batch) does: to what is before it, it is an exporter
//! that reserves room all or nothing; to what is behind it, it is a receiver whose task offers what was kept until the
//! rest of the pipeline takes it.
//!
//! Requests are read in place, span by span, and never decoded. Of a trace that is not decided yet the spans are kept as
//! the bytes in which they came, copied out of their request: a range of the request would keep all of it in memory for
//! as long as the slowest of its traces takes. What a policy asks of a span is looked up when it arrives, so that a
//! decision costs a few comparisons and no second reading.
//!
//! A trace is decided as soon as no further span could change the outcome, or a policy wants it; a while after its root
//! span, which ends last; when nothing of it has come for `decision_wait`; at the bound of traces or bytes, where the one
//! that is due first makes room; and when the collector stops. Spans that come later follow the decision as long as it
//! is remembered. With a storage, requests stay on disk until all of their spans are decided and the kept ones are behind
//! the sampler. Traces of two tenants have nothing to do with each other, whatever their ids are.

mod attribute;
mod component;
mod decisions;
mod envelope;
mod halves;
mod ledger;
mod limiters;
mod outgoing;
mod place;
mod policy;
mod probability;
mod rules;
mod runs;
mod sampler;
mod shared;
mod source;
mod span;
mod span_tests;
#[cfg(test)]
mod tests;
mod trace;
mod traces;
mod worker;

use std::time::Duration;

use inferometer_semconv::attributes::CollectorSamplingDecision;

use crate::config::QueueStorage;

pub use self::{
    component::TailSampling,
    policy::{Policy, Rule, SpanTest, StatusCode},
};

/// Settings of a tail sampler, with the Collector's names where it has them.
#[derive(Debug, Clone, PartialEq)]
pub struct TailSamplingSettings {
    /// How long a trace without a root span is waited for after its last span; default 5 minutes.
    pub decision_wait: Duration,
    /// How long the other spans of a trace are waited for after its root span; default 6 seconds, one more than SDKs
    /// take between two exports.
    pub wait_after_root: Duration,
    /// Whether a policy that wants a trace has it at once, rather than when all of it is there; default true.
    pub sample_on_first_match: bool,
    /// Traces that wait for their decision at most; default 50000. The one that is due first makes room.
    pub max_traces: usize,
    /// Bytes that traces take while they wait for their decision, or to be sent on; default 256 MiB.
    pub max_bytes: usize,
    /// Decisions to keep a trace that are remembered at least, and at most twice as many; default `max_traces`.
    pub sampled_remembered: usize,
    /// The same of decisions against a trace.
    pub not_sampled_remembered: usize,
    /// In the order in which they are asked; the first that wants a trace has it.
    pub policies: Vec<Policy>,
    /// Where requests are kept on disk until they are decided; in memory alone by default.
    pub storage: Option<QueueStorage>,
}

impl Default for TailSamplingSettings {
    fn default() -> Self {
        Self {
            decision_wait: Duration::from_secs(300),
            wait_after_root: Duration::from_secs(6),
            sample_on_first_match: true,
            max_traces: Self::TRACES,
            max_bytes: Self::BYTES,
            sampled_remembered: Self::TRACES,
            not_sampled_remembered: Self::TRACES,
            policies: Vec::new(),
            storage: None,
        }
    }
}

impl TailSamplingSettings {
    /// Policies of one sampler at most: each has a series for every cause of a decision.
    pub const POLICIES_MAX: usize = 64;
    /// Questions that policies may ask of single spans, those of sub-policies included.
    pub const SPAN_TESTS_MAX: usize = 64;
    const TRACES: usize = 50_000;
    const BYTES: usize = 256 << 20;

    /// Its policies by name, each with what becomes of the traces that it decides on.
    pub fn decisions(&self) -> impl Iterator<Item = (&str, CollectorSamplingDecision)> {
        self.policies.iter().map(|policy| {
            let decision = if policy.drops {
                CollectorSamplingDecision::Dropped
            } else {
                CollectorSamplingDecision::Sampled
            };
            (policy.name.as_str(), decision)
        })
    }

    /// Questions that the policies ask of single spans.
    #[must_use]
    pub fn span_tests(&self) -> usize {
        self.policies.iter().map(|policy| policy.rule.span_tests()).sum()
    }
}
