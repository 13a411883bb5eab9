//! Settings given by the program.

use std::{sync::Arc, time::Duration};

use opentelemetry::KeyValue;

use super::{Telemetry, settings::Settings};
use crate::{clock::Clock, environment::Environment, error::StartError};

/// Settings of a [`Telemetry`]; start with [`Telemetry::builder`].
///
/// The environment decides nothing here unless [`TelemetryBuilder::environment`] is called; calls after it win over
/// it.
#[derive(Debug, Default)]
pub struct TelemetryBuilder {
    pub(super) settings: Settings,
}

impl TelemetryBuilder {
    /// Takes every setting that the environment has. What the program set before is overwritten, what it sets
    /// afterwards wins. Values that make no sense are logged as warnings and ignored.
    #[must_use]
    pub fn environment(mut self, environment: &Environment) -> Self {
        for warning in environment.apply(&mut self.settings) {
            tracing::warn!("{warning}");
        }
        self
    }

    /// `service.name`. Default: `unknown_service:` and the program's file name.
    #[must_use]
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.settings.service_name = Some(name.into());
        self
    }

    /// Adds attributes of the resource; a key given twice has its last value.
    #[must_use]
    pub fn resource_attributes(mut self, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        self.settings.resource_attributes.extend(attributes);
        self
    }

    /// The collector's OTLP/gRPC address for metrics and traces. Default: `http://localhost:4317`.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.settings.metrics_endpoint = url.into();
        self.settings.traces_endpoint.clone_from(&self.settings.metrics_endpoint);
        self
    }

    /// Time for one export, retries included. Default: 10 s.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.metrics_timeout = timeout;
        self.settings.traces_timeout = timeout;
        self
    }

    /// Time between two exports of metrics; at least 1 ms. Default: 60 s.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// The longest time that a finished span waits for its export; at least 1 ms. Default: 5 s.
    #[must_use]
    pub fn span_delay(mut self, delay: Duration) -> Self {
        self.settings.span_delay = delay.max(Duration::from_millis(1));
        self
    }

    /// Whether spans are recorded and exported. Default: yes.
    #[must_use]
    pub fn traces(mut self, traces: bool) -> Self {
        self.settings.traces = traces;
        self
    }

    /// Where the times of metrics come from. Default: [`SystemClock`](crate::SystemClock).
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Starts exporting.
    ///
    /// # Errors
    /// If an endpoint is no `http://` URL, or the system refuses a thread. Nothing runs then.
    pub fn build(self) -> Result<Telemetry, StartError> {
        Telemetry::start(self.settings)
    }
}
