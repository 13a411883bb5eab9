//! What is worth a warning when an instrument is registered: told once, never while recording.

use std::borrow::Cow;

use super::{scope::MAX_INSTRUMENTS_PER_SCOPE, views::InstrumentType};

/// What a registration ran into. It is warned of after every lock is released, since whoever listens to logs may
/// register instruments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The same instrument, spelt with other letters.
    OtherSpelling { known: Cow<'static, str> },
    /// The same histogram, with other bounds advised.
    OtherBounds { known: Cow<'static, str> },
    /// Another stream of the same name.
    Conflict { stream: Cow<'static, str> },
    /// The name is not one that the specification allows.
    InvalidName(&'static str),
    /// The scope is at its limit.
    Full,
    /// A view that selects it gives it an aggregation that it cannot have.
    Unsuited { view: String, becomes: String, instrument: InstrumentType },
}

impl Finding {
    pub(crate) fn warn(&self, scope: &str, asked: &str) {
        match self {
            Self::OtherSpelling { known } => tracing::warn!(
                name: "DuplicateMetricStreamName", scope, instrument = &**known,
                "instrument `{asked}` of scope `{scope}` was registered as `{known}` before, and keeps that name; spell both alike"
            ),
            Self::OtherBounds { known } => tracing::warn!(
                name: "DuplicateMetricStreamBounds", scope, instrument = &**known,
                "histogram `{known}` of scope `{scope}` was registered with other bucket bounds before, and keeps them; advise the same ones"
            ),
            Self::Conflict { stream } => tracing::warn!(
                name: "DuplicateMetricStreamCreated", scope, instrument = asked, stream = &**stream,
                "instrument `{asked}` of scope `{scope}` has a stream `{stream}`, and another stream has that name with another kind, number type, unit, description, aggregation or attributes; both are exported, and a backend may mix them up; give one of them another name"
            ),
            Self::InvalidName(fault) => tracing::warn!(
                name: "InvalidInstrumentName", scope, instrument = asked,
                "instrument `{asked}` of scope `{scope}` is not exported: {fault}; begin with a letter and use at most 255 ASCII letters, digits, `_`, `.`, `-` and `/`, or give it such a name by a view"
            ),
            Self::Full => tracing::warn!(
                name: "TooManyInstruments", scope, instrument = asked,
                "instrument `{asked}` of scope `{scope}` and further new ones are not exported: a scope has at most {MAX_INSTRUMENTS_PER_SCOPE} instruments, and as many streams; use attributes rather than names to tell series apart"
            ),
            Self::Unsuited { view, becomes, instrument } => tracing::warn!(
                name: "ViewNotApplied", scope, instrument = asked, view,
                "the view of {view} is not applied to instrument `{asked}` of scope `{scope}`: {becomes} cannot be made of the type {instrument}; choose another aggregation, or select by type too"
            ),
        }
    }
}
