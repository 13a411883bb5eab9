//! What became of attempts to go on with another configuration.

use std::{fmt, time::Duration};

use inferometer_sdk::{Clock, Counter, Gauge, Scope, SystemClock};
/// What became of one.
pub use inferometer_semconv::attributes::CollectorReloadResult as ReloadResult;
use inferometer_semconv::{attributes, metrics};
use opentelemetry::KeyValue;

/// Counters of the whole process.
pub(super) struct Reloads {
    attempts: [Counter<u64>; ReloadResult::ALL.len()],
    load_time: Gauge<f64>,
}

impl Reloads {
    pub(super) const SERIES: usize = ReloadResult::ALL.len() + 1;

    /// The first configuration is started now.
    pub(super) fn bind(scope: &Scope) -> Self {
        let attempts = ReloadResult::ALL.map(|result| {
            let key = attributes::INFER_COLLECTOR_RELOAD_RESULT.key;
            let set = [KeyValue::new(key, result.as_str())];
            scope.counter(&metrics::INFER_COLLECTOR_CONFIG_RELOAD, &set)
        });
        let load_time = scope.gauge(&metrics::INFER_COLLECTOR_CONFIG_LOAD_TIMESTAMP, &[]);
        let reloads = Self { attempts, load_time };
        reloads.loaded();
        reloads
    }

    pub(super) fn count(&self, result: ReloadResult) {
        self.attempts[result as usize].add(1);
        if result == ReloadResult::Renewed {
            self.loaded();
        }
    }

    fn loaded(&self) {
        let now = Duration::from_nanos(SystemClock::new().unix_nanos());
        self.load_time.record(now.as_secs_f64());
    }
}

impl fmt::Debug for Reloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloads").finish_non_exhaustive()
    }
}
