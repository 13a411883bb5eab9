//! What the protocols of this module are built on. The loom models put primitives of their own in this file's place.

pub(super) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicU64, Ordering, fence},
    thread::{park_timeout, yield_now},
};

/// How a reader tries for a consistent view: a writer is inside for a few nanoseconds, so spinning is enough unless it
/// records in a tight loop (frozen cells end that) or lost the processor in between. Then the reader gives up its own,
/// and at last waits for the writer's turn, about 100 ms in all. A thread can be in the middle of one record only, so a
/// whole snapshot waits at most once per thread. A writer that is still inside then has been stopped, and its part is
/// read as it is.
pub(super) const SPINS: u32 = 64;
pub(super) const YIELDS: u32 = 64;
pub(super) const WAITS: u32 = 500;
