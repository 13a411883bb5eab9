//! Views: what becomes of an instrument, when that is not as it asks.
//!
//! | question | file |
//! |---|---|
//! | which instruments | `criteria.rs`, `pattern.rs`, `instrument_type.rs` |
//! | what stream of each | `view.rs`, `aggregation.rs`, `filter.rs` |
//! | how a program says so | `builder.rs`, `error.rs` |

mod aggregation;
mod builder;
mod criteria;
mod error;
mod filter;
mod instrument_type;
mod pattern;
mod view;

use opentelemetry::InstrumentationScope;

pub use aggregation::ViewAggregation;
pub use builder::{MAX_VIEW_ATTRIBUTE_KEYS, ViewBuilder};
pub use error::ViewError;
pub(crate) use filter::AttributeFilter;
pub use instrument_type::InstrumentType;
pub use view::View;

use self::view::Applied;
use super::{aggregation::HistogramAggregation, descriptor::Descriptor, registration::Finding};

/// Views that one provider may have: each is looked at whenever an instrument is made.
pub const MAX_VIEWS: usize = 256;

/// All views of one provider, and what is without one.
#[derive(Debug, Default)]
pub(crate) struct Views {
    pub(super) histograms: HistogramAggregation,
    views: Vec<View>,
}

/// What views make of one instrument.
pub(super) struct Resolved {
    /// Each once; none if the instrument is dropped.
    pub(super) streams: Vec<Descriptor>,
    /// Views that do not suit it.
    pub(super) findings: Vec<Finding>,
}

impl Views {
    /// `false` if there are [`MAX_VIEWS`] already.
    pub(super) fn add(&mut self, view: View) -> bool {
        let has_room = self.views.len() < MAX_VIEWS;
        if has_room {
            self.views.push(view);
        }
        has_room
    }

    /// The streams of an instrument: one for each view that selects it, or its own if there is no such view.
    pub(super) fn resolve(&self, scope: &InstrumentationScope, asked: &Descriptor) -> Resolved {
        let mut resolved = Resolved { streams: Vec::new(), findings: Vec::new() };
        let mut is_selected = false;
        for view in self.views.iter().filter(|view| view.selects(scope, asked)) {
            match view.apply(asked, self.histograms) {
                Applied::Stream(stream) => resolved.add(stream),
                Applied::Dropped => {}
                Applied::Unsuited => {
                    resolved.findings.push(Finding::Unsuited {
                        view: view.criteria.to_string(),
                        becomes: view.stream.aggregation.to_string(),
                        instrument: asked.instrument_type(),
                    });
                    continue;
                }
            }
            is_selected = true;
        }
        if !is_selected {
            let aggregation = aggregation::default_of(asked, self.histograms);
            resolved.add(Descriptor { aggregation, ..asked.clone() });
        }
        resolved
    }
}

impl Resolved {
    fn add(&mut self, stream: Descriptor) {
        if !self.streams.iter().any(|known| known.is_same_stream(&stream)) {
            self.streams.push(stream);
        }
    }
}
