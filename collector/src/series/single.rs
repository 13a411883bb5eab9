//! One series: its rendered name and labels, and its last value.

use std::{
    borrow::Cow,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    bounds::SharedBounds,
    exemplar::{Exemplar, Exemplars, Room, order},
    family::{Description, Kind},
    fold::{Fold, Parts},
    label,
    point::{Point, Reading},
    prefix::{Prefix, Utf8Prefix},
    rejection::Rejection,
    shape::Shape,
    value::Value,
};
use crate::prefetch::prefetch;

/// What the directory and the tables that find a series take for it, about.
const INDEX_BYTES: usize = 160;

/// One series, shared by who finds it to bring points and who reads it.
#[derive(Debug)]
pub struct Series {
    state: Mutex<State>,
    /// `name{labels} `, or `name ` without labels.
    prefix: Box<str>,
    /// The same for readers of any names, where it differs: of few series.
    utf8: Option<Box<Utf8Prefix>>,
    name_bytes: u32,
    cost: AtomicU32,
    /// What its value may take of that.
    value_bytes: AtomicU32,
    kind: Kind,
    fold: Fold,
}

#[derive(Debug)]
struct State {
    /// Nanoseconds since 1970; 0 if unknown.
    start: u64,
    /// Nanoseconds since 1970; 0 if unknown.
    time: u64,
    /// By the store's clock, when the last point was kept; nanoseconds.
    updated: u64,
    /// It is in no store any more: its next point begins another series.
    has_ended: bool,
    value: Value,
    /// Of most series none.
    exemplars: Option<Box<Exemplars>>,
}

/// When a value was counted, both in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// Since when; 0 if unknown or not counted at all.
    pub start: u64,
    /// When it was read; 0 if unknown.
    pub time: u64,
}

/// What a series did with a point that was in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It shows it.
    Kept,
    /// The point says that the series has ended; whoever holds it forgets it.
    Ends,
    /// It had ended before: whoever found it must look again.
    HadEnded,
}

/// How a point follows what came before it.
enum Order {
    /// Its value takes the place of the last.
    Next,
    /// Its value is added to the last.
    Adds,
    /// The series starts anew with it.
    Resets,
}

impl Series {
    /// A series with its first point; none if that point only ends it.
    pub(super) fn new(
        description: &Description,
        point: &Point<'_>,
        now: Duration,
        shared: &SharedBounds,
    ) -> Result<Option<Self>, Rejection> {
        let Description { family, labels, kind, utf8, .. } = description;
        let Some(value) = Value::of(&point.reading, shared)? else {
            return Ok(None);
        };
        let prefix =
            if labels.is_empty() { format!("{family} ") } else { format!("{family}{{{labels}}} ") };
        let utf8 = utf8.as_ref().map(|names| Utf8Prefix::new(names, names.family == *family));
        let utf8_bytes = utf8.as_ref().map_or(0, |utf8| size_of::<Utf8Prefix>() + utf8.len());
        let value_bytes = value.bytes().max(point.reading.bytes());
        let cost = size_of::<Self>() + 3 * prefix.len() + utf8_bytes + value_bytes + INDEX_BYTES;
        let state = State {
            start: point.start,
            time: point.time,
            updated: nanos(now),
            has_ended: false,
            value,
            exemplars: None,
        };
        Ok(Some(Self {
            state: Mutex::new(state),
            prefix: prefix.into(),
            utf8: utf8.map(Box::new),
            name_bytes: u32::try_from(family.len()).unwrap_or(u32::MAX),
            cost: AtomicU32::new(saturated(cost)),
            value_bytes: AtomicU32::new(saturated(value_bytes)),
            kind: *kind,
            fold: Fold::default(),
        }))
    }

    /// A series that shows the sum of the parts that will be attached to it, of which `part` is the first.
    pub(super) fn total_of(part: &Self) -> Arc<Self> {
        let state = State {
            start: 0,
            time: 0,
            updated: 0,
            has_ended: false,
            value: Value::Int(0),
            exemplars: None,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            prefix: part.prefix.clone(),
            utf8: part.utf8.clone(),
            name_bytes: part.name_bytes,
            cost: AtomicU32::default(),
            value_bytes: AtomicU32::default(),
            kind: part.kind,
            fold: Fold::total(Parts::of(part.read(Shape::of))),
        })
    }

    /// Makes it a part of a total, which must attach it.
    pub(super) fn into_part(self, total: &Arc<Self>) -> Self {
        Self { fold: Fold::part(total), ..self }
    }

    pub(super) const fn fold(&self) -> &Fold {
        &self.fold
    }

    /// `name{labels} `: everything before the value of a plain sample.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The same in its parts.
    #[must_use]
    pub fn classic_prefix(&self) -> Prefix<'_> {
        Prefix::new(&self.prefix, self.name_bytes as usize)
    }

    /// The same for readers of any names.
    #[must_use]
    pub fn utf8_prefix(&self) -> Prefix<'_> {
        self.utf8.as_ref().map_or_else(|| self.classic_prefix(), |utf8| utf8.as_prefix())
    }

    /// Whether readers of any names see what those of classic ones do.
    #[must_use]
    pub const fn is_classic(&self) -> bool {
        self.utf8.is_none()
    }

    /// The name of its family.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.prefix[..self.name_bytes as usize]
    }

    /// The rendered labels without braces; empty if there are none.
    #[must_use]
    pub fn rendered_labels(&self) -> &str {
        self.classic_prefix().rendered_labels()
    }

    /// Its labels, by name.
    pub fn labels(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        label::parse(self.rendered_labels())
    }

    /// Bytes that it takes, about: itself, its labels in three places (shown, in the order of senders, in the order of
    /// keys), its buckets, and what finds it. It grows with the buckets; only the sum of an exponential histogram's
    /// deltas may have some that are not in it, 16 KiB at most.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost.load(Ordering::Relaxed) as usize
    }

    /// How much more it would cost with a value of so many bytes; none if it has ended.
    pub(super) fn growth(&self, value_bytes: usize) -> Option<usize> {
        let has_ended = self.state.lock().has_ended;
        let own = self.value_bytes.load(Ordering::Relaxed) as usize;
        (!has_ended).then(|| value_bytes.saturating_sub(own))
    }

    /// Lets its value take so many bytes more. To be called under the directory's lock, as its cost is part of a sum.
    pub(super) fn grow(&self, by: usize) {
        for bytes in [&self.cost, &self.value_bytes] {
            bytes.store(
                bytes.load(Ordering::Relaxed).saturating_add(saturated(by)),
                Ordering::Relaxed,
            );
        }
    }

    /// What its family is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Looks at the value, which is always that of one single point, or the sum of such. Ingest of this series waits
    /// meanwhile.
    pub fn read<T>(&self, look: impl FnOnce(&Value) -> T) -> T {
        self.read_timed(|value, _| look(value))
    }

    /// The same with its times.
    pub fn read_timed<T>(&self, look: impl FnOnce(&Value, Times) -> T) -> T {
        if let Some(parts) = self.fold.parts() {
            let (sum, time) = parts.sum();
            // The parts began at several times.
            return look(&sum, Times { start: 0, time });
        }
        let state = self.state.lock();
        look(&state.value, state.times())
    }

    /// The same with its exemplars in the place of those in `exemplars`, the oldest first.
    pub fn read_whole<T>(
        &self,
        exemplars: &mut Vec<Arc<Exemplar>>,
        look: impl FnOnce(&Value, Times) -> T,
    ) -> T {
        exemplars.clear();
        if let Some(parts) = self.fold.parts() {
            let (sum, time) = parts.sum();
            parts.exemplars(exemplars);
            order(exemplars);
            return look(&sum, Times { start: 0, time });
        }
        let state = self.state.lock();
        if let Some(kept) = &state.exemplars {
            kept.copy_to(exemplars);
            order(exemplars);
        }
        look(&state.value, state.times())
    }

    /// Appends its own exemplars to others.
    pub(super) fn copy_exemplars(&self, exemplars: &mut Vec<Arc<Exemplar>>) {
        if let Some(kept) = &self.state.lock().exemplars {
            kept.copy_to(exemplars);
        }
    }

    /// Keeps an exemplar beside those that it has, or in the place of one. Whether there was room for it.
    pub(super) fn keep_exemplar(&self, exemplar: Exemplar, now: Duration, room: Room<'_>) -> bool {
        let state = &mut *self.state.lock();
        // With its end nothing of it is shown any more.
        state.has_ended
            || Exemplars::keep(&mut state.exemplars, self.kind, &state.value, exemplar, now, room)
    }

    /// Takes over a point; nothing if its value needs more room than the series has, which is as it was then.
    #[inline]
    pub(super) fn take(
        &self,
        point: &Point<'_>,
        now: Duration,
        shared: &SharedBounds,
    ) -> Result<Option<Taken>, Rejection> {
        let siblings = self.fold.siblings();
        let mut state = self.state.lock();
        if state.has_ended {
            return Ok(Some(Taken::HadEnded));
        }
        let order = state.order(point)?;
        if matches!(point.reading, Reading::Gone) {
            return Ok(Some(Taken::Ends));
        }
        if let Some(siblings) = &siblings {
            siblings.fits(&point.reading)?;
        }
        if point.reading.bytes() > self.value_bytes.load(Ordering::Relaxed) as usize {
            if let Reading::Histogram(histogram) = &point.reading {
                histogram.check_bounds()?;
            }
            return Ok(None);
        }
        let State { start, time, value, .. } = &mut *state;
        let begins_anew = |value: &Value| match order {
            Order::Resets => true,
            // As Prometheus sees it: a sender that does not tell its start has no other way to say so.
            Order::Next => value.is_above(&point.reading),
            Order::Adds => false,
        };
        let before = siblings.filter(|_| begins_anew(value)).map(|parts| (parts, value.clone()));
        match order {
            Order::Next => {
                value.set(&point.reading, shared)?;
                *start = if point.start == 0 { *start } else { point.start };
                *time = (*time).max(point.time);
            }
            Order::Adds => {
                value.add(&point.reading, shared)?;
                *time = (*time).max(point.time);
            }
            Order::Resets => {
                value.set(&point.reading, shared)?;
                // A reset may come from a sender whose clock is behind that of the one before.
                (*start, *time) = (point.start, point.time);
            }
        }
        // Kept only once the point is taken: one that is rejected leaves the sum as it was.
        if let Some((mut siblings, before)) = before {
            siblings.keep(self.kind, &before);
        }
        state.updated = nanos(now);
        Ok(Some(Taken::Kept))
    }

    /// Begins to bring it close, since it is needed soon.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch(self);
    }

    /// Marks it as forgotten.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.has_ended = true;
        state.exemplars = None;
    }

    /// Drops exemplars that came at `before` or earlier, by the store's clock. Whether no point came later either.
    #[must_use]
    pub fn expire(&self, before: Duration) -> bool {
        let mut state = self.state.lock();
        Exemplars::expire(&mut state.exemplars, before);
        state.updated <= nanos(before)
    }
}

/// No series comes near four gigabytes: a request is smaller.
fn saturated(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Enough for five hundred years.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl State {
    const fn times(&self) -> Times {
        Times { start: self.start, time: self.time }
    }

    #[inline]
    fn order(&self, point: &Point<'_>) -> Result<Order, Rejection> {
        if matches!(point.reading, Reading::Gone) {
            self.not_before(point)?;
            return Ok(Order::Next);
        }
        if point.is_delta {
            return self.order_of_delta(point);
        }
        // A restarted sender takes over with its later start; what the one before it still has in flight comes late.
        if self.start != 0 && point.start != 0 && point.start != self.start {
            if point.start > self.start {
                return Ok(Order::Resets);
            }
            return Err(Rejection::OutOfOrder { by: self.start - point.start });
        }
        self.not_before(point)?;
        Ok(Order::Next)
    }

    /// Adds up what comes after the last point. SDKs send nothing of a series that was idle, so that its next point begins
    /// later than the last one ended: starting anew there, as the data model has it for streams that say when they
    /// started, would hide a rise behind the same or a higher value, as the page says no start.
    fn order_of_delta(&self, point: &Point<'_>) -> Result<Order, Rejection> {
        if self.time == 0 || point.time == 0 {
            return Ok(Order::Adds);
        }
        if point.time <= self.time {
            return Err(Rejection::OutOfOrder { by: self.time - point.time });
        }
        if point.start == 0 || point.start >= self.time {
            return Ok(Order::Adds);
        }
        // Two writers: part of it is counted already.
        Err(Rejection::OutOfOrder { by: self.time - point.start })
    }

    fn not_before(&self, point: &Point<'_>) -> Result<(), Rejection> {
        if self.time != 0 && point.time != 0 && point.time < self.time {
            return Err(Rejection::OutOfOrder { by: self.time - point.time });
        }
        Ok(())
    }
}
