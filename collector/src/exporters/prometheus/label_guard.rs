//! Keeps the number of values of an attribute in bounds: the first ones are labels for ever, further ones `other`.
//!
//! Asked only when a series is first described, so it may lock. Memory is bounded: a hash of each kept value, at most
//! the key's limit of them, for at most [`KEYS_MAX`] keys; how many were refused is estimated, not remembered.

mod distinct;

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use foldhash::quality::RandomState;
use parking_lot::Mutex;

use self::distinct::Distinct;
use crate::config::LabelLimitSettings;

/// Keys that are counted beside those that the settings name; the values of further ones are all `other`.
const KEYS_MAX: usize = 1024;
/// Bytes of a key that is counted; the values of a longer one are all `other`.
const KEY_BYTES_MAX: usize = 256;

/// The value that stands for those beyond a limit.
pub(super) const FOLDED: &str = "other";

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is a label of its own.
    Keep,
    /// It is one of those that are not told apart.
    Other,
}

/// An attribute with more values than are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelOffender {
    /// The attribute's key; empty for those beyond the number of keys that are counted.
    pub key: String,
    /// How many values may be labels of their own, those that are always shown left out.
    pub limit: u64,
    /// How often a value was replaced: once for each stream that was described with it.
    pub replaced: u64,
    /// How many different values were replaced, to about a tenth; 0 for those that are not counted.
    pub distinct: u64,
}

/// The limits, and which values are within them.
#[derive(Debug)]
pub(super) struct LabelGuard {
    exporter: String,
    default: u64,
    /// What the settings say of a key.
    rules: HashMap<String, Rule>,
    /// Keyed anew in every process, so that nobody outside can choose values that pass for others.
    hasher: RandomState,
    state: Mutex<State>,
}

#[derive(Debug)]
struct Rule {
    limit: u64,
    pinned: HashSet<String>,
}

#[derive(Debug, Default)]
struct State {
    keys: HashMap<String, Values>,
    /// Values replaced because their key is not counted.
    uncounted: u64,
}

/// The values of one key.
#[derive(Debug, Default)]
struct Values {
    kept: HashSet<u64>,
    replaced: u64,
    refused: Option<Distinct>,
}

impl LabelGuard {
    pub(super) fn new(exporter: &str, settings: &LabelLimitSettings) -> Self {
        let mut rules: HashMap<String, Rule> = HashMap::new();
        let rule = |limit| Rule { limit, pinned: HashSet::new() };
        for (key, limit) in &settings.attributes {
            rules.insert(key.clone(), rule(*limit));
        }
        for (key, values) in &settings.pinned {
            let rule = rules.entry(key.clone()).or_insert_with(|| rule(settings.default));
            rule.pinned.extend(values.iter().cloned());
        }
        // The keys that the settings name have their place whatever else comes.
        let keys = rules.keys().map(|key| (key.clone(), Values::default())).collect();
        Self {
            exporter: exporter.to_owned(),
            default: settings.default,
            rules,
            hasher: RandomState::default(),
            state: Mutex::new(State { keys, uncounted: 0 }),
        }
    }

    /// Whether a value of an attribute becomes a label of its own.
    pub(super) fn admit(&self, key: &str, value: &str) -> Verdict {
        let rule = self.rules.get(key);
        let limit = rule.map_or(self.default, |rule| rule.limit);
        if limit == 0 || value.is_empty() || rule.is_some_and(|rule| rule.pinned.contains(value)) {
            return Verdict::Keep;
        }
        let mut state = self.state.lock();
        let state = &mut *state;
        let is_room = state.keys.len() < KEYS_MAX + self.rules.len() && key.len() <= KEY_BYTES_MAX;
        let values = match state.keys.get_mut(key) {
            Some(values) => values,
            None if is_room => state.keys.entry(key.to_owned()).or_default(),
            None => {
                state.uncounted += 1;
                if state.uncounted == 1 {
                    self.warn_of_keys();
                }
                return Verdict::Other;
            }
        };
        let verdict = values.admit(self.hasher.hash_one(value), value, limit);
        if verdict == Verdict::Other && values.replaced == 1 {
            self.warn_of_values(key, limit);
        }
        verdict
    }

    fn warn_of_values(&self, key: &str, limit: u64) {
        let exporter = &*self.exporter;
        tracing::warn!(
            exporter,
            key,
            limit,
            "an attribute has more values than are told apart; further ones are shown as `other`; \
             raise its limit under label_limits.attributes, or pin the values that matter"
        );
    }

    fn warn_of_keys(&self) {
        let (exporter, limit) = (&*self.exporter, KEYS_MAX);
        tracing::warn!(
            exporter,
            limit,
            "there are more attribute keys than are counted; all values of further ones are shown as `other`; \
             name the keys that matter under label_limits.attributes"
        );
    }

    /// How often a value was replaced, of all keys.
    pub(super) fn replaced(&self) -> u64 {
        let state = self.state.lock();
        state.uncounted + state.keys.values().map(|values| values.replaced).sum::<u64>()
    }

    /// The attributes of which most values were replaced, the worst first, `limit` at most.
    pub(super) fn offenders(&self, limit: usize) -> Vec<LabelOffender> {
        let state = self.state.lock();
        let counted = state.keys.iter().filter_map(|(key, values)| {
            let distinct = values.refused.as_ref()?.estimate();
            let limit = self.rules.get(key).map_or(self.default, |rule| rule.limit);
            Some(LabelOffender { key: key.clone(), limit, replaced: values.replaced, distinct })
        });
        let uncounted = (state.uncounted > 0).then(|| LabelOffender {
            key: String::new(),
            limit: 0,
            replaced: state.uncounted,
            distinct: 0,
        });
        let mut offenders: Vec<_> = counted.chain(uncounted).collect();
        drop(state);
        offenders.sort_by(|a, b| {
            (b.distinct, b.replaced).cmp(&(a.distinct, a.replaced)).then_with(|| a.key.cmp(&b.key))
        });
        offenders.truncate(limit);
        offenders
    }
}

impl Values {
    fn admit(&mut self, hash: u64, value: &str, limit: u64) -> Verdict {
        // A stream that says `other` itself is one of those that are added up under it.
        let is_other = value == FOLDED;
        if !is_other && self.kept.contains(&hash) {
            return Verdict::Keep;
        }
        if !is_other && (self.kept.len() as u64) < limit {
            self.kept.insert(hash);
            return Verdict::Keep;
        }
        self.replaced += 1;
        self.refused.get_or_insert_default().add(hash);
        Verdict::Other
    }
}

#[cfg(test)]
mod tests;
