//! Exponential histograms: kept at the scale of their sender, shown as classic buckets where the format has no others.
//!
//! Bucket `i` at scale `s` holds values above `base^i` and up to `base^(i+1)`, where `base` is 2 to the power of
//! 2^-s; one scale less joins buckets `2i` and `2i+1`. Source: OpenTelemetry's metrics data model.

/// Buckets kept on each side of zero; a histogram that spans more is kept at the finest scale at which it fits.
pub const EXPONENTIAL_BUCKETS_MAX: usize = 1024;

/// The scale at which single values are recorded, 256 buckets for every doubling: the finest that Prometheus shows.
const RECORDED_SCALE: i32 = 8;

/// An exponential histogram as a point has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialReading<'a> {
    /// From coarse to fine; OTLP's are -10 to 20.
    pub scale: i32,
    /// All observations.
    pub count: u64,
    /// The sum of all observations, if the sender keeps one.
    pub sum: Option<f64>,
    /// Observations that are at most as far from zero as the threshold.
    pub zero_count: u64,
    /// What still counts as zero.
    pub zero_threshold: f64,
    /// Observations above zero.
    pub positive: SideReading<'a>,
    /// Observations below zero, by their distance from it.
    pub negative: SideReading<'a>,
}

/// The buckets on one side of zero as a point has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SideReading<'a> {
    /// The index of the first count.
    pub offset: i32,
    /// Observations in each bucket.
    pub counts: &'a [u64],
}

/// An exponential histogram as it is kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Exponential {
    /// The scale of both sides.
    pub scale: i32,
    /// All observations.
    pub count: u64,
    /// The sum of all observations, if the sender keeps one.
    pub sum: Option<f64>,
    /// Observations at zero.
    pub zero_count: u64,
    /// What still counts as zero.
    pub zero_threshold: f64,
    /// Observations above zero.
    pub positive: Side,
    /// Observations below zero.
    pub negative: Side,
}

/// The buckets on one side of zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// The index of the first count.
    pub offset: i64,
    /// Observations in each bucket; the first and the last are not 0.
    pub counts: Vec<u64>,
}

impl ExponentialReading<'_> {
    /// Whether its buckets hold as many observations as it says.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let counts = self.positive.counts.iter().chain(self.negative.counts);
        let total = counts.chain([&self.zero_count]).try_fold(0_u64, |sum, n| sum.checked_add(*n));
        total == Some(self.count)
    }
}

impl SideReading<'_> {
    /// Without the empty buckets at both ends.
    fn trimmed(self) -> Option<Self> {
        let first = self.counts.iter().position(|count| *count > 0)?;
        let last = self.counts.iter().rposition(|count| *count > 0)?;
        let offset = self.offset.saturating_add(i32::try_from(first).ok()?);
        Some(Self { offset, counts: &self.counts[first..=last] })
    }
}

impl Exponential {
    /// Takes over a reading whole, in the room that the last one had.
    pub(super) fn set(&mut self, reading: &ExponentialReading<'_>) {
        self.scale = reading.scale;
        (self.count, self.sum) = (0, reading.sum.map(|_| 0.0));
        (self.zero_count, self.zero_threshold) = (0, 0.0);
        self.positive.counts.clear();
        self.negative.counts.clear();
        self.add(reading);
        // 0 plus a sum is that sum, but for the sign of a zero.
        self.sum = reading.sum;
    }

    /// One without observations, for values that are recorded one by one.
    #[must_use]
    pub fn recorder() -> Self {
        Self { scale: RECORDED_SCALE, sum: Some(0.0), ..Self::default() }
    }

    /// Counts one observation, zero or a positive normal number; at most `buckets_max` buckets, two at least, are kept.
    pub fn record(&mut self, value: f64, buckets_max: usize) {
        let counts = [1];
        let is_zero = value <= 0.0;
        let offset = if is_zero { 0 } else { recorded_index(value) };
        let reading = ExponentialReading {
            scale: RECORDED_SCALE,
            count: 1,
            sum: Some(value),
            zero_count: u64::from(is_zero),
            zero_threshold: 0.0,
            positive: SideReading { offset, counts: &counts[usize::from(is_zero)..] },
            negative: SideReading::default(),
        };
        self.add_within(&reading, buckets_max.clamp(2, EXPONENTIAL_BUCKETS_MAX));
    }

    /// Adds the observations of a reading; the coarser of the two scales is kept, or a coarser one if it must be.
    pub(super) fn add(&mut self, reading: &ExponentialReading<'_>) {
        self.add_within(reading, EXPONENTIAL_BUCKETS_MAX);
    }

    fn add_within(&mut self, reading: &ExponentialReading<'_>, buckets_max: usize) {
        let (positive, negative) = (reading.positive.trimmed(), reading.negative.trimmed());
        let fits = |scale: i32| {
            let (own, theirs) = (shift(self.scale, scale), shift(reading.scale, scale));
            self.positive.span(own, positive, theirs) <= buckets_max as i64
                && self.negative.span(own, negative, theirs) <= buckets_max as i64
        };
        let mut scale = self.scale.min(reading.scale);
        while !fits(scale) {
            scale -= 1;
        }
        let (own, theirs) = (shift(self.scale, scale), shift(reading.scale, scale));
        for (side, more) in [(&mut self.positive, positive), (&mut self.negative, negative)] {
            side.coarsen(own);
            if let Some(more) = more {
                side.add(more, theirs);
            }
        }
        self.scale = scale;
        self.count = self.count.saturating_add(reading.count);
        self.sum = self.sum.zip(reading.sum).map(|(sum, more)| sum + more);
        self.zero_count = self.zero_count.saturating_add(reading.zero_count);
        self.zero_threshold = self.zero_threshold.max(reading.zero_threshold);
    }

    /// Adds the observations of another one.
    pub(super) fn merge(&mut self, other: &Self) {
        self.add(&ExponentialReading {
            scale: other.scale,
            count: other.count,
            sum: other.sum,
            zero_count: other.zero_count,
            zero_threshold: other.zero_threshold,
            positive: other.positive.as_reading(),
            negative: other.negative.as_reading(),
        });
    }

    /// Takes over another one, in the room that the last one had.
    pub(super) fn copy(&mut self, from: &Self) {
        let Self { scale, count, sum, zero_count, zero_threshold, positive, negative } = from;
        (self.scale, self.count, self.sum) = (*scale, *count, *sum);
        (self.zero_count, self.zero_threshold) = (*zero_count, *zero_threshold);
        for (to, from) in [(&mut self.positive, positive), (&mut self.negative, negative)] {
            to.offset = from.offset;
            to.counts.clone_from(&from.counts);
        }
    }

    /// Puts `(upper bound, observations at or below it)` in the place of what is there, ascending, the last with
    /// `+Inf`, for formats without exponential buckets.
    ///
    /// The bounds are powers of two, so that they stay the same while the sender changes its scale; a histogram whose
    /// own scale is below 0 has its own, which are among them.
    pub fn cumulate(&self, buckets: &mut Vec<(f64, u64)>) {
        buckets.clear();
        let mut shown = Shown { buckets, below: 0 };
        let by = self.scale.clamp(0, 63);
        shown.add_side(self.negative.indexed().rev(), by, |index| -power(index, self.scale));
        if self.zero_count > 0 {
            shown.add(self.zero_threshold, self.zero_count);
        }
        shown.add_side(self.positive.indexed(), by, |index| power(index + 1, self.scale));
        shown.buckets.push((f64::INFINITY, self.count));
    }
}

/// The bucket of a positive normal number at [`RECORDED_SCALE`]. The bounds that are powers of two are exact; next to
/// another the logarithm may round a value into its neighbour.
fn recorded_index(value: f64) -> i32 {
    const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    const BIAS: i32 = 1023;
    let bits = value.to_bits();
    let exponent = i32::try_from(bits >> MANTISSA_BITS).unwrap_or(BIAS) - BIAS;
    let first = exponent << RECORDED_SCALE;
    if bits.trailing_zeros() >= MANTISSA_BITS {
        // A power of two is the upper bound of the bucket below it.
        return first - 1;
    }
    let buckets = f64::from(1_u32 << RECORDED_SCALE);
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double is within 1074")]
    let index = (value.log2() * buckets).floor() as i32;
    index.clamp(first, first + (1 << RECORDED_SCALE) - 1)
}

/// How many scales from a fine one to a coarse one; shifting by more changes nothing.
fn shift(fine: i32, coarse: i32) -> u32 {
    fine.saturating_sub(coarse).clamp(0, 63).unsigned_abs()
}

/// The bound of an index at a scale that is not above 0.
fn power(index: i64, scale: i32) -> f64 {
    let width = 1_i64.checked_shl(scale.min(0).unsigned_abs()).filter(|width| *width > 0);
    let exponent = index.saturating_mul(width.unwrap_or(i64::MAX)).clamp(-1075, 1024);
    // Exact also below the normal numbers, where `powi` is 0.
    (exponent as f64).exp2()
}

impl Side {
    fn as_reading(&self) -> SideReading<'_> {
        // It came from indexes of 32 bits, and coarser ones are smaller.
        SideReading { offset: i32::try_from(self.offset).unwrap_or(0), counts: &self.counts }
    }

    /// Buckets that it would have together with more, once both are coarser.
    fn span(&self, own: u32, more: Option<SideReading<'_>>, theirs: u32) -> i64 {
        let ends = |offset: i64, length: usize, by: u32| {
            let last = offset + length as i64 - 1;
            (length > 0).then_some((offset >> by, last >> by))
        };
        let mine = ends(self.offset, self.counts.len(), own);
        let other = more.and_then(|m| ends(i64::from(m.offset), m.counts.len(), theirs));
        match (mine, other) {
            (Some(a), Some(b)) => a.1.max(b.1) - a.0.min(b.0) + 1,
            (Some(a), None) | (None, Some(a)) => a.1 - a.0 + 1,
            (None, None) => 0,
        }
    }

    fn coarsen(&mut self, by: u32) {
        if by == 0 || self.counts.is_empty() {
            return;
        }
        let first = self.offset >> by;
        let mut last = 0;
        for index in 0..self.counts.len() {
            let place = usize::try_from(((self.offset + index as i64) >> by) - first).unwrap_or(0);
            let count = std::mem::take(&mut self.counts[index]);
            self.counts[place] = self.counts[place].saturating_add(count);
            last = place;
        }
        self.counts.truncate(last + 1);
        self.offset = first;
    }

    fn add(&mut self, more: SideReading<'_>, by: u32) {
        let at = |index: usize| (i64::from(more.offset) + index as i64) >> by;
        let (first, last) = (at(0), at(more.counts.len() - 1));
        if self.counts.is_empty() {
            self.offset = first;
        }
        if let Ok(before @ 1..) = usize::try_from(self.offset - first) {
            self.counts.splice(0..0, std::iter::repeat_n(0, before));
            self.offset = first;
        }
        let length = usize::try_from(last - self.offset + 1).unwrap_or(0);
        if length > self.counts.len() {
            self.counts.resize(length, 0);
        }
        for (index, count) in more.counts.iter().enumerate() {
            if let Ok(place) = usize::try_from(at(index) - self.offset) {
                self.counts[place] = self.counts[place].saturating_add(*count);
            }
        }
    }

    /// Each bucket with its index.
    fn indexed(&self) -> impl DoubleEndedIterator<Item = (i64, u64)> + '_ {
        let counts = self.counts.iter().enumerate();
        counts.map(|(place, count)| (self.offset + place as i64, *count))
    }
}

/// Classic buckets while they are put together.
#[derive(Debug)]
struct Shown<'a> {
    buckets: &'a mut Vec<(f64, u64)>,
    below: u64,
}

impl Shown<'_> {
    /// Adds one side's buckets, joined to buckets that are so many scales coarser, which have these bounds.
    fn add_side(
        &mut self,
        fine: impl Iterator<Item = (i64, u64)>,
        by: i32,
        bound: impl Fn(i64) -> f64,
    ) {
        let mut last: Option<(i64, f64)> = None;
        for (index, count) in fine {
            let index = index >> by;
            let bound = match last {
                Some((same, bound)) if same == index => bound,
                _ => bound(index),
            };
            self.add(bound, count);
            last = Some((index, bound));
        }
    }

    /// Adds observations up to a bound; one that is not above the last joins it, one without a finite bound the next.
    fn add(&mut self, bound: f64, count: u64) {
        self.below = self.below.saturating_add(count);
        match self.buckets.last_mut() {
            Some(last) if bound <= last.0 => last.1 = self.below,
            _ if bound < f64::INFINITY => self.buckets.push((bound, self.below)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    fn reading<'a>(scale: i32, offset: i32, counts: &'a [u64]) -> ExponentialReading<'a> {
        ExponentialReading {
            scale,
            count: counts.iter().sum(),
            sum: Some(1.0),
            zero_count: 0,
            zero_threshold: 0.0,
            positive: SideReading { offset, counts },
            negative: SideReading::default(),
        }
    }

    fn kept(readings: &[ExponentialReading<'_>]) -> Exponential {
        let mut kept = Exponential::default();
        kept.set(&readings[0]);
        readings[1..].iter().for_each(|reading| kept.add(reading));
        kept
    }

    fn cumulated(exponential: &Exponential) -> Vec<(f64, u64)> {
        let mut buckets = vec![(7.0, 7)];
        exponential.cumulate(&mut buckets);
        buckets
    }

    #[test]
    fn bounds_are_powers_of_two_whatever_the_scale() {
        // Scale 1: bounds are powers of the square root of two; indexes 0 to 3 are (1, 4].
        assert_eq!(
            cumulated(&kept(&[reading(1, 0, &[1, 2, 3, 4])])),
            [(2.0, 3), (4.0, 10), (INF, 10)]
        );
        assert_eq!(cumulated(&kept(&[reading(0, -1, &[1, 2])])), [(1.0, 1), (2.0, 3), (INF, 3)]);
        assert_eq!(cumulated(&kept(&[reading(-1, 0, &[5])])), [(4.0, 5), (INF, 5)]);
    }

    #[test]
    fn negatives_and_zeros_come_before_positives() {
        let mut both = reading(0, 0, &[1]);
        both.negative = SideReading { offset: 0, counts: &[2, 3] };
        (both.zero_count, both.zero_threshold, both.count) = (4, 0.5, 10);
        assert!(both.adds_up());
        let expected = [(-2.0, 3), (-1.0, 5), (0.5, 9), (2.0, 10), (INF, 10)];
        assert_eq!(cumulated(&kept(&[both])), expected);
    }

    #[test]
    fn histograms_of_two_scales_add_at_the_coarser() {
        let total = kept(&[reading(2, 4, &[1, 1, 1, 1]), reading(1, -2, &[7])]);
        assert_eq!((total.scale, total.positive.offset), (1, -2));
        assert_eq!(total.positive.counts, [7, 0, 0, 0, 2, 2]);
        assert_eq!((total.count, total.sum), (11, Some(2.0)));
    }

    #[test]
    fn a_span_that_is_too_wide_is_kept_coarser() {
        let total = kept(&[reading(20, i32::MIN, &[1]), reading(20, i32::MAX - 1, &[2])]);
        assert!(total.positive.counts.len() <= EXPONENTIAL_BUCKETS_MAX);
        assert_eq!(total.positive.counts.iter().sum::<u64>(), 3);
        let shown = cumulated(&total);
        assert_eq!(shown.last(), Some(&(INF, 3)));
        assert!(shown.windows(2).all(|pair| pair[0].0 < pair[1].0), "{shown:?}");
    }

    #[test]
    fn a_recorded_value_is_within_the_bounds_of_its_bucket() {
        for (value, index) in [(1.0, -1), (2.0, 255), (0.5, -257), (1.0_f64.next_up(), 0)] {
            assert_eq!(recorded_index(value), index, "{value}");
        }
        for step in -2000..2000 {
            let value = (f64::from(step) / 37.0).exp2();
            let index = f64::from(recorded_index(value));
            let bound = |index: f64| (index / 256.0).exp2();
            let slack = value * 1e-12;
            let is_in = bound(index) < value + slack && value <= bound(index + 1.0) + slack;
            assert!(is_in, "{value} in {index}");
        }
    }

    #[test]
    fn recorded_values_add_up_in_few_buckets() {
        let mut histogram = Exponential::recorder();
        let values = [0.0, 1e-6, 0.25, 1.0, 3.0, 3.0, 1e9];
        values.iter().for_each(|value| histogram.record(*value, 20));
        let counted: u64 = histogram.positive.counts.iter().sum();
        assert_eq!((histogram.count, histogram.zero_count, counted), (7, 1, 6));
        assert_eq!(histogram.sum, Some(values.iter().sum()));
        assert!((2..=20).contains(&histogram.positive.counts.len()), "{histogram:?}");
        let mut coarse = Exponential::recorder();
        values.iter().for_each(|value| coarse.record(*value, 2));
        assert_eq!(coarse.positive.counts, [3, 3], "1 is in the bucket below it");
    }

    #[test]
    fn indexes_beyond_all_doubles_are_shown_in_the_last_buckets() {
        assert_eq!(cumulated(&kept(&[reading(0, i32::MAX - 1, &[2])])), [(INF, 2)]);
        assert_eq!(cumulated(&kept(&[reading(0, i32::MIN, &[2])])), [(0.0, 2), (INF, 2)]);
    }

    #[test]
    fn empty_buckets_at_the_ends_do_not_make_it_coarser() {
        let mut counts = vec![0; 3 * EXPONENTIAL_BUCKETS_MAX];
        counts[EXPONENTIAL_BUCKETS_MAX] = 1;
        assert_eq!(kept(&[reading(3, 0, &counts)]).scale, 3);
    }
}
