//! Runs for exponential histograms: a head, and the buckets of 63 octaves at one scale that never changes.
//!
//! Writers never rescale; who reads merges buckets pairwise until they are few enough, which is exact. A bit per octave
//! says which were touched, so a reader looks at those only.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

use super::{
    exponent::{EXPONENT_OF_ONE, MAX_SCALE, octave_and_bucket},
    head::{self, HEAD},
    histogram::Totals,
    lease::Own,
    run::{MAX_RUN_CELLS, Run, Slot},
};

/// Buckets begin above 2^-20, about a microsecond in seconds; smaller values count as zero, and the exported point says
/// so by its zero threshold.
const FIRST_OCTAVE: i32 = -20;
const FIRST_EXPONENT: u32 = EXPONENT_OF_ONE.wrapping_add_signed(FIRST_OCTAVE);

/// Octaves above the first one: up to 2^43, 8.8 terabytes in bytes. Larger values count in the last bucket; sum and
/// maximum stay exact. One less than the bits of a word, so that head and buckets fill pages without a gap: two
/// histograms in each up to scale 3, and from scale 4 on whole pages.
const OCTAVES: usize = 63;

/// Values up to here count as zero: 2^-20.
pub(crate) const ZERO_THRESHOLD: f64 = 1.0 / (1 << 20) as f64;
const _: () = assert!(FIRST_OCTAVE == -20 && OCTAVES < u64::BITS as usize);

/// Behind the head: how many values counted as zero, and a bit for each octave that holds a value.
const ZEROS: usize = HEAD;
const TOUCHED: usize = HEAD + 1;
const HEAD_CELLS: usize = HEAD + 2;

/// The cells of one exponential histogram.
#[derive(Debug)]
pub(crate) struct ExponentialRun {
    /// The head, and as many octaves as fit behind it: all of them up to scale 4.
    first: Run,
    /// The octaves that are left, a page full in each.
    further: Box<[Run]>,
    /// Buckets in `first`.
    first_buckets: usize,
    scale: u32,
    /// From the finest scale to this one.
    shift: u32,
}

impl ExponentialRun {
    /// Cells at a scale of at most [`MAX_SCALE`]: `2^scale` buckets for every doubling. `None` if the address space is
    /// used up.
    pub(crate) fn allocate(scale: u32) -> Option<Self> {
        let scale = scale.min(MAX_SCALE);
        let first_octaves = ((MAX_RUN_CELLS - HEAD_CELLS) >> scale).min(OCTAVES);
        let further_octaves = MAX_RUN_CELLS >> scale;
        let further = (OCTAVES - first_octaves).div_ceil(further_octaves);
        Some(Self {
            first: Run::allocate(HEAD_CELLS + (first_octaves << scale))?,
            further: (0..further).map(|_| Run::allocate(MAX_RUN_CELLS)).collect::<Option<_>>()?,
            first_buckets: first_octaves << scale,
            scale,
            shift: MAX_SCALE - scale,
        })
    }

    /// Counts one finite value that is not negative.
    #[inline(always)]
    pub(crate) fn record(&self, own: Own, value: f64) {
        let (exponent, bucket) = octave_and_bucket(value);
        let octave = exponent.wrapping_sub(FIRST_EXPONENT);
        if octave as usize >= OCTAVES {
            return self.record_outside(own, value);
        }
        let bucket = (octave.wrapping_shl(self.scale) as usize)
            .wrapping_add(bucket.wrapping_shr(self.shift) as usize);
        if bucket < self.first_buckets
            && let Some(cells) = self.first.address().own_cells(own)
            && record_owned(cells, &cells[HEAD_CELLS.wrapping_add(bucket)], octave, value)
        {
            return;
        }
        self.record_elsewhere(own, value, bucket);
    }

    /// What is too small for the first octave counts as zero, what is too large for the last one in its last bucket.
    #[cold]
    #[inline(never)]
    fn record_outside(&self, own: Own, value: f64) {
        if value <= ZERO_THRESHOLD {
            self.record_zero(own, value);
        } else {
            self.record_elsewhere(own, value, (OCTAVES << self.scale) - 1);
        }
    }

    /// Where a bucket is that is not in the first run.
    const fn place(&self, bucket: usize) -> (&Run, usize) {
        let beyond = bucket - self.first_buckets;
        (&self.further[beyond / MAX_RUN_CELLS], beyond % MAX_RUN_CELLS)
    }

    /// Values of the octaves at fine scales that the first page has no room for, and everything that finds no page.
    #[inline(never)]
    fn record_elsewhere(&self, own: Own, value: f64, bucket: usize) {
        // At most 62.
        let octave = u32::try_from(bucket >> self.scale).unwrap_or(0);
        let first = self.first.address();
        let head = first.own_cells(own).or_else(|| first.fetch_own_cells());
        if bucket < self.first_buckets {
            if head.is_some_and(|cells| {
                record_owned(cells, &cells[HEAD_CELLS + bucket], octave, value)
            }) {
                return;
            }
            let cells = first.shared_cells();
            return record_shared(cells, &cells[HEAD_CELLS + bucket], octave, value);
        }
        let (run, cell) = self.place(bucket);
        // Both are asked for, also if the first is missing; a lease that comes with the second has brought both.
        let own = Own::current();
        let buckets = run.address().own_cells(own).or_else(|| run.address().fetch_own_cells());
        let head = head.or_else(|| first.own_cells(Own::current()));
        if let (Some(head), Some(buckets)) = (head, buckets)
            && record_owned(head, &buckets[cell], octave, value)
        {
            return;
        }
        // Both in one stripe, or a reader would take them apart.
        let [head, buckets] = first.shared_cells_with(run.address());
        record_shared(head, &buckets[cell], octave, value);
    }

    fn record_zero(&self, own: Own, value: f64) {
        let address = self.first.address();
        let cells = address.own_cells(own).or_else(|| address.fetch_own_cells());
        let add_owned = |cells: &[AtomicU64]| {
            head::record_owned(cells, value, || {
                cells[ZEROS].store(cells[ZEROS].load(Relaxed).wrapping_add(1), Relaxed);
            })
        };
        if !cells.is_some_and(add_owned) {
            let cells = address.shared_cells();
            head::record_shared(cells, value, || {
                cells[ZEROS].fetch_add(1, Release);
            });
        }
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
        for (cells, slot) in self.first.address().all_cells() {
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
            let cells = if octave.start < self.first_buckets {
                Some(&head[HEAD_CELLS + octave.start..])
            } else {
                let (run, cell) = self.place(octave.start);
                run.address().cells_in(slot.slab).map(|cells| &cells[cell..])
            };
            let Some(cells) = cells else {
                counts[octave].fill(0);
                return;
            };
            for (cell, count) in cells.iter().zip(&mut counts[octave]) {
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

/// The single writer's record; `false` if the cells are not its own to write now.
#[inline(always)]
fn record_owned(head: &[AtomicU64], bucket: &AtomicU64, octave: u32, value: f64) -> bool {
    head::record_owned(head, value, || {
        let touched = head[TOUCHED].load(Relaxed);
        let octave = 1_u64.wrapping_shl(octave);
        if touched & octave == 0 {
            head[TOUCHED].store(touched | octave, Relaxed);
        }
        bucket.store(bucket.load(Relaxed).wrapping_add(1), Relaxed);
    })
}

fn record_shared(head: &[AtomicU64], bucket: &AtomicU64, octave: u32, value: f64) {
    head::record_shared(head, value, || {
        head[TOUCHED].fetch_or(1_u64.wrapping_shl(octave), Release);
        bucket.fetch_add(1, Release);
    });
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
