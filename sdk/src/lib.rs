//! Placeholder tour.

mod cells;
mod clock;
mod error;
mod export;
mod metrics;
mod otlp;
mod serving;
mod telemetry;

pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{FlushError, StartError};
pub use metrics::{
    Counter, Gauge, Histogram, MAX_INSTRUMENTS_PER_SCOPE, MAX_SCOPES, MeterProvider,
    MeterProviderBuilder, Number, NumberKind, PointValue, Scope, Snapshot, Stats, UpDownCounter,
};
pub use otlp::Encoder;
pub use serving::{
    Cached, Correction, DEFAULT_OPERATION, DEFAULT_PROVIDER, DEFAULT_STAGE, Edge, Engine,
    EngineBuilder, FinishReason, KvCache, KvCacheTier, KvUsage, MAX_ERROR_TYPES,
    NetworkIoDirection, Prompt, Request, TokenModality, Transfer, TransferEdge, TransferPayload,
    TransferTransport,
};
pub use telemetry::{Telemetry, TelemetryBuilder};
