//! Between what comes before a sampler and its worker.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};

use super::{
    super::stop::Stop,
    TailSamplingSettings,
    ledger::Read,
    outgoing::Joined,
    rules::Rules,
    runs::Walked,
    sampler::{Full, Moved, Sampler},
};
use crate::{
    pipeline::{Item, Pipeline, RejectReason},
    self_metrics::SamplingMetrics,
};

/// A sampler that its entrance and its worker share.
#[derive(Debug)]
pub(super) struct Shared {
    /// The component's place in the file.
    pub(super) name: String,
    /// What is behind the sampler.
    pub(super) rest: Pipeline,
    rules: Arc<Rules>,
    sampler: Mutex<Sampler>,
    /// Spans that were taken and are neither sent on nor counted as lost.
    spans: AtomicU64,
    /// Whether what is undecided at the end is decided by the next process.
    pub(super) is_durable: bool,
    /// Once it is told, nothing waits for further spans.
    pub(super) stop: Stop,
    closed: AtomicBool,
    /// Told when there is something to do earlier than the worker knows.
    pub(super) wake: Notify,
}

/// What the worker does next.
#[derive(Debug)]
pub(super) enum Next {
    Send(Joined),
    /// Nothing is to be done before this time, or at all.
    Wait(Option<Instant>),
    /// Nothing, as the collector stops.
    End,
}

impl Shared {
    pub(super) fn new(
        name: &str,
        settings: &TailSamplingSettings,
        rest: Pipeline,
        metrics: Arc<SamplingMetrics>,
    ) -> Self {
        let (rules, limiters) = Rules::new(&settings.policies, settings.sample_on_first_match);
        let rules = Arc::new(rules);
        let sampler = Sampler::new(settings, Arc::clone(&rules), limiters, metrics);
        Self {
            name: name.to_owned(),
            rest,
            rules,
            sampler: Mutex::new(sampler),
            spans: AtomicU64::new(0),
            is_durable: settings.storage.is_some(),
            stop: Stop::new(),
            closed: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }

    /// Spans that wait for their decision or to be sent on.
    pub(super) fn spans(&self) -> u64 {
        self.spans.load(Ordering::Relaxed)
    }

    /// Bytes that are charged for them.
    pub(super) fn charged(&self) -> usize {
        self.sampler.lock().charge()
    }

    pub(super) fn reserve(&self, item: &Item) -> Result<usize, Full> {
        self.sampler.lock().reserve(item.bytes.len(), item.counts.items)
    }

    pub(super) fn release(&self, charge: usize) {
        self.sampler.lock().release(charge);
    }

    /// Takes a request whose room was promised. It is read before the lock is taken; its sender is answered with it.
    pub(super) fn take(&self, item: &Item, charge: usize) {
        let mut walked = Walked::of(&item.bytes, &self.rules.tests);
        let now = Instant::now();
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        sampler.release(charge);
        if self.closed.load(Ordering::Relaxed) {
            drop(sampler);
            return self.came_too_late(item);
        }
        sampler.take(&item.tenant, (&mut walked, None), now, &mut moved);
        self.count(&moved);
        let has_news = sampler.has_news();
        drop(sampler);
        if moved.invalid > 0 {
            item.ack.reject(moved.invalid, || {
                format!("{}: spans without a trace id of 16 bytes, not all zero", self.name)
            });
        }
        if has_news {
            self.wake.notify_one();
        }
    }

    /// Room for a request that was read from disk; nothing if there is none.
    pub(super) fn room_for(&self, read: &Read) -> Option<usize> {
        self.sampler.lock().reserve(read.bytes.len(), read.items).ok()
    }

    /// The same for a request that was read from disk, whose spans were counted when it was written.
    pub(super) fn take_read(&self, read: &Read, charge: usize) {
        let mut walked = Walked::of(&read.bytes, &self.rules.tests);
        let now = Instant::now();
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        sampler.release(charge);
        sampler.take(&read.tenant, (&mut walked, Some(&read.source)), now, &mut moved);
        moved.dequeued += read.items.saturating_sub(std::mem::take(&mut moved.queued));
        self.count(&moved);
        let has_news = sampler.has_news();
        drop(sampler);
        if has_news {
            self.wake.notify_one();
        }
    }

    /// Counts spans that wait on disk from now on.
    pub(super) fn on_disk(&self, spans: u64) {
        self.count(&Moved { queued: spans, ..Moved::default() });
    }

    /// Counts spans that wait no longer, as what is on disk of them has changed.
    pub(super) fn corrupt(&self, spans: u64) {
        self.count(&Moved { dequeued: spans, ..Moved::default() });
        self.rejected(RejectReason::Corrupt, spans);
    }

    /// Decides the trace that is due first, to make room; whether there is one.
    pub(super) fn decide_first(&self) -> bool {
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        let is_one = sampler.decide_first(Instant::now(), &mut moved);
        self.count(&moved);
        drop(sampler);
        if is_one {
            self.wake.notify_one();
        }
        is_one
    }

    /// A receiver that was cut off at the deadline hears this last.
    fn came_too_late(&self, item: &Item) {
        self.rejected(RejectReason::Unreachable, item.counts.items);
        item.ack.reject(item.counts.items, || format!("{} has been shut down", self.name));
    }

    /// What is to be sent on now, after what is due has been decided; all that is there when the collector stops.
    pub(super) fn next(&self, now: Instant) -> Next {
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        let is_stopping = self.stop.is_told();
        if is_stopping && !self.is_durable {
            sampler.decide_all(now, &mut moved);
        } else {
            sampler.decide_due(now, &mut moved);
        }
        self.count(&moved);
        let taken = sampler.outgoing.take();
        sampler.alarm = sampler.next_due();
        let alarm = sampler.alarm;
        drop(sampler);
        match taken {
            Some(taken) => Next::Send(taken.join()),
            None if is_stopping => Next::End,
            None => Next::Wait(alarm),
        }
    }

    /// Decides what is due while nothing can be sent on; when something is due again.
    pub(super) fn decide_due(&self, now: Instant) -> Option<Instant> {
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        sampler.decide_due(now, &mut moved);
        self.count(&moved);
        sampler.next_due()
    }

    /// Forgets spans that were sent on or given up.
    pub(super) fn settle(&self, spans: u64) {
        self.spans.fetch_sub(spans, Ordering::Relaxed);
        self.dequeued(spans);
    }

    /// Gives back what a request was charged with, all of whose spans are settled.
    pub(super) fn release_sent(&self, joined: &Joined) {
        self.sampler.lock().outgoing.settle(joined);
    }

    /// Once the worker has ended: takes nothing more, and counts what is left as lost, unless it is on disk. Returns how
    /// many spans.
    pub(super) fn close(&self) -> u64 {
        if self.is_durable {
            return 0;
        }
        let mut moved = Moved::default();
        let mut sampler = self.sampler.lock();
        self.closed.store(true, Ordering::Relaxed);
        sampler.decide_all(Instant::now(), &mut moved);
        self.count(&moved);
        sampler.clear();
        let left = self.spans.swap(0, Ordering::Relaxed);
        drop(sampler);
        self.dequeued(left);
        self.rejected(RejectReason::Unreachable, left);
        left
    }

    /// Under the lock, so that what is counted is never less than what was sent on.
    fn count(&self, moved: &Moved) {
        let Moved { queued, dequeued, sampled_out, invalid } = *moved;
        let signal = self.rest.signal;
        self.spans.fetch_add(queued, Ordering::Relaxed);
        self.spans.fetch_sub(dequeued, Ordering::Relaxed);
        if queued > 0 {
            self.rest.reach(&mut |exporter| exporter.queued(signal, queued));
        }
        self.dequeued(dequeued);
        self.rejected(RejectReason::SampledOut, sampled_out);
        self.rejected(RejectReason::InvalidPoint, invalid);
    }

    fn dequeued(&self, spans: u64) {
        if spans > 0 {
            self.rest.reach(&mut |exporter| exporter.dequeued(self.rest.signal, spans));
        }
    }

    pub(super) fn rejected(&self, reason: RejectReason, spans: u64) {
        if spans > 0 {
            self.rest.reach(&mut |exporter| exporter.rejected(self.rest.signal, reason, spans));
        }
    }
}
