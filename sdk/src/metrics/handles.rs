//! What the hot path holds: one bound series each. Recording never fails, blocks, allocates or logs.
//!
//! Handles are cheap to clone and to send; they keep their series alive, also after the provider is gone (values then
//! go nowhere). They write to the cells of whichever thread calls.

use std::{fmt, marker::PhantomData};

use inferometer_semconv::attributes::SdkRefusalReason;

use super::{
    number::Number,
    series::{Bound, Cells},
};
use crate::cells::{LastValueCell, Own, SumCell};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $cell:ty)? }) => {
        $(#[$doc])*
        pub struct $name<N: Number> {
            bound: Bound,
            $(
                /// The series' own, at hand.
                $field: $cell,
            )?
            number: PhantomData<fn(N)>,
        }

        impl<N: Number> $name<N> {
            pub(crate) fn new(bound: Bound) -> Self {
                Self { $($field: bound.series.cells.$field(),)? bound, number: PhantomData }
            }
        }

        impl<N: Number> Clone for $name<N> {
            fn clone(&self) -> Self {
                Self::new(self.bound.clone())
            }
        }

        impl<N: Number> fmt::Debug for $name<N> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.bound.series).finish()
            }
        }
    };
}

handle! {
    /// Adds up; never falls.
    Counter { sum: SumCell }
}
handle! {
    /// Adds up and falls.
    UpDownCounter { sum: SumCell }
}
handle! {
    /// Shows the last value recorded by any thread.
    Gauge { last_value: LastValueCell }
}
handle! {
    /// Counts values in buckets, with their sum, smallest and largest.
    Histogram {}
}

impl<N: Number> Counter<N> {
    /// Adds `value`. A negative, NaN or infinite value is refused and counted; unsigned integers stop at their maximum.
    #[inline]
    pub fn add(&self, value: N) {
        self.add_by(Own::current(), value);
    }

    #[inline(always)]
    pub(super) fn add_by(&self, own: Own, value: N) {
        add_to_counter(&self.bound, self.sum, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        add_to_counter(bound, bound.series.cells.sum(), Own::current(), value);
    }
}

#[inline(always)]
fn add_to_counter<N: Number>(bound: &Bound, sum: SumCell, own: Own, value: N) {
    if !value.is_finite_and_not_negative() {
        return refuse_unless_zero(bound, value);
    }
    if !sum.add(own, value) {
        record_elsewhere(bound, own, value);
    }
}

impl<N: Number> UpDownCounter<N> {
    /// Adds `value`, which may be negative. NaN and infinity are refused and counted.
    #[inline]
    pub fn add(&self, value: N) {
        self.add_by(Own::current(), value);
    }

    #[inline(always)]
    pub(super) fn add_by(&self, own: Own, value: N) {
        add_to_up_down_counter(&self.bound, self.sum, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        add_to_up_down_counter(bound, bound.series.cells.sum(), Own::current(), value);
    }
}

#[inline(always)]
fn add_to_up_down_counter<N: Number>(bound: &Bound, sum: SumCell, own: Own, value: N) {
    if !value.is_finite() {
        return bound.series.refuse(reason(value));
    }
    if !sum.add(own, value) {
        record_elsewhere(bound, own, value);
    }
}

impl<N: Number> Gauge<N> {
    /// Sets the value. NaN and infinity are refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        set_gauge(&self.bound, self.last_value, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        set_gauge(bound, bound.series.cells.last_value(), value);
    }
}

#[inline(always)]
fn set_gauge<N: Number>(bound: &Bound, last_value: LastValueCell, value: N) {
    if !value.is_finite() {
        return bound.series.refuse(reason(value));
    }
    if !last_value.set(value) {
        record_elsewhere(bound, Own::current(), value);
    }
}

impl<N: Number> Histogram<N> {
    /// Counts `value`. A negative, NaN or infinite value is refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        self.record_by(Own::current(), value);
    }

    #[inline(always)]
    pub(super) fn record_by(&self, own: Own, value: N) {
        Self::record_in(&self.bound, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        Self::record_in(bound, Own::current(), value);
    }

    #[inline(always)]
    fn record_in(bound: &Bound, own: Own, value: N) {
        if !value.is_finite_and_not_negative() {
            return Self::record_unusual(bound, own, value);
        }
        Self::record_plain(bound, own, value);
    }

    #[inline(always)]
    fn record_plain(bound: &Bound, own: Own, value: N) {
        match &bound.series.cells {
            Cells::Histogram { cells, buckets } => {
                let value = value.to_f64();
                cells.record(own, value, buckets.index(value));
            }
            Cells::Exponential(cells) => cells.record(own, value.to_f64()),
            _ => record_elsewhere(bound, own, value),
        }
    }

    /// -0.0 is zero; everything else that is not plain is refused.
    #[cold]
    #[inline(never)]
    fn record_unusual(bound: &Bound, own: Own, value: N) {
        if value.to_f64() == 0.0 {
            Self::record_plain(bound, own, N::from_bits(N::ZERO_BITS));
        } else {
            bound.series.refuse(reason(value));
        }
    }
}

/// Records into a series that is not of the handle's own kind, because a view makes something else of the instrument.
#[cold]
#[inline(never)]
fn record_elsewhere<N: Number>(bound: &Bound, own: Own, value: N) {
    let is_taken = match &bound.series.cells {
        Cells::Sum(cells) => cells.cell().add(own, value),
        Cells::LastValue(cells) => cells.cell().set(value),
        Cells::Histogram { .. } | Cells::Exponential(_) => {
            return Histogram::record_in(bound, own, value);
        }
        Cells::Nowhere => false,
        Cells::Dropped => true,
    };
    if !is_taken {
        bound.series.refuse(SdkRefusalReason::NoCells);
    }
}

/// -0.0 adds nothing to a counter; everything else that is not plain is refused.
#[cold]
#[inline(never)]
fn refuse_unless_zero<N: Number>(bound: &Bound, value: N) {
    if value.to_f64() != 0.0 {
        bound.series.refuse(reason(value));
    }
}

/// Why a value was not taken; asked only once it was not.
#[cold]
pub(super) fn reason<N: Number>(value: N) -> SdkRefusalReason {
    let value = value.to_f64();
    if value.is_nan() {
        SdkRefusalReason::Nan
    } else if value.is_infinite() {
        SdkRefusalReason::Infinite
    } else {
        SdkRefusalReason::Negative
    }
}
