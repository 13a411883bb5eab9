//! Shows what the driver's thread has read.

use std::{collections::HashMap, sync::Arc, time::Duration};

use inferometer_semconv::attributes::GpuFailureReason;

use super::{
    exchange::{Answer, Exchange},
    failure::Failure,
    series::{DeviceSeries, Failures},
    state::GpuState,
};
use crate::serving::Meters;

/// Devices that are shown: 64 GPUs that are all divided as far as they can be. Further ones are left out.
const MAX_DEVICES: usize = 512;

/// The series of all devices.
#[derive(Debug)]
pub(super) struct Publisher<M: Meters> {
    meters: M,
    devices: HashMap<Arc<str>, DeviceSeries<M>>,
    /// By `hw.id`; the driver's own under the empty one.
    failures: HashMap<Arc<str>, Failures<M>>,
}

impl<M: Meters> Publisher<M> {
    pub(super) fn new(meters: M) -> Self {
        Self { meters, devices: HashMap::new(), failures: HashMap::new() }
    }

    /// Takes one sample. If the driver does not answer in time, nothing is shown as if it were true still.
    pub(super) fn sample(&mut self, exchange: &Exchange, timeout: Duration) -> GpuState {
        // An answer that nobody waited for any more: what it counted must not be lost.
        if let Some(late) = exchange.answer(Duration::ZERO) {
            self.publish(&late);
        }
        exchange.ask();
        match exchange.answer(timeout) {
            Some(answer) => self.publish(&answer),
            None => self.not_answered(exchange),
        }
    }

    fn publish(&mut self, answer: &Answer) -> GpuState {
        let is_complete = matches!(answer.state, GpuState::Sampling { .. });
        if is_complete {
            let told =
                |id: &Arc<str>| answer.readings.iter().any(|reading| reading.device.id == *id);
            self.devices.retain(|id, _| told(id));
        } else {
            self.devices.values_mut().for_each(DeviceSeries::silence);
        }
        for reading in &answer.readings {
            let has_room = self.devices.len() < MAX_DEVICES;
            if has_room || self.devices.contains_key(&reading.device.id) {
                let device = self.devices.entry(Arc::clone(&reading.device.id));
                device.or_insert_with(DeviceSeries::new).publish(&self.meters, reading);
            }
        }
        answer.failures.iter().for_each(|failure| self.count(failure));
        answer.state
    }

    fn not_answered(&mut self, exchange: &Exchange) -> GpuState {
        if exchange.is_stopped() {
            return GpuState::Stopped;
        }
        self.devices.values_mut().for_each(DeviceSeries::silence);
        let question = exchange.question();
        let (device, query) = (question.device, question.query);
        self.count(&Failure { device, query, reason: GpuFailureReason::Timeout });
        GpuState::NotAnswering(query)
    }

    fn count(&mut self, failure: &Failure) {
        let device = failure.device.as_ref();
        let id = device.map_or_else(|| Arc::from(""), |device| Arc::clone(&device.id));
        if self.failures.len() >= MAX_DEVICES && !self.failures.contains_key(&id) {
            return;
        }
        let failures = self.failures.entry(id).or_insert_with(Failures::new);
        failures.count(&self.meters, device, failure.query, failure.reason);
    }

    /// Shows nothing any more.
    pub(super) fn clear(&mut self) {
        self.devices.clear();
        self.failures.clear();
    }
}
