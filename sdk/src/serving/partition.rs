//! Splitting a whole into parts that add up to it, whatever the caller says.

/// Parts of a whole and what is left of it; together they are the whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Partition<const N: usize> {
    pub(super) parts: [u64; N],
    pub(super) rest: u64,
    /// The parts were more than the whole, and the last ones were cut.
    pub(super) is_cut: bool,
}

pub(super) fn partition<const N: usize>(whole: u64, mut parts: [u64; N]) -> Partition<N> {
    let mut rest = whole;
    let mut is_cut = false;
    for part in &mut parts {
        is_cut |= *part > rest;
        *part = (*part).min(rest);
        rest -= *part;
    }
    Partition { parts, rest, is_cut }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_within_the_whole_stay_as_they_are() {
        let expected = Partition { parts: [3, 4], rest: 3, is_cut: false };
        assert_eq!(partition(10, [3, 4]), expected);
    }

    #[test]
    fn the_last_parts_are_cut_first() {
        let expected = Partition { parts: [3, 2, 0], rest: 0, is_cut: true };
        assert_eq!(partition(5, [3, 4, 1]), expected);
    }

    proptest! {
        #[test]
        fn parts_and_rest_always_add_up_to_the_whole(whole: u64, parts: [u64; 4]) {
            let split = partition(whole, parts);
            let sum: u128 = split.parts.iter().map(|part| u128::from(*part)).sum();
            prop_assert_eq!(sum + u128::from(split.rest), u128::from(whole));
            prop_assert_eq!(split.is_cut, split.parts != parts);
        }
    }
}
