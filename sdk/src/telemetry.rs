//! The guard that a program holds while it has telemetry.

mod builder;
mod deadline;
mod exports;
mod propagator;
mod resource;
mod sampling;
mod settings;

use std::{fmt, sync::Arc, time::Duration};

use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};

pub use builder::TelemetryBuilder;
pub(crate) use deadline::Deadline;
pub use propagator::Propagator;
pub use resource::new_instance_id;
#[cfg(test)]
pub(crate) use sampling::Root;
pub(crate) use sampling::Sampling;
pub(crate) use settings::{Endpoint, OtlpSettings, Settings};

use self::exports::Exports;
use crate::{
    clock::Clock,
    environment::Environment,
    error::{FlushError, StartError},
    export::TelemetryStats,
    metrics::{MeterProvider, MeterProviderBuilder},
    random::RandomIds,
    resource::Found,
    serving::Corrections,
};

/// How long dropping a [`Telemetry`] may take, in total, to get everything out.
pub const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts telemetry as the `OTEL_*` variables say; [`Environment`] lists them.
///
/// # Errors
/// As [`TelemetryBuilder::build`]. A variable whose number or word makes no sense is no error: it is ignored with a
/// warning.
pub fn init() -> Result<Telemetry, StartError> {
    Telemetry::builder().environment(&Environment::process()).build()
}

/// Metrics and traces of this program, exported until it is dropped.
///
/// ```
/// use std::time::Duration;
///
/// use inferometer_sdk::{Exporter, Telemetry};
///
/// let telemetry = Telemetry::builder()
///     .service_name("llm")
///     .exporter(Exporter::Console) // or `.endpoint("http://collector:4317")`
///     .interval(Duration::from_secs(10))
///     .build()?;
/// let engine = telemetry.engine("llama-3-70b").build();
/// drop(engine);
/// telemetry.flush(Duration::from_secs(5))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Hold it as long as the program runs. Dropping it flushes and ends everything within [`DROP_TIMEOUT`]; what does not
/// get out by then is counted and given up. Several may live in one process, at once or in turn; they share nothing.
///
/// Flush, shutdown and drop block the calling thread, and need nothing of any runtime that this thread may be driving.
///
/// A guard that is never dropped, because it is a static or because somebody called [`std::process::exit`], flushes when
/// the process exits, unless [`TelemetryBuilder::flush_at_exit`] says otherwise.
///
/// In a child of `fork`, handles, tracers and the guard go on: values count from zero, for an instance of its own, and are
/// exported by a thread of the child's, which begins at the first use. What the parent has recorded, the parent exports.
#[must_use = "dropping it ends the export"]
pub struct Telemetry {
    meter_provider: MeterProvider,
    tracer_provider: SdkTracerProvider,
    clock: Arc<dyn Clock>,
    /// Of all engines together.
    corrections: Arc<Corrections>,
    propagators: Vec<Propagator>,
    /// `None` if disabled.
    exports: Option<Arc<Exports>>,
}

impl Telemetry {
    /// Starts with the defaults, none of them from the environment.
    #[must_use]
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::default()
    }

    fn start(settings: Settings) -> Result<Self, StartError> {
        let views = settings.checked_views()?;
        let detected = if settings.disabled { Found::default() } else { detect(&settings) };
        let resource = resource::resource(
            settings.service_name.as_deref(),
            &settings.resource_attributes,
            detected,
        );
        let meter_provider = views
            .iter()
            .cloned()
            .fold(MeterProvider::builder(), MeterProviderBuilder::with_view)
            .with_resource(resource.clone())
            .with_histograms(settings.histograms)
            .with_exemplars(settings.exemplars)
            .with_clock(Arc::clone(&settings.clock))
            .build();
        let corrections = Arc::<Corrections>::default();
        let clock = Arc::clone(&settings.clock);
        let propagators = settings.propagators.clone();
        let exports = if settings.disabled {
            None
        } else {
            let (provider, corrections) = (meter_provider.clone(), Arc::clone(&corrections));
            Some(Exports::start(settings, resource, provider, corrections)?)
        };
        let spans = exports.as_ref().and_then(|exports| exports.spans.as_ref());
        let tracer_provider = spans.map_or_else(unsampled, |spans| spans.provider().clone());
        if let Some(propagators) = &propagators {
            Propagator::install_global(propagators);
        }
        Ok(Self {
            meter_provider,
            tracer_provider,
            clock,
            corrections,
            propagators: propagators.unwrap_or_else(|| Propagator::DEFAULT.to_vec()),
            exports,
        })
    }

    /// Makes instruments whose values are exported.
    #[must_use]
    pub fn meter_provider(&self) -> &MeterProvider {
        &self.meter_provider
    }

    /// Who the telemetry is about: what goes out with every request.
    #[must_use]
    pub fn resource(&self) -> &Resource {
        self.meter_provider.resource()
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

    pub(crate) const fn corrections(&self) -> &Arc<Corrections> {
        &self.corrections
    }

    /// What became of everything that this process was to export; all zero if telemetry is disabled.
    #[must_use]
    pub fn stats(&self) -> TelemetryStats {
        self.exports.as_ref().map(|exports| exports.stats()).unwrap_or_default()
    }

    /// Makes these providers the ones that `opentelemetry::global` hands out, so that libraries which know only the
    /// OpenTelemetry API record into them, and the propagators: W3C Trace Context and Baggage, unless others were chosen.
    ///
    /// Nothing else in this crate touches a global, but that propagators which were chosen, by
    /// [`TelemetryBuilder::propagators`] or `OTEL_PROPAGATORS`, are installed when telemetry starts.
    pub fn install_global(&self) {
        Propagator::install_global(&self.propagators);
        opentelemetry::global::set_meter_provider(self.meter_provider.clone());
        opentelemetry::global::set_tracer_provider(self.tracer_provider.clone());
    }

    /// Delivers everything recorded so far; waits at most `timeout`.
    ///
    /// # Errors
    /// If not everything was delivered, or not in time; [`Telemetry::stats`] says what was lost and why. Metrics that
    /// were lost go out with the next export, because they are cumulative. At most 16 flushes may wait at the same
    /// time.
    pub fn flush(&self, timeout: Duration) -> Result<(), FlushError> {
        self.exports.as_ref().map_or(Ok(()), |exports| exports.flush(timeout))
    }

    /// Delivers everything recorded so far and ends the export; waits at most `timeout` for both together. Handles
    /// go on working, into cells that nobody exports. A second call does nothing.
    ///
    /// # Errors
    /// As [`Telemetry::flush`]. Everything is ended all the same.
    pub fn shutdown(&self, timeout: Duration) -> Result<(), FlushError> {
        let result = self.exports.as_ref().map_or(Ok(()), |exports| exports.shutdown(timeout));
        self.meter_provider.stop();
        result
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Err(error) = self.shutdown(DROP_TIMEOUT) {
            tracing::warn!("at the end of the program: {error}");
        }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry").field("exports", &self.exports).finish_non_exhaustive()
    }
}

/// Asks the detectors, and tells of those that do not answer.
fn detect(settings: &Settings) -> Found {
    let detected = settings.detection.run();
    for warning in detected.warnings {
        tracing::warn!("{warning}");
    }
    detected.found
}

/// For a program without traces: contexts are passed on, no span is recorded.
fn unsampled() -> SdkTracerProvider {
    SdkTracerProvider::builder()
        .with_sampler(Sampler::AlwaysOff)
        .with_id_generator(RandomIds)
        .build()
}
