//! The series of one device, bound when it first tells a value, so that what it never tells is not shown.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use inferometer_semconv::{
    attributes::{
        GpuFailureReason, GpuQuery, HW_ID, INFER_GPU_FAILURE_REASON, INFER_GPU_QUERY,
        INFER_GPU_XID_CODE, NETWORK_IO_DIRECTION, NetworkIoDirection,
    },
    metrics as def,
};
use opentelemetry::KeyValue;

use super::{
    cumulative::Cumulative,
    device::UNKNOWN_XID,
    reading::{Gauge, Identity, Level, Reading, Total},
};
use crate::serving::{Add, Meters};

/// XID codes that are told apart on one GPU; further ones are shown as 999, which is the driver's own word for an
/// unknown one.
const MAX_XID_CODES: usize = 64;

/// A value that is asked for at collection; absent unless the last sample had it.
#[derive(Debug, Default)]
struct Latest {
    bits: AtomicU64,
    is_there: AtomicBool,
}

impl Latest {
    /// A collection between the two stores shows the value of the last sample: it was true then.
    fn set(&self, bits: Option<u64>) {
        if let Some(bits) = bits {
            self.bits.store(bits, Relaxed);
        }
        self.is_there.store(bits.is_some(), Relaxed);
    }

    fn get(&self) -> Option<u64> {
        self.is_there.load(Relaxed).then(|| self.bits.load(Relaxed))
    }
}

/// A bound series that shows the last sample.
struct Shown<M: Meters> {
    latest: Arc<Latest>,
    next: Option<u64>,
    _observation: M::Observation,
}

impl<M: Meters> fmt::Debug for Shown<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shown").field("latest", &self.latest).finish_non_exhaustive()
    }
}

/// A bound total: of whole numbers, or of a unit that NVML counts in parts of.
#[derive(Debug)]
enum Counted<M: Meters> {
    Whole(M::Counter),
    /// With what one step is worth.
    Parts(M::FloatCounter, f64),
}

/// Everything that is shown of one device.
#[derive(Debug)]
pub(super) struct DeviceSeries<M: Meters> {
    gauges: HashMap<Gauge, Shown<M>>,
    levels: HashMap<Level, Shown<M>>,
    totals: HashMap<Total, (Cumulative, Counted<M>)>,
    /// Over all links.
    io: HashMap<NetworkIoDirection, M::Counter>,
    xids: HashMap<u64, M::Counter>,
}

impl<M: Meters> DeviceSeries<M> {
    pub(super) fn new() -> Self {
        Self {
            gauges: HashMap::new(),
            levels: HashMap::new(),
            totals: HashMap::new(),
            io: HashMap::new(),
            xids: HashMap::new(),
        }
    }

    /// Shows a reading; what is not in it is not shown.
    pub(super) fn publish(&mut self, meters: &M, reading: &Reading) {
        let device = &reading.device;
        for (gauge, value) in &reading.gauges {
            next(&mut self.gauges, *gauge, value.to_bits(), |latest| {
                let value = move || latest.get().map(f64::from_bits);
                meters.observe_gauge(gauge.definition(), &gauge.labels(device), value)
            });
        }
        for (level, value) in &reading.levels {
            next(&mut self.levels, *level, value.cast_unsigned(), |latest| {
                let labels = level.labels(device, &reading.description);
                let value = move || latest.get().map(u64::cast_signed);
                meters.observe_level(level.definition(), &labels, value)
            });
        }
        self.show();
        for (total, value) in &reading.totals {
            self.add(meters, device, *total, |cumulative| cumulative.advance(*value));
        }
        for (total, more) in &reading.increments {
            self.add(meters, device, *total, |_| *more);
        }
        for code in &reading.xids {
            self.xid(meters, device, *code);
        }
    }

    /// Shows nothing of what comes and goes, until the next reading.
    pub(super) fn silence(&mut self) {
        self.show();
    }

    fn show(&mut self) {
        for shown in self.gauges.values_mut().chain(self.levels.values_mut()) {
            shown.latest.set(shown.next.take());
        }
    }

    fn add(
        &mut self,
        meters: &M,
        device: &Identity,
        total: Total,
        increment: impl FnOnce(&mut Cumulative) -> u64,
    ) {
        let (cumulative, counted) = self.totals.entry(total).or_insert_with(|| {
            let (definition, labels) = (total.definition(), total.labels(device));
            let counted = match total {
                Total::Energy => Counted::Parts(meters.float_counter(definition, &labels), 1e-3),
                Total::Throttled(_) => {
                    Counted::Parts(meters.float_counter(definition, &labels), 1e-9)
                }
                Total::Errors(_) | Total::Link(..) => {
                    Counted::Whole(meters.counter(definition, &labels))
                }
            };
            (Cumulative::default(), counted)
        });
        let increment = increment(cumulative);
        match counted {
            Counted::Whole(counter) => counter.add(increment),
            Counted::Parts(counter, worth) => counter.add(increment as f64 * *worth),
        }
        if let Total::Link(_, direction) = total {
            let io = self.io.entry(direction).or_insert_with(|| {
                let direction = KeyValue::new(NETWORK_IO_DIRECTION.key, direction.as_str());
                meters.counter(&def::HW_GPU_IO, &device.labels([direction]))
            });
            io.add(increment);
        }
    }

    fn xid(&mut self, meters: &M, device: &Identity, code: u64) {
        let is_known = self.xids.contains_key(&code);
        let code = if is_known || self.xids.len() < MAX_XID_CODES { code } else { UNKNOWN_XID };
        let counter = self.xids.entry(code).or_insert_with(|| {
            let code = i64::try_from(code).unwrap_or(i64::MAX);
            let labels = device.labels([KeyValue::new(INFER_GPU_XID_CODE.key, code)]);
            meters.counter(&def::INFER_GPU_XID_EVENTS, &labels)
        });
        counter.add(1);
    }
}

/// Puts a value where the next show takes it, after binding the series if there was none before.
fn next<M: Meters, Q: Eq + Hash>(
    all: &mut HashMap<Q, Shown<M>>,
    quantity: Q,
    bits: u64,
    bind: impl FnOnce(Arc<Latest>) -> M::Observation,
) {
    let shown = all.entry(quantity).or_insert_with(|| {
        let latest = Arc::<Latest>::default();
        Shown { _observation: bind(Arc::clone(&latest)), latest, next: None }
    });
    shown.next = Some(bits);
}

/// Questions that were not answered.
#[derive(Debug)]
pub(super) struct Failures<M: Meters>(HashMap<(GpuQuery, GpuFailureReason), M::Counter>);

impl<M: Meters> Failures<M> {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    pub(super) fn count(
        &mut self,
        meters: &M,
        device: Option<&Identity>,
        query: GpuQuery,
        reason: GpuFailureReason,
    ) {
        let counter = self.0.entry((query, reason)).or_insert_with(|| {
            let id = device.map(|device| KeyValue::new(HW_ID.key, Arc::clone(&device.id)));
            let labels: Vec<KeyValue> = [
                KeyValue::new(INFER_GPU_QUERY.key, query.as_str()),
                KeyValue::new(INFER_GPU_FAILURE_REASON.key, reason.as_str()),
            ]
            .into_iter()
            .chain(id)
            .collect();
            meters.counter(&def::INFER_GPU_QUERY_FAILED, &labels)
        });
        counter.add(1);
    }
}
