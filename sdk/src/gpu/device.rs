//! One GPU: what it is asked at every sample.

use std::sync::Arc;

use inferometer_semconv::attributes::{
    GpuClockDomain, GpuEngine, GpuThrottleReason, HW_DRIVER_VERSION, HW_MODEL, HW_VENDOR,
    HwGpuTask, HwState,
};
use nvml_wrapper::{
    Device, EventSet, Nvml,
    bitmasks::{device::ThrottleReasons, event::EventTypes},
    enum_wrappers::device::{Clock, TemperatureSensor},
    enums::event::XidError,
    error::NvmlError,
};
use opentelemetry::KeyValue;

use super::{
    asker::{Asker, Call, End, Log},
    fields::Fields,
    instance::Instances,
    profile::Profile,
    reading::{Description, Gauge, Identity, Level, Reading, Sensor},
};

/// XID events that one sample takes from one GPU; the driver keeps the others for the next.
const MAX_EVENTS: usize = 64;

/// What the driver calls an XID that it does not know.
pub(super) const UNKNOWN_XID: u64 = 999;

/// One GPU of one session.
#[derive(Debug)]
pub(super) struct Gpu<'n> {
    handle: Device<'n>,
    nvml: &'n Nvml,
    asker: Asker,
    description: Description,
    /// `None`: XIDs are not told.
    events: Option<EventSet<'n>>,
    fields: Fields,
    /// `None`: not a GPU that can be profiled, or this process may not.
    profile: Option<Profile<'n>>,
    throttles: ThrottleReasons,
    instances: Instances<'n>,
    /// Samples in a row in which it was lost.
    pub(super) lost_for: u32,
}

impl<'n> Gpu<'n> {
    pub(super) fn open(
        handle: Device<'n>,
        nvml: &'n Nvml,
        device: Identity,
        driver_version: Option<&str>,
        log: &mut Log<'_>,
    ) -> Result<Self, End> {
        let mut asker = Asker::new(device);
        let model = asker.ask(log, Call::Name, || handle.name())?;
        let facts = [(&HW_MODEL, model), (&HW_DRIVER_VERSION, driver_version.map(str::to_owned))];
        let mut description = vec![KeyValue::new(HW_VENDOR.key, "NVIDIA")];
        for (key, fact) in facts {
            description.extend(fact.map(|fact| KeyValue::new(key.key, fact)));
        }
        let mut gpu = Self {
            events: None,
            fields: Fields::default(),
            profile: None,
            throttles: ThrottleReasons::empty(),
            instances: Instances::new(Arc::clone(&asker.device.id), Arc::clone(&asker.device.name)),
            lost_for: 0,
            description: Description(description),
            handle,
            nvml,
            asker,
        };
        gpu.prepare(log)?;
        Ok(gpu)
    }

    /// What is found out once: after the driver was started, or MIG switched.
    fn prepare(&mut self, log: &mut Log<'_>) -> Result<(), End> {
        let Self { asker, handle, .. } = self;
        let throttles =
            asker.ask(log, Call::ThrottleSupported, || handle.supported_throttle_reasons())?;
        self.throttles = throttles.unwrap_or(ThrottleReasons::empty());
        self.profile = Profile::open(handle, self.nvml, asker, log)?;
        self.fields = Fields::all(self.profile.is_none());
        if self.events.is_none() {
            self.events = asker.ask(log, Call::Events, || listen(handle, self.nvml))?;
        }
        Ok(())
    }

    pub(super) fn instances(&self) -> usize {
        self.instances.len()
    }

    /// Everything, as far as it is told. What was read before the end is there too.
    pub(super) fn sample(
        &mut self,
        now_unix_nanos: u64,
        log: &mut Log<'_>,
        readings: &mut Vec<Reading>,
    ) -> Result<(), End> {
        let mut reading = Reading::new(self.asker.device.clone(), self.description.clone());
        let outcome = self.read(now_unix_nanos, &mut reading, log);
        let state = match outcome {
            Ok(state) => state,
            Err(_) => {
                reading.outdated();
                HwState::Failed
            }
        };
        if outcome != Err(End::DriverGone) {
            for possible in HwState::ALL {
                reading.level(Level::State(possible), u64::from(possible == state));
            }
        }
        readings.push(reading);
        outcome?;
        self.instances.sample(log, readings)
    }

    fn read(
        &mut self,
        now_unix_nanos: u64,
        reading: &mut Reading,
        log: &mut Log<'_>,
    ) -> Result<HwState, End> {
        // First, since a GPU that is lost tells why by an event.
        self.xids(reading, log)?;
        self.mig(reading, log)?;
        self.utilization(reading, log)?;
        memory(&self.handle, &mut self.asker, reading, log)?;
        self.power_and_clocks(reading, log)?;
        self.throttles(reading, log)?;
        processes(&self.handle, &mut self.asker, reading, log)?;
        self.profile(now_unix_nanos, reading, log)?;
        self.fields.read(&self.handle, &mut self.asker, reading, log)
    }

    fn xids(&mut self, reading: &mut Reading, log: &mut Log<'_>) -> Result<(), End> {
        let Some(events) = &self.events else {
            return Ok(());
        };
        for _ in 0..MAX_EVENTS {
            let next = self.asker.ask(log, Call::Events, || match events.wait(0) {
                // No event is no failure.
                Err(NvmlError::Timeout) => Ok(None),
                event => event.map(|event| event.event_data),
            })?;
            match next.flatten() {
                Some(XidError::Value(code)) => reading.xids.push(code),
                Some(XidError::Unknown) => reading.xids.push(UNKNOWN_XID),
                None => break,
            }
        }
        Ok(())
    }

    fn mig(&mut self, reading: &mut Reading, log: &mut Log<'_>) -> Result<(), End> {
        if self.instances.refresh(&self.handle, &mut self.asker, log)? {
            // What a GPU can tell depends on whether it is divided.
            self.asker.forget_refusals();
            self.prepare(log)?;
        }
        if let Some(instances) = self.instances.count() {
            reading.level(Level::Instances, instances as u64);
        }
        Ok(())
    }

    fn utilization(&mut self, reading: &mut Reading, log: &mut Log<'_>) -> Result<(), End> {
        let Self { asker, handle, .. } = self;
        if let Some(busy) = asker.ask(log, Call::Utilization, || handle.utilization_rates())? {
            reading.percent(Gauge::Utilization(HwGpuTask::General), busy.gpu.into());
            reading.percent(Gauge::Engine(GpuEngine::Dram), busy.memory.into());
        }
        if let Some(busy) = asker.ask(log, Call::Encoder, || handle.encoder_utilization())? {
            reading.percent(Gauge::Utilization(HwGpuTask::Encoder), busy.utilization.into());
        }
        if let Some(busy) = asker.ask(log, Call::Decoder, || handle.decoder_utilization())? {
            reading.percent(Gauge::Utilization(HwGpuTask::Decoder), busy.utilization.into());
        }
        Ok(())
    }

    fn power_and_clocks(&mut self, reading: &mut Reading, log: &mut Log<'_>) -> Result<(), End> {
        let Self { asker, handle, .. } = self;
        if let Some(milliwatts) = asker.ask(log, Call::Power, || handle.power_usage())? {
            reading.gauges.push((Gauge::Power, f64::from(milliwatts) / 1e3));
        }
        let celsius =
            asker.ask(log, Call::Temperature, || handle.temperature(TemperatureSensor::Gpu))?;
        if let Some(celsius) = celsius {
            reading.gauges.push((Gauge::Temperature(Sensor::Gpu), celsius.into()));
        }
        for (call, clock, domain) in [
            (Call::ClockGraphics, Clock::Graphics, GpuClockDomain::Graphics),
            (Call::ClockSm, Clock::SM, GpuClockDomain::Sm),
            (Call::ClockMemory, Clock::Memory, GpuClockDomain::Memory),
            (Call::ClockVideo, Clock::Video, GpuClockDomain::Video),
        ] {
            if let Some(megahertz) = asker.ask(log, call, || handle.clock_info(clock))? {
                reading.gauges.push((Gauge::Clock(domain), f64::from(megahertz) * 1e6));
            }
        }
        Ok(())
    }

    fn throttles(&mut self, reading: &mut Reading, log: &mut Log<'_>) -> Result<(), End> {
        if self.throttles.is_empty() {
            return Ok(());
        }
        let Self { asker, handle, .. } = self;
        let now = asker.ask(log, Call::Throttle, || handle.current_throttle_reasons())?;
        let Some(now) = now else {
            return Ok(());
        };
        for (bit, reason) in [
            (ThrottleReasons::GPU_IDLE, GpuThrottleReason::Idle),
            (ThrottleReasons::APPLICATIONS_CLOCKS_SETTING, GpuThrottleReason::ApplicationClocks),
            (ThrottleReasons::DISPLAY_CLOCK_SETTING, GpuThrottleReason::DisplayClocks),
            (ThrottleReasons::SW_POWER_CAP, GpuThrottleReason::Power),
            (ThrottleReasons::SW_THERMAL_SLOWDOWN, GpuThrottleReason::Thermal),
            (ThrottleReasons::HW_SLOWDOWN, GpuThrottleReason::HwSlowdown),
            (ThrottleReasons::HW_THERMAL_SLOWDOWN, GpuThrottleReason::HwThermal),
            (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, GpuThrottleReason::HwPowerBrake),
            (ThrottleReasons::SYNC_BOOST, GpuThrottleReason::SyncBoost),
        ] {
            if self.throttles.contains(bit) {
                reading.level(Level::Throttled(reason), now.contains(bit).into());
            }
        }
        Ok(())
    }

    fn profile(
        &mut self,
        now_unix_nanos: u64,
        reading: &mut Reading,
        log: &mut Log<'_>,
    ) -> Result<(), End> {
        let Some(profile) = &mut self.profile else {
            return Ok(());
        };
        profile.read(&self.handle, now_unix_nanos, &mut self.asker, reading, log)?;
        if self.asker.refuses(Call::Profile) || self.asker.refuses(Call::ProfileMetrics) {
            self.profile = None;
            self.fields.want_pcie();
        }
        Ok(())
    }
}

/// A set of events for one GPU alone: registering one that fails costs the set.
fn listen<'n>(handle: &Device<'n>, nvml: &'n Nvml) -> Result<EventSet<'n>, NvmlError> {
    if !handle.supported_event_types()?.contains(EventTypes::CRITICAL_XID_ERROR) {
        return Err(NvmlError::NotSupported);
    }
    let events = nvml.create_event_set()?;
    handle.register_events(EventTypes::CRITICAL_XID_ERROR, events).map_err(|error| error.error)
}

/// Of a GPU or a MIG instance.
pub(super) fn memory(
    handle: &Device<'_>,
    asker: &mut Asker,
    reading: &mut Reading,
    log: &mut Log<'_>,
) -> Result<(), End> {
    let Some(memory) = asker.ask(log, Call::Memory, || handle.memory_info())? else {
        return Ok(());
    };
    reading.level(Level::MemoryUsage, memory.used);
    reading.level(Level::MemoryLimit, memory.total);
    if memory.total > 0 {
        let share = memory.used as f64 / memory.total as f64;
        reading.gauges.push((Gauge::MemoryUtilization, share));
    }
    Ok(())
}

/// Of a GPU or a MIG instance.
pub(super) fn processes(
    handle: &Device<'_>,
    asker: &mut Asker,
    reading: &mut Reading,
    log: &mut Log<'_>,
) -> Result<(), End> {
    use nvml_wrapper::enums::device::UsedGpuMemory;

    let processes = asker.ask(log, Call::Processes, || handle.running_compute_processes())?;
    let Some(processes) = processes else {
        return Ok(());
    };
    reading.level(Level::Processes, processes.len() as u64);
    let own = processes.iter().filter(|process| process.pid == std::process::id());
    let used = own.filter_map(|process| match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => Some(bytes),
        UsedGpuMemory::Unavailable => None,
    });
    // Not told of a process without memory, and in some containers of none, whose number is another there.
    if let Some(bytes) = used.reduce(u64::saturating_add) {
        reading.level(Level::ProcessMemory, bytes);
    }
    Ok(())
}
