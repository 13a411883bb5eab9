//! The way into the engine: first in, first out, and bounded.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::Job;

/// Hands jobs to the engine.
///
/// Holds as many waiting jobs as it was made for, besides the running one, and refuses the next. A job
/// whose client has left keeps its place until its turn, which then takes no time.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    jobs: SyncSender<Job>,
    waiting_max: usize,
}

/// A job that was not taken.
#[derive(Debug)]
pub(crate) enum Refused {
    /// As many jobs wait as may wait.
    Full(Box<Job>),
    /// The engine's thread is gone.
    Stopped(Box<Job>),
}

impl Queue {
    pub(super) fn new(waiting_max: usize) -> (Self, Receiver<Job>) {
        let (jobs, receiver) = sync_channel(waiting_max);
        (Self { jobs, waiting_max }, receiver)
    }

    /// Puts `job` at the end.
    ///
    /// # Errors
    /// Gives it back if the queue is full or the engine is gone.
    pub(crate) fn submit(&self, job: Job) -> Result<(), Refused> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) => Refused::Full(Box::new(job)),
            TrySendError::Disconnected(job) => Refused::Stopped(Box::new(job)),
        })
    }

    /// How many jobs may wait.
    pub(crate) fn waiting_max(&self) -> usize {
        self.waiting_max
    }
}
