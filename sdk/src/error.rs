//! What can go wrong when telemetry starts or flushes. Recording has no errors.

use std::{fmt, time::Duration};

/// Why telemetry could not be started: a setting that cannot work, or a thread that the system refused.
pub struct StartError(String);

impl StartError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "telemetry did not start: {}", self.0)
    }
}

impl fmt::Debug for StartError {
    /// As it is shown, since a `main` that returns it prints this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for StartError {}

/// Why a flush or shutdown did not get everything out. What was lost is in
/// [`Telemetry::stats`](crate::Telemetry::stats).
pub struct FlushError(FlushFault);

enum FlushFault {
    TimedOut(Duration),
    NotDelivered(String),
    ShutDown,
    Busy,
}

impl FlushError {
    pub(crate) const fn timed_out(timeout: Duration) -> Self {
        Self(FlushFault::TimedOut(timeout))
    }

    pub(crate) fn not_delivered(why: impl Into<String>) -> Self {
        Self(FlushFault::NotDelivered(why.into()))
    }

    pub(crate) const fn shut_down() -> Self {
        Self(FlushFault::ShutDown)
    }

    pub(crate) const fn busy() -> Self {
        Self(FlushFault::Busy)
    }

    /// Whether the time given was too short; a longer one may succeed.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(self.0, FlushFault::TimedOut(_))
    }

    /// Whether the telemetry had been shut down before.
    #[must_use]
    pub const fn is_shut_down(&self) -> bool {
        matches!(self.0, FlushFault::ShutDown)
    }
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            FlushFault::TimedOut(timeout) => write!(
                f,
                "the collector did not take everything within {timeout:?}: allow more time, or check that it answers"
            ),
            FlushFault::NotDelivered(why) => write!(f, "not everything was delivered: {why}"),
            FlushFault::ShutDown => f.write_str(
                "telemetry was shut down before: flush first, or keep the guard alive for longer",
            ),
            FlushFault::Busy => write!(
                f,
                "{} flushes are waiting already: wait for one of them",
                crate::export::MAX_WAITING_FLUSHES
            ),
        }
    }
}

impl fmt::Debug for FlushError {
    /// As it is shown, since a `main` that returns it prints this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for FlushError {}
