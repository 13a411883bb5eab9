//! Those who watch a cache: told one after the other, and none harmed by another.

use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use inferometer_semconv::{attributes::INFER_SDK_OBSERVER_NAME, metrics as def};

use super::event::{StorageEvent, StorageObserver};
use crate::fork;
use crate::serving::{
    labels::pair,
    meters::{Add, Meters},
};

/// Observers that one cache may have; a further one is refused.
pub const MAX_STORAGE_OBSERVERS: usize = 16;

/// Why an observer was not taken.
#[derive(Debug)]
pub struct ObserverError(Cause);

#[derive(Debug)]
enum Cause {
    TooMany,
    NoThread(io::Error),
}

impl ObserverError {
    pub(super) const fn no_thread(cause: io::Error) -> Self {
        Self(Cause::NoThread(cause))
    }

    /// The cache has [`MAX_STORAGE_OBSERVERS`] already.
    #[must_use]
    pub const fn is_too_many(&self) -> bool {
        matches!(self.0, Cause::TooMany)
    }
}

impl fmt::Display for ObserverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::TooMany => write!(
                f,
                "a cache has at most {MAX_STORAGE_OBSERVERS} observers; let one observer hand events to several"
            ),
            Cause::NoThread(_) => {
                f.write_str("no thread for an observer; raise the limit of threads of this process")
            }
        }
    }
}

impl std::error::Error for ObserverError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Cause::TooMany => None,
            Cause::NoThread(cause) => Some(cause),
        }
    }
}

/// The observers of one cache, in the order of their registration. None leaves: a reader takes no lock.
pub(super) struct Observers<M: Meters> {
    meters: M,
    registered: [OnceLock<Registered<M>>; MAX_STORAGE_OBSERVERS],
}

struct Registered<M: Meters> {
    observer: Box<dyn StorageObserver>,
    panics: M::Counter,
}

impl<M: Meters> Observers<M> {
    pub(super) fn new(meters: &M) -> Self {
        Self { meters: meters.clone(), registered: std::array::from_fn(|_| OnceLock::new()) }
    }

    pub(super) fn add(&self, observer: Box<dyn StorageObserver>) -> Result<(), ObserverError> {
        let mut registered = Registered { panics: panics(&self.meters, observer.name()), observer };
        for slot in &self.registered {
            match fork::set(slot, registered) {
                Ok(()) => return Ok(()),
                Err(taken) => registered = taken,
            }
        }
        Err(ObserverError(Cause::TooMany))
    }

    /// Whether nobody watches, so that the event need not be made.
    pub(super) fn is_empty(&self) -> bool {
        self.registered[0].get().is_none()
    }

    pub(super) fn tell(&self, event: &StorageEvent<'_>) {
        for Registered { observer, panics } in self.registered.iter().map_while(OnceLock::get) {
            isolate(panics, || observer.on_event(event));
        }
    }
}

/// The counter of the panics of observers of this name.
pub(super) fn panics<M: Meters>(meters: &M, name: &str) -> M::Counter {
    meters
        .counter(&def::INFER_SDK_OBSERVER_PANIC, &[pair(&INFER_SDK_OBSERVER_NAME, name.to_owned())])
}

/// Runs somebody else's code, and counts its panic.
pub(super) fn isolate(panics: &impl Add<u64>, run: impl FnOnce()) {
    // What the observer was doing to itself is its own; nothing of ours is inside.
    if catch_unwind(AssertUnwindSafe(run)).is_err() {
        panics.add(1);
    }
}

impl<M: Meters> fmt::Debug for Observers<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registered = self.registered.iter().map_while(OnceLock::get);
        f.debug_list().entries(registered.map(|it| it.observer.name().to_owned())).finish()
    }
}
