//! The end of a scenario: everything is where it belongs.

use std::time::Duration;

use super::{account::Account, backend::ScriptedBackend};
use crate::{CollectorProcess, Conserved, Scrape, wait};

/// To deliver what a scenario has left.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until the exporter's queue is empty, and every item is in one number of the collector's own page.
///
/// # Panics
/// If that does not come to be.
#[track_caller]
pub fn empty_queue(collector: &mut CollectorProcess, exporter: &str) -> (Scrape, Conserved) {
    wait::until_within(PATIENCE, "an empty queue and a page that balances", || {
        let page = collector.scrape();
        let seen = Conserved::read(&page, "traces", exporter);
        let is_settled = seen.queued == 0.0 && seen.is_balanced();
        if is_settled { Ok((page, seen)) } else { Err(format!("{seen:?}")) }
    })
}

/// Waits until everything that was acknowledged is at the backend.
///
/// # Panics
/// If it never is.
#[track_caller]
pub fn all_arrived(backend: &ScriptedBackend, account: &Account) {
    wait::until_within(PATIENCE, "all that was acknowledged", || {
        let missing = account.missing(&backend.arrived()).len();
        if missing == 0 { Ok(()) } else { Err(format!("{missing} spans are missing")) }
    });
}
