//! What the last word of an instrument's name promises: OpenTelemetry's vocabulary of metric names.

use crate::registry::{Instrument, Metric};

/// Last word, kind, and unit if the word fixes it. Source: OpenTelemetry semantic conventions, "Instrument naming".
const PROMISES: [(&str, Instrument, Option<&str>); 9] = [
    ("duration", Instrument::Histogram, Some("s")),
    ("time", Instrument::Counter, Some("s")),
    ("utilization", Instrument::Gauge, Some("1")),
    ("status", Instrument::UpDownCounter, Some("1")),
    ("io", Instrument::Counter, Some("By")),
    ("usage", Instrument::UpDownCounter, None),
    ("limit", Instrument::UpDownCounter, None),
    ("active", Instrument::UpDownCounter, None),
    ("frequency", Instrument::Gauge, Some("Hz")),
];

/// What the metric's last word promises and its definition does not keep.
pub(crate) fn broken_promise(metric: &Metric) -> Option<String> {
    let last = metric.name.rsplit('.').next().unwrap_or(&metric.name);
    let (word, kind, unit) = PROMISES.iter().find(|(word, ..)| *word == last)?;
    let name = &metric.name;
    if metric.instrument != *kind {
        return Some(format!("{name}: {word} is the last word of a {kind:?}"));
    }
    let unit = unit.filter(|unit| metric.unit != *unit)?;
    Some(format!("{name}: {word} is in `{unit}`, not `{}`", metric.unit))
}
