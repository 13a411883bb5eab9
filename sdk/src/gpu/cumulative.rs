//! A total that a device keeps, as increments that survive its restarts.

/// Follows one total.
#[derive(Debug, Default)]
pub(super) struct Cumulative {
    last: Option<u64>,
}

impl Cumulative {
    /// What came on top since the last reading. The first one is where counting begins: what was before is not this
    /// process' time. A total that fell has begun anew, so all of it is new; what was added between the last reading and
    /// the restart is lost.
    pub(super) fn advance(&mut self, total: u64) -> u64 {
        match self.last.replace(total) {
            None => 0,
            Some(last) if total >= last => total - last,
            Some(_) => total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn increments(totals: &[u64]) -> Vec<u64> {
        let mut cumulative = Cumulative::default();
        totals.iter().map(|total| cumulative.advance(*total)).collect()
    }

    #[test]
    fn what_was_before_the_first_reading_is_not_counted() {
        assert_eq!(increments(&[1_000_000, 1_000_007]), [0, 7]);
    }

    #[test]
    fn a_total_that_fell_counts_from_zero() {
        assert_eq!(increments(&[50, 60, 3, 5]), [0, 10, 3, 2]);
    }

    #[test]
    fn a_total_that_stands_still_adds_nothing() {
        assert_eq!(increments(&[9, 9, 9]), [0, 0, 0]);
    }
}
