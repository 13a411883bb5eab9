//! How many different values were seen, estimated in 256 bytes.

/// Registers; the error is about `1.04 / sqrt(256)`, 6.5 %.
const REGISTERS: usize = 256;
const INDEX_BITS: u32 = REGISTERS.trailing_zeros();

/// A HyperLogLog sketch: of the hashes that fall into a register, the longest run of leading zeros.
#[derive(Debug, Clone)]
pub(super) struct Distinct([u8; REGISTERS]);

impl Default for Distinct {
    fn default() -> Self {
        Self([0; REGISTERS])
    }
}

impl Distinct {
    /// Adds a value by its hash, all bits of which must be as good as random.
    pub(super) fn add(&mut self, hash: u64) {
        let [index, ..] = hash.to_be_bytes();
        // The bit behind the last one bounds the run.
        let rest = (hash << INDEX_BITS) | (1 << (INDEX_BITS - 1));
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        let register = &mut self.0[usize::from(index)];
        *register = rank.max(*register);
    }

    /// How many different hashes were added, about.
    pub(super) fn estimate(&self) -> u64 {
        let count = REGISTERS as f64;
        let sum: f64 = self.0.iter().map(|rank| (-f64::from(*rank)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
        let empty = self.0.iter().filter(|rank| **rank == 0).count();
        // Few values leave registers empty, and the number of those tells more.
        let estimate =
            if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
        // At most 2^65, which `as` would cut; never negative.
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a float that is too large becomes the largest integer"
        )]
        let whole = estimate.round() as u64;
        whole
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use foldhash::quality::FixedState;

    use super::*;

    #[test]
    fn the_estimate_is_within_a_fifth() {
        let hasher = FixedState::with_seed(7);
        for values in [0_u64, 1, 10, 100, 1_000, 10_000, 100_000] {
            let mut distinct = Distinct::default();
            for value in 0..values {
                distinct.add(hasher.hash_one(value));
                distinct.add(hasher.hash_one(value));
            }
            let (seen, slack) = (distinct.estimate(), values / 5);
            assert!(seen.abs_diff(values) <= slack, "{values} values are estimated as {seen}");
        }
    }
}
