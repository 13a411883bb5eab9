//! How large attacks are.

use std::env;

/// Multiplies the size of every attack, from 1 (the default, for two cores and a debug build) to 1000.
pub const SCALE: &str = "INFEROMETER_HOSTILE_SCALE";

/// The value of [`SCALE`].
///
/// # Panics
/// If it is no whole number from 1 to 1000.
#[must_use]
pub fn scale() -> usize {
    let Ok(text) = env::var(SCALE) else {
        return 1;
    };
    let given = text.parse().ok().filter(|scale| (1..=1000).contains(scale));
    given.unwrap_or_else(|| panic!("{SCALE} is {text:?}; expected a whole number from 1 to 1000"))
}

/// A size, multiplied.
#[must_use]
pub fn scaled(size: usize) -> usize {
    size * scale()
}
