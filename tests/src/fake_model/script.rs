//! What a made-up answer consists of, and when.

use std::time::Duration;

use serde_json::Value;

/// How long a request waits until it is scheduled.
pub const QUEUE: Duration = Duration::from_millis(5);
/// From a request's arrival to its first token.
pub const TO_FIRST_TOKEN: Duration = Duration::from_millis(40);
/// Between two tokens of an answer.
pub const BETWEEN_TOKENS: Duration = Duration::from_millis(10);
/// Samples of speech that come with a token, if the answer is spoken.
pub(super) const SAMPLES_PER_TOKEN: u64 = 480;
/// Samples a second.
pub const AUDIO_RATE: u32 = 24_000;
/// Tokens of an answer whose request does not say.
const TOKENS: u64 = 4;

/// One request, as far as it is looked at: a word is a token, half of a prompt is cached, and the first token of an
/// answer is reasoning.
#[derive(Debug, Clone)]
pub(super) struct Script {
    /// Tokens of each prompt.
    pub(super) prompts: Vec<u64>,
    answers_per_prompt: usize,
    pub(super) tokens: u64,
    pub(super) is_streamed: bool,
    pub(super) include_usage: bool,
    pub(super) is_spoken: bool,
}

/// What happens, and how long after the step before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) after: Duration,
    pub(super) event: Event,
    /// Of speech.
    pub(super) samples: u64,
    /// The last token of all.
    pub(super) is_last: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Scheduled,
    Prefilled { cached: u64 },
    Token { answer: u32, index: u64 },
    Finished { answer: u32 },
    Usage { input: u64, cached: u64, output: u64, answers: u64 },
}

impl Script {
    pub(super) fn of(body: &[u8]) -> serde_json::Result<Self> {
        let body: Value = serde_json::from_slice(body)?;
        let words =
            |text: &Value| text.as_str().unwrap_or_default().split_whitespace().count() as u64;
        let prompts = match (&body["messages"], &body["prompt"]) {
            (Value::Array(messages), _) => {
                vec![messages.iter().map(|it| words(&it["content"])).sum()]
            }
            (_, Value::Array(prompts)) => prompts.iter().map(words).collect(),
            (_, prompt) => vec![words(prompt)],
        };
        let modalities = body["modalities"].as_array();
        Ok(Self {
            prompts,
            answers_per_prompt: usize::try_from(body["n"].as_u64().unwrap_or(1)).expect("a few"),
            tokens: body["max_tokens"].as_u64().unwrap_or(TOKENS),
            is_streamed: body["stream"].as_bool().unwrap_or_default(),
            include_usage: body["stream_options"]["include_usage"].as_bool().unwrap_or_default(),
            is_spoken: modalities.is_some_and(|all| all.iter().any(|one| one == "audio")),
        })
    }

    pub(super) fn prompt_tokens(&self) -> u64 {
        self.prompts.iter().sum()
    }

    pub(super) fn cached(&self) -> u64 {
        self.prompt_tokens() / 2
    }

    pub(super) const fn answers(&self) -> usize {
        self.prompts.len() * self.answers_per_prompt
    }

    pub(super) fn output(&self) -> u64 {
        self.tokens * self.answers() as u64
    }

    /// Every answer's token of a step comes at the same time, in a chunk of its own.
    pub(super) fn steps(&self) -> Vec<Step> {
        let step = |after, event| Step { after, event, samples: 0, is_last: false };
        let answers = 0..u32::try_from(self.answers()).expect("a few");
        let mut steps = vec![
            step(QUEUE, Event::Scheduled),
            step(TO_FIRST_TOKEN - QUEUE, Event::Prefilled { cached: self.cached() }),
        ];
        for index in 0..self.tokens {
            for answer in answers.clone() {
                let is_next = index > 0 && answer == 0;
                let after = if is_next { BETWEEN_TOKENS } else { Duration::ZERO };
                let samples = if self.is_spoken { SAMPLES_PER_TOKEN } else { 0 };
                let event = Event::Token { answer, index };
                steps.push(Step { samples, ..step(after, event) });
            }
        }
        if let Some(last) = steps.last_mut() {
            last.is_last = true;
        }
        steps.extend(answers.map(|answer| step(Duration::ZERO, Event::Finished { answer })));
        let usage = Event::Usage {
            input: self.prompt_tokens(),
            cached: self.cached(),
            output: self.output(),
            answers: self.answers() as u64,
        };
        steps.push(step(Duration::ZERO, usage));
        steps
    }
}
