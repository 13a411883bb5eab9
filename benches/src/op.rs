//! One operation under test: a loop around one library's call, compiled as a user's own loop would be.

use std::sync::{
    Arc,
    atomic::{Ordering, compiler_fence},
};

use parking_lot::Mutex;

type Loop = Box<dyn Fn(u64) + Send + Sync>;

/// An operation that threads may run at once, all on the same series.
pub(crate) struct Op {
    run: Loop,
    shown: Box<dyn Fn() -> f64 + Send + Sync>,
    tidy: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Op {
    /// Calls `record` again and again; `shown` is what the library then says: a counter's total.
    ///
    /// Dynamic dispatch is per batch; the call itself is inlined if the library lets it be.
    pub(crate) fn new(
        record: impl Fn() + Send + Sync + 'static,
        shown: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        let run = move |times| {
            for _ in 0..times {
                record();
                forget_memory();
            }
        };
        Self { run: Box::new(run), shown: Box::new(shown), tidy: None }
    }

    /// Calls `record` with one value after the other; `shown` is a histogram's count or a gauge's value.
    pub(crate) fn of_values(
        values: Arc<[f64]>,
        record: impl Fn(f64) + Send + Sync + 'static,
        shown: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::of_values_within(values, || (), record, shown)
    }

    /// The same with each batch while what `enter` gives is held.
    pub(crate) fn of_values_within<G>(
        values: Arc<[f64]>,
        enter: impl Fn() -> G + Send + Sync + 'static,
        record: impl Fn(f64) + Send + Sync + 'static,
        shown: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        let run = move |mut times: u64| {
            let _held = enter();
            while times > 0 {
                let length = usize::try_from(times).unwrap_or(usize::MAX).min(values.len());
                for value in &values[..length] {
                    record(*value);
                    forget_memory();
                }
                times -= length as u64;
            }
        };
        Self { run: Box::new(run), shown: Box::new(shown), tidy: None }
    }

    /// An operation that needs a state of its own on each thread: `run` repeats it, and calls [`forget_memory`] after
    /// each time.
    pub(crate) fn of_loop(
        run: impl Fn(u64) + Send + Sync + 'static,
        shown: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { run: Box::new(run), shown: Box::new(shown), tidy: None }
    }

    /// Calls `finish` on one prepared thing after the other. [`Op::tidy`] prepares `times` of them with `prepare`, and
    /// drops the finished ones; a batch longer than what is left ends early.
    pub(crate) fn of_prepared<T: Send + 'static>(
        times: usize,
        prepare: impl Fn() -> T + Send + Sync + 'static,
        finish: impl Fn(&mut T) + Send + Sync + 'static,
    ) -> Self {
        let prepared = Arc::new(Mutex::new((Vec::with_capacity(times), 0)));
        let ready = Arc::clone(&prepared);
        let run = move |times: u64| {
            let (things, done) = &mut *ready.lock();
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            for thing in things.iter_mut().skip(*done).take(times) {
                finish(thing);
                forget_memory();
            }
            *done += times;
        };
        let tidy = move || {
            let (things, done) = &mut *prepared.lock();
            things.clear();
            things.extend((0..times).map(|_| prepare()));
            *done = 0;
        };
        Self { run: Box::new(run), shown: Box::new(|| 0.0), tidy: Some(Box::new(tidy)) }
    }

    /// Work that the library leaves to its user and that would otherwise pile up; done outside the timed batches.
    pub(crate) fn with_tidy(mut self, tidy: impl Fn() + Send + Sync + 'static) -> Self {
        self.tidy = Some(Box::new(tidy));
        self
    }

    /// Runs the operation outside [`run_batch`], where callgrind does not count.
    pub(crate) fn warm_up(&self, times: u64) {
        (self.run)(times);
    }

    pub(crate) fn tidy(&self) {
        if let Some(tidy) = &self.tidy {
            tidy();
        }
    }

    /// What the library shows for all that was recorded.
    pub(crate) fn shown(&self) -> f64 {
        (self.shown)()
    }
}

/// Runs the operation. Never inlined, and not left by a tail call, because callgrind counts between its entry and its
/// return and finds it by name.
#[inline(never)]
pub(crate) fn run_batch(op: &Op, times: u64) {
    (op.run)(times);
    forget_memory();
}

/// Makes the compiler load again what other threads could have changed, as it must when a user's loop does other
/// work between two records. No instruction comes of it.
#[inline(always)]
pub(crate) fn forget_memory() {
    compiler_fence(Ordering::SeqCst);
}
