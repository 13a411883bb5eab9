//! A row with the spread of our figure over the passes, which the table alone shows.

use serde::Serialize;

use crate::{
    cli::Suite,
    compare::median,
    report::{Row, ValueRow},
};

/// One figure of one operation in one mode, beside the same in the peer's mode.
#[derive(Debug, Serialize)]
pub(super) struct IsolationRow {
    #[serde(flatten)]
    value: ValueRow,
    #[serde(skip)]
    spread: [f64; 2],
}

impl IsolationRow {
    /// `ours` and `theirs` have a value for each pass.
    pub(super) fn of(
        case: String,
        unit: &'static str,
        ours: &[f64],
        peer: &'static str,
        theirs: &[f64],
    ) -> Self {
        let middle = |values: &[f64]| median(values.to_vec());
        let suite = Suite::Isolation.name();
        let lowest = ours.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = ours.iter().copied().fold(0.0, f64::max);
        Self {
            value: ValueRow::new(suite, case, unit, middle(ours), peer, middle(theirs)),
            spread: [lowest, highest],
        }
    }
}

impl Row for IsolationRow {
    const HEAD: &'static str = "case                                     ours  peer                               peer    ratio  unit           passes";

    fn line(&self) -> String {
        let [lowest, highest] = self.spread;
        let line = self.value.line();
        let unit = self.value.unit;
        let gap = 15_usize.saturating_sub(unit.len());
        format!("{line}{:gap$}{lowest:.2}..{highest:.2}", "")
    }
}
