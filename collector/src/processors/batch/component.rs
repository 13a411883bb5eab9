//! The component: starts the worker, and stops it.

use std::{sync::Arc, time::Duration};

use super::{
    super::stop::Task,
    BatchSettings,
    place::Entrance,
    queue::{BYTES_MAX, Queue},
    worker,
};
use crate::pipeline::{Exporter, Pipeline};

/// A batch in one pipeline. Dropping it gives up what waits, uncounted; [`Batch::shutdown`] sends it on first.
#[derive(Debug)]
pub struct Batch {
    queue: Arc<Queue>,
    worker: Task,
}

impl Batch {
    /// Starts a batch before `rest`; `name` is the component's place in the file. At most 64 MiB wait, or one request
    /// if it is larger. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(name: &str, settings: BatchSettings, rest: Pipeline) -> Self {
        Self::with_room(name, settings, rest, BYTES_MAX)
    }

    pub(super) fn with_room(
        name: &str,
        settings: BatchSettings,
        rest: Pipeline,
        bytes_max: usize,
    ) -> Self {
        let worker = rest.begin(name);
        let queue = Arc::new(Queue::new(name.to_owned(), settings, rest, bytes_max));
        let worker = Task::start(worker, worker::run(Arc::clone(&queue)));
        Self { queue, worker }
    }

    /// The end of the pipeline before it.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::new(Entrance(Arc::clone(&self.queue)))
    }

    /// Items that wait.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.queue.items()
    }

    /// Takes no more, and sends on what waits; what is left at `deadline` is counted as unreachable.
    pub async fn shutdown(mut self, deadline: Duration) {
        self.queue.stop.tell();
        if !self.worker.has_ended(deadline).await {
            // Once it has ended, nothing settles the queue any more.
            self.worker.abort().await;
        }
        let left = self.queue.close();
        if left > 0 {
            tracing::warn!("{}: {left} items are lost and counted", self.queue.name);
        }
    }
}
