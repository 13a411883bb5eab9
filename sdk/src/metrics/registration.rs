//! What is worth a warning when an instrument is registered: told once, never while recording.

use super::{instrument::Instrument, scope::MAX_INSTRUMENTS_PER_SCOPE};

/// What a registration ran into. It is warned of after every lock is released, since whoever listens to logs may
/// register instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    Nothing,
    /// The same instrument, spelt with other letters.
    OtherSpelling,
    /// The same histogram, with other bounds advised.
    OtherBounds,
    /// Another instrument of the same name.
    Conflict,
    /// The name is not one that the specification allows.
    InvalidName(&'static str),
    /// The scope is at its limit.
    Full,
}

impl Finding {
    pub(crate) fn warn(self, scope: &str, asked: &str, instrument: &Instrument) {
        let known = &*instrument.descriptor.name;
        match self {
            Self::Nothing => {}
            Self::OtherSpelling => tracing::warn!(
                name: "DuplicateMetricStreamName", scope, instrument = known,
                "instrument `{asked}` of scope `{scope}` was registered as `{known}` before, and keeps that name; spell both alike"
            ),
            Self::OtherBounds => tracing::warn!(
                name: "DuplicateMetricStreamBounds", scope, instrument = known,
                "histogram `{known}` of scope `{scope}` was registered with other bucket bounds before, and keeps them; advise the same ones"
            ),
            Self::Conflict => tracing::warn!(
                name: "DuplicateMetricStreamCreated", scope, instrument = known,
                "instrument `{asked}` of scope `{scope}` is registered with another kind, number type, unit or description; both are exported, and a backend may mix them up; give one of them another name"
            ),
            Self::InvalidName(fault) => tracing::warn!(
                name: "InvalidInstrumentName", scope, instrument = asked,
                "instrument `{asked}` of scope `{scope}` is not exported: {fault}; begin with a letter and use at most 255 ASCII letters, digits, `_`, `.`, `-` and `/`"
            ),
            Self::Full => tracing::warn!(
                name: "TooManyInstruments", scope, instrument = asked,
                "instrument `{asked}` of scope `{scope}` and further new ones are not exported: a scope has at most {MAX_INSTRUMENTS_PER_SCOPE} instruments; use attributes rather than names to tell series apart"
            ),
        }
    }
}
