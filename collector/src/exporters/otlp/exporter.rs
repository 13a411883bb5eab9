//! The component: starts the worker, and stops it.

use std::{fmt, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time,
};

use super::{
    backlog::Backlog,
    client::Client,
    queue::Queue,
    target,
    worker::{Health, Worker},
};
use crate::{
    config::OtlpExporterSettings,
    http::StartError,
    pipeline::{Exporter, RejectReason, Signal},
    self_metrics::SelfMetrics,
};

/// Bytes that may wait in the queue; a request beyond them is refused.
const QUEUE_BYTES_MAX: usize = 64 << 20;

/// An exporter to another OTLP/gRPC endpoint. Dropping it gives up what waits, uncounted;
/// [`OtlpExporter::shutdown`] sends it first.
pub struct OtlpExporter {
    endpoint: String,
    queue: Arc<Queue>,
    backlog: Arc<Backlog>,
    metrics: Arc<SelfMetrics>,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl OtlpExporter {
    /// Starts the worker; it connects with the first request. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint is not `http://HOST:PORT`, or a header is not valid.
    pub fn start(
        name: &str,
        settings: &OtlpExporterSettings,
        metrics: Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        let wrong = |message| StartError::new(name, message);
        let endpoint = target::endpoint(&settings.endpoint).map_err(wrong)?;
        let headers = target::headers(&settings.headers).map_err(wrong)?;
        let client = Client::new(endpoint, headers, settings.timeout)
            .map_err(|cause| wrong(format!("endpoint {}: {cause}", settings.endpoint)))?;
        let capacity = usize::try_from(settings.queue_size).unwrap_or(usize::MAX);
        let (sender, receiver) =
            mpsc::channel(capacity.clamp(1, tokio::sync::Semaphore::MAX_PERMITS));
        let backlog = Arc::new(Backlog::new(QUEUE_BYTES_MAX));
        let (stop, stopping) = watch::channel(false);
        let worker = Worker {
            name: name.to_owned(),
            endpoint: settings.endpoint.clone(),
            queue: receiver,
            backlog: Arc::clone(&backlog),
            client,
            retry: settings.retry.clone(),
            metrics: Arc::clone(&metrics),
            stopping,
            health: Health::Delivering,
        };
        Ok(Self {
            endpoint: settings.endpoint.clone(),
            queue: Arc::new(Queue::new(name.to_owned(), sender, Arc::clone(&backlog))),
            backlog,
            metrics,
            stop,
            worker: tokio::spawn(worker.run()),
        })
    }

    /// The end that pipelines hand items to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::clone(&self.queue) as Arc<dyn Exporter>
    }

    /// Where it sends to, as `http://HOST:PORT`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Items that wait to be sent, by signal.
    pub fn queued(&self) -> impl Iterator<Item = (Signal, u64)> + '_ {
        self.backlog.items()
    }

    /// Takes no more, and sends what waits; what is left at `deadline` is counted as unreachable.
    pub async fn shutdown(mut self, deadline: Duration) {
        self.backlog.stop();
        let _ = self.stop.send(true);
        if time::timeout(deadline, &mut self.worker).await.is_err() {
            self.worker.abort();
            // Once it has ended, nothing settles the backlog any more.
            let _ = (&mut self.worker).await;
        }
        for (signal, items) in self.backlog.items() {
            if items > 0 {
                self.metrics.rejected(signal, RejectReason::Unreachable, items);
            }
        }
    }
}

impl Drop for OtlpExporter {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl fmt::Debug for OtlpExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpExporter").field("queue", &self.queue).finish_non_exhaustive()
    }
}
