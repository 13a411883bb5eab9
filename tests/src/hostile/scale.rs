//! How large attacks are.

use crate::scale::multiplier;

/// Multiplies the size of every attack, from 1 (the default, for two cores and a debug build) to 1000.
pub const SCALE: &str = "INFEROMETER_HOSTILE_SCALE";

/// The value of [`SCALE`].
///
/// # Panics
/// If it is no whole number from 1 to 1000.
#[must_use]
pub fn scale() -> usize {
    multiplier(SCALE)
}

/// A size, multiplied.
#[must_use]
pub fn scaled(size: usize) -> usize {
    size * scale()
}
