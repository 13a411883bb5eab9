//! A share of all traces, by their ids alone: every collector with the same salt chooses the same ones.

use super::trace::TraceId;

/// What the Collector hashes where no salt is configured.
const DEFAULT_SALT: &str = "default-hash-seed";

/// FNV-1a with 64 bits: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// A share of all traces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// The hash of the salt, which goes on with the id.
    seed: u64,
    /// Hashes up to here are in it.
    threshold: u64,
}

impl Share {
    /// `percentage` of all; the hash and the threshold are those of the Collector's policy of this name, so that both
    /// choose the same traces.
    pub(super) fn new(percentage: f64, salt: &str) -> Self {
        let salt = if salt.is_empty() { DEFAULT_SALT } else { salt };
        #[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the ends of u64")]
        let threshold = (u64::MAX as f64 * (percentage / 100.0)) as u64;
        Self { seed: fnv(FNV_OFFSET, salt.as_bytes()), threshold }
    }

    /// Whether a trace is in it.
    pub(super) fn has(&self, id: &TraceId) -> bool {
        fnv(self.seed, id) <= self.threshold
    }
}

fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> TraceId {
        // Spread, as random ids are.
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv(FNV_OFFSET, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(FNV_OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv(FNV_OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_share_is_about_as_large_as_asked() {
        let share = Share::new(10.0, "");
        let chosen = (1..=20_000).filter(|number| share.has(&id(*number))).count();
        assert!((1800..=2200).contains(&chosen), "{chosen} of 20000");
        assert!((1..=1000).all(|number| Share::new(100.0, "").has(&id(number))));
        assert!(!(1..=1000).any(|number| Share::new(0.0, "").has(&id(number))));
    }

    #[test]
    fn a_larger_share_has_all_of_a_smaller_one_and_another_salt_chooses_others() {
        let (small, large, other) =
            (Share::new(1.0, ""), Share::new(5.0, ""), Share::new(1.0, "layer 2"));
        let of = |share: Share| (1..=20_000).filter(move |number| share.has(&id(*number)));
        assert!(of(small).all(|number| large.has(&id(number))));
        assert!(of(small).any(|number| !other.has(&id(number))));
    }
}
