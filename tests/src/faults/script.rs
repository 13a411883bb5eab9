//! What a backend does from now on.

use std::time::Duration;

/// A way to answer, or not to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Keeps everything.
    Keeps,
    /// The same, and answers so much later.
    KeepsAfter(Duration),
    /// The same, and reads so many bytes of a second.
    ReadsSlowly(u32),
    /// Nobody listens, and connections that are there end.
    RefusesConnections,
    /// Connections are taken and reset at once, those that are there too.
    ResetsConnections,
    /// Connections are taken and nothing is read any more.
    Hangs,
    /// 503, or `UNAVAILABLE`.
    IsUnavailable,
    /// 429 with `Retry-After`, or `RESOURCE_EXHAUSTED` with `RetryInfo`.
    IsExhausted(Duration),
    /// Keeps everything; instead of each so manieth answer, the connection ends.
    LosesAnswers(u64),
    /// Keeps everything, and says that so many spans of each request were not kept.
    KeepsPart(i64),
    /// Keeps requests up to so many bytes; 413, or `RESOURCE_EXHAUSTED` without a delay, for a longer one.
    RefusesAbove(usize),
}

impl Script {
    /// Whether connections that are there end with it.
    pub(super) const fn ends_connections(self) -> bool {
        matches!(self, Self::RefusesConnections | Self::ResetsConnections)
    }
}
