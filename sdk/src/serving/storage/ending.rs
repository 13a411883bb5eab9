//! How operations end: the one vocabulary of outcomes, the series of each, and the account of keys until then.

use std::{fmt, sync::OnceLock};

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        INFER_KV_CACHE_EVICTION_REASON, INFER_KV_CACHE_FAILURE_REASON, INFER_KV_CACHE_OUTCOME,
        KvCacheEvictionReason, KvCacheFailureReason, KvCacheOutcome,
    },
};
use opentelemetry::KeyValue;

use crate::fork;
use crate::serving::{
    labels::pair,
    meters::{Add, Meters, Record},
};

/// What became of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Hit,
    Miss,
    Evicted(KvCacheEvictionReason),
    Failed(KvCacheFailureReason),
}

const FIRST_EVICTED: usize = 3;
const FIRST_FAILED: usize = FIRST_EVICTED + KvCacheEvictionReason::ALL.len();
const ENDS: usize = FIRST_FAILED + KvCacheFailureReason::ALL.len();

impl End {
    const fn index(self) -> usize {
        match self {
            Self::Success => 0,
            Self::Hit => 1,
            Self::Miss => 2,
            Self::Evicted(reason) => FIRST_EVICTED + reason as usize,
            Self::Failed(reason) => FIRST_FAILED + reason as usize,
        }
    }

    /// A failure says more than a miss, and a miss more than the rest.
    const fn weight(self) -> u8 {
        match self {
            Self::Success | Self::Hit | Self::Evicted(_) => 0,
            Self::Miss => 1,
            Self::Failed(_) => 2,
        }
    }

    /// The other one if it is worse.
    pub(super) const fn or_worse(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    /// Every failure there is.
    pub(super) fn failures() -> impl Iterator<Item = Self> {
        KvCacheFailureReason::ALL.into_iter().map(Self::Failed)
    }

    /// Every reason to evict.
    pub(super) fn evictions() -> impl Iterator<Item = Self> {
        KvCacheEvictionReason::ALL.into_iter().map(Self::Evicted)
    }

    fn labels(self) -> Vec<KeyValue> {
        let outcome = match self {
            Self::Success | Self::Evicted(_) => KvCacheOutcome::Success,
            Self::Hit => KvCacheOutcome::Hit,
            Self::Miss => KvCacheOutcome::Miss,
            Self::Failed(_) => KvCacheOutcome::Failure,
        };
        let mut labels = vec![pair(&INFER_KV_CACHE_OUTCOME, outcome.as_str())];
        match self {
            Self::Evicted(reason) => {
                labels.push(pair(&INFER_KV_CACHE_EVICTION_REASON, reason.as_str()));
            }
            Self::Failed(reason) => {
                labels.push(pair(&INFER_KV_CACHE_FAILURE_REASON, reason.as_str()));
            }
            Self::Success | Self::Hit | Self::Miss => {}
        }
        labels
    }
}

/// The keys of an operation that has not ended, and the worst that happened to any of them.
#[derive(Debug)]
pub(super) struct Account {
    left: u64,
    worst: Option<End>,
}

impl Account {
    pub(super) const fn of(keys: u64) -> Self {
        Self { left: keys, worst: None }
    }

    pub(super) const fn left(&self) -> u64 {
        self.left
    }

    /// Takes keys out as ended. Returns how many there were, and whether that is fewer than was said.
    pub(super) fn take(&mut self, keys: u64, end: End) -> (u64, bool) {
        let taken = keys.min(self.left);
        self.left -= taken;
        // A report of keys that are not there says nothing; one without keys may say all that is known.
        if taken > 0 || keys == 0 {
            self.worst = Some(self.worst.map_or(end, |worst| worst.or_worse(end)));
        }
        (taken, taken < keys)
    }

    /// How the operation as a whole ended; one about no keys, as `unless`.
    pub(super) fn whole(&self, unless: End) -> End {
        self.worst.unwrap_or(unless)
    }
}

/// The bytes of `taken` keys, where those that were `said` have this many together.
pub(super) fn bytes_of(taken: u64, said: u64, bytes: u64) -> u64 {
    if taken >= said {
        return bytes;
    }
    let part = u128::from(bytes) * u128::from(taken) / u128::from(said);
    // Of fewer keys it is no more than of all.
    u64::try_from(part).unwrap_or(bytes)
}

/// What is counted of keys that are through.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amount {
    pub(super) keys: u64,
    pub(super) bytes: u64,
    pub(super) tokens: u64,
}

/// The definitions of a family of endings; what is not measured is `None`.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndingDefinitions {
    pub(super) keys: &'static InstrumentDef,
    pub(super) bytes: Option<&'static InstrumentDef>,
    pub(super) tokens: Option<&'static InstrumentDef>,
    pub(super) duration: &'static InstrumentDef,
}

/// The series of everything that one operation may end in. Those that were not expected are bound when they are first
/// needed.
pub(super) struct Endings<M: Meters> {
    meters: M,
    definitions: EndingDefinitions,
    labels: Vec<KeyValue>,
    by_end: [OnceLock<Ending<M>>; ENDS],
}

struct Ending<M: Meters> {
    keys: M::Counter,
    bytes: Option<M::Counter>,
    tokens: Option<M::Counter>,
    /// Shows nothing before its first value, and so is not bound before it either.
    duration: OnceLock<M::Histogram>,
}

impl<M: Meters> Endings<M> {
    pub(super) fn bind(
        meters: &M,
        definitions: EndingDefinitions,
        labels: Vec<KeyValue>,
        expected: impl Iterator<Item = End>,
    ) -> Self {
        let endings = Self {
            meters: meters.clone(),
            definitions,
            labels,
            by_end: std::array::from_fn(|_| OnceLock::new()),
        };
        for end in expected {
            endings.get(end);
        }
        endings
    }

    fn get(&self, end: End) -> &Ending<M> {
        fork::get_or_init(&self.by_end[end.index()], || {
            let labels = self.labels_of(end);
            let counter = |definition| self.meters.counter(definition, &labels);
            Ending {
                keys: counter(self.definitions.keys),
                bytes: self.definitions.bytes.map(counter),
                tokens: self.definitions.tokens.map(counter),
                duration: OnceLock::new(),
            }
        })
    }

    fn labels_of(&self, end: End) -> Vec<KeyValue> {
        [&self.labels[..], &end.labels()].concat()
    }

    pub(super) fn count(&self, end: End, amount: Amount) {
        let ending = self.get(end);
        ending.keys.add(amount.keys);
        if let Some(bytes) = &ending.bytes {
            bytes.add(amount.bytes);
        }
        if let Some(tokens) = &ending.tokens {
            tokens.add(amount.tokens);
        }
    }

    pub(super) fn time(&self, end: End, seconds: f64) {
        let duration = &self.get(end).duration;
        let bind = || self.meters.histogram(self.definitions.duration, &self.labels_of(end));
        fork::get_or_init(duration, bind).record(seconds);
    }
}

impl<M: Meters> fmt::Debug for Endings<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.by_end.iter().filter_map(OnceLock::get).map(|ending| &ending.keys);
        f.debug_list().entries(keys).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_end_has_a_place_of_its_own() {
        let ends = [End::Success, End::Hit, End::Miss].into_iter();
        let indices: Vec<usize> =
            ends.chain(End::evictions()).chain(End::failures()).map(End::index).collect();
        assert_eq!(indices, (0..ENDS).collect::<Vec<_>>());
    }

    #[test]
    fn the_worst_outcome_is_that_of_the_whole_and_the_first_failure_stays() {
        let timeout = End::Failed(KvCacheFailureReason::Timeout);
        let mut account = Account::of(9);
        assert_eq!(account.whole(End::Hit), End::Hit);
        for (end, worst) in [
            (End::Hit, End::Hit),
            (End::Miss, End::Miss),
            (End::Hit, End::Miss),
            (timeout, timeout),
            (End::Failed(KvCacheFailureReason::Io), timeout),
            (End::Miss, timeout),
        ] {
            account.take(1, end);
            assert_eq!(account.whole(End::Hit), worst);
        }
    }

    #[test]
    fn a_report_of_keys_that_are_not_there_changes_no_outcome() {
        let mut account = Account::of(1);
        account.take(1, End::Success);
        account.take(1, End::Miss);
        assert_eq!(account.whole(End::Success), End::Success);
        account.take(0, End::Miss);
        assert_eq!(
            account.whole(End::Success),
            End::Miss,
            "without keys it says all that is known"
        );
    }

    #[test]
    fn keys_that_are_cut_take_their_bytes_with_them() {
        for (taken, said, bytes, expected) in [
            (4, 4, 100, 100),
            (0, 0, 100, 100),
            (1, 4, 100, 25),
            (0, 4, 100, 0),
            (u64::MAX - 1, u64::MAX, u64::MAX, u64::MAX - 1),
        ] {
            assert_eq!(bytes_of(taken, said, bytes), expected);
        }
    }

    proptest! {
        #[test]
        fn no_more_keys_end_than_there_are(keys: u64, parts in prop::collection::vec(any::<u64>(), 0..6)) {
            let mut account = Account::of(keys);
            let mut ended = 0;
            for part in parts {
                let (taken, is_cut) = account.take(part, End::Success);
                prop_assert_eq!(is_cut, taken < part);
                ended += taken;
                prop_assert_eq!(ended + account.left(), keys);
            }
        }
    }
}
