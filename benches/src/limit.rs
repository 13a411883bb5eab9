//! A figure of ours beside the most that it may be.

use serde::Serialize;

use crate::report::{Row, rounded};

/// A figure of ours beside the most that it may be.
#[derive(Debug, Serialize)]
pub(crate) struct LimitRow {
    suite: &'static str,
    case: String,
    ours: f64,
    limit: f64,
    unit: &'static str,
    /// Whether ours is not above the limit.
    holds: bool,
}

impl LimitRow {
    pub(crate) fn new(
        suite: &'static str,
        case: impl Into<String>,
        ours: f64,
        limit: f64,
        unit: &'static str,
    ) -> Self {
        Self { suite, case: case.into(), ours: rounded(ours), limit, unit, holds: ours <= limit }
    }
}

impl Row for LimitRow {
    const HEAD: &'static str = "case                                     ours        limit  unit";

    fn line(&self) -> String {
        let Self { case, ours, limit, unit, holds, .. } = self;
        let mark = if *holds { "" } else { "  (above)" };
        format!("{case:<32} {ours:>12.3} {limit:>12.3}  {unit}{mark}")
    }
}
