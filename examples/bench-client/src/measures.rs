//! What is measured of answers, under the names and by the formulas of the server.

use inferometer_sdk::formulas::{
    media_seconds, real_time_factor, seconds_between, time_per_output_token, time_to_first_token,
};
use inferometer_semconv::metrics::{
    GEN_AI_SERVER_REQUEST_DURATION, GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    GEN_AI_SERVER_TIME_TO_FIRST_TOKEN, INFER_MODALITY_REAL_TIME_FACTOR,
    INFER_REQUEST_OUTPUT_TOKENS, INFER_REQUEST_TIME_BETWEEN_TOKENS,
};

use crate::{Distribution, answer::Answer};

/// The distributions of a run. A request's clock starts when it is sent, and one that failed is in none of them.
#[derive(Debug, Clone)]
pub struct Measures {
    /// From a request to the end of its answer.
    pub duration: Distribution,
    /// From a request to the first chunk with output.
    pub time_to_first_token: Distribution,
    /// Between chunks with output of the same answer.
    pub time_between_tokens: Distribution,
    /// The mean over an answer, of servers that say how many tokens it has.
    pub time_per_output_token: Distribution,
    /// From a request to the last packet of its speech, by how long that plays.
    pub real_time_factor: Distribution,
    /// Tokens of answers, of servers that say it.
    pub output_tokens: Distribution,
}

impl Measures {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self {
            duration: Distribution::of(&GEN_AI_SERVER_REQUEST_DURATION),
            time_to_first_token: Distribution::of(&GEN_AI_SERVER_TIME_TO_FIRST_TOKEN),
            time_between_tokens: Distribution::of(&INFER_REQUEST_TIME_BETWEEN_TOKENS),
            time_per_output_token: Distribution::of(&GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN),
            real_time_factor: Distribution::of(&INFER_MODALITY_REAL_TIME_FACTOR),
            output_tokens: Distribution::of(&INFER_REQUEST_OUTPUT_TOKENS),
        }
    }

    /// Takes an answer that is complete. Its speech has so many samples a second.
    pub fn record(&mut self, answer: &Answer, sample_rate: u32) {
        self.duration.record(seconds_between(answer.sent, answer.ended));
        for (before, at) in answer.gaps() {
            self.time_between_tokens.record(seconds_between(before, at));
        }
        if let Some(first) = answer.first_output {
            self.time_to_first_token.record(time_to_first_token(answer.sent, first));
            let tokens = answer.output_tokens.unwrap_or(0);
            if let Some(mean) = time_per_output_token(first, answer.ended, tokens) {
                self.time_per_output_token.record(mean);
            }
        }
        if let Some(tokens) = answer.output_tokens {
            self.output_tokens.record(as_f64(tokens));
        }
        let speech = answer.speech.and_then(|(samples, last)| {
            let took = seconds_between(answer.sent, last);
            real_time_factor(took, media_seconds(samples, sample_rate)?)
        });
        if let Some(factor) = speech {
            self.real_time_factor.record(factor);
        }
    }

    /// Takes what another part of the run measured.
    pub fn merge(&mut self, other: &Self) {
        for (one, other) in self.all_mut().into_iter().zip(other.all()) {
            one.merge(other);
        }
    }

    /// In the order of the table.
    #[must_use]
    pub const fn all(&self) -> [&Distribution; 6] {
        [
            &self.time_to_first_token,
            &self.time_between_tokens,
            &self.time_per_output_token,
            &self.duration,
            &self.output_tokens,
            &self.real_time_factor,
        ]
    }

    const fn all_mut(&mut self) -> [&mut Distribution; 6] {
        [
            &mut self.time_to_first_token,
            &mut self.time_between_tokens,
            &mut self.time_per_output_token,
            &mut self.duration,
            &mut self.output_tokens,
            &mut self.real_time_factor,
        ]
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::cast_precision_loss, reason = "no answer has 2^53 tokens")]
const fn as_f64(tokens: u64) -> f64 {
    tokens as f64
}
