//! An exponential histogram as Prometheus' native one.
//!
//! Bucket `i` of OpenTelemetry is bucket `i + 1` of Prometheus, whose buckets are counted by their upper bound. Only the
//! buckets that hold something are said: where they stand by spans, how much is in each by the difference to the one
//! before it.

use std::ops::RangeInclusive;

use super::writer::Writer;
use crate::series::{Exponential, Side};

/// Scales that native histograms have.
const SCHEMAS: RangeInclusive<i32> = -4..=8;
/// What counts as zero where the sender does not say so: OpenTelemetry's specification has this for Prometheus.
const ZERO_THRESHOLD: f64 = 1e-128;
/// Empty buckets between two others that are said rather than beginning another span, which takes more bytes.
const GAP_MAX: i64 = 2;
/// Exponents between which all doubles lie.
const EXPONENTS: (i64, i64) = (-1075, 1024);

/// Fields of `Histogram`.
const SCHEMA: u32 = 5;
const THRESHOLD: u32 = 6;
const ZERO_COUNT: u32 = 7;
const NEGATIVE: SideFields = SideFields { span: 9, delta: 10 };
const POSITIVE: SideFields = SideFields { span: 12, delta: 13 };
/// Fields of `BucketSpan`.
const OFFSET: u32 = 1;
const LENGTH: u32 = 2;

struct SideFields {
    span: u32,
    delta: u32,
}

/// A histogram that has a native form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Native<'a> {
    histogram: &'a Exponential,
    schema: i32,
}

impl<'a> Native<'a> {
    /// None if it has to be shown by classic buckets: with a scale that is too coarse, or with counts that a reader would
    /// refuse, and with them the whole page.
    pub(super) fn of(histogram: &'a Exponential) -> Option<Self> {
        let schema = histogram.scale.min(*SCHEMAS.end());
        let native = Self { histogram, schema };
        let sides = [&histogram.positive, &histogram.negative];
        let is_native = SCHEMAS.contains(&schema)
            && sides.into_iter().all(|side| native.is_in_range(side))
            && native.total().is_some_and(|total| total == histogram.count);
        is_native.then_some(native)
    }

    /// All observations, unless they are more than a difference of two counts may be.
    fn total(&self) -> Option<u64> {
        let Exponential { positive, negative, zero_count, .. } = self.histogram;
        let mut counts = positive.counts.iter().chain(&negative.counts);
        let total = counts.try_fold(*zero_count, |sum, count| sum.checked_add(*count));
        total.filter(|total| i64::try_from(*total).is_ok())
    }

    /// Whether no bucket lies beyond all doubles, so that its index is what a reader expects.
    fn is_in_range(&self, side: &Side) -> bool {
        let (low, high) = EXPONENTS;
        let at = |exponent: i64| match u32::try_from(self.schema) {
            Ok(finer) => exponent << finer,
            Err(_) => exponent >> self.schema.unsigned_abs(),
        };
        let shift = self.shift();
        let first = side.offset >> shift;
        let last = (side.offset + side.counts.len() as i64 - 1) >> shift;
        side.counts.is_empty() || (at(low) <= first && last <= at(high))
    }

    /// How many scales the buckets are finer than those that are shown.
    fn shift(&self) -> u32 {
        self.histogram.scale.saturating_sub(self.schema).clamp(0, 63).unsigned_abs()
    }

    /// Appends the fields of `Histogram` that make it native, but for its exemplars.
    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        let Exponential { zero_threshold, zero_count, positive, negative, .. } = self.histogram;
        writer.sint(SCHEMA, self.schema.into());
        writer.double(THRESHOLD, zero_threshold.max(ZERO_THRESHOLD));
        writer.uint(ZERO_COUNT, *zero_count);
        self.write_side(negative, &NEGATIVE, writer);
        self.write_side(positive, &POSITIVE, writer);
    }

    fn write_side(&self, side: &Side, fields: &SideFields, writer: &mut Writer<'_>) {
        if side.counts.is_empty() {
            return;
        }
        let mut end = 0;
        let mut span: Option<Span> = None;
        for (index, _) in self.buckets(side) {
            match &mut span {
                Some(span) if index - span.end() <= GAP_MAX => span.length = index + 1 - span.first,
                _ => {
                    if let Some(span) = span.replace(Span { first: index, length: 1 }) {
                        span.write(end, fields.span, writer);
                        end = span.end();
                    }
                }
            }
        }
        if let Some(span) = span {
            span.write(end, fields.span, writer);
        }
        let open = writer.open(fields.delta, 1);
        let (mut last, mut next) = (0, None);
        for (index, count) in self.buckets(side) {
            let empty = next.map_or(0, |next| index - next);
            if (1..=GAP_MAX).contains(&empty) {
                for _ in 0..empty {
                    writer.packed_sint(-std::mem::take(&mut last));
                }
            }
            let count = count.cast_signed();
            writer.packed_sint(count - last);
            (last, next) = (count, Some(index + 1));
        }
        writer.close(open);
    }

    /// The buckets that hold something by Prometheus' index, joined to those of the schema.
    fn buckets<'s>(&self, side: &'s Side) -> Buckets<'s> {
        Buckets { counts: &side.counts, index: side.offset, shift: self.shift() }
    }
}

/// Buckets behind each other.
struct Span {
    first: i64,
    length: i64,
}

impl Span {
    const fn end(&self) -> i64 {
        self.first + self.length
    }

    /// Appends it; the one before it ended at `end`.
    fn write(&self, end: i64, number: u32, writer: &mut Writer<'_>) {
        let open = writer.open(number, 1);
        writer.sint(OFFSET, self.first - end);
        writer.uint(LENGTH, self.length.unsigned_abs());
        writer.close(open);
    }
}

struct Buckets<'a> {
    counts: &'a [u64],
    /// Of the first count.
    index: i64,
    shift: u32,
}

impl Iterator for Buckets<'_> {
    type Item = (i64, u64);

    fn next(&mut self) -> Option<(i64, u64)> {
        while !self.counts.is_empty() {
            let joined = self.index >> self.shift;
            // What is left of the coarser bucket that the first count falls into.
            let until = (joined + 1).checked_shl(self.shift).unwrap_or(i64::MAX);
            let width = usize::try_from(until - self.index).unwrap_or(usize::MAX);
            let (own, rest) = self.counts.split_at(width.min(self.counts.len()));
            (self.counts, self.index) = (rest, until);
            let count: u64 = own.iter().sum();
            if count > 0 {
                return Some((joined + 1, count));
            }
        }
        None
    }
}
