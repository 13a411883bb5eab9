//! What the machine says about itself: detectors of resource attributes.
//!
//! | detector | attributes | from |
//! |---|---|---|
//! | `host` | `host.name`, `host.arch`, outside of containers `host.id` | `/proc/sys/kernel/hostname`, `/etc/machine-id` |
//! | `os` | `os.type`, `os.name`, `os.version`, `os.description` | `/etc/os-release` |
//! | `process` | `process.pid`, `process.executable.name`, `process.executable.path`, `process.owner` | `/proc/self`, `/etc/passwd` |
//! | `container` | `container.id` | `/proc/self/cgroup`, `/proc/self/mountinfo` |
//! | `kubernetes` | `k8s.*` | variables, `/proc/self`, the service account's namespace |
//! | `gpu` | `hw.type`, `hw.vendor`, `hw.model`, `hw.driver_version` | NVML |
//!
//! **Names** are those of OpenTelemetry's semantic conventions, whose schema the resource names then.
//!
//! **Private** things are left out: a process's command and arguments may hold credentials, and pods' labels and
//! annotations anything. Whoever wants them says them in `OTEL_RESOURCE_ATTRIBUTES`. A Rust program runs in no runtime
//! that the conventions have a name for, so there is no `process.runtime.*`.
//!
//! **Bounded in time**: detectors run on a thread of their own, see [`detection`].

mod container;
mod detection;
mod detector;
#[cfg(feature = "nvml")]
mod gpu;
mod host;
mod kubernetes;
mod machine;
mod os;
mod process;

#[cfg(test)]
mod tests;

pub use detection::{DETECTION_TIMEOUT, DETECTOR_TIMEOUT};
pub use detector::Detector;

pub(crate) use detection::{Detection, Found, Task};
pub(crate) use kubernetes::reads;

/// The version of the semantic conventions that the attributes are from.
const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.44.0";
