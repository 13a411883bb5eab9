//! What a sampler knows: traces that wait, what was decided, and what is kept.

use std::{mem, sync::Arc};

use inferometer_semconv::attributes::CollectorSamplingCause as Cause;
use tokio::time::Instant;

use super::{
    TailSamplingSettings,
    decisions::Decisions,
    limiters::Limiter,
    outgoing::{Kept, Outgoing},
    rules::{Decision, Facts, Rules},
    runs::{Run, Walked},
    source::Source,
    trace::{Features, Key, PIECE_BYTES, Piece, TRACE_BYTES},
    traces::{Traces, Waits},
};
use crate::{pipeline::Tenant, self_metrics::SamplingMetrics};

/// The part of its bytes that kept spans may take before further requests are refused: traces that wait for their
/// decision have the rest, also while what is behind is away.
const KEPT_SHARE: usize = 2;

/// Everything of a sampler that changes.
#[derive(Debug)]
pub(super) struct Sampler {
    rules: Arc<Rules>,
    metrics: Arc<SamplingMetrics>,
    max_traces: usize,
    max_bytes: usize,
    limiters: Vec<Limiter>,
    traces: Traces,
    decisions: Decisions,
    pub(super) outgoing: Outgoing,
    /// Bytes of requests that were promised room and are not here yet.
    promised: usize,
    /// When the worker looks again by itself.
    pub(super) alarm: Option<Instant>,
}

/// Spans that moved since they were counted last.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// That wait from now on.
    pub(super) queued: u64,
    /// That wait no longer, and were not sent on.
    pub(super) dequeued: u64,
    /// That were not kept, those that were never waiting included.
    pub(super) sampled_out: u64,
    /// That belong to no trace.
    pub(super) invalid: u64,
}

/// There is no room for a request.
#[derive(Debug)]
pub(super) struct Full {
    pub(super) used: usize,
    pub(super) max: usize,
}

impl Sampler {
    pub(super) fn new(
        settings: &TailSamplingSettings,
        rules: Arc<Rules>,
        limiters: Vec<Limiter>,
        metrics: Arc<SamplingMetrics>,
    ) -> Self {
        let waits = Waits { last: settings.decision_wait, root: settings.wait_after_root };
        Self {
            rules,
            metrics,
            max_traces: settings.max_traces,
            max_bytes: settings.max_bytes,
            limiters,
            traces: Traces::new(waits),
            decisions: Decisions::new(settings.sampled_remembered, settings.not_sampled_remembered),
            outgoing: Outgoing::default(),
            promised: 0,
            alarm: None,
        }
    }

    /// Promises room to a request of so many bytes and spans, and says how much; to be given back.
    pub(super) fn reserve(&mut self, bytes: usize, spans: u64) -> Result<usize, Full> {
        let spans = usize::try_from(spans).unwrap_or(usize::MAX);
        let charge = spans.saturating_mul(PIECE_BYTES + TRACE_BYTES).saturating_add(bytes);
        let used = self.outgoing.charge() + self.promised;
        let max = self.max_bytes / KEPT_SHARE;
        // One that is larger by itself is taken while nothing else is in its way.
        if used > 0 && used.saturating_add(charge) > max {
            return Err(Full { used, max });
        }
        self.promised += charge;
        Ok(charge)
    }

    pub(super) const fn release(&mut self, charge: usize) {
        self.promised -= charge;
    }

    /// Takes the spans of a request; some traces may be decided by it, or to make room for it.
    pub(super) fn take(
        &mut self,
        tenant: &Tenant,
        (walked, source): (&mut Walked<'_>, Option<&Arc<Source>>),
        now: Instant,
        moved: &mut Moved,
    ) {
        moved.invalid += walked.invalid;
        for run in mem::take(&mut walked.runs) {
            let key = Key { tenant: tenant.clone(), id: run.id };
            self.take_run(key, &run, (walked, source), now, moved);
        }
        self.decide_due(now, moved);
        while self.is_over_bound() && self.decide_first(now, moved) {}
    }

    fn is_over_bound(&self) -> bool {
        self.traces.len() > self.max_traces || self.charge() > self.max_bytes
    }

    /// Bytes that are charged for what waits.
    pub(super) const fn charge(&self) -> usize {
        self.traces.charge() + self.outgoing.charge()
    }

    fn take_run(
        &mut self,
        key: Key,
        run: &Run,
        (walked, source): (&mut Walked<'_>, Option<&Arc<Source>>),
        now: Instant,
        moved: &mut Moved,
    ) {
        let before = self.traces.features(&key);
        let spans = run.features.spans;
        let decided = if before.is_none() { self.decisions.recall(&key) } else { None };
        if decided == Some(false) {
            moved.sampled_out += spans;
            return;
        }
        let mut features = before.unwrap_or(Features::NONE);
        features.add(&run.features);
        let early = match decided {
            Some(_) => None,
            None => self.rules.early(Facts { key: &key, features: &features }),
        };
        if let Some(Decision { is_sampled: false, .. }) = early {
            moved.sampled_out += spans;
        } else {
            let (bytes, envelope) = walked.copy(run);
            let piece = Piece { envelope, spans: bytes, source: source.cloned() };
            moved.queued += spans;
            if decided.is_some() {
                return self.keep(key.tenant, vec![piece], spans);
            }
            if self.traces.add(&key, &run.features, piece, now) {
                self.metrics.undecided(1);
            }
        }
        if let Some(decision) = early {
            self.conclude(&key, decision, Cause::Settled, moved);
        }
    }

    fn keep(&mut self, tenant: Tenant, pieces: Vec<Piece>, spans: u64) {
        let charge = pieces.iter().map(Piece::charge).sum();
        self.outgoing.push(Kept { tenant, pieces, spans, charge });
    }

    /// Decides traces whose time has come.
    pub(super) fn decide_due(&mut self, now: Instant, moved: &mut Moved) {
        while let Some((due, key)) = self.traces.next_due()
            && due <= now
        {
            let key = key.clone();
            let has_root = self.traces.features(&key).is_some_and(|features| features.has_root);
            let cause = if has_root { Cause::RootEnded } else { Cause::WaitOver };
            self.decide(&key, cause, now, moved);
        }
    }

    /// Decides the trace that is due first, to make room; whether there is one.
    pub(super) fn decide_first(&mut self, now: Instant, moved: &mut Moved) -> bool {
        let Some(key) = self.traces.next_due().map(|(_, key)| key.clone()) else {
            return false;
        };
        self.decide(&key, Cause::BoundReached, now, moved);
        true
    }

    /// Decides all traces.
    pub(super) fn decide_all(&mut self, now: Instant, moved: &mut Moved) {
        while let Some(key) = self.traces.next_due().map(|(_, key)| key.clone()) {
            self.decide(&key, Cause::Stopping, now, moved);
        }
    }

    /// Decides a trace on what is there.
    fn decide(&mut self, key: &Key, cause: Cause, now: Instant, moved: &mut Moved) {
        let features = self.traces.features(key).unwrap_or(Features::NONE);
        let facts = Facts { key, features: &features };
        let decision = self.rules.last(facts, &mut self.limiters, now);
        self.conclude(key, decision, cause, moved);
    }

    /// Has the spans that are there follow a decision, and those that come later.
    fn conclude(&mut self, key: &Key, decision: Decision, cause: Cause, moved: &mut Moved) {
        let Decision { is_sampled, policy } = decision;
        self.metrics.decided(policy, cause);
        if let Some(trace) = self.traces.remove(key) {
            self.metrics.undecided(-1);
            let spans = trace.features.spans;
            if is_sampled {
                self.keep(key.tenant.clone(), trace.pieces, spans);
            } else {
                moved.dequeued += spans;
                moved.sampled_out += spans;
            }
        }
        self.decisions.remember(key.clone(), is_sampled);
    }

    /// When something is to be decided.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.traces.next_due().map(|(due, _)| due)
    }

    /// Whether the worker should look before its alarm.
    pub(super) fn has_news(&self) -> bool {
        let due = self.next_due();
        !self.outgoing.is_empty()
            || due.is_some_and(|due| self.alarm.is_none_or(|alarm| due < alarm))
    }

    /// Forgets all that is not sent on.
    pub(super) fn clear(&mut self) {
        self.outgoing.clear();
    }
}
