//! Every instrument.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{
    AttributeRef, DEFAULT_CARDINALITY_LIMIT, InstrumentDef, InstrumentKind, Requirement, Stability, ValueType,
    generated::attributes as keys,
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
    ],
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
        AttributeRef { attribute: &keys::INFER_COLLECTOR_REFUSAL_REASON, requirement: Requirement::Required },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.collector.item.rejected`: Points, spans and log records of accepted requests that an exporter did not keep.
///
/// Prometheus: `infer_collector_item_rejected_total`.
pub const INFER_COLLECTOR_ITEM_REJECTED: InstrumentDef = InstrumentDef {
    name: "infer.collector.item.rejected",
    kind: InstrumentKind::Counter,
    value_type: ValueType::Int,
    unit: "{item}",
    description: "Points, spans and log records of accepted requests that an exporter did not keep.",
    bounds: &[],
    attributes: &[
        AttributeRef { attribute: &keys::INFER_SIGNAL, requirement: Requirement::Required },
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
    ],
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

/// `infer.transfer.io`: Bytes transferred between tiers, stages or replicas.
///
/// Prometheus: `infer_transfer_io_bytes_total`.
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
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::NETWORK_IO_DIRECTION, requirement: Requirement::ConditionallyRequired("If the transfer crosses hosts.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
    stability: Stability::Development,
};

/// `infer.transfer.duration`: Time from the start of a transfer until its last byte is in place.
///
/// Prometheus: `infer_transfer_duration_seconds`.
pub const INFER_TRANSFER_DURATION: InstrumentDef = InstrumentDef {
    name: "infer.transfer.duration",
    kind: InstrumentKind::Histogram,
    value_type: ValueType::Double,
    unit: "s",
    description: "Time from the start of a transfer until its last byte is in place.",
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
        AttributeRef { attribute: &keys::INFER_TRANSFER_TRANSPORT, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the transfer failed.") },
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
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
    ],
    cardinality_limit: DEFAULT_CARDINALITY_LIMIT,
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

/// Every instrument, own ones first.
pub const ALL: &[&InstrumentDef] = &[
    &INFER_KV_CACHE_PROMPT_TOKENS,
    &INFER_KV_CACHE_UTILIZATION,
    &INFER_KV_CACHE_BLOCK_USAGE,
    &INFER_KV_CACHE_BLOCK_LIMIT,
    &INFER_REQUEST_ACTIVE,
    &INFER_REQUEST_FINISHED,
    &INFER_REQUEST_QUEUE_DURATION,
    &INFER_REQUEST_PREFILL_DURATION,
    &INFER_REQUEST_DECODE_DURATION,
    &INFER_REQUEST_TIME_BETWEEN_TOKENS,
    &INFER_REQUEST_INPUT_TOKENS,
    &INFER_REQUEST_OUTPUT_TOKENS,
    &INFER_COLLECTOR_ITEM_ACCEPTED,
    &INFER_COLLECTOR_REQUEST_REFUSED,
    &INFER_COLLECTOR_ITEM_REFUSED,
    &INFER_COLLECTOR_ITEM_REJECTED,
    &INFER_COLLECTOR_ITEM_EXPORTED,
    &INFER_COLLECTOR_SERIES_USAGE,
    &INFER_COLLECTOR_SERIES_LIMIT,
    &INFER_COLLECTOR_TARGET_INFO_REJECTED,
    &INFER_COLLECTOR_CONNECTION_ACCEPTED,
    &INFER_COLLECTOR_CONNECTION_REFUSED,
    &INFER_COLLECTOR_SCRAPE_DURATION,
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
    &INFER_TOKEN_INPUT,
    &INFER_TOKEN_OUTPUT,
    &INFER_TRANSFER_IO,
    &INFER_TRANSFER_DURATION,
    &INFER_TRANSFER_SIZE,
    &INFER_TRANSFER_ACTIVE,
    &GEN_AI_SERVER_REQUEST_DURATION,
    &GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    &GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
    &OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
    &OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
    &OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
    &OTEL_SDK_EXPORTER_SPAN_EXPORTED,
    &OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
    &OTEL_SDK_EXPORTER_OPERATION_DURATION,
];
