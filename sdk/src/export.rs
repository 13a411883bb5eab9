//! From the provider to the collector.

/// Flushes that may wait at the same time.
pub(crate) const MAX_WAITING_FLUSHES: usize = 16;
