//! Runs for exponential histograms: a head, and the buckets of 64 octaves at one scale that never changes.
//!
//! Writers never rescale; who reads merges buckets pairwise until they are few enough, which is exact. A bit per octave
//! says which were touched, so a reader looks at those only.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{
    exponent::{MAX_SCALE, bucket_at_max_scale},
    head::{self, HEAD},
    histogram::Totals,
    lease::{Own, enter_stripe},
    run::{Address, MAX_RUN_CELLS, Run, Slot},
};

/// Buckets begin above 2^-20, about a microsecond in seconds; smaller values count as zero, and the exported point says
/// so by its zero threshold.
const FIRST_OCTAVE: i32 = -20;

/// Octaves above the first one: up to 2^44, 17 terabytes in bytes. Larger values count in the last bucket; sum and
/// maximum stay exact.
const OCTAVES: usize = 64;

/// Values up to here count as zero: 2^-20.
pub(crate) const ZERO_THRESHOLD: f64 = 1.0 / (1 << 20) as f64;
const _: () = assert!(FIRST_OCTAVE == -20 && OCTAVES == u64::BITS as usize);

/// Behind the head: how many values counted as zero, and a bit for each octave that holds a value.
const ZEROS: usize = HEAD;
const TOUCHED: usize = HEAD + 1;
const HEAD_CELLS: usize = HEAD + 2;

/// The cells of one exponential histogram.
#[derive(Debug)]
pub(crate) struct ExponentialRun {
    head: Run,
    octaves: Box<[Run]>,
    scale: u32,
    /// Each run has this power of two of cells, so that a record divides by shifting.
    run_bits: u32,
}

impl ExponentialRun {
    /// Cells at a scale of at most [`MAX_SCALE`]: `2^scale` buckets for every doubling. `None` if the address space is
    /// used up.
    pub(crate) fn allocate(scale: u32) -> Option<Self> {
        let scale = scale.min(MAX_SCALE);
        let run_octaves = (MAX_RUN_CELLS >> scale).min(OCTAVES);
        let runs = (0..OCTAVES / run_octaves).map(|_| Run::allocate(run_octaves << scale));
        Some(Self {
            head: Run::allocate(HEAD_CELLS)?,
            octaves: runs.collect::<Option<_>>()?,
            scale,
            run_bits: (run_octaves << scale).ilog2(),
        })
    }

    /// Counts one finite value that is not negative.
    #[inline(always)]
    pub(crate) fn record(&self, own: Own, value: f64) {
        if value <= ZERO_THRESHOLD {
            return self.record_zero(own, value);
        }
        let index = bucket_at_max_scale(value) >> (MAX_SCALE - self.scale);
        let bucket = usize::try_from(index - (FIRST_OCTAVE << self.scale)).unwrap_or(0);
        let bucket = bucket.min((OCTAVES << self.scale) - 1);
        let octave = 1_u64 << (bucket >> self.scale);
        let (run, cell) = (&self.octaves[bucket >> self.run_bits], bucket & self.last_of_run());
        let place = Place { head: self.head.address(), buckets: run.address(), octave, cell };
        place.record(own, value);
    }

    #[cold]
    #[inline(never)]
    fn record_zero(&self, own: Own, value: f64) {
        let address = self.head.address();
        let cells = address.own_cells(own).or_else(|| address.fetch_own_cells());
        let add_owned = |cells: &[AtomicU64]| {
            head::record_owned(cells, value, || {
                cells[ZEROS].store(cells[ZEROS].load(Relaxed).wrapping_add(1), Relaxed);
            })
        };
        if !cells.is_some_and(add_owned) {
            let cells = address.shared_cells(enter_stripe());
            head::record_shared(cells, value, || {
                cells[ZEROS].fetch_add(1, Release);
            });
        }
    }

    /// The number of a run's last cell, which is also the mask of a bucket's place in it.
    #[inline(always)]
    const fn last_of_run(&self) -> usize {
        !(usize::MAX << self.run_bits)
    }

    /// Sums all threads' parts. The counts from the first touched octave to the last are appended to `buckets`.
    pub(crate) fn totals(
        &self,
        buckets: &mut Vec<u64>,
        scratch: &mut Vec<u64>,
    ) -> ExponentialTotals {
        let start = buckets.len();
        buckets.resize(start + (OCTAVES << self.scale), 0);
        scratch.resize(OCTAVES << self.scale, 0);
        let mut result = ExponentialTotals {
            totals: Totals::NONE,
            zeros: 0,
            first_index: 0,
            scale: self.scale.cast_signed(),
        };
        let mut touched = 0;
        for (cells, slot) in self.head.address().all_cells() {
            if head::is_empty(cells) {
                continue;
            }
            let mut part = Part::default();
            result.totals.add(if slot.is_owned {
                head::read_owned(cells, || part = self.read_part(slot, cells, scratch))
            } else {
                head::read_shared(cells, || {
                    part = self.read_part(slot, cells, scratch);
                    part.count
                })
            });
            result.zeros += part.zeros;
            result.totals.count += part.count;
            touched |= part.touched;
            for_each_octave(part.touched, self.scale, |cells| {
                for cell in cells {
                    buckets[start + cell] += scratch[cell];
                }
            });
        }
        result.first_index = self.trim(buckets, start, touched);
        result
    }

    fn read_part(&self, slot: Slot, head: &[AtomicU64], counts: &mut [u64]) -> Part {
        let zeros = head[ZEROS].load(Acquire);
        let touched = head[TOUCHED].load(Acquire);
        let mut part = Part { zeros, touched, count: zeros };
        for_each_octave(touched, self.scale, |octave| {
            let run = &self.octaves[octave.start >> self.run_bits];
            let Some(cells) = run.address().cells_in(slot.slab) else {
                counts[octave].fill(0);
                return;
            };
            let first = octave.start & self.last_of_run();
            for (cell, count) in cells[first..].iter().zip(&mut counts[octave]) {
                *count = cell.load(Acquire);
                part.count = part.count.wrapping_add(*count);
            }
        });
        part
    }

    /// Cuts `buckets` to the octaves between the first and the last touched; returns the first one's bucket index.
    fn trim(&self, buckets: &mut Vec<u64>, start: usize, touched: u64) -> i32 {
        if touched == 0 {
            buckets.truncate(start);
            return 0;
        }
        let first = touched.trailing_zeros();
        let end = (u64::BITS - touched.leading_zeros()) as usize;
        buckets.truncate(start + (end << self.scale));
        buckets.drain(start..start + ((first as usize) << self.scale));
        (FIRST_OCTAVE + first.cast_signed()) << self.scale
    }
}

/// Where one value belongs.
#[derive(Clone, Copy)]
struct Place {
    head: Address,
    buckets: Address,
    /// The bit of its octave.
    octave: u64,
    cell: usize,
}

impl Place {
    #[inline(always)]
    fn record(self, own: Own, value: f64) {
        if let (Some(head), Some(buckets)) = (self.head.own_cells(own), self.buckets.own_cells(own))
            && self.record_owned(head, buckets, value)
        {
            return;
        }
        self.record_cold(value);
    }

    #[cold]
    #[inline(never)]
    fn record_cold(self, value: f64) {
        // Both are asked for, also if the first is missing.
        let fetched = (self.head.fetch_own_cells(), self.buckets.fetch_own_cells());
        let own = Own::current();
        if (fetched.0.is_some() || fetched.1.is_some())
            && let (Some(head), Some(buckets)) =
                (self.head.own_cells(own), self.buckets.own_cells(own))
            && self.record_owned(head, buckets, value)
        {
            return;
        }
        // Both in one stripe, or a reader would take them apart.
        let stripe = enter_stripe();
        let (head, buckets) = (self.head.shared_cells(stripe), self.buckets.shared_cells(stripe));
        head::record_shared(head, value, || {
            head[TOUCHED].fetch_or(self.octave, Release);
            buckets[self.cell].fetch_add(1, Release);
        });
    }

    #[inline(always)]
    fn record_owned(self, head: &[AtomicU64], buckets: &[AtomicU64], value: f64) -> bool {
        head::record_owned(head, value, || {
            let (touched, count) = (&head[TOUCHED], &buckets[self.cell]);
            touched.store(touched.load(Relaxed) | self.octave, Relaxed);
            count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
        })
    }
}

/// An exponential histogram summed over all threads; its buckets stand in the vector that was given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ExponentialTotals {
    pub(crate) totals: Totals,
    /// Values up to [`ZERO_THRESHOLD`]; the count includes them.
    pub(crate) zeros: u64,
    /// The index of the first bucket.
    pub(crate) first_index: i32,
    pub(crate) scale: i32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Part {
    zeros: u64,
    touched: u64,
    count: u64,
}

/// Calls back with the cells of each touched octave.
fn for_each_octave(mut touched: u64, scale: u32, mut visit: impl FnMut(std::ops::Range<usize>)) {
    while touched != 0 {
        let octave = touched.trailing_zeros() as usize;
        visit(octave << scale..(octave + 1) << scale);
        touched &= touched - 1;
    }
}
