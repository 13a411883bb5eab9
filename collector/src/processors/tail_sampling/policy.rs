//! What the configuration says of policies.

use std::time::Duration;

use super::super::matching::TextMatch;

/// A named policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name in the file, and in what is counted.
    pub name: String,
    /// Which traces it is about.
    pub rule: Rule,
    /// Whether those are dropped, whatever the others say, rather than kept.
    pub drops: bool,
}

/// Which traces a policy is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// All.
    Always,
    /// Those that take so long, from the first start of a span to the last end.
    Latency {
        /// At least this; with an upper bound, longer than this.
        from: Duration,
        /// At most this.
        to: Option<Duration>,
    },
    /// Those with so many spans.
    SpanCount {
        /// At least this many.
        from: u64,
        /// At most this many.
        to: Option<u64>,
    },
    /// A share of all, by the hash of the trace id.
    Probabilistic {
        /// Percent, from 0 to 100.
        percentage: f64,
        /// What is hashed before the id: layers of collectors with other percentages have other salts.
        salt: String,
    },
    /// As many as fit into a rate; asked last, and only of traces that the rules beside it are about.
    Rate {
        /// Spans of the traces, on average.
        spans_per_second: u64,
        /// Spans at once, after a quiet time. A trace with more is never one of them.
        burst: u64,
        /// Whether every tenant has a rate of its own.
        is_per_tenant: bool,
    },
    /// Those with such a span.
    Span(SpanTest),
    /// Those that all of these are about.
    And(Vec<Self>),
    /// Those that it is not about.
    Not(Box<Self>),
}

impl Rule {
    /// Questions that it asks of single spans.
    pub(super) fn span_tests(&self) -> usize {
        match self {
            Self::Span(_) => 1,
            Self::And(rules) => rules.iter().map(Self::span_tests).sum(),
            Self::Not(rule) => rule.span_tests(),
            Self::Always
            | Self::Latency { .. }
            | Self::SpanCount { .. }
            | Self::Probabilistic { .. }
            | Self::Rate { .. } => 0,
        }
    }
}

/// What is asked of a span. Attributes are the span's own and those of its resource.
#[derive(Debug, Clone, PartialEq)]
pub enum SpanTest {
    /// Its status is one of these.
    StatusCode(Vec<StatusCode>),
    /// It has a text attribute with one of these values.
    Text {
        /// The attribute's key.
        key: String,
        /// One must match.
        values: Vec<TextMatch>,
    },
    /// It has a number in this range, both ends included.
    Number {
        /// The attribute's key.
        key: String,
        /// No bound if it is not set.
        min: Option<i64>,
        /// No bound if it is not set.
        max: Option<i64>,
    },
    /// It has a flag with this value.
    Flag {
        /// The attribute's key.
        key: String,
        /// The value.
        value: bool,
    },
    /// Its first token came so late: the event `infer.request.first_token` after the span's start.
    TimeToFirstToken {
        /// At least this.
        from: Duration,
        /// A number attribute that says it in seconds, of engines with other conventions.
        attribute: Option<String>,
    },
    /// Its tokens after the first took so long each, on average: from the event `infer.request.first_token` to the
    /// span's end, by `gen_ai.usage.output_tokens` less one.
    TimePerOutputToken {
        /// At least this.
        from: Duration,
        /// A number attribute that says it in seconds, of engines with other conventions.
        attribute: Option<String>,
    },
}

/// A span's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusCode {
    /// Nothing was said.
    Unset = 0,
    /// It was said to be fine.
    Ok = 1,
    /// It failed.
    Error = 2,
}

impl StatusCode {
    /// Every status, by its number in OTLP.
    pub const ALL: [Self; 3] = [Self::Unset, Self::Ok, Self::Error];
}
