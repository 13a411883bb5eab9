//! How the settings of processors are read.

use super::{
    component::{Kind, Read},
    problem::Problems,
    resolved::ProcessorSettings,
    section::Section,
};
use crate::processors::MemoryLimiterSettings;

/// The processors that a file may define.
pub(super) const PROCESSORS: &[Kind<ProcessorSettings>] =
    &[Kind { name: "memory_limiter", read: memory_limiter }];

/// More memory than any machine has.
const LIMIT_MEBIBYTES_MAX: u64 = 1 << 24;

fn memory_limiter(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let check_interval = section.positive_duration("check_interval", problems);
    let limit_mib = section.number("limit_mib", 1..=LIMIT_MEBIBYTES_MAX, problems);
    if section.node("limit_mib").is_none() {
        section.missing(
            "limit_mib",
            "the memory that the process must not exceed, in MiB",
            problems,
        );
    }
    let limit_bytes = limit_mib.map_or(u64::MAX, |mebibytes| mebibytes << 20);
    // A spike as large as the limit would refuse everything.
    let spike_max = limit_mib.unwrap_or(LIMIT_MEBIBYTES_MAX).saturating_sub(1);
    let spike_mib = section.number("spike_limit_mib", 0..=spike_max, problems);
    let settings = MemoryLimiterSettings {
        check_interval: check_interval.unwrap_or(MemoryLimiterSettings::DEFAULT_CHECK_INTERVAL),
        limit_bytes,
        spike_limit_bytes: spike_mib
            .map_or(MemoryLimiterSettings::default_spike_limit_bytes(limit_bytes), |mebibytes| {
                mebibytes << 20
            }),
    };
    Read { settings: ProcessorSettings::MemoryLimiter(settings), listeners: Vec::new() }
}
