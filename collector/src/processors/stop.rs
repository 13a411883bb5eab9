//! How what waits in a processor learns that the collector stops, and how its tasks end.

use std::time::Duration;

use tokio::{sync::watch, task::JoinHandle, time};

use crate::{
    health::Worker,
    pipeline::{Refusal, RefusalReason},
};

/// When a sender should come back that was refused, as there was no room or is none any more.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Told once, and never taken back; clones tell and know the same.
#[derive(Debug, Clone)]
pub(super) struct Stop(watch::Sender<bool>);

/// Where a task hears it.
#[derive(Debug)]
pub(super) struct Stopping(watch::Receiver<bool>);

impl Stop {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// From now on nothing comes in, and nothing that is there waits for anything but room.
    pub(super) fn tell(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    pub(super) fn listen(&self) -> Stopping {
        Stopping(self.0.subscribe())
    }

    /// Why nothing comes in any more; nothing before it is told. `name` is the processor's place in the file.
    pub(super) fn refusal(&self, name: &str) -> Option<Refusal> {
        self.is_told().then(|| Refusal {
            reason: RefusalReason::Stopping,
            message: format!("{name} is shutting down; send it to another collector"),
            retry_after: Some(RETRY_AFTER),
        })
    }
}

impl Stopping {
    pub(super) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is told, if it was not before.
    pub(super) async fn told(&mut self) {
        // An error means that nobody is left to tell it, and what the task works for is gone.
        let _ = self.0.wait_for(|is_told| *is_told).await;
    }
}

/// A task that ends when it is told to stop; dropping it ends it at once.
#[derive(Debug)]
pub(super) struct Task(JoinHandle<()>);

impl Task {
    /// A task that is missed if it panics. Must be called within a Tokio runtime.
    pub(super) fn start(
        worker: Option<Worker>,
        run: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(async move {
            let _worker = worker;
            run.await;
        }))
    }

    /// Waits until it has ended; whether it has at the deadline.
    pub(super) async fn has_ended(&mut self, deadline: Duration) -> bool {
        time::timeout(deadline, &mut self.0).await.is_ok()
    }

    /// Ends it; afterwards it does nothing any more.
    pub(super) async fn abort(&mut self) {
        self.0.abort();
        let _ = (&mut self.0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
