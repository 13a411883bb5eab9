//! What all policies ask of a span, answered in one pass over its bytes.

use std::time::Duration;

use inferometer_semconv::attributes::GEN_AI_USAGE_OUTPUT_TOKENS;

use super::{
    super::matching::TextMatch,
    attribute::{Value, attribute},
    policy::{SpanTest, StatusCode},
};
use crate::otlp::{fields, only};

/// A bit for each test, set if the answer is yes.
pub(super) type Bits = u64;

/// The tests of all policies of a sampler.
#[derive(Debug, Default)]
pub(super) struct SpanTests {
    count: u32,
    statuses: [Bits; StatusCode::ALL.len()],
    attributes: Vec<AttributeTest>,
    first_token: Vec<(u64, Bits)>,
    per_token: Vec<(u64, Bits)>,
}

#[derive(Debug)]
struct AttributeTest {
    key: Box<[u8]>,
    bit: Bits,
    ask: Ask,
}

#[derive(Debug)]
enum Ask {
    Text(Vec<TextMatch>),
    Number { min: Option<i64>, max: Option<i64> },
    Flag(bool),
    Seconds(f64),
}

/// What the fields of a span said so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Answers {
    bits: Bits,
    status: u64,
    first_token: Option<u64>,
    output_tokens: u64,
}

impl SpanTests {
    /// Adds a test; returns its bit. There are 64 at most, which the configuration sees to.
    pub(super) fn add(&mut self, test: &SpanTest) -> Bits {
        let bit = 1_u64.checked_shl(self.count).unwrap_or(0);
        self.count += 1;
        match test {
            SpanTest::StatusCode(codes) => {
                codes.iter().for_each(|code| self.statuses[*code as usize] |= bit);
            }
            SpanTest::Text { key, values } => self.ask(key, bit, Ask::Text(values.clone())),
            SpanTest::Number { key, min, max } => {
                self.ask(key, bit, Ask::Number { min: *min, max: *max });
            }
            SpanTest::Flag { key, value } => self.ask(key, bit, Ask::Flag(*value)),
            SpanTest::TimeToFirstToken { from, attribute } => {
                self.first_token.push((nanos(*from), bit));
                self.ask_seconds(attribute.as_deref(), *from, bit);
            }
            SpanTest::TimePerOutputToken { from, attribute } => {
                self.per_token.push((nanos(*from), bit));
                self.ask_seconds(attribute.as_deref(), *from, bit);
            }
        }
        bit
    }

    fn ask(&mut self, key: &str, bit: Bits, ask: Ask) {
        self.attributes.push(AttributeTest { key: key.as_bytes().into(), bit, ask });
    }

    fn ask_seconds(&mut self, key: Option<&str>, from: Duration, bit: Bits) {
        if let Some(key) = key {
            self.ask(key, bit, Ask::Seconds(from.as_secs_f64()));
        }
    }

    /// What the attributes of a resource answer for all of its spans; `message` is what holds the resource.
    pub(super) fn of_resource(&self, message: &[u8]) -> Bits {
        let mut answers = Answers::default();
        if !self.attributes.is_empty() {
            let resource = only(message, 1);
            for field in fields(&resource).filter(|field| field.number == 1) {
                self.attribute(field.bytes(), &mut answers);
            }
        }
        answers.bits
    }

    /// Looks at an attribute.
    pub(super) fn attribute(&self, pair: &[u8], answers: &mut Answers) {
        if self.attributes.is_empty() && self.per_token.is_empty() {
            return;
        }
        let (key, value) = attribute(pair);
        for test in self.attributes.iter().filter(|test| *test.key == *key) {
            if test.ask.holds(value) {
                answers.bits |= test.bit;
            }
        }
        if !self.per_token.is_empty()
            && key == GEN_AI_USAGE_OUTPUT_TOKENS.key.as_bytes()
            && let Value::Int(tokens) = value
        {
            answers.output_tokens = u64::try_from(tokens).unwrap_or(0);
        }
    }

    /// Whether anything is asked of events.
    pub(super) fn need_events(&self) -> bool {
        !self.first_token.is_empty() || !self.per_token.is_empty()
    }

    /// What is known of a span that was read to its end.
    pub(super) fn finish(&self, answers: &Answers, start: u64, end: u64) -> Bits {
        let mut bits = answers.bits;
        let status = usize::try_from(answers.status).ok();
        bits |= status.and_then(|status| self.statuses.get(status)).copied().unwrap_or(0);
        let Some(first_token) = answers.first_token else {
            return bits;
        };
        let waited = first_token.saturating_sub(start);
        bits |= reached(&self.first_token, waited);
        if let Some(later) = answers.output_tokens.checked_sub(1).filter(|later| *later > 0) {
            bits |= reached(&self.per_token, end.saturating_sub(first_token) / later);
        }
        bits
    }
}

impl Answers {
    /// Those that the resource gave.
    pub(super) fn of(bits: Bits) -> Self {
        Self { bits, ..Self::default() }
    }

    pub(super) const fn status(&mut self, code: u64) {
        self.status = code;
    }

    pub(super) const fn first_token(&mut self, unix_nanos: u64) {
        self.first_token = Some(unix_nanos);
    }
}

impl Ask {
    fn holds(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Text(values), Value::Text(text)) => {
                let text = std::str::from_utf8(text).unwrap_or_default();
                values.iter().any(|value| value.holds(text))
            }
            (Self::Number { min, max }, Value::Int(number)) => {
                min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
            }
            (Self::Number { min, max }, Value::Double(number)) => {
                min.is_none_or(|min| number >= min as f64)
                    && max.is_none_or(|max| number <= max as f64)
            }
            (Self::Flag(flag), Value::Flag(value)) => *flag == value,
            (Self::Seconds(from), Value::Double(seconds)) => seconds >= *from,
            (Self::Seconds(from), Value::Int(seconds)) => seconds as f64 >= *from,
            _ => false,
        }
    }
}

fn reached(thresholds: &[(u64, Bits)], nanos: u64) -> Bits {
    thresholds.iter().filter(|(from, _)| nanos >= *from).fold(0, |bits, (_, bit)| bits | bit)
}

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
