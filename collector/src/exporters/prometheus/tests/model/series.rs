//! One series of the model: which points it takes, and what it shows then.

use std::time::Duration;

use super::values::{Point, Shown};
use crate::{pipeline::RejectReason, series::Kind};

/// A series with its last value.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) family: String,
    pub(super) kind: Kind,
    pub(super) labels: String,
    pub(super) updated: Duration,
    pub(super) shown: Shown,
    start: u64,
    time: u64,
}

/// How a point stands to the ones before it.
enum Order {
    Next,
    Reset,
    Late,
}

impl Series {
    /// A series of a point that has a value.
    pub(super) fn new(
        (family, kind, labels): (String, Kind, String),
        point: &Point,
        shown: Shown,
        now: Duration,
    ) -> Self {
        let (start, time) = (point.start, point.time);
        Self { family, kind, labels, updated: now, shown, start, time }
    }

    pub(super) fn take(
        &mut self,
        point: &Point,
        shown: Shown,
        now: Duration,
    ) -> Result<(), RejectReason> {
        match self.order(point) {
            Order::Late => return Err(RejectReason::OutOfOrder),
            Order::Reset => (self.start, self.time) = (point.start, point.time),
            Order::Next => {
                self.start = if point.start == 0 { self.start } else { point.start };
                self.time = self.time.max(point.time);
            }
        }
        (self.shown, self.updated) = (shown, now);
        Ok(())
    }

    /// Whether a point without a value may end it: only its time counts.
    pub(super) fn ends_by(&self, point: &Point) -> Result<(), RejectReason> {
        if is_before(point.time, self.time) { Err(RejectReason::OutOfOrder) } else { Ok(()) }
    }

    fn order(&self, point: &Point) -> Order {
        if is_before(self.start, point.start) {
            Order::Reset
        } else if is_before(point.start, self.start) || is_before(point.time, self.time) {
            Order::Late
        } else {
            Order::Next
        }
    }
}

/// Whether both are known, and the first is earlier.
const fn is_before(first: u64, second: u64) -> bool {
    first != 0 && second != 0 && first < second
}
