//! Exemplars: single measurements that lead from a point to the trace they were made in.
//!
//! | question | answer |
//! |---|---|
//! | which records | [`ExemplarFilter`]: those within a sampled span, unless the provider says otherwise |
//! | which span | the current one of the thread, or the one that the caller hands in, as a request does |
//! | how many | one for each bucket of an explicit histogram and interval, 20 of an exponential one, one of a number: a uniform sample of the interval's |
//! | what | value, time, trace and span, and the attributes that a view left out of the series |
//! | of which interval | since the reader's own last collection; readers take nothing from each other. The latest sample stays until one of a later interval takes its place, so a reader that comes more rarely than another sees the end of its interval |
//!
//! A record looks at one byte of its thread's slab, and at nothing else, unless a sampled span is current. Then it
//! reads the provider's clock if it is kept, and allocates nothing: room for exemplars is made where a series is bound
//! within a sampled span or a request says so at its arrival, otherwise by the next collection, once a record has asked
//! for it. The first records of such a series are no exemplars. Nor is one that finds its place taken by another
//! thread's, or by a signal handler's victim: nobody waits.
//!
//! Attributes that views leave out reach whoever sees exemplars.
//!
//! | what | file |
//! |---|---|
//! | which records | `filter.rs` |
//! | the current span, followed rather than asked for | `current_span.rs`, `sampled_span.rs` |
//! | what is kept | `reservoir.rs` |

mod current_span;
mod filter;
mod reservoir;
mod sampled_span;

use std::{
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{
            AtomicBool, AtomicU64,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
    },
};

pub(crate) use current_span::current_span;
pub use filter::ExemplarFilter;
pub(crate) use reservoir::{Exemplar, Filtered};
pub use sampled_span::SampledSpan;

use self::reservoir::Reservoir;
use super::{number::PointValue, series::Cells};
use crate::{cells, clock::Clock, fork};

/// What a provider's exemplars have in common.
#[derive(Debug)]
pub(crate) struct Sampling {
    filter: ExemplarFilter,
    clock: Arc<dyn Clock>,
    /// Collections that have begun, by all readers.
    turn: AtomicU64,
    /// The first turn of this process; 0 if it was not forked.
    since: AtomicU64,
}

/// What a reader sees: measurements recorded after as many collections as `from` had begun, and before `to` had.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Window {
    from: u64,
    to: u64,
    /// When the collection began.
    unix_nanos: u64,
}

/// The exemplars of one series.
#[derive(Debug)]
pub(crate) struct Exemplars {
    sampling: Arc<Sampling>,
    /// Whether a record would have had an exemplar, but for the room.
    is_wanted: AtomicBool,
    reservoir: OnceLock<Reservoir>,
}

impl Sampling {
    /// Has the spans of the process followed, unless nobody wants to know.
    pub(super) fn new(filter: ExemplarFilter, clock: Arc<dyn Clock>) -> Self {
        if filter != ExemplarFilter::AlwaysOff {
            current_span::follow_contexts();
        }
        if filter == ExemplarFilter::AlwaysOn {
            cells::attend_to_every_record();
        }
        Self { filter, clock, turn: AtomicU64::new(0), since: AtomicU64::new(0) }
    }

    /// In a forked child: what was kept before is the parent's.
    pub(super) fn begin_anew(&self) {
        let turn = self.turn.fetch_add(1, Relaxed) + 1;
        self.since.store(turn, Relaxed);
    }

    /// The window of a collection that begins now, where `last` was the reader's before. To be called after the
    /// collection's time was read, and before any series is.
    pub(super) fn window(&self, last: &Window, unix_nanos: u64) -> Window {
        let from = last.to.max(self.since.load(Relaxed));
        Window { from, to: self.turn.fetch_add(1, AcqRel) + 1, unix_nanos }
    }

    fn admits(&self, span: Option<&SampledSpan>) -> bool {
        match self.filter {
            ExemplarFilter::TraceBased => span.is_some(),
            ExemplarFilter::AlwaysOn => true,
            ExemplarFilter::AlwaysOff => false,
        }
    }
}

impl Window {
    fn has(&self, turn: u64) -> bool {
        (self.from..self.to).contains(&turn)
    }
}

impl Exemplars {
    /// Of a series that is bound now; `None` if nobody wants any. There is room from the start if exemplars are to be expected.
    pub(super) fn new(sampling: &Arc<Sampling>, cells: &Cells) -> Option<Self> {
        if sampling.filter == ExemplarFilter::AlwaysOff {
            return None;
        }
        let exemplars = Self {
            sampling: Arc::clone(sampling),
            is_wanted: AtomicBool::new(false),
            reservoir: OnceLock::new(),
        };
        if sampling.admits(current_span().as_ref()) {
            exemplars.make_room(cells);
        }
        Some(exemplars)
    }

    /// Allocates, unless there is room or no use for it. Never called while recording.
    pub(super) fn make_room(&self, cells: &Cells) {
        let samples = match cells {
            Cells::Sum(_) | Cells::LastValue(_) => Some(1),
            Cells::Histogram { buckets, .. } => Some(buckets.bounds().len() + 1),
            Cells::Exponential(_) => None,
            Cells::Nowhere | Cells::Dropped | Cells::Streams(_) => return,
        };
        fork::get_or_init(&self.reservoir, || {
            samples.map_or_else(Reservoir::fixed, Reservoir::aligned)
        });
    }

    /// Offers a measurement that is in the cells already. Neither blocks nor allocates.
    pub(super) fn offer(
        &self,
        value: PointValue,
        bucket: usize,
        span: Option<SampledSpan>,
        filtered: &Filtered,
    ) {
        let sampling = &*self.sampling;
        if !sampling.admits(span.as_ref()) {
            return;
        }
        let Some(reservoir) = self.reservoir.get() else {
            self.is_wanted.store(true, Relaxed);
            return;
        };
        // Before the clock, so that no exemplar is older than the collection whose turn it says.
        let turn = sampling.turn.load(Acquire);
        reservoir.offer(bucket, turn, || {
            let (unix_nanos, filtered) = (sampling.clock.unix_nanos(), filtered.clone());
            Exemplar { value, unix_nanos, span, filtered, turn }
        });
    }

    /// Appends the exemplars in the window to `out`; to be called before the cells are read, so that what they are
    /// examples of is counted there. Makes room if a record asked for it.
    pub(super) fn read(
        &self,
        cells: &Cells,
        window: &Window,
        out: &mut Vec<Exemplar>,
    ) -> Range<usize> {
        let first = out.len();
        if let Some(reservoir) = self.reservoir.get() {
            reservoir.read(window, out);
        } else if self.is_wanted.load(Relaxed) {
            self.make_room(cells);
        }
        first..out.len()
    }
}
