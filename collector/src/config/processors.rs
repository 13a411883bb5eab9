//! How the settings of processors are read.

mod actions;
mod engine_identity;
mod filter;
mod matching;
mod tail_sampling;

use super::{
    component::{Kind, Read},
    problem::Problems,
    resolved::ProcessorSettings,
    section::Section,
};
use crate::processors::{AttributesSettings, BatchSettings, MemoryLimit, MemoryLimiterSettings};

/// The processors that a file may define.
pub(super) const PROCESSORS: &[Kind<ProcessorSettings>] = &[
    Kind { name: "memory_limiter", read: memory_limiter },
    Kind { name: "batch", read: batch },
    Kind { name: "resource", read: resource },
    Kind { name: "attributes", read: attributes },
    Kind { name: "filter", read: filter },
    Kind { name: "engine_identity", read: engine_identity },
    Kind { name: "tail_sampling", read: tail_sampling },
];

/// More items than a batch can be meant to have.
const BATCH_ITEMS_MAX: u64 = u32::MAX as u64;
/// More memory than any machine has.
const LIMIT_MEBIBYTES_MAX: u64 = 1 << 24;

fn memory_limiter(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let check_interval = section.positive_duration("check_interval", problems);
    let mut limits = |limit, spike, max| {
        let limit = section.number(limit, 1..=max, problems);
        // A spike as large as the limit would refuse everything.
        let spike_max = limit.unwrap_or(max).saturating_sub(1);
        (limit, section.number(spike, 0..=spike_max, problems))
    };
    let (limit, spike) = limits("limit_mib", "spike_limit_mib", LIMIT_MEBIBYTES_MAX);
    let (percentage, spike_percentage) = limits("limit_percentage", "spike_limit_percentage", 100);
    match (section.place_of("limit_mib"), section.place_of("limit_percentage")) {
        (None, None) => {
            let expected =
                "the memory that the process must not exceed, in MiB, or limit_percentage";
            section.missing("limit_mib", expected, problems);
        }
        (Some(_), Some(at)) => {
            let path = section.path_of("limit_percentage");
            problems.warning(at, format!("{path} has no effect beside limit_mib: remove one"));
        }
        _ => {}
    }
    let limit = match (limit, percentage) {
        (None, Some(limit)) => MemoryLimit::Percentage { limit, spike: spike_percentage },
        (limit, _) => MemoryLimit::Mebibytes { limit: limit.unwrap_or(u64::MAX), spike },
    };
    let settings = MemoryLimiterSettings {
        check_interval: check_interval.unwrap_or(MemoryLimiterSettings::DEFAULT_CHECK_INTERVAL),
        limit,
    };
    Read { settings: ProcessorSettings::MemoryLimiter(settings), listeners: Vec::new() }
}

fn batch(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let default = BatchSettings::default();
    let settings = BatchSettings {
        timeout: section.duration("timeout", problems).unwrap_or(default.timeout),
        send_batch_size: section
            .number("send_batch_size", 0..=BATCH_ITEMS_MAX, problems)
            .unwrap_or(default.send_batch_size),
        send_batch_max_size: section
            .number("send_batch_max_size", 0..=BATCH_ITEMS_MAX, problems)
            .unwrap_or(default.send_batch_max_size),
    };
    let (size, max) = (settings.send_batch_size, settings.send_batch_max_size);
    if max > 0 && max < size {
        let at = section.node("send_batch_max_size").map_or(section.at(), |node| node.at);
        let path = section.path_of("send_batch_max_size");
        problems.error(
            at,
            format!("{path} is {max}, expected 0 or at least send_batch_size, which is {size}"),
        );
    }
    for key in ["metadata_keys", "metadata_cardinality_limit"] {
        if let Some(at) = section.place_of(key) {
            let path = section.path_of(key);
            problems.error(
                at,
                format!(
                    "{path} is not supported, requests are told apart by tenant alone: remove it"
                ),
            );
        }
    }
    Read { settings: ProcessorSettings::Batch(settings), listeners: Vec::new() }
}

fn resource(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let actions = actions::read(section, "attributes", problems);
    Read { settings: ProcessorSettings::Resource(actions), listeners: Vec::new() }
}

fn attributes(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let settings = AttributesSettings {
        actions: actions::read(section, "actions", problems),
        selection: matching::selection(section, problems),
    };
    Read { settings: ProcessorSettings::Attributes(Box::new(settings)), listeners: Vec::new() }
}

fn engine_identity(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let settings = engine_identity::read(section, problems);
    Read { settings: ProcessorSettings::EngineIdentity(settings), listeners: Vec::new() }
}

fn filter(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let settings = filter::read(section, problems);
    Read { settings: ProcessorSettings::Filter(Box::new(settings)), listeners: Vec::new() }
}

fn tail_sampling(section: &mut Section<'_>, problems: &mut Problems) -> Read<ProcessorSettings> {
    let settings = tail_sampling::read(section, problems);
    Read { settings: ProcessorSettings::TailSampling(Box::new(settings)), listeners: Vec::new() }
}
