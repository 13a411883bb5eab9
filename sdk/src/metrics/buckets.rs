//! Which bucket a value belongs to, in a few nanoseconds and without a branch that the value decides.
//!
//! The order of positive doubles is the order of their bits, and the top bits of a double are its exponent and leading
//! mantissa bits: a table over them says how many bounds lie below the whole cell. Bounds are chosen apart from each
//! other, so with a few mantissa bits no cell holds more than one, and a single comparison decides the rest.

use std::sync::Arc;

/// Most mantissa bits that a table may use: with six, cells are 1.6 % wide.
const MAX_MANTISSA_BITS: u32 = 6;

/// Largest table. Bounds that would need more are searched by halving.
const MAX_CELLS: usize = 1024;

const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;

/// Upper inclusive bounds, ascending, with a way to find a value's bucket.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Buckets {
    bounds: Arc<[f64]>,
    /// Bounds below each cell; a cell behind the last one is above them all. Empty if halving is used.
    below: Arc<[u16]>,
    shift: u32,
    /// The first cell's number; values below it are below every bound but those in the cell itself.
    first: u64,
}

impl Buckets {
    /// `bounds` must be finite, ascending and without repetitions, and at most `u16::MAX` long.
    pub(crate) fn new(bounds: &[f64]) -> Self {
        let (shift, first, below) = (0..=MAX_MANTISSA_BITS)
            .find_map(|bits| table(bounds, MANTISSA_BITS - bits))
            .unwrap_or_default();
        Self { bounds: bounds.into(), below: below.into(), shift, first }
    }

    /// The bounds as they were given.
    pub(crate) fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// How many bounds are below `value`, which is finite and not negative: its bucket's number.
    #[inline(always)]
    pub(crate) fn index(&self, value: f64) -> usize {
        if self.below.is_empty() {
            return self.bounds.partition_point(|bound| *bound < value);
        }
        let cell = value.to_bits().wrapping_shr(self.shift).saturating_sub(self.first);
        let below = self
            .below
            .get(usize::try_from(cell).unwrap_or(usize::MAX))
            .map_or(self.bounds.len(), |below| usize::from(*below));
        below + usize::from(self.bounds.get(below).is_some_and(|bound| *bound < value))
    }
}

/// For cells of `shift`: the first cell's number and, for each cell, the bounds below it. `None` if two bounds share
/// a cell or the table would be too large.
fn table(bounds: &[f64], shift: u32) -> Option<(u32, u64, Vec<u16>)> {
    let positive = bounds.iter().position(|bound| *bound > 0.0)?;
    let cell = |bound: &f64| bound.to_bits() >> shift;
    let (first, last) = (cell(&bounds[positive]), cell(bounds.last()?));
    // A cell before the first bound's own, for everything below it.
    let first = first.checked_sub(1)?;
    let cells = usize::try_from(last - first).ok()? + 1;
    let lower_half_is_free = positive <= 1;
    if cells > MAX_CELLS || !lower_half_is_free {
        return None;
    }
    let mut below = vec![0_u16; cells];
    let mut previous = None;
    for (index, bound) in bounds.iter().enumerate().skip(positive) {
        let at = cell(bound);
        if previous.replace(at) == Some(at) {
            return None;
        }
        let behind = usize::try_from(at - first).ok()? + 1;
        let count = u16::try_from(index + 1).ok()?;
        below.iter_mut().skip(behind).for_each(|below| *below = count);
    }
    // A bound at zero is below every cell but the first, whose values may be zero themselves.
    for count in &mut below[1..] {
        *count = (*count).max(u16::try_from(positive).ok()?);
    }
    Some((shift, first, below))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bounds: &[f64], value: f64) {
        let expected = bounds.iter().filter(|bound| **bound < value).count();
        assert_eq!(Buckets::new(bounds).index(value), expected, "{value} in {bounds:?}");
    }

    #[test]
    fn bounds_are_upper_inclusive_to_the_last_bit() {
        for bounds in [
            &[0.01, 0.02, 0.04, 0.08, 0.16][..],
            &[0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0],
            &[0.0, 1e-300, 1e300],
            &[1.0, 1.000_000_1, 1.000_000_2],
            &[-1.0, 0.0, 1.0],
            &[0.0],
            &[],
        ] {
            for bound in bounds.iter().copied().filter(|bound: &f64| *bound >= 0.0) {
                for value in [bound.next_down(), bound, bound.next_up()] {
                    check(bounds, value.max(0.0));
                }
            }
            for value in [0.0, f64::MIN_POSITIVE, 1.0, f64::MAX] {
                check(bounds, value);
            }
        }
    }

    #[test]
    fn every_histogram_of_the_registry_is_found_by_table() {
        for definition in
            inferometer_semconv::metrics::ALL.iter().filter(|def| !def.bounds.is_empty())
        {
            assert!(!Buckets::new(definition.bounds).below.is_empty(), "{}", definition.name);
        }
    }

    proptest! {
        #[test]
        fn any_value_lands_where_counting_puts_it(
            mut bounds in prop::collection::vec(-10.0..1e6_f64, 0..40),
            value in 0.0..2e6_f64,
        ) {
            bounds.sort_by(f64::total_cmp);
            bounds.dedup();
            check(&bounds, value);
            for bound in bounds.iter().copied().filter(|bound: &f64| *bound >= 0.0) {
                check(&bounds, bound);
            }
        }
    }
}
