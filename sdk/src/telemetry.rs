//! The guard that a program holds while it has telemetry.

mod builder;
mod resource;
mod settings;

use std::{fmt, sync::Arc, time::Duration};

use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

pub use builder::TelemetryBuilder;
pub(crate) use settings::Settings;

use crate::{
    clock::Clock,
    error::{FlushError, StartError},
    metrics::MeterProvider,
};

/// Metrics and traces of this program, exported until it is dropped.
pub struct Telemetry {
    meter_provider: MeterProvider,
    tracer_provider: SdkTracerProvider,
    clock: Arc<dyn Clock>,
}

impl Telemetry {
    /// Starts with the defaults, none of them from the environment.
    #[must_use]
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::default()
    }

    fn start(settings: Settings) -> Result<Self, StartError> {
        let resource = resource::resource(
            settings.service_name.as_deref(),
            &settings.resource_attributes,
        );
        let meter_provider = MeterProvider::builder()
            .with_resource(resource.clone())
            .with_clock(Arc::clone(&settings.clock))
            .build();
        let tracer_provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(Sampler::AlwaysOff)
            .build();
        Ok(Self {
            meter_provider,
            tracer_provider,
            clock: settings.clock,
        })
    }

    /// Makes instruments whose values are exported.
    #[must_use]
    pub fn meter_provider(&self) -> &MeterProvider {
        &self.meter_provider
    }

    /// Makes tracers whose spans are exported. Without traces, its tracers sample nothing.
    #[must_use]
    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.tracer_provider
    }

    /// The clock that metrics are timed by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}
