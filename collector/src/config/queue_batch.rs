//! How requests that wait for a backend leave joined.

use std::time::Duration;

use super::{problem::Problems, queue::Sizer, section::Section};

/// How requests that wait for a backend leave joined; the Collector's `sending_queue.batch`.
///
/// What is joined is what waits already, unless `flush_timeout` asks for patience: requests that find a consumer free
/// leave at once and alone. Each stays a request of its own: it is settled by itself, and never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueBatchSettings {
    /// How long a request waits for company until there is `min_size`; default zero: not at all.
    pub flush_timeout: Duration,
    /// No more is joined, or waited for, once there is so much; default 1 MiB. Zero: each request leaves by itself.
    pub min_size: u64,
    /// Nothing is joined that would be larger; a request that is larger by itself leaves alone, as it is. Default
    /// 1 MiB, zero means no limit but [`QueueBatchSettings::BYTES_MAX`].
    pub max_size: u64,
    /// The unit of both sizes: items or bytes; default bytes.
    pub sizer: Sizer,
}

impl QueueBatchSettings {
    /// Bytes that are joined at most, whatever the settings say: 16 MiB.
    pub const BYTES_MAX: u64 = 16 << 20;
    /// Requests that are joined at most.
    pub const REQUESTS_MAX: usize = 1000;
    /// The default size: what nginx lets through, and a quarter of what servers of gRPC take by default.
    const BYTES: u64 = 1 << 20;
    /// The Collector's defaults, for files that ask for its batches.
    const FLUSH_TIMEOUT: Duration = Duration::from_millis(200);
    const MIN_SIZE: u64 = 8192;
    /// Units that may be configured.
    const SIZE_MAX: u64 = 1 << 40;
    /// Each request by itself.
    const OFF: Self =
        Self { flush_timeout: Duration::ZERO, min_size: 0, max_size: 0, sizer: Sizer::Bytes };
}

impl Default for QueueBatchSettings {
    fn default() -> Self {
        Self {
            flush_timeout: Duration::ZERO,
            min_size: Self::BYTES,
            max_size: Self::BYTES,
            sizer: Sizer::Bytes,
        }
    }
}

const SIZERS: [(&str, Sizer); 2] = [("items", Sizer::Items), ("bytes", Sizer::Bytes)];

/// Reads `batch` of a queue that is bounded to `queue_size` in the unit of `queue_sizer`, if it is there.
pub(super) fn read(
    queue: &mut Section<'_>,
    (queue_size, queue_sizer): (u64, Sizer),
    problems: &mut Problems,
) -> QueueBatchSettings {
    let Some(mut batch) = queue.section("batch", problems) else {
        return QueueBatchSettings::default();
    };
    batch.refuse(
        "partition",
        "requests of two tenants are never joined, and no other metadata is passed on; remove it",
        problems,
    );
    let inherited = if queue_sizer == Sizer::Requests { Sizer::Items } else { queue_sizer };
    let sizes = 0..=QueueBatchSettings::SIZE_MAX;
    let is_enabled = batch.flag("enabled", problems).unwrap_or(true);
    let read = QueueBatchSettings {
        flush_timeout: batch
            .duration("flush_timeout", problems)
            .unwrap_or(QueueBatchSettings::FLUSH_TIMEOUT),
        min_size: batch
            .number("min_size", sizes.clone(), problems)
            .unwrap_or(QueueBatchSettings::MIN_SIZE),
        max_size: batch.number("max_size", sizes, problems).unwrap_or(0),
        sizer: batch.word("sizer", &SIZERS, problems).unwrap_or(inherited),
    };
    let QueueBatchSettings { min_size, max_size, sizer, .. } = read;
    if max_size > 0 && max_size < min_size {
        let what = format!(
            "is {max_size}, expected 0 for no limit, or at least min_size, which is {min_size}"
        );
        batch.wrong("max_size", &what, problems);
    }
    if is_enabled && sizer == queue_sizer && min_size > queue_size {
        let what = format!(
            "is {min_size}, more than the whole queue holds: set it to at most queue_size, which is {queue_size}"
        );
        batch.wrong("min_size", &what, problems);
    }
    batch.close(problems);
    if is_enabled { read } else { QueueBatchSettings::OFF }
}
