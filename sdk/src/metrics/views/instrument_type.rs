//! The seven kinds of instruments that a view can tell apart.

use std::fmt;

use inferometer_semconv::InstrumentKind;

/// What a program made, by the OpenTelemetry API's methods or from a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstrumentType {
    /// Adds up; never falls.
    Counter,
    /// Adds up and falls.
    UpDownCounter,
    /// Counts values in buckets.
    Histogram,
    /// Shows the last value.
    Gauge,
    /// A callback tells the total.
    ObservableCounter,
    /// A callback tells a level whose parts can be added.
    ObservableUpDownCounter,
    /// A callback tells the value.
    ObservableGauge,
}

impl InstrumentType {
    pub(crate) const fn of(kind: InstrumentKind, is_observable: bool) -> Self {
        match (kind, is_observable) {
            (InstrumentKind::Counter, false) => Self::Counter,
            (InstrumentKind::Counter, true) => Self::ObservableCounter,
            (InstrumentKind::UpDownCounter, false) => Self::UpDownCounter,
            (InstrumentKind::UpDownCounter, true) => Self::ObservableUpDownCounter,
            (InstrumentKind::Gauge, false) => Self::Gauge,
            (InstrumentKind::Gauge, true) => Self::ObservableGauge,
            // There is no observable one.
            (InstrumentKind::Histogram, _) => Self::Histogram,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "up-down counter",
            Self::Histogram => "histogram",
            Self::Gauge => "gauge",
            Self::ObservableCounter => "observable counter",
            Self::ObservableUpDownCounter => "observable up-down counter",
            Self::ObservableGauge => "observable gauge",
        }
    }
}

/// In words, as in messages.
impl fmt::Display for InstrumentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
