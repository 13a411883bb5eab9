//! Placeholder tour.

mod cells;
mod clock;
mod error;
mod export;
mod metrics;
mod otlp;
mod telemetry;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{FlushError, StartError};
pub use metrics::{
    Counter, Gauge, Histogram, MAX_INSTRUMENTS_PER_SCOPE, MAX_SCOPES, MeterProvider,
    MeterProviderBuilder, Number, NumberKind, PointValue, RefusedMeasurement, Scope, Snapshot,
    Stats, UpDownCounter,
};
pub use otlp::Encoder;
pub use telemetry::{Telemetry, TelemetryBuilder};
