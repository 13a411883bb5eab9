//! A request on its way through the engine, and what it says back.

use candle_transformers::generation::{LogitsProcessor, Sampling as Strategy};
use inferometer_sdk::FinishReason;
use tokio::sync::mpsc::Sender;

use super::Event;
use crate::prompt::Prompt;

/// One request: what to complete, how, and who hears of it.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) prompt: Prompt,
    pub(crate) settings: Settings,
    /// Holds [`Settings::events_max`] events. Dropping the other end abandons the job.
    pub(crate) events: Sender<Event>,
}

/// How an answer is made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// At least 1.
    pub(crate) max_tokens: usize,
    pub(crate) sampling: Sampling,
    /// Texts at which the answer ends; none of them empty.
    pub(crate) stop: Vec<String>,
}

impl Settings {
    /// The most events that a job with these settings is meant to send: for each token the token itself and one more
    /// turn (preempted, scheduled, prefilled), and its end. If it loses its turn more often than that before its client
    /// reads, states are left out; the recorder puts that right, and counts it.
    pub(crate) fn events_max(&self) -> usize {
        4 * (self.max_tokens + 1)
    }
}

/// How a token is picked from the scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampling {
    /// 0 always picks the most likely token.
    pub(crate) temperature: f64,
    /// Picks among the most likely tokens whose probabilities add up to this; 1 means among all.
    pub(crate) top_p: f64,
    pub(crate) seed: u64,
}

impl Sampling {
    pub(super) fn sampler(self) -> LogitsProcessor {
        let Self { temperature, top_p, seed } = self;
        let strategy = if temperature == 0.0 {
            Strategy::ArgMax
        } else if top_p < 1.0 {
            Strategy::TopP { p: top_p, temperature }
        } else {
            Strategy::All { temperature }
        };
        LogitsProcessor::from_sampling(seed, strategy)
    }
}

/// Why an answer is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// The model was done, or a stop sequence came.
    Stop,
    /// It reached the most tokens it may have.
    Length,
}

impl Finish {
    /// OpenAI's name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
        }
    }
}

impl From<Finish> for FinishReason {
    fn from(finish: Finish) -> Self {
        match finish {
            Finish::Stop => Self::Stop,
            Finish::Length => Self::Length,
        }
    }
}

/// Tokens of one request: the numbers that the recorder counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) prompt: usize,
    /// Of the prompt's tokens, those that a kept prefix already held; the others were fed to the model.
    pub(crate) cached: usize,
    /// Tokens that the model produced, including the one with which it says that it is done.
    pub(crate) completion: usize,
}
