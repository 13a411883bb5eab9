//! Compares what a configuration may take with what this process may use.

use std::io::{self, Write};

use inferometer_collector::config::{Config, MemoryBounds, MemoryVerdict, memory_limit};

use super::Failure;

/// Before the start: warns where memory is tight, and refuses a bound that bounds nothing.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    match MemoryBounds::of(&config.resolved).verdict(memory_limit()) {
        MemoryVerdict::Fits => Ok(()),
        MemoryVerdict::Tight(message) => {
            // A closed stderr must not keep a collector from its work.
            let _ = writeln!(io::stderr(), "inferometer: warning: {message}");
            Ok(())
        }
        MemoryVerdict::Impossible(message) => Err(Failure::usage(&message)),
    }
}
