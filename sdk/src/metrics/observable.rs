//! Instruments that are asked for their values at collection, by callbacks on the collecting thread.
//!
//! What a callback observes goes into the snapshot straight away; no cells are involved. An attribute set that no
//! callback observes this time has no point this time. Callbacks run once for all streams of an instrument.

use std::{
    cell::Cell,
    fmt,
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use opentelemetry::{KeyValue, metrics::AsyncInstrument};

use super::{handles::reason, instrument::Instrument, number::Number, stream::Stream};
use crate::fork::{self, Mutex, Turn};

/// Callbacks that one instrument may have. Further ones are not run, and count as conflicts.
pub const MAX_CALLBACKS_PER_INSTRUMENT: usize = 1024;

type Callback = dyn Fn(&Collection<'_>) + Send + Sync;

/// The callbacks of one instrument.
#[derive(Default)]
pub(crate) struct Observable {
    callbacks: Mutex<Callbacks>,
    /// Taken for a whole collection, so that readers take turns.
    turn: Turn,
    /// Room for the callbacks that a collection runs; running them must not hold up who registers another.
    room: Mutex<Vec<Arc<Callback>>>,
    is_panic_known: AtomicBool,
}

#[derive(Default)]
struct Callbacks {
    registered: Vec<(u64, Arc<Callback>)>,
    next: u64,
}

/// One instrument while its callbacks run.
pub(crate) struct Collection<'a> {
    instrument: &'a Instrument,
}

/// What a callback observes with. It cannot be kept beyond the callback, so nothing is observed outside one.
struct Observer<'a, N> {
    collection: &'a Collection<'a>,
    number: PhantomData<fn(N)>,
}

impl<N: Number> AsyncInstrument<N> for Observer<'_, N> {
    fn observe(&self, measurement: N, attributes: &[KeyValue]) {
        let instrument = self.collection.instrument;
        let is_taken = if instrument.descriptor.is_total() {
            measurement.is_finite_and_not_negative()
        } else {
            measurement.is_finite()
        };
        if !is_taken {
            return instrument.stats.count_refused(reason(measurement));
        }
        for stream in &instrument.streams {
            stream.observe(measurement.into(), attributes);
        }
    }
}

/// Keeps a callback registered; dropping it ends that.
#[must_use = "a callback is run until this is dropped"]
pub struct Observation {
    instrument: Weak<Instrument>,
    callback: Option<u64>,
}

impl Observation {
    /// Keeps the callback for as long as the provider exports its scope.
    pub fn forever(mut self) {
        self.callback = None;
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let (Some(callback), Some(instrument)) = (self.callback, self.instrument.upgrade()) else {
            return;
        };
        if let Some(observable) = &instrument.observable {
            let removed = observable.callbacks.lock().remove(callback);
            // Outside the lock: what the callback holds is dropped with it, and may do anything.
            drop(removed);
        }
    }
}

impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation").field("callback", &self.callback).finish_non_exhaustive()
    }
}

impl Callbacks {
    fn add(&mut self, callback: Arc<Callback>) -> Option<u64> {
        if self.registered.len() >= MAX_CALLBACKS_PER_INSTRUMENT {
            return None;
        }
        let number = self.next;
        self.next += 1;
        self.registered.push((number, callback));
        Some(number)
    }

    fn remove(&mut self, callback: u64) -> Option<Arc<Callback>> {
        let at = self.registered.iter().position(|(number, _)| *number == callback)?;
        Some(self.registered.remove(at).1)
    }
}

impl Instrument {
    /// Has `callback` run at every collection from now on.
    pub(crate) fn observe_with<N: Number>(
        self: &Arc<Self>,
        callback: impl Fn(&dyn AsyncInstrument<N>) + Send + Sync + 'static,
    ) -> Observation {
        fork::settle();
        let run = Arc::new(move |collection: &Collection<'_>| {
            callback(&Observer { collection, number: PhantomData });
        });
        let number = match &self.observable {
            Some(observable) if self.is_exported() => {
                let number = observable.callbacks.lock().add(run);
                if number.is_none() {
                    self.stats.count_conflict();
                    tracing::warn!(
                        name: "TooManyCallbacks",
                        "a callback of instrument `{}` is not run: an instrument has at most {MAX_CALLBACKS_PER_INSTRUMENT} callbacks; drop those that are over, or observe several attribute sets in one",
                        self.descriptor.name
                    );
                }
                number
            }
            _ => None,
        };
        Observation { instrument: Arc::downgrade(self), callback: number }
    }
}

thread_local! {
    static IS_OBSERVING: Cell<bool> = const { Cell::new(false) };
}

impl Observable {
    /// Runs the callbacks and has `read` read what they told each stream.
    ///
    /// A callback that panics is counted, and the others run. A snapshot that is taken inside a callback shows no
    /// observable instruments: they are being asked already.
    pub(crate) fn collect(&self, instrument: &Instrument, read: impl FnMut(&Arc<Stream>)) {
        if IS_OBSERVING.replace(true) {
            return;
        }
        let _turn = self.turn.take();
        let mut asked = std::mem::take(&mut *self.room.lock());
        asked.extend(self.callbacks.lock().registered.iter().map(|(_, run)| Arc::clone(run)));
        instrument.streams.iter().for_each(|stream| stream.begin_observing());
        for callback in asked.drain(..) {
            let collection = Collection { instrument };
            // The callback moves in: if it was unregistered meanwhile it is dropped here, which may panic too.
            let run = AssertUnwindSafe(move || callback(&collection));
            if catch_unwind(run).is_err() {
                self.note_panic(instrument);
            }
        }
        instrument.streams.iter().filter(|stream| stream.is_exported).for_each(read);
        *self.room.lock() = asked;
        IS_OBSERVING.set(false);
    }

    fn note_panic(&self, instrument: &Instrument) {
        instrument.stats.count_callback_panic();
        if !self.is_panic_known.swap(true, Relaxed) {
            tracing::warn!(
                name: "CallbackPanicked",
                "a callback of instrument `{}` panicked, and may again; each time is counted", instrument.descriptor.name
            );
        }
    }
}

impl fmt::Debug for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let callbacks = self.callbacks.lock().registered.len();
        f.debug_struct("Observable").field("callbacks", &callbacks).finish_non_exhaustive()
    }
}
