//! Which collector this is.

use inferometer_sdk::{Observation, Scope};
use inferometer_semconv::{attributes, metrics};
use opentelemetry::KeyValue;

/// Series that it shows.
pub(super) const SERIES: usize = 1;

/// What the sources were, if whoever builds the program says so in its environment.
const REVISION: Option<&str> = option_env!("INFEROMETER_REVISION");

/// Shows version and revision for as long as what it returns is kept.
pub(super) fn observe(scope: &Scope) -> Observation {
    let version = attributes::INFER_COLLECTOR_BUILD_VERSION.key;
    let revision = REVISION.filter(|revision| !revision.is_empty());
    let revision = revision
        .map(|revision| KeyValue::new(attributes::INFER_COLLECTOR_BUILD_REVISION.key, revision));
    let mut set = vec![KeyValue::new(version, env!("CARGO_PKG_VERSION"))];
    set.extend(revision);
    scope.observable_gauge(&metrics::INFER_COLLECTOR_BUILD_INFO, &set, || Some(1_i64))
}
