//! Steps whose device time is handed in, by whichever thread learns of it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
    time::Duration,
};

use inferometer_semconv::attributes::IterationKind;

use super::{
    correction::Correction,
    device_time::{DeviceTime, MAX_STEPS_UNDER_WAY},
    engine::Engine,
    formulas::seconds_between,
    meters::Meters,
};
use crate::metrics::Scope;

/// Records how long a device worked on the steps of one loop.
///
/// A launch returns before the device has begun, so a clock of the host around it says nothing about the device. Here
/// a step is begun where it is launched, and completed, once, with what the device measured: for example from a
/// `cudaLaunchHostFunc` callback, on a thread that Rust did not make. [`DeviceStep::complete`] makes no system call,
/// allocates nothing and takes no lock there, provided that this crate's own
/// [`MeterProvider`](crate::MeterProvider) records; over a [`StandardMeter`](super::StandardMeter) it does what that
/// meter does, and [`DeviceEvents`](super::DeviceEvents) are the better way.
///
/// ```
/// use std::{ffi::c_void, sync::Arc, time::Duration};
/// use inferometer_sdk::{DeviceStep, Engine, IterationKind, MeterProvider};
/// use opentelemetry::trace::noop::NoopTracer;
///
/// let meters = MeterProvider::builder().build();
/// let engine = Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build();
/// let mut steps = engine.device_steps();
///
/// extern "C" fn on_completed(step: *mut c_void) {
///     let step = unsafe { Arc::from_raw(step.cast_const().cast::<DeviceStep>()) };
///     let device_time = Duration::from_micros(11_800); // two time stamps that kernels wrote
///     step.complete(device_time);
/// }
/// let user_data = Arc::into_raw(steps.begin(IterationKind::Decode)).cast_mut().cast::<c_void>();
/// on_completed(user_data); // cudaLaunchHostFunc(stream, on_completed, user_data)
/// ```
///
/// Keep it until the last callback has run: it owns the memory of its steps, which a callback would otherwise have to
/// free. A callback that the driver never makes, as after a device error, keeps its step's place for ever.
pub struct DeviceSteps<M: Meters = Scope> {
    time: Arc<DeviceTime<M>>,
    /// Used over and over: a place is free once nobody else holds its step.
    places: Box<[Arc<DeviceStep<M>>]>,
    /// Where to look for a free place first.
    next: usize,
    /// Stands in for steps beyond the limit.
    ignored: Arc<DeviceStep<M>>,
}

/// A step that was launched. Clones of the [`Arc`] around it are the same step.
///
/// If all of them are dropped and none was completed, the device's time never came. That is counted as
/// [`Correction::DeviceTimeMissing`], at the latest when its [`DeviceSteps`] needs the place or is dropped.
pub struct DeviceStep<M: Meters = Scope> {
    time: Arc<DeviceTime<M>>,
    kind: IterationKind,
    /// Decides who completes it; everything else is ordered by the `Arc`.
    phase: AtomicU8,
}

const FREE: u8 = 0;
const BEGUN: u8 = 1;
const COMPLETED: u8 = 2;
const IGNORED: u8 = 3;

impl<M: Meters> Engine<M> {
    /// Records the device's time of one loop's steps.
    #[must_use]
    pub fn device_steps(&self) -> DeviceSteps<M> {
        let time = Arc::new(DeviceTime::bind(&self.0));
        let step = |phase| {
            let time = Arc::clone(&time);
            let phase = AtomicU8::new(phase);
            Arc::new(DeviceStep { time, kind: IterationKind::Mixed, phase })
        };
        DeviceSteps {
            places: (0..MAX_STEPS_UNDER_WAY).map(|_| step(FREE)).collect(),
            next: 0,
            ignored: step(IGNORED),
            time,
        }
    }
}

impl<M: Meters> DeviceSteps<M> {
    /// A step has been launched. If [`MAX_STEPS_UNDER_WAY`] have and are not over, this one's time will not be
    /// recorded, which is counted as [`Correction::DeviceTimeBeyondLimit`].
    #[must_use = "a step has no device time until it is completed"]
    pub fn begin(&mut self, kind: IterationKind) -> Arc<DeviceStep<M>> {
        for offset in 0..MAX_STEPS_UNDER_WAY {
            let at = (self.next + offset) % MAX_STEPS_UNDER_WAY;
            if let Some(step) = Arc::get_mut(&mut self.places[at]) {
                step.begin(kind);
                self.next = at + 1;
                return Arc::clone(&self.places[at]);
            }
        }
        self.time.correct(Correction::DeviceTimeBeyondLimit);
        Arc::clone(&self.ignored)
    }
}

impl<M: Meters> DeviceStep<M> {
    /// The device took this long. A second completion is refused, and counted as
    /// [`Correction::DeviceTimeRepeated`].
    #[inline]
    pub fn complete(&self, device_time: Duration) {
        if self.ends() {
            self.time.record(self.kind, device_time.as_secs_f64());
        }
    }

    /// As [`DeviceStep::complete`], between two readings of one clock of the device, in nanoseconds. In the wrong
    /// order they count as no time, and as [`Correction::TimeWentBack`].
    #[inline]
    pub fn complete_between(&self, began_nanos: u64, ended_nanos: u64) {
        if self.ends() {
            if ended_nanos < began_nanos {
                self.time.correct(Correction::TimeWentBack);
            }
            self.time.record(self.kind, seconds_between(began_nanos, ended_nanos));
        }
    }

    /// Whether this call is the one that completes the step.
    #[inline]
    fn ends(&self) -> bool {
        match self.phase.compare_exchange(BEGUN, COMPLETED, Relaxed, Relaxed) {
            Ok(_) => true,
            Err(IGNORED) => false,
            Err(_) => {
                self.time.correct(Correction::DeviceTimeRepeated);
                false
            }
        }
    }

    fn begin(&mut self, kind: IterationKind) {
        self.note_loss();
        self.kind = kind;
        *self.phase.get_mut() = BEGUN;
    }

    /// Called where nobody can complete it any more.
    fn note_loss(&mut self) {
        if *self.phase.get_mut() == BEGUN {
            self.time.correct(Correction::DeviceTimeMissing);
        }
    }
}

impl<M: Meters> Drop for DeviceStep<M> {
    fn drop(&mut self) {
        self.note_loss();
    }
}

impl<M: Meters> fmt::Debug for DeviceSteps<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.places.iter().filter(|place| Arc::strong_count(place) > 1).count();
        f.debug_struct("DeviceSteps").field("under_way", &held).finish_non_exhaustive()
    }
}

impl<M: Meters> fmt::Debug for DeviceStep<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeviceStep").field(&self.kind).finish()
    }
}
