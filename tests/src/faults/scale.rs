//! How many faults there are.

use crate::scale::multiplier;

/// Multiplies kills, requests and runs, from 1 (the default, for two cores and a debug build) to 1000.
pub const SCALE: &str = "INFEROMETER_FAULT_SCALE";

/// A size, multiplied.
///
/// # Panics
/// If [`SCALE`] is no whole number from 1 to 1000.
#[must_use]
pub fn scaled(size: usize) -> usize {
    size * multiplier(SCALE)
}
