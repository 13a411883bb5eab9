//! The way of a process's spans: a queue, and those who ask for what is in it. A forked child has one of its own.

use std::{
    sync::{Arc, mpsc::sync_channel},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};

use super::{SpanLimits, batches::Asked, queue::SpanQueue};
use crate::{
    clock::{Clock, wall_unix_nanos},
    error::FlushError,
    export::{
        reader::MAX_WAITING_FLUSHES,
        stats::{Counters, ExportFailure, ExportStats},
        thread::PendingFlush,
    },
    fork::{self, Mutex, PerProcess},
};

/// Between a tracer provider, which outlives a fork, and the task that exports one process's spans.
#[derive(Debug)]
pub(crate) struct SpanLanes {
    limits: SpanLimits,
    clock: Arc<dyn Clock>,
    lanes: PerProcess<SpanLane>,
}

/// Of one process.
#[derive(Debug)]
pub(super) struct SpanLane {
    queue: Arc<SpanQueue>,
    asks: Sender<Asked>,
    /// Until the task takes it.
    asked: Mutex<Option<Receiver<Asked>>>,
    counters: Arc<Counters>,
    /// A span that began before belongs to the parent.
    begins: SystemTime,
}

impl SpanLanes {
    pub(super) fn new(limits: SpanLimits, clock: Arc<dyn Clock>) -> Self {
        // Whoever makes a telemetry may end spans that began before it.
        let lane = SpanLane::new(limits, UNIX_EPOCH);
        Self { limits, clock, lanes: PerProcess::new(lane) }
    }

    /// This process's.
    #[inline]
    pub(super) fn here(&self) -> Option<&SpanLane> {
        self.lanes.get().or_else(|| self.of_child())
    }

    /// This process's counts, if it has any.
    pub(super) fn stats(&self) -> ExportStats {
        self.lanes.get().map(|lane| lane.counters.read()).unwrap_or_default()
    }

    /// A child's first span makes the queue, and has the export begin.
    #[cold]
    fn of_child(&self) -> Option<&SpanLane> {
        let lane = self.lanes.get_or_make(|| Some(SpanLane::new(self.limits, self.forked())));
        fork::settle();
        lane
    }

    /// When this process was forked, by the earlier of the two clocks by which spans are timed: the wall's, and the
    /// telemetry's, which may have been left behind by it.
    fn forked(&self) -> SystemTime {
        let forked = fork::forked_unix_nanos().unwrap_or(0);
        let since = wall_unix_nanos().saturating_sub(forked);
        UNIX_EPOCH + Duration::from_nanos(forked.min(self.clock.unix_nanos().saturating_sub(since)))
    }
}

impl SpanLane {
    fn new(limits: SpanLimits, begins: SystemTime) -> Self {
        let counters = Arc::default();
        let queue = Arc::new(SpanQueue::new(limits, Arc::clone(&counters)));
        let (asks, asked) = channel(MAX_WAITING_FLUSHES);
        Self { queue, asks, asked: Mutex::new(Some(asked)), counters, begins }
    }

    /// Takes the span in, after `prepare`, or counts why not.
    #[inline]
    pub(super) fn put(&self, span: SpanData, prepare: impl FnOnce(&mut SpanData)) {
        if span.start_time < self.begins {
            return self.counters.count_failed(ExportFailure::Forked, 1);
        }
        self.queue.put(span, prepare);
    }

    /// Asks for the export of every span that has ended.
    pub(super) fn ask(&self) -> Result<PendingFlush, FlushError> {
        let (reply, outcome) = sync_channel(1);
        match self.asks.try_send(reply) {
            Ok(()) => Ok(PendingFlush(outcome)),
            Err(TrySendError::Full(_)) => Err(FlushError::busy()),
            Err(TrySendError::Closed(_)) => Err(FlushError::shut_down()),
        }
    }

    /// For the task, once.
    pub(super) fn asked(&self) -> Option<Receiver<Asked>> {
        self.asked.lock().take()
    }

    pub(super) const fn queue(&self) -> &Arc<SpanQueue> {
        &self.queue
    }

    pub(super) const fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }
}
