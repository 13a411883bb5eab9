//! Random numbers that no other process draws, forked ones included.
//!
//! Generators that are kept in thread-local variables, as those of the span SDK and of `rand` are, are copied by a fork:
//! parent and children would go on with the same numbers, and spans of different processes would share their ids.

use std::{cell::RefCell, process};

use opentelemetry::{SpanId, TraceId};
use opentelemetry_sdk::trace::IdGenerator;
use rand::{
    RngExt, SeedableRng,
    distr::{Distribution, StandardUniform},
    rngs::{SmallRng, SysRng},
};

use crate::{clock::wall_unix_nanos, fork::Birth};

thread_local! {
    /// Seeded when the thread first needs it, and in a forked child again.
    static OWN: RefCell<Option<(Birth, SmallRng)>> = const { RefCell::new(None) };
}

/// A random number, bits or whatever `T` is. Not for secrets.
pub(crate) fn random<T>() -> T
where
    StandardUniform: Distribution<T>,
{
    OWN.with(|own| match &mut *own.borrow_mut() {
        Some((birth, random)) if birth.is_here() => random.random(),
        other => other.insert((Birth::now(), seeded())).1.random(),
    })
}

/// By the system; by what differs between processes, should it have no random numbers.
fn seeded() -> SmallRng {
    SmallRng::try_from_rng(&mut SysRng).unwrap_or_else(|_| {
        SmallRng::seed_from_u64(wall_unix_nanos() ^ u64::from(process::id()).rotate_left(32))
    })
}

/// Ids of traces and spans.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl IdGenerator for RandomIds {
    fn new_trace_id(&self) -> TraceId {
        TraceId::from(random::<u128>())
    }

    fn new_span_id(&self) -> SpanId {
        SpanId::from(random::<u64>())
    }
}
