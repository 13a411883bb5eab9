//! How the settings of `tail_sampling` are read.

mod policies;

use std::time::Duration;

use crate::{
    config::{problem::Problems, queue, section::Section},
    processors::TailSamplingSettings,
};

/// More traces, or decisions, than any machine's memory holds.
const TRACES_MAX: u64 = u32::MAX as u64;
/// More bytes than any machine has.
const BYTES_MAX: u64 = 1 << 44;

/// Keys of the Collector that have no counterpart here, with what to do about each.
const REFUSED: [(&str, &str); 6] = [
    ("expected_new_traces_per_sec", "tables grow with what is in them: remove it"),
    ("block_on_overflow", "the trace that is due first is decided early to make room: remove it"),
    (
        "drop_pending_traces_on_shutdown",
        "what is there when the collector stops is decided on, and not lost: remove it",
    ),
    ("maximum_trace_size_bytes", "max_bytes bounds all traces together: remove it"),
    (
        "sampling_strategy",
        "a trace is decided as soon as no further span could change it: remove it",
    ),
    ("tail_storage", "requests are kept on disk with storage: name it, or remove this"),
];

pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> TailSamplingSettings {
    let default = TailSamplingSettings::default();
    let decision_wait =
        section.positive_duration("decision_wait", problems).unwrap_or(default.decision_wait);
    let wait_after_root = wait_after_root(section, decision_wait, problems);
    let mut number = |key, max, default: usize| {
        let number = section.number(key, 1..=max, problems);
        number.and_then(|number| usize::try_from(number).ok()).unwrap_or(default)
    };
    let max_traces = number("num_traces", TRACES_MAX, default.max_traces);
    let max_bytes = number("max_bytes", BYTES_MAX, default.max_bytes);
    let on_first_match = section.flag("sample_on_first_match", problems);
    let (sampled_remembered, not_sampled_remembered) =
        decision_cache(section, max_traces, problems);
    for (key, remedy) in REFUSED {
        section.refuse(key, remedy, problems);
    }
    let settings = TailSamplingSettings {
        decision_wait,
        wait_after_root,
        sample_on_first_match: on_first_match.unwrap_or(default.sample_on_first_match),
        max_traces,
        max_bytes,
        sampled_remembered,
        not_sampled_remembered,
        policies: policies::read(section, problems),
        storage: queue::read_storage(section, problems),
    };
    check_counts(section, &settings, problems);
    settings
}

/// By default, what the default is or `decision_wait` if that is shorter. 0 is no wait of its own, as in the Collector.
fn wait_after_root(
    section: &mut Section<'_>,
    decision_wait: Duration,
    problems: &mut Problems,
) -> Duration {
    const KEY: &str = "decision_wait_after_root_received";
    let default = TailSamplingSettings::default().wait_after_root;
    match section.duration(KEY, problems) {
        None => default.min(decision_wait),
        Some(Duration::ZERO) => decision_wait,
        Some(wait) => {
            if wait > decision_wait {
                let what = format!(
                    "is {wait:?}, expected at most decision_wait, which is {decision_wait:?}"
                );
                section.wrong(KEY, &what, problems);
            }
            wait
        }
    }
}

/// Decisions to keep and against, which are remembered; for as many as there may be traces unless more are asked for.
fn decision_cache(
    section: &mut Section<'_>,
    max_traces: usize,
    problems: &mut Problems,
) -> (usize, usize) {
    let Some(mut cache) = section.section("decision_cache", problems) else {
        return (max_traces, max_traces);
    };
    let mut size = |key| {
        let size = cache.number(key, 0..=TRACES_MAX, problems);
        size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0).max(max_traces)
    };
    let sizes = (size("sampled_cache_size"), size("non_sampled_cache_size"));
    cache.close(problems);
    sizes
}

fn check_counts(
    section: &mut Section<'_>,
    settings: &TailSamplingSettings,
    problems: &mut Problems,
) {
    let counts = [
        (settings.policies.len(), TailSamplingSettings::POLICIES_MAX, "policies"),
        (
            settings.span_tests(),
            TailSamplingSettings::SPAN_TESTS_MAX,
            "policies about attributes, statuses and tokens, sub-policies included",
        ),
    ];
    for (count, max, what) in counts {
        if count > max {
            let what = format!("has {count} {what}, expected at most {max}: join some of them");
            section.wrong("policies", &what, problems);
        }
    }
}
