//! Which instruments a view selects.

use std::fmt;

use opentelemetry::InstrumentationScope;

use super::{instrument_type::InstrumentType, pattern::NamePattern};
use crate::metrics::descriptor::Descriptor;

/// All that are given must hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Criteria {
    pub(super) name: Option<NamePattern>,
    pub(super) instrument_type: Option<InstrumentType>,
    pub(super) unit: Option<String>,
    pub(super) meter_name: Option<String>,
    pub(super) meter_version: Option<String>,
    pub(super) meter_schema_url: Option<String>,
}

impl Criteria {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The pattern of names, if only one name matches it.
    pub(super) fn exact_name(&self) -> Option<&str> {
        self.name.as_ref().filter(|name| !name.is_wild()).map(NamePattern::as_str)
    }

    pub(super) fn select(&self, scope: &InstrumentationScope, asked: &Descriptor) -> bool {
        // What a meter does not say is empty text, here as on the wire.
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| wanted == found.unwrap_or_default())
        };
        self.name.as_ref().is_none_or(|name| name.matches(&asked.name))
            && self.instrument_type.is_none_or(|wanted| wanted == asked.instrument_type())
            && is(&self.unit, Some(&asked.unit))
            && is(&self.meter_name, Some(scope.name()))
            && is(&self.meter_version, scope.version())
            && is(&self.meter_schema_url, scope.schema_url())
    }
}

/// As messages tell views apart.
impl fmt::Display for Criteria {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = [
            ("name", self.name.as_ref().map(NamePattern::as_str)),
            ("unit", self.unit.as_deref()),
            ("meter name", self.meter_name.as_deref()),
            ("meter version", self.meter_version.as_deref()),
            ("meter schema URL", self.meter_schema_url.as_deref()),
        ];
        let mut separator = "";
        for (criterion, text) in texts {
            if let Some(text) = text {
                write!(f, "{separator}{criterion} `{text}`")?;
                separator = ", ";
            }
        }
        match self.instrument_type {
            Some(instrument_type) => write!(f, "{separator}type {instrument_type}"),
            None => Ok(()),
        }
    }
}
