//! The built-in detectors by their names.

use opentelemetry::KeyValue;

use super::{container, host, kubernetes, machine::Machine, os, process};

/// A source of resource attributes.
///
/// Names of attributes are those of OpenTelemetry's semantic conventions. What a machine does not tell is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Detector {
    /// `host.name`, `host.arch`, and outside of containers `host.id`, the machine id.
    Host,
    /// `os.type`, `os.name`, `os.version` and `os.description`.
    Os,
    /// `process.pid`, `process.executable.name`, `process.executable.path` and `process.owner`. Never the command or its
    /// arguments, which may hold credentials.
    Process,
    /// `container.id`, of version 1 and 2 of control groups.
    Container,
    /// `k8s.pod.name`, `k8s.pod.uid`, `k8s.namespace.name`, `k8s.node.name`, `k8s.container.name`, `k8s.deployment.name`
    /// and `k8s.cluster.name`, from variables such as `K8S_POD_NAME` or `POD_NAME` that a pod's manifest fills from the
    /// downward API, and what Kubernetes mounts by itself. Never labels or annotations.
    Kubernetes,
    /// `hw.type`, `hw.vendor`, `hw.driver_version`, and `hw.model` where all of the machine's NVIDIA GPUs are of one. Not
    /// among the defaults: loading NVML takes a moment, and where nothing keeps the driver awake more than a detector has.
    #[cfg(feature = "nvml")]
    Gpu,
}

impl Detector {
    /// Those that run where nobody chooses: cheap, and nothing that they tell is secret.
    pub const DEFAULT: [Self; 5] =
        [Self::Host, Self::Os, Self::Process, Self::Container, Self::Kubernetes];

    /// All that are built in.
    pub const ALL: &[Self] = &[
        Self::Host,
        Self::Os,
        Self::Process,
        Self::Container,
        Self::Kubernetes,
        #[cfg(feature = "nvml")]
        Self::Gpu,
    ];

    /// Its word in `OTEL_EXPERIMENTAL_RESOURCE_DETECTORS`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Os => "os",
            Self::Process => "process",
            Self::Container => "container",
            Self::Kubernetes => "kubernetes",
            #[cfg(feature = "nvml")]
            Self::Gpu => "gpu",
        }
    }

    /// By its word, in lower case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|detector| detector.name() == word)
    }

    pub(super) fn detect(self, machine: &Machine) -> Vec<KeyValue> {
        let found = match self {
            Self::Host => host::detect(machine),
            Self::Os => os::detect(machine),
            Self::Process => process::detect(machine),
            Self::Container => container::detect(machine),
            Self::Kubernetes => kubernetes::detect(machine),
            #[cfg(feature = "nvml")]
            Self::Gpu => super::gpu::detect(machine),
        };
        found.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect()
    }
}
