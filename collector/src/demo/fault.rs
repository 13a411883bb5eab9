//! What can go wrong.

use std::{fmt, io, path::PathBuf};

use super::fleet::FleetError;
use crate::http::StartError;

/// Why the demo could not start, or what it lost.
#[derive(Debug)]
pub struct DemoError(Fault);

#[derive(Debug)]
pub(super) enum Fault {
    Collector(StartError),
    Fleet(FleetError),
    /// The default configuration has no page, or no listener for OTLP over gRPC.
    Incomplete,
    /// The view could not be written.
    View(io::Error),
    /// A scrape failed.
    Scrape(io::Error),
    /// The scraped page could not be written.
    Save(PathBuf, io::Error),
    /// Replicas that gave no report.
    Missing(usize),
    /// A replica's last export failed.
    Unsent {
        replica: String,
        cause: String,
    },
    /// The collector shows something else than was recorded.
    NotConserved,
}

impl From<Fault> for DemoError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl fmt::Display for DemoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::Collector(cause) => write!(f, "{cause}"),
            Fault::Fleet(cause) => write!(f, "the fleet did not start: {cause}"),
            Fault::Incomplete => {
                f.write_str("the collector's default configuration lacks a page or a listener")
            }
            Fault::View(cause) => write!(f, "cannot write the live view: {cause}"),
            Fault::Scrape(cause) => write!(f, "{cause}"),
            Fault::Save(path, cause) => {
                write!(f, "cannot write the scrape to {}: {cause}", path.display())
            }
            Fault::Missing(replicas) => write!(
                f,
                "{replicas} replicas did not end in time, what they recorded last is lost"
            ),
            Fault::Unsent { replica, cause } => {
                write!(f, "the last export of {replica} failed: {cause}")
            }
            Fault::NotConserved => f.write_str(
                "the collector shows other totals than were recorded; compare them with --json",
            ),
        }
    }
}

impl std::error::Error for DemoError {}
