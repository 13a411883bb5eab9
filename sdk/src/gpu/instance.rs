//! MIG instances: parts of a GPU that are devices of their own.

use std::sync::Arc;

use nvml_wrapper::{Device, error::NvmlError};

use super::{
    asker::{Asker, Call, End, Log},
    device::{memory, processes},
    reading::{Description, Identity, Reading},
};

/// Instances of one GPU that are sampled; NVML knows at most 7.
const MAX_INSTANCES: u32 = 8;

/// Samples between two looks at how a GPU is divided. A device that does not answer is looked at at once.
const REFRESH_EVERY: u32 = 12;

const ENABLED: u32 = 1;

/// The instances of one GPU.
#[derive(Debug)]
pub(super) struct Instances<'n> {
    gpu: Arc<str>,
    gpu_index: Arc<str>,
    /// Samples until the next look.
    refresh_in: u32,
    /// `None`: not known, or a GPU that cannot be divided.
    is_enabled: Option<bool>,
    instances: Vec<Instance<'n>>,
}

#[derive(Debug)]
struct Instance<'n> {
    handle: Device<'n>,
    asker: Asker,
}

impl<'n> Instances<'n> {
    pub(super) const fn new(gpu: Arc<str>, gpu_index: Arc<str>) -> Self {
        Self { gpu, gpu_index, refresh_in: 0, is_enabled: None, instances: Vec::new() }
    }

    pub(super) const fn len(&self) -> usize {
        self.instances.len()
    }

    /// How many there are, of a GPU that can be divided.
    pub(super) fn count(&self) -> Option<usize> {
        self.is_enabled.map(|_| self.instances.len())
    }

    /// Looks how the GPU is divided, if it is time; says whether MIG was switched since the last look.
    pub(super) fn refresh(
        &mut self,
        handle: &Device<'n>,
        asker: &mut Asker,
        log: &mut Log<'_>,
    ) -> Result<bool, End> {
        if self.refresh_in > 0 {
            self.refresh_in -= 1;
            return Ok(false);
        }
        self.refresh_in = REFRESH_EVERY - 1;
        let Some(mode) = asker.ask(log, Call::Mig, || handle.mig_mode())? else {
            return Ok(false);
        };
        let is_enabled = mode.current == ENABLED;
        let was_enabled = self.is_enabled.replace(is_enabled);
        if is_enabled {
            if let Some(found) = asker.ask(log, Call::MigInstances, || self.find(handle))? {
                self.keep(found);
            }
        } else {
            self.instances.clear();
        }
        Ok(was_enabled.is_some_and(|was_enabled| was_enabled != is_enabled))
    }

    fn find(&self, handle: &Device<'n>) -> Result<Vec<(Identity, Device<'n>)>, NvmlError> {
        let mut found = Vec::new();
        for index in 0..handle.mig_device_count()?.min(MAX_INSTANCES) {
            let instance = match handle.mig_device_by_index(index) {
                Ok(instance) => instance,
                // The place is free.
                Err(NvmlError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            let identity = Identity {
                id: instance.uuid()?.into(),
                name: format!("{}:{index}", self.gpu_index).into(),
                parent: Some(Arc::clone(&self.gpu)),
            };
            found.push((identity, instance));
        }
        Ok(found)
    }

    /// Goes on with those that were known, since they know what they refuse.
    fn keep(&mut self, found: Vec<(Identity, Device<'n>)>) {
        let mut known = std::mem::take(&mut self.instances);
        for (identity, handle) in found {
            let at = known.iter().position(|instance| instance.asker.device == identity);
            let asker = match at {
                Some(at) => known.swap_remove(at).asker,
                None => Asker::new(identity),
            };
            self.instances.push(Instance { handle, asker });
        }
    }

    /// Memory and processes of each; the rest is told of the whole GPU alone.
    pub(super) fn sample(
        &mut self,
        log: &mut Log<'_>,
        readings: &mut Vec<Reading>,
    ) -> Result<(), End> {
        for Instance { handle, asker } in &mut self.instances {
            let mut reading = Reading::new(asker.device.clone(), Description(Vec::new()));
            let known = log.failures.len();
            let outcome = memory(handle, asker, &mut reading, log)
                .and_then(|()| processes(handle, asker, &mut reading, log));
            if log.failures.len() > known {
                // It may have been taken away.
                self.refresh_in = 0;
            }
            match outcome {
                Ok(()) => readings.push(reading),
                Err(End::DeviceLost) => {}
                Err(End::DriverGone) => return Err(End::DriverGone),
            }
        }
        Ok(())
    }
}
