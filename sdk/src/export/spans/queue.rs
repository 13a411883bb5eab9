//! Spans that have ended and wait for their export, bounded in number and bytes.
//!
//! A span's end takes no lock here: it adds to two counters and takes a slot of a ring. Whoever wants spans out again
//! takes them off the same ring, so that a queue whose exporter is gone can be emptied, and counted, by anybody.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence},
};

use crossbeam_queue::ArrayQueue;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

use super::size::held_bytes;
use crate::export::stats::{Counters, ExportFailure};

/// How much may wait, and how much makes a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpanLimits {
    /// Spans that may wait; at most [`SpanLimits::MAX_QUEUE`], because their slots are made at the start.
    pub(crate) queue: usize,
    /// Bytes that waiting spans and those of the export under way may hold together, by [`held_bytes`].
    pub(crate) bytes: usize,
    /// Spans in one export; at most `queue`.
    pub(crate) batch: usize,
}

impl SpanLimits {
    /// The longest queue: about 25 MB of slots.
    pub(crate) const MAX_QUEUE: usize = 1 << 16;

    fn checked(self) -> Self {
        let queue = self.queue.clamp(1, Self::MAX_QUEUE);
        Self { queue, bytes: self.bytes, batch: self.batch.clamp(1, queue) }
    }

    /// An export is due before its time once so many bytes are held.
    const fn half(self) -> usize {
        self.bytes / 2
    }
}

/// Between the threads that end spans and the task that exports them.
#[derive(Debug)]
pub(super) struct SpanQueue {
    ring: ArrayQueue<Waiting>,
    /// Held by what waits and by what is being exported.
    bytes: AtomicUsize,
    limits: SpanLimits,
    /// No span is let in any more.
    closed: AtomicBool,
    /// Nobody exports any more.
    abandoned: AtomicBool,
    /// A batch is there, or half of the bytes.
    ready: Notify,
    counters: Arc<Counters>,
}

#[derive(Debug)]
struct Waiting {
    span: SpanData,
    bytes: usize,
}

/// For a span that is about to come in.
#[derive(Debug, Clone, Copy)]
struct Room {
    bytes: usize,
    /// By all others when it was made.
    held: usize,
}

/// Spans taken out together.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) spans: Vec<SpanData>,
    pub(super) bytes: usize,
}

impl SpanQueue {
    pub(super) fn new(limits: SpanLimits, counters: Arc<Counters>) -> Self {
        let limits = limits.checked();
        Self {
            ring: ArrayQueue::new(limits.queue),
            bytes: AtomicUsize::new(0),
            limits,
            closed: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            ready: Notify::new(),
            counters,
        }
    }

    /// Takes the span in, after `prepare` if there is any chance for it, or counts why not.
    #[inline]
    pub(super) fn put(&self, mut span: SpanData, prepare: impl FnOnce(&mut SpanData)) {
        let taken = self.is_open().and_then(|()| {
            prepare(&mut span);
            let room = self.admit(&span)?;
            self.insert(span, room)
        });
        if let Err(reason) = taken {
            self.counters.count_failed(reason, 1);
        }
    }

    /// What can be said without looking at the span, so that one that is lost anyway costs little more than its end.
    fn is_open(&self) -> Result<(), ExportFailure> {
        if self.closed.load(Relaxed) {
            return Err(ExportFailure::AlreadyShutDown);
        }
        if self.ring.is_full() {
            return Err(ExportFailure::QueueFull);
        }
        Ok(())
    }

    /// Makes room for the span's bytes.
    fn admit(&self, span: &SpanData) -> Result<Room, ExportFailure> {
        let bytes = held_bytes(span);
        if bytes > self.limits.bytes {
            return Err(ExportFailure::SpanTooLarge);
        }
        let held = self.bytes.fetch_add(bytes, Relaxed);
        if held > self.limits.bytes - bytes {
            self.bytes.fetch_sub(bytes, Relaxed);
            return Err(ExportFailure::QueueFull);
        }
        Ok(Room { bytes, held })
    }

    /// Inlined, because a span is several hundred bytes to move.
    #[inline]
    fn insert(&self, span: SpanData, Room { bytes, held }: Room) -> Result<(), ExportFailure> {
        let waiting = self.counters.queue();
        let full = self.ring.push(Waiting { span, bytes }).is_err();
        if full {
            self.counters.unqueue(1);
            self.bytes.fetch_sub(bytes, Relaxed);
        }
        let half = self.limits.half();
        // Each is crossed once before the exporter takes spans out again, and by one thread.
        if waiting + 1 == self.limits.batch as u64 || (held < half && held + bytes >= half) {
            self.ready.notify_one();
        }
        if full {
            return Err(ExportFailure::QueueFull);
        }
        // Either this load sees that the exporter is gone, or the exporter's last look at the ring saw the span.
        fence(SeqCst);
        if self.abandoned.load(Relaxed) {
            self.lose_all();
        }
        Ok(())
    }

    /// Whether there is enough for an export before its time.
    pub(super) fn is_ready(&self) -> bool {
        self.ring.len() >= self.limits.batch
            || self.bytes.load(Relaxed) >= self.limits.half().max(1)
    }

    /// Waits until that may be so.
    pub(super) async fn ready(&self) {
        self.ready.notified().await;
    }

    pub(super) fn len(&self) -> usize {
        self.ring.len()
    }

    /// The oldest spans, at most a batch of them; `None` if there are none.
    pub(super) fn take(&self) -> Option<Batch> {
        let first = self.ring.pop()?;
        let mut batch =
            Batch { spans: Vec::with_capacity(self.len().min(self.limits.batch)), bytes: 0 };
        batch.add(first);
        while batch.spans.len() < self.limits.batch
            && let Some(next) = self.ring.pop()
        {
            batch.add(next);
        }
        Some(batch)
    }

    /// The spans of a batch are on their way, and counted there.
    pub(super) fn left(&self, spans: usize) {
        self.counters.unqueue(spans as u64);
    }

    /// The spans of a batch are no more.
    pub(super) fn release(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Relaxed);
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Relaxed);
    }

    /// Nobody will export what is here, or still comes.
    pub(super) fn abandon(&self) {
        self.close();
        self.abandoned.store(true, Relaxed);
        fence(SeqCst);
        self.lose_all();
    }

    fn lose_all(&self) {
        while let Some(Waiting { bytes, .. }) = self.ring.pop() {
            self.counters.count_failed(ExportFailure::Interrupted, 1);
            self.counters.unqueue(1);
            self.bytes.fetch_sub(bytes, Relaxed);
        }
    }
}

impl Batch {
    fn add(&mut self, waiting: Waiting) {
        self.bytes += waiting.bytes;
        self.spans.push(waiting.span);
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        InstrumentationScope,
        trace::{SpanContext, SpanId, SpanKind, Status},
    };
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};

    use super::*;

    fn span() -> SpanData {
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "request".into(),
            start_time: std::time::UNIX_EPOCH,
            end_time: std::time::UNIX_EPOCH,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    fn queue(queue: usize, batch: usize) -> SpanQueue {
        SpanQueue::new(SpanLimits { queue, bytes: 1 << 20, batch }, Arc::default())
    }

    #[test]
    fn a_span_that_comes_while_the_exporter_goes_is_counted() {
        let queue = queue(4, 4);
        queue.put(span(), |_| ());
        let room = queue.admit(&span()).unwrap();
        queue.abandon();
        queue.insert(span(), room).unwrap();
        queue.put(span(), |_| ());
        let stats = queue.counters.read();
        assert_eq!(stats.failed(ExportFailure::Interrupted), 2, "{stats:?}");
        assert_eq!(stats.failed(ExportFailure::AlreadyShutDown), 1, "{stats:?}");
        assert_eq!((stats.queued, queue.bytes.load(Relaxed)), (0, 0), "{stats:?}");
    }

    #[test]
    fn a_batch_has_the_oldest_spans_and_gives_their_bytes_back() {
        let queue = queue(10, 4);
        (0..6).for_each(|_| queue.put(span(), |_| ()));
        assert!(queue.is_ready());
        let sizes: Vec<usize> = std::iter::from_fn(|| queue.take())
            .map(|batch| {
                queue.left(batch.spans.len());
                queue.release(batch.bytes);
                batch.spans.len()
            })
            .collect();
        assert_eq!(sizes, [4, 2]);
        assert_eq!((queue.bytes.load(Relaxed), queue.counters.read().queued), (0, 0));
        assert!(!queue.is_ready());
    }

    #[test]
    fn limits_that_cannot_be_kept_are_put_right() {
        for (asked, kept) in [((0, 0), (1, 1)), ((usize::MAX, 512), (SpanLimits::MAX_QUEUE, 512))] {
            let queue = queue(asked.0, asked.1);
            assert_eq!((queue.ring.capacity(), queue.limits.batch), kept);
        }
    }
}
