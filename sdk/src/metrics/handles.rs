//! What the hot path holds: one bound series each. Recording never fails, blocks, allocates or logs.
//!
//! Handles are cheap to clone and to send; they keep their series alive, also after the provider is gone (values then
//! go nowhere). They write to the cells of whichever thread calls.

use std::{fmt, marker::PhantomData};

use inferometer_semconv::attributes::SdkRefusalReason;

use super::{
    exemplars::SampledSpan,
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
    /// Adds up; never falls: one attribute set of a counter, bound by [`Scope::counter`](super::Scope::counter).
    ///
    /// ```
    /// use inferometer_sdk::MeterProvider;
    /// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
    ///
    /// let provider = MeterProvider::builder().build();
    /// let tokens = provider.scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]);
    /// tokens.add(17);
    /// ```
    ///
    /// A clone records into the same series. Handles may be used on any thread and at any time, also after the provider was
    /// stopped: then nobody sees what they record. A series whose handles are all gone leaves the export after
    /// [`RETIRE_AFTER`](super::RETIRE_AFTER).
    Counter { sum: SumCell }
}
handle! {
    /// Adds up and falls: one attribute set of an up-down counter. What is added on one thread may be taken away on another.
    /// As [`Counter`] in all else.
    ///
    /// ```
    /// use inferometer_sdk::MeterProvider;
    /// use inferometer_semconv::metrics::INFER_REQUEST_ACTIVE;
    ///
    /// let provider = MeterProvider::builder().build();
    /// let active = provider.scope("my.engine").up_down_counter::<i64>(&INFER_REQUEST_ACTIVE, &[]);
    /// active.add(1);
    /// active.add(-1);
    /// ```
    UpDownCounter { sum: SumCell }
}
handle! {
    /// Shows the last value recorded by any thread, and nothing before the first one. Its one cell is shared, since "last"
    /// among threads would need a clock: where several threads record often, ask for the value instead, with
    /// [`Scope::observable_gauge`](super::Scope::observable_gauge). As [`Counter`] in all else.
    Gauge { last_value: LastValueCell }
}
handle! {
    /// Counts values in buckets, with their sum, smallest and largest: one attribute set of a histogram. A snapshot never shows
    /// a count that differs from the buckets or the sum. As [`Counter`] in all else.
    ///
    /// ```
    /// use inferometer_sdk::MeterProvider;
    /// use inferometer_semconv::metrics::INFER_REQUEST_QUEUE_DURATION;
    ///
    /// let provider = MeterProvider::builder().build();
    /// let waits = provider.scope("my.engine").histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &[]);
    /// waits.record(0.25); // in the definition's unit, here seconds
    /// ```
    Histogram {}
}

impl<N: Number> Counter<N> {
    /// Adds `value`. A negative, NaN or infinite value is refused and counted; unsigned integers stop at their maximum.
    #[inline]
    pub fn add(&self, value: N) {
        self.add_by(Own::current(), value);
    }

    /// As [`Counter::add`], for a span that need not be current; see [`Histogram::record_in_span`].
    #[inline]
    pub fn add_in_span(&self, value: N, span: Option<SampledSpan>) {
        let own = Own::current();
        let is_taken = add_to_counter(&self.bound, self.sum, own, value);
        offer_in_span(&self.bound, own, is_taken, value, span);
    }

    #[inline(always)]
    pub(super) fn add_by(&self, own: Own, value: N) {
        let is_taken = add_to_counter(&self.bound, self.sum, own, value);
        offer(&self.bound, own, is_taken, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        let own = Own::current();
        let is_taken = add_to_counter(bound, bound.series.cells.sum(), own, value);
        offer(bound, own, is_taken, value);
    }
}

/// Whether the value was taken, as for all that record here.
#[inline(always)]
fn add_to_counter<N: Number>(bound: &Bound, sum: SumCell, own: Own, value: N) -> bool {
    if !value.is_finite_and_not_negative() {
        return refuse_unless_zero(bound, value);
    }
    sum.add(own, value) || record_elsewhere(bound, own, value)
}

impl<N: Number> UpDownCounter<N> {
    /// Adds `value`, which may be negative. NaN and infinity are refused and counted.
    #[inline]
    pub fn add(&self, value: N) {
        self.add_by(Own::current(), value);
    }

    #[inline(always)]
    pub(super) fn add_by(&self, own: Own, value: N) {
        let is_taken = add_to_up_down_counter(&self.bound, self.sum, own, value);
        offer(&self.bound, own, is_taken, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        let own = Own::current();
        let is_taken = add_to_up_down_counter(bound, bound.series.cells.sum(), own, value);
        offer(bound, own, is_taken, value);
    }
}

#[inline(always)]
fn add_to_up_down_counter<N: Number>(bound: &Bound, sum: SumCell, own: Own, value: N) -> bool {
    if !value.is_finite() {
        return refuse(bound, value);
    }
    sum.add(own, value) || record_elsewhere(bound, own, value)
}

impl<N: Number> Gauge<N> {
    /// Sets the value. NaN and infinity are refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        let own = Own::current();
        let is_taken = set_gauge(&self.bound, self.last_value, own, value);
        offer(&self.bound, own, is_taken, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        let own = Own::current();
        let is_taken = set_gauge(bound, bound.series.cells.last_value(), own, value);
        offer(bound, own, is_taken, value);
    }
}

#[inline(always)]
fn set_gauge<N: Number>(bound: &Bound, last_value: LastValueCell, own: Own, value: N) -> bool {
    if !value.is_finite() {
        return refuse(bound, value);
    }
    last_value.set(value) || record_elsewhere(bound, own, value)
}

impl<N: Number> Histogram<N> {
    /// Counts `value`. A negative, NaN or infinite value is refused and counted.
    #[inline]
    pub fn record(&self, value: N) {
        self.record_by(Own::current(), value);
    }

    /// As [`Histogram::record`], for a span that need not be current, or for none: its exemplar leads there, and
    /// whatever span is current does not matter.
    ///
    /// ```
    /// use inferometer_sdk::{MeterProvider, SampledSpan};
    /// use inferometer_semconv::metrics::INFER_REQUEST_QUEUE_DURATION;
    /// use opentelemetry::Context;
    ///
    /// # let request_context = Context::new();
    /// let provider = MeterProvider::builder().build();
    /// let waited = provider.scope("my.engine").histogram(&INFER_REQUEST_QUEUE_DURATION, &[]);
    /// let span = SampledSpan::of(&request_context); // once for a request
    /// waited.record_in_span(0.25, span);
    /// ```
    #[inline]
    pub fn record_in_span(&self, value: N, span: Option<SampledSpan>) {
        let own = Own::current();
        let is_taken = Self::record_in(&self.bound, own, value);
        offer_in_span(&self.bound, own, is_taken, value, span);
    }

    /// Makes room for exemplars now, so that the first record within a span finds it. Otherwise the next collection
    /// makes it, after a record within a span has asked for it, and the first interval has no exemplars. Allocates.
    pub fn expect_exemplars(&self) {
        self.bound.expect_exemplars();
    }

    #[inline(always)]
    pub(super) fn record_by(&self, own: Own, value: N) {
        let is_taken = Self::record_in(&self.bound, own, value);
        offer(&self.bound, own, is_taken, value);
    }

    #[inline(always)]
    pub(crate) fn record_to(bound: &Bound, value: N) {
        let own = Own::current();
        let is_taken = Self::record_in(bound, own, value);
        offer(bound, own, is_taken, value);
    }

    #[inline(always)]
    fn record_in(bound: &Bound, own: Own, value: N) -> bool {
        if !value.is_finite_and_not_negative() {
            return Self::record_unusual(bound, own, value);
        }
        Self::record_plain(bound, own, value)
    }

    #[inline(always)]
    fn record_plain(bound: &Bound, own: Own, value: N) -> bool {
        match &bound.series.cells {
            Cells::Histogram { cells, buckets } => {
                let value = value.to_f64();
                cells.record(own, value, buckets.index(value));
            }
            Cells::Exponential(cells) => cells.record(own, value.to_f64()),
            _ => return record_elsewhere(bound, own, value),
        }
        true
    }

    /// -0.0 is zero; everything else that is not plain is refused.
    #[cold]
    #[inline(never)]
    fn record_unusual(bound: &Bound, own: Own, value: N) -> bool {
        if value.to_f64() == 0.0 {
            return Self::record_plain(bound, own, N::from_bits(N::ZERO_BITS));
        }
        refuse(bound, value)
    }
}

/// What was taken may become an exemplar of the span that is current: for all others one load and a branch.
#[inline(always)]
fn offer<N: Number>(bound: &Bound, own: Own, is_taken: bool, value: N) {
    if is_taken && own.is_attended() {
        bound.offer(value);
    }
}

/// What was taken may become an exemplar of this span.
#[inline(always)]
fn offer_in_span<N: Number>(
    bound: &Bound,
    own: Own,
    is_taken: bool,
    value: N,
    span: Option<SampledSpan>,
) {
    if is_taken && (span.is_some() || own.is_attended_without_span()) {
        bound.offer_in_span(value, span);
    }
}

/// Records into a series that is not of the handle's own kind, because views make something else of the instrument.
#[cold]
#[inline(never)]
fn record_elsewhere<N: Number>(bound: &Bound, own: Own, value: N) -> bool {
    let is_taken = match &bound.series.cells {
        Cells::Sum(cells) => cells.cell().add(own, value),
        Cells::LastValue(cells) => cells.cell().set(value),
        Cells::Histogram { .. } | Cells::Exponential(_) => {
            return Histogram::record_in(bound, own, value);
        }
        Cells::Streams(streams) => {
            let mut is_taken = false;
            for stream in streams {
                is_taken |= record_elsewhere(stream, own, value);
            }
            return is_taken;
        }
        Cells::Nowhere => false,
        Cells::Dropped => true,
    };
    if !is_taken {
        bound.series.refuse(SdkRefusalReason::NoCells);
    }
    is_taken
}

/// -0.0 adds nothing to a counter; everything else that is not plain is refused.
#[cold]
#[inline(never)]
fn refuse_unless_zero<N: Number>(bound: &Bound, value: N) -> bool {
    value.to_f64() != 0.0 && refuse(bound, value)
}

#[cold]
#[inline(never)]
fn refuse<N: Number>(bound: &Bound, value: N) -> bool {
    bound.series.refuse(reason(value));
    false
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
