//! Requests on disk until all of their spans are decided, and the kept ones are behind the sampler.
//!
//! A request is acknowledged once it is in the log. From there it is read in order, as fast as the sampler has room, and
//! it is settled when nothing of it waits any more. What is not settled when the process ends is read again by the next
//! one: it decides anew, as a decision is not on disk, and may send a second time what was sent already.

use std::{collections::VecDeque, hash::BuildHasher, io, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::{
    task::spawn_blocking,
    time::{self, Instant},
};

use super::{
    super::{
        latch::Latch,
        stop::{RETRY_AFTER, Stop},
    },
    shared::Shared,
    source::{Settled, Source},
};
use crate::{
    config::QueueStorage,
    http::StartError,
    journal::{self, Content, Damage, Folder, Header, Journal, Storage, Stored, unix_millis},
    pipeline::{Exporter, Item, Refusal, RefusalReason, RejectReason, Reservation, Signal, Tenant},
    self_metrics::ExporterMetrics,
};

/// Bytes of requests on disk; at the bound requests are refused. Seven eighths of them may be there for undecided traces:
/// beyond, the oldest of these are decided early.
pub(super) const DISK_BYTES_MAX: u64 = 1 << 30;
/// Files that a full log consists of, about.
const SEGMENT_BYTES: u64 = DISK_BYTES_MAX / 64;
/// Bytes of requests that are acknowledged soon; further ones are refused until they are written.
const PENDING_BYTES_MAX: usize = 64 << 20;
/// What one write takes at most, and what is read at a time, unless a single request is larger.
const COMMIT_BYTES: usize = 1 << 20;
/// Between two checkpoints: what was settled since the last one is read again after a kill.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(100);

/// Between the entrance of a sampler and its log.
#[derive(Debug)]
pub(super) struct Ledger<S: Storage> {
    shared: Arc<Shared>,
    journal: Mutex<Journal<S>>,
    pending: Mutex<Pending>,
    pub(super) settled: Arc<Settled>,
    disk_bytes_max: u64,
    /// Told once the worker of the sampler has ended.
    pub(super) stop: Stop,
    /// What was told of.
    told: Mutex<Damage>,
    failing: Failing,
}

/// What fails now: it is told of when it begins and when it ends, as a disk that is full is asked ten times a second.
#[derive(Debug, Default)]
struct Failing {
    writes: Latch,
    reads: Latch,
    checkpoints: Latch,
}

#[derive(Debug, Default)]
struct Pending {
    items: VecDeque<Item>,
    /// Bytes of these, and of those that were promised room and are not here yet.
    bytes: usize,
    /// Bytes on disk that are not settled.
    stored: u64,
}

/// Opens the folder of a sampler.
pub(super) fn open(name: &str, storage: &QueueStorage) -> Result<Journal<Folder>, StartError> {
    let settings = journal::Settings {
        durability: storage.durability,
        segment_bytes: SEGMENT_BYTES,
        // Random, as that of every hasher is.
        seed: std::hash::RandomState::new().hash_one(()),
    };
    let folder = &storage.folder;
    let opened = Folder::take(folder).and_then(|taken| Journal::open(taken, settings));
    let opened = opened.map_err(|cause| {
        let remedy = if cause.kind() == io::ErrorKind::WouldBlock {
            "another process has it; stop that one, or set another directory".to_owned()
        } else {
            format!("{cause}; let this user write there, or set another directory")
        };
        let (folder, of) = (folder.display(), &storage.extension);
        StartError::new(name, format!("cannot keep its requests in {folder} ({of}): {remedy}"))
    })?;
    if opened.has_lost_checkpoint {
        tracing::warn!(
            "{name}: the checkpoint in {} could not be read; what was decided already is decided again",
            folder.display()
        );
    }
    Ok(opened.journal)
}

impl<S: Storage> Ledger<S> {
    /// Counts what an earlier process left.
    pub(super) fn new(
        shared: Arc<Shared>,
        mut journal: Journal<S>,
        disk_bytes_max: u64,
    ) -> io::Result<Arc<Self>> {
        while journal.survey()? {}
        let unsettled = journal.unsettled();
        let spans = unsettled.items[Signal::Traces as usize];
        shared.on_disk(spans);
        if unsettled.records > 0 {
            tracing::info!(
                "{}: {} requests with {spans} undecided spans are on disk since an earlier run",
                shared.name,
                unsettled.records
            );
        }
        let pending = Pending { stored: unsettled.bytes, ..Pending::default() };
        Ok(Arc::new(Self {
            shared,
            journal: Mutex::new(journal),
            pending: Mutex::new(pending),
            settled: Arc::default(),
            disk_bytes_max,
            stop: Stop::new(),
            told: Mutex::default(),
            failing: Failing::default(),
        }))
    }

    fn reserve(&self, bytes: usize) -> Result<(), Refusal> {
        let mut pending = self.pending.lock();
        let name = &self.shared.name;
        let on_disk = pending.stored + pending.bytes as u64 + bytes as u64;
        let message = if pending.bytes > 0 && pending.bytes + bytes > PENDING_BYTES_MAX {
            format!("{name}: {} bytes are being written to disk; come back", pending.bytes)
        } else if on_disk > self.disk_bytes_max {
            format!(
                "{name}: {} of {} bytes on disk hold spans that wait; wait until what is behind it has caught up",
                pending.stored, self.disk_bytes_max
            )
        } else {
            pending.bytes += bytes;
            return Ok(());
        };
        let retry_after = Some(RETRY_AFTER);
        Err(Refusal { reason: RefusalReason::QueueFull, message, retry_after })
    }

    fn release(&self, bytes: usize) {
        self.pending.lock().bytes -= bytes;
    }

    fn push(&self, item: Item) {
        self.pending.lock().items.push_back(item);
        self.settled.wake.notify_one();
    }

    /// The oldest requests that are to be written at once.
    fn take_pending(&self) -> Vec<Item> {
        let mut pending = self.pending.lock();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(next) = pending.items.front() {
            if !batch.is_empty() && bytes + next.bytes.len() > COMMIT_BYTES {
                break;
            }
            bytes += next.bytes.len();
            batch.extend(pending.items.pop_front());
        }
        batch
    }

    /// Writes requests; their senders are answered when the batch is dropped.
    fn write(&self, batch: &[Item]) {
        let contents: Vec<Content> = batch.iter().map(Content::from).collect();
        let written = self.append(&contents);
        let bytes = batch.iter().map(|item| item.bytes.len()).sum();
        // Before the senders are answered, who may come back at once.
        self.release(bytes);
        self.note(&self.failing.writes, written.as_ref().err(), "its requests", "written");
        match written {
            Ok(()) => self.shared.on_disk(batch.iter().map(|item| item.counts.items).sum()),
            Err(cause) => batch.iter().for_each(|item| self.refuse(item, &cause)),
        }
    }

    fn note(&self, latch: &Latch, failure: Option<&io::Error>, what: &str, done: &str) {
        if latch.turns(failure.is_some()) {
            let name = &self.shared.name;
            match failure {
                Some(cause) => tracing::warn!("{name}: {what} cannot be {done}: {cause}"),
                None => tracing::info!("{name}: {what} can be {done} again"),
            }
        }
    }

    fn append(&self, contents: &[Content]) -> io::Result<()> {
        let append = self.journal.lock().begin_append(contents, unix_millis())?;
        let written = append.write();
        let mut journal = self.journal.lock();
        journal.finish_append(append, written)?;
        self.pending.lock().stored = journal.unsettled().bytes;
        Ok(())
    }

    fn refuse(&self, item: &Item, cause: &io::Error) {
        let name = &self.shared.name;
        self.shared.rejected(RejectReason::WriteFailed, item.counts.items);
        item.ack.refuse(Refusal {
            reason: RefusalReason::StorageFailed,
            message: format!("{name}: its requests could not be written: {cause}; come back"),
            retry_after: Some(RETRY_AFTER),
        });
    }

    /// Reads the oldest requests that the sampler has not seen, until there are some or the folder cannot be read.
    fn read(&self) -> Vec<Read> {
        let (mut read, mut bytes) = (Vec::new(), 0);
        while bytes < COMMIT_BYTES {
            let next = self.read_next();
            self.note(&self.failing.reads, next.as_ref().err(), "its requests", "read");
            let Ok(Some(next)) = next else { break };
            bytes += next.bytes.len();
            read.push(next);
        }
        read
    }

    /// Reads the oldest; what is corrupt is counted and passed over.
    fn read_next(&self) -> io::Result<Option<Read>> {
        loop {
            let Some(place) = self.journal.lock().take()? else {
                return Ok(None);
            };
            let stored = place
                .read()
                .inspect_err(|_| self.journal.lock().give_back(place.header.sequence))?;
            let Stored::Whole(content) = stored else {
                self.shared.corrupt(place.header.items);
                self.settle(&[place.header]);
                continue;
            };
            let Content { tenant, bytes, items, .. } = content;
            let source = Source::new(place.header, &self.settled);
            return Ok(Some(Read { tenant, bytes, items, source }));
        }
    }

    fn settle(&self, headers: &[Header]) {
        if headers.is_empty() {
            return;
        }
        let mut journal = self.journal.lock();
        for header in headers {
            journal.settle(header);
        }
        self.pending.lock().stored = journal.unsettled().bytes;
    }

    /// Settles what is done, and decides traces early, the one that is due first in front, until those that are left hold
    /// no more of the disk than their share. What is on disk as it was not read yet, or as what is behind does not take
    /// it, makes nobody decide: that would spoil decisions and free nothing.
    fn tidy(&self) {
        self.settle(&self.settled.take());
        let share = self.disk_bytes_max / 8 * 7;
        while self.settled.undecided_bytes() > share && self.shared.decide_first() {}
        self.settle(&self.settled.take());
    }

    /// Writes down what is settled, after what is lost was counted.
    fn checkpoint(&self) {
        self.tell_damage();
        let Some(saving) = self.journal.lock().begin_checkpoint() else {
            return;
        };
        let stored = saving.store();
        let finished = self.journal.lock().finish_checkpoint(saving, stored);
        let failure = finished.as_ref().err();
        self.note(&self.failing.checkpoints, failure, "its checkpoint", "written");
    }

    /// What was found damaged since it was told last.
    fn tell_damage(&self) {
        let damage = self.journal.lock().damage();
        let before = std::mem::replace(&mut *self.told.lock(), damage);
        if damage == before {
            return;
        }
        let (records, bytes) = (damage.records - before.records, damage.bytes - before.bytes);
        self.shared.rest.reach(&mut |exporter| exporter.queue_lost(records));
        tracing::warn!(
            "{}: {bytes} bytes on disk are of no request, and {records} requests are lost",
            self.shared.name
        );
    }

    fn is_idle(&self) -> bool {
        let pending = self.pending.lock();
        pending.items.is_empty() && pending.bytes == 0
    }
}

/// A request that was read.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) tenant: Tenant,
    pub(super) bytes: Bytes,
    pub(super) items: u64,
    pub(super) source: Arc<Source>,
}

/// Writes, reads and settles, until the sampler has stopped and nothing is promised room any more.
pub(super) async fn run<S: Storage>(ledger: Arc<Ledger<S>>) {
    let mut stopping = ledger.stop.listen();
    let mut unfed: VecDeque<Read> = VecDeque::new();
    let mut saved = Instant::now();
    loop {
        let is_stopping = stopping.is_told();
        let batch = ledger.take_pending();
        let has_written = !batch.is_empty();
        let is_due = saved.elapsed() >= CHECKPOINT_EVERY || is_stopping;
        // Once the sampler empties itself, what is on disk stays there for the next process.
        let may_feed = !is_stopping && !ledger.shared.stop.is_told();
        let is_hungry = unfed.is_empty() && may_feed;
        let own = Arc::clone(&ledger);
        let worked = spawn_blocking(move || own.work(batch, is_hungry, is_due)).await;
        // The runtime ends.
        let Ok(read) = worked else { return };
        if is_due {
            saved = Instant::now();
        }
        unfed.extend(read);
        let has_fed = may_feed && feed(&ledger.shared, &mut unfed);
        if has_written || has_fed {
            continue;
        }
        if is_stopping && ledger.is_idle() {
            return;
        }
        tokio::select! {
            () = ledger.settled.wake.notified() => {}
            () = time::sleep(CHECKPOINT_EVERY) => {}
            () = stopping.told(), if !is_stopping => {}
        }
    }
}

impl<S: Storage> Ledger<S> {
    /// What takes as long as the disk does.
    fn work(&self, batch: Vec<Item>, is_hungry: bool, is_due: bool) -> Vec<Read> {
        if !batch.is_empty() {
            self.write(&batch);
            drop(batch);
        }
        let read = if is_hungry { self.read() } else { Vec::new() };
        self.tidy();
        if is_due {
            self.checkpoint();
        }
        read
    }
}

/// Hands the sampler what it has room for; whether that was anything.
fn feed(shared: &Shared, unfed: &mut VecDeque<Read>) -> bool {
    let before = unfed.len();
    while let Some(next) = unfed.front() {
        let Some(charge) = shared.room_for(next) else { break };
        if let Some(read) = unfed.pop_front() {
            shared.take_read(&read, charge);
        }
    }
    unfed.len() < before
}

/// The end of the pipeline before a sampler whose requests are on disk.
#[derive(Debug)]
pub(super) struct Entrance<S: Storage>(pub(super) Arc<Ledger<S>>);

impl<S: Storage> Exporter for Entrance<S> {
    fn reserve(&self, item: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        let ledger = &*self.0;
        if let Some(refusal) = ledger.shared.stop.refusal(&ledger.shared.name) {
            return Err(refusal);
        }
        ledger.reserve(item.bytes.len())?;
        Ok(Box::new(Place { ledger, bytes: Some(item.bytes.len()) }))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        self.0.shared.rest.reach(visit);
    }
}

/// Room for a request.
struct Place<'a, S: Storage> {
    ledger: &'a Ledger<S>,
    /// Given back on drop, unless the request has taken the place.
    bytes: Option<usize>,
}

impl<S: Storage> Reservation for Place<'_, S> {
    fn commit(mut self: Box<Self>, item: Item) {
        self.bytes = None;
        self.ledger.push(item);
    }
}

impl<S: Storage> Drop for Place<'_, S> {
    fn drop(&mut self) {
        if let Some(bytes) = self.bytes {
            self.ledger.release(bytes);
        }
    }
}
