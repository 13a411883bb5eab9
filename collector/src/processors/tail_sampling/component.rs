//! The component: starts the worker, and stops it.

use std::{io, sync::Arc, time::Duration};

use tokio::time;

use super::{
    super::stop::{Stop, Task},
    TailSamplingSettings,
    ledger::{self, Ledger},
    place::Entrance,
    shared::Shared,
    source::Settled,
    worker,
};
use crate::{
    http::StartError,
    journal::{Journal, Storage},
    pipeline::{Exporter, Pipeline},
    self_metrics::SamplingMetrics,
};

/// What is given to the last checkpoint when the deadline is over.
const CLERK_GRACE: Duration = Duration::from_millis(500);

/// A tail sampler in one pipeline. Dropping it gives up what waits, uncounted; [`TailSampling::shutdown`] decides and
/// sends on first.
#[derive(Debug)]
pub struct TailSampling {
    shared: Arc<Shared>,
    entrance: Arc<dyn Exporter>,
    worker: Task,
    /// If requests are on disk.
    clerk: Option<Clerk>,
}

/// What writes and reads the requests on disk.
#[derive(Debug)]
struct Clerk {
    task: Task,
    stop: Stop,
    settled: Arc<Settled>,
}

impl TailSampling {
    /// Starts a sampler before `rest`; `name` is the component's place in the file. Must be called within a Tokio
    /// runtime.
    ///
    /// # Errors
    /// Its folder cannot be opened, if it has one.
    pub fn start(
        name: &str,
        settings: &TailSamplingSettings,
        rest: Pipeline,
        metrics: Arc<SamplingMetrics>,
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(name, settings, rest, metrics));
        let Some(storage) = &settings.storage else {
            let entrance = Arc::new(Entrance(Arc::clone(&shared)));
            return Ok(Self::run(shared, entrance, None));
        };
        let journal = ledger::open(name, storage)?;
        Self::on_disk(shared, journal, ledger::DISK_BYTES_MAX)
            .map_err(|cause| StartError::new(name, format!("cannot read what is on disk: {cause}")))
    }

    /// A sampler whose requests are in a log.
    pub(super) fn on_disk<S: Storage>(
        shared: Arc<Shared>,
        journal: Journal<S>,
        disk_bytes_max: u64,
    ) -> io::Result<Self> {
        let worker = shared.rest.begin(&shared.name);
        let ledger = Ledger::new(Arc::clone(&shared), journal, disk_bytes_max)?;
        let entrance = Arc::new(ledger::Entrance(Arc::clone(&ledger)));
        let (stop, settled) = (ledger.stop.clone(), Arc::clone(&ledger.settled));
        let clerk = Clerk { task: Task::start(worker, ledger::run(ledger)), stop, settled };
        Ok(Self::run(shared, entrance, Some(clerk)))
    }

    fn run(shared: Arc<Shared>, entrance: Arc<dyn Exporter>, clerk: Option<Clerk>) -> Self {
        let worker = Task::start(shared.rest.begin(&shared.name), worker::run(Arc::clone(&shared)));
        Self { shared, entrance, worker, clerk }
    }

    /// The end of the pipeline before it.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::clone(&self.entrance)
    }

    /// Spans that wait for their decision or to be sent on.
    #[must_use]
    pub fn queued(&self) -> u64 {
        self.shared.spans()
    }

    /// Bytes that traces are charged for while they wait, of `max_bytes`: never less than they take.
    #[must_use]
    pub fn charged(&self) -> usize {
        self.shared.charged()
    }

    /// Takes no more, decides on what is there, and sends on what is kept; what is left at `deadline` is counted as
    /// unreachable. What is on disk is not decided on: it stays for the next process.
    pub async fn shutdown(mut self, deadline: Duration) {
        let end = time::Instant::now() + deadline;
        self.shared.stop.tell();
        let is_done = self.worker.has_ended(deadline).await;
        if let Some(clerk) = &mut self.clerk {
            clerk.settled.freeze();
            let left = end.saturating_duration_since(time::Instant::now());
            clerk.stop.tell();
            clerk.task.has_ended(left.max(CLERK_GRACE)).await;
        }
        if !is_done {
            self.worker.abort().await;
        }
        let left = self.shared.close();
        if left > 0 {
            tracing::warn!("{}: {left} spans are lost and counted", self.shared.name);
        }
    }
}

impl Drop for TailSampling {
    fn drop(&mut self) {
        if let Some(clerk) = &self.clerk {
            clerk.settled.freeze();
        }
    }
}
