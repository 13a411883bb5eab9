//! The running collector: components in the order in which they must start and stop.

mod connectors;
mod exporters;
mod graphs;
mod listening;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;
use tokio::time::Instant;

pub use self::listening::{Forwarding, Listening, Serves};
use self::{
    exporters::RunningExporter,
    graphs::{Emptied, Graphs},
};
use crate::{
    config::{ExporterSettings, ProcessorSettings, ReceiverSettings, Resolved},
    health::{Health, HealthCheck, Phase, Pulse},
    http::{InFlight, StartError, Threads},
    pipeline::RejectReason,
    receivers::otlp::OtlpReceiver,
    self_metrics::SelfMetrics,
    series::Store,
};

/// What remains of the deadline for pages that are being read while exporters drain.
const PAGES_GRACE: Duration = Duration::from_millis(500);

/// A started collector. Dropping it cuts everything off; [`Collector::shutdown`] lets it finish.
#[derive(Debug)]
pub struct Collector {
    receivers: Vec<OtlpReceiver>,
    emptied: Emptied,
    exporters: Vec<RunningExporter>,
    listening: Vec<Listening>,
    metrics: Arc<SelfMetrics>,
    health_checks: Vec<HealthCheck>,
    _pulse: Pulse,
}

impl Collector {
    /// Starts every component: exporters first, so that a receiver never accepts what nobody would take.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// A component cannot start, for example because its port is taken; nothing runs then.
    pub fn start(config: Resolved) -> Result<Self, StartError> {
        let metrics = Arc::new(SelfMetrics::default());
        show_components(&metrics, &config);
        let health = Arc::clone(metrics.health());
        health.shows(&config.pipelines);
        // Before all that may take a while, so that it says so.
        let health_checks = HealthCheck::start_all(config.health_checks, &metrics)?;
        let mut listening: Vec<_> = health_checks.iter().map(Listening::of_health_check).collect();
        let mut exporters = Vec::new();
        for component in config.exporters {
            let exporter = RunningExporter::start(component, Arc::clone(&metrics))?;
            listening.extend(exporter.listening());
            exporters.push(exporter);
        }
        let graphs = Graphs::build(
            config.pipelines,
            config.processors,
            config.connectors,
            &exporters,
            &metrics,
        )?;
        let threads = Threads::beside_the_current_runtime().map_err(|cause| {
            StartError::new(
                "receivers",
                format!("cannot start their threads: {cause}; allow more threads"),
            )
        })?;
        let mut receivers = Vec::new();
        for component in config.receivers {
            let id = &component.id;
            let name = format!("receivers.{id}");
            let ReceiverSettings::Otlp(settings) = &component.settings;
            let intake = graphs.of_receiver(id);
            let limit = usize::try_from(settings.in_flight_bytes_max).unwrap_or(usize::MAX);
            let budget = InFlight::new(limit);
            metrics.requests_are_charged_to(&budget);
            let receiver =
                OtlpReceiver::start(&name, settings, &intake, &budget, &metrics, &threads)?;
            listening.extend(Listening::of_receiver(&name, &receiver));
            receivers.push(receiver);
        }
        health.enters(Phase::Running);
        let _pulse = Pulse::start(health.workers());
        let emptied = graphs.into_emptied();
        Ok(Self { receivers, emptied, exporters, listening, metrics, health_checks, _pulse })
    }

    /// Everything that is listened on, with the real ports, exporters first.
    #[must_use]
    pub fn addresses(&self) -> &[Listening] {
        &self.listening
    }

    /// Every backend that items are sent to.
    pub fn forwarding(&self) -> impl Iterator<Item = Forwarding> + '_ {
        self.exporters.iter().filter_map(RunningExporter::forwarding)
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
        self.exporters.iter().find_map(RunningExporter::series)
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
        let left = move || end.saturating_duration_since(Instant::now());
        let half = left() / 2;
        each(self.receivers.into_iter().map(|receiver| receiver.shutdown(half))).await;
        let before = unreachable(&self.metrics);
        self.emptied.shutdown(left()).await;
        let (pages, queues): (Vec<_>, Vec<_>) =
            self.exporters.into_iter().partition(RunningExporter::is_page);
        each(queues.into_iter().map(|queue| queue.shutdown(left()))).await;
        let lost = unreachable(&self.metrics) - before;
        if lost > 0 {
            tracing::warn!(
                items = lost,
                "backends were not reached before the deadline, what was queued is lost"
            );
        }
        each(pages.into_iter().map(|page| page.shutdown(left().max(PAGES_GRACE)))).await;
        each(self.health_checks.into_iter().map(|check| check.shutdown(PAGES_GRACE))).await;
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
