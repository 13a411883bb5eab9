//! Bytes that appear while a request is unpacked, under a cap and a budget.

use std::io::{self, Read};

use bytes::Bytes;

use super::in_flight::Charge;
use crate::pipeline::{Refusal, RefusalReason};

/// The least memory that is taken at a time.
const LEAST_BYTES: usize = 256;
/// Bytes that [`ChargedBytes::fill`] takes from a reader at a time.
const STEP_BYTES: usize = 64 << 10;

/// A growing piece of memory; room is charged before it is taken, and never exceeds the limit.
#[derive(Debug)]
pub struct ChargedBytes<'a> {
    bytes: Vec<u8>,
    limit: usize,
    charge: &'a mut Charge,
}

impl<'a> ChargedBytes<'a> {
    /// Nothing yet, and never more than `limit` bytes.
    pub const fn new(limit: usize, charge: &'a mut Charge) -> Self {
        Self { bytes: Vec::new(), limit, charge }
    }

    /// Bytes so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether not a single byte more is allowed.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.bytes.len() >= self.limit
    }

    /// Makes room for `more` bytes; twice the room that there was, so that growing costs little.
    ///
    /// # Errors
    /// [`RefusalReason::TooLarge`] if they do not fit under the limit, [`RefusalReason::Memory`] if the budget is spent.
    pub fn reserve(&mut self, more: usize) -> Result<(), Refusal> {
        let room = self.bytes.capacity();
        let needed = self.bytes.len().saturating_add(more);
        if needed <= room {
            return Ok(());
        }
        if needed > self.limit {
            return Err(too_large(self.limit));
        }
        let taken = needed.max(room.saturating_mul(2)).max(LEAST_BYTES).min(self.limit);
        self.charge.grow(taken - room)?;
        self.bytes.reserve_exact(taken - self.bytes.len());
        Ok(())
    }

    /// Adds bytes at the end.
    ///
    /// # Errors
    /// Those of [`ChargedBytes::reserve`].
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.reserve(bytes.len())?;
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// Adds at most `most` bytes that `write` puts into the slice it is given; it says how many it wrote, or `None` if
    /// it could not, and nothing is added.
    ///
    /// # Errors
    /// Those of [`ChargedBytes::reserve`].
    pub fn put_with(
        &mut self,
        most: usize,
        write: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<Option<usize>, Refusal> {
        self.reserve(most)?;
        let start = self.bytes.len();
        self.bytes.resize(start + most, 0);
        let written = write(&mut self.bytes[start..]);
        self.bytes.truncate(start + written.unwrap_or(0).min(most));
        Ok(written)
    }

    /// Replaces the byte at `at` by `bytes`, of which there is at least one; what follows moves along.
    ///
    /// # Errors
    /// Those of [`ChargedBytes::reserve`].
    pub fn widen(&mut self, at: usize, bytes: &[u8]) -> Result<(), Refusal> {
        let more = bytes.len().saturating_sub(1);
        if more > 0 {
            self.reserve(more)?;
            let end = self.bytes.len();
            self.bytes.resize(end + more, 0);
            self.bytes.copy_within(at + 1..end, at + 1 + more);
        }
        self.bytes[at..=at + more].copy_from_slice(bytes);
        Ok(())
    }

    /// Reads once from `reader`; 0 is its end.
    ///
    /// # Errors
    /// Those of [`ChargedBytes::reserve`]; what the reader says is inside.
    pub fn fill(&mut self, reader: &mut impl Read) -> Result<io::Result<usize>, Refusal> {
        self.reserve(1)?;
        let start = self.bytes.len();
        self.bytes.resize(self.bytes.capacity().min(start + STEP_BYTES), 0);
        let read = reader.read(&mut self.bytes[start..]);
        self.bytes.truncate(start + read.as_ref().map_or(0, |read| *read));
        Ok(read)
    }

    /// Charges memory that somebody else takes for the sake of these bytes.
    ///
    /// # Errors
    /// [`RefusalReason::Memory`] if the budget is spent.
    pub fn charge_beside(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.charge.grow(bytes)
    }

    /// What was gathered, without the room that was not needed.
    #[must_use]
    pub fn finish(mut self) -> Bytes {
        self.bytes.shrink_to_fit();
        self.bytes.into()
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal {
        reason: RefusalReason::TooLarge,
        message: format!(
            "the request is above the limit of {limit} bytes once it is unpacked; send smaller batches"
        ),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::InFlight;

    #[test]
    fn room_is_charged_before_it_is_taken_and_ends_at_the_limit() {
        let budget = InFlight::new(1 << 20);
        let mut charge = budget.charge();
        let mut bytes = ChargedBytes::new(1000, &mut charge);
        for _ in 0..10 {
            bytes.put(&[7; 100]).expect("1000 bytes fit");
        }
        assert!(bytes.is_full());
        let refusal = bytes.put(&[7]).expect_err("1001 do not");
        assert_eq!(refusal.reason, RefusalReason::TooLarge);
        assert_eq!((bytes.finish().len(), budget.used()), (1000, 1000));
    }

    #[test]
    fn a_spent_budget_refuses_before_memory_is_taken() {
        let budget = InFlight::new(300);
        let mut charge = budget.charge();
        let mut bytes = ChargedBytes::new(1 << 20, &mut charge);
        bytes.put(&[7; 256]).expect("256 of 300 bytes");
        let refusal = bytes.put(&[7]).expect_err("the next step takes 256 more");
        assert_eq!((refusal.reason, bytes.len()), (RefusalReason::Memory, 256));
    }

    #[test]
    fn a_byte_is_widened_in_its_place() {
        let mut charge = InFlight::new(1 << 20).charge();
        let mut bytes = ChargedBytes::new(1000, &mut charge);
        bytes.put(b"a_c").expect("room");
        bytes.widen(1, b"bbb").expect("room");
        bytes.widen(0, b"A").expect("room");
        assert_eq!(bytes.finish(), "Abbbc");
    }
}
