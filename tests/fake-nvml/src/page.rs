//! A file of words that the test and the library share: read and written as a file here, mapped there.

/// Counts up whenever the script has changed; written by the test.
pub(crate) const GENERATION: usize = 0;
/// Calls that are hanging now.
pub(crate) const HANGING: usize = 1;
/// Event sets that were made and not freed.
pub(crate) const EVENT_SETS: usize = 2;
/// GPM samples that were made and not freed.
pub(crate) const GPM_SAMPLES: usize = 3;
/// Calls with a handle from before the driver's last start, or with none that was ever given out.
pub(crate) const BAD_HANDLES: usize = 4;
/// The first of the counts of calls, in the order of [`FUNCTIONS`].
pub(crate) const CALLS: usize = 16;

/// Words of the file.
pub(crate) const WORDS: usize = 64;
/// Its bytes.
pub(crate) const BYTES: usize = WORDS * 8;

/// What is counted, by the name in NVML's interface.
pub(crate) const FUNCTIONS: [&str; 31] = [
    "nvmlInit_v2",
    "nvmlShutdown",
    "nvmlSystemGetDriverVersion",
    "nvmlDeviceGetCount_v2",
    "nvmlDeviceGetHandleByIndex_v2",
    "nvmlDeviceGetUUID",
    "nvmlDeviceGetUtilizationRates",
    "nvmlDeviceGetEncoderUtilization",
    "nvmlDeviceGetDecoderUtilization",
    "nvmlDeviceGetMemoryInfo_v2",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetClockInfo",
    "nvmlDeviceGetFieldValues",
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetName",
    "nvmlDeviceGetCurrentClocksThrottleReasons",
    "nvmlDeviceGetSupportedClocksThrottleReasons",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceGetMaxMigDeviceCount",
    "nvmlDeviceGetMigDeviceHandleByIndex",
    "nvmlDeviceGetSupportedEventTypes",
    "nvmlDeviceRegisterEvents",
    "nvmlEventSetCreate",
    "nvmlEventSetWait_v2",
    "nvmlEventSetFree",
    "nvmlGpmQueryDeviceSupport",
    "nvmlGpmSampleAlloc",
    "nvmlGpmSampleGet",
    "nvmlGpmSampleFree",
    "nvmlGpmMetricsGet",
];

const _: () = assert!(CALLS + FUNCTIONS.len() <= WORDS);

/// Where a function's calls are counted.
pub(crate) const fn calls(function: &str) -> usize {
    let mut index = 0;
    while index < FUNCTIONS.len() {
        if is_same(FUNCTIONS[index].as_bytes(), function.as_bytes()) {
            return CALLS + index;
        }
        index += 1;
    }
    panic!("not a function of the fake");
}

const fn is_same(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}
