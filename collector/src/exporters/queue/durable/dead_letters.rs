//! Requests that nobody will deliver, kept for whoever looks into why: a log of their own, which never holds up the queue.
//!
//! What is given up waits in memory until the writer comes by, which writes it before a checkpoint of the queue says that
//! it is settled. At its bound the oldest goes. What cannot be kept is counted, as is what had to go; its items were
//! counted when it was given up, once and in either case.

use std::{hash::BuildHasher, io, sync::Arc};

use inferometer_semconv::attributes::CollectorDeadLetterLoss as Loss;
use parking_lot::Mutex;

use crate::{
    failpoint::{self, FailPoint},
    journal::{self, Content, DEAD_LETTERS, Durability, Journal, Storage},
    self_metrics::ExporterMetrics,
};

/// Files that a full log consists of, about; there are a few more bytes on disk than in letters.
const SEGMENTS: u64 = 16;
/// The shortest and the longest file.
const SEGMENT_BYTES: std::ops::RangeInclusive<u64> = (64 << 10)..=(16 << 20);

/// Bytes that wait to be written; what comes meanwhile is not kept.
const INBOX_BYTES_MAX: u64 = 16 << 20;
/// What one write takes, unless a single letter is larger.
const COMMIT_BYTES: u64 = 1 << 20;

/// Where letters wait for the writer.
#[derive(Debug)]
pub(super) struct Inbox {
    /// Of all letters together; none are kept if it is 0.
    bytes_max: u64,
    waiting: Mutex<(Vec<Content>, u64)>,
}

impl Inbox {
    pub(super) fn new(bytes_max: u64) -> Self {
        Self { bytes_max, waiting: Mutex::default() }
    }

    /// Has a letter wait, or counts that it is not kept; whether it waits.
    pub(super) fn push(&self, letter: impl FnOnce() -> Content, metrics: &ExporterMetrics) -> bool {
        if self.bytes_max == 0 {
            return false;
        }
        let letter = letter();
        let bytes = letter.stored_bytes();
        if bytes > self.bytes_max {
            metrics.dead_letters().lost(Loss::TooLarge, 1);
            return false;
        }
        let (letters, waiting) = &mut *self.waiting.lock();
        if *waiting + bytes > INBOX_BYTES_MAX && !letters.is_empty() {
            metrics.dead_letters().lost(Loss::TooMany, 1);
            return false;
        }
        *waiting += bytes;
        letters.push(letter);
        true
    }

    fn take(&self) -> Vec<Content> {
        std::mem::take(&mut *self.waiting.lock()).0
    }
}

/// The log of one queue's dead letters.
#[derive(Debug)]
pub(super) struct DeadLetters<S: Storage> {
    name: String,
    metrics: Arc<ExporterMetrics>,
    /// The queue's own folder.
    storage: S,
    settings: journal::Settings,
    bytes_max: u64,
    /// Nothing until it could be opened.
    journal: Option<Journal<S>>,
    /// Failures are told of when they begin and when they end.
    is_failing: bool,
}

impl<S: Storage> DeadLetters<S> {
    /// Opens the log, or tries again with the first letter. Nothing if none are to be kept.
    pub(super) fn open(
        name: &str,
        metrics: &Arc<ExporterMetrics>,
        storage: S,
        durability: Durability,
        bytes_max: u64,
    ) -> Option<Self> {
        let segment_bytes =
            (bytes_max / SEGMENTS).clamp(*SEGMENT_BYTES.start(), *SEGMENT_BYTES.end());
        // Random, as that of every hasher is.
        let seed = std::hash::RandomState::new().hash_one(());
        let mut letters = Self {
            name: name.to_owned(),
            metrics: Arc::clone(metrics),
            storage,
            settings: journal::Settings { durability, segment_bytes, seed },
            bytes_max,
            journal: None,
            is_failing: false,
        };
        if bytes_max == 0 {
            return None;
        }
        let opened = letters.journal().map(drop);
        letters.note(opened.err().as_ref());
        letters.show();
        Some(letters)
    }

    /// Writes what waits. What cannot be written is lost, and counted.
    pub(super) fn write(&mut self, inbox: &Inbox, unix_millis: u64) {
        let letters = inbox.take();
        if letters.is_empty() {
            return;
        }
        let mut letters = letters.into_iter().peekable();
        while letters.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            let most = COMMIT_BYTES.min(self.bytes_max);
            let fits =
                |bytes: u64, next: &Content| bytes == 0 || bytes + next.stored_bytes() <= most;
            while let Some(letter) = letters.next_if(|next| fits(bytes, next)) {
                bytes += letter.stored_bytes();
                batch.push(letter);
            }
            let written = self.append(&batch, bytes, unix_millis);
            match &written {
                Ok(()) => {
                    failpoint::hit(FailPoint::DeadLetterWritten);
                    self.metrics.dead_letters().kept(batch.len() as u64);
                }
                Err(_) => self.lost(Loss::WriteFailed, batch.len()),
            }
            self.note(written.err().as_ref());
        }
        self.show();
    }

    /// Makes room for letters, and appends them.
    fn append(&mut self, batch: &[Content], bytes: u64, unix_millis: u64) -> io::Result<()> {
        let bytes_max = self.bytes_max;
        let journal = self.journal()?;
        let mut evicted = 0;
        let mut made = Ok(());
        while made.is_ok() && journal.unsettled().bytes + bytes > bytes_max {
            match journal.evict() {
                Ok(Some(_)) => evicted += 1,
                Ok(None) => break,
                Err(cause) => made = Err(cause),
            }
        }
        if evicted > 0 {
            // Its files go with it, so that a full disk has room again.
            made = made.and(journal.checkpoint());
            self.lost(Loss::Evicted, evicted);
        }
        made?;
        self.journal()?.append(batch, unix_millis)
    }

    /// The log, opened now if it is not yet.
    fn journal(&mut self) -> io::Result<&mut Journal<S>> {
        if self.journal.is_none() {
            let folder = self.storage.folder(DEAD_LETTERS)?;
            let mut journal = Journal::open(folder, self.settings)?.journal;
            // The bound holds for what is there.
            while journal.survey()? {}
            let damage = journal.damage();
            if damage != journal::Damage::default() {
                self.metrics.dead_letters().lost(Loss::Damaged, damage.records);
                tracing::warn!(
                    "{}: {} bytes of its dead letters are damaged; {} of them are lost",
                    self.name,
                    damage.bytes,
                    damage.records
                );
            }
            self.journal = Some(journal);
        }
        self.journal.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn lost(&self, loss: Loss, letters: usize) {
        self.metrics.dead_letters().lost(loss, letters as u64);
    }

    fn show(&self) {
        let bytes = self.journal.as_ref().map_or(0, |journal| journal.unsettled().bytes);
        self.metrics.dead_letters().usage(bytes);
    }

    fn note(&mut self, failure: Option<&io::Error>) {
        let name = &self.name;
        match failure {
            Some(cause) if !self.is_failing => tracing::warn!(
                "{name}: its dead letters cannot be kept: {cause}; they are lost and counted until they can"
            ),
            None if self.is_failing => tracing::info!("{name}: its dead letters can be kept again"),
            _ => {}
        }
        self.is_failing = failure.is_some();
    }
}
