//! Which records may become exemplars.

/// Which records of a provider's instruments may become exemplars.
///
/// An exemplar also shows the attributes that a view left out of its series, to whoever sees the metrics: a view is no
/// way to keep a secret.
///
/// As the specification's filters of the same names, and `OTEL_METRICS_EXEMPLAR_FILTER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "the specification names these three")]
pub enum ExemplarFilter {
    /// Those within a sampled span, `trace_based`.
    #[default]
    TraceBased,
    /// All of them, `always_on`; those outside a sampled span have no trace. Each record then takes the way of one
    /// within a span, in all providers of the process.
    AlwaysOn,
    /// None, `always_off`.
    AlwaysOff,
}

impl ExemplarFilter {
    /// As the variable spells it, in any case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "trace_based" => Some(Self::TraceBased),
            "always_on" => Some(Self::AlwaysOn),
            "always_off" => Some(Self::AlwaysOff),
            _ => None,
        }
    }
}
