//! Connects started components as the pipelines say.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::processors::{RunningProcessor, Started};
use crate::{
    config::{PipelineId, PipelineSettings},
    http::StartError,
    pipeline::{Exporter, Pipeline},
    processors::{Batch, TailSampling, TailSamplingSettings},
};

/// A pipeline with what holds items back in it.
#[derive(Debug)]
pub(super) struct Line {
    id: PipelineId,
    /// Whether a connector is at its end.
    pub(super) feeds_connector: bool,
    pipeline: Pipeline,
    /// In the order of the data.
    held: Vec<Holding>,
}

/// A processor that items wait in.
#[derive(Debug)]
enum Holding {
    Batch(Batch),
    TailSampling(TailSampling),
}

impl Line {
    /// Puts processors before the end of a pipeline. Each that holds items back takes all that is behind it, and is the
    /// end for what is before it.
    ///
    /// # Errors
    /// A processor cannot start.
    pub(super) fn join<'a>(
        settings: &PipelineSettings,
        processors: impl DoubleEndedIterator<Item = &'a RunningProcessor>,
        exporters: Vec<Arc<dyn Exporter>>,
        feeds_connector: bool,
    ) -> Result<Self, StartError> {
        let id = settings.id.clone();
        let mut pipeline = Pipeline { signal: id.signal, processors: Vec::new(), exporters };
        let mut held = Vec::new();
        for processor in processors.rev() {
            let (name, signal) = (format!("processors.{}", processor.id()), pipeline.signal);
            let holding = match processor.started() {
                Started::Shared(processor) => {
                    pipeline.processors.insert(0, Arc::clone(processor));
                    continue;
                }
                Started::Batch(settings) => {
                    Holding::Batch(Batch::start(&name, *settings, pipeline))
                }
                Started::TailSampling(settings, metrics) => {
                    let storage = settings.storage.as_ref().map(|storage| storage.of_pipeline(&id));
                    let settings = TailSamplingSettings { storage, ..(**settings).clone() };
                    let metrics = Arc::clone(metrics);
                    Holding::TailSampling(TailSampling::start(&name, &settings, pipeline, metrics)?)
                }
            };
            let exporters = vec![holding.exporter()];
            pipeline = Pipeline { signal, processors: Vec::new(), exporters };
            held.insert(0, holding);
        }
        Ok(Self { id, feeds_connector, pipeline, held })
    }

    pub(super) const fn id(&self) -> &PipelineId {
        &self.id
    }

    /// What receivers and connectors hand items to.
    pub(super) const fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Sends on what waits in it, in the order of the data, at most until `deadline` in all.
    async fn empty(self, deadline: Duration) {
        let end = Instant::now() + deadline;
        let Self { pipeline, held, .. } = self;
        // Exporters end whole when nobody has them any more.
        drop(pipeline);
        for holding in held {
            holding.shutdown(end.saturating_duration_since(Instant::now())).await;
        }
    }
}

/// Sends on what waits in pipelines, at most until `deadline`.
pub(super) async fn empty(lines: Vec<Line>, deadline: Duration) {
    super::each(lines.into_iter().map(|line| line.empty(deadline))).await;
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
