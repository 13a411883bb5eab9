//! Joins small requests to larger ones, by number of items and by time.
//!
//! A batch stands in the middle of a pipeline. To what is before it, it is an exporter: room is reserved all or nothing,
//! and a full batch refuses. To what is behind it, it is a receiver: its task offers the joined request until the rest
//! of the pipeline takes it, so that a rest that has no room fills the batch, and the senders are told.
//!
//! A sender is answered when the batch has its request, as in the OpenTelemetry Collector; what is rejected further on
//! is counted, but no longer told. A request that is large enough by itself passes straight through while the batch is
//! empty, without a copy, and its sender hears from the exporters.
//!
//! Requests of two tenants are never joined, nor those of two signals, since a batch belongs to one pipeline.

mod component;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod join;
mod place;
mod queue;
mod split;
#[cfg(test)]
mod tests;
mod worker;

use std::time::Duration;

pub use component::Batch;

/// Settings of a batch, with the Collector's names and defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchSettings {
    /// How long a request waits for others at most; zero sends everything on at once.
    pub timeout: Duration,
    /// Points, spans or log records from which on a batch does not wait for more; 0 sends everything on at once.
    pub send_batch_size: u64,
    /// The most items of a batch that leaves; larger requests are split. 0 is no limit.
    pub send_batch_max_size: u64,
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_millis(200), send_batch_size: 8192, send_batch_max_size: 0 }
    }
}

impl BatchSettings {
    /// Whether nothing waits for company.
    const fn is_immediate(&self) -> bool {
        self.timeout.is_zero() || self.send_batch_size == 0
    }

    /// The limit as a number that can be compared with.
    const fn items_max(&self) -> u64 {
        if self.send_batch_max_size == 0 { u64::MAX } else { self.send_batch_max_size }
    }

    /// Whether a request needs no others beside it, and no knife.
    const fn leaves_as_it_is(&self, items: u64) -> bool {
        (self.is_immediate() || items >= self.send_batch_size) && items <= self.items_max()
    }
}
