//! Drafts of several tokens that the model verifies in one step.

use std::{fmt, sync::Arc};

use inferometer_semconv::{
    attributes::{
        INFER_SPECULATIVE_METHOD, INFER_SPECULATIVE_OUTCOME, INFER_SPECULATIVE_POSITION,
        SpeculativeOutcome,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    correction::Correction,
    engine::{Engine, EngineState},
    labels::pair,
    meters::{Add, Meters, Record},
};
use crate::metrics::Scope;

/// Positions of a draft that are told apart at most; see [`Engine::speculative_by_position`].
pub const MAX_SPECULATIVE_POSITIONS: usize = 32;

/// Records the drafts of one method. Cheap to clone and to send.
#[derive(Clone)]
pub struct Speculative<M: Meters = Scope>(Arc<SpeculativeSeries<M>>);

struct SpeculativeSeries<M: Meters> {
    engine: Arc<EngineState<M>>,
    drafts: M::Counter,
    accepted_length: M::IntHistogram,
    /// The first tokens of a draft, where they are asked for by position.
    positions: Box<[Outcomes<M>]>,
    /// The others.
    rest: Outcomes<M>,
}

struct Outcomes<M: Meters> {
    accepted: M::Counter,
    rejected: M::Counter,
}

impl<M: Meters> Engine<M> {
    /// Records speculative decoding. `method` is a word from a small set: `ngram`, `eagle3`, `draft_model`, ...
    #[must_use]
    pub fn speculative(&self, method: impl Into<Arc<str>>) -> Speculative<M> {
        self.speculative_by_position(method, 0)
    }

    /// As [`Engine::speculative`], with the first `positions` tokens of a draft in series of their own: two for each.
    /// At most [`MAX_SPECULATIVE_POSITIONS`]; tokens further back share the series without a position, so that the sum
    /// over all series is every token once.
    #[must_use]
    pub fn speculative_by_position(
        &self,
        method: impl Into<Arc<str>>,
        positions: usize,
    ) -> Speculative<M> {
        let method = pair(&INFER_SPECULATIVE_METHOD, method.into());
        let outcomes = |position: Option<&KeyValue>| Outcomes::bind(&self.0, &method, position);
        let position = |index| {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            outcomes(Some(&pair(&INFER_SPECULATIVE_POSITION, index)))
        };
        let meters = &self.0.meters;
        let labels = self.0.labels.with(std::slice::from_ref(&method));
        Speculative(Arc::new(SpeculativeSeries {
            drafts: meters.counter(&def::INFER_SPECULATIVE_DRAFTS, &labels),
            accepted_length: meters.int_histogram(&def::INFER_SPECULATIVE_ACCEPTED_LENGTH, &labels),
            positions: (0..positions.min(MAX_SPECULATIVE_POSITIONS)).map(position).collect(),
            rest: outcomes(None),
            engine: Arc::clone(&self.0),
        }))
    }
}

impl<M: Meters> Speculative<M> {
    /// One draft of one request was verified: the model accepted the first `accepted` of `drafted` tokens. The token
    /// that the model adds itself is not among them. More accepted than drafted are cut, and counted as
    /// [`Correction::AcceptedBeyondDraft`]; a draft of no tokens is none.
    #[inline]
    pub fn verified(&self, drafted: usize, accepted: usize) {
        if drafted == 0 {
            if accepted > 0 {
                self.0.engine.corrections.count(Correction::AcceptedBeyondDraft);
            }
            return;
        }
        let series = &*self.0;
        if accepted > drafted {
            series.engine.corrections.count(Correction::AcceptedBeyondDraft);
        }
        let accepted = accepted.min(drafted);
        series.drafts.add(1);
        series.accepted_length.record(accepted as u64);
        for (position, outcomes) in series.positions.iter().take(drafted).enumerate() {
            let outcome = if position < accepted { &outcomes.accepted } else { &outcomes.rejected };
            outcome.add(1);
        }
        let told_apart = series.positions.len();
        let beyond = |tokens: usize| tokens.saturating_sub(told_apart) as u64;
        series.rest.accepted.add(beyond(accepted));
        series.rest.rejected.add(beyond(drafted) - beyond(accepted));
    }
}

impl<M: Meters> Outcomes<M> {
    fn bind(engine: &EngineState<M>, method: &KeyValue, position: Option<&KeyValue>) -> Self {
        let counter = |outcome: SpeculativeOutcome| {
            let mut own = vec![method.clone(), pair(&INFER_SPECULATIVE_OUTCOME, outcome.as_str())];
            own.extend(position.cloned());
            engine.meters.counter(&def::INFER_SPECULATIVE_DRAFT_TOKENS, &engine.labels.with(&own))
        };
        Self {
            accepted: counter(SpeculativeOutcome::Accepted),
            rejected: counter(SpeculativeOutcome::Rejected),
        }
    }
}

impl<M: Meters> fmt::Debug for Speculative<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Speculative").field(&self.0.drafts).finish()
    }
}
