//! The component: starts the consumers, and stops them.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{self, Instant},
};

use super::{client::Client, consumer::Consumer, gate::Gate, health::Health, target};
use crate::{
    auth::Credential,
    config::OtlpExporterSettings,
    exporters::queue::Backlog,
    http::StartError,
    own_traces::Sender,
    pipeline::{Exporter, Signal},
    self_metrics::SelfMetrics,
};

/// An exporter to another OTLP endpoint. Dropping it gives up what waits, uncounted;
/// [`OtlpExporter::shutdown`] sends it first.
#[derive(Debug)]
pub struct OtlpExporter {
    endpoint: String,
    queue: Backlog,
    gate: Arc<Gate>,
    consumers: JoinSet<()>,
}

impl OtlpExporter {
    /// Starts the consumers; they connect with the first request. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint is no URL, a header is not valid, a file of TLS or of its credentials or the folder of its queue cannot be used.
    pub fn start(
        name: &str,
        settings: &OtlpExporterSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let wrong = |message| StartError::new(name, message);
        let endpoint = target::endpoint(&settings.endpoint).map_err(wrong)?;
        let headers = target::headers(&settings.headers).map_err(wrong)?;
        let credential = settings.auth.as_ref().map(|auth| Credential::start(name, auth));
        let credential = credential.transpose().map_err(wrong)?;
        let client = Client::new(&endpoint, headers, settings).map_err(wrong)?;
        let client = client.identified(credential);
        let queue = Backlog::start(name, &settings.queue, metrics)?;
        let gate = Arc::new(Gate::new(&settings.retry));
        let consumer = Consumer {
            queue: queue.clone(),
            client: Arc::new(client),
            retry: Arc::new(settings.retry.clone()),
            gate: Arc::clone(&gate),
            traces: Arc::new(Sender::new(metrics.own_traces().clone(), name, &endpoint)),
            health: Arc::new(Health::new(name, &settings.endpoint, metrics.exporter(name))),
        };
        let mut consumers = JoinSet::new();
        for _ in 0..settings.queue.consumers.max(1) {
            let (consumer, worker) =
                (consumer.clone(), metrics.exporter(name).health().begin(name));
            consumers.spawn(async move {
                let _worker = worker;
                consumer.run().await;
            });
        }
        Ok(Self { endpoint: settings.endpoint.clone(), queue, gate, consumers })
    }

    /// The end that pipelines hand items to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        self.queue.exporter()
    }

    /// Where it sends to, as the settings have it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Items that wait or are being sent, by signal.
    pub fn queued(&self) -> impl Iterator<Item = (Signal, u64)> + '_ {
        self.queue.items().into_iter()
    }

    /// Takes no more, and sends what waits in memory; what is left at `deadline` is counted as unreachable. A queue on
    /// disk keeps what it has for the next start.
    pub async fn shutdown(mut self, deadline: Duration) {
        let end = Instant::now() + deadline;
        self.queue.stop();
        self.gate.hurry();
        let consumers = &mut self.consumers;
        let ended = async { while consumers.join_next().await.is_some() {} };
        if time::timeout(self.queue.patience(deadline), ended).await.is_err() {
            self.consumers.shutdown().await;
        }
        self.queue.end(end.saturating_duration_since(Instant::now())).await;
    }
}

impl Drop for OtlpExporter {
    /// A queue on disk has a thread, which ends once it is told to.
    fn drop(&mut self) {
        self.queue.finish();
    }
}
