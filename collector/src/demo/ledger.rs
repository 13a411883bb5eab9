//! The counts that must be the same on both sides of the wire.

use std::{collections::BTreeMap, ops::AddAssign};

use inferometer_sdk::{ExportStats, FinishReason};
use inferometer_semconv::attributes::KvCacheSource;
use serde::Serialize;

/// What one stage did: kept by the fleet as it records, and read again from what the collector received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Requests that ended, by finish reason; every reason is listed.
    pub requests: BTreeMap<&'static str, u64>,
    /// Prompt tokens of all requests that came in.
    pub input_tokens: u64,
    /// Tokens generated.
    pub output_tokens: u64,
    /// Prompt tokens whose KV entries got in place, by source; every source is listed.
    pub prompt_tokens: BTreeMap<&'static str, u64>,
    /// KV transfers that arrived, as this stage's end of the link saw them.
    pub transfers: u64,
    /// Their bytes.
    pub transfer_bytes: u64,
}

/// Items that the fleet's exporters sent, as they saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sent {
    /// Data points.
    pub points: SentItems,
    /// Spans.
    pub spans: SentItems,
}

/// Items of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SentItems {
    /// The collector answered that it has them.
    pub delivered: u64,
    /// No such answer came, in time or at all. The collector may have them: the last export of a replica does not wait
    /// for the answer to the one before. Points carry totals, so the value of these came with later ones.
    pub unconfirmed: u64,
    /// Requests that were sent again.
    pub retries: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        let zeros = |names: &[&'static str]| names.iter().map(|&name| (name, 0)).collect();
        Self {
            requests: zeros(&FinishReason::ALL.map(FinishReason::as_str)),
            input_tokens: 0,
            output_tokens: 0,
            prompt_tokens: zeros(&KvCacheSource::ALL.map(KvCacheSource::as_str)),
            transfers: 0,
            transfer_bytes: 0,
        }
    }
}

impl Ledger {
    pub(super) fn finished(&mut self, reason: FinishReason) {
        *self.requests.entry(reason.as_str()).or_default() += 1;
    }

    pub(super) fn in_place(&mut self, source: KvCacheSource, tokens: u64) {
        *self.prompt_tokens.entry(source.as_str()).or_default() += tokens;
    }

    pub(super) const fn transferred(&mut self, bytes: u64) {
        self.transfers += 1;
        self.transfer_bytes += bytes;
    }

    /// Requests that ended, whatever the reason.
    #[must_use]
    pub fn requests_total(&self) -> u64 {
        self.requests.values().sum()
    }
}

impl AddAssign<&Self> for Ledger {
    fn add_assign(&mut self, other: &Self) {
        let add = |sums: &mut BTreeMap<_, u64>, more: &BTreeMap<&'static str, u64>| {
            for (&name, &count) in more {
                *sums.entry(name).or_default() += count;
            }
        };
        add(&mut self.requests, &other.requests);
        add(&mut self.prompt_tokens, &other.prompt_tokens);
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.transfers += other.transfers;
        self.transfer_bytes += other.transfer_bytes;
    }
}

impl From<&ExportStats> for SentItems {
    fn from(stats: &ExportStats) -> Self {
        Self {
            delivered: stats.exported,
            unconfirmed: stats.failed_total(),
            retries: stats.retries,
        }
    }
}

impl AddAssign for SentItems {
    fn add_assign(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.unconfirmed += other.unconfirmed;
        self.retries += other.retries;
    }
}

impl AddAssign for Sent {
    fn add_assign(&mut self, other: Self) {
        self.points += other.points;
        self.spans += other.spans;
    }
}
