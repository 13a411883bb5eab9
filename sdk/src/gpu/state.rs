//! What a sampler has found. Having no GPU is a finding, not an error.

use std::fmt;

use inferometer_semconv::attributes::GpuQuery;

/// How it stands between a sampler and the driver, as of the last sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GpuState {
    /// There was no sample yet.
    Starting,
    /// There is nothing to sample. It is looked for again once a minute.
    NoGpu(NoGpu),
    /// The driver answers.
    Sampling {
        /// GPUs that answered; a lost one is not among them.
        gpus: usize,
        /// MIG instances that answered.
        instances: usize,
    },
    /// The driver was there and went away, for example to be restarted. It is looked for again at the next sample.
    DriverGone,
    /// The driver has not answered in time. Nothing else is asked until it does.
    NotAnswering(GpuQuery),
    /// The sampler was shut down.
    Stopped,
}

/// Why there is nothing to sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoGpu {
    /// NVML's library cannot be loaded: no driver is installed, or a container was started without it.
    NoLibrary,
    /// The library is there and the driver is not loaded, or of another version.
    NoDriver,
    /// The driver has no GPU, or none that was asked for.
    NoDevice,
    /// This process may not talk to the driver.
    NoPermission,
}

impl fmt::Display for GpuState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Starting => f.write_str("no sample yet"),
            Self::NoGpu(why) => write!(f, "no GPU: {why}"),
            Self::Sampling { gpus, instances: 0 } => write!(f, "{gpus} GPUs"),
            Self::Sampling { gpus, instances } => {
                write!(f, "{gpus} GPUs, {instances} MIG instances")
            }
            Self::DriverGone => f.write_str("the driver is gone"),
            Self::NotAnswering(query) => {
                write!(f, "the driver does not answer about {}", query.as_str())
            }
            Self::Stopped => f.write_str("stopped"),
        }
    }
}

impl fmt::Display for NoGpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLibrary => "the library of NVML is not there",
            Self::NoDriver => "the driver is not loaded",
            Self::NoDevice => "the driver has none",
            Self::NoPermission => "this process may not talk to the driver",
        })
    }
}
