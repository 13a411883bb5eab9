//! Streams that become one series because a label limit shows their values as `other`: the series shows their sum.
//!
//! Each stream keeps its own last value, so that a cumulative sum goes on from where it was; the sum is made when it is
//! read. What a monotonic stream counted before it ended or began anew stays in the sum, so that the sum never falls. All
//! parts have the shape of the first, and keep it: a point with other buckets is rejected.

use std::{cmp::Reverse, sync::Arc};

use parking_lot::{Mutex, MutexGuard};

use super::{
    exemplar::{EXEMPLARS_MAX, Exemplar},
    family::Kind,
    point::Reading,
    rejection::Rejection,
    shape::Shape,
    single::Series,
    value::Value,
};

/// What a series is to others; boxed, since nearly all stand for themselves.
#[derive(Debug, Default)]
pub(super) struct Fold(Option<Box<Role>>);

#[derive(Debug)]
enum Role {
    /// It shows the sum of its parts.
    Total(Mutex<Parts>),
    /// It is shown in the sum of another.
    Part(Arc<Series>),
}

/// The streams that a series shows, and what is left of those that it shows no more.
#[derive(Debug)]
pub(super) struct Parts {
    /// Of every part, as long as there is one.
    shape: Shape,
    before: Option<Value>,
    parts: Vec<Arc<Series>>,
}

impl Fold {
    /// That of a series which shows these.
    pub(super) fn total(parts: Parts) -> Self {
        Self(Some(Box::new(Role::Total(Mutex::new(parts)))))
    }

    /// That of a series which is shown in this one.
    pub(super) fn part(total: &Arc<Series>) -> Self {
        Self(Some(Box::new(Role::Part(Arc::clone(total)))))
    }

    /// The parts, of a series that has some.
    pub(super) fn parts(&self) -> Option<MutexGuard<'_, Parts>> {
        match self.0.as_deref()? {
            Role::Total(parts) => Some(parts.lock()),
            Role::Part(_) => None,
        }
    }

    /// The parts of the series that this one is part of. They are locked before any part is.
    #[inline]
    pub(super) fn siblings(&self) -> Option<MutexGuard<'_, Parts>> {
        match self.0.as_deref()? {
            Role::Part(total) => total.fold().parts(),
            Role::Total(_) => None,
        }
    }
}

impl Parts {
    /// No parts yet, all of which will have this shape.
    pub(super) const fn of(shape: Shape) -> Self {
        Self { shape, before: None, parts: Vec::new() }
    }

    /// Whether a series can be added to the others.
    pub(super) fn admits(&self, series: &Series) -> Result<(), Rejection> {
        if series.read(Shape::of) == self.shape { Ok(()) } else { Err(Rejection::OtherBuckets) }
    }

    /// Whether a part can still be added to the others with its next reading.
    pub(super) fn fits(&self, reading: &Reading<'_>) -> Result<(), Rejection> {
        self.shape.fits(reading)
    }

    /// Shows another part, which it [admits](Self::admits).
    pub(super) fn attach(&mut self, part: &Arc<Series>) {
        self.parts.push(Arc::clone(part));
    }

    /// Shows a part no more; whether it was the last.
    pub(super) fn detach(&mut self, part: &Series) -> bool {
        if let Some(place) =
            self.parts.iter().position(|known| std::ptr::eq(&raw const **known, part))
        {
            let part = self.parts.swap_remove(place);
            part.read(|value| self.keep(part.kind(), value));
        }
        self.parts.is_empty()
    }

    /// Keeps what a part has counted until now.
    pub(super) fn keep(&mut self, kind: Kind, value: &Value) {
        if matches!(kind, Kind::Counter | Kind::Histogram) {
            merge(&mut self.before, value);
        }
    }

    /// The sum of all parts, and the time of the latest.
    pub(super) fn sum(&self) -> (Value, u64) {
        let (mut sum, mut latest) = (self.before.clone(), 0);
        for part in &self.parts {
            part.read_timed(|value, times| {
                merge(&mut sum, value);
                latest = latest.max(times.time);
            });
        }
        (sum.unwrap_or(Value::Int(0)), latest)
    }

    /// Appends the exemplars of the parts, as many as one series may have, the latest of all.
    pub(super) fn exemplars(&self, exemplars: &mut Vec<Arc<Exemplar>>) {
        for part in &self.parts {
            part.copy_exemplars(exemplars);
            if exemplars.len() > EXEMPLARS_MAX {
                exemplars.sort_unstable_by_key(|exemplar| Reverse(exemplar.time));
                exemplars.truncate(EXEMPLARS_MAX);
            }
        }
    }
}

fn merge(sum: &mut Option<Value>, value: &Value) {
    match sum {
        Some(sum) => sum.merge(value),
        None => *sum = Some(value.clone()),
    }
}
