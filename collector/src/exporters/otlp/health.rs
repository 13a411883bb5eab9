//! What is logged of deliveries: an outage is one line, not one for each request.

use parking_lot::Mutex;
use tracing::{info, warn};

/// How deliveries go, as far as it has been told.
#[derive(Debug)]
pub(super) struct Health {
    name: String,
    /// The backend.
    endpoint: String,
    last: Mutex<Step>,
}

/// How the last attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Delivering,
    /// Taken, but not all of it.
    Partly,
    Failing,
    Refused,
}

impl Health {
    pub(super) fn new(name: &str, endpoint: &str) -> Self {
        let last = Mutex::new(Step::Delivering);
        Self { name: name.to_owned(), endpoint: endpoint.to_owned(), last }
    }

    /// Logs when things get better or worse.
    pub(super) fn note(&self, step: Step, message: &str) {
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
            Step::Refused => {
                warn!("{name}: {endpoint}: {message}; the request is lost and counted");
            }
        }
    }
}
