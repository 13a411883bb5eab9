//! Steps whose device time the engine's loop asks for.

use std::{collections::VecDeque, fmt};

use inferometer_semconv::attributes::IterationKind;

use super::{
    correction::Correction,
    device_time::{DeviceTime, MAX_STEPS_UNDER_WAY},
    engine::Engine,
    meters::Meters,
};
use crate::metrics::Scope;

/// A mark in a stream of a device's work, such as a `cudaEvent_t` or a `hipEvent_t`.
pub trait DeviceEvent {
    /// Whether the device has passed it. Asks and does not wait: `cudaEventQuery`, not `cudaEventSynchronize`.
    fn state(&self) -> DeviceEventState;

    /// Seconds on the device's clock from `earlier` until this, both passed: `cudaEventElapsedTime` / 1000. A negative
    /// answer counts as no time, and as [`Correction::TimeWentBack`]; one that is no number is no answer.
    fn seconds_since(&self, earlier: &Self) -> f64;
}

/// What a [`DeviceEvent`] says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceEventState {
    /// The device has not come to it.
    Pending,
    /// The device has passed it.
    Passed,
    /// The device is lost, or the work before it failed: there will be no time.
    Failed,
}

/// Records how long a device worked on the steps of one of its streams, by asking the events around each.
///
/// The events of a step are dropped as soon as it is over, which is where a pool takes them back.
pub struct DeviceEvents<E: DeviceEvent, M: Meters = Scope> {
    time: DeviceTime<M>,
    /// In the order in which they were launched, at most [`MAX_STEPS_UNDER_WAY`].
    under_way: VecDeque<UnderWay<E>>,
}

struct UnderWay<E> {
    kind: IterationKind,
    began: E,
    ended: E,
}

impl<M: Meters> Engine<M> {
    /// Records the device's time of the steps of one stream.
    #[must_use]
    pub fn device_events<E: DeviceEvent>(&self) -> DeviceEvents<E, M> {
        let time = DeviceTime::bind(&self.0);
        DeviceEvents { time, under_way: VecDeque::with_capacity(MAX_STEPS_UNDER_WAY) }
    }
}

impl<E: DeviceEvent, M: Meters> DeviceEvents<E, M> {
    /// A step has been launched between these two events. If [`MAX_STEPS_UNDER_WAY`] have and are not over, this one's
    /// time will not be recorded, which is counted as [`Correction::DeviceTimeBeyondLimit`].
    pub fn begin(&mut self, kind: IterationKind, began: E, ended: E) {
        if self.under_way.len() == MAX_STEPS_UNDER_WAY {
            return self.time.correct(Correction::DeviceTimeBeyondLimit);
        }
        self.under_way.push_back(UnderWay { kind, began, ended });
    }

    /// Records the steps that are over, and says how many are not. To be called once per turn of the loop.
    ///
    /// A stream passes its events in order, so the first one that is pending is the last one that is asked. A step
    /// whose event failed has no device time, which is counted as [`Correction::DeviceTimeMissing`].
    pub fn poll(&mut self) -> usize {
        while let Some(step) = self.under_way.front() {
            match step.ended.state() {
                DeviceEventState::Pending => break,
                DeviceEventState::Passed => {
                    self.time.record(step.kind, step.ended.seconds_since(&step.began));
                }
                DeviceEventState::Failed => self.time.correct(Correction::DeviceTimeMissing),
            }
            self.under_way.pop_front();
        }
        self.under_way.len()
    }
}

impl<E: DeviceEvent, M: Meters> Drop for DeviceEvents<E, M> {
    fn drop(&mut self) {
        for _ in 0..self.poll() {
            self.time.correct(Correction::DeviceTimeMissing);
        }
    }
}

impl<E: DeviceEvent, M: Meters> fmt::Debug for DeviceEvents<E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let under_way = self.under_way.len();
        f.debug_struct("DeviceEvents").field("under_way", &under_way).finish_non_exhaustive()
    }
}
