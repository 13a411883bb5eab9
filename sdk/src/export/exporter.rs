//! Where a signal goes: the words of `OTEL_METRICS_EXPORTER` and `OTEL_TRACES_EXPORTER`.

use super::memory::InMemory;

/// What becomes of a signal, metrics or traces: [`TelemetryBuilder::exporter`](crate::TelemetryBuilder::exporter) for
/// both, or a method for each. Default: OTLP.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Exporter {
    /// It goes to a collector.
    #[default]
    Otlp,
    /// It is written to standard output, a line for each data point or span, to be read by a person. Whoever holds up
    /// standard output holds up the export.
    Console,
    /// It is kept for a test to read.
    Memory(InMemory),
    /// It goes nowhere. Metrics are recorded all the same; spans are not.
    None,
}

impl Exporter {
    /// By its word in an environment variable.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "otlp" => Some(Self::Otlp),
            "console" => Some(Self::Console),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}
