//! The processors that this collector has, behind one face.

use std::sync::Arc;

use crate::{
    config::{Component, ComponentId, ProcessorSettings},
    http::StartError,
    pipeline::Processor,
    processors::{
        Attributes, BatchSettings, EngineIdentities, Filter, MemoryLimiter, ProcessMemory,
        Resource, TailSamplingSettings,
    },
    self_metrics::{SamplingMetrics, SelfMetrics},
};

/// A started processor.
#[derive(Debug)]
pub(super) struct RunningProcessor {
    id: ComponentId,
    started: Started,
}

/// What there is of a processor before it is in a pipeline.
#[derive(Debug)]
pub(super) enum Started {
    /// One for all pipelines that name it.
    Shared(Arc<dyn Processor>),
    /// Every pipeline that names it gets one of its own, since it feeds what is behind it there.
    Batch(BatchSettings),
    /// The same, with counters that all of them share.
    TailSampling(Box<TailSamplingSettings>, Arc<SamplingMetrics>),
}

impl RunningProcessor {
    pub(super) fn start(
        component: Component<ProcessorSettings>,
        metrics: &Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        let Component { id, settings } = component;
        Ok(Self { started: Started::start(settings, &id, metrics)?, id })
    }

    pub(super) const fn id(&self) -> &ComponentId {
        &self.id
    }

    pub(super) const fn started(&self) -> &Started {
        &self.started
    }
}

impl Started {
    fn start(
        settings: ProcessorSettings,
        id: &ComponentId,
        metrics: &Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        Ok(match settings {
            ProcessorSettings::Resource(actions) => Self::Shared(Arc::new(Resource::new(actions))),
            ProcessorSettings::Attributes(settings) => {
                Self::Shared(Arc::new(Attributes::new(*settings)))
            }
            ProcessorSettings::Filter(settings) => Self::Shared(Arc::new(Filter::new(*settings))),
            ProcessorSettings::EngineIdentity(settings) => {
                Self::Shared(Arc::new(EngineIdentities::new(settings, Arc::clone(metrics))))
            }
            ProcessorSettings::Batch(settings) => Self::Batch(settings),
            ProcessorSettings::TailSampling(settings) => {
                let metrics = metrics.sampler(&id.to_string(), settings.decisions());
                Self::TailSampling(settings, metrics)
            }
            ProcessorSettings::MemoryLimiter(settings) => {
                let limiter = MemoryLimiter::new(settings, Box::new(ProcessMemory));
                let limiter = limiter.map_err(|cause| {
                    StartError::new(&format!("processors.{id}"), cause.to_string())
                })?;
                let limiter = Arc::new(limiter);
                limiter.watch(metrics.health().workers().begin(&format!("processors.{id}")));
                Self::Shared(limiter)
            }
        })
    }
}
