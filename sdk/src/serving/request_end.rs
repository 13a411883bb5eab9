//! What a request feeds when it ends, once.

use inferometer_semconv::attributes::FinishReason;

use super::{
    correction::Correction,
    formulas::{seconds_between, time_per_output_token, time_to_first_token},
    meters::{Add, Meters, Record},
    request::Request,
};

/// How a request ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome<'a> {
    /// Any reason but [`FinishReason::Error`].
    Finished(FinishReason),
    /// With this `error.type`.
    Failed(&'a str),
}

impl Outcome<'_> {
    /// The model said all that it was going to say, so the request went through every state.
    pub(super) const fn is_whole(&self) -> bool {
        match self {
            Self::Finished(reason) => {
                !matches!(reason, FinishReason::Abort | FinishReason::BargeIn | FinishReason::Error)
            }
            Self::Failed(_) => false,
        }
    }

    /// What was said is an answer, if one that its listener may have cut short.
    const fn is_answer(&self) -> bool {
        self.is_whole() || matches!(self, Self::Finished(FinishReason::BargeIn))
    }

    pub(super) const fn reason(&self) -> FinishReason {
        match self {
            Self::Finished(reason) => *reason,
            Self::Failed(_) => FinishReason::Error,
        }
    }
}

impl<M: Meters> Request<M> {
    pub(super) fn record_end(&self, outcome: &Outcome<'_>, ended: u64) {
        self.record_outcome(outcome, ended);
        self.record_usage();
        if let Some(first_token) = self.times.first_token {
            self.record_token_times(outcome, first_token, ended);
        }
    }

    fn record_outcome(&self, outcome: &Outcome<'_>, ended: u64) {
        let instruments = &self.engine.instruments;
        let duration = seconds_between(self.times.arrived, ended);
        match outcome {
            Outcome::Finished(reason) => {
                instruments.duration.record_in_span(duration, self.span);
                if let Some(finished) = instruments.finished(*reason) {
                    finished.add(1);
                }
            }
            Outcome::Failed(error_type) => {
                let (failed, is_own) = instruments.failed(error_type);
                if !is_own {
                    self.correct(Correction::ErrorTypeBeyondLimit);
                }
                if let Some(failed) = failed {
                    if self.span.is_some() {
                        failed.duration.expect_exemplars();
                    }
                    failed.duration.record_in_span(duration, self.span);
                    failed.finished.add(1);
                }
            }
        }
    }

    /// One value a request, and none of what is not known. A request that generated nothing has no length of output.
    fn record_usage(&self) {
        let instruments = &self.engine.instruments;
        let output = Some(self.usage.output).filter(|tokens| *tokens > 0);
        for (histogram, tokens) in [
            (&instruments.input_tokens, self.usage.input),
            (&instruments.cached_tokens, self.usage.cached),
            (&instruments.audio_input_tokens, self.usage.input_audio),
            (&instruments.output_tokens, output),
            (&instruments.reasoning_tokens, self.usage.reasoning),
            (&instruments.audio_output_tokens, self.audio_output()),
        ] {
            if let Some(tokens) = tokens {
                histogram.record_in_span(tokens, self.span);
            }
        }
    }

    /// What a single step says nothing about is not recorded: no zero stands for a decode that did not happen.
    fn record_token_times(&self, outcome: &Outcome<'_>, first_token: u64, ended: u64) {
        let instruments = &self.engine.instruments;
        if self.usage.has_decoded {
            let decode = seconds_between(first_token, self.times.last_token);
            instruments.decode_duration.record_in_span(decode, self.span);
        }
        if !outcome.is_answer() {
            return;
        }
        let to_first = time_to_first_token(self.times.arrived, first_token);
        instruments.time_to_first_token.record_in_span(to_first, self.span);
        let mean = time_per_output_token(first_token, ended, self.usage.output);
        if let Some(mean) = mean.filter(|_| self.usage.has_decoded) {
            instruments.time_per_output_token.record_in_span(mean, self.span);
        }
    }
}
