//! From attributes to their series without a lock: each thread remembers the sets that it used last.

use std::{cell::RefCell, sync::Arc};

use foldhash::quality::RandomState;
use opentelemetry::KeyValue;

use super::{
    attributes::{AttributeSet, hash_in_order},
    instrument::Instrument,
    series::Series,
};

/// Entries per thread. A set that meets another one in its place takes it, and the other is looked up again.
const ENTRIES: usize = 1024;

struct Entry {
    instrument: u64,
    hash: u64,
    attributes: Box<[KeyValue]>,
    series: Arc<Series>,
}

struct Cache {
    hasher: RandomState,
    entries: Box<[Option<Entry>]>,
}

thread_local! {
    static CACHE: RefCell<Option<Cache>> = const { RefCell::new(None) };
}

/// Calls `record` with the series of these attributes.
///
/// A set that this thread used lately costs a hash and a comparison. Otherwise the instrument's table is asked, under
/// its lock. Sets that share an overflow series never enter the cache, so a flood of new sets cannot push out the
/// ones that matter.
pub(crate) fn with_series(
    instrument: &Instrument,
    attributes: &[KeyValue],
    record: impl Fn(&Series),
) {
    let cached = CACHE.try_with(|cache| {
        // Already borrowed means that this call came from inside the cache (an instrumented allocator).
        let Ok(mut cache) = cache.try_borrow_mut() else {
            return false;
        };
        let cache = cache.get_or_insert_with(Cache::new);
        let hash = hash_in_order(&cache.hasher, attributes) ^ instrument.id;
        let at = usize::try_from(hash % ENTRIES as u64).unwrap_or(0);
        if let Some(entry) = &cache.entries[at]
            && entry.hash == hash
            && entry.instrument == instrument.id
            && *entry.attributes == *attributes
        {
            record(&entry.series);
            return true;
        }
        let bound = instrument.bind(AttributeSet::new(attributes));
        record(&bound.series);
        if !bound.is_overflow {
            let (instrument, attributes) = (instrument.id, attributes.into());
            cache.entries[at] = Some(Entry { instrument, hash, attributes, series: bound.series });
        }
        true
    });
    if !cached.unwrap_or(false) {
        record(&instrument.bind(AttributeSet::new(attributes)).series);
    }
}

impl Cache {
    fn new() -> Self {
        Self { hasher: RandomState::default(), entries: (0..ENTRIES).map(|_| None).collect() }
    }
}
