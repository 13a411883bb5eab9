//! From attributes to their series without a lock: each thread remembers the sets that it used last.
//!
//! A call site usually passes the same slice again, so the first look-up is by the slice's place in memory and needs no
//! hash; what is found there is compared in full all the same. Only then are the attributes hashed.

use std::cell::RefCell;

use foldhash::fast::RandomState;
use opentelemetry::{KeyValue, Value};

use super::{attributes::hash_in_order, instrument::Instrument, series::Bound};

/// Entries per thread. A set that meets another one in its place takes it, and the other is looked up again.
const ENTRIES: usize = 1024;
const _: () = assert!(ENTRIES.is_power_of_two() && ENTRIES <= u16::MAX as usize);

struct Entry {
    instrument: u64,
    attributes: Box<[KeyValue]>,
    bound: Bound,
}

struct Cache {
    hasher: RandomState,
    /// By hash.
    entries: Box<[Option<Entry>]>,
    /// By the slice's place: the entry that was meant there last.
    by_place: Box<[u16]>,
}

thread_local! {
    static CACHE: RefCell<Option<Cache>> = const { RefCell::new(None) };
}

/// Calls `record` with the series of these attributes.
///
/// A set that this thread used lately costs a comparison, and a hash if it is in another place of memory than last
/// time. Otherwise the instrument's table is asked, under its lock. Sets that share an overflow series never enter the
/// cache, so a flood of new sets cannot push out the ones that matter.
#[inline]
pub(crate) fn with_series(
    instrument: &Instrument,
    attributes: &[KeyValue],
    record: impl Fn(&Bound),
) {
    if instrument.is_dropped() {
        return;
    }
    let cached = CACHE.try_with(|cache| {
        // Already borrowed means that this call came from inside the cache.
        let Ok(mut cache) = cache.try_borrow_mut() else { return false };
        let cache = cache.get_or_insert_with(Cache::new);
        if let Some(bound) = cache.find(instrument.id, attributes) {
            record(bound);
            return true;
        }
        let binding = instrument.bind(attributes);
        binding.bound.series.stay();
        record(&binding.bound);
        if !binding.is_overflow {
            cache.keep(instrument.id, attributes, binding.bound);
        }
        true
    });
    if !cached.unwrap_or(false) {
        let bound = instrument.bind(attributes).bound;
        bound.series.stay();
        record(&bound);
    }
}

impl Cache {
    fn new() -> Self {
        Self {
            hasher: RandomState::default(),
            entries: (0..ENTRIES).map(|_| None).collect(),
            by_place: vec![0; ENTRIES].into(),
        }
    }

    #[inline]
    fn find(&mut self, instrument: u64, attributes: &[KeyValue]) -> Option<&Bound> {
        let place = place_of(instrument, attributes);
        let mut at = usize::from(self.by_place[place]);
        if !is_of(&self.entries[at], instrument, attributes) {
            at = self.place_by_hash(instrument, attributes);
            if !is_of(&self.entries[at], instrument, attributes) {
                return None;
            }
            self.by_place[place] = index(at);
        }
        self.entries[at].as_ref().map(|entry| &entry.bound)
    }

    fn keep(&mut self, instrument: u64, attributes: &[KeyValue], bound: Bound) {
        let at = self.place_by_hash(instrument, attributes);
        self.entries[at] = Some(Entry { instrument, attributes: attributes.into(), bound });
        self.by_place[place_of(instrument, attributes)] = index(at);
    }

    fn place_by_hash(&self, instrument: u64, attributes: &[KeyValue]) -> usize {
        let hash = hash_in_order(&self.hasher, attributes) ^ instrument;
        usize::try_from(hash % ENTRIES as u64).unwrap_or(0)
    }
}

fn index(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(0)
}

/// Where a slice at this place is looked for.
#[inline]
fn place_of(instrument: u64, attributes: &[KeyValue]) -> usize {
    let place = attributes.as_ptr().addr() as u64 >> 3;
    usize::try_from((place ^ instrument.wrapping_mul(0x9e37_79b9)) % ENTRIES as u64).unwrap_or(0)
}

#[inline]
fn is_of(entry: &Option<Entry>, instrument: u64, attributes: &[KeyValue]) -> bool {
    let Some(entry) = entry else { return false };
    if entry.instrument != instrument || entry.attributes.len() != attributes.len() {
        return false;
    }
    // A loop, and the slow comparisons out of line: an iterator's closure would be called for each attribute.
    for (one, other) in entry.attributes.iter().zip(attributes) {
        if !is_same(one, other) {
            return false;
        }
    }
    true
}

/// Equality that looks at addresses first: a key or text that is a literal, or shared, has the same one in its copy.
#[inline(always)]
fn is_same(one: &KeyValue, other: &KeyValue) -> bool {
    is_same_text(one.key.as_str(), other.key.as_str())
        && match (&one.value, &other.value) {
            (Value::String(one), Value::String(other)) => {
                is_same_text(one.as_str(), other.as_str())
            }
            (Value::I64(one), Value::I64(other)) => one == other,
            (one, other) => is_same_value(one, other),
        }
}

#[inline(always)]
fn is_same_text(one: &str, other: &str) -> bool {
    one.len() == other.len()
        && (std::ptr::eq(one.as_ptr(), other.as_ptr()) || is_same_content(one, other))
}

#[inline(never)]
fn is_same_content(one: &str, other: &str) -> bool {
    one == other
}

#[inline(never)]
fn is_same_value(one: &Value, other: &Value) -> bool {
    one == other
}
