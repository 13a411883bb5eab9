//! A sequence of measurements, recorded through the OpenTelemetry API on whatever provides it.

use std::{collections::HashMap, rc::Rc};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    metrics::{Meter, MeterProvider},
};

pub(crate) const SCOPES: usize = 3;
pub(crate) const INSTRUMENTS: usize = 9;
pub(crate) const SETS: usize = 6;

/// One measurement. Kinds that take no negative numbers get the magnitude, integers the whole part.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) scope: usize,
    pub(crate) instrument: usize,
    pub(crate) set: usize,
    pub(crate) is_bound: bool,
    pub(crate) value: f64,
}

type Record = Box<dyn Fn(f64)>;
type RecordUnbound = Box<dyn Fn(f64, &[KeyValue])>;
type Bind = Box<dyn Fn(&[KeyValue]) -> Record>;

struct Instrument {
    record: RecordUnbound,
    bind: Bind,
}

pub(crate) struct Driver {
    instruments: Vec<Vec<Instrument>>,
    bound: HashMap<(usize, usize, usize), Record>,
    sets: Vec<Vec<KeyValue>>,
}

/// Up to five keys in any order, each once, with values of every simple type.
pub(crate) fn attribute_set(spec: &[(usize, i32)]) -> Vec<KeyValue> {
    let mut set: Vec<KeyValue> = Vec::new();
    for (key, value) in spec {
        let attribute = match key {
            0 => KeyValue::new("text", value.to_string()),
            1 => KeyValue::new("whole", i64::from(*value)),
            2 => KeyValue::new("switch", *value > 0),
            3 => KeyValue::new("double", f64::from(*value) / 4.0),
            _ => KeyValue::new("a.fixed", "text"),
        };
        if set.iter().all(|known| known.key != attribute.key) {
            set.push(attribute);
        }
    }
    set
}

impl Driver {
    pub(crate) fn new(provider: &impl MeterProvider, sets: &[Vec<KeyValue>]) -> Self {
        let scopes = [
            InstrumentationScope::builder("library").build(),
            InstrumentationScope::builder("library").with_version("1.2").build(),
            InstrumentationScope::builder("other")
                .with_schema_url("https://example.com/schema")
                .with_attributes([KeyValue::new("scope", 7)])
                .build(),
        ];
        let instruments = scopes.map(|scope| instruments(&provider.meter_with_scope(scope)));
        Self { instruments: instruments.into(), bound: HashMap::new(), sets: sets.to_vec() }
    }

    pub(crate) fn record(&mut self, step: &Step) {
        let instrument = &self.instruments[step.scope][step.instrument];
        let attributes = &self.sets[step.set];
        if step.is_bound {
            let key = (step.scope, step.instrument, step.set);
            let bound = self.bound.entry(key).or_insert_with(|| (instrument.bind)(attributes));
            bound(step.value);
        } else {
            (instrument.record)(step.value, attributes);
        }
    }
}

macro_rules! instrument {
    ($built:expr, $record:ident, $convert:expr) => {{
        let instrument = Rc::new($built.with_unit("{thing}").with_description("A thing.").build());
        let unbound = Rc::clone(&instrument);
        Instrument {
            record: Box::new(move |value, attributes| {
                unbound.$record($convert(value), attributes);
            }),
            bind: Box::new(move |attributes| {
                let bound = instrument.bind(attributes);
                Box::new(move |value| bound.$record($convert(value)))
            }),
        }
    }};
}

#[expect(clippy::disallowed_methods, reason = "this is what a foreign library does")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the whole part of a magnitude below 2^40"
)]
fn instruments(meter: &Meter) -> Vec<Instrument> {
    let unsigned = |value: f64| value.abs() as u64;
    let signed = |value: f64| value as i64;
    let bounds = vec![0.0, 0.5, 16.0, 1e3, 1e6];
    vec![
        instrument!(meter.u64_counter("counter.whole"), add, unsigned),
        instrument!(meter.f64_counter("counter.double"), add, f64::abs),
        instrument!(meter.i64_up_down_counter("level.whole"), add, signed),
        instrument!(meter.f64_up_down_counter("level.double"), add, |value: f64| value),
        instrument!(meter.u64_gauge("gauge.unsigned"), record, unsigned),
        instrument!(meter.i64_gauge("gauge.signed"), record, signed),
        instrument!(meter.f64_gauge("gauge.double"), record, |value: f64| value),
        instrument!(meter.u64_histogram("sizes.whole").with_boundaries(bounds), record, unsigned),
        instrument!(meter.f64_histogram("sizes.double"), record, f64::abs),
    ]
}
