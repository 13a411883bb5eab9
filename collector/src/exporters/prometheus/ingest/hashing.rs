//! The hash under which bytes are looked up. It only says where to look: what is found is compared byte by byte.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

/// Keyed anew in every process, so that nobody outside can choose bytes that collide.
#[derive(Debug, Clone)]
pub(super) struct Hashing {
    state: RandomState,
    mask: u64,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { state: RandomState::default(), mask: u64::MAX }
    }
}

impl Hashing {
    /// A hash of so few bits that most bytes collide, to show that nothing depends on it but speed.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn of_bits(bits: u32) -> Self {
        Self { mask: (1 << bits) - 1, ..Self::default() }
    }

    /// The hash of bytes that follow others, whose hash is `before`.
    #[inline]
    pub(super) fn of(&self, before: u64, bytes: &[u8]) -> u64 {
        let mut hasher = self.state.build_hasher();
        hasher.write_u64(before);
        hasher.write(bytes);
        hasher.finish() & self.mask
    }
}

/// Parts of a table that are locked apart; a power of two, several times the threads of a large host.
pub(super) const SHARDS: usize = 64;

/// The part that a hash belongs to; the table inside uses the low bits and the top seven.
pub(super) fn shard(hash: u64) -> usize {
    usize::try_from((hash >> 32) & (SHARDS as u64 - 1)).unwrap_or(0)
}
