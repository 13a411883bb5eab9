//! A queue on disk: what it has acknowledged survives the process.
//!
//! Requests are promised room, written by one thread in batches, and acknowledged once they are in the log. What cannot
//! be written is refused, so that its sender keeps it. Consumers read in turn what leaves as one (`gather.rs`); with
//! several, metrics of one resource still leave one after another. When the collector stops, what was not delivered
//! stays, and is delivered by the next one: at the bound and when it is too old it is given up, and counted. What the
//! other side refuses for good, and what changed on disk, is kept as a dead letter.

mod clock;
mod dead_letters;
mod gather;
mod pending;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    hash::BuildHasher,
    io,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use foldhash::quality::RandomState;
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, oneshot, watch},
    time,
};

use self::{
    clock::Clock,
    dead_letters::{DeadLetters, Inbox},
    pending::Pending,
    writer::Writer,
};
use super::{
    bounds::{Bounds, Load},
    joining::Joining,
    lane::Lanes,
    waiting::{Fate, Waiting},
};
use crate::{
    config::{OnFull, QueueSettings, QueueStorage, Sizer},
    failpoint::{self, FailPoint},
    health::{Gauged, QueueLevel},
    http::StartError,
    journal::{
        self, Content, DeadLetter, DeadLetterReason, Durability, Folder, Header, Journal, Totals,
    },
    pipeline::{Exporter, Item, Refusal, RefusalReason, RejectReason, Reservation, Signal},
    self_metrics::{ExporterMetrics, SelfMetrics},
};

/// Files that a full queue consists of, about. Each goes when all of it was delivered, so that there are a few more
/// bytes on disk than in requests.
const SEGMENTS: u64 = 16;
/// The shortest and the longest file.
const SEGMENT_BYTES: std::ops::RangeInclusive<u64> = (256 << 10)..=(16 << 20);

/// Bytes that are acknowledged soon: further requests are refused until they are written.
const PENDING_BYTES_MAX: u64 = 64 << 20;

/// When a sender should come back after there was no room.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The queue of one exporter, on disk.
#[derive(Debug)]
pub(in crate::exporters) struct DurableQueue<S: journal::Storage> {
    name: String,
    metrics: Arc<ExporterMetrics>,
    bounds: Bounds,
    disk_bytes_max: u64,
    age_max: Duration,
    is_parallel: bool,
    hasher: RandomState,
    joining: Joining,
    journal: Mutex<Journal<S>>,
    pending: Pending,
    dead_letters: Inbox,
    /// What waits on disk or is being sent.
    stored: Mutex<Totals>,
    /// Requests that are being sent.
    in_flight: AtomicU64,
    /// So many bytes were stored when a request found no room; 0 if the last one did.
    full_at: AtomicU64,
    /// The lanes of what is being sent.
    sending: Mutex<Vec<Lanes>>,
    /// One consumer at a time looks for what to send.
    turn: tokio::sync::Mutex<()>,
    /// There may be something to send, or the end.
    changed: Notify,
    /// A lane is free.
    freed: Notify,
    /// Which dismissal consumers are to follow, if they are to leave it to others.
    dismissed: watch::Sender<Option<u64>>,
    /// Dismissals so far.
    dismissals: AtomicU64,
    /// Resolves when the writer has ended.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

/// A request that was read.
#[derive(Debug)]
pub(in crate::exporters) struct Held {
    pub(super) waiting: Waiting,
    header: Header,
}

impl DurableQueue<Folder> {
    /// The time that attempts under way are given when the collector stops.
    pub(super) const LAST_ATTEMPT: Duration = Duration::from_secs(1);

    /// Opens the folder and starts the thread that writes there.
    pub(super) fn start(
        name: &str,
        settings: &QueueSettings,
        storage: &QueueStorage,
        metrics: &SelfMetrics,
    ) -> Result<Arc<Self>, StartError> {
        let folder = &storage.folder;
        let failed = |cause: io::Error| {
            let remedy = if cause.kind() == io::ErrorKind::WouldBlock {
                "another process has it; stop that one, or set another directory".to_owned()
            } else {
                format!("{cause}; let this user write there, or set another directory")
            };
            let of = &storage.extension;
            StartError::new(
                name,
                format!("cannot keep its queue in {} ({of}): {remedy}", folder.display()),
            )
        };
        let log = journal::Settings {
            durability: storage.durability,
            segment_bytes: (disk_bytes_max(settings) / SEGMENTS)
                .clamp(*SEGMENT_BYTES.start(), *SEGMENT_BYTES.end()),
            // Random, as that of every hasher is.
            seed: std::hash::RandomState::new().hash_one(()),
        };
        let taken = Folder::take(folder).map_err(failed)?;
        let itself = taken.clone();
        let opened = Journal::open(taken, log).map_err(failed)?;
        if opened.has_lost_checkpoint {
            tracing::warn!(
                "{name}: the checkpoint in {} could not be read; what was delivered already is sent again",
                folder.display()
            );
        }
        let disk = (itself, storage.durability);
        Self::with(name, settings, opened.journal, disk, Clock::start(), metrics).map_err(failed)
    }
}

impl<S: journal::Storage> DurableQueue<S> {
    /// A queue over a log, and its thread; `disk` is where the log is, for its dead letters.
    fn with(
        name: &str,
        settings: &QueueSettings,
        journal: Journal<S>,
        disk: (S, Durability),
        clock: Clock,
        metrics: &SelfMetrics,
    ) -> io::Result<Arc<Self>> {
        let metrics = metrics.exporter(name);
        metrics.queue_limit(settings.size);
        let (storage, durability) = disk;
        let letters_max = settings.dead_letter_bytes_max;
        let letters = DeadLetters::open(name, &metrics, storage, durability, letters_max);
        let (end, ended) = oneshot::channel();
        let queue = Arc::new(Self {
            name: name.to_owned(),
            metrics,
            bounds: Bounds::new(settings),
            disk_bytes_max: disk_bytes_max(settings),
            age_max: settings.age_max,
            is_parallel: settings.consumers > 1,
            hasher: RandomState::default(),
            joining: Joining::new(settings.batch),
            journal: Mutex::new(journal),
            pending: Pending::default(),
            dead_letters: Inbox::new(letters_max),
            stored: Mutex::default(),
            in_flight: AtomicU64::new(0),
            full_at: AtomicU64::new(0),
            sending: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            freed: Notify::new(),
            dismissed: watch::Sender::new(None),
            dismissals: AtomicU64::new(0),
            ended: Mutex::new(Some(ended)),
        });
        let gauged: Weak<dyn Gauged> = Arc::<Self>::downgrade(&queue);
        // Before the writer, whose first failure would be forgotten with what was known of another queue.
        queue.metrics.health().has_queue(gauged);
        Writer::new(Arc::clone(&queue), letters, durability, clock).start(end)?;
        let Totals { records, bytes, .. } = *queue.stored.lock();
        if records > 0 {
            tracing::info!(
                "{name}: {records} requests of {bytes} bytes wait in its queue since an earlier run"
            );
        }
        Ok(queue)
    }

    /// How much is joined.
    pub(super) const fn joining(&self) -> &Joining {
        &self.joining
    }

    /// Counts a request that is not what was sent any more, and keeps what is left of it.
    fn give_up_corrupt(&self, header: &Header, left: &Bytes) {
        let letter = || {
            let said = "what its file holds does not fit its checksum";
            let dead = Some(DeadLetter::new(DeadLetterReason::Corrupt, said));
            Content { dead, ..header.salvage(left) }
        };
        self.dead_letters.push(letter, &self.metrics);
        self.settle_as(header, |metrics, header| {
            metrics.rejected(header.signal, RejectReason::Corrupt, header.items);
        });
    }

    /// Keeps what the other side refuses for good, of a request that is settled after this; whether it does, unless the
    /// disk fails.
    pub(super) fn keep_dead_letter(&self, held: &Held, said: &str) -> bool {
        let letter = || Content {
            signal: held.waiting.signal,
            items: held.waiting.items,
            tenant: held.waiting.tenant.clone(),
            bytes: held.waiting.bytes.clone(),
            dead: Some(DeadLetter::new(DeadLetterReason::Remote, said)),
        };
        self.dead_letters.push(letter, &self.metrics)
    }

    /// Forgets a request that was delivered or given up, and counts which.
    pub(super) fn settle(&self, held: &Held, fate: Fate) {
        failpoint::hit(FailPoint::RequestDelivered);
        self.let_go(held);
        self.settle_as(&held.header, |metrics, header| {
            fate.count(metrics, header.signal, header.items)
        });
        failpoint::hit(FailPoint::RequestSettled);
    }

    /// Has a request that was neither delivered nor given up wait again, in its old place.
    pub(super) fn give_back(&self, held: &Held) {
        self.journal.lock().give_back(held.header.sequence);
        self.let_go(held);
        self.changed.notify_one();
    }

    /// It is not being sent any more.
    fn let_go(&self, held: &Held) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let lanes = &held.waiting.lanes;
        if *lanes != Lanes::NONE {
            let mut sending = self.sending.lock();
            if let Some(place) = sending.iter().position(|taken| taken == lanes) {
                sending.swap_remove(place);
            }
            drop(sending);
            self.freed.notify_one();
        }
    }

    fn settle_as(&self, header: &Header, count: impl FnOnce(&ExporterMetrics, &Header)) {
        // Under the lock, so that nothing is counted here and as evicted too.
        let mut journal = self.journal.lock();
        if journal.settle(header) {
            self.metrics.dequeued(header.signal, header.items);
            count(&self.metrics, header);
        }
        self.show(&journal);
    }

    /// Counts what is given up, which the log has settled.
    fn give_up(&self, lost: &Totals, reason: RejectReason) {
        for (signal, items) in Signal::ALL.into_iter().zip(lost.items) {
            if items > 0 {
                self.metrics.dequeued(signal, items);
                self.metrics.rejected(signal, reason, items);
            }
        }
    }

    /// Takes over what the log holds, for bounds and metrics.
    fn show(&self, journal: &Journal<S>) {
        let unsettled = journal.unsettled();
        *self.stored.lock() = unsettled;
        self.metrics.queue_usage(self.units(&unsettled));
    }

    fn units(&self, totals: &Totals) -> u64 {
        match self.bounds.sizer {
            Sizer::Requests => totals.records,
            Sizer::Items => totals.items.iter().sum(),
            Sizer::Bytes => totals.bytes,
        }
    }

    /// Items that wait or are being sent, by signal.
    pub(super) fn items(&self) -> [(Signal, u64); Signal::ALL.len()] {
        let stored = *self.stored.lock();
        Signal::ALL.map(|signal| (signal, stored.items[signal as usize]))
    }

    /// Takes no more, and hands out no more.
    pub(super) fn stop(&self) {
        self.pending.stop();
        self.changed.notify_one();
        self.freed.notify_one();
    }

    /// Hands out no more to the consumers that there are, which are to give back what they cannot deliver in
    /// [`DurableQueue::LAST_ATTEMPT`]. It takes what comes all the same. Returns which dismissal this is.
    pub(super) fn dismiss(&self) -> u64 {
        let nth = self.dismissals.fetch_add(1, Ordering::Relaxed) + 1;
        self.dismissed.send_replace(Some(nth));
        self.changed.notify_one();
        self.freed.notify_one();
        nth
    }

    /// Hands out to others, once those that were dismissed have ended; not if others yet are to come since.
    pub(super) fn engage(&self, dismissal: u64) {
        self.dismissed.send_if_modified(|now| now.take_if(|now| *now == dismissal).is_some());
    }

    /// Resolves when a consumer has to give back what it has.
    pub(super) async fn dismissal(&self) {
        // Its sender is here, so that this waits.
        let _ = self.dismissed.subscribe().wait_for(Option::is_some).await;
        time::sleep(DurableQueue::<Folder>::LAST_ATTEMPT).await;
    }

    /// Nothing is settled any more: the writer may end.
    pub(super) fn finish(&self) {
        self.pending.finish();
    }

    /// The same, and waits until the last checkpoint is written.
    pub(super) async fn end(&self, deadline: Duration) {
        self.finish();
        let ended = self.ended.lock().take();
        if let Some(ended) = ended {
            let _ = time::timeout(deadline, ended).await;
        }
        for (signal, items) in self.items() {
            self.metrics.left_on_disk(signal, items);
        }
    }

    /// Why a request of this load cannot come in now; nothing if it can.
    fn refusal(&self, load: Load) -> Option<Refusal> {
        let refusal =
            |reason, message: String, retry_after| Some(Refusal { reason, message, retry_after });
        let Bounds { units_max, on_full, .. } = self.bounds;
        if load.units > units_max || load.bytes > self.disk_bytes_max {
            let message = format!(
                "{}: this request has {} bytes and {} units, and its queue holds {} and {units_max} at most; send \
                 smaller requests",
                self.name, load.bytes, load.units, self.disk_bytes_max
            );
            return refusal(RefusalReason::TooLarge, message, None);
        }
        let promised = self.pending.promised();
        if promised.bytes + load.bytes > PENDING_BYTES_MAX {
            let message = format!(
                "{}: {} bytes are being written to its queue; come back",
                self.name, promised.bytes
            );
            return refusal(RefusalReason::QueueFull, message, Some(RETRY_AFTER));
        }
        if on_full == OnFull::EvictOldest {
            return None;
        }
        let stored = *self.stored.lock();
        let units = self.units(&stored) + promised.units + load.units;
        let bytes = stored.bytes + promised.bytes + load.bytes;
        if units <= units_max && bytes <= self.disk_bytes_max {
            self.full_at.store(0, Ordering::Relaxed);
            return None;
        }
        self.full_at.store(stored.bytes, Ordering::Relaxed);
        let message = format!(
            "{}: its queue holds {} bytes in {} requests; wait until the other side has caught up",
            self.name, stored.bytes, stored.records
        );
        refusal(RefusalReason::QueueFull, message, Some(RETRY_AFTER))
    }
}

impl<S: journal::Storage> Exporter for DurableQueue<S> {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        let load = self.bounds.load(item.bytes.len(), item.counts.items);
        if self.pending.is_stopping() {
            return Err(Refusal {
                reason: RefusalReason::Stopping,
                message: format!(
                    "{}: the collector is stopping; send it again elsewhere",
                    self.name
                ),
                retry_after: None,
            });
        }
        if let Some(refusal) = self.refusal(load) {
            return Err(refusal);
        }
        self.pending.promise(load);
        Ok(Box::new(Place { pending: &self.pending, load, is_used: false }))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        visit(&self.metrics);
    }
}

impl<S: journal::Storage> Gauged for DurableQueue<S> {
    fn level(&self) -> QueueLevel {
        let stored = *self.stored.lock();
        let Bounds { units_max, sizer, on_full, .. } = self.bounds;
        let (size, full_at) = (self.units(&stored), self.full_at.load(Ordering::Relaxed));
        let is_at_bound = size >= units_max || stored.bytes >= self.disk_bytes_max;
        // One request may be too large for what is left of a queue that others fit in.
        let is_nearly_full = [(size, units_max), (stored.bytes, self.disk_bytes_max)]
            .into_iter()
            .any(|(used, most)| used >= most / 10 * 9);
        let has_refused = full_at > 0 && stored.bytes >= full_at && is_nearly_full;
        let oldest = self.journal.lock().oldest_unix_millis();
        let age = |since: u64| Duration::from_millis(journal::unix_millis().saturating_sub(since));
        QueueLevel {
            sizer: sizer.as_str(),
            size,
            capacity: units_max,
            bytes: stored.bytes,
            bytes_capacity: self.disk_bytes_max,
            in_flight_requests: self.in_flight.load(Ordering::Relaxed),
            oldest_age: oldest.map(age),
            is_durable: true,
            is_full: on_full == OnFull::Refuse && (is_at_bound || has_refused),
        }
    }
}

const fn disk_bytes_max(settings: &QueueSettings) -> u64 {
    match settings.sizer {
        Sizer::Bytes => settings.size,
        Sizer::Requests | Sizer::Items => QueueSettings::DISK_BYTES_MAX,
    }
}

/// Room for one request.
struct Place<'a> {
    pending: &'a Pending,
    load: Load,
    is_used: bool,
}

impl Reservation for Place<'_> {
    fn commit(mut self: Box<Self>, item: Item) {
        self.is_used = true;
        self.pending.push(item, self.load);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.is_used {
            self.pending.release(self.load);
        }
    }
}
