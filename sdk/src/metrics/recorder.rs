//! Recording with the thread's cells at hand, for engines that own their loop.

use std::marker::PhantomData;

use super::{
    handles::{Counter, Histogram, UpDownCounter},
    number::Number,
};
use crate::cells::{self, Own};

/// The cells of one thread, looked up once.
///
/// A handle looks up the calling thread's cells at each record. In an executable that costs next to nothing; in a
/// dynamic library that was loaded at run time, a Python extension for example, it is a function call. A loop that
/// stays on its thread can make a recorder before it begins and save that.
///
/// It records what the handles would, into the same series. A gauge has no use for it, since its cell is shared by all
/// threads.
///
/// ```
/// use inferometer_sdk::{MeterProvider, Recorder};
/// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
///
/// let provider = MeterProvider::builder().build();
/// let tokens = provider.scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]);
/// let recorder = Recorder::for_this_thread();
/// for _step in 0..3 {
///     recorder.add(&tokens, 1);
/// }
/// ```
///
/// It cannot leave its thread:
///
/// ```compile_fail,E0277
/// let recorder = inferometer_sdk::Recorder::for_this_thread();
/// std::thread::spawn(move || drop(recorder));
/// ```
#[derive(Debug)]
pub struct Recorder {
    own: Own,
    /// Neither `Send` nor `Sync`: only the owner writes its cells.
    stays: PhantomData<*const ()>,
}

impl Recorder {
    /// Registers the thread, which may allocate. If all slabs are taken, its records go to the shared cells.
    #[must_use]
    pub fn for_this_thread() -> Self {
        cells::register_thread();
        cells::recorder_begins();
        Self { own: Own::current(), stays: PhantomData }
    }

    /// As [`Counter::add`].
    #[inline]
    pub fn add<N: Number>(&self, counter: &Counter<N>, value: N) {
        counter.add_by(self.own, value);
    }

    /// As [`UpDownCounter::add`].
    #[inline]
    pub fn change<N: Number>(&self, counter: &UpDownCounter<N>, value: N) {
        counter.add_by(self.own, value);
    }

    /// As [`Histogram::record`].
    #[inline]
    pub fn record<N: Number>(&self, histogram: &Histogram<N>, value: N) {
        histogram.record_by(self.own, value);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        cells::recorder_ended();
    }
}
