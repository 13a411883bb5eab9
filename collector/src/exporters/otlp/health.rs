//! What is logged of deliveries, and shown of the exporter's health: an outage is one line, not one for each request.

use std::sync::Arc;

use parking_lot::Mutex;
use tracing::{info, warn};

use crate::self_metrics::ExporterMetrics;

/// How deliveries go, as far as it has been told.
#[derive(Debug)]
pub(super) struct Health {
    name: String,
    /// The backend.
    endpoint: String,
    last: Mutex<Step>,
    metrics: Arc<ExporterMetrics>,
}

/// How the last attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Delivering,
    /// Taken, but not all of it.
    Partly,
    Failing,
    GivenUp(Remains),
}

/// What is left of requests that were given up as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remains {
    /// All of them are kept as dead letters.
    All,
    /// Some are.
    Some,
    Nothing,
}

impl Remains {
    /// Of so many requests so many are kept.
    pub(super) const fn of(requests: usize, kept: usize) -> Self {
        match kept {
            0 => Self::Nothing,
            _ if kept < requests => Self::Some,
            _ => Self::All,
        }
    }

    const fn told(self) -> &'static str {
        match self {
            Self::All => "the request is counted as rejected, and kept as a dead letter",
            Self::Some => {
                "the request is counted as rejected; a part of it is kept as dead letters, and the rest lost for want of \
                 room"
            }
            Self::Nothing => "the request is lost and counted",
        }
    }
}

impl Health {
    pub(super) fn new(name: &str, endpoint: &str, metrics: Arc<ExporterMetrics>) -> Self {
        let last = Mutex::new(Step::Delivering);
        Self { name: name.to_owned(), endpoint: endpoint.to_owned(), last, metrics }
    }

    /// Shows how an attempt went, and logs when things get better or worse.
    pub(super) fn note(&self, step: Step, message: &str) {
        let health = self.metrics.health();
        match step {
            Step::Delivering => health.delivers(),
            Step::Partly => health.delivers_partly(message),
            Step::Failing | Step::GivenUp(_) => health.fails(message),
        }
        if std::mem::replace(&mut *self.last.lock(), step) == step {
            return;
        }
        let Self { name, endpoint, .. } = self;
        match step {
            Step::Delivering => info!("{name}: delivering to {endpoint} again"),
            Step::Partly => warn!(
                "{name}: {endpoint} keeps only a part: {message}; the rest is lost and counted"
            ),
            Step::Failing => warn!("{name}: {endpoint} does not take requests: {message}"),
            Step::GivenUp(remains) => {
                warn!("{name}: {endpoint}: {message}; {}", remains.told());
            }
        }
    }
}
