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
use crate::cells::Own;

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<N: Number> {
            pub(super) series: Arc<Series>,
            number: PhantomData<fn(N)>,
        }

        impl<N: Number> $name<N> {
            pub(crate) const fn new(series: Arc<Series>) -> Self {
                Self { series, number: PhantomData }
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
    Counter
}
handle! {
    /// Adds up and falls.
    UpDownCounter
}
handle! {
    /// Shows the last value recorded by any thread.
    Gauge
}
handle! {
    /// Counts values in buckets, with their sum, smallest and largest.
    Histogram
}

impl<N: Number> Counter<N> {
    /// Adds `value`. A negative, NaN or infinite value is refused and counted; integers stop at their maximum.
    #[inline]
    pub fn add(&self, value: N) {
        Self::record_to(&self.series, Own::current(), value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, own: Own, value: N) {
        if !value.is_finite_and_not_negative() {
            return series.refuse(reason(value));
        }
        match &series.cells {
            Cells::Sum(cells) => cells.add(own, value),
            _ => series.refuse(SdkRefusalReason::NoCells),
        }
    }
}

impl<N: Number> UpDownCounter<N> {
    /// Adds `value`, which may be negative. NaN and infinity are refused and counted.
    #[inline]
    pub fn add(&self, value: N) {
        Self::record_to(&self.series, Own::current(), value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, own: Own, value: N) {
        if !value.is_finite() {
            return series.refuse(reason(value));
        }
        match &series.cells {
            Cells::Sum(cells) => cells.add(own, value),
            _ => series.refuse(SdkRefusalReason::NoCells),
        }
    }
}

impl<N: Number> Gauge<N> {
    /// Sets the value. NaN and infinity are refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        Self::record_to(&self.series, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, value: N) {
        if !value.is_finite() {
            return series.refuse(reason(value));
        }
        match &series.cells {
            Cells::LastValue(cells) => cells.set(value),
            _ => series.refuse(SdkRefusalReason::NoCells),
        }
    }
}

impl<N: Number> Histogram<N> {
    /// Counts `value`. A negative, NaN or infinite value is refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        Self::record_to(&self.series, Own::current(), value);
    }

    #[inline(always)]
    pub(crate) fn record_to(series: &Series, own: Own, value: N) {
        if !value.is_finite_and_not_negative() {
            return series.refuse(reason(value));
        }
        match &series.cells {
            Cells::Histogram { cells, buckets } => {
                // `abs` turns -0.0 into 0.0, whose bits order like the numbers do.
                let value = value.to_f64().abs();
                cells.record(own, value, buckets.index(value));
            }
            Cells::Exponential(cells) => cells.record(own, value.to_f64().abs()),
            _ => series.refuse(SdkRefusalReason::NoCells),
        }
    }
}

/// Why a value was not taken; asked only once it was not.
#[cold]
fn reason<N: Number>(value: N) -> SdkRefusalReason {
    let value = value.to_f64();
    if value.is_nan() {
        SdkRefusalReason::Nan
    } else if value.is_infinite() {
        SdkRefusalReason::Infinite
    } else {
        SdkRefusalReason::Negative
    }
}
