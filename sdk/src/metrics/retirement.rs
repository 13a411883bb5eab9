//! When a series leaves: its handles are gone, and every reader has had the time to export its last value.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// How long a series is still shown after its last handle was dropped: longer than any usual export interval, so each
/// reader exports its last value at least once. Binding the same attributes again in time goes on with its values.
pub const RETIRE_AFTER: Duration = Duration::from_secs(300);

/// Whether a series is on its way out.
#[derive(Debug, Default)]
pub(crate) struct Retirement {
    /// Was recorded by the OpenTelemetry API's unbound calls, whose series stay as the specification demands.
    stays: AtomicBool,
    /// When a snapshot first found no handle; 0 while there is one.
    unheld_since_unix_nanos: AtomicU64,
}

impl Retirement {
    pub(crate) fn stay(&self) {
        self.stays.store(true, Relaxed);
    }

    /// A handle was bound: the time without one begins anew.
    pub(crate) fn held_again(&self) {
        self.unheld_since_unix_nanos.store(0, Relaxed);
    }

    /// Told by each snapshot, under the instrument's lock, whether anybody holds the series; returns whether it goes.
    pub(crate) fn is_due(&self, is_held: bool, now_unix_nanos: u64) -> bool {
        if is_held || self.stays.load(Relaxed) {
            self.unheld_since_unix_nanos.store(0, Relaxed);
            return false;
        }
        let since = self.unheld_since_unix_nanos.load(Relaxed);
        if since == 0 {
            self.unheld_since_unix_nanos.store(now_unix_nanos.max(1), Relaxed);
            return false;
        }
        Duration::from_nanos(now_unix_nanos.saturating_sub(since)) >= RETIRE_AFTER
    }
}
