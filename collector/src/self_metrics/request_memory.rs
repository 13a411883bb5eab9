//! Memory of requests that are being received or answered, as the budget that they are charged to has it.

use std::sync::{Arc, OnceLock};

use inferometer_sdk::{Observation, Scope};
use inferometer_semconv::metrics;

use crate::http::InFlight;

/// The budget, once it is known; until then both series show 0.
pub(super) type Budget = Arc<OnceLock<Arc<InFlight>>>;

/// Usage and limit.
pub(super) const SERIES: usize = 2;

/// Shows both for as long as what it returns is kept.
pub(super) fn observe(scope: &Scope, budget: &Budget) -> [Observation; SERIES] {
    let shown = |definition, read: fn(&InFlight) -> usize| {
        let budget = Arc::clone(budget);
        scope.observable_up_down_counter(definition, &[], move || {
            let bytes = budget.get().map_or(0, |budget| read(budget));
            Some(i64::try_from(bytes).unwrap_or(i64::MAX))
        })
    };
    [
        shown(&metrics::INFER_COLLECTOR_REQUEST_MEMORY_USAGE, InFlight::used),
        shown(&metrics::INFER_COLLECTOR_REQUEST_MEMORY_LIMIT, InFlight::limit),
    ]
}
