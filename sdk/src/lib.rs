#![doc = include_str!("../README.md")]
//!
//! # The way of a measurement
//!
//! | stage | from -> to | where |
//! |---|---|---|
//! | bind | definition + attributes -> handle | [`Scope`], or [`Telemetry::engine`] for all of serving |
//! | record | handle -> this thread's cells | [`Counter`], [`UpDownCounter`], [`Gauge`], [`Histogram`], [`Request`] |
//! | snapshot | all threads' cells -> one moment | [`MeterProvider::snapshot`], [`Snapshot`] |
//! | encode | snapshot -> OTLP bytes | [`Encoder`] |
//! | send | bytes -> delivered, rejected or lost, each counted | [`Telemetry`], [`ExportStats`] |
//!
//! A [`Telemetry`] does the last three on a thread of its own. Without it, a [`MeterProvider`] and an [`Encoder`] are
//! all that is needed to get bytes from measurements, and nothing runs in the background.

// What is public says its errors and panics, is not dropped by mistake, and can grow.
#![warn(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs
)]

mod cells;
mod clock;
mod environment;
mod error;
mod export;
mod fork;
#[cfg(any(feature = "fuzzing", all(test, feature = "tower")))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "nvml")]
mod gpu;
mod metrics;
mod otlp;
#[cfg(feature = "prometheus")]
mod prometheus;
mod random;
mod resource;
mod self_metrics;
mod serving;
mod telemetry;
#[cfg(feature = "tower")]
pub mod tower;
mod unwind;

#[cfg(feature = "prometheus")]
pub use self::prometheus::{LeftOut, OPEN_METRICS, PrometheusCollector};
pub use clock::{Clock, ManualClock, SystemClock};
pub use environment::Environment;
pub use error::{FlushError, StartError};
pub use export::{
    Compression, ExportFailure, ExportStats, Exporter, InMemory, Protocol, TelemetryStats, TlsFiles,
};
#[cfg(feature = "nvml")]
pub use gpu::{
    DEFAULT_GPU_INTERVAL, DEFAULT_GPU_TIMEOUT, GPU_DROP_TIMEOUT, GpuQuery, GpuSampler,
    GpuSamplerBuilder, GpuState, MAX_GPUS, NoGpu,
};
pub use metrics::{
    Counter, ExemplarFilter, Gauge, Histogram, HistogramAggregation, InstrumentType,
    MAX_CALLBACKS_PER_INSTRUMENT, MAX_INSTRUMENTS_PER_SCOPE, MAX_SCOPES, MAX_VIEW_ATTRIBUTE_KEYS,
    MAX_VIEWS, MeterProvider, MeterProviderBuilder, MetricReader, Number, NumberKind, Observation,
    PointValue, RETIRE_AFTER, Recorder, SampledSpan, Scope, Snapshot, Stats, TemporalityPreference,
    UpDownCounter, View, ViewAggregation, ViewBuilder, ViewError,
};
pub use otlp::Encoder;
pub use resource::{DETECTION_TIMEOUT, DETECTOR_TIMEOUT, Detector};
pub use serving::{
    AccountedResponse, AccountedStream, EnginePhase, ItemAccount, ItemTokens, MAX_ANSWERS,
    StreamItem, TokenCounts, UsageScope,
};
pub use serving::{
    Adapters, Add, Cached, Correction, DEFAULT_OPERATION, DEFAULT_PROVIDER, DEFAULT_STAGE,
    DeviceEvent, DeviceEventState, DeviceEvents, DeviceStep, DeviceSteps, Diffusion,
    DiffusionStage, Edge, Engine, EngineBuilder, EngineState, EngineStatus, FinishReason,
    Generation, IterationKind, KvCache, KvCacheTier, MAX_ERROR_TYPES, MAX_SPECULATIVE_POSITIONS,
    MAX_STEPS_UNDER_WAY, MediaInput, MediaOutput, Meters, ModelLoads, NetworkIoDirection, Observed,
    ObservedAdapters, ObservedOutputs, ObservedQueues, PreemptionMode, Preemptions, Prompt,
    QueueDepths, Realtime, RealtimeSession, Record, Request, RequestState, Sent, Speculative,
    StandardMeter, StepBatch, Steps, Timer, TokenModality, TokenUsage, Transfer, TransferEdge,
    TransferPayload, TransferTransport, formulas, media,
};
pub use serving::{
    BLOCK_LIFETIMES, CacheCall, CacheCalls, CallSize, HASHES_PER_QUEUED_EVENT, Keys,
    KvCacheEvictionReason, KvCacheEvictionResult, KvCacheFailureReason, KvCacheMethod,
    KvCacheOperation, KvStats, MAX_OBSERVER_QUEUE, MAX_POOLS_PER_TIER, MAX_STORAGE_OBSERVERS,
    MAX_TRACKED_BLOCKS, OBSERVER_DRAIN_TIMEOUT, ObserverError, ObserverThread, Storage,
    StorageEvent, StorageEventKind, StorageObserver, StorageOperation, StoragePlace, StorageTier,
    TokenLookups,
};
pub use telemetry::{DROP_TIMEOUT, Propagator, Telemetry, TelemetryBuilder, init, new_instance_id};
