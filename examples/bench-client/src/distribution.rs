//! The values of one instrument, counted by the registry's bounds.

use inferometer_semconv::InstrumentDef;

/// A histogram with the name, the unit and the bounds of a definition.
#[derive(Debug, Clone)]
pub struct Distribution {
    definition: &'static InstrumentDef,
    /// One more than there are bounds.
    buckets: Vec<u64>,
    sum: f64,
}

impl Distribution {
    /// An empty one.
    #[must_use]
    pub fn of(definition: &'static InstrumentDef) -> Self {
        Self { definition, buckets: vec![0; definition.bounds.len() + 1], sum: 0.0 }
    }

    /// Takes a value.
    pub fn record(&mut self, value: f64) {
        // Upper bounds belong to their buckets.
        let bucket = self.definition.bounds.partition_point(|bound| *bound < value);
        self.buckets[bucket] += 1;
        self.sum += value;
    }

    /// Takes all values of another one of the same definition.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *bucket += more;
        }
        self.sum += other.sum;
    }

    /// What it is of.
    #[must_use]
    pub const fn definition(&self) -> &'static InstrumentDef {
        self.definition
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Of all values.
    #[must_use]
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// How many values are at most each bound, and at last how many there are, as Prometheus shows it.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        let bounds = self.definition.bounds.iter().copied().chain([f64::INFINITY]);
        bounds.zip(self.buckets.iter().scan(0, |below, bucket| {
            *below += bucket;
            Some(*below)
        }))
    }

    /// The mean; none of nothing.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum / as_f64(self.count()))
    }

    /// The value below which this share of values is, from 0 to 1, as Prometheus' `histogram_quantile` takes it to be:
    /// values are spread evenly over their bucket. The last bound for what is beyond it; none of nothing.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = share * as_f64(self.count());
        let mut lower = 0.0;
        let mut below = 0;
        for (bound, up_to) in self.cumulative() {
            if as_f64(up_to) >= rank && up_to > below {
                let within = (rank - as_f64(below)) / as_f64(up_to - below);
                let is_last = bound.is_infinite();
                return Some(if is_last { lower } else { (bound - lower).mul_add(within, lower) });
            }
            (lower, below) = (bound, up_to);
        }
        None
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody sends 2^53 requests")]
const fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use inferometer_semconv::metrics::GEN_AI_SERVER_TIME_TO_FIRST_TOKEN;

    use super::*;

    #[test]
    fn a_value_on_a_bound_is_in_the_bucket_below() {
        let bound = GEN_AI_SERVER_TIME_TO_FIRST_TOKEN.bounds[2];
        let mut values = Distribution::of(&GEN_AI_SERVER_TIME_TO_FIRST_TOKEN);
        values.record(bound);
        let up_to: Vec<u64> = values.cumulative().take(4).map(|(_, count)| count).collect();
        assert_eq!(up_to, [0, 0, 1, 1]);
    }

    #[test]
    fn quantiles_lie_in_the_bucket_of_their_rank() {
        let bounds = GEN_AI_SERVER_TIME_TO_FIRST_TOKEN.bounds;
        let mut values = Distribution::of(&GEN_AI_SERVER_TIME_TO_FIRST_TOKEN);
        assert_eq!((values.mean(), values.quantile(0.5)), (None, None));
        for bound in [bounds[0], bounds[0], bounds[1], bounds[3]] {
            values.record(bound);
        }
        assert_eq!(values.quantile(0.5), Some(bounds[0]));
        assert_eq!(values.quantile(0.25), Some(bounds[0] / 2.0));
        assert_eq!(values.quantile(1.0), Some(bounds[3]));
        values.record(bounds[bounds.len() - 1] * 2.0);
        assert_eq!(values.quantile(1.0), bounds.last().copied());
    }
}
