//! What an instrument is, from a definition or from the OpenTelemetry API.

use std::borrow::Cow;

use inferometer_semconv::{DEFAULT_CARDINALITY_LIMIT, InstrumentDef};

use super::{aggregation::Aggregation, number::NumberKind};

/// What an instrument is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Descriptor {
    pub(crate) name: Cow<'static, str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) unit: Cow<'static, str>,
    pub(crate) number: NumberKind,
    pub(crate) aggregation: Aggregation,
    pub(crate) cardinality_limit: u32,
    /// Whether callbacks give its values at collection.
    pub(crate) is_observable: bool,
    /// Nobody wants its values.
    pub(crate) is_dropped: bool,
}

impl Descriptor {
    pub(crate) fn from_definition(definition: &'static InstrumentDef, number: NumberKind) -> Self {
        let aggregation = Aggregation::of(definition.kind, Some(definition.bounds));
        Self {
            name: Cow::Borrowed(definition.name),
            description: Cow::Borrowed(definition.description),
            unit: Cow::Borrowed(definition.unit),
            number,
            aggregation,
            cardinality_limit: definition.cardinality_limit,
            is_observable: false,
            is_dropped: false,
        }
    }

    pub(crate) fn from_api(
        name: Cow<'static, str>,
        description: Option<Cow<'static, str>>,
        unit: Option<Cow<'static, str>>,
        number: NumberKind,
        aggregation: Aggregation,
    ) -> Self {
        Self {
            name,
            description: description.unwrap_or_default(),
            unit: unit.unwrap_or_default(),
            number,
            aggregation,
            cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
            is_observable: false,
            is_dropped: false,
        }
    }

    pub(crate) fn observable(self) -> Self {
        Self { is_observable: true, ..self }
    }

    /// Whether two registrations are one instrument. Names compare without case, as the specification demands; the
    /// bounds of the first registration win over later advice.
    pub(crate) fn is_same_instrument(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.unit == other.unit
            && self.description == other.description
            && self.number == other.number
            && self.is_observable == other.is_observable
            && self.aggregation.is_same_kind(&other.aggregation)
    }
}
