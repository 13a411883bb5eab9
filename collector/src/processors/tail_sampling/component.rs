//! The component: starts the worker, and stops it.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time};

use super::{TailSamplingSettings, place::Entrance, shared::Shared, worker};
use crate::{
    pipeline::{Exporter, Pipeline},
    self_metrics::SamplingMetrics,
};

/// A tail sampler in one pipeline. Dropping it gives up what waits, uncounted; [`TailSampling::shutdown`] decides and
/// sends on first.
#[derive(Debug)]
pub struct TailSampling {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl TailSampling {
    /// Starts a sampler before `rest`; `name` is the component's place in the file. Must be called within a Tokio
    /// runtime.
    #[must_use]
    pub fn start(
        name: &str,
        settings: &TailSamplingSettings,
        rest: Pipeline,
        metrics: Arc<SamplingMetrics>,
    ) -> Self {
        let shared = Arc::new(Shared::new(name, settings, rest, metrics));
        let (stop, stopping) = watch::channel(false);
        let worker = tokio::spawn(worker::run(Arc::clone(&shared), stopping));
        Self { shared, stop, worker }
    }

    /// The end of the pipeline before it.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::new(Entrance(Arc::clone(&self.shared)))
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
    /// unreachable.
    pub async fn shutdown(mut self, deadline: Duration) {
        self.shared.stop();
        let _ = self.stop.send(true);
        if time::timeout(deadline, &mut self.worker).await.is_err() {
            self.worker.abort();
            // Once it has ended, nothing settles what is left any more.
            let _ = (&mut self.worker).await;
        }
        let left = self.shared.close();
        if left > 0 {
            tracing::warn!("{}: {left} spans are lost and counted", self.shared.name);
        }
    }
}

impl Drop for TailSampling {
    fn drop(&mut self) {
        self.worker.abort();
    }
}
