//! Connects started components as the pipelines say: one [`Graph`] per receiver.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::exporters::RunningExporter;
use crate::{
    config::{Component, ComponentId, PipelineSettings, ProcessorSettings},
    http::StartError,
    pipeline::{Graph, Intake, Pipeline, Processor},
    processors::{
        Attributes, Batch, BatchSettings, EngineIdentities, Filter, MemoryLimiter, ProcessMemory,
        Resource,
    },
    self_metrics::SelfMetrics,
};

/// Every pipeline with its components, and the receivers that feed it.
#[derive(Debug)]
pub(super) struct Graphs {
    pipelines: Vec<(Vec<ComponentId>, Pipeline)>,
    batches: Batches,
}

/// The batches of each pipeline, in the order of the data.
#[derive(Debug)]
pub(super) struct Batches(Vec<Vec<Batch>>);

/// A started processor.
enum Started {
    /// One for all pipelines that name it.
    Shared(Arc<dyn Processor>),
    /// Every pipeline that names it gets one of its own, since it feeds what is behind it there.
    Batch(BatchSettings),
}

impl Graphs {
    /// Starts the processors and joins all to pipelines.
    ///
    /// # Errors
    /// A processor cannot start.
    pub(super) fn build(
        pipelines: Vec<PipelineSettings>,
        processors: Vec<Component<ProcessorSettings>>,
        exporters: &[RunningExporter],
        metrics: &Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        let processors: Vec<_> = processors
            .into_iter()
            .map(|component| Ok((start(component.settings, &component.id, metrics)?, component.id)))
            .collect::<Result<_, StartError>>()?;
        let mut graphs = Self { pipelines: Vec::new(), batches: Batches(Vec::new()) };
        for settings in pipelines {
            let exporter = |id: &ComponentId| {
                let found = exporters.iter().find(|exporter| exporter.id() == id);
                found.map(RunningExporter::exporter)
            };
            let end = Pipeline {
                signal: settings.id.signal,
                processors: Vec::new(),
                // The configuration is resolved: what a pipeline names is there.
                exporters: settings.exporters.iter().filter_map(exporter).collect(),
            };
            let named = settings.processors.iter();
            let named = named.filter_map(|id| processors.iter().find(|(_, of)| of == id));
            let (pipeline, batches) = join(named, end);
            graphs.pipelines.push((settings.receivers, pipeline));
            graphs.batches.0.push(batches);
        }
        Ok(graphs)
    }

    /// The pipelines that a receiver feeds.
    pub(super) fn of_receiver(&self, id: &ComponentId) -> Arc<dyn Intake> {
        let fed = self.pipelines.iter().filter(|(receivers, _)| receivers.contains(id));
        Arc::new(Graph::new(fed.map(|(_, pipeline)| pipeline.clone())))
    }

    /// What must be emptied before the exporters stop.
    pub(super) fn into_batches(self) -> Batches {
        self.batches
    }
}

/// Puts processors before the end of a pipeline. Each batch takes all that is behind it, and is the end for what is
/// before it.
fn join<'a>(
    processors: impl DoubleEndedIterator<Item = &'a (Started, ComponentId)>,
    end: Pipeline,
) -> (Pipeline, Vec<Batch>) {
    let mut pipeline = end;
    let mut batches = Vec::new();
    for (processor, id) in processors.rev() {
        match processor {
            Started::Shared(processor) => pipeline.processors.insert(0, Arc::clone(processor)),
            Started::Batch(settings) => {
                let signal = pipeline.signal;
                let batch = Batch::start(&format!("processors.{id}"), *settings, pipeline);
                let exporters = vec![batch.exporter()];
                pipeline = Pipeline { signal, processors: Vec::new(), exporters };
                batches.insert(0, batch);
            }
        }
    }
    (pipeline, batches)
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
        ProcessorSettings::MemoryLimiter(settings) => {
            let limiter = MemoryLimiter::new(settings, Box::new(ProcessMemory));
            let limiter = limiter
                .map_err(|cause| StartError::new(&format!("processors.{id}"), cause.to_string()))?;
            let limiter = Arc::new(limiter);
            limiter.watch();
            Started::Shared(limiter)
        }
    })
}

impl Batches {
    /// Sends on what waits, in each pipeline in the order of the data, at most until `deadline` in all.
    pub(super) async fn shutdown(self, deadline: Duration) {
        let end = Instant::now() + deadline;
        super::each(self.0.into_iter().map(|batches| async move {
            for batch in batches {
                batch.shutdown(end.saturating_duration_since(Instant::now())).await;
            }
        }))
        .await;
    }
}
