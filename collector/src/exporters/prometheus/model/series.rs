//! One series of the model: which points it takes, and what it shows then.

use std::time::Duration;

use super::values::{Point, Shown};
use crate::{pipeline::RejectReason, series::Kind};

/// A series with its last value.
#[derive(Debug)]
pub(in super::super) struct Series {
    pub(in super::super) family: String,
    pub(in super::super) kind: Kind,
    pub(in super::super) labels: String,
    pub(in super::super) updated: Duration,
    pub(in super::super) shown: Shown,
    /// Whether it is shown in a sum with those that have the same labels.
    pub(in super::super) folded: bool,
    start: u64,
    time: u64,
}

/// How a point stands to the ones before it.
enum Order {
    Next,
    Adds,
    Resets,
    Late,
}

impl Series {
    /// A series with its first value.
    pub(in super::super) fn new(
        (family, kind, labels): (String, Kind, String),
        (start, time): (u64, u64),
        shown: Shown,
        now: Duration,
    ) -> Self {
        Self { family, kind, labels, updated: now, shown, folded: false, start, time }
    }

    /// What the page tells it by.
    pub(in super::super) fn id(&self) -> (String, String) {
        (self.family.clone(), self.labels.clone())
    }

    /// Takes a point that has a value; what it had counted before, if it begins anew.
    pub(in super::super) fn take(
        &mut self,
        point: &Point,
        value: &Shown,
        now: Duration,
    ) -> Result<Option<Shown>, RejectReason> {
        let order = self.order(point);
        if matches!(order, Order::Late) {
            return Err(RejectReason::OutOfOrder);
        }
        value.check_bounds()?;
        if self.folded && !self.shown.has_buckets_of(value) {
            return Err(RejectReason::NotExpressible);
        }
        let begins_anew = match order {
            Order::Resets => true,
            Order::Next => self.shown.counted() > value.counted(),
            Order::Adds | Order::Late => false,
        };
        let before = begins_anew.then(|| self.shown.clone());
        let (shown, start, time) = match order {
            Order::Late | Order::Resets => (value.clone(), point.start, point.time),
            Order::Adds => (self.shown.plus(value), self.start, self.time.max(point.time)),
            Order::Next => {
                let start = if point.start == 0 { self.start } else { point.start };
                (value.clone(), start, self.time.max(point.time))
            }
        };
        (self.shown, self.start, self.time, self.updated) = (shown, start, time, now);
        Ok(before)
    }

    /// Whether a point without a value may end it: only its time counts.
    pub(in super::super) fn ends_by(&self, point: &Point) -> Result<(), RejectReason> {
        if is_before(point.time, self.time) { Err(RejectReason::OutOfOrder) } else { Ok(()) }
    }

    fn order(&self, point: &Point) -> Order {
        if point.is_delta {
            return self.order_of_delta(point);
        }
        if is_before(self.start, point.start) {
            Order::Resets
        } else if is_before(point.start, self.start) || is_before(point.time, self.time) {
            Order::Late
        } else {
            Order::Next
        }
    }

    /// A delta goes on where the last point ended, or after a gap; what was counted already is not counted again.
    fn order_of_delta(&self, point: &Point) -> Order {
        let times_are_known = self.time != 0 && point.time != 0;
        if !times_are_known {
            Order::Adds
        } else if point.time <= self.time {
            Order::Late
        } else if point.start == 0 || point.start >= self.time {
            Order::Adds
        } else {
            Order::Late
        }
    }
}

/// Whether both are known, and the first is earlier.
const fn is_before(first: u64, second: u64) -> bool {
    first != 0 && second != 0 && first < second
}
