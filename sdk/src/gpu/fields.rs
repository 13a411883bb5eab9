//! Quantities that NVML gives by number, all in one call.

use inferometer_semconv::attributes::{
    GpuFailureReason, GpuLinkType, GpuQuery, GpuThrottleReason, HwState, NetworkIoDirection,
};
use nvml_wrapper::{
    Device, enums::device::SampleValue, error::NvmlError,
    struct_wrappers::device::FieldValueSample, structs::device::FieldId,
    sys_exports::field_id as id,
};

use super::{
    asker::{Asker, Call, End, Log},
    failure,
    reading::{EccError, Gauge, Reading, Sensor, Total},
};

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Total(Total),
    /// As older drivers tell it: for want of the newer one, and of the same kind.
    ThermalPolicy,
    MemoryTemperature,
    /// Spare rows of memory are to be used after the next reset.
    RemapPending,
    /// There are none left.
    RemapFailed,
}

const TRANSMIT: Field = Field::Total(Total::Link(GpuLinkType::Pcie, NetworkIoDirection::Transmit));
const RECEIVE: Field = Field::Total(Total::Link(GpuLinkType::Pcie, NetworkIoDirection::Receive));
const THERMAL: Field = Field::Total(Total::Throttled(GpuThrottleReason::Thermal));

const ALWAYS: [(u32, Field); 15] = [
    (id::NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION, Field::Total(Total::Energy)),
    (id::NVML_FI_DEV_ECC_SBE_VOL_TOTAL, Field::Total(Total::Errors(EccError::Corrected))),
    (id::NVML_FI_DEV_ECC_DBE_VOL_TOTAL, Field::Total(Total::Errors(EccError::Uncorrected))),
    (id::NVML_FI_DEV_MEMORY_TEMP, Field::MemoryTemperature),
    (id::NVML_FI_DEV_REMAPPED_PENDING, Field::RemapPending),
    (id::NVML_FI_DEV_REMAPPED_FAILURE, Field::RemapFailed),
    (id::NVML_FI_DEV_PERF_POLICY_POWER, throttled(GpuThrottleReason::Power)),
    (id::NVML_FI_DEV_PERF_POLICY_SYNC_BOOST, throttled(GpuThrottleReason::SyncBoost)),
    (id::NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT, throttled(GpuThrottleReason::BoardLimit)),
    (id::NVML_FI_DEV_PERF_POLICY_LOW_UTILIZATION, throttled(GpuThrottleReason::LowUtilization)),
    (id::NVML_FI_DEV_PERF_POLICY_RELIABILITY, throttled(GpuThrottleReason::Reliability)),
    (
        id::NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN,
        throttled(GpuThrottleReason::HwThermal),
    ),
    (
        id::NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN,
        throttled(GpuThrottleReason::HwPowerBrake),
    ),
    // Before the one that stands in for it.
    (id::NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN, THERMAL),
    (id::NVML_FI_DEV_PERF_POLICY_THERMAL, Field::ThermalPolicy),
];

/// Slow to ask (some tenths of a millisecond), and of no use where they have 32 bits: at the speed of the link those
/// are full many times between two samples. So they are asked only of a GPU that cannot be profiled.
const PCIE: [(u32, Field); 2] = [
    (id::NVML_FI_DEV_PCIE_COUNT_TX_BYTES, TRANSMIT),
    (id::NVML_FI_DEV_PCIE_COUNT_RX_BYTES, RECEIVE),
];

const fn throttled(reason: GpuThrottleReason) -> Field {
    Field::Total(Total::Throttled(reason))
}

impl Field {
    const fn query(self) -> GpuQuery {
        match self {
            Self::Total(Total::Energy) => GpuQuery::Energy,
            Self::Total(Total::Throttled(_)) | Self::ThermalPolicy => GpuQuery::Throttle,
            Self::Total(Total::Errors(_)) | Self::RemapPending | Self::RemapFailed => GpuQuery::Ecc,
            Self::Total(Total::Link(GpuLinkType::Pcie, _)) => GpuQuery::Pcie,
            Self::Total(Total::Link(GpuLinkType::Nvlink, _)) => GpuQuery::Nvlink,
            Self::MemoryTemperature => GpuQuery::Temperature,
        }
    }

    /// The value, or why it is none.
    fn value(self, sample: Result<FieldValueSample, NvmlError>) -> Result<u64, GpuFailureReason> {
        let value = sample.and_then(|sample| sample.value);
        let value = value.map_err(|error| failure::reason(&error))?;
        match value {
            SampleValue::U32(_) if self.query() == GpuQuery::Pcie => {
                Err(GpuFailureReason::NotSupported)
            }
            SampleValue::U32(value) => Ok(value.into()),
            // Not available, in the words of NVML.
            SampleValue::U64(u64::MAX) => Err(GpuFailureReason::Other),
            SampleValue::U64(value) => Ok(value),
            SampleValue::I64(value) => u64::try_from(value).map_err(|_| GpuFailureReason::Other),
            // None of these is a fraction.
            SampleValue::F64(_) => Err(GpuFailureReason::NotSupported),
        }
    }
}

/// The fields that one GPU has, as far as known.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(u32, Field)>);

impl Fields {
    pub(super) fn all(with_pcie: bool) -> Self {
        let mut fields = Self(ALWAYS.to_vec());
        if with_pcie {
            fields.want_pcie();
        }
        fields
    }

    pub(super) fn want_pcie(&mut self) {
        self.0.extend(PCIE);
    }

    /// Reads them all, and says what they tell about the GPU's state. A field that is not there is not asked for again.
    pub(super) fn read(
        &mut self,
        handle: &Device<'_>,
        asker: &mut Asker,
        reading: &mut Reading,
        log: &mut Log<'_>,
    ) -> Result<HwState, End> {
        let mut state = HwState::Ok;
        if self.0.is_empty() {
            return Ok(state);
        }
        let ids: Vec<FieldId> = self.0.iter().map(|(id, _)| FieldId(*id)).collect();
        let samples = asker.ask(log, Call::Fields, || handle.field_values_for(&ids))?;
        let Some(samples) = samples else {
            return Ok(state);
        };
        let mut gone = Vec::new();
        let mut has_thermal = false;
        for ((id, field), sample) in self.0.iter().zip(samples) {
            if *field == Field::ThermalPolicy && has_thermal {
                gone.push(*id);
                continue;
            }
            match field.value(sample) {
                Ok(value) => {
                    has_thermal |= *field == THERMAL;
                    publish(*field, value, reading, &mut state);
                }
                Err(reason) => {
                    if failure::is_final(reason) {
                        gone.push(*id);
                    }
                    asker.failed(log, field.query(), reason)?;
                }
            }
        }
        self.0.retain(|(id, _)| !gone.contains(id));
        Ok(state)
    }
}

fn publish(field: Field, value: u64, reading: &mut Reading, state: &mut HwState) {
    match field {
        Field::Total(total) => reading.totals.push((total, value)),
        Field::ThermalPolicy => {
            reading.totals.push((Total::Throttled(GpuThrottleReason::Thermal), value));
        }
        Field::MemoryTemperature => {
            // In whole degrees, far below where a double rounds.
            reading.gauges.push((Gauge::Temperature(Sensor::Memory), value as f64));
        }
        Field::RemapPending if value > 0 && *state == HwState::Ok => *state = HwState::Degraded,
        Field::RemapFailed if value > 0 => *state = HwState::PredictedFailure,
        Field::RemapPending | Field::RemapFailed => {}
    }
}
