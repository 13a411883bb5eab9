//! Asks one device, and remembers what it refuses.

use inferometer_semconv::attributes::{GpuFailureReason, GpuQuery};
use nvml_wrapper::error::NvmlError;

use super::{
    exchange::{Exchange, Question},
    failure::{self, Failure},
    reading::Identity,
};

/// Why no more is to be asked at this sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Of this device.
    DeviceLost,
    /// Of any.
    DriverGone,
}

/// A function of NVML that a device may refuse.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    Name,
    Utilization,
    Encoder,
    Decoder,
    Memory,
    Power,
    Temperature,
    ClockGraphics,
    ClockSm,
    ClockMemory,
    ClockVideo,
    Fields,
    ThrottleSupported,
    Throttle,
    Processes,
    Mig,
    MigInstances,
    Events,
    Profile,
    ProfileMetrics,
}

impl Call {
    const fn query(self) -> GpuQuery {
        match self {
            Self::Name => GpuQuery::Devices,
            Self::Utilization | Self::Encoder | Self::Decoder => GpuQuery::Utilization,
            // A part of the GPU that is busy is one of its utilizations.
            Self::Profile | Self::ProfileMetrics => GpuQuery::Utilization,
            Self::Memory => GpuQuery::Memory,
            Self::Power => GpuQuery::Power,
            Self::Temperature => GpuQuery::Temperature,
            Self::ClockGraphics | Self::ClockSm | Self::ClockMemory | Self::ClockVideo => {
                GpuQuery::Clock
            }
            // Energy is the one that most GPUs have.
            Self::Fields => GpuQuery::Energy,
            Self::ThrottleSupported | Self::Throttle => GpuQuery::Throttle,
            Self::Processes => GpuQuery::Processes,
            Self::Mig | Self::MigInstances => GpuQuery::Mig,
            Self::Events => GpuQuery::Xid,
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What went wrong in one sample, and who is told what is being asked.
#[derive(Debug)]
pub(super) struct Log<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) failures: Vec<Failure>,
}

/// Asks one device, and remembers what it refuses, so that this is not asked again until the driver was restarted or
/// MIG was switched.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) device: Identity,
    /// By [`Call::bit`].
    refused: u32,
}

impl Asker {
    pub(super) const fn new(device: Identity) -> Self {
        Self { device, refused: 0 }
    }

    /// Asks, unless the answer is known to be a refusal.
    pub(super) fn ask<T>(
        &mut self,
        log: &mut Log<'_>,
        call: Call,
        ask: impl FnOnce() -> Result<T, NvmlError>,
    ) -> Result<Option<T>, End> {
        if self.refused & call.bit() != 0 {
            return Ok(None);
        }
        let query = call.query();
        log.exchange.asking(Question { device: Some(self.device.clone()), query });
        ask().map(Some).or_else(|error| {
            let reason = failure::reason(&error);
            if failure::is_final(reason) {
                self.refused |= call.bit();
            }
            self.failed(log, query, reason).map(|()| None)
        })
    }

    /// Counts a failure, and says whether it ends the sample.
    pub(super) fn failed(
        &self,
        log: &mut Log<'_>,
        query: GpuQuery,
        reason: GpuFailureReason,
    ) -> Result<(), End> {
        log.failures.push(Failure { device: Some(self.device.clone()), query, reason });
        match reason {
            GpuFailureReason::GpuLost => Err(End::DeviceLost),
            GpuFailureReason::DriverGone => Err(End::DriverGone),
            _ => Ok(()),
        }
    }

    pub(super) const fn refuses(&self, call: Call) -> bool {
        self.refused & call.bit() != 0
    }

    pub(super) const fn forget_refusals(&mut self) {
        self.refused = 0;
    }
}
