//! What one device said at one time, and which series each value belongs to.

use std::sync::Arc;

use inferometer_semconv::{
    InstrumentDef,
    attributes::{
        ERROR_TYPE, GpuClockDomain, GpuEngine, GpuLinkType, GpuThrottleReason, HW_GPU_TASK, HW_ID,
        HW_NAME, HW_PARENT, HW_SENSOR_LOCATION, HW_STATE, HW_TYPE, HwGpuTask, HwState, HwType,
        INFER_GPU_CLOCK_DOMAIN, INFER_GPU_ENGINE, INFER_GPU_LINK_TYPE, INFER_GPU_THROTTLE_REASON,
        NETWORK_IO_DIRECTION, NetworkIoDirection,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

/// A GPU, or a MIG instance of one. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// `hw.id`: its UUID.
    pub(super) id: Arc<str>,
    /// `hw.name`: its index.
    pub(super) name: Arc<str>,
    /// `hw.parent`: the GPU's UUID, for a MIG instance.
    pub(super) parent: Option<Arc<str>>,
}

impl Identity {
    /// The labels of a series of this device.
    pub(super) fn labels(&self, more: impl IntoIterator<Item = KeyValue>) -> Vec<KeyValue> {
        let mut labels = vec![
            KeyValue::new(HW_ID.key, Arc::clone(&self.id)),
            KeyValue::new(HW_NAME.key, Arc::clone(&self.name)),
        ];
        let parent = self.parent.as_ref();
        labels.extend(parent.map(|parent| KeyValue::new(HW_PARENT.key, Arc::clone(parent))));
        labels.extend(more);
        labels
    }

    /// The labels of one of its sensors, which is a component of its own.
    fn sensor(&self, location: &'static str) -> Vec<KeyValue> {
        let id: Arc<str> = format!("{}/{location}", self.id).into();
        let parent = Some(Arc::clone(&self.id));
        let sensor = Self { id, name: Arc::clone(&self.name), parent };
        sensor.labels([KeyValue::new(HW_SENSOR_LOCATION.key, location)])
    }

    fn typed(&self, more: Option<KeyValue>) -> Vec<KeyValue> {
        self.labels([KeyValue::new(HW_TYPE.key, HwType::Gpu.as_str())].into_iter().chain(more))
    }
}

/// What describes a GPU, on its status alone.
#[derive(Debug, Clone)]
pub(super) struct Description(pub(super) Vec<KeyValue>);

/// Where a temperature is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sensor {
    Gpu,
    Memory,
}

/// A value that comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Gauge {
    Utilization(HwGpuTask),
    Engine(GpuEngine),
    MemoryUtilization,
    Power,
    Temperature(Sensor),
    Clock(GpuClockDomain),
}

/// An amount, of which sums make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Level {
    MemoryUsage,
    MemoryLimit,
    ProcessMemory,
    Processes,
    Instances,
    Throttled(GpuThrottleReason),
    State(HwState),
}

/// What only grows, but for a restart of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Total {
    /// Millijoules.
    Energy,
    /// Nanoseconds.
    Throttled(GpuThrottleReason),
    Errors(EccError),
    /// Bytes.
    Link(GpuLinkType, NetworkIoDirection),
}

/// Errors of memory, as OpenTelemetry names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum EccError {
    Corrected,
    Uncorrected,
}

impl Gauge {
    pub(super) const fn definition(self) -> &'static InstrumentDef {
        match self {
            Self::Utilization(_) => &def::HW_GPU_UTILIZATION,
            Self::Engine(_) => &def::INFER_GPU_ENGINE_UTILIZATION,
            Self::MemoryUtilization => &def::HW_GPU_MEMORY_UTILIZATION,
            Self::Power => &def::HW_POWER,
            Self::Temperature(_) => &def::HW_TEMPERATURE,
            Self::Clock(_) => &def::INFER_GPU_CLOCK_FREQUENCY,
        }
    }

    pub(super) fn labels(self, device: &Identity) -> Vec<KeyValue> {
        match self {
            Self::Utilization(task) => {
                device.labels([KeyValue::new(HW_GPU_TASK.key, task.as_str())])
            }
            Self::Engine(engine) => {
                device.labels([KeyValue::new(INFER_GPU_ENGINE.key, engine.as_str())])
            }
            Self::MemoryUtilization => device.labels([]),
            Self::Power => device.typed(None),
            Self::Temperature(Sensor::Gpu) => device.sensor("gpu"),
            Self::Temperature(Sensor::Memory) => device.sensor("hbm"),
            Self::Clock(domain) => {
                device.labels([KeyValue::new(INFER_GPU_CLOCK_DOMAIN.key, domain.as_str())])
            }
        }
    }
}

impl Level {
    pub(super) const fn definition(self) -> &'static InstrumentDef {
        match self {
            Self::MemoryUsage => &def::HW_GPU_MEMORY_USAGE,
            Self::MemoryLimit => &def::HW_GPU_MEMORY_LIMIT,
            Self::ProcessMemory => &def::INFER_GPU_PROCESS_MEMORY_USAGE,
            Self::Processes => &def::INFER_GPU_PROCESS_ACTIVE,
            Self::Instances => &def::INFER_GPU_MIG_INSTANCE_ACTIVE,
            Self::Throttled(_) => &def::INFER_GPU_THROTTLE_STATUS,
            Self::State(_) => &def::HW_STATUS,
        }
    }

    pub(super) fn labels(self, device: &Identity, description: &Description) -> Vec<KeyValue> {
        match self {
            Self::Throttled(reason) => {
                device.labels([KeyValue::new(INFER_GPU_THROTTLE_REASON.key, reason.as_str())])
            }
            Self::State(state) => {
                let mut labels = device.typed(Some(KeyValue::new(HW_STATE.key, state.as_str())));
                labels.extend(description.0.iter().cloned());
                labels
            }
            _ => device.labels([]),
        }
    }
}

impl Total {
    pub(super) const fn definition(self) -> &'static InstrumentDef {
        match self {
            Self::Energy => &def::HW_ENERGY,
            Self::Throttled(_) => &def::INFER_GPU_THROTTLE_TIME,
            Self::Errors(_) => &def::HW_ERRORS,
            Self::Link(..) => &def::INFER_GPU_LINK_IO,
        }
    }

    pub(super) fn labels(self, device: &Identity) -> Vec<KeyValue> {
        match self {
            Self::Energy => device.typed(None),
            Self::Throttled(reason) => {
                device.labels([KeyValue::new(INFER_GPU_THROTTLE_REASON.key, reason.as_str())])
            }
            Self::Errors(error) => {
                let error = match error {
                    EccError::Corrected => "corrected",
                    EccError::Uncorrected => "uncorrected",
                };
                device.typed(Some(KeyValue::new(ERROR_TYPE.key, error)))
            }
            Self::Link(link, direction) => device.labels([
                KeyValue::new(INFER_GPU_LINK_TYPE.key, link.as_str()),
                KeyValue::new(NETWORK_IO_DIRECTION.key, direction.as_str()),
            ]),
        }
    }
}

/// Everything that one device said. What it did not say is not in it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) device: Identity,
    pub(super) description: Description,
    pub(super) gauges: Vec<(Gauge, f64)>,
    pub(super) levels: Vec<(Level, i64)>,
    /// The device's own totals, since the driver was started.
    pub(super) totals: Vec<(Total, u64)>,
    /// What came on top of a total since the last sample.
    pub(super) increments: Vec<(Total, u64)>,
    /// The codes of XID events since the last sample.
    pub(super) xids: Vec<u64>,
}

impl Reading {
    pub(super) const fn new(device: Identity, description: Description) -> Self {
        Self {
            device,
            description,
            gauges: Vec::new(),
            levels: Vec::new(),
            totals: Vec::new(),
            increments: Vec::new(),
            xids: Vec::new(),
        }
    }

    /// For a sample that came too late: what is true only of its own moment is left out.
    pub(super) fn outdated(&mut self) {
        self.gauges.clear();
        self.levels.clear();
    }

    pub(super) fn level(&mut self, level: Level, value: u64) {
        self.levels.push((level, i64::try_from(value).unwrap_or(i64::MAX)));
    }

    /// A share that NVML gives in percent.
    pub(super) fn percent(&mut self, gauge: Gauge, percent: f64) {
        if percent.is_finite() {
            self.gauges.push((gauge, percent / 100.0));
        }
    }
}
