//! Who the telemetry is about.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry_sdk::resource::ResourceDetector;

use super::TelemetryBuilder;
use crate::resource::{Detector, Task};

/// Who the telemetry is about.
///
/// The resource is merged from the detectors in their order, the program's own last, then from attributes that were given,
/// then from the name of the service: what comes later wins. `telemetry.sdk.*`, `service.name` and `service.instance.id` are
/// there in any case. Its schema URL is that of the detectors; where they name several, it has none, and there is a warning.
impl TelemetryBuilder {
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

    /// The built-in detectors that complete the resource; none of them: nothing is detected. Default: none, and
    /// [`Detector::DEFAULT`] after [`TelemetryBuilder::environment`].
    ///
    /// Each may take [`DETECTOR_TIMEOUT`](crate::DETECTOR_TIMEOUT), all together
    /// [`DETECTION_TIMEOUT`](crate::DETECTION_TIMEOUT). One that hangs or panics is named in a warning and left behind, and
    /// the start goes on.
    #[must_use]
    pub fn detectors(mut self, detectors: impl IntoIterator<Item = Detector>) -> Self {
        self.settings.detection.built_in = Some(detectors.into_iter().collect());
        self
    }

    /// Adds a detector of the program's own, or of another crate, under the same limits. It runs on a thread of its own,
    /// after the built-in ones, whose attributes its own replace. `name` is for warnings.
    #[must_use]
    pub fn resource_detector(
        mut self,
        name: impl Into<Cow<'static, str>>,
        detector: impl ResourceDetector + Send + Sync + 'static,
    ) -> Self {
        self.settings.detection.own.push(Task::own(name, detector));
        self
    }
}
