//! Where measurements live: `u64` cells that only one thread writes.
//!
//! Every series owns a [`Run`] of cells: the same addresses in every thread's [`Slab`](slab::Slab). A thread adds to
//! its own slab with a plain load and store, without a locked instruction and without sharing a cache line; a reader
//! sums over all slabs. When a thread ends, its slab keeps its values and goes to the next new thread, so totals stay
//! exact, and memory follows the number of threads that were alive or asked for a slab at about the same time, 1024 slabs
//! at most.
//!
//! ```text
//! run = (page 3, offset 40, 20 cells)
//!
//! thread A's slab   page 0 · page 1 · page 3 [ .. 40: seq sum min max b0 b1 .. ]   plain store, owner only
//! thread B's slab   page 3 [ .. 40: ...                                        ]   plain store, owner only
//! fallback stripes  page 3 [ .. 40: ...                                        ]   atomic add, anyone
//! ```
//!
//! A record that finds no slab or no page adds to a fallback stripe and asks for it; the reader's thread makes it.
//! Nothing on the record path allocates, locks, makes a system call or can fail, the first record of a thread included.

mod attention;
mod exponent;
mod exponential;
mod head;
mod histogram;
mod lease;
mod ownership;
mod page;
mod published;
mod run;
mod scalar;
mod slab;
mod sync;
mod thread_end;

pub(crate) use exponent::downscale;
pub(crate) use exponential::{ExponentialRun, ExponentialTotals, ZERO_THRESHOLD};
pub(crate) use histogram::{HistogramRun, Totals};
pub(crate) use lease::{
    Own, attend_to_every_record, in_child, install_wanted, lease_spare, recorder_begins,
    recorder_ended, register_thread, shared_records, span_is_current,
};
pub(crate) use published::{Found, Published};
pub(crate) use scalar::{LastValueCell, LastValueRun, SumCell, SumRun};
