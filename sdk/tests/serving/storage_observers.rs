//! Who watches a cache: told of everything, harmed by nobody, and bounded.

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, ThreadId},
};

use inferometer_sdk::{
    HASHES_PER_QUEUED_EVENT, Keys, KvCacheEvictionReason, KvCacheFailureReason, KvCacheOperation,
    KvCacheTier, MAX_STORAGE_OBSERVERS, Storage, StorageEvent, StorageEventKind, StorageObserver,
    StorageTier,
};

use crate::support::{Rig, START};

/// Writes down what it is told: `kind tier done/failed`, and where.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<(String, ThreadId)>>>);

impl Notes {
    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics with it").iter().map(|(line, _)| line.clone()).collect()
    }
}

struct Writer(Notes);

impl StorageObserver for Writer {
    fn name(&self) -> &str {
        "writer"
    }

    fn on_event(&self, event: &StorageEvent<'_>) {
        let StorageEvent { kind, done, failed, .. } = event;
        let mut line =
            format!("{kind:?} {} {}/{}", event.place.tier.as_str(), done.count, failed.count);
        let reasons = [
            event.failure.map(KvCacheFailureReason::as_str),
            event.eviction.map(KvCacheEvictionReason::as_str),
        ];
        for reason in reasons.into_iter().flatten() {
            line += &format!(" {reason}");
        }
        self.0.0.lock().expect("nobody panics with it").push((line, thread::current().id()));
    }
}

/// Panics at everything.
struct Panicking;

impl StorageObserver for Panicking {
    fn name(&self) -> &str {
        "panicking"
    }

    fn on_event(&self, _: &StorageEvent<'_>) {
        panic!("as the test wants it");
    }
}

fn host(storage: &Storage) -> StorageTier {
    storage.tier(KvCacheTier::Host, &[])
}

/// The value of an observer's series.
fn counted(rig: &Rig, instrument: &str, labels: &[&str]) -> Option<u64> {
    let name = format!("infer.sdk.observer.{instrument}");
    let mut points = rig.points(&name);
    let point = points.find(|point| labels.iter().all(|label| point.contains(label)))?;
    point.rsplit(' ').next()?.parse().ok()
}

#[test]
fn an_observer_is_told_of_every_step_with_its_keys() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let notes = Notes::default();
    storage.observe(Writer(notes.clone())).unwrap();
    let host = host(&storage);
    let keys = |count| Keys::new(count, 0);
    host.allocated(keys(3));
    host.failed(KvCacheOperation::Allocate, KvCacheFailureReason::OutOfMemory, keys(1));
    let mut write = host.reserve_write(keys(3));
    write.fail(KvCacheFailureReason::Locked, keys(1));
    write.finish_and_reserve_read(keys(2)).finish();
    host.reserve_write(keys(1)).finish();
    host.looked_up(5, keys(2));
    host.submit_lookup(keys(4)).found(keys(4));
    host.submit_store(keys(2)).finish();
    host.submit_load(keys(2)).found(keys(1));
    host.submit_prefetch(keys(2)).finish();
    drop(host.reserve_read(keys(1)));
    host.accessed(keys(8));
    host.evicted(KvCacheEvictionReason::Capacity, keys(2));
    host.deleted(keys(1));
    let expected = [
        "Allocated host 3/0",
        "Allocated host 0/1 out_of_memory",
        "WriteReserved host 3/0",
        "WriteFinished host 0/1 locked",
        "WriteFinishedReadReserved host 2/0",
        "ReadFinished host 2/0",
        "WriteReserved host 1/0",
        "WriteFinished host 1/0",
        "LookedUp host 2/3",
        "LookupSubmitted host 4/0",
        "LookedUp host 4/0",
        "StoreSubmitted host 2/0",
        "Stored host 2/0",
        "LoadSubmitted host 2/0",
        "Loaded host 1/1 not_found",
        "PrefetchSubmitted host 2/0",
        "PrefetchFinished host 2/0",
        "ReadReserved host 1/0",
        "ReadFinished host 0/1 cancelled",
        "Accessed host 8/0",
        "Evicted host 2/0 capacity",
        "Deleted host 1/0",
    ];
    assert_eq!(notes.lines(), expected);
}

/// Writes down which methods are called.
#[derive(Default)]
struct ByMethod(Arc<Mutex<Vec<StorageEventKind>>>);

macro_rules! note {
    ($($method:ident => $kind:ident),*) => {
        $(fn $method(&self, event: &StorageEvent<'_>) {
            assert_eq!(event.kind, StorageEventKind::$kind);
            self.0.lock().expect("nobody panics with it").push(event.kind);
        })*
    };
}

impl StorageObserver for ByMethod {
    fn name(&self) -> &str {
        "by_method"
    }

    note! {
        on_allocated => Allocated, on_store_submitted => StoreSubmitted, on_stored => Stored,
        on_load_submitted => LoadSubmitted, on_loaded => Loaded,
        on_lookup_submitted => LookupSubmitted, on_looked_up => LookedUp,
        on_read_reserved => ReadReserved, on_read_finished => ReadFinished,
        on_write_reserved => WriteReserved, on_write_finished => WriteFinished,
        on_write_finished_read_reserved => WriteFinishedReadReserved,
        on_prefetch_submitted => PrefetchSubmitted, on_prefetch_finished => PrefetchFinished,
        on_accessed => Accessed, on_evicted => Evicted, on_deleted => Deleted
    }
}

#[test]
fn an_observer_that_writes_single_methods_is_called_by_the_kind_of_event() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let seen = ByMethod::default();
    let kinds = Arc::clone(&seen.0);
    storage.observe(seen).unwrap();
    let host = host(&storage);
    let keys = Keys::new(1, 0);
    host.allocated(keys);
    host.submit_store(keys).finish();
    host.submit_load(keys).finish();
    host.submit_lookup(keys).finish();
    host.reserve_write(keys).finish_and_reserve_read(keys).finish();
    host.reserve_read(keys).finish();
    host.reserve_write(keys).finish();
    host.submit_prefetch(keys).finish();
    host.accessed(keys);
    host.evicted(KvCacheEvictionReason::Ttl, keys);
    host.deleted(keys);
    let mut kinds = kinds.lock().expect("nobody panics with it").clone();
    kinds.sort_by_key(|kind| *kind as usize);
    kinds.dedup();
    assert_eq!(kinds.len(), 17, "{kinds:?}");
}

#[test]
fn several_observers_are_told_and_a_panicking_one_harms_nobody() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let (before, after) = (Notes::default(), Notes::default());
    storage.observe(Writer(before.clone())).unwrap();
    storage.observe(Panicking).unwrap();
    storage.observe(Writer(after.clone())).unwrap();
    assert_eq!(counted(&rig, "panic", &["\"panicking\""]), Some(0), "there before the first");
    let host = host(&storage);
    for panics in 1..4 {
        host.accessed(Keys::new(1, 0));
        assert_eq!((before.lines().len(), after.lines().len()), (panics, panics));
        assert_eq!(counted(&rig, "panic", &["\"panicking\""]), Some(panics as u64));
    }
    assert_eq!(counted(&rig, "panic", &["\"writer\""]), Some(0));
}

#[test]
fn observers_of_another_cache_are_not_told() {
    let rig = Rig::new();
    let (one, other) = (rig.engine.storage(), rig.engine.storage());
    let notes = Notes::default();
    one.observe(Writer(notes.clone())).unwrap();
    host(&other).accessed(Keys::new(1, 0));
    host(&one).accessed(Keys::new(2, 0));
    assert_eq!(notes.lines(), ["Accessed host 2/0"]);
}

#[test]
fn one_observer_too_many_is_refused_and_the_others_stay() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let notes = Notes::default();
    for _ in 0..MAX_STORAGE_OBSERVERS {
        storage.observe(Writer(notes.clone())).unwrap();
    }
    let refused = storage.observe(Panicking).unwrap_err();
    assert!(refused.is_too_many());
    assert!(refused.to_string().contains("at most 16"), "{refused}");
    assert!(storage.observe_queued(Panicking, 8).is_err());
    host(&storage).accessed(Keys::new(1, 0));
    assert_eq!(notes.lines().len(), MAX_STORAGE_OBSERVERS);
}

#[test]
fn an_observer_with_a_queue_runs_on_its_own_thread_and_ends_with_what_was_queued() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let notes = Notes::default();
    let thread = storage.observe_queued(Writer(notes.clone()), 64).unwrap();
    let host = host(&storage);
    for _ in 0..20 {
        host.accessed(Keys::new(1, 0));
    }
    drop(thread);
    assert_eq!(notes.lines(), vec!["Accessed host 1/0"; 20]);
    let here = thread::current().id();
    assert!(
        notes.0.lock().expect("nobody panics with it").iter().all(|(_, thread)| *thread != here)
    );
    assert_eq!(counted(&rig, "event.queued", &["\"writer\""]), Some(0));
}

/// Waits for a token before it takes each event.
struct Held {
    go: Mutex<Receiver<()>>,
    taken: Notes,
}

impl StorageObserver for Held {
    fn name(&self) -> &str {
        "held"
    }

    fn on_event(&self, event: &StorageEvent<'_>) {
        // An error means that nobody holds it any more.
        let _ = self.go.lock().expect("nobody panics with it").recv();
        Writer(self.taken.clone()).on_event(event);
    }
}

fn held() -> (Held, SyncSender<()>, Notes) {
    let (go, wait) = sync_channel(64);
    let taken = Notes::default();
    (Held { go: Mutex::new(wait), taken: taken.clone() }, go, taken)
}

#[test]
fn events_beyond_the_queue_are_dropped_and_counted_and_nobody_waits() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let (observer, go, taken) = held();
    let thread = storage.observe_queued(observer, 4).unwrap();
    let host = host(&storage);
    for _ in 0..100 {
        host.accessed(Keys::new(1, 0));
    }
    let dropped = counted(&rig, "event.dropped", &["\"held\"", "\"queue_full\""]).unwrap();
    // Four wait; one more is in the observer's hands if it looked in between.
    assert!(dropped == 95 || dropped == 96, "{dropped}");
    drop(go);
    drop(thread);
    assert_eq!(taken.lines().len() as u64 + dropped, 100);
    assert_eq!(counted(&rig, "event.queued", &["\"held\""]), Some(0));
}

#[test]
fn events_after_the_end_of_an_observer_are_counted_apart() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let notes = Notes::default();
    let thread = storage.observe_queued(Writer(notes.clone()), 4).unwrap();
    let host = host(&storage);
    host.accessed(Keys::new(1, 0));
    drop(thread);
    for _ in 0..7 {
        host.accessed(Keys::new(1, 0));
    }
    assert_eq!(notes.lines().len(), 1);
    assert_eq!(counted(&rig, "event.dropped", &["\"writer\"", "\"shut_down\""]), Some(7));
    assert_eq!(counted(&rig, "event.dropped", &["\"writer\"", "\"queue_full\""]), Some(0));
}

#[test]
fn a_panicking_observer_with_a_queue_goes_on_with_the_next_event() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let thread = storage.observe_queued(Panicking, 16).unwrap();
    let host = host(&storage);
    for _ in 0..5 {
        host.accessed(Keys::new(1, 0));
    }
    drop(thread);
    assert_eq!(counted(&rig, "panic", &["\"panicking\""]), Some(5));
}

#[test]
fn every_event_is_taken_or_counted_while_an_observer_is_shut_down() {
    const EVENTS: u64 = 20_000;
    for _ in 0..8 {
        let rig = Rig::new();
        let storage = rig.engine.storage();
        let notes = Notes::default();
        let guard = storage.observe_queued(Writer(notes.clone()), 32).unwrap();
        let host = host(&storage);
        thread::scope(|threads| {
            threads.spawn(|| (0..EVENTS).for_each(|_| host.accessed(Keys::new(1, 0))));
            threads.spawn(move || drop(guard));
        });
        let dropped: u64 = ["queue_full", "shut_down"]
            .map(|reason| counted(&rig, "event.dropped", &["\"writer\"", reason]).unwrap())
            .iter()
            .sum();
        assert_eq!(notes.lines().len() as u64 + dropped, EVENTS);
        assert_eq!(counted(&rig, "event.queued", &["\"writer\""]), Some(0));
    }
}

#[test]
fn how_long_events_wait_for_their_observer_is_shown() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let (observer, go, taken) = held();
    let thread = storage.observe_queued(observer, 8).unwrap();
    let host = host(&storage);
    host.accessed(Keys::new(1, 0));
    host.accessed(Keys::new(1, 0));
    rig.advance_ms(250);
    drop(go);
    drop(thread);
    assert_eq!(taken.lines().len(), 2);
    let lag: Vec<String> = rig.points("infer.sdk.observer.event.lag").collect();
    assert!(lag.len() == 1 && lag[0].ends_with(" 0.25"), "{lag:?}");
}

/// The hashes, bytes and time of events.
type Evictions = Vec<(Vec<u64>, u64, u64)>;

/// Writes down what was evicted.
struct Hashes(Arc<Mutex<Evictions>>);

impl StorageObserver for Hashes {
    fn name(&self) -> &str {
        "hashes"
    }

    fn on_evicted(&self, event: &StorageEvent<'_>) {
        let of = (event.done.hashes.to_vec(), event.done.bytes, event.unix_nanos);
        self.0.lock().expect("nobody panics with it").push(of);
    }
}

#[test]
fn a_long_event_arrives_queued_as_several_that_add_up_to_it() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let seen = Arc::<Mutex<Evictions>>::default();
    let thread = storage.observe_queued(Hashes(Arc::clone(&seen)), 64).unwrap();
    let hashes: Vec<u64> = (100..100 + 2 * HASHES_PER_QUEUED_EVENT as u64 + 3).collect();
    host(&storage).evicted(KvCacheEvictionReason::Capacity, Keys::hashed(&hashes, 1001));
    rig.advance_ms(1);
    drop(thread);
    let seen = seen.lock().expect("nobody panics with it");
    assert_eq!(seen.len(), 3);
    assert_eq!(seen.iter().flat_map(|(hashes, ..)| hashes.clone()).collect::<Vec<_>>(), hashes);
    assert_eq!(seen.iter().map(|(_, bytes, _)| bytes).sum::<u64>(), 1001);
    assert!(seen.iter().all(|(_, _, time)| *time == START), "when it was reported");
}
