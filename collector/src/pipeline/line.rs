//! One pipeline: processors in their order, then every exporter, entered in two phases.

use std::{fmt, sync::Arc};

use super::{
    item::{Item, Signal},
    refusal::{Refusal, RejectReason},
    stage::{Exporter, Processor, Reservation},
};
use crate::{health::Worker, self_metrics::ExporterMetrics};

/// One pipeline of the configuration, or what is left of it behind a batch: items of one signal through processors, in
/// order, to every exporter.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// What flows through it.
    pub signal: Signal,
    /// Applied in this order. Pipelines that name the same processor share it.
    pub processors: Vec<Arc<dyn Processor>>,
    /// Each gets every item. Pipelines that name the same exporter share it, and it gets the item from each.
    pub exporters: Vec<Arc<dyn Exporter>>,
}

impl Pipeline {
    /// Runs the processors and reserves room in every exporter, without taking the item. An item of which nothing is
    /// left needs no room: it reaches neither the other processors nor an exporter.
    ///
    /// # Errors
    /// The refusal of the first processor or exporter that had no room; all room is given back.
    pub fn reserve(&self, mut item: Item) -> Result<Admission<'_>, Refusal> {
        let offered = item.counts.items;
        for processor in &self.processors {
            item = processor.process(item)?;
            if item.counts.items == 0 {
                break;
            }
        }
        let filtered = offered.saturating_sub(item.counts.items);
        let mut rooms = Vec::new();
        if item.counts.items > 0 {
            for exporter in &self.exporters {
                rooms.push(exporter.reserve(&item)?);
            }
        }
        Ok(Admission { pipeline: self, item, rooms, filtered })
    }

    /// A worker that fills it begins; `name` is its component's place in the configuration.
    pub fn begin(&self, name: &str) -> Option<Worker> {
        let mut worker = None;
        self.reach(&mut |exporter| {
            worker.get_or_insert_with(|| exporter.health().begin(name));
        });
        worker
    }

    /// Visits the counters of the exporters at its end, those behind a batch included.
    pub fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        for exporter in &self.exporters {
            exporter.reach(visit);
        }
    }
}

/// An item with room in every exporter of a pipeline. Dropping it gives the room back.
#[must_use = "commit it, or the item is not taken"]
pub struct Admission<'a> {
    pipeline: &'a Pipeline,
    item: Item,
    rooms: Vec<Box<dyn Reservation + 'a>>,
    /// Counted when the rest is taken: a sender that is refused keeps these items too.
    filtered: u64,
}

impl Admission<'_> {
    /// Hands the item to every exporter; cannot fail.
    pub fn commit(self) {
        let Self { pipeline, item, rooms, filtered } = self;
        if filtered > 0 {
            pipeline.reach(&mut |exporter| {
                exporter.rejected(item.signal, RejectReason::Filtered, filtered);
            });
        }
        for room in rooms {
            room.commit(item.clone());
        }
    }
}

impl fmt::Debug for Admission<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("item", &self.item).finish_non_exhaustive()
    }
}
