//! Connects started components as the pipelines say: one [`Graph`] per receiver, and one per connector.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{connectors::RunningConnector, exporters::RunningExporter};
use crate::{
    config::{
        Component, ComponentId, ConnectorSettings, PipelineId, PipelineSettings, ProcessorSettings,
    },
    http::StartError,
    pipeline::{Exporter, Graph, Intake, Pipeline, Processor},
    processors::{
        Attributes, Batch, BatchSettings, EngineIdentities, Filter, MemoryLimiter, ProcessMemory,
        Resource, TailSampling, TailSamplingSettings,
    },
    self_metrics::{SamplingMetrics, SelfMetrics},
};

/// Every pipeline with its components, and the receivers that feed it.
#[derive(Debug)]
pub(super) struct Graphs {
    pipelines: Vec<(Vec<ComponentId>, Pipeline)>,
    connectors: Vec<RunningConnector>,
    /// Of the pipelines that feed connectors.
    before_connectors: Batches,
    batches: Batches,
}

/// What must be emptied before the exporters stop, in this order.
#[derive(Debug)]
pub(super) struct Emptied {
    /// What feeds connectors.
    before_connectors: Batches,
    connectors: Vec<RunningConnector>,
    /// All else.
    batches: Batches,
}

/// What holds items back in each pipeline, in the order of the data.
#[derive(Debug)]
pub(super) struct Batches(Vec<Vec<Holding>>);

/// A processor that items wait in.
#[derive(Debug)]
enum Holding {
    Batch(Batch),
    TailSampling(TailSampling),
}

/// A started processor.
enum Started {
    /// One for all pipelines that name it.
    Shared(Arc<dyn Processor>),
    /// Every pipeline that names it gets one of its own, since it feeds what is behind it there.
    Batch(BatchSettings),
    /// The same, with counters that all of them share.
    TailSampling(Box<TailSamplingSettings>, Arc<SamplingMetrics>),
}

impl Graphs {
    /// Starts the processors and connectors and joins all to pipelines.
    ///
    /// # Errors
    /// A processor cannot start.
    pub(super) fn build(
        pipelines: Vec<PipelineSettings>,
        processors: Vec<Component<ProcessorSettings>>,
        connectors: Vec<Component<ConnectorSettings>>,
        exporters: &[RunningExporter],
        metrics: &Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        let processors: Vec<_> = processors
            .into_iter()
            .map(|component| Ok((start(component.settings, &component.id, metrics)?, component.id)))
            .collect::<Result<_, StartError>>()?;
        let mut graphs = Self {
            pipelines: Vec::new(),
            connectors: Vec::new(),
            before_connectors: Batches(Vec::new()),
            batches: Batches(Vec::new()),
        };
        let feeds_connector = |pipeline: &PipelineSettings| {
            connectors.iter().any(|connector| pipeline.exporters.contains(&connector.id))
        };
        // A connector needs the pipelines that it feeds, and those that feed it need the connector.
        let (feeding, fed): (Vec<_>, Vec<_>) = pipelines.into_iter().partition(feeds_connector);
        for settings in fed {
            let held = graphs.add(settings, &processors, exporters)?;
            graphs.batches.0.push(held);
        }
        for connector in connectors {
            let intake = graphs.of_receiver(&connector.id);
            graphs.connectors.push(RunningConnector::start(connector, intake, metrics));
        }
        for settings in feeding {
            let held = graphs.add(settings, &processors, exporters)?;
            graphs.before_connectors.0.push(held);
        }
        Ok(graphs)
    }

    /// Joins a pipeline, and returns what holds items back in it.
    fn add(
        &mut self,
        settings: PipelineSettings,
        processors: &[(Started, ComponentId)],
        exporters: &[RunningExporter],
    ) -> Result<Vec<Holding>, StartError> {
        let end = |id: &ComponentId| {
            let exporter = exporters.iter().find(|exporter| exporter.id() == id);
            let connector = self.connectors.iter().find(|connector| connector.id() == id);
            let connector = || connector.map(RunningConnector::exporter);
            exporter.map(RunningExporter::exporter).or_else(connector)
        };
        let end = Pipeline {
            signal: settings.id.signal,
            processors: Vec::new(),
            // The configuration is resolved: what a pipeline names is there.
            exporters: settings.exporters.iter().filter_map(end).collect(),
        };
        let named = settings.processors.iter();
        let named = named.filter_map(|id| processors.iter().find(|(_, of)| of == id));
        let (pipeline, held) = join(&settings.id, named, end)?;
        self.pipelines.push((settings.receivers, pipeline));
        Ok(held)
    }

    /// The pipelines that a receiver or a connector feeds.
    pub(super) fn of_receiver(&self, id: &ComponentId) -> Arc<dyn Intake> {
        let fed = self.pipelines.iter().filter(|(receivers, _)| receivers.contains(id));
        Arc::new(Graph::new(fed.map(|(_, pipeline)| pipeline.clone())))
    }

    /// What must be emptied before the exporters stop.
    pub(super) fn into_emptied(self) -> Emptied {
        let Self { connectors, before_connectors, batches, .. } = self;
        Emptied { before_connectors, connectors, batches }
    }
}

/// Puts processors before the end of a pipeline. Each that holds items back takes all that is behind it, and is the end
/// for what is before it.
fn join<'a>(
    id: &PipelineId,
    processors: impl DoubleEndedIterator<Item = &'a (Started, ComponentId)>,
    end: Pipeline,
) -> Result<(Pipeline, Vec<Holding>), StartError> {
    let mut pipeline = end;
    let mut held = Vec::new();
    for (processor, of) in processors.rev() {
        let (name, signal) = (format!("processors.{of}"), pipeline.signal);
        let holding = match processor {
            Started::Shared(processor) => {
                pipeline.processors.insert(0, Arc::clone(processor));
                continue;
            }
            Started::Batch(settings) => Holding::Batch(Batch::start(&name, *settings, pipeline)),
            Started::TailSampling(settings, metrics) => {
                let storage = settings.storage.as_ref().map(|storage| storage.of_pipeline(id));
                let settings = TailSamplingSettings { storage, ..(**settings).clone() };
                let metrics = Arc::clone(metrics);
                Holding::TailSampling(TailSampling::start(&name, &settings, pipeline, metrics)?)
            }
        };
        let exporters = vec![holding.exporter()];
        pipeline = Pipeline { signal, processors: Vec::new(), exporters };
        held.insert(0, holding);
    }
    Ok((pipeline, held))
}

fn start(
    settings: ProcessorSettings,
    id: &ComponentId,
    metrics: &Arc<SelfMetrics>,
) -> Result<Started, StartError> {
    Ok(match settings {
        ProcessorSettings::Resource(actions) => Started::Shared(Arc::new(Resource::new(actions))),
        ProcessorSettings::Attributes(settings) => {
            Started::Shared(Arc::new(Attributes::new(*settings)))
        }
        ProcessorSettings::Filter(settings) => Started::Shared(Arc::new(Filter::new(*settings))),
        ProcessorSettings::EngineIdentity(settings) => {
            Started::Shared(Arc::new(EngineIdentities::new(settings, Arc::clone(metrics))))
        }
        ProcessorSettings::Batch(settings) => Started::Batch(settings),
        ProcessorSettings::TailSampling(settings) => {
            let metrics = metrics.sampler(&id.to_string(), settings.decisions());
            Started::TailSampling(settings, metrics)
        }
        ProcessorSettings::MemoryLimiter(settings) => {
            let limiter = MemoryLimiter::new(settings, Box::new(ProcessMemory));
            let limiter = limiter
                .map_err(|cause| StartError::new(&format!("processors.{id}"), cause.to_string()))?;
            let limiter = Arc::new(limiter);
            limiter.watch(metrics.health().workers().begin(&format!("processors.{id}")));
            Started::Shared(limiter)
        }
    })
}

impl Holding {
    /// The end of the pipeline before it.
    fn exporter(&self) -> Arc<dyn Exporter> {
        match self {
            Self::Batch(batch) => batch.exporter(),
            Self::TailSampling(sampler) => sampler.exporter(),
        }
    }

    async fn shutdown(self, deadline: Duration) {
        match self {
            Self::Batch(batch) => batch.shutdown(deadline).await,
            Self::TailSampling(sampler) => sampler.shutdown(deadline).await,
        }
    }
}

impl Emptied {
    /// Empties all in the order of the data, at most until `deadline`: half of it for what feeds connectors, and half of
    /// what is left for each of the others. Without connectors, the batches have half of it.
    pub(super) async fn shutdown(self, deadline: Duration) {
        let end = Instant::now() + deadline;
        let half = || end.saturating_duration_since(Instant::now()) / 2;
        let Self { before_connectors, connectors, batches } = self;
        before_connectors.shutdown(half()).await;
        super::each(connectors.into_iter().map(|connector| connector.shutdown(half()))).await;
        batches.shutdown(half()).await;
    }
}

impl Batches {
    /// Sends on what waits, in each pipeline in the order of the data, at most until `deadline` in all.
    async fn shutdown(self, deadline: Duration) {
        let end = Instant::now() + deadline;
        super::each(self.0.into_iter().map(|held| async move {
            for holding in held {
                holding.shutdown(end.saturating_duration_since(Instant::now())).await;
            }
        }))
        .await;
    }
}
