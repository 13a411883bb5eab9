//! One consumer of a provider's metrics, with a temporality of its own.

use super::{
    deltas::Deltas, provider::MeterProvider, snapshot::Snapshot, temporality::TemporalityPreference,
};
use crate::fork::Birth;

/// Collects one provider's metrics, cumulative or since its own last collection. Any number of readers may collect
/// the same provider; none changes what another sees.
///
/// Deltas are made here, by subtraction: recording is the same whatever is preferred. A delta point starts where the
/// reader's last collection was, or, in its first one, when the instrument was made; it is left out if nothing was
/// recorded in between, and shows no minimum and maximum, which cannot be subtracted. Exponential buckets are as wide
/// as those of all time. Doubles are subtracted too, so a sum of deltas may be off from the total by rounding: at most
/// one unit in the last place of the total for each collection. Gauges show their last value each time.
///
/// Whoever sends deltas must not lose them: what is lost is missing from every later point.
///
/// ```
/// use inferometer_sdk::{Encoder, MeterProvider, MetricReader, TemporalityPreference};
///
/// let provider = MeterProvider::builder().build();
/// let mut reader = MetricReader::new(TemporalityPreference::Delta);
/// let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
/// encoder.encode(reader.collect(&provider), |request, points| {
///     println!("{points} points in {} bytes", request.len());
/// });
/// ```
#[derive(Debug, Default)]
pub struct MetricReader {
    preference: TemporalityPreference,
    snapshot: Snapshot,
    deltas: Deltas,
    previous_unix_nanos: Option<u64>,
    birth: Birth,
}

impl MetricReader {
    /// Has collected nothing yet: its first deltas begin with the instruments themselves.
    #[must_use]
    pub fn new(preference: TemporalityPreference) -> Self {
        Self { preference, ..Self::default() }
    }

    /// Collects now, always from the same provider. Memory is reused: once every series was seen, a collection
    /// allocates nothing for them.
    ///
    /// Two collections at the same moment of the provider's clock are taken to be a nanosecond apart, so that no
    /// delta covers an interval of length zero.
    pub fn collect(&mut self, provider: &MeterProvider) -> &Snapshot {
        if !self.birth.is_here() {
            // A forked child has seen nothing of its own yet.
            *self = Self::new(self.preference);
        }
        provider.snapshot(&mut self.snapshot);
        if self.preference != TemporalityPreference::Cumulative {
            if let Some(previous) = self.previous_unix_nanos {
                self.snapshot.not_before(previous.saturating_add(1));
            }
            self.deltas.subtract(&mut self.snapshot, self.preference, self.previous_unix_nanos);
            self.previous_unix_nanos = Some(self.snapshot.time_unix_nanos());
        }
        &self.snapshot
    }

    /// Lets go of the points that were collected, once they are encoded. A reader that keeps them keeps their series
    /// from leaving, see [`RETIRE_AFTER`](super::RETIRE_AFTER).
    pub fn release(&mut self) {
        self.snapshot.clear();
    }

    /// After a panic in a collection: lets go of what may be half read. What was collected before stays known, so no
    /// delta is made twice.
    pub(crate) fn recover(&mut self) {
        self.snapshot = Snapshot::default();
    }
}
