//! Whether points tell of all time or of the time since the last collection.

use inferometer_semconv::InstrumentKind;

use super::{aggregation::Aggregation, descriptor::Descriptor};

/// What a reader makes of sums and histograms. Gauges have no temporality: they show their last value each time.
///
/// Source: OpenTelemetry specification, OTLP metrics exporter, "Temporality preference".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "the specification names these three")]
pub enum TemporalityPreference {
    /// Everything since the beginning, each time. A lost export loses no value.
    #[default]
    Cumulative,
    /// Counters and histograms, observable ones too, since the reader's last collection. Up-down counters are
    /// cumulative, since a level is of no use in pieces.
    Delta,
    /// As `Delta`, but for observable counters, whose callbacks give totals, and for gauges that a view turns into
    /// buckets: they are cumulative.
    LowMemory,
}

impl TemporalityPreference {
    /// As `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` spells it, in any case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "cumulative" => Some(Self::Cumulative),
            "delta" => Some(Self::Delta),
            "lowmemory" => Some(Self::LowMemory),
            _ => None,
        }
    }
}

/// What one instrument's points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Temporality {
    Cumulative,
    Delta,
}

impl TemporalityPreference {
    pub(crate) fn of(self, descriptor: &Descriptor) -> Temporality {
        match (self, &descriptor.aggregation) {
            (Self::Cumulative, _)
            | (_, Aggregation::Sum { monotonic: false } | Aggregation::LastValue) => {
                Temporality::Cumulative
            }
            (Self::LowMemory, _)
                if descriptor.is_observable || descriptor.kind == InstrumentKind::Gauge =>
            {
                Temporality::Cumulative
            }
            (Self::Delta | Self::LowMemory, _) => Temporality::Delta,
        }
    }
}
