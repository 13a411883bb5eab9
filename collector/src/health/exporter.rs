//! What is wrong with an exporter: its backend, or its queue.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::workers::{Worker, Workers};
use crate::journal::unix_millis;

/// Characters of a message that are kept; what it quotes, a backend has chosen.
const MESSAGE_CHARS_MAX: usize = 500;

/// After so long without a write, a disk that has failed is tried again: a sender that goes elsewhere as long as this
/// collector is not ready would never show that it works.
const STORAGE_DOUBT: Duration = Duration::from_secs(30);

/// The health of one exporter, which it tells itself.
pub struct ExporterHealth {
    workers: Workers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    delivery: Option<Trouble>,
    storage: Option<(Trouble, Instant)>,
    last: Option<Trouble>,
    /// The newest last: while a reload replaces one there are two, and the new one may never come to run.
    queues: Vec<Weak<dyn Gauged>>,
}

/// What went wrong, and when first, in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is logged of it.
    pub message: Arc<str>,
    /// When it began.
    pub since: u64,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct QueueLevel {
    /// What `size` and `capacity` count.
    pub sizer: &'static str,
    /// What waits; in a queue on disk what is being sent, too.
    pub size: u64,
    /// Most that may.
    pub capacity: u64,
    /// Bytes of what waits or is being sent.
    pub bytes: u64,
    /// Most that they may be.
    pub bytes_capacity: u64,
    /// Requests that were taken from it and are not settled.
    pub in_flight_requests: u64,
    /// How long what waits longest has waited; nothing if nothing does.
    #[serde(rename = "oldest_age_seconds", serialize_with = "seconds")]
    pub oldest_age: Option<Duration>,
    /// Whether it is on disk.
    pub is_durable: bool,
    /// Whether it refuses what comes in.
    pub is_full: bool,
}

fn seconds<S: serde::Serializer>(age: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    match age {
        Some(age) => to.serialize_some(&age.as_secs_f64()),
        None => to.serialize_none(),
    }
}

/// A queue that can be looked at.
pub trait Gauged: Send + Sync {
    /// How full it is now.
    fn level(&self) -> QueueLevel;
}

impl ExporterHealth {
    pub(super) fn new(workers: Workers) -> Self {
        Self { workers, state: Mutex::default() }
    }

    /// A worker of the exporter begins; `name` is its place in the configuration.
    pub fn begin(&self, name: &str) -> Worker {
        self.workers.begin(name)
    }

    /// From now on this is its queue, for as long as it is there. What is said of the disk of another is not of it.
    pub fn has_queue(&self, queue: Weak<dyn Gauged>) {
        let mut state = self.state.lock();
        state.storage = None;
        state.queues.retain(|queue| queue.strong_count() > 0);
        state.queues.push(queue);
    }

    /// The other side takes what it is sent.
    pub fn delivers(&self) {
        self.state.lock().delivery = None;
    }

    /// It takes a part only, which is no state: the message is kept as the last error.
    pub fn delivers_partly(&self, message: &str) {
        let mut state = self.state.lock();
        state.delivery = None;
        state.last = Some(Trouble::now(message));
    }

    /// It takes nothing.
    pub fn fails(&self, message: &str) {
        let mut state = self.state.lock();
        let trouble = Trouble::after(state.delivery.as_ref(), message);
        state.last = Some(Trouble::now(message));
        state.delivery = Some(trouble);
    }

    /// Its queue on disk can be written.
    pub fn storage_works(&self) {
        self.state.lock().storage = None;
    }

    /// Its queue on disk could not be written at this time.
    pub fn storage_fails(&self, message: &str, now: Instant) {
        let message = format!("its queue cannot be written: {message}");
        let mut state = self.state.lock();
        let before = state.storage.as_ref().map(|(trouble, _)| trouble);
        let trouble = Trouble::after(before, &message);
        state.last = Some(Trouble::now(&message));
        state.storage = Some((trouble, now));
    }

    /// What is wrong now, if anything is.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        let state = self.state.lock();
        state.storage.as_ref().map(|(trouble, _)| trouble).or(state.delivery.as_ref()).cloned()
    }

    /// What went wrong last, whether it still does or not.
    #[must_use]
    pub fn last_error(&self) -> Option<Trouble> {
        self.state.lock().last.clone()
    }

    /// How full its queue is; nothing if it has none.
    #[must_use]
    pub fn queue(&self) -> Option<QueueLevel> {
        // Asked without the lock, which a queue may want while it holds its own.
        let queue = self.state.lock().queues.iter().rev().find_map(Weak::upgrade)?;
        Some(queue.level())
    }

    /// Why its queue on disk takes no requests at this time, if that is so.
    pub(super) fn refuses(&self, now: Instant) -> Option<String> {
        let storage = self.state.lock().storage.clone();
        if let Some((trouble, at)) = storage
            && now.saturating_duration_since(at) < STORAGE_DOUBT
        {
            return Some(trouble.message.to_string());
        }
        let level = self.queue().filter(|level| level.is_durable && level.is_full)?;
        let QueueLevel { sizer, size, bytes, .. } = level;
        Some(format!("its queue is full: {size} {sizer}, {bytes} bytes"))
    }
}

impl Trouble {
    fn now(message: &str) -> Self {
        Self { message: shortened(message).into(), since: unix_millis() }
    }

    /// It goes on, in other words maybe.
    fn after(before: Option<&Self>, message: &str) -> Self {
        let now = Self::now(message);
        Self { since: before.map_or(now.since, |before| before.since), ..now }
    }
}

fn shortened(message: &str) -> &str {
    message.char_indices().nth(MESSAGE_CHARS_MAX).map_or(message, |(end, _)| &message[..end])
}

impl fmt::Debug for ExporterHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExporterHealth").field("trouble", &self.trouble()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exporter() -> ExporterHealth {
        ExporterHealth::new(Workers::default())
    }

    #[test]
    fn trouble_lasts_until_the_next_delivery_and_is_remembered() {
        let exporter = exporter();
        exporter.fails("connection refused");
        let first = exporter.trouble().expect("it fails");
        exporter.fails("no answer");
        let second = exporter.trouble().expect("it fails");
        assert_eq!((&*second.message, second.since), ("no answer", first.since));
        exporter.delivers();
        assert_eq!(exporter.trouble(), None);
        assert_eq!(&*exporter.last_error().expect("it failed").message, "no answer");
    }

    #[test]
    fn what_a_backend_says_is_kept_to_a_bound() {
        let exporter = exporter();
        exporter.fails(&"ü".repeat(1 << 20));
        let message = exporter.trouble().expect("it fails").message;
        assert_eq!(message.chars().count(), MESSAGE_CHARS_MAX);
    }

    #[test]
    fn a_disk_that_failed_is_tried_again_after_a_while() {
        let exporter = exporter();
        let start = Instant::now();
        exporter.storage_fails("no space left on device", start);
        let just_before = start + STORAGE_DOUBT - Duration::from_millis(1);
        assert!(exporter.refuses(just_before).is_some_and(|it| it.contains("no space")));
        assert_eq!(exporter.refuses(start + STORAGE_DOUBT), None);
        exporter.storage_works();
        assert_eq!(exporter.trouble(), None);
    }

    #[test]
    fn only_a_full_queue_on_disk_refuses() {
        struct Fixed(QueueLevel);
        impl Gauged for Fixed {
            fn level(&self) -> QueueLevel {
                self.0
            }
        }
        let level = |is_durable, is_full| QueueLevel {
            sizer: "requests",
            size: 7,
            capacity: 7,
            bytes: 70,
            bytes_capacity: 100,
            in_flight_requests: 0,
            oldest_age: None,
            is_durable,
            is_full,
        };
        for (is_durable, is_full, expected) in
            [(true, true, true), (true, false, false), (false, true, false)]
        {
            let exporter = exporter();
            let queue: Arc<dyn Gauged> = Arc::new(Fixed(level(is_durable, is_full)));
            exporter.has_queue(Arc::downgrade(&queue));
            assert_eq!(exporter.refuses(Instant::now()).is_some(), expected);
            drop(queue);
            assert_eq!(exporter.queue(), None, "one that is gone is none");
        }
    }

    #[test]
    fn a_queue_that_never_came_to_run_hides_none() {
        struct Sized(u64);
        impl Gauged for Sized {
            fn level(&self) -> QueueLevel {
                QueueLevel {
                    sizer: "requests",
                    size: self.0,
                    capacity: 7,
                    bytes: 0,
                    bytes_capacity: 0,
                    in_flight_requests: 0,
                    oldest_age: None,
                    is_durable: true,
                    is_full: false,
                }
            }
        }
        let exporter = exporter();
        let size = || exporter.queue().map(|level| level.size);
        let [runs, fails] = [1, 2].map(|size| Arc::new(Sized(size)) as Arc<dyn Gauged>);
        exporter.has_queue(Arc::downgrade(&runs));
        exporter.has_queue(Arc::downgrade(&fails));
        assert_eq!(size(), Some(2), "the newest");
        drop(fails);
        assert_eq!(size(), Some(1));
    }
}
