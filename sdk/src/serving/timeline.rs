//! When a request reached each of its states, in nanoseconds since the Unix epoch.

/// The times of one request. They never run backwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeline {
    pub(super) arrived: u64,
    /// When it left the queue; `None` while it waits.
    pub(super) scheduled: Option<u64>,
    /// When its whole prompt was in the KV cache.
    pub(super) prefilled: Option<u64>,
    /// When the first step that emitted tokens ended.
    pub(super) first_token: Option<u64>,
    /// The latest time of all; once there is a first token, that of the last step that emitted tokens.
    pub(super) latest: u64,
}

impl Timeline {
    pub(super) const fn starting(arrived: u64) -> Self {
        Self { arrived, scheduled: None, prefilled: None, first_token: None, latest: arrived }
    }

    /// Moves on to `unix_nanos`, or stays if that is in the past; the flag says that it was.
    #[inline]
    pub(super) const fn advance(&mut self, unix_nanos: u64) -> (u64, bool) {
        let is_past = unix_nanos < self.latest;
        if !is_past {
            self.latest = unix_nanos;
        }
        (self.latest, is_past)
    }
}
