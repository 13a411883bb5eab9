//! What an engine calls: requests, streams, caches, transfers, media and steps, recorded right by construction.
//!
//! ```
//! use inferometer_sdk::{Cached, Engine, FinishReason, MeterProvider, Prompt};
//! use opentelemetry::{Context, trace::noop::NoopTracer};
//!
//! let meters = MeterProvider::builder().build();
//! let engine =
//!     Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").stage("decode").build();
//! let mut request = engine.request(&Context::new(), Prompt { tokens: 812, ..Default::default() });
//! request.scheduled();
//! request.prefilled(Cached { device: 640, ..Default::default() });
//! for step in [1, 1, 2] {
//!     request.tokens(step);
//! }
//! request.finish(FinishReason::Stop);
//! ```
//!
//! | what | file |
//! |---|---|
//! | the labels and instruments of one engine, bound once | `builder.rs`, `labels.rs`, `instruments.rs` |
//! | one request from arrival to its end | `request.rs`, `request_usage.rs`, `request_end.rs`, `timeline.rs`, `prompt.rs` |
//! | its span and their children | `request_spans.rs`, `tracer.rs` |
//! | the state of a KV cache tier, published once per forward pass | `kv_cache.rs`, `kv_stats.rs`, `latch.rs` |
//! | a response on its way to the client, as a stream or whole | `stream.rs`, `stream_accounting.rs`, `stream_item.rs`, `stream_ledger.rs` |
//! | what the keys of a cache go through, who watches it, and a cache server's calls | `storage.rs` |
//! | bytes on their way between tiers, stages, replicas | `edge.rs`, `link.rs`, `busy.rs`, `transfer.rs`, `sent.rs` |
//! | realtime sessions and their turns | `realtime.rs` |
//! | media that come in and are generated | `media*.rs`, `generation.rs`, `playout.rs`, `diffusion.rs`, `timer.rs` |
//! | formulas that a client shares | `formulas.rs` |
//! | the loop's steps, and what a device worked on them | `steps.rs`, `device_steps.rs`, `device_events.rs`, `device_time.rs` |
//! | the scheduler's queues, preemptions, drafts | `queue_depths.rs`, `preemptions.rs`, `speculative.rs` |
//! | adapters, sleep, the model's load | `adapters.rs`, `engine_status.rs`, `model_loads.rs` |
//! | what callers reported wrongly, counted | `correction.rs`, `durations.rs`, `error_types.rs`, `partition.rs` |
//!
//! Recording never fails, blocks or logs, and allocates only where a span begins or ends, where the first request or
//! transfer of a sampled trace makes room for exemplars, and where a label's value (an error type, the outcome of a storage
//! operation) is seen for the first time, whose series is bound then. A caller's
//! mistake is put right as far as that is possible, and counted by [`Correction`]. All this holds for our own cells; over
//! a [`StandardMeter`] recording does what that meter's SDK does.

mod adapters;
mod builder;
mod busy;
mod correction;
mod device_events;
mod device_steps;
mod device_time;
mod diffusion;
mod durations;
mod edge;
mod engine;
mod engine_status;
mod error_types;
pub mod formulas;
mod generation;
mod instruments;
mod kv_cache;
mod kv_stats;
mod labels;
mod latch;
mod link;
pub mod media;
mod media_input;
mod media_output;
mod meters;
mod model_loads;
mod partition;
mod playout;
mod preemptions;
mod prompt;
mod queue_depths;
mod realtime;
mod request;
mod request_end;
mod request_spans;
mod request_usage;
mod sent;
mod speculative;
mod standard_meter;
mod steps;
mod storage;
mod stream;
mod stream_accounting;
mod stream_item;
mod stream_ledger;
mod timeline;
mod timer;
mod tracer;
mod transfer;

pub use adapters::{Adapters, ObservedAdapters};
pub use builder::{DEFAULT_OPERATION, DEFAULT_PROVIDER, DEFAULT_STAGE, EngineBuilder};
pub use correction::Correction;
pub(crate) use correction::Corrections;
pub use device_events::{DeviceEvent, DeviceEventState, DeviceEvents};
pub use device_steps::{DeviceStep, DeviceSteps};
pub use device_time::MAX_STEPS_UNDER_WAY;
pub use diffusion::Diffusion;
pub use edge::{Edge, TransferEdge};
pub use engine::Engine;
pub use engine_status::EngineStatus;
pub use error_types::MAX_ERROR_TYPES;
pub use generation::Generation;
pub use inferometer_semconv::attributes::KvCacheEvictionReason;
pub use inferometer_semconv::attributes::{
    DiffusionStage, EngineState, FinishReason, IterationKind, KvCacheTier, NetworkIoDirection,
    PreemptionMode, RequestState, TokenModality, TransferPayload, TransferTransport,
};
pub use inferometer_semconv::attributes::{
    KvCacheEvictionResult, KvCacheFailureReason, KvCacheMethod, KvCacheOperation,
};
#[cfg(feature = "tower")]
pub(crate) use instruments::PANIC;
pub use kv_cache::{KvCache, MAX_POOLS_PER_TIER};
pub use kv_stats::KvStats;
#[cfg(feature = "tower")]
pub(crate) use labels::pair;
pub use media_input::MediaInput;
pub use media_output::MediaOutput;
pub use meters::{Add, Meters, Record};
pub use model_loads::ModelLoads;
pub use preemptions::Preemptions;
pub use prompt::{Cached, Prompt, TokenUsage};
pub use queue_depths::{ObservedOutputs, ObservedQueues, QueueDepths};
pub use realtime::{Realtime, RealtimeSession};
pub use request::Request;
pub use sent::Sent;
pub use speculative::{MAX_SPECULATIVE_POSITIONS, Speculative};
pub use standard_meter::{Observed, StandardMeter};
pub use steps::{StepBatch, Steps};
pub use storage::{
    BLOCK_LIFETIMES, CacheCall, CacheCalls, CallSize, HASHES_PER_QUEUED_EVENT, Keys,
    MAX_OBSERVER_QUEUE, MAX_STORAGE_OBSERVERS, MAX_TRACKED_BLOCKS, OBSERVER_DRAIN_TIMEOUT,
    ObserverError, ObserverThread, Storage, StorageEvent, StorageEventKind, StorageObserver,
    StorageOperation, StoragePlace, StorageTier, TokenLookups,
};
pub use stream::{AccountedResponse, AccountedStream};
pub use stream_item::{EnginePhase, ItemAccount, ItemTokens, StreamItem, TokenCounts, UsageScope};
pub use stream_ledger::MAX_ANSWERS;
pub use timer::Timer;
#[cfg(feature = "tower")]
pub(crate) use tracer::{StartSpan, system_time};
pub use transfer::Transfer;
