//! The driver from one start to its end, with the GPUs that it had.

use std::sync::Arc;

use inferometer_semconv::attributes::{GpuFailureReason, GpuQuery};
use nvml_wrapper::{Nvml, error::NvmlError};

use super::{
    asker::{End, Log},
    device::Gpu,
    exchange::{Answer, Exchange, Question},
    failure::{self, Failure},
    reading::Identity,
    state::{GpuState, NoGpu},
};

/// GPUs that are sampled; further ones are not.
pub const MAX_GPUS: u32 = 64;

/// Samples in a row in which a GPU is lost until the driver is opened anew: one that was reset is found only so.
const REOPEN_AFTER: u32 = 30;

#[derive(Debug)]
pub(super) struct Session<'n> {
    gpus: Vec<Gpu<'n>>,
    /// Whether a GPU was lost already when this began.
    is_incomplete: bool,
    samples: u32,
}

/// Which GPUs are wanted.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted(pub(super) Option<Vec<String>>);

impl Wanted {
    fn has(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == id))
    }
}

impl<'n> Session<'n> {
    /// Finds the GPUs. One that cannot be opened is counted and left out.
    pub(super) fn open(
        nvml: &'n Nvml,
        wanted: &Wanted,
        log: &mut Log<'_>,
    ) -> Result<Self, GpuState> {
        log.exchange.asking(Question { device: None, query: GpuQuery::Devices });
        let count = nvml.device_count().map_err(|error| failed_to_open(&error, log))?;
        let version = nvml.sys_driver_version().ok();
        let mut gpus = Vec::new();
        let mut is_incomplete = false;
        for index in 0..count.min(MAX_GPUS) {
            match open_gpu(nvml, index, version.as_deref(), wanted, log) {
                Ok(gpu) => gpus.extend(gpu),
                Err(End::DeviceLost) => is_incomplete = true,
                Err(End::DriverGone) => return Err(GpuState::DriverGone),
            }
        }
        if gpus.is_empty() {
            return Err(GpuState::NoGpu(NoGpu::NoDevice));
        }
        Ok(Self { gpus, is_incomplete, samples: 0 })
    }

    /// Asks every GPU, and says whether the session goes on.
    pub(super) fn sample(&mut self, now_unix_nanos: u64, mut log: Log<'_>) -> (Answer, bool) {
        let mut readings = Vec::new();
        let mut answered = 0;
        for gpu in &mut self.gpus {
            match gpu.sample(now_unix_nanos, &mut log, &mut readings) {
                Ok(()) => {
                    gpu.lost_for = 0;
                    answered += 1;
                }
                Err(End::DeviceLost) => gpu.lost_for += 1,
                Err(End::DriverGone) => {
                    // What was read of other GPUs before is no longer true either.
                    readings.iter_mut().for_each(|reading| reading.outdated());
                    let state = GpuState::DriverGone;
                    return (Answer { state, readings, failures: log.failures }, false);
                }
            }
        }
        let instances = self.gpus.iter().map(Gpu::instances).sum();
        let state = GpuState::Sampling { gpus: answered, instances };
        self.samples = self.samples.saturating_add(1);
        let is_overdue = self.is_incomplete && self.samples >= REOPEN_AFTER;
        let goes_on = !is_overdue && self.gpus.iter().all(|gpu| gpu.lost_for < REOPEN_AFTER);
        (Answer { state, readings, failures: log.failures }, goes_on)
    }
}

fn failed_to_open(error: &NvmlError, log: &mut Log<'_>) -> GpuState {
    let reason = failure::reason(error);
    log.failures.push(Failure { device: None, query: GpuQuery::Devices, reason });
    GpuState::DriverGone
}

/// `None`: nobody wants it.
fn open_gpu<'n>(
    nvml: &'n Nvml,
    index: u32,
    driver_version: Option<&str>,
    wanted: &Wanted,
    log: &mut Log<'_>,
) -> Result<Option<Gpu<'n>>, End> {
    let found = nvml.device_by_index(index).and_then(|handle| Ok((handle.uuid()?, handle)));
    match found {
        Ok((id, _)) if !wanted.has(&id) => Ok(None),
        Ok((id, handle)) => {
            let name: Arc<str> = index.to_string().into();
            let device = Identity { id: id.into(), name, parent: None };
            Gpu::open(handle, nvml, device, driver_version, log).map(Some)
        }
        Err(error) => {
            let reason = failure::reason(&error);
            log.failures.push(Failure { device: None, query: GpuQuery::Devices, reason });
            match reason {
                GpuFailureReason::DriverGone => Err(End::DriverGone),
                GpuFailureReason::GpuLost => Err(End::DeviceLost),
                // Not for this process, or broken: looking again would not help.
                _ => Ok(None),
            }
        }
    }
}

/// Where the session's log goes.
pub(super) const fn log(exchange: &Exchange) -> Log<'_> {
    Log { exchange, failures: Vec::new() }
}
