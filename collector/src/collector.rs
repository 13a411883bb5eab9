//! The running collector: components in the order in which they must start and stop.

mod connectors;
mod exporters;
mod graphs;
mod kept;
mod listening;
mod parts;
mod processors;
mod receivers;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

pub use self::listening::{Forwarding, Listening, Serves};
use self::{
    exporters::RunningExporter,
    kept::Kept,
    parts::{Parts, Plan},
};
use crate::{
    config::{ExporterSettings, ProcessorSettings, ReceiverSettings, Resolved},
    health::{Health, Phase, Pulse},
    http::{Sockets, StartError, Threads},
    pipeline::RejectReason,
    self_metrics::SelfMetrics,
    series::Store,
};

/// A started collector. Dropping it cuts everything off; [`Collector::shutdown`] lets it finish.
#[derive(Debug)]
pub struct Collector {
    config: Resolved,
    parts: Parts,
    /// What the last reload has replaced, until it has sent what it held.
    replaced: JoinSet<()>,
    listening: Vec<Listening>,
    threads: Threads,
    metrics: Arc<SelfMetrics>,
    _pulse: Pulse,
}

impl Collector {
    /// How long components that a reload has replaced may take to send what they hold: 60 s. What is left then is counted
    /// as unreachable and logged; a queue on disk keeps it.
    pub const REPLACED_DEADLINE: Duration = Duration::from_secs(60);

    /// Starts every component: what says how far it is, then exporters, so that a receiver never accepts what nobody would
    /// take.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// A component cannot start, for example because its port is taken; nothing runs then.
    pub fn start(config: Resolved) -> Result<Self, StartError> {
        let metrics = Arc::new(SelfMetrics::start(config.own_traces.as_ref())?);
        show_components(&metrics, &config);
        metrics.health().shows(&config);
        let threads = Threads::beside_the_current_runtime().map_err(|cause| {
            StartError::new(
                "receivers",
                format!("cannot start their threads: {cause}; allow more threads"),
            )
        })?;
        let mut parts = Parts::default();
        parts.start(&Plan {
            config: &config,
            kept: &Kept::default(),
            running: &Parts::default(),
            metrics: &metrics,
            threads: &threads,
            sockets: &Sockets::default(),
        })?;
        let listening = parts.listening(&config);
        metrics.health().enters(Phase::Running);
        let _pulse = Pulse::start(metrics.health().workers());
        Ok(Self { config, parts, replaced: JoinSet::new(), listening, threads, metrics, _pulse })
    }

    /// Waits until nothing is left of what the last reload has replaced, so that there are never more than two of
    /// anything: [`Collector::REPLACED_DEADLINE`] at most, about.
    pub async fn settled(&mut self) {
        while self.replaced.join_next().await.is_some() {}
    }

    /// Goes on with another configuration.
    ///
    /// Components with the same settings are kept, with their connections, series, queues and counts; so is a pipeline of
    /// which all is the same behind its receivers. What differs is built beside what runs. Once all of it has started,
    /// receivers that are kept hand in to the new pipelines, and what was replaced sends what it holds, in the order of
    /// the data and within [`Collector::REPLACED_DEADLINE`]. Waits first until it is [settled](Collector::settled); a
    /// call that is given up while it waits has changed nothing.
    ///
    /// # Errors
    /// A component cannot start, or needs a port, a folder or a file that does not pass to it from the one that has it. All
    /// goes on as it was.
    pub async fn reload(&mut self, config: Resolved) -> Result<(), StartError> {
        let mut span = self.metrics.own_traces().reload();
        let reloaded = self.go_on_with(config).await;
        if let Err(cause) = &reloaded {
            span.failed("failed", || cause.to_string());
        }
        reloaded
    }

    async fn go_on_with(&mut self, config: Resolved) -> Result<(), StartError> {
        self.settled().await;
        let kept = Kept::between(&self.config, &config);
        kept.check(&self.config, &config)?;
        show_components(&self.metrics, &config);
        let sockets = Sockets::of(self.parts.offers(&kept));
        let mut parts = Parts::default();
        let started = parts.start(&Plan {
            config: &config,
            kept: &kept,
            running: &self.parts,
            metrics: &self.metrics,
            threads: &self.threads,
            sockets: &sockets,
        });
        if started.is_ok() {
            parts.take_over(&mut self.parts, &kept, &config);
            sockets.begin();
            std::mem::swap(&mut self.parts, &mut parts);
            self.listening = self.parts.listening(&config);
            self.health().shows(&config);
            if config.own_traces != self.config.own_traces {
                tracing::warn!("service.telemetry.traces: what changes in it needs a restart");
            }
            let own_traces = self.config.own_traces.take();
            self.config = Resolved { own_traces, ..config };
        }
        // Also where it failed: what was shown of it stays.
        self.parts.exporters.iter().for_each(RunningExporter::make_room_for_own);
        let metrics = Arc::clone(&self.metrics);
        let replaced = parts;
        self.replaced.spawn(async move {
            replaced.shutdown(&metrics, Self::REPLACED_DEADLINE, async {}).await
        });
        started
    }

    /// Everything that is listened on, with the real ports, in the order in which it starts.
    #[must_use]
    pub fn addresses(&self) -> &[Listening] {
        &self.listening
    }

    /// Every backend that items are sent to.
    pub fn forwarding(&self) -> impl Iterator<Item = Forwarding> + '_ {
        self.parts.exporters.iter().filter_map(RunningExporter::forwarding)
    }

    /// What has come in, and where it went.
    #[must_use]
    pub fn metrics(&self) -> &Arc<SelfMetrics> {
        &self.metrics
    }

    /// Whether it works. What it says goes on after [`Collector::shutdown`] has begun.
    #[must_use]
    pub fn health(&self) -> &Arc<Health> {
        self.metrics.health()
    }

    /// What the Prometheus page shows; of several pages the first, none without one.
    #[must_use]
    pub fn series(&self) -> Option<&Arc<Store>> {
        self.parts.exporters.iter().find_map(RunningExporter::series)
    }

    /// Stops in the order of the data: receivers answer what they have accepted, batches, connectors and exporters send
    /// what they have, pages are read to their end.
    ///
    /// Returns at the deadline at the latest, give or take half a second; what could not be sent by then is counted as
    /// unreachable and logged. Receivers get half of the time, and batches half of what is left then: a slow upload takes
    /// none from the batches, nor they from exporters, which send what was in them.
    pub async fn shutdown(self, deadline: Duration) {
        self.health().enters(Phase::Stopping);
        let end = Instant::now() + deadline;
        let Self { parts, mut replaced, metrics, _pulse, .. } = self;
        // It may still feed exporters that were kept.
        let beside = async { while replaced.join_next().await.is_some() {} };
        parts.shutdown(&metrics, deadline, beside).await;
        // What is in queues of its own may still be sent.
        let _ = timeout_at(end, async { while replaced.join_next().await.is_some() {} }).await;
        if !replaced.is_empty() {
            tracing::warn!(
                "what the last reload has replaced did not end in time, what it held in memory is lost"
            );
        }
        metrics.own_traces().shutdown(end.saturating_duration_since(Instant::now())).await;
    }
}

/// Before any store is opened, which must have room for what all of them count.
fn show_components(metrics: &SelfMetrics, config: &Resolved) {
    for exporter in &config.exporters {
        let counters = metrics.exporter(&exporter.id.to_string());
        match exporter.settings {
            ExporterSettings::Otlp(_) | ExporterSettings::Debug(_) | ExporterSettings::File(_) => {
                counters.has_queue();
            }
            ExporterSettings::Prometheus(_) | ExporterSettings::TraceRing(_) => {}
        }
    }
    for processor in &config.processors {
        if let ProcessorSettings::TailSampling(settings) = &processor.settings {
            let _ = metrics.sampler(&processor.id.to_string(), settings.decisions());
        }
    }
    for connector in &config.connectors {
        let _ = metrics.connector(&connector.id.to_string());
    }
    for receiver in &config.receivers {
        let ReceiverSettings::Otlp(settings) = &receiver.settings;
        let listeners = [
            (settings.grpc.is_some(), CollectorListener::OtlpGrpc),
            (settings.http.is_some(), CollectorListener::OtlpHttp),
        ];
        for (_, listener) in listeners.into_iter().filter(|(is_there, _)| *is_there) {
            let _ = metrics.receiver(&receiver.id.to_string(), listener);
        }
    }
}

/// Items that were given up because nobody answered. It only grows.
fn unreachable(metrics: &SelfMetrics) -> u64 {
    let unreachable = Some(RejectReason::Unreachable.as_str());
    metrics.counts().filter(|count| count.reason == unreachable).map(|count| count.value).sum()
}

/// Waits for all of them, which run side by side.
async fn each(stopping: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut tasks: tokio::task::JoinSet<()> = stopping.collect();
    while tasks.join_next().await.is_some() {}
}
