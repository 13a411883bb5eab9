//! What may wait for an exporter.

use std::time::Duration;

use super::{
    component_id::ComponentId,
    file_storage::QueueStorage,
    problem::Problems,
    queue_batch::{self, QueueBatchSettings},
    section::Section,
};

/// What may wait for an exporter; the Collector's `sending_queue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSettings {
    /// How much may wait, in the unit of `sizer`; default 1000.
    pub size: u64,
    /// The unit of `size`; default requests.
    pub sizer: Sizer,
    /// Requests that may be under way at once; default 10. Metrics of one resource never are.
    pub consumers: u64,
    /// What happens when the queue is full; default [`OnFull::Refuse`], on disk [`OnFull::EvictOldest`].
    pub on_full: OnFull,
    /// Where it is kept on disk; in memory by default.
    pub storage: Option<QueueStorage>,
    /// What waited longer on disk is given up, and counted as `expired`; default a day.
    pub age_max: Duration,
    /// Bytes of dead letters that a queue on disk keeps at most, the oldest goes; default 64 MiB, 0 keeps none. The key
    /// is `dead_letter_max_bytes`.
    pub dead_letter_bytes_max: u64,
    /// How what waits leaves joined.
    pub batch: QueueBatchSettings,
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

impl Sizer {
    /// The name that the file uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Items => "items",
            Self::Bytes => "bytes",
        }
    }
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
    /// Bytes of a queue on disk, unless bytes are its unit: 1 GiB.
    pub const DISK_BYTES_MAX: u64 = 1 << 30;
    /// A day.
    const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);
    /// The default of `dead_letter_bytes_max`: 64 MiB.
    const DEAD_LETTER_BYTES_MAX: u64 = 64 << 20;
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            size: 1000,
            sizer: Sizer::default(),
            consumers: 10,
            on_full: OnFull::default(),
            storage: None,
            age_max: Self::AGE_MAX,
            dead_letter_bytes_max: Self::DEAD_LETTER_BYTES_MAX,
            batch: QueueBatchSettings::default(),
        }
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
    must_be(
        &mut queue,
        "wait_for_result",
        false,
        "a sender is answered once its request is in the queue",
        problems,
    );
    let storage = read_storage(&mut queue, problems);
    if storage.is_none() {
        queue.refuse(
            "max_age",
            "only a queue on disk has an age; name its storage, or remove it",
            problems,
        );
        queue.refuse(
            "dead_letter_max_bytes",
            "only a queue on disk keeps dead letters; name its storage, or remove it",
            problems,
        );
    }
    let on_full = if storage.is_some() { OnFull::EvictOldest } else { default.on_full };
    let sizer = queue.word("sizer", &SIZERS, problems).unwrap_or(default.sizer);
    let size = queue.number("queue_size", 1..=QueueSettings::SIZE_MAX, problems);
    if sizer != default.sizer && queue.node("queue_size").is_none() {
        let expected = "a size in the unit of sizer, as the default is in requests";
        queue.missing("queue_size", expected, problems);
    }
    let size = size.unwrap_or(default.size);
    let read = QueueSettings {
        size,
        sizer,
        consumers: queue
            .number("num_consumers", 1..=QueueSettings::CONSUMERS_MAX, problems)
            .unwrap_or(default.consumers),
        on_full: queue.word("on_full", &ON_FULL, problems).unwrap_or(on_full),
        age_max: queue.positive_duration("max_age", problems).unwrap_or(default.age_max),
        dead_letter_bytes_max: queue
            .number("dead_letter_max_bytes", 0..=QueueSettings::SIZE_MAX, problems)
            .unwrap_or(default.dead_letter_bytes_max),
        storage,
        batch: queue_batch::read(&mut queue, (size, sizer), problems),
    };
    queue.close(problems);
    read
}

/// `storage`: the name of an extension, which is looked up once all of them were read.
pub(super) fn read_storage(
    queue: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<QueueStorage> {
    const EXPECTED: &str = "an extension, such as file_storage";
    let text = queue.text("storage", EXPECTED, problems)?;
    let Some(extension) = ComponentId::parse(text) else {
        let at = queue.node("storage").map_or(queue.at(), |node| node.at);
        problems
            .error(at, format!("{} is {text:?}, expected {EXPECTED}", queue.path_of("storage")));
        return None;
    };
    Some(QueueStorage::named(extension))
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
