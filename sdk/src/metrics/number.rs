//! The number types that instruments record, as the bits of a cell.

use std::fmt::Debug;

/// A number that an instrument can record: `u64`, `i64` or `f64`.
///
/// Sealed: the set is the OpenTelemetry API's.
pub trait Number:
    sealed::Sealed + Copy + Debug + PartialOrd + Into<PointValue> + Send + Sync + 'static
{
    /// Which of the three it is.
    #[doc(hidden)]
    const KIND: NumberKind;
    /// The bits of zero.
    #[doc(hidden)]
    const ZERO_BITS: u64;
    /// The bits that a cell holds for this value.
    #[doc(hidden)]
    fn to_bits(self) -> u64;
    /// The value of a cell's bits.
    #[doc(hidden)]
    fn from_bits(bits: u64) -> Self;
    /// A cell's bits after adding `value`. Unsigned integers saturate, signed ones wrap.
    #[doc(hidden)]
    fn plus(bits: u64, value: Self) -> u64;
    /// Neither NaN nor infinite.
    #[doc(hidden)]
    fn is_finite(self) -> bool;
    /// What counters and histograms take, but for -0.0.
    #[doc(hidden)]
    fn is_finite_and_not_negative(self) -> bool;
    /// The nearest double, for histograms.
    #[doc(hidden)]
    fn to_f64(self) -> f64;
}

/// The types that implement [`Number`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NumberKind {
    /// Unsigned 64-bit integers.
    U64,
    /// Signed 64-bit integers.
    I64,
    /// Doubles.
    F64,
}

/// A number as OTLP carries it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum PointValue {
    /// `as_int`; unsigned values beyond `i64::MAX` are shown as `i64::MAX`.
    Int(i64),
    /// `as_double`.
    Double(f64),
}

impl PointValue {
    /// The sum; integers stop at their bounds.
    pub(crate) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => Self::Int(one.saturating_add(other)),
            (one, other) => Self::Double(one.to_f64() + other.to_f64()),
        }
    }

    /// The difference; integers stop at their bounds.
    pub(crate) fn minus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => Self::Int(one.saturating_sub(other)),
            (one, other) => Self::Double(one.to_f64() - other.to_f64()),
        }
    }

    pub(crate) fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => one < other,
            (one, other) => one.to_f64() < other.to_f64(),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        match self {
            Self::Int(value) => value == 0,
            Self::Double(value) => value == 0.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "one instrument's values are all of one type")]
    const fn to_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Double(value) => value,
        }
    }
}

impl From<u64> for PointValue {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<i64> for PointValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for PointValue {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
}

impl Number for u64 {
    const KIND: NumberKind = NumberKind::U64;
    const ZERO_BITS: Self = 0;

    #[inline(always)]
    fn to_bits(self) -> u64 {
        self
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        bits
    }

    #[inline(always)]
    fn plus(bits: u64, value: Self) -> u64 {
        bits.saturating_add(value)
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        true
    }

    #[inline(always)]
    fn is_finite_and_not_negative(self) -> bool {
        true
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "histograms are in doubles; counts beyond 2^53 round"
    )]
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }
}

impl Number for i64 {
    const KIND: NumberKind = NumberKind::I64;
    const ZERO_BITS: u64 = 0;

    #[inline(always)]
    fn to_bits(self) -> u64 {
        self.cast_unsigned()
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        bits.cast_signed()
    }

    /// Wraps rather than saturates: threads add their own parts, and only wrapping addition gives the same sum
    /// whichever thread added first.
    #[inline(always)]
    fn plus(bits: u64, value: Self) -> u64 {
        bits.wrapping_add(value.cast_unsigned())
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        true
    }

    #[inline(always)]
    fn is_finite_and_not_negative(self) -> bool {
        self >= 0
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "histograms are in doubles; counts beyond 2^53 round"
    )]
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }
}

impl Number for f64 {
    const KIND: NumberKind = NumberKind::F64;
    const ZERO_BITS: u64 = 0;

    #[inline(always)]
    fn to_bits(self) -> u64 {
        Self::to_bits(self)
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }

    #[inline(always)]
    fn plus(bits: u64, value: Self) -> u64 {
        (Self::from_bits(bits) + value).to_bits()
    }

    #[inline(always)]
    fn is_finite(self) -> bool {
        Self::to_bits(self.abs()) < Self::to_bits(Self::INFINITY)
    }

    #[inline(always)]
    fn is_finite_and_not_negative(self) -> bool {
        // Positive doubles order as their bits do, and the sign is the highest bit.
        Self::to_bits(self) < Self::to_bits(Self::INFINITY)
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}
