//! Moments that nobody chose.

use std::{env, time::Duration};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use super::summary::say;
use crate::wait;

/// Chooses the seed; without it every run has another.
const SEED: &str = "INFEROMETER_FAULT_SEED";

/// Random numbers of one scenario.
#[derive(Debug)]
pub struct Chance(SmallRng);

impl Chance {
    /// Says the seed, so that what was seen can be seen again.
    ///
    /// # Panics
    /// If the variable holds no number.
    #[must_use]
    pub fn new(scenario: &str) -> Self {
        let seed = match env::var(SEED) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED} is {text:?}, no number")),
            Err(_) => rand::random(),
        };
        say(format_args!("{scenario}: {SEED}={seed}"));
        Self(SmallRng::seed_from_u64(seed))
    }

    /// A number from 1 to `max`; each order of magnitude is as likely as any other.
    #[must_use]
    pub fn up_to(&mut self, max: u32) -> u32 {
        let exponent = self.0.random_range(0.0..=f64::from(max).ln());
        // The bound is a `u32`, and a float that is cast stays in its type's range.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        let number = exponent.exp() as u32;
        number.clamp(1, max)
    }

    /// Lets a part of a time pass: a millisecond, or any more of them.
    pub fn wait_up_to(&mut self, time: Duration) {
        let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        wait::pass(Duration::from_millis(self.up_to(millis).into()));
    }
}
