//! The `OTEL_*` variables, read once.
//!
//! `table.rs` lists them all. An empty variable is as good as none. A value that makes no sense is ignored and
//! reported, as the specification asks.

mod absent;
mod general;
mod metrics;
mod otlp;
mod parse;
mod table;
mod traces;
mod unknown;
mod variable;

#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{resource, telemetry::Settings};

const PREFIX: &str = "OTEL_";

/// The `OTEL_*` variables of this process, or others that a test or a launcher hands in; with them those that tell of
/// Kubernetes.
///
/// `docs/environment.md` of the repository lists every variable of the specification that concerns metrics, traces and
/// OTLP: what it sets, or why it sets nothing here.
///
/// ```
/// use inferometer_sdk::{Environment, Telemetry};
///
/// let environment: Environment =
///     [("OTEL_SERVICE_NAME", "llm"), ("OTEL_METRICS_EXPORTER", "none"), ("OTEL_TRACES_EXPORTER", "none")]
///         .into_iter()
///         .collect(); // or `Environment::process()`
/// let telemetry = Telemetry::builder().environment(&environment).build()?;
/// # Ok::<(), inferometer_sdk::StartError>(())
/// ```
///
/// An empty variable is as good as none. A variable of one signal wins over the general one. A number or word that makes
/// no sense is ignored, and each such variable is warned of once, through `tracing` with the target `inferometer_sdk`;
/// so is one that has no effect here, and a name that is nearly a known one. Values that may hold credentials are in no
/// message.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    /// Names only: values may hold credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// The variables of this process as they are now. One that is no UTF-8 counts as absent.
    #[must_use]
    pub fn process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value, unless it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Overwrites what the variables set; returns a warning for each that makes no sense.
    pub(crate) fn apply(&self, settings: &mut Settings) -> Vec<String> {
        let mut warnings = Vec::new();
        for variable in table::variables() {
            for (name, signal) in variable.names() {
                if let Some(value) = self.get(&name)
                    && let Err(complaint) = variable.read(settings, signal, value)
                {
                    warnings.push(variable.warning(&name, value, complaint));
                }
            }
        }
        let names = self.0.keys().filter(|name| name.starts_with(PREFIX));
        warnings.extend(names.filter_map(|name| unknown::warning(name)));
        warnings
    }

    /// What the detector of Kubernetes looks at.
    pub(crate) fn for_detectors(&self) -> BTreeMap<String, String> {
        let read = self.0.iter().filter(|(name, _)| resource::reads(name));
        read.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    /// Variables that are neither `OTEL_*` nor looked at by [`Detector::Kubernetes`](crate::Detector::Kubernetes) are left
    /// out.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .filter(|(name, _)| name.starts_with(PREFIX) || resource::reads(name))
                .collect(),
        )
    }
}
