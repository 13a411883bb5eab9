//! Memory of requests that are being received or answered, as the budgets that they are charged to have it.

use std::sync::{Arc, Weak};

use inferometer_sdk::{Observation, Scope};
use inferometer_semconv::metrics;
use parking_lot::Mutex;

use crate::http::InFlight;

/// One of each receiver, for as long as it has requests or may get some; without any, both series show 0.
pub(super) type Budgets = Arc<Mutex<Vec<Weak<InFlight>>>>;

/// Usage and limit.
pub(super) const SERIES: usize = 2;

/// Shows both for as long as what it returns is kept.
pub(super) fn observe(scope: &Scope, budgets: &Budgets) -> [Observation; SERIES] {
    let shown = |definition, read: fn(&InFlight) -> usize| {
        let budgets = Arc::clone(budgets);
        scope.observable_up_down_counter(definition, &[], move || {
            let bytes: usize =
                budgets.lock().iter().filter_map(Weak::upgrade).map(|budget| read(&budget)).sum();
            Some(i64::try_from(bytes).unwrap_or(i64::MAX))
        })
    };
    [
        shown(&metrics::INFER_COLLECTOR_REQUEST_MEMORY_USAGE, InFlight::used),
        shown(&metrics::INFER_COLLECTOR_REQUEST_MEMORY_LIMIT, InFlight::limit),
    ]
}
