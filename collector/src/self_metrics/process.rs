//! What the system says of this process, asked at every collection. Where it says nothing, nothing is shown.

use std::fs;

use inferometer_sdk::{Observation, Scope};
use inferometer_semconv::{
    attributes::{self, CpuMode},
    metrics,
};
use opentelemetry::KeyValue;

use crate::processors::{MemoryReading, ProcessMemory};

/// Series that are shown where the system is Linux.
pub(super) const SERIES: usize = 2 + CpuMode::ALL.len();
/// Linux counts time in `/proc` in hundredths of a second for every program, whatever the kernel's own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// Shows memory, CPU time and uptime for as long as what it returns is kept.
pub(super) fn observe(scope: &Scope) -> Vec<Observation> {
    let memory = || ProcessMemory.resident_bytes().and_then(|bytes| i64::try_from(bytes).ok());
    let cpu_time = |mode: CpuMode| {
        let set = [KeyValue::new(attributes::CPU_MODE.key, mode.as_str())];
        scope.observable_counter(&metrics::PROCESS_CPU_TIME, &set, move || cpu_seconds(mode))
    };
    let mut observed = vec![
        scope.observable_up_down_counter(&metrics::PROCESS_MEMORY_USAGE, &[], memory),
        scope.observable_gauge(&metrics::PROCESS_UPTIME, &[], uptime_seconds),
    ];
    observed.extend(CpuMode::ALL.map(cpu_time));
    observed
}

/// CPU time in this mode since the process began.
fn cpu_seconds(mode: CpuMode) -> Option<f64> {
    let times = Times::of(&fs::read_to_string("/proc/self/stat").ok()?)?;
    Some(match mode {
        CpuMode::User => times.user,
        CpuMode::System => times.system,
    })
}

fn uptime_seconds() -> Option<f64> {
    let times = Times::of(&fs::read_to_string("/proc/self/stat").ok()?)?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let of_system: f64 = uptime.split_ascii_whitespace().next()?.parse().ok()?;
    Some((of_system - times.started).max(0.0))
}

/// Times in `/proc/self/stat`, in seconds.
#[derive(Debug, PartialEq)]
struct Times {
    user: f64,
    system: f64,
    /// Since the system began.
    started: f64,
}

impl Times {
    fn of(stat: &str) -> Option<Self> {
        // The second field is the program's name, in parentheses; it may hold spaces and parentheses itself.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
        // The first one here is the third of proc_pid_stat(5), which counts from 1.
        let seconds = |field: usize| -> Option<f64> {
            Some(fields.get(field - 3)?.parse::<f64>().ok()? / TICKS_PER_SECOND)
        };
        Some(Self { user: seconds(14)?, system: seconds(15)?, started: seconds(22)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_spaces_and_parentheses() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 3 0 0 0 250 125 0 0 20 0 9 0 12345 1 2 3";
        let expected = Times { user: 2.5, system: 1.25, started: 123.45 };
        assert_eq!(Times::of(stat), Some(expected));
        assert_eq!(Times::of("7 (a) S 1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_tells_of_this_process() {
        let system = fs::read_to_string("/proc/uptime").expect("Linux has it");
        let system: f64 = system.split(' ').next().and_then(|it| it.parse().ok()).expect("a time");
        let uptime = uptime_seconds().expect("Linux tells");
        assert!((0.0..=system + 60.0).contains(&uptime), "{uptime} of {system}");
        assert!(cpu_seconds(CpuMode::User).is_some_and(|seconds| seconds >= 0.0));
    }
}
