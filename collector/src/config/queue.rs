//! What may wait for an exporter.

use super::{problem::Problems, section::Section};

/// What may wait for an exporter; the Collector's `sending_queue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// How much may wait, in the unit of `sizer`; default 1000.
    pub size: u64,
    /// The unit of `size`; default requests.
    pub sizer: Sizer,
    /// Requests that may be under way at once; default 10. Metrics of one resource never are.
    pub consumers: u64,
    /// What happens when the queue is full; default [`OnFull::Refuse`].
    pub on_full: OnFull,
}

/// The unit in which a queue is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sizer {
    /// Requests, and [`QueueSettings::BYTES_MAX`].
    #[default]
    Requests,
    /// Points, spans and log records, and [`QueueSettings::BYTES_MAX`].
    Items,
    /// Bytes as they came in, those that are being sent included.
    Bytes,
}

/// What happens when a queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFull {
    /// The new request is refused by all pipelines, so that its sender keeps it and comes back.
    #[default]
    Refuse,
    /// What has waited longest is given up, and counted as `evicted`.
    EvictOldest,
}

impl QueueSettings {
    /// Bytes that wait or are being sent at most, unless bytes are the queue's unit: 64 MiB.
    pub const BYTES_MAX: u64 = 64 << 20;
    /// Units that may be configured: more than any machine's memory holds.
    const SIZE_MAX: u64 = 1 << 40;
    /// Requests under way that may be configured.
    const CONSUMERS_MAX: u64 = 1000;
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self { size: 1000, sizer: Sizer::default(), consumers: 10, on_full: OnFull::default() }
    }
}

const SIZERS: [(&str, Sizer); 3] =
    [("requests", Sizer::Requests), ("items", Sizer::Items), ("bytes", Sizer::Bytes)];
const ON_FULL: [(&str, OnFull); 2] =
    [("refuse", OnFull::Refuse), ("evict_oldest", OnFull::EvictOldest)];

/// Reads `sending_queue` of an exporter, if it is there.
pub(super) fn read(exporter: &mut Section<'_>, problems: &mut Problems) -> QueueSettings {
    let default = QueueSettings::default();
    let Some(mut queue) = exporter.section("sending_queue", problems) else {
        return default;
    };
    must_be(
        &mut queue,
        "enabled",
        true,
        "items always wait in a queue; set queue_size to bound it",
        problems,
    );
    must_be(
        &mut queue,
        "block_on_overflow",
        false,
        "a full queue holds up nobody; set on_full to refuse, so that senders keep what has no room, or to evict_oldest",
        problems,
    );
    let sizer = queue.word("sizer", &SIZERS, problems).unwrap_or(default.sizer);
    let size = queue.number("queue_size", 1..=QueueSettings::SIZE_MAX, problems);
    if sizer != default.sizer && queue.node("queue_size").is_none() {
        let expected = "a size in the unit of sizer, as the default is in requests";
        queue.missing("queue_size", expected, problems);
    }
    let read = QueueSettings {
        size: size.unwrap_or(default.size),
        sizer,
        consumers: queue
            .number("num_consumers", 1..=QueueSettings::CONSUMERS_MAX, problems)
            .unwrap_or(default.consumers),
        on_full: queue.word("on_full", &ON_FULL, problems).unwrap_or(default.on_full),
    };
    queue.close(problems);
    read
}

/// A flag of the Collector's that has one meaning here.
fn must_be(
    section: &mut Section<'_>,
    key: &'static str,
    only: bool,
    why: &str,
    problems: &mut Problems,
) {
    if section.flag(key, problems).is_some_and(|flag| flag != only) {
        let at = section.node(key).map_or(section.at(), |node| node.at);
        let path = section.path_of(key);
        problems.error(at, format!("{path} is {}, expected {only} or no such key: {why}", !only));
    }
}
