//! Placeholder tour.

mod cells;
mod clock;
mod metrics;
mod otlp;

pub use clock::{Clock, ManualClock, SystemClock};
pub use metrics::{
    Counter, Gauge, Histogram, MAX_INSTRUMENTS_PER_SCOPE, MAX_SCOPES, MeterProvider,
    MeterProviderBuilder, Number, NumberKind, PointValue, RefusedMeasurement, Scope, Snapshot,
    Stats, UpDownCounter,
};
pub use otlp::Encoder;
