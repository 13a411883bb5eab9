//! The way into the engine: first in, first out, and bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use inferometer_sdk::QueueDepths;

use super::Job;

/// Hands jobs to the engine.
///
/// Holds as many waiting jobs as it was made for, besides those that run and one that waits for blocks, and refuses
/// the next. A job whose client has left keeps its place until its turn, which then takes no time.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    jobs: SyncSender<Job>,
    waiting_max: usize,
    depths: Arc<Depths>,
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// As many jobs wait as may wait.
    Full,
    /// The engine's thread is gone.
    Stopped,
}

/// How many jobs are where, for whoever looks.
#[derive(Debug, Default)]
pub(super) struct Depths {
    pub(super) waiting: AtomicU64,
    pub(super) running: AtomicU64,
    pub(super) preempted: AtomicU64,
}

impl Depths {
    /// Now.
    pub(super) fn read(&self) -> QueueDepths {
        QueueDepths {
            waiting: self.waiting.load(Relaxed),
            running: self.running.load(Relaxed),
            preempted: self.preempted.load(Relaxed),
            ..QueueDepths::default()
        }
    }
}

impl Queue {
    pub(super) fn new(waiting_max: usize, depths: Arc<Depths>) -> (Self, Receiver<Job>) {
        let (jobs, receiver) = sync_channel(waiting_max);
        (Self { jobs, waiting_max, depths }, receiver)
    }

    /// Puts `job` at the end.
    ///
    /// # Errors
    /// The queue is full or the engine is gone.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Refused> {
        // Counted before the engine can take it away.
        self.depths.waiting.fetch_add(1, Relaxed);
        self.jobs.try_send(job).map_err(|error| {
            self.depths.waiting.fetch_sub(1, Relaxed);
            match error {
                TrySendError::Full(_) => Refused::Full,
                TrySendError::Disconnected(_) => Refused::Stopped,
            }
        })
    }

    /// How many jobs may wait.
    pub(crate) fn waiting_max(&self) -> usize {
        self.waiting_max
    }
}
