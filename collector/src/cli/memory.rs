//! Compares what a configuration may take with what this process may use.

use inferometer_collector::config::{Config, LogLevel, MemoryBounds, MemoryVerdict, memory_limit};

use super::{Failure, log};

/// Before the start: warns where memory is tight, and refuses a bound that bounds nothing.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    match MemoryBounds::of(&config.resolved).verdict(memory_limit()) {
        MemoryVerdict::Fits => Ok(()),
        MemoryVerdict::Tight(message) => {
            log::say(LogLevel::Warn, &format!("inferometer: warning: {message}"));
            Ok(())
        }
        MemoryVerdict::Impossible(message) => Err(Failure::usage(&message)),
    }
}
