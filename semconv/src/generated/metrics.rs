//! Every instrument.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{
    AttributeRef, DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind, Requirement, Stability, ValueType,
    generated::attributes as keys,
};

/// `infer.collector.build.info`: Always 1, with what says which collector this is.
///
/// Prometheus: `infer_collector_build_info`.
pub const INFER_COLLECTOR_BUILD_INFO: InstrumentDef = InstrumentDef {
    name: "infer.collector.build.info",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Int,
    unit: "{build}",
    description: "Always 1, with what says which collector this is.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_BUILD_VERSION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_BUILD_REVISION, requirement: Requirement::ConditionallyRequired("If whoever built it said so.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.engine.utilization`: The share of time in which a part of the GPU was busy, from 0 to 1.
///
/// Prometheus: `infer_gpu_engine_utilization`.
pub const INFER_GPU_ENGINE_UTILIZATION: InstrumentDef = InstrumentDef {
    name: "infer.gpu.engine.utilization",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "1",
    description: "The share of time in which a part of the GPU was busy, from 0 to 1.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_ENGINE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.clock.frequency`: The frequency of a clock now.
///
/// Prometheus: `infer_gpu_clock_frequency_hertz`.
pub const INFER_GPU_CLOCK_FREQUENCY: InstrumentDef = InstrumentDef {
    name: "infer.gpu.clock.frequency",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "Hz",
    description: "The frequency of a clock now.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_CLOCK_DOMAIN, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.throttle.time`: Time in which the clocks were held down, by reason.
///
/// Prometheus: `infer_gpu_throttle_time_seconds_total`.
pub const INFER_GPU_THROTTLE_TIME: InstrumentDef = InstrumentDef {
    name: "infer.gpu.throttle.time",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time in which the clocks were held down, by reason.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_THROTTLE_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.throttle.status`: Whether a reason holds the clocks down now: 1 or 0.
///
/// Prometheus: `infer_gpu_throttle_status`. Several reasons may hold at once.
pub const INFER_GPU_THROTTLE_STATUS: InstrumentDef = InstrumentDef {
    name: "infer.gpu.throttle.status",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "1",
    description: "Whether a reason holds the clocks down now: 1 or 0.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_THROTTLE_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.link.io`: Bytes over a link of the GPU.
///
/// Prometheus: `infer_gpu_link_io_bytes_total`.
pub const INFER_GPU_LINK_IO: InstrumentDef = InstrumentDef {
    name: "infer.gpu.link.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes over a link of the GPU.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_LINK_TYPE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.xid.events`: XID events that the driver reported.
///
/// Prometheus: `infer_gpu_xid_events_total`.
pub const INFER_GPU_XID_EVENTS: InstrumentDef = InstrumentDef {
    name: "infer.gpu.xid.events",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{event}",
    description: "XID events that the driver reported.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_GPU_XID_CODE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.process.memory.usage`: GPU memory of this process.
///
/// Prometheus: `infer_gpu_process_memory_usage_bytes`.
pub const INFER_GPU_PROCESS_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.gpu.process.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "GPU memory of this process.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.process.active`: Processes that compute on the GPU.
///
/// Prometheus: `infer_gpu_process_active`.
pub const INFER_GPU_PROCESS_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.gpu.process.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{process}",
    description: "Processes that compute on the GPU.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.mig.instance.active`: MIG instances into which the GPU is divided.
///
/// Prometheus: `infer_gpu_mig_instance_active`.
pub const INFER_GPU_MIG_INSTANCE_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.gpu.mig.instance.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{instance}",
    description: "MIG instances into which the GPU is divided.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.gpu.query.failed`: Questions that the driver did not answer, each of which cost one value.
///
/// Prometheus: `infer_gpu_query_failed_total`.
pub const INFER_GPU_QUERY_FAILED: InstrumentDef = InstrumentDef {
    name: "infer.gpu.query.failed",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{query}",
    description: "Questions that the driver did not answer, each of which cost one value.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::ConditionallyRequired("If the question was about one GPU.") },
        AttributeRef { attribute: &keys::INFER_GPU_QUERY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_GPU_FAILURE_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.prompt_tokens`: Prompt tokens whose KV entries are in place, by where these came from.
///
/// Prometheus: `infer_kv_cache_prompt_tokens_total`. The sources partition the prompt tokens exactly, so the share of prefix hits is 1 - computed / sum over all sources.
pub const INFER_KV_CACHE_PROMPT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.prompt_tokens",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Prompt tokens whose KV entries are in place, by where these came from.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_SOURCE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.utilization`: The share of a tier's blocks that requests use, from 0 to 1.
///
/// Prometheus: `infer_kv_cache_utilization`. Blocks that are only kept for their content can be taken at once and so do not count as used.
pub const INFER_KV_CACHE_UTILIZATION: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.utilization",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "1",
    description: "The share of a tier's blocks that requests use, from 0 to 1.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.usage`: Blocks of a tier by what they hold; the sum over all states is the limit.
///
/// Prometheus: `infer_kv_cache_block_usage`.
pub const INFER_KV_CACHE_BLOCK_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{block}",
    description: "Blocks of a tier by what they hold; the sum over all states is the limit.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BLOCK_STATE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.limit`: Blocks that a tier has.
///
/// Prometheus: `infer_kv_cache_block_limit`.
pub const INFER_KV_CACHE_BLOCK_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{block}",
    description: "Blocks that a tier has.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.prefix_hit_ratio`: The share of prompt tokens that an engine says it found in the KV cache, from 0 to 1.
///
/// Prometheus: `infer_kv_cache_prefix_hit_ratio`. For an engine that hands over a ratio that it sampled itself. Where tokens are counted, `infer.kv_cache.prompt_tokens` gives the ratio over any time.
pub const INFER_KV_CACHE_PREFIX_HIT_RATIO: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.prefix_hit_ratio",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "1",
    description: "The share of prompt tokens that an engine says it found in the KV cache, from 0 to 1.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.memory.usage`: Memory of a tier that holds blocks or keys.
///
/// Prometheus: `infer_kv_cache_memory_usage_bytes`.
pub const INFER_KV_CACHE_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory of a tier that holds blocks or keys.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.memory.limit`: Memory that a tier may use.
///
/// Prometheus: `infer_kv_cache_memory_limit_bytes`.
pub const INFER_KV_CACHE_MEMORY_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.memory.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that a tier may use.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.allocations`: Blocks of a tier that were handed to requests.
///
/// Prometheus: `infer_kv_cache_block_allocations_total`.
pub const INFER_KV_CACHE_BLOCK_ALLOCATIONS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.allocations",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{block}",
    description: "Blocks of a tier that were handed to requests.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.evictions`: Blocks of a tier whose content was given up.
///
/// Prometheus: `infer_kv_cache_block_evictions_total`.
pub const INFER_KV_CACHE_BLOCK_EVICTIONS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.evictions",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{block}",
    description: "Blocks of a tier whose content was given up.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_EVICTION_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.lifetime`: Time from the allocation of a block until its eviction, of sampled blocks.
///
/// Prometheus: `infer_kv_cache_block_lifetime_seconds`.
pub const INFER_KV_CACHE_BLOCK_LIFETIME: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.lifetime",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the allocation of a block until its eviction, of sampled blocks.",
    bounds: &[0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.idle_before_eviction`: Time from the last use of a block until its eviction, of sampled blocks.
///
/// Prometheus: `infer_kv_cache_block_idle_before_eviction_seconds`.
pub const INFER_KV_CACHE_BLOCK_IDLE_BEFORE_EVICTION: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.idle_before_eviction",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the last use of a block until its eviction, of sampled blocks.",
    bounds: &[0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.reuse_interval`: Time between two uses of a block, of sampled blocks.
///
/// Prometheus: `infer_kv_cache_block_reuse_interval_seconds`.
pub const INFER_KV_CACHE_BLOCK_REUSE_INTERVAL: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.reuse_interval",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time between two uses of a block, of sampled blocks.",
    bounds: &[0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.reuse_distance`: Uses of other blocks between two uses of a block, of sampled blocks.
///
/// Prometheus: `infer_kv_cache_block_reuse_distance`.
pub const INFER_KV_CACHE_BLOCK_REUSE_DISTANCE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.reuse_distance",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{block}",
    description: "Uses of other blocks between two uses of a block, of sampled blocks.",
    bounds: &[1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0, 1000000.0, 10000000.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.block.eviction_to_reuse`: Time from the eviction of a block until its content was wanted again, of sampled blocks.
///
/// Prometheus: `infer_kv_cache_block_eviction_to_reuse_seconds`. A tier that is too small shows here. Content that is never wanted again has no value.
pub const INFER_KV_CACHE_BLOCK_EVICTION_TO_REUSE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.block.eviction_to_reuse",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the eviction of a block until its content was wanted again, of sampled blocks.",
    bounds: &[0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.lora.adapter.active`: LoRA adapters by state.
///
/// Prometheus: `infer_lora_adapter_active`. The states overlap, so their sum means nothing.
pub const INFER_LORA_ADAPTER_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.lora.adapter.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{adapter}",
    description: "LoRA adapters by state.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_LORA_STATE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.items`: Images, audio clips, videos and texts, received and generated.
///
/// Prometheus: `infer_modality_items_total`.
pub const INFER_MODALITY_ITEMS: InstrumentDef = InstrumentDef {
    name: "infer.modality.items",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Images, audio clips, videos and texts, received and generated.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.preprocess.duration`: Time to bring one input into the form that its encoder wants.
///
/// Prometheus: `infer_modality_preprocess_duration_seconds`.
pub const INFER_MODALITY_PREPROCESS_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.modality.preprocess.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time to bring one input into the form that its encoder wants.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If it failed.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.encode.duration`: Time to turn one input into embeddings.
///
/// Prometheus: `infer_modality_encode_duration_seconds`.
pub const INFER_MODALITY_ENCODE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.modality.encode.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time to turn one input into embeddings.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If it failed.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.generation.duration`: Time that the stage worked on one media output.
///
/// Prometheus: `infer_modality_generation_duration_seconds`.
pub const INFER_MODALITY_GENERATION_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.modality.generation.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time that the stage worked on one media output.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.audio.time_to_first_packet`: Time from a request's arrival until its first audio packet.
///
/// Prometheus: `infer_modality_audio_time_to_first_packet_seconds`.
pub const INFER_MODALITY_AUDIO_TIME_TO_FIRST_PACKET: InstrumentDef = InstrumentDef {
    name: "infer.modality.audio.time_to_first_packet",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from a request's arrival until its first audio packet.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.image.time_to_first_image`: Time from a request's arrival until its first image.
///
/// Prometheus: `infer_modality_image_time_to_first_image_seconds`.
pub const INFER_MODALITY_IMAGE_TIME_TO_FIRST_IMAGE: InstrumentDef = InstrumentDef {
    name: "infer.modality.image.time_to_first_image",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from a request's arrival until its first image.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.video.time_to_first_frame`: Time from a request's arrival until its first video frame.
///
/// Prometheus: `infer_modality_video_time_to_first_frame_seconds`.
pub const INFER_MODALITY_VIDEO_TIME_TO_FIRST_FRAME: InstrumentDef = InstrumentDef {
    name: "infer.modality.video.time_to_first_frame",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from a request's arrival until its first video frame.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.media.duration`: Playing time of one audio clip or video.
///
/// Prometheus: `infer_modality_media_duration_seconds`. From the number of samples or frames and their rate. An item without either has no value.
pub const INFER_MODALITY_MEDIA_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.modality.media.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Playing time of one audio clip or video.",
    bounds: &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 1800.0, 7200.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.media.time`: Playing time of all audio clips and videos.
///
/// Prometheus: `infer_modality_media_time_seconds_total`.
pub const INFER_MODALITY_MEDIA_TIME: InstrumentDef = InstrumentDef {
    name: "infer.modality.media.time",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Double,
    unit: "s",
    description: "Playing time of all audio clips and videos.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.real_time_factor`: Time to generate an audio or video output, divided by its playing time; below 1 is faster than it plays.
///
/// Prometheus: `infer_modality_real_time_factor`. Only where the playing time is known and positive. The time is that of the stage that recorded it; for a whole pipeline, that of the stage in front.
pub const INFER_MODALITY_REAL_TIME_FACTOR: InstrumentDef = InstrumentDef {
    name: "infer.modality.real_time_factor",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "1",
    description: "Time to generate an audio or video output, divided by its playing time; below 1 is faster than it plays.",
    bounds: &[0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 5.0, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.output.skipped`: Media outputs that have no playing time and no real-time factor, by reason.
///
/// Prometheus: `infer_modality_output_skipped_total`. Images play for no time; they are counted here if there was none, or if they were given up.
pub const INFER_MODALITY_OUTPUT_SKIPPED: InstrumentDef = InstrumentDef {
    name: "infer.modality.output.skipped",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{output}",
    description: "Media outputs that have no playing time and no real-time factor, by reason.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_MODALITY_SKIP_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.underrun.duration`: The longest time by which a streamed output came too late to play on without a gap; 0 if it never did.
///
/// Prometheus: `infer_modality_underrun_duration_seconds`. One value per streamed output; the bucket of a threshold says how many played on within it.
pub const INFER_MODALITY_UNDERRUN_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.modality.underrun.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "The longest time by which a streamed output came too late to play on without a gap; 0 if it never did.",
    bounds: &[0.0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.image.pixels`: Pixels of images, received and generated.
///
/// Prometheus: `infer_modality_image_pixels_total`.
pub const INFER_MODALITY_IMAGE_PIXELS: InstrumentDef = InstrumentDef {
    name: "infer.modality.image.pixels",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{pixel}",
    description: "Pixels of images, received and generated.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.audio.frames`: Audio frames, received and generated: one sample of every channel.
///
/// Prometheus: `infer_modality_audio_frames_total`.
pub const INFER_MODALITY_AUDIO_FRAMES: InstrumentDef = InstrumentDef {
    name: "infer.modality.audio.frames",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{frame}",
    description: "Audio frames, received and generated: one sample of every channel.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.video.frames`: Video frames, received and generated.
///
/// Prometheus: `infer_modality_video_frames_total`.
pub const INFER_MODALITY_VIDEO_FRAMES: InstrumentDef = InstrumentDef {
    name: "infer.modality.video.frames",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{frame}",
    description: "Video frames, received and generated.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_MODALITY_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.modality.cache.lookups`: Media inputs that were looked up in the encoder's cache.
///
/// Prometheus: `infer_modality_cache_lookups_total`.
pub const INFER_MODALITY_CACHE_LOOKUPS: InstrumentDef = InstrumentDef {
    name: "infer.modality.cache.lookups",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Media inputs that were looked up in the encoder's cache.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_MODALITY_CACHE_RESULT, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.diffusion.stage.duration`: Time of one part of a diffusion pipeline for one output.
///
/// Prometheus: `infer_diffusion_stage_duration_seconds`.
pub const INFER_DIFFUSION_STAGE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.diffusion.stage.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one part of a diffusion pipeline for one output.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_DIFFUSION_STAGE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If it failed.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.diffusion.step.duration`: Time of one denoising step.
///
/// Prometheus: `infer_diffusion_step_duration_seconds`.
pub const INFER_DIFFUSION_STEP_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.diffusion.step.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one denoising step.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.model.load.duration`: Time to load a model until it can serve.
///
/// Prometheus: `infer_model_load_duration_seconds`.
pub const INFER_MODEL_LOAD_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.model.load.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time to load a model until it can serve.",
    bounds: &[1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the load failed.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.engine.status`: Whether the engine is in a state: 1 for the one that it is in, 0 for the others.
///
/// Prometheus: `infer_engine_status`.
pub const INFER_ENGINE_STATUS: InstrumentDef = InstrumentDef {
    name: "infer.engine.status",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "1",
    description: "Whether the engine is in a state: 1 for the one that it is in, 0 for the others.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_ENGINE_STATE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.realtime.session.active`: Realtime sessions that are open.
///
/// Prometheus: `infer_realtime_session_active`.
pub const INFER_REALTIME_SESSION_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.realtime.session.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{session}",
    description: "Realtime sessions that are open.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.realtime.detection.duration`: Time of one run of the voice activity detector.
///
/// Prometheus: `infer_realtime_detection_duration_seconds`.
pub const INFER_REALTIME_DETECTION_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.realtime.detection.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one run of the voice activity detector.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.realtime.endpoint.duration`: Silence between the last speech of a turn and the decision that the turn is over.
///
/// Prometheus: `infer_realtime_endpoint_duration_seconds`.
pub const INFER_REALTIME_ENDPOINT_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.realtime.endpoint.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Silence between the last speech of a turn and the decision that the turn is over.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.realtime.errors`: Failures of realtime sessions and their voice activity detector.
///
/// Prometheus: `infer_realtime_errors_total`.
pub const INFER_REALTIME_ERRORS: InstrumentDef = InstrumentDef {
    name: "infer.realtime.errors",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{error}",
    description: "Failures of realtime sessions and their voice activity detector.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.config.reload`: Attempts to go on with another configuration.
///
/// Prometheus: `infer_collector_config_reload_total`.
pub const INFER_COLLECTOR_CONFIG_RELOAD: InstrumentDef = InstrumentDef {
    name: "infer.collector.config.reload",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{reload}",
    description: "Attempts to go on with another configuration.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_RELOAD_RESULT, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.config.load.timestamp`: When the configuration that runs was started, in seconds since 1970.
///
/// Prometheus: `infer_collector_config_load_timestamp_seconds`.
pub const INFER_COLLECTOR_CONFIG_LOAD_TIMESTAMP: InstrumentDef = InstrumentDef {
    name: "infer.collector.config.load.timestamp",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "s",
    description: "When the configuration that runs was started, in seconds since 1970.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.active`: Requests that have arrived and not ended, by state.
///
/// Prometheus: `infer_request_active`.
pub const INFER_REQUEST_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.request.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that have arrived and not ended, by state.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REQUEST_STATE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.finished`: Requests that ended, each once, by reason.
///
/// Prometheus: `infer_request_finished_total`.
pub const INFER_REQUEST_FINISHED: InstrumentDef = InstrumentDef {
    name: "infer.request.finished",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that ended, each once, by reason.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REQUEST_FINISH_REASON, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the reason is `error`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.queue.duration`: Time from a request's arrival until it is first scheduled.
///
/// Prometheus: `infer_request_queue_duration_seconds`.
pub const INFER_REQUEST_QUEUE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.request.queue.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from a request's arrival until it is first scheduled.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.prefill.duration`: Time from first scheduling until the whole prompt is in the KV cache.
///
/// Prometheus: `infer_request_prefill_duration_seconds`.
pub const INFER_REQUEST_PREFILL_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.request.prefill.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from first scheduling until the whole prompt is in the KV cache.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.decode.duration`: Time from the first output token to the last.
///
/// Prometheus: `infer_request_decode_duration_seconds`.
pub const INFER_REQUEST_DECODE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.request.decode.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the first output token to the last.",
    bounds: &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.time_between_tokens`: Time between two successive steps that emit tokens of one request.
///
/// Prometheus: `infer_request_time_between_tokens_seconds`. One value per step after the first, also where a step emits several tokens; upstream's `time_per_output_token` is the mean over a request, so its tail hides stalls that are visible here.
pub const INFER_REQUEST_TIME_BETWEEN_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.time_between_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time between two successive steps that emit tokens of one request.",
    bounds: &[0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.input_tokens`: Prompt tokens of a request, cached ones included.
///
/// Prometheus: `infer_request_input_tokens`.
pub const INFER_REQUEST_INPUT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.input_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Prompt tokens of a request, cached ones included.",
    bounds: &[1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.output_tokens`: Tokens that a request generated, reasoning included.
///
/// Prometheus: `infer_request_output_tokens`.
pub const INFER_REQUEST_OUTPUT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.output_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens that a request generated, reasoning included.",
    bounds: &[1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.cached_tokens`: Prompt tokens of a request that were read from a cache.
///
/// Prometheus: `infer_request_cached_tokens`. Of requests whose number is known: 0 is a value, unknown is none.
pub const INFER_REQUEST_CACHED_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.cached_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Prompt tokens of a request that were read from a cache.",
    bounds: &[0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.reasoning_tokens`: Tokens of reasoning that a request generated.
///
/// Prometheus: `infer_request_reasoning_tokens`. Of requests whose number is known.
pub const INFER_REQUEST_REASONING_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.reasoning_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens of reasoning that a request generated.",
    bounds: &[0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.audio_input_tokens`: Audio tokens in the prompt of a request.
///
/// Prometheus: `infer_request_audio_input_tokens`. Of requests whose number is known.
pub const INFER_REQUEST_AUDIO_INPUT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.audio_input_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Audio tokens in the prompt of a request.",
    bounds: &[0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.request.audio_output_tokens`: Audio tokens that a request generated.
///
/// Prometheus: `infer_request_audio_output_tokens`. Of requests whose number is known.
pub const INFER_REQUEST_AUDIO_OUTPUT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.request.audio_output_tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Audio tokens that a request generated.",
    bounds: &[0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.iteration.duration`: Time of one step of the scheduler, from its start until its results are there.
///
/// Prometheus: `infer_scheduler_iteration_duration_seconds`.
pub const INFER_SCHEDULER_ITERATION_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.iteration.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one step of the scheduler, from its start until its results are there.",
    bounds: &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_ITERATION_KIND, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.iteration.device.duration`: Time that the device worked on one step, as the device measured it.
///
/// Prometheus: `infer_scheduler_iteration_device_duration_seconds`. Never a host clock around an asynchronous launch. A step whose device time is not known has no value.
pub const INFER_SCHEDULER_ITERATION_DEVICE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.iteration.device.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time that the device worked on one step, as the device measured it.",
    bounds: &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_ITERATION_KIND, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.iteration.tokens`: Tokens that one step processes, of prompts and generated ones.
///
/// Prometheus: `infer_scheduler_iteration_tokens`.
pub const INFER_SCHEDULER_ITERATION_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.iteration.tokens",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens that one step processes, of prompts and generated ones.",
    bounds: &[1.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0, 32768.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_ITERATION_KIND, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.iteration.requests`: Requests in one step: its batch size.
///
/// Prometheus: `infer_scheduler_iteration_requests`.
pub const INFER_SCHEDULER_ITERATION_REQUESTS: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.iteration.requests",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests in one step: its batch size.",
    bounds: &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0, 768.0, 1024.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_ITERATION_KIND, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.request.active`: Requests in the scheduler's own queues by state, read when metrics are collected.
///
/// Prometheus: `infer_scheduler_request_active`. What the scheduler holds; `infer.request.active` is what the recorded requests say. A lasting difference is a leak.
pub const INFER_SCHEDULER_REQUEST_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.request.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests in the scheduler's own queues by state, read when metrics are collected.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REQUEST_STATE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.output.queued`: Outputs of the stage that wait to be taken by the next one, read when metrics are collected.
///
/// Prometheus: `infer_scheduler_output_queued`.
pub const INFER_SCHEDULER_OUTPUT_QUEUED: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.output.queued",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{output}",
    description: "Outputs of the stage that wait to be taken by the next one, read when metrics are collected.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.scheduler.preemptions`: Running requests that gave their blocks back, by what became of these.
///
/// Prometheus: `infer_scheduler_preemptions_total`.
pub const INFER_SCHEDULER_PREEMPTIONS: InstrumentDef = InstrumentDef {
    name: "infer.scheduler.preemptions",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{preemption}",
    description: "Running requests that gave their blocks back, by what became of these.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_PREEMPTION_MODE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.speculative.drafts`: Drafts that were verified.
///
/// Prometheus: `infer_speculative_drafts_total`.
pub const INFER_SPECULATIVE_DRAFTS: InstrumentDef = InstrumentDef {
    name: "infer.speculative.drafts",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{draft}",
    description: "Drafts that were verified.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_SPECULATIVE_METHOD, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.speculative.draft_tokens`: Drafted tokens by what verification said.
///
/// Prometheus: `infer_speculative_draft_tokens_total`. The share of accepted tokens is accepted / (accepted + rejected). Where the position is asked for, tokens beyond the positions that are told apart are in series without one.
pub const INFER_SPECULATIVE_DRAFT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.speculative.draft_tokens",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Drafted tokens by what verification said.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_SPECULATIVE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_SPECULATIVE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_SPECULATIVE_POSITION, requirement: Requirement::OptIn },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.speculative.accepted_length`: Tokens of one draft that were accepted.
///
/// Prometheus: `infer_speculative_accepted_length`.
pub const INFER_SPECULATIVE_ACCEPTED_LENGTH: InstrumentDef = InstrumentDef {
    name: "infer.speculative.accepted_length",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens of one draft that were accepted.",
    bounds: &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 12.0, 16.0, 32.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_SPECULATIVE_METHOD, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.key.requested`: Keys that operations of a tier were asked for: reserved, submitted or looked up.
///
/// Prometheus: `infer_kv_cache_key_requested_total`. Refused ones included, so that requested = finished + in flight for `allocate`, `store`, `load`, `lookup`, `read`, `write` and `prefetch`. `access`, `evict` and `delete` are only finished.
pub const INFER_KV_CACHE_KEY_REQUESTED: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.key.requested",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{key}",
    description: "Keys that operations of a tier were asked for: reserved, submitted or looked up.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.key.finished`: Keys with which operations of a tier are through, by outcome.
///
/// Prometheus: `infer_kv_cache_key_finished_total`. One step that finishes a write and reserves a read counts as a finished `write` and a requested `read`. The share of hits is hit / (hit + miss).
pub const INFER_KV_CACHE_KEY_FINISHED: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.key.finished",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{key}",
    description: "Keys with which operations of a tier are through, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_EVICTION_REASON, requirement: Requirement::ConditionallyRequired("If the operation is `evict`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.operation.io`: Bytes with which operations of a tier are through, by outcome.
///
/// Prometheus: `infer_kv_cache_operation_io_bytes_total`.
pub const INFER_KV_CACHE_OPERATION_IO: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.operation.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes with which operations of a tier are through, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_EVICTION_REASON, requirement: Requirement::ConditionallyRequired("If the operation is `evict`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.operation.duration`: Time from the reservation or submission of an operation until it ended.
///
/// Prometheus: `infer_kv_cache_operation_duration_seconds`. Its count is that of operations; each may be about several keys, and the worst outcome among them is its own.
pub const INFER_KV_CACHE_OPERATION_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.operation.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the reservation or submission of an operation until it ended.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.operation.active`: Operations of a tier that were reserved or submitted and have not ended.
///
/// Prometheus: `infer_kv_cache_operation_active`.
pub const INFER_KV_CACHE_OPERATION_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.operation.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{operation}",
    description: "Operations of a tier that were reserved or submitted and have not ended.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.operation.memory.usage`: Memory that operations in flight hold.
///
/// Prometheus: `infer_kv_cache_operation_memory_usage_bytes`.
pub const INFER_KV_CACHE_OPERATION_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.operation.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that operations in flight hold.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OPERATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.eviction.passes`: Passes of the loop that keeps a tier below its limit, by what they did.
///
/// Prometheus: `infer_kv_cache_eviction_passes_total`.
pub const INFER_KV_CACHE_EVICTION_PASSES: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.eviction.passes",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{pass}",
    description: "Passes of the loop that keeps a tier below its limit, by what they did.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_BACKEND, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_EVICTION_RESULT, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.lookup.tokens`: Tokens that a cache was asked for, by whether it had them.
///
/// Prometheus: `infer_kv_cache_lookup_tokens_total`. Asked of the cache as a whole, tokens that the device already has excluded. Hits and misses partition what was asked, so the share of hits is hit / (hit + miss). `infer.kv_cache.prompt_tokens` partitions whole prompts instead.
pub const INFER_KV_CACHE_LOOKUP_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.lookup.tokens",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens that a cache was asked for, by whether it had them.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_TIER, requirement: Requirement::ConditionallyRequired("If the outcome is `hit`.") },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_NAMESPACE, requirement: Requirement::OptIn },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.server.request.duration`: Time of one request that a cache server answers.
///
/// Prometheus: `infer_kv_cache_server_request_duration_seconds`. Measured by the cache server, from arrival to answer. Its count is that of requests.
pub const INFER_KV_CACHE_SERVER_REQUEST_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.server.request.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one request that a cache server answers.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.server.request.active`: Requests that a cache server answers, begun and not ended.
///
/// Prometheus: `infer_kv_cache_server_request_active`.
pub const INFER_KV_CACHE_SERVER_REQUEST_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.server.request.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that a cache server answers, begun and not ended.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.server.keys`: Keys of requests that a cache server answers, by outcome.
///
/// Prometheus: `infer_kv_cache_server_keys_total`.
pub const INFER_KV_CACHE_SERVER_KEYS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.server.keys",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{key}",
    description: "Keys of requests that a cache server answers, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.server.tokens`: Tokens of requests that a cache server answers, by outcome.
///
/// Prometheus: `infer_kv_cache_server_tokens_total`.
pub const INFER_KV_CACHE_SERVER_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.server.tokens",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens of requests that a cache server answers, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.server.io`: Bytes of requests that a cache server answers, by outcome.
///
/// Prometheus: `infer_kv_cache_server_io_bytes_total`.
pub const INFER_KV_CACHE_SERVER_IO: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.server.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes of requests that a cache server answers, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.client.request.duration`: Time of one request that an engine sends to a cache server.
///
/// Prometheus: `infer_kv_cache_client_request_duration_seconds`. Measured by the engine, from sending to answer. Its count is that of requests.
pub const INFER_KV_CACHE_CLIENT_REQUEST_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.client.request.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time of one request that an engine sends to a cache server.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.client.request.active`: Requests that an engine sends to a cache server, begun and not ended.
///
/// Prometheus: `infer_kv_cache_client_request_active`.
pub const INFER_KV_CACHE_CLIENT_REQUEST_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.client.request.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that an engine sends to a cache server, begun and not ended.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.client.keys`: Keys of requests that an engine sends to a cache server, by outcome.
///
/// Prometheus: `infer_kv_cache_client_keys_total`.
pub const INFER_KV_CACHE_CLIENT_KEYS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.client.keys",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{key}",
    description: "Keys of requests that an engine sends to a cache server, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.client.tokens`: Tokens of requests that an engine sends to a cache server, by outcome.
///
/// Prometheus: `infer_kv_cache_client_tokens_total`.
pub const INFER_KV_CACHE_CLIENT_TOKENS: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.client.tokens",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens of requests that an engine sends to a cache server, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.kv_cache.client.io`: Bytes of requests that an engine sends to a cache server, by outcome.
///
/// Prometheus: `infer_kv_cache_client_io_bytes_total`.
pub const INFER_KV_CACHE_CLIENT_IO: InstrumentDef = InstrumentDef {
    name: "infer.kv_cache.client.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes of requests that an engine sends to a cache server, by outcome.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_OUTCOME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_KV_CACHE_FAILURE_REASON, requirement: Requirement::ConditionallyRequired("If the outcome is `failure`.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.accepted`: Points, spans and log records that every pipeline took.
///
/// Prometheus: `infer_collector_item_accepted_total`.
pub const INFER_COLLECTOR_ITEM_ACCEPTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.accepted",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records that every pipeline took.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_RECEIVER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::ConditionallyRequired("If it came in over the network.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.request.refused`: Requests that were refused whole, with the sender's knowledge.
///
/// Prometheus: `infer_collector_request_refused_total`.
pub const INFER_COLLECTOR_REQUEST_REFUSED: InstrumentDef = InstrumentDef {
    name: "infer.collector.request.refused",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that were refused whole, with the sender's knowledge.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_RECEIVER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::ConditionallyRequired("If it came in over the network.") },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_REFUSAL_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.refused`: Points, spans and log records of refused requests, as far as they could be counted.
///
/// Prometheus: `infer_collector_item_refused_total`.
pub const INFER_COLLECTOR_ITEM_REFUSED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.refused",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records of refused requests, as far as they could be counted.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_RECEIVER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::ConditionallyRequired("If it came in over the network.") },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_REFUSAL_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.rejected`: Points, spans and log records of accepted requests that a filter dropped or an exporter did not keep.
///
/// Prometheus: `infer_collector_item_rejected_total`. What is lost before the exporters of a pipeline counts for each of them.
pub const INFER_COLLECTOR_ITEM_REJECTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.rejected",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records of accepted requests that a filter dropped or an exporter did not keep.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_REJECTION_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.exported`: Points, spans and log records that an exporter stored or that the other side acknowledged.
///
/// Prometheus: `infer_collector_item_exported_total`.
pub const INFER_COLLECTOR_ITEM_EXPORTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.exported",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records that an exporter stored or that the other side acknowledged.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.queued`: Points, spans and log records that wait for an exporter, or in it, or are being sent.
///
/// Prometheus: `infer_collector_item_queued`. What waits in a batch waits for each exporter behind it.
pub const INFER_COLLECTOR_ITEM_QUEUED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.queued",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records that wait for an exporter, or in it, or are being sent.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.recovered`: Points, spans and log records that a former process has left in the queue on disk of an exporter.
///
/// Prometheus: `infer_collector_item_recovered_total`. That process has accepted them. Of every exporter, accepted + recovered = exported + rejected + queued.
pub const INFER_COLLECTOR_ITEM_RECOVERED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.recovered",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records that a former process has left in the queue on disk of an exporter.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.queue.usage`: What waits in the queue of an exporter and is not being sent, in the unit of its sizer.
///
/// Prometheus: `infer_collector_queue_usage`.
pub const INFER_COLLECTOR_QUEUE_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.queue.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{unit}",
    description: "What waits in the queue of an exporter and is not being sent, in the unit of its sizer.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.queue.limit`: What may wait in the queue of an exporter, in the unit of its sizer.
///
/// Prometheus: `infer_collector_queue_limit`.
pub const INFER_COLLECTOR_QUEUE_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.collector.queue.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{unit}",
    description: "What may wait in the queue of an exporter, in the unit of its sizer.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.queue.lost`: Requests that a queue on disk held and that damage has made unfindable, as their numbers say. What was in them is not known, so they are in no count of items.
///
/// Prometheus: `infer_collector_queue_lost_total`.
pub const INFER_COLLECTOR_QUEUE_LOST: InstrumentDef = InstrumentDef {
    name: "infer.collector.queue.lost",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that a queue on disk held and that damage has made unfindable, as their numbers say. What was in them is not known, so they are in no count of items.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.trace.decided`: Traces that a tail sampler decided on.
///
/// Prometheus: `infer_collector_trace_decided_total`. Spans that come later follow the decision and do not count again.
pub const INFER_COLLECTOR_TRACE_DECIDED: InstrumentDef = InstrumentDef {
    name: "infer.collector.trace.decided",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{trace}",
    description: "Traces that a tail sampler decided on.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_PROCESSOR, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_SAMPLING_POLICY, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_SAMPLING_DECISION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_SAMPLING_CAUSE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.trace.undecided`: Traces that wait for the decision of a tail sampler.
///
/// Prometheus: `infer_collector_trace_undecided`.
pub const INFER_COLLECTOR_TRACE_UNDECIDED: InstrumentDef = InstrumentDef {
    name: "infer.collector.trace.undecided",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{trace}",
    description: "Traces that wait for the decision of a tail sampler.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_PROCESSOR, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connector.series.usage`: Series that a connector keeps totals of, overflow series left out.
///
/// Prometheus: `infer_collector_connector_series_usage`.
pub const INFER_COLLECTOR_CONNECTOR_SERIES_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.connector.series.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Series that a connector keeps totals of, overflow series left out.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_CONNECTOR, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connector.series.limit`: Series that a connector may keep totals of.
///
/// Prometheus: `infer_collector_connector_series_limit`.
pub const INFER_COLLECTOR_CONNECTOR_SERIES_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.collector.connector.series.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Series that a connector may keep totals of.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_CONNECTOR, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connector.overflow`: Spans that a connector counted in an overflow series, since their own would have been one too many or too long.
///
/// Prometheus: `infer_collector_connector_overflow_total`.
pub const INFER_COLLECTOR_CONNECTOR_OVERFLOW: InstrumentDef = InstrumentDef {
    name: "infer.collector.connector.overflow",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{span}",
    description: "Spans that a connector counted in an overflow series, since their own would have been one too many or too long.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_CONNECTOR, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.dead_letter.kept`: Requests of a queue on disk that nobody will deliver, as the other side refuses them for good or their bytes changed, and that are kept as dead letters.
///
/// Prometheus: `infer_collector_dead_letter_kept_total`. Their items are counted as rejected.
pub const INFER_COLLECTOR_DEAD_LETTER_KEPT: InstrumentDef = InstrumentDef {
    name: "infer.collector.dead_letter.kept",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests of a queue on disk that nobody will deliver, as the other side refuses them for good or their bytes changed, and that are kept as dead letters.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.dead_letter.lost`: Requests that should have been kept as dead letters and are not, or no longer.
///
/// Prometheus: `infer_collector_dead_letter_lost_total`.
pub const INFER_COLLECTOR_DEAD_LETTER_LOST: InstrumentDef = InstrumentDef {
    name: "infer.collector.dead_letter.lost",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that should have been kept as dead letters and are not, or no longer.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_DEAD_LETTER_LOSS, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.dead_letter.usage`: Bytes of the dead letters that are kept.
///
/// Prometheus: `infer_collector_dead_letter_usage_bytes`.
pub const INFER_COLLECTOR_DEAD_LETTER_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.dead_letter.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes of the dead letters that are kept.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXPORTER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.engine_index.unknown`: Points whose engine index is in no table that says which stage and replica it is.
///
/// Prometheus: `infer_collector_engine_index_unknown_total`. A point is counted each time that it is offered, so again when its sender was refused and comes back.
pub const INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN: InstrumentDef = InstrumentDef {
    name: "infer.collector.engine_index.unknown",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{point}",
    description: "Points whose engine index is in no table that says which stage and replica it is.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.series.usage`: Series that the store holds.
///
/// Prometheus: `infer_collector_series_usage`. The collector's own are among them. Of several stores it is the sum.
pub const INFER_COLLECTOR_SERIES_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.series.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Series that the store holds.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.series.limit`: Series that the store may hold.
///
/// Prometheus: `infer_collector_series_limit`. It is `max_series` and the room for the collector's own on top. Of several stores it is the sum.
pub const INFER_COLLECTOR_SERIES_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.collector.series.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Series that the store may hold.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.series.memory.usage`: Memory that the series of the store take, about.
///
/// Prometheus: `infer_collector_series_memory_usage_bytes`. Of several stores it is the sum.
pub const INFER_COLLECTOR_SERIES_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.series.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that the series of the store take, about.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.series.memory.limit`: Memory that the series of the store may take.
///
/// Prometheus: `infer_collector_series_memory_limit_bytes`. Of several stores it is the sum.
pub const INFER_COLLECTOR_SERIES_MEMORY_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.collector.series.memory.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that the series of the store may take.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.series.ended`: Series that the store has forgotten, `target_info` included.
///
/// Prometheus: `infer_collector_series_ended_total`.
pub const INFER_COLLECTOR_SERIES_ENDED: InstrumentDef = InstrumentDef {
    name: "infer.collector.series.ended",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Series that the store has forgotten, `target_info` included.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_END_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.point.lookup`: Points that a series took, by how it was found.
///
/// Prometheus: `infer_collector_point_lookup_total`. Points that say that a series has ended are not among them, nor are the collector's own.
pub const INFER_COLLECTOR_POINT_LOOKUP: InstrumentDef = InstrumentDef {
    name: "infer.collector.point.lookup",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{point}",
    description: "Points that a series took, by how it was found.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LOOKUP_RESULT, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.request.memory.usage`: Memory that requests take while they are received and answered.
///
/// Prometheus: `infer_collector_request_memory_usage_bytes`.
pub const INFER_COLLECTOR_REQUEST_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "infer.collector.request.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that requests take while they are received and answered.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.request.memory.limit`: Memory that requests may take while they are received and answered.
///
/// Prometheus: `infer_collector_request_memory_limit_bytes`.
pub const INFER_COLLECTOR_REQUEST_MEMORY_LIMIT: InstrumentDef = InstrumentDef {
    name: "infer.collector.request.memory.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Memory that requests may take while they are received and answered.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.target_info.rejected`: Resources whose `target_info` was not shown because the store is at its series limit, counted once per request.
///
/// Prometheus: `infer_collector_target_info_rejected_total`.
pub const INFER_COLLECTOR_TARGET_INFO_REJECTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.target_info.rejected",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{resource}",
    description: "Resources whose `target_info` was not shown because the store is at its series limit, counted once per request.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.attribute.folded`: Attribute values shown as `other` because their key has more than are told apart, counted once per new stream.
///
/// Prometheus: `infer_collector_attribute_folded_total`.
pub const INFER_COLLECTOR_ATTRIBUTE_FOLDED: InstrumentDef = InstrumentDef {
    name: "infer.collector.attribute.folded",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{value}",
    description: "Attribute values shown as `other` because their key has more than are told apart, counted once per new stream.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.exemplar.lost`: Exemplars of kept points that are not shown, or not whole.
///
/// Prometheus: `infer_collector_exemplar_lost_total`. One that gives way to a later one is not among them.
pub const INFER_COLLECTOR_EXEMPLAR_LOST: InstrumentDef = InstrumentDef {
    name: "infer.collector.exemplar.lost",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{exemplar}",
    description: "Exemplars of kept points that are not shown, or not whole.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_EXEMPLAR_LOSS, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connection.accepted`: Connections that a listener took.
///
/// Prometheus: `infer_collector_connection_accepted_total`.
pub const INFER_COLLECTOR_CONNECTION_ACCEPTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.connection.accepted",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{connection}",
    description: "Connections that a listener took.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connection.refused`: Connections that were closed at once, or not accepted at all.
///
/// Prometheus: `infer_collector_connection_refused_total`.
pub const INFER_COLLECTOR_CONNECTION_REFUSED: InstrumentDef = InstrumentDef {
    name: "infer.collector.connection.refused",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{connection}",
    description: "Connections that were closed at once, or not accepted at all.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_CONNECTION_REFUSAL_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.connection.cut`: Connections that a listener took and then ended by itself.
///
/// Prometheus: `infer_collector_connection_cut_total`.
pub const INFER_COLLECTOR_CONNECTION_CUT: InstrumentDef = InstrumentDef {
    name: "infer.collector.connection.cut",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{connection}",
    description: "Connections that a listener took and then ended by itself.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_CONNECTION_CUT_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.authentication.failed`: Requests that a listener did not let in, before anything of their bodies was read.
///
/// Prometheus: `infer_collector_authentication_failed_total`.
pub const INFER_COLLECTOR_AUTHENTICATION_FAILED: InstrumentDef = InstrumentDef {
    name: "infer.collector.authentication.failed",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that a listener did not let in, before anything of their bodies was read.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_AUTHENTICATION_FAILURE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.credential.reload`: Changes of the files that a listener's certificates and credentials come from, by whether what they hold now is used.
///
/// Prometheus: `infer_collector_credential_reload_total`. A change that cannot be used counts once, however often the files are looked at.
pub const INFER_COLLECTOR_CREDENTIAL_RELOAD: InstrumentDef = InstrumentDef {
    name: "infer.collector.credential.reload",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{reload}",
    description: "Changes of the files that a listener's certificates and credentials come from, by whether what they hold now is used.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_LISTENER, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_COLLECTOR_RELOAD_RESULT, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.scrape.duration`: Time from a scrape's arrival until its last byte is handed to the connection.
///
/// Prometheus: `infer_collector_scrape_duration_seconds`. A scrape that ends before its page does is not in it.
pub const INFER_COLLECTOR_SCRAPE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.collector.scrape.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from a scrape's arrival until its last byte is handed to the connection.",
    bounds: &[0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.scrape.io`: Bytes of pages that were handed to connections, as they were coded.
///
/// Prometheus: `infer_collector_scrape_io_bytes_total`. What was sent of a scrape that ended before its page did is among them.
pub const INFER_COLLECTOR_SCRAPE_IO: InstrumentDef = InstrumentDef {
    name: "infer.collector.scrape.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes of pages that were handed to connections, as they were coded.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_COLLECTOR_SCRAPE_CODING, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.scrape.omitted`: Metric families that a page left out, as its format has no place for their names beside others.
///
/// Prometheus: `infer_collector_scrape_omitted_total`. In OpenMetrics `x_created` belongs to the histogram or summary `x`. Every page on which they lack counts them again.
pub const INFER_COLLECTOR_SCRAPE_OMITTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.scrape.omitted",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{family}",
    description: "Metric families that a page left out, as its format has no place for their names beside others.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.measurement.refused`: Measurements that an instrument refused because of their value.
///
/// Prometheus: `infer_sdk_measurement_refused_total`.
pub const INFER_SDK_MEASUREMENT_REFUSED: InstrumentDef = InstrumentDef {
    name: "infer.sdk.measurement.refused",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{measurement}",
    description: "Measurements that an instrument refused because of their value.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_REFUSAL_REASON, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_SDK_INSTRUMENT_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.series.overflow`: Attribute sets that were given the overflow series because their instrument is at its cardinality limit.
///
/// Prometheus: `infer_sdk_series_overflow_total`. Their values are not lost; they are in the series with `otel.metric.overflow` = true.
pub const INFER_SDK_SERIES_OVERFLOW: InstrumentDef = InstrumentDef {
    name: "infer.sdk.series.overflow",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{series}",
    description: "Attribute sets that were given the overflow series because their instrument is at its cardinality limit.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_INSTRUMENT_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.correction`: Reports of a serving engine that contradicted themselves and were put right.
///
/// Prometheus: `infer_sdk_correction_total`.
pub const INFER_SDK_CORRECTION: InstrumentDef = InstrumentDef {
    name: "infer.sdk.correction",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{correction}",
    description: "Reports of a serving engine that contradicted themselves and were put right.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_CORRECTION_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.snapshot.torn`: Histogram parts that a snapshot read while a writer was in the middle of a record for too long.
///
/// Prometheus: `infer_sdk_snapshot_torn_total`. Each is off by at most the value being recorded, and right again in the next snapshot.
pub const INFER_SDK_SNAPSHOT_TORN: InstrumentDef = InstrumentDef {
    name: "infer.sdk.snapshot.torn",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{histogram}",
    description: "Histogram parts that a snapshot read while a writer was in the middle of a record for too long.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.instrument.conflict`: Instruments that were registered again with another kind, unit or description, or beyond a limit.
///
/// Prometheus: `infer_sdk_instrument_conflict_total`.
pub const INFER_SDK_INSTRUMENT_CONFLICT: InstrumentDef = InstrumentDef {
    name: "infer.sdk.instrument.conflict",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{instrument}",
    description: "Instruments that were registered again with another kind, unit or description, or beyond a limit.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.measurement.shared`: Measurements of the whole process that went to cells shared by several threads, exact but slower.
///
/// Prometheus: `infer_sdk_measurement_shared_total`.
pub const INFER_SDK_MEASUREMENT_SHARED: InstrumentDef = InstrumentDef {
    name: "infer.sdk.measurement.shared",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{measurement}",
    description: "Measurements of the whole process that went to cells shared by several threads, exact but slower.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.instrument.invalid_name`: Instruments whose name is none by the specification's rules; they are not exported.
///
/// Prometheus: `infer_sdk_instrument_invalid_name_total`.
pub const INFER_SDK_INSTRUMENT_INVALID_NAME: InstrumentDef = InstrumentDef {
    name: "infer.sdk.instrument.invalid_name",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{instrument}",
    description: "Instruments whose name is none by the specification's rules; they are not exported.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.callback.panic`: Panics of observable instruments' callbacks, each of which cost one collection's observations.
///
/// Prometheus: `infer_sdk_callback_panic_total`.
pub const INFER_SDK_CALLBACK_PANIC: InstrumentDef = InstrumentDef {
    name: "infer.sdk.callback.panic",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{panic}",
    description: "Panics of observable instruments' callbacks, each of which cost one collection's observations.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.export.retry`: Requests that were sent again.
///
/// Prometheus: `infer_sdk_export_retry_total`.
pub const INFER_SDK_EXPORT_RETRY: InstrumentDef = InstrumentDef {
    name: "infer.sdk.export.retry",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{request}",
    description: "Requests that were sent again.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.export.late`: Exports that took longer than the interval, so that the next one came late.
///
/// Prometheus: `infer_sdk_export_late_total`.
pub const INFER_SDK_EXPORT_LATE: InstrumentDef = InstrumentDef {
    name: "infer.sdk.export.late",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{export}",
    description: "Exports that took longer than the interval, so that the next one came late.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.observer.panic`: Panics of observers of cache events, each of which cost that observer one event.
///
/// Prometheus: `infer_sdk_observer_panic_total`.
pub const INFER_SDK_OBSERVER_PANIC: InstrumentDef = InstrumentDef {
    name: "infer.sdk.observer.panic",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{panic}",
    description: "Panics of observers of cache events, each of which cost that observer one event.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_OBSERVER_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.observer.event.dropped`: Events that an observer did not get, or not use, by reason.
///
/// Prometheus: `infer_sdk_observer_event_dropped_total`.
pub const INFER_SDK_OBSERVER_EVENT_DROPPED: InstrumentDef = InstrumentDef {
    name: "infer.sdk.observer.event.dropped",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{event}",
    description: "Events that an observer did not get, or not use, by reason.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_OBSERVER_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_SDK_OBSERVER_DROP_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.observer.event.queued`: Events that wait in the queue of an observer.
///
/// Prometheus: `infer_sdk_observer_event_queued`.
pub const INFER_SDK_OBSERVER_EVENT_QUEUED: InstrumentDef = InstrumentDef {
    name: "infer.sdk.observer.event.queued",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{event}",
    description: "Events that wait in the queue of an observer.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_OBSERVER_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.sdk.observer.event.lag`: How long the event that an observer last took from its queue had waited.
///
/// Prometheus: `infer_sdk_observer_event_lag_seconds`.
pub const INFER_SDK_OBSERVER_EVENT_LAG: InstrumentDef = InstrumentDef {
    name: "infer.sdk.observer.event.lag",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "s",
    description: "How long the event that an observer last took from its queue had waited.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SDK_OBSERVER_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.token.input`: Prompt tokens received, cached ones included, by modality.
///
/// Prometheus: `infer_token_input_total`. Counted when a request is admitted, so that failed requests count too.
pub const INFER_TOKEN_INPUT: InstrumentDef = InstrumentDef {
    name: "infer.token.input",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Prompt tokens received, cached ones included, by modality.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.token.output`: Tokens generated, reasoning included, by modality.
///
/// Prometheus: `infer_token_output_total`. Counted as they are emitted, not when the request ends.
pub const INFER_TOKEN_OUTPUT: InstrumentDef = InstrumentDef {
    name: "infer.token.output",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Tokens generated, reasoning included, by modality.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_TOKEN_MODALITY, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.token.cached_input`: Prompt tokens that were read from a cache, part of `infer.token.input`.
///
/// Prometheus: `infer_token_cached_input_total`. Whatever the cache. Where the tier is known, `infer.kv_cache.prompt_tokens` says it.
pub const INFER_TOKEN_CACHED_INPUT: InstrumentDef = InstrumentDef {
    name: "infer.token.cached_input",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Prompt tokens that were read from a cache, part of `infer.token.input`.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.token.reasoning_output`: Generated tokens of reasoning, part of `infer.token.output`.
///
/// Prometheus: `infer_token_reasoning_output_total`.
pub const INFER_TOKEN_REASONING_OUTPUT: InstrumentDef = InstrumentDef {
    name: "infer.token.reasoning_output",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Generated tokens of reasoning, part of `infer.token.output`.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.token.tool_output`: Generated tokens of tool calls, part of `infer.token.output`.
///
/// Prometheus: `infer_token_tool_output_total`.
pub const INFER_TOKEN_TOOL_OUTPUT: InstrumentDef = InstrumentDef {
    name: "infer.token.tool_output",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{token}",
    description: "Generated tokens of tool calls, part of `infer.token.output`.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.transfer.io`: Bytes transferred between tiers, stages or replicas.
///
/// Prometheus: `infer_transfer_io_bytes_total`. Each end counts a byte once, when it is through, under its own direction: choose one, because both together show every byte twice. Divided by the rate of `infer.transfer.busy.time` it is what the link carries while it works.
pub const INFER_TRANSFER_IO: InstrumentDef = InstrumentDef {
    name: "infer.transfer.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes transferred between tiers, stages or replicas.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.duration`: Time from the start of a transfer until its last byte is in place, as the end that records it sees both.
///
/// Prometheus: `infer_transfer_duration_seconds`.
pub const INFER_TRANSFER_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.transfer.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the start of a transfer until its last byte is in place, as the end that records it sees both.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the transfer failed.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.transmit.duration`: Time that the sender takes to serialize a transfer and hand it over.
///
/// Prometheus: `infer_transfer_transmit_duration_seconds`.
pub const INFER_TRANSFER_TRANSMIT_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.transfer.transmit.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time that the sender takes to serialize a transfer and hand it over.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.in_flight.duration`: Time from the sender's last byte handed over until the receiver begins to receive.
///
/// Prometheus: `infer_transfer_in_flight_duration_seconds`. Across hosts two clocks are compared: a negative difference is shown as 0 and counted in `infer.sdk.correction`.
pub const INFER_TRANSFER_IN_FLIGHT_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.transfer.in_flight.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the sender's last byte handed over until the receiver begins to receive.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.decode.duration`: Time that the receiver takes to receive a transfer and deserialize it.
///
/// Prometheus: `infer_transfer_decode_duration_seconds`. Where the receiver says when the last byte had come, the time from then on.
pub const INFER_TRANSFER_DECODE_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.transfer.decode.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time that the receiver takes to receive a transfer and deserialize it.",
    bounds: &[1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.size`: Bytes of one transfer.
///
/// Prometheus: `infer_transfer_size_bytes`.
pub const INFER_TRANSFER_SIZE: InstrumentDef = InstrumentDef {
    name: "infer.transfer.size",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes of one transfer.",
    bounds: &[4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0, 268435456.0, 1073741824.0, 4294967296.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.active`: Transfers that have started and not ended.
///
/// Prometheus: `infer_transfer_active`.
pub const INFER_TRANSFER_ACTIVE: InstrumentDef = InstrumentDef {
    name: "infer.transfer.active",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{transfer}",
    description: "Transfers that have started and not ended.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_PAYLOAD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_STAGE, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION_REPLICA, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: 4096,
    stability: Stability::Development,
};

/// `infer.transfer.busy.time`: Time in which at least one transfer was under way between two tiers, by transport and direction.
///
/// Prometheus: `infer_transfer_busy_time_seconds_total`. Transfers to several peers share it, and what overlaps counts once. Bytes over this time never exceed what the link carried, however many transfers share it.
pub const INFER_TRANSFER_BUSY_TIME: InstrumentDef = InstrumentDef {
    name: "infer.transfer.busy.time",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time in which at least one transfer was under way between two tiers, by transport and direction.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::ConditionallyRequired("If the engine serves one operation only.") },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_TRANSFER_SOURCE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_DESTINATION, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer is between stages or replicas.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `gen_ai.server.request.duration`: Generative AI server request duration such as time-to-last byte or last output token.
///
/// Prometheus: `gen_ai_server_request_duration_seconds`.
pub const GEN_AI_SERVER_REQUEST_DURATION: InstrumentDef = InstrumentDef {
    name: "gen_ai.server.request.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Generative AI server request duration such as time-to-last byte or last output token.",
    bounds: &[0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::ConditionallyRequired("If `server.address` is set.") },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_MODEL, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("if the operation ended in an error") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `gen_ai.server.time_per_output_token`: Time per output token generated after the first token for successful responses.
///
/// Prometheus: `gen_ai_server_time_per_output_token_seconds`.
pub const GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN: InstrumentDef = InstrumentDef {
    name: "gen_ai.server.time_per_output_token",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time per output token generated after the first token for successful responses.",
    bounds: &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::ConditionallyRequired("If `server.address` is set.") },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_MODEL, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `gen_ai.server.time_to_first_token`: Time to generate first token for successful responses.
///
/// Prometheus: `gen_ai_server_time_to_first_token_seconds`.
pub const GEN_AI_SERVER_TIME_TO_FIRST_TOKEN: InstrumentDef = InstrumentDef {
    name: "gen_ai.server.time_to_first_token",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time to generate first token for successful responses.",
    bounds: &[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0],
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::ConditionallyRequired("If `server.address` is set.") },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_MODEL, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.energy`: Energy that the component has used.
///
/// Prometheus: `hw_energy_joules_total`.
pub const HW_ENERGY: InstrumentDef = InstrumentDef {
    name: "hw.energy",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Double,
    unit: "J",
    description: "Energy that the component has used.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_TYPE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.power`: Power that the component draws now.
///
/// Prometheus: `hw_power_watts`.
pub const HW_POWER: InstrumentDef = InstrumentDef {
    name: "hw.power",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "W",
    description: "Power that the component draws now.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_TYPE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.errors`: Errors of the component.
///
/// Prometheus: `hw_errors_total`.
pub const HW_ERRORS: InstrumentDef = InstrumentDef {
    name: "hw.errors",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{error}",
    description: "Errors of the component.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_TYPE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If and only if an error has occurred.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.status`: Whether the component is in a state: 1 for the one that it is in, 0 for the others.
///
/// Prometheus: `hw_status`.
pub const HW_STATUS: InstrumentDef = InstrumentDef {
    name: "hw.status",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "1",
    description: "Whether the component is in a state: 1 for the one that it is in, 0 for the others.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_TYPE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_STATE, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_DRIVER_VERSION, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_MODEL, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_VENDOR, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.temperature`: A temperature of the component.
///
/// Prometheus: `hw_temperature_celsius`.
pub const HW_TEMPERATURE: InstrumentDef = InstrumentDef {
    name: "hw.temperature",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "Cel",
    description: "A temperature of the component.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_SENSOR_LOCATION, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.gpu.utilization`: The share of time that the GPU was busy with a task, from 0 to 1.
///
/// Prometheus: `hw_gpu_utilization`.
pub const HW_GPU_UTILIZATION: InstrumentDef = InstrumentDef {
    name: "hw.gpu.utilization",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "1",
    description: "The share of time that the GPU was busy with a task, from 0 to 1.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_GPU_TASK, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.gpu.memory.usage`: GPU memory in use.
///
/// Prometheus: `hw_gpu_memory_usage_bytes`.
pub const HW_GPU_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "hw.gpu.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "GPU memory in use.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.gpu.memory.limit`: GPU memory that there is.
///
/// Prometheus: `hw_gpu_memory_limit_bytes`.
pub const HW_GPU_MEMORY_LIMIT: InstrumentDef = InstrumentDef {
    name: "hw.gpu.memory.limit",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "GPU memory that there is.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.gpu.memory.utilization`: The share of GPU memory in use, from 0 to 1.
///
/// Prometheus: `hw_gpu_memory_utilization`.
pub const HW_GPU_MEMORY_UTILIZATION: InstrumentDef = InstrumentDef {
    name: "hw.gpu.memory.utilization",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "1",
    description: "The share of GPU memory in use, from 0 to 1.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `hw.gpu.io`: Bytes that the GPU received and sent.
///
/// Prometheus: `hw_gpu_io_bytes_total`.
pub const HW_GPU_IO: InstrumentDef = InstrumentDef {
    name: "hw.gpu.io",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "By",
    description: "Bytes that the GPU received and sent.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::HW_ID, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HW_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::HW_PARENT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.exporter.metric_data_point.inflight`: The number of metric data points which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).
///
/// Prometheus: `otel_sdk_exporter_metric_data_point_inflight`.
pub const OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT: InstrumentDef = InstrumentDef {
    name: "otel.sdk.exporter.metric_data_point.inflight",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{data_point}",
    description: "The number of metric data points which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.exporter.metric_data_point.exported`: The number of metric data points for which the export has finished, either successful or failed.
///
/// Prometheus: `otel_sdk_exporter_metric_data_point_exported_total`.
pub const OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED: InstrumentDef = InstrumentDef {
    name: "otel.sdk.exporter.metric_data_point.exported",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{data_point}",
    description: "The number of metric data points for which the export has finished, either successful or failed.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.metric_reader.collection.duration`: The duration of the collect operation of the metric reader.
///
/// Prometheus: `otel_sdk_metric_reader_collection_duration_seconds`.
pub const OTEL_SDK_METRIC_READER_COLLECTION_DURATION: InstrumentDef = InstrumentDef {
    name: "otel.sdk.metric_reader.collection.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "The duration of the collect operation of the metric reader.",
    bounds: &[1e-5, 2e-5, 5e-5, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1, 1.0],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.exporter.span.inflight`: The number of spans which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).
///
/// Prometheus: `otel_sdk_exporter_span_inflight`.
pub const OTEL_SDK_EXPORTER_SPAN_INFLIGHT: InstrumentDef = InstrumentDef {
    name: "otel.sdk.exporter.span.inflight",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{span}",
    description: "The number of spans which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.exporter.span.exported`: The number of spans for which the export has finished, either successful or failed.
///
/// Prometheus: `otel_sdk_exporter_span_exported_total`.
pub const OTEL_SDK_EXPORTER_SPAN_EXPORTED: InstrumentDef = InstrumentDef {
    name: "otel.sdk.exporter.span.exported",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{span}",
    description: "The number of spans for which the export has finished, either successful or failed.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("if and only if an error has occurred.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.processor.span.processed`: The number of spans for which the processing has finished, either successful or failed.
///
/// Prometheus: `otel_sdk_processor_span_processed_total`.
pub const OTEL_SDK_PROCESSOR_SPAN_PROCESSED: InstrumentDef = InstrumentDef {
    name: "otel.sdk.processor.span.processed",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{span}",
    description: "The number of spans for which the processing has finished, either successful or failed.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("if and only if an error has occurred.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.processor.span.queue.size`: The number of spans in the queue of a given instance of an SDK span processor.
///
/// Prometheus: `otel_sdk_processor_span_queue_size`.
pub const OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE: InstrumentDef = InstrumentDef {
    name: "otel.sdk.processor.span.queue.size",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "{span}",
    description: "The number of spans in the queue of a given instance of an SDK span processor.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `otel.sdk.exporter.operation.duration`: The duration of exporting a batch of telemetry records.
///
/// Prometheus: `otel_sdk_exporter_operation_duration_seconds`.
pub const OTEL_SDK_EXPORTER_OPERATION_DURATION: InstrumentDef = InstrumentDef {
    name: "otel.sdk.exporter.operation.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "The duration of exporting a batch of telemetry records.",
    bounds: &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0],
    attributes: &[
        AttributeRef { attribute: &keys::OTEL_COMPONENT_TYPE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::OTEL_COMPONENT_NAME, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If operation has ended with an error") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `process.memory.usage`: The amount of physical memory in use.
///
/// Prometheus: `process_memory_usage_bytes`.
pub const PROCESS_MEMORY_USAGE: InstrumentDef = InstrumentDef {
    name: "process.memory.usage",
    kind: InstrumentKind::UpDownCounter,
    value_type: ValueType::Int,
    unit: "By",
    description: "The amount of physical memory in use.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `process.cpu.time`: Total CPU seconds broken down by different CPU modes.
///
/// Prometheus: `process_cpu_time_seconds_total`.
pub const PROCESS_CPU_TIME: InstrumentDef = InstrumentDef {
    name: "process.cpu.time",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Double,
    unit: "s",
    description: "Total CPU seconds broken down by different CPU modes.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::CPU_MODE, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `process.uptime`: The time the process has been running.
///
/// Prometheus: `process_uptime_seconds`.
pub const PROCESS_UPTIME: InstrumentDef = InstrumentDef {
    name: "process.uptime",
    kind: InstrumentKind::Gauge,
    value_type: ValueType::Double,
    unit: "s",
    description: "The time the process has been running.",
    bounds: &[],
    attributes: &[],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// Every instrument, own ones first.
pub const ALL: &[&InstrumentDef] = &[
    &INFER_COLLECTOR_BUILD_INFO,
    &INFER_GPU_ENGINE_UTILIZATION,
    &INFER_GPU_CLOCK_FREQUENCY,
    &INFER_GPU_THROTTLE_TIME,
    &INFER_GPU_THROTTLE_STATUS,
    &INFER_GPU_LINK_IO,
    &INFER_GPU_XID_EVENTS,
    &INFER_GPU_PROCESS_MEMORY_USAGE,
    &INFER_GPU_PROCESS_ACTIVE,
    &INFER_GPU_MIG_INSTANCE_ACTIVE,
    &INFER_GPU_QUERY_FAILED,
    &INFER_KV_CACHE_PROMPT_TOKENS,
    &INFER_KV_CACHE_UTILIZATION,
    &INFER_KV_CACHE_BLOCK_USAGE,
    &INFER_KV_CACHE_BLOCK_LIMIT,
    &INFER_KV_CACHE_PREFIX_HIT_RATIO,
    &INFER_KV_CACHE_MEMORY_USAGE,
    &INFER_KV_CACHE_MEMORY_LIMIT,
    &INFER_KV_CACHE_BLOCK_ALLOCATIONS,
    &INFER_KV_CACHE_BLOCK_EVICTIONS,
    &INFER_KV_CACHE_BLOCK_LIFETIME,
    &INFER_KV_CACHE_BLOCK_IDLE_BEFORE_EVICTION,
    &INFER_KV_CACHE_BLOCK_REUSE_INTERVAL,
    &INFER_KV_CACHE_BLOCK_REUSE_DISTANCE,
    &INFER_KV_CACHE_BLOCK_EVICTION_TO_REUSE,
    &INFER_LORA_ADAPTER_ACTIVE,
    &INFER_MODALITY_ITEMS,
    &INFER_MODALITY_PREPROCESS_DURATION,
    &INFER_MODALITY_ENCODE_DURATION,
    &INFER_MODALITY_GENERATION_DURATION,
    &INFER_MODALITY_AUDIO_TIME_TO_FIRST_PACKET,
    &INFER_MODALITY_IMAGE_TIME_TO_FIRST_IMAGE,
    &INFER_MODALITY_VIDEO_TIME_TO_FIRST_FRAME,
    &INFER_MODALITY_MEDIA_DURATION,
    &INFER_MODALITY_MEDIA_TIME,
    &INFER_MODALITY_REAL_TIME_FACTOR,
    &INFER_MODALITY_OUTPUT_SKIPPED,
    &INFER_MODALITY_UNDERRUN_DURATION,
    &INFER_MODALITY_IMAGE_PIXELS,
    &INFER_MODALITY_AUDIO_FRAMES,
    &INFER_MODALITY_VIDEO_FRAMES,
    &INFER_MODALITY_CACHE_LOOKUPS,
    &INFER_DIFFUSION_STAGE_DURATION,
    &INFER_DIFFUSION_STEP_DURATION,
    &INFER_MODEL_LOAD_DURATION,
    &INFER_ENGINE_STATUS,
    &INFER_REALTIME_SESSION_ACTIVE,
    &INFER_REALTIME_DETECTION_DURATION,
    &INFER_REALTIME_ENDPOINT_DURATION,
    &INFER_REALTIME_ERRORS,
    &INFER_COLLECTOR_CONFIG_RELOAD,
    &INFER_COLLECTOR_CONFIG_LOAD_TIMESTAMP,
    &INFER_REQUEST_ACTIVE,
    &INFER_REQUEST_FINISHED,
    &INFER_REQUEST_QUEUE_DURATION,
    &INFER_REQUEST_PREFILL_DURATION,
    &INFER_REQUEST_DECODE_DURATION,
    &INFER_REQUEST_TIME_BETWEEN_TOKENS,
    &INFER_REQUEST_INPUT_TOKENS,
    &INFER_REQUEST_OUTPUT_TOKENS,
    &INFER_REQUEST_CACHED_TOKENS,
    &INFER_REQUEST_REASONING_TOKENS,
    &INFER_REQUEST_AUDIO_INPUT_TOKENS,
    &INFER_REQUEST_AUDIO_OUTPUT_TOKENS,
    &INFER_SCHEDULER_ITERATION_DURATION,
    &INFER_SCHEDULER_ITERATION_DEVICE_DURATION,
    &INFER_SCHEDULER_ITERATION_TOKENS,
    &INFER_SCHEDULER_ITERATION_REQUESTS,
    &INFER_SCHEDULER_REQUEST_ACTIVE,
    &INFER_SCHEDULER_OUTPUT_QUEUED,
    &INFER_SCHEDULER_PREEMPTIONS,
    &INFER_SPECULATIVE_DRAFTS,
    &INFER_SPECULATIVE_DRAFT_TOKENS,
    &INFER_SPECULATIVE_ACCEPTED_LENGTH,
    &INFER_KV_CACHE_KEY_REQUESTED,
    &INFER_KV_CACHE_KEY_FINISHED,
    &INFER_KV_CACHE_OPERATION_IO,
    &INFER_KV_CACHE_OPERATION_DURATION,
    &INFER_KV_CACHE_OPERATION_ACTIVE,
    &INFER_KV_CACHE_OPERATION_MEMORY_USAGE,
    &INFER_KV_CACHE_EVICTION_PASSES,
    &INFER_KV_CACHE_LOOKUP_TOKENS,
    &INFER_KV_CACHE_SERVER_REQUEST_DURATION,
    &INFER_KV_CACHE_SERVER_REQUEST_ACTIVE,
    &INFER_KV_CACHE_SERVER_KEYS,
    &INFER_KV_CACHE_SERVER_TOKENS,
    &INFER_KV_CACHE_SERVER_IO,
    &INFER_KV_CACHE_CLIENT_REQUEST_DURATION,
    &INFER_KV_CACHE_CLIENT_REQUEST_ACTIVE,
    &INFER_KV_CACHE_CLIENT_KEYS,
    &INFER_KV_CACHE_CLIENT_TOKENS,
    &INFER_KV_CACHE_CLIENT_IO,
    &INFER_COLLECTOR_ITEM_ACCEPTED,
    &INFER_COLLECTOR_REQUEST_REFUSED,
    &INFER_COLLECTOR_ITEM_REFUSED,
    &INFER_COLLECTOR_ITEM_REJECTED,
    &INFER_COLLECTOR_ITEM_EXPORTED,
    &INFER_COLLECTOR_ITEM_QUEUED,
    &INFER_COLLECTOR_ITEM_RECOVERED,
    &INFER_COLLECTOR_QUEUE_USAGE,
    &INFER_COLLECTOR_QUEUE_LIMIT,
    &INFER_COLLECTOR_QUEUE_LOST,
    &INFER_COLLECTOR_TRACE_DECIDED,
    &INFER_COLLECTOR_TRACE_UNDECIDED,
    &INFER_COLLECTOR_CONNECTOR_SERIES_USAGE,
    &INFER_COLLECTOR_CONNECTOR_SERIES_LIMIT,
    &INFER_COLLECTOR_CONNECTOR_OVERFLOW,
    &INFER_COLLECTOR_DEAD_LETTER_KEPT,
    &INFER_COLLECTOR_DEAD_LETTER_LOST,
    &INFER_COLLECTOR_DEAD_LETTER_USAGE,
    &INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN,
    &INFER_COLLECTOR_SERIES_USAGE,
    &INFER_COLLECTOR_SERIES_LIMIT,
    &INFER_COLLECTOR_SERIES_MEMORY_USAGE,
    &INFER_COLLECTOR_SERIES_MEMORY_LIMIT,
    &INFER_COLLECTOR_SERIES_ENDED,
    &INFER_COLLECTOR_POINT_LOOKUP,
    &INFER_COLLECTOR_REQUEST_MEMORY_USAGE,
    &INFER_COLLECTOR_REQUEST_MEMORY_LIMIT,
    &INFER_COLLECTOR_TARGET_INFO_REJECTED,
    &INFER_COLLECTOR_ATTRIBUTE_FOLDED,
    &INFER_COLLECTOR_EXEMPLAR_LOST,
    &INFER_COLLECTOR_CONNECTION_ACCEPTED,
    &INFER_COLLECTOR_CONNECTION_REFUSED,
    &INFER_COLLECTOR_CONNECTION_CUT,
    &INFER_COLLECTOR_AUTHENTICATION_FAILED,
    &INFER_COLLECTOR_CREDENTIAL_RELOAD,
    &INFER_COLLECTOR_SCRAPE_DURATION,
    &INFER_COLLECTOR_SCRAPE_IO,
    &INFER_COLLECTOR_SCRAPE_OMITTED,
    &INFER_SDK_MEASUREMENT_REFUSED,
    &INFER_SDK_SERIES_OVERFLOW,
    &INFER_SDK_CORRECTION,
    &INFER_SDK_SNAPSHOT_TORN,
    &INFER_SDK_INSTRUMENT_CONFLICT,
    &INFER_SDK_MEASUREMENT_SHARED,
    &INFER_SDK_INSTRUMENT_INVALID_NAME,
    &INFER_SDK_CALLBACK_PANIC,
    &INFER_SDK_EXPORT_RETRY,
    &INFER_SDK_EXPORT_LATE,
    &INFER_SDK_OBSERVER_PANIC,
    &INFER_SDK_OBSERVER_EVENT_DROPPED,
    &INFER_SDK_OBSERVER_EVENT_QUEUED,
    &INFER_SDK_OBSERVER_EVENT_LAG,
    &INFER_TOKEN_INPUT,
    &INFER_TOKEN_OUTPUT,
    &INFER_TOKEN_CACHED_INPUT,
    &INFER_TOKEN_REASONING_OUTPUT,
    &INFER_TOKEN_TOOL_OUTPUT,
    &INFER_TRANSFER_IO,
    &INFER_TRANSFER_DURATION,
    &INFER_TRANSFER_TRANSMIT_DURATION,
    &INFER_TRANSFER_IN_FLIGHT_DURATION,
    &INFER_TRANSFER_DECODE_DURATION,
    &INFER_TRANSFER_SIZE,
    &INFER_TRANSFER_ACTIVE,
    &INFER_TRANSFER_BUSY_TIME,
    &GEN_AI_SERVER_REQUEST_DURATION,
    &GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    &GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    &HW_ENERGY,
    &HW_POWER,
    &HW_ERRORS,
    &HW_STATUS,
    &HW_TEMPERATURE,
    &HW_GPU_UTILIZATION,
    &HW_GPU_MEMORY_USAGE,
    &HW_GPU_MEMORY_LIMIT,
    &HW_GPU_MEMORY_UTILIZATION,
    &HW_GPU_IO,
    &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
    &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
    &OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
    &OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
    &OTEL_SDK_EXPORTER_SPAN_EXPORTED,
    &OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
    &OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
    &OTEL_SDK_EXPORTER_OPERATION_DURATION,
    &PROCESS_MEMORY_USAGE,
    &PROCESS_CPU_TIME,
    &PROCESS_UPTIME,
];
