//! The table of variables. Nothing is read that does not stand in it: [`super::Environment`] walks it, and so do the
//! page `docs/environment.md` and the tests.

use super::{absent, general, metrics, otlp, traces, variable::Variable};

/// A heading of the page, and the variables under it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    #[cfg_attr(not(test), expect(dead_code, reason = "for the page"))]
    pub(super) title: &'static str,
    pub(super) variables: &'static [Variable],
}

/// In the order of reading: where two variables set the same, the later wins.
pub(super) const TABLE: [Section; 5] = [
    Section { title: "In general", variables: general::VARIABLES },
    Section { title: "Metrics", variables: metrics::VARIABLES },
    Section { title: "Traces", variables: traces::VARIABLES },
    Section { title: "OTLP", variables: otlp::VARIABLES },
    Section { title: "Known, without effect", variables: absent::VARIABLES },
];

pub(super) fn variables() -> impl Iterator<Item = &'static Variable> {
    TABLE.iter().flat_map(|section| section.variables)
}
