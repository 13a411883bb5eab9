//! How large tests are whose size is a choice.

use std::env;

/// The number that a variable holds, from 1 (the default, for two cores and a debug build) to 1000.
///
/// # Panics
/// If it holds anything else.
pub(crate) fn multiplier(variable: &str) -> usize {
    let Ok(text) = env::var(variable) else {
        return 1;
    };
    let given = text.parse().ok().filter(|scale| (1..=1000).contains(scale));
    given
        .unwrap_or_else(|| panic!("{variable} is {text:?}; expected a whole number from 1 to 1000"))
}
