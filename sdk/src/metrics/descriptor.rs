//! What an instrument is, from a definition or from the OpenTelemetry API; and what a view makes of it.

use std::borrow::Cow;

use inferometer_semconv::{DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind};

use super::{
    aggregation::Aggregation,
    number::NumberKind,
    views::{AttributeFilter, InstrumentType},
};

/// What an instrument is as a program asks for it, or one of its streams as it is exported.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Descriptor {
    pub(crate) name: Cow<'static, str>,
    pub(crate) description: Cow<'static, str>,
    pub(crate) unit: Cow<'static, str>,
    pub(crate) number: NumberKind,
    /// Of the instrument, whatever a view makes of its values.
    pub(crate) kind: InstrumentKind,
    /// Whether callbacks give its values at collection.
    pub(crate) is_observable: bool,
    pub(crate) aggregation: Aggregation,
    pub(crate) cardinality_limit: u32,
    /// Which attributes are kept.
    pub(crate) attributes: AttributeFilter,
}

impl Descriptor {
    pub(crate) fn from_definition(definition: &'static InstrumentDef, number: NumberKind) -> Self {
        Self {
            name: Cow::Borrowed(definition.name),
            description: Cow::Borrowed(definition.description),
            unit: Cow::Borrowed(definition.unit),
            number,
            kind: definition.kind,
            is_observable: false,
            aggregation: Aggregation::of(definition.kind, Some(definition.bounds)),
            cardinality_limit: definition.cardinality_limit,
            attributes: AttributeFilter::default(),
        }
    }

    pub(crate) fn from_api(
        name: Cow<'static, str>,
        description: Option<Cow<'static, str>>,
        unit: Option<Cow<'static, str>>,
        number: NumberKind,
        kind: InstrumentKind,
        bounds: Option<&[f64]>,
    ) -> Self {
        Self {
            name,
            description: description.unwrap_or_default(),
            unit: unit.unwrap_or_default(),
            number,
            kind,
            is_observable: false,
            aggregation: Aggregation::of(kind, bounds),
            cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
            attributes: AttributeFilter::default(),
        }
    }

    pub(crate) fn observable(self) -> Self {
        Self { is_observable: true, ..self }
    }

    pub(crate) const fn instrument_type(&self) -> InstrumentType {
        InstrumentType::of(self.kind, self.is_observable)
    }

    /// Whether its values only ever grow, until whoever keeps them begins anew.
    pub(crate) const fn is_total(&self) -> bool {
        matches!(self.aggregation, Aggregation::Sum { monotonic: true })
    }

    /// Whether two registrations are one instrument. Names compare without case, as the specification demands; the
    /// bounds of the first registration win over later advice.
    pub(crate) fn is_same_instrument(&self, other: &Self) -> bool {
        self.name.eq_ignore_ascii_case(&other.name)
            && self.unit == other.unit
            && self.description == other.description
            && self.number == other.number
            && self.kind == other.kind
            && self.is_observable == other.is_observable
    }

    /// Whether two streams are one. The cardinality limit of the first one holds.
    pub(crate) fn is_same_stream(&self, other: &Self) -> bool {
        self.is_same_instrument(other)
            && self.aggregation == other.aggregation
            && self.attributes == other.attributes
    }
}
