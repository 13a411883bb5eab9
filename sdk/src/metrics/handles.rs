//! What the hot path holds: one bound series each. Recording never fails, blocks, allocates or logs.
//!
//! Handles are cheap to clone and to send; they keep their series alive, also after the provider is gone (values then
//! go nowhere). They write to the cells of whichever thread calls.

use std::{fmt, marker::PhantomData, sync::Arc};

use inferometer_semconv::attributes::SdkRefusalReason;

use super::{
    number::Number,
    series::{Cells, Series},
};
use crate::cells::{LastValueCell, Own, SumCell};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $cell:ty)? }) => {
        $(#[$doc])*
        pub struct $name<N: Number> {
            series: Arc<Series>,
            $(
                /// The series' own, at hand.
                $field: $cell,
            )?
            number: PhantomData<fn(N)>,
        }

        impl<N: Number> $name<N> {
            pub(crate) fn new(series: Arc<Series>) -> Self {
                Self { $($field: series.cells.$field(),)? series, number: PhantomData }
            }
        }

        impl<N: Number> Clone for $name<N> {
            fn clone(&self) -> Self {
                Self::new(Arc::clone(&self.series))
            }
        }

        impl<N: Number> fmt::Debug for $name<N> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.series).finish()
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
        add_to_counter(&self.series, self.sum, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, value: N) {
        add_to_counter(series, series.cells.sum(), Own::current(), value);
    }
}

#[inline(always)]
fn add_to_counter<N: Number>(series: &Series, sum: SumCell, own: Own, value: N) {
    if !value.is_finite_and_not_negative() {
        return refuse_unless_zero(series, value);
    }
    if !sum.add(own, value) {
        series.refuse(SdkRefusalReason::NoCells);
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
        add_to_up_down_counter(&self.series, self.sum, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, value: N) {
        add_to_up_down_counter(series, series.cells.sum(), Own::current(), value);
    }
}

#[inline(always)]
fn add_to_up_down_counter<N: Number>(series: &Series, sum: SumCell, own: Own, value: N) {
    if !value.is_finite() {
        return series.refuse(reason(value));
    }
    if !sum.add(own, value) {
        series.refuse(SdkRefusalReason::NoCells);
    }
}

impl<N: Number> Gauge<N> {
    /// Sets the value. NaN and infinity are refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        set_gauge(&self.series, self.last_value, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, value: N) {
        set_gauge(series, series.cells.last_value(), value);
    }
}

#[inline(always)]
fn set_gauge<N: Number>(series: &Series, last_value: LastValueCell, value: N) {
    if !value.is_finite() {
        return series.refuse(reason(value));
    }
    if !last_value.set(value) {
        series.refuse(SdkRefusalReason::NoCells);
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
        Self::record_in(&self.series, own, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, value: N) {
        Self::record_in(series, Own::current(), value);
    }

    #[inline(always)]
    fn record_in(series: &Series, own: Own, value: N) {
        if !value.is_finite_and_not_negative() {
            return Self::record_unusual(series, own, value);
        }
        Self::record_plain(series, own, value.to_f64());
    }

    #[inline(always)]
    fn record_plain(series: &Series, own: Own, value: f64) {
        match &series.cells {
            Cells::Histogram { cells, buckets } => cells.record(own, value, buckets.index(value)),
            Cells::Exponential(cells) => cells.record(own, value),
            _ => series.refuse(SdkRefusalReason::NoCells),
        }
    }

    /// -0.0 is zero; everything else that is not plain is refused.
    #[cold]
    #[inline(never)]
    fn record_unusual(series: &Series, own: Own, value: N) {
        if value.to_f64() == 0.0 {
            Self::record_plain(series, own, 0.0);
        } else {
            series.refuse(reason(value));
        }
    }
}

/// -0.0 adds nothing to a counter; everything else that is not plain is refused.
#[cold]
#[inline(never)]
fn refuse_unless_zero<N: Number>(series: &Series, value: N) {
    if value.to_f64() != 0.0 {
        series.refuse(reason(value));
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
