//! Connects started components as the pipelines say: one [`Graph`] per receiver.

use std::sync::Arc;

use super::exporters::RunningExporter;
use crate::{
    config::{Component, ComponentId, PipelineSettings, ProcessorSettings},
    http::StartError,
    pipeline::{Graph, Intake, Pipeline, Processor},
    processors::{MemoryLimiter, ProcessMemory},
};

/// Every pipeline with its components, and the receivers that feed it.
#[derive(Debug)]
pub(super) struct Graphs(Vec<(Vec<ComponentId>, Pipeline)>);

impl Graphs {
    /// Starts the processors, each once however many pipelines name it, and joins all to pipelines.
    ///
    /// # Errors
    /// A processor cannot start.
    pub(super) fn build(
        pipelines: Vec<PipelineSettings>,
        processors: Vec<Component<ProcessorSettings>>,
        exporters: &[RunningExporter],
    ) -> Result<Self, StartError> {
        let processors: Vec<_> = processors
            .into_iter()
            .map(|component| Ok((start(&component)?, component.id)))
            .collect::<Result<_, StartError>>()?;
        let processor = |id: &ComponentId| {
            let found = processors.iter().find(|(_, of)| of == id);
            found.map(|(processor, _)| Arc::clone(processor))
        };
        let exporter = |id: &ComponentId| {
            let found = exporters.iter().find(|exporter| exporter.id() == id);
            found.map(RunningExporter::exporter)
        };
        let join = |settings: PipelineSettings| {
            let pipeline = Pipeline {
                signal: settings.id.signal,
                // The configuration is resolved: what a pipeline names is there.
                processors: settings.processors.iter().filter_map(processor).collect(),
                exporters: settings.exporters.iter().filter_map(exporter).collect(),
            };
            (settings.receivers, pipeline)
        };
        Ok(Self(pipelines.into_iter().map(join).collect()))
    }

    /// The pipelines that a receiver feeds.
    pub(super) fn of_receiver(&self, id: &ComponentId) -> Arc<dyn Intake> {
        let fed = self.0.iter().filter(|(receivers, _)| receivers.contains(id));
        Arc::new(Graph::new(fed.map(|(_, pipeline)| pipeline.clone())))
    }
}

fn start(component: &Component<ProcessorSettings>) -> Result<Arc<dyn Processor>, StartError> {
    match component.settings {
        ProcessorSettings::MemoryLimiter(settings) => {
            let limiter =
                MemoryLimiter::new(settings, Box::new(ProcessMemory)).map_err(|cause| {
                    StartError::new(&format!("processors.{}", component.id), cause.to_string())
                })?;
            let limiter = Arc::new(limiter);
            limiter.watch();
            Ok(limiter)
        }
    }
}
