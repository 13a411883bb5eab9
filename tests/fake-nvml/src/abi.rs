//! The C structures of NVML 12, as far as the fake reads or fills them.

use std::ffi::{c_char, c_uint, c_void};

/// `nvmlDevice_t`: the fake's handles are numbers.
pub(crate) type Device = *mut c_void;
/// `nvmlEventSet_t`.
pub(crate) type EventSet = *mut c_void;
/// `nvmlGpmSample_t`.
pub(crate) type GpmSample = *mut c_void;
/// `nvmlReturn_t`.
pub(crate) type Return = c_uint;

pub(crate) const SUCCESS: Return = 0;
pub(crate) const UNINITIALIZED: Return = 1;
pub(crate) const INVALID_ARGUMENT: Return = 2;
pub(crate) const NOT_FOUND: Return = 6;
pub(crate) const INSUFFICIENT_SIZE: Return = 7;
pub(crate) const TIMEOUT: Return = 10;
pub(crate) const UNKNOWN: Return = 999;

/// `nvmlEventTypeXidCriticalError`.
pub(crate) const XID_EVENT: u64 = 8;

/// `nvmlUtilization_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Utilization {
    /// Percent of time that a kernel ran.
    pub(crate) gpu: c_uint,
    /// Percent of time that memory was read or written.
    pub(crate) memory: c_uint,
}

/// `nvmlMemory_v2_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Memory {
    /// Size of the structure and its version, filled by the caller.
    pub(crate) version: c_uint,
    /// All of it, in bytes.
    pub(crate) total: u64,
    /// What the driver keeps.
    pub(crate) reserved: u64,
    /// Neither reserved nor used.
    pub(crate) free: u64,
    /// What processes have.
    pub(crate) used: u64,
}

/// `nvmlProcessInfo_t` since version 2.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct ProcessInfo {
    /// The process.
    pub(crate) pid: c_uint,
    /// Its bytes on this device.
    pub(crate) used_gpu_memory: u64,
    /// Its MIG instance; all ones for none.
    pub(crate) gpu_instance: c_uint,
    /// Its compute instance; all ones for none.
    pub(crate) compute_instance: c_uint,
}

/// `nvmlFieldValue_t`; the union is its 64 bits.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FieldValue {
    /// Which field, filled by the caller.
    pub(crate) field: c_uint,
    /// Which part of the device, filled by the caller.
    pub(crate) scope: c_uint,
    /// Microseconds since the epoch.
    pub(crate) timestamp: i64,
    /// Microseconds that the field took.
    pub(crate) latency: i64,
    /// Which member of the union is filled.
    pub(crate) value_type: c_uint,
    /// Whether this field could be read.
    pub(crate) code: Return,
    /// The union.
    pub(crate) value: u64,
}

/// `nvmlEventData_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct EventData {
    /// Where.
    pub(crate) device: Device,
    /// What kind, as a bit.
    pub(crate) event_type: u64,
    /// The XID.
    pub(crate) data: u64,
    /// All ones: none.
    pub(crate) gpu_instance: c_uint,
    /// All ones: none.
    pub(crate) compute_instance: c_uint,
}

/// `nvmlGpmSupport_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct GpmSupport {
    /// Filled by the caller.
    pub(crate) version: c_uint,
    /// 1 if it is.
    pub(crate) is_supported: c_uint,
}

/// `nvmlGpmMetric_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct GpmMetric {
    /// Which, filled by the caller.
    pub(crate) id: c_uint,
    /// Whether it could be read.
    pub(crate) code: Return,
    /// Percent, or MiB a second.
    pub(crate) value: f64,
    /// Short name, long name and unit; the fake has none.
    pub(crate) info: [*mut c_char; 3],
}

/// `nvmlGpmMetricsGet_t`.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct GpmMetrics {
    /// Filled by the caller.
    pub(crate) version: c_uint,
    /// How many of `metrics` are asked for.
    pub(crate) count: c_uint,
    /// The earlier sample.
    pub(crate) from: GpmSample,
    /// The later one.
    pub(crate) to: GpmSample,
    /// The first `count` of the longest list that any version of NVML has.
    pub(crate) metrics: [GpmMetric; 0],
}
