//! NVML's errors, by what they mean for the sampler.

use inferometer_semconv::attributes::{GpuFailureReason, GpuQuery};
use nvml_wrapper::error::NvmlError;

use super::{reading::Identity, state::NoGpu};

/// One question that was not answered.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// `None`: it was about the driver.
    pub(super) device: Option<Identity>,
    pub(super) query: GpuQuery,
    pub(super) reason: GpuFailureReason,
}

/// Codes of NVML that the wrapper has no name for.
const NOT_READY: u32 = 27;
const GPU_NOT_FOUND: u32 = 28;

pub(super) fn reason(error: &NvmlError) -> GpuFailureReason {
    match error {
        NvmlError::NotSupported
        | NvmlError::FunctionNotFound
        | NvmlError::FailedToLoadSymbol(_)
        | NvmlError::VgpuEccNotSupported => GpuFailureReason::NotSupported,
        NvmlError::UnexpectedVariant(NOT_READY) => GpuFailureReason::Other,
        NvmlError::GpuLost
        | NvmlError::ResetRequired
        | NvmlError::UnexpectedVariant(GPU_NOT_FOUND) => GpuFailureReason::GpuLost,
        // Deprecated, another version of a structure, a value of a type that is not known here.
        NvmlError::UnexpectedVariant(_) => GpuFailureReason::NotSupported,
        NvmlError::Uninitialized
        | NvmlError::DriverNotLoaded
        | NvmlError::LibRmVersionMismatch
        | NvmlError::LibraryNotFound => GpuFailureReason::DriverGone,
        // The second is how cgroups and containers refuse.
        NvmlError::NoPermission | NvmlError::OperatingSystem => GpuFailureReason::NoPermission,
        NvmlError::Timeout => GpuFailureReason::Timeout,
        _ => GpuFailureReason::Other,
    }
}

/// Whether to ask again is no use until the driver, or what it is set to, has changed.
pub(super) const fn is_final(reason: GpuFailureReason) -> bool {
    matches!(reason, GpuFailureReason::NotSupported | GpuFailureReason::NoPermission)
}

/// Why NVML could not be initialised.
pub(super) fn no_gpu(error: &NvmlError) -> NoGpu {
    match error {
        NvmlError::LibloadingError(_)
        | NvmlError::LibraryNotFound
        | NvmlError::FailedToLoadSymbol(_) => NoGpu::NoLibrary,
        NvmlError::NoPermission | NvmlError::OperatingSystem => NoGpu::NoPermission,
        _ => NoGpu::NoDriver,
    }
}
