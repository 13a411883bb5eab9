//! The component: starts the consumers, and stops them.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{self, Instant},
};

use super::{client::Client, consumer::Consumer, gate::Gate, health::Health, target};
use crate::{
    auth::Credential,
    config::{OtlpExporterSettings, headers},
    exporters::queue::Backlog,
    http::StartError,
    own_traces::Sender,
    pipeline::{Exporter, Signal},
    self_metrics::{ExporterMetrics, SelfMetrics},
};

/// An exporter to another OTLP endpoint. Dropping it gives up what waits, uncounted;
/// [`OtlpExporter::shutdown`] sends it first.
#[derive(Debug)]
pub struct OtlpExporter {
    name: String,
    endpoint: String,
    consumer: Consumer,
    consumers_max: u64,
    metrics: Arc<ExporterMetrics>,
    consumers: JoinSet<()>,
    /// Whether the queue is this one's to end.
    has_queue: bool,
    /// Ends when the consumers of the one that has taken over the queue begin.
    succession: Option<watch::Receiver<()>>,
}

impl OtlpExporter {
    /// Starts the consumers; they connect with the first request. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint is no URL, a header is not valid, a file of TLS or of its credentials or the folder of its queue cannot
    /// be used.
    pub fn start(
        name: &str,
        settings: &OtlpExporterSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let mut exporter = Self::prepare(name, settings, metrics, None)?;
        exporter.has_queue = true;
        let (_, at_once) = watch::channel(());
        exporter.spawn_consumers(&at_once);
        Ok(exporter)
    }

    /// The same for one that is to [take over](Self::take_over) the queue of `before`, and does nothing until then. The
    /// settings of the queue have to be equal.
    ///
    /// # Errors
    /// As [`OtlpExporter::start`].
    pub(crate) fn start_after(
        before: &Self,
        settings: &OtlpExporterSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let queue = before.consumer.queue.clone();
        Self::prepare(&before.name, settings, metrics, Some(queue))
    }

    fn prepare(
        name: &str,
        settings: &OtlpExporterSettings,
        metrics: &SelfMetrics,
        queue: Option<Backlog>,
    ) -> Result<Self, StartError> {
        let wrong = |message| StartError::new(name, message);
        let endpoint = target::endpoint(&settings.endpoint).map_err(wrong)?;
        let headers = headers::to_send(&settings.headers).map_err(wrong)?;
        let credential = settings.auth.as_ref().map(|auth| Credential::start(name, auth));
        let credential = credential.transpose().map_err(wrong)?;
        let client = Client::new(&endpoint, headers, settings).map_err(wrong)?;
        let client = client.identified(credential);
        let queue = match queue {
            Some(queue) => queue,
            None => Backlog::start(name, &settings.queue, metrics)?,
        };
        let traces = Arc::new(Sender::new(metrics.own_traces().clone(), name, &endpoint));
        let metrics = metrics.exporter(name);
        let consumer = Consumer {
            queue,
            client: Arc::new(client),
            retry: Arc::new(settings.retry.clone()),
            gate: Arc::new(Gate::new(&settings.retry)),
            traces,
            health: Arc::new(Health::new(name, &settings.endpoint, Arc::clone(&metrics))),
        };
        Ok(Self {
            name: name.to_owned(),
            endpoint: settings.endpoint.clone(),
            consumer,
            consumers_max: settings.queue.consumers.max(1),
            metrics,
            consumers: JoinSet::new(),
            has_queue: false,
            succession: None,
        })
    }

    /// Goes on with the queue of the one that it was started after, whose consumers have a second for the attempts under
    /// way; what they have not delivered then is sent by the consumers of this one. What `before` is still handed comes
    /// into the same queue. Must be called within a Tokio runtime.
    pub(crate) fn take_over(&mut self, before: &mut Self) {
        (before.has_queue, self.has_queue) = (false, true);
        let queue = self.consumer.queue.clone();
        let dismissal = queue.dismiss();
        let mut dismissed = std::mem::take(&mut before.consumers);
        let (working, until_ended) = watch::channel(());
        self.consumers.spawn(async move {
            while dismissed.join_next().await.is_some() {}
            queue.engage(dismissal);
            drop(working);
        });
        self.spawn_consumers(&until_ended);
        before.succession = Some(until_ended);
    }

    /// Those that begin once nobody can send to `begins` any more.
    fn spawn_consumers(&mut self, begins: &watch::Receiver<()>) {
        for _ in 0..self.consumers_max {
            let (consumer, mut begins) = (self.consumer.clone(), begins.clone());
            let worker = self.metrics.health().begin(&self.name);
            self.consumers.spawn(async move {
                let _worker = worker;
                while begins.changed().await.is_ok() {}
                consumer.run().await;
            });
        }
    }

    /// The end that pipelines hand items to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        self.consumer.queue.exporter()
    }

    /// Where it sends to, as the settings have it.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Items that wait or are being sent, by signal.
    pub fn queued(&self) -> impl Iterator<Item = (Signal, u64)> + '_ {
        self.consumer.queue.items().into_iter()
    }

    /// Takes no more, and sends what waits in memory; what is left at `deadline` is counted as unreachable. A queue on
    /// disk keeps what it has for the next start, or goes on where another has taken it over.
    pub async fn shutdown(mut self, deadline: Duration) {
        if !self.has_queue {
            // Until then, nobody else may take over the queue.
            if let Some(mut succession) = self.succession.take() {
                let ended = async { while succession.changed().await.is_ok() {} };
                let _ = time::timeout(deadline, ended).await;
            }
            return;
        }
        let end = Instant::now() + deadline;
        let queue = self.consumer.queue.clone();
        queue.stop();
        self.consumer.gate.hurry();
        let consumers = &mut self.consumers;
        let ended = async { while consumers.join_next().await.is_some() {} };
        if time::timeout(queue.patience(deadline), ended).await.is_err() {
            self.consumers.shutdown().await;
        }
        queue.end(end.saturating_duration_since(Instant::now())).await;
    }
}

impl Drop for OtlpExporter {
    /// A queue on disk has a thread, which ends once it is told to.
    fn drop(&mut self) {
        if self.has_queue {
            self.consumer.queue.finish();
        }
    }
}
