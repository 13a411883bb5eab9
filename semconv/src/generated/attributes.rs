//! Every attribute, and a type for each closed set of values.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{AttributeDef, AttributeType, Values};

/// `error.type`: Describes a class of error the operation ended with.
pub const ERROR_TYPE: AttributeDef = AttributeDef {
    key: "error.type",
    value_type: AttributeType::String,
    values: Values::Open { known: &["_OTHER"], limit: 64 },
    description: "Describes a class of error the operation ended with.",
};

/// `gen_ai.operation.name`: The name of the operation being performed.
pub const GEN_AI_OPERATION_NAME: AttributeDef = AttributeDef {
    key: "gen_ai.operation.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &["chat", "generate_content", "text_completion", "embeddings"], limit: 32 },
    description: "The name of the operation being performed.",
};

/// `gen_ai.provider.name`: The Generative AI provider as identified by the client or server instrumentation.
pub const GEN_AI_PROVIDER_NAME: AttributeDef = AttributeDef {
    key: "gen_ai.provider.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &["openai", "gcp.gen_ai", "gcp.vertex_ai", "gcp.gemini", "anthropic", "cohere", "azure.ai.inference", "azure.ai.openai", "ibm.watsonx.ai", "aws.bedrock", "perplexity", "x_ai", "deepseek", "groq", "mistral_ai", "moonshot_ai"], limit: 32 },
    description: "The Generative AI provider as identified by the client or server instrumentation.",
};

/// `gen_ai.request.max_tokens`: The maximum number of tokens the model generates for a request.
pub const GEN_AI_REQUEST_MAX_TOKENS: AttributeDef = AttributeDef {
    key: "gen_ai.request.max_tokens",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The maximum number of tokens the model generates for a request.",
};

/// `gen_ai.request.model`: The name of the GenAI model a request is being made to.
pub const GEN_AI_REQUEST_MODEL: AttributeDef = AttributeDef {
    key: "gen_ai.request.model",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The name of the GenAI model a request is being made to.",
};

/// `gen_ai.request.seed`: Requests with same seed value more likely to return same result.
pub const GEN_AI_REQUEST_SEED: AttributeDef = AttributeDef {
    key: "gen_ai.request.seed",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "Requests with same seed value more likely to return same result.",
};

/// `gen_ai.request.stream`: Indicates whether the GenAI request was made in streaming mode.
pub const GEN_AI_REQUEST_STREAM: AttributeDef = AttributeDef {
    key: "gen_ai.request.stream",
    value_type: AttributeType::Boolean,
    values: Values::Unbounded,
    description: "Indicates whether the GenAI request was made in streaming mode.",
};

/// `gen_ai.request.temperature`: The temperature setting for the GenAI request.
pub const GEN_AI_REQUEST_TEMPERATURE: AttributeDef = AttributeDef {
    key: "gen_ai.request.temperature",
    value_type: AttributeType::Double,
    values: Values::Unbounded,
    description: "The temperature setting for the GenAI request.",
};

/// `gen_ai.request.top_k`: The top-K sampling setting for the GenAI request: restricts token generation at each step to the K most likely next tokens.
pub const GEN_AI_REQUEST_TOP_K: AttributeDef = AttributeDef {
    key: "gen_ai.request.top_k",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The top-K sampling setting for the GenAI request: restricts token generation at each step to the K most likely next tokens.",
};

/// `gen_ai.request.top_p`: The top_p sampling setting for the GenAI request.
pub const GEN_AI_REQUEST_TOP_P: AttributeDef = AttributeDef {
    key: "gen_ai.request.top_p",
    value_type: AttributeType::Double,
    values: Values::Unbounded,
    description: "The top_p sampling setting for the GenAI request.",
};

/// `gen_ai.response.finish_reasons`: Array of reasons the model stopped generating tokens, corresponding to each generation received.
pub const GEN_AI_RESPONSE_FINISH_REASONS: AttributeDef = AttributeDef {
    key: "gen_ai.response.finish_reasons",
    value_type: AttributeType::StringArray,
    values: Values::Unbounded,
    description: "Array of reasons the model stopped generating tokens, corresponding to each generation received.",
};

/// `gen_ai.response.id`: The unique identifier for the completion.
pub const GEN_AI_RESPONSE_ID: AttributeDef = AttributeDef {
    key: "gen_ai.response.id",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The unique identifier for the completion.",
};

/// `gen_ai.response.model`: The name of the model that generated the response.
pub const GEN_AI_RESPONSE_MODEL: AttributeDef = AttributeDef {
    key: "gen_ai.response.model",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The name of the model that generated the response.",
};

/// `gen_ai.token.modality`: The modality of the tokens being counted.
///
/// Use `unknown` when the provider does not report a modality breakdown.
pub const GEN_AI_TOKEN_MODALITY: AttributeDef = AttributeDef {
    key: "gen_ai.token.modality",
    value_type: AttributeType::String,
    values: Values::Closed(&["text", "image", "audio", "video", "unknown"]),
    description: "The modality of the tokens being counted.",
};

/// `gen_ai.usage.cache_read.input_tokens`: The number of input tokens served from a provider-managed cache.
///
/// The value SHOULD be included in `gen_ai.usage.input_tokens`.
pub const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: AttributeDef = AttributeDef {
    key: "gen_ai.usage.cache_read.input_tokens",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The number of input tokens served from a provider-managed cache.",
};

/// `gen_ai.usage.input_tokens`: The number of tokens used in the GenAI input (prompt).
pub const GEN_AI_USAGE_INPUT_TOKENS: AttributeDef = AttributeDef {
    key: "gen_ai.usage.input_tokens",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The number of tokens used in the GenAI input (prompt).",
};

/// `gen_ai.usage.output_tokens`: The number of tokens used in the GenAI response (completion).
pub const GEN_AI_USAGE_OUTPUT_TOKENS: AttributeDef = AttributeDef {
    key: "gen_ai.usage.output_tokens",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The number of tokens used in the GenAI response (completion).",
};

/// `gen_ai.usage.reasoning.output_tokens`: The number of output tokens used for reasoning (e.g. chain-of-thought, extended thinking).
///
/// The value SHOULD be included in `gen_ai.usage.output_tokens`.
pub const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: AttributeDef = AttributeDef {
    key: "gen_ai.usage.reasoning.output_tokens",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "The number of output tokens used for reasoning (e.g. chain-of-thought, extended thinking).",
};

/// `infer.collector.connection.refusal.reason`: Why a connection was refused.
pub const INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.connection.refusal.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["over_limit", "accept_error"]),
    description: "Why a connection was refused.",
};

/// `infer.collector.listener`: What a listener of the collector serves.
pub const INFER_COLLECTOR_LISTENER: AttributeDef = AttributeDef {
    key: "infer.collector.listener",
    value_type: AttributeType::String,
    values: Values::Closed(&["otlp_grpc", "otlp_http", "metrics", "traces"]),
    description: "What a listener of the collector serves.",
};

/// `infer.collector.refusal.reason`: Why a whole request was refused.
pub const INFER_COLLECTOR_REFUSAL_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.refusal.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["malformed", "unsupported", "too_large", "no_pipeline", "queue_full", "memory", "stopping"]),
    description: "Why a whole request was refused.",
};

/// `infer.collector.rejection.reason`: Why an item of an accepted request was not kept.
pub const INFER_COLLECTOR_REJECTION_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.rejection.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["series_limit", "type_conflict", "not_expressible", "out_of_order", "invalid_point", "evicted", "remote", "unreachable"]),
    description: "Why an item of an accepted request was not kept.",
};

/// `infer.kv_cache.block.state`: What a block of the KV cache holds.
pub const INFER_KV_CACHE_BLOCK_STATE: AttributeDef = AttributeDef {
    key: "infer.kv_cache.block.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["active", "cached", "free"]),
    description: "What a block of the KV cache holds.",
};

/// `infer.kv_cache.source`: Where the KV entries of prompt tokens came from.
pub const INFER_KV_CACHE_SOURCE: AttributeDef = AttributeDef {
    key: "infer.kv_cache.source",
    value_type: AttributeType::String,
    values: Values::Closed(&["computed", "device", "host", "disk", "remote"]),
    description: "Where the KV entries of prompt tokens came from.",
};

/// `infer.kv_cache.tier`: Which level of the KV cache.
pub const INFER_KV_CACHE_TIER: AttributeDef = AttributeDef {
    key: "infer.kv_cache.tier",
    value_type: AttributeType::String,
    values: Values::Closed(&["device", "host", "disk", "remote"]),
    description: "Which level of the KV cache.",
};

/// `infer.modality.direction`: Whether media was received or generated.
pub const INFER_MODALITY_DIRECTION: AttributeDef = AttributeDef {
    key: "infer.modality.direction",
    value_type: AttributeType::String,
    values: Values::Closed(&["input", "output"]),
    description: "Whether media was received or generated.",
};

/// `infer.replica`: The index of the replica within its stage, from 0.
///
/// Data-parallel ranks count as replicas; tensor- and pipeline-parallel ranks do not.
pub const INFER_REPLICA: AttributeDef = AttributeDef {
    key: "infer.replica",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 1024 },
    description: "The index of the replica within its stage, from 0.",
};

/// `infer.request.finish_reason`: Why a request ended.
///
/// A request that ran out of time is an `error` with `error.type` = `timeout`.
pub const INFER_REQUEST_FINISH_REASON: AttributeDef = AttributeDef {
    key: "infer.request.finish_reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["stop", "length", "tool_call", "content_filter", "abort", "error"]),
    description: "Why a request ended.",
};

/// `infer.request.state`: Where a request stands.
pub const INFER_REQUEST_STATE: AttributeDef = AttributeDef {
    key: "infer.request.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["waiting", "running", "preempted", "transferring"]),
    description: "Where a request stands.",
};

/// `infer.sdk.correction.reason`: Why something was recorded otherwise than it was reported.
pub const INFER_SDK_CORRECTION_REASON: AttributeDef = AttributeDef {
    key: "infer.sdk.correction.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["missing_transition", "repeated_transition", "cached_beyond_prompt", "media_beyond_prompt", "blocks_beyond_total", "time_went_back", "error_type_beyond_limit"]),
    description: "Why something was recorded otherwise than it was reported.",
};

/// `infer.sdk.instrument.name`: The name of the instrument that a measurement was meant for.
pub const INFER_SDK_INSTRUMENT_NAME: AttributeDef = AttributeDef {
    key: "infer.sdk.instrument.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The name of the instrument that a measurement was meant for.",
};

/// `infer.sdk.refusal.reason`: Why a measurement was refused.
pub const INFER_SDK_REFUSAL_REASON: AttributeDef = AttributeDef {
    key: "infer.sdk.refusal.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["nan", "infinite", "negative", "no_cells"]),
    description: "Why a measurement was refused.",
};

/// `infer.signal`: The kind of telemetry.
pub const INFER_SIGNAL: AttributeDef = AttributeDef {
    key: "infer.signal",
    value_type: AttributeType::String,
    values: Values::Closed(&["metrics", "traces", "logs"]),
    description: "The kind of telemetry.",
};

/// `infer.stage`: The part of a serving pipeline that recorded the value.
///
/// An open set, because pipelines name their own stages.
pub const INFER_STAGE: AttributeDef = AttributeDef {
    key: "infer.stage",
    value_type: AttributeType::String,
    values: Values::Open { known: &["unified", "prefill", "decode", "encode", "thinker", "talker"], limit: 64 },
    description: "The part of a serving pipeline that recorded the value.",
};

/// `infer.transfer.destination`: The tier that is written.
pub const INFER_TRANSFER_DESTINATION: AttributeDef = AttributeDef {
    key: "infer.transfer.destination",
    value_type: AttributeType::String,
    values: Values::Closed(&["device", "host", "disk", "remote"]),
    description: "The tier that is written.",
};

/// `infer.transfer.payload`: What is transferred.
pub const INFER_TRANSFER_PAYLOAD: AttributeDef = AttributeDef {
    key: "infer.transfer.payload",
    value_type: AttributeType::String,
    values: Values::Closed(&["kv", "weights", "embedding", "activation"]),
    description: "What is transferred.",
};

/// `infer.transfer.size`: Bytes that a transfer moved.
pub const INFER_TRANSFER_SIZE: AttributeDef = AttributeDef {
    key: "infer.transfer.size",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "Bytes that a transfer moved.",
};

/// `infer.transfer.source`: The tier that is read.
pub const INFER_TRANSFER_SOURCE: AttributeDef = AttributeDef {
    key: "infer.transfer.source",
    value_type: AttributeType::String,
    values: Values::Closed(&["device", "host", "disk", "remote"]),
    description: "The tier that is read.",
};

/// `infer.transfer.transport`: What carries the bytes.
pub const INFER_TRANSFER_TRANSPORT: AttributeDef = AttributeDef {
    key: "infer.transfer.transport",
    value_type: AttributeType::String,
    values: Values::Closed(&["nvlink", "pcie", "rdma", "tcp", "shm", "gds"]),
    description: "What carries the bytes.",
};

/// `network.io.direction`: The direction of traffic from the perspective of the observing host's physical or virtual network interface. It should not be used to represent the logical direction of a stateful connection or network flow.
pub const NETWORK_IO_DIRECTION: AttributeDef = AttributeDef {
    key: "network.io.direction",
    value_type: AttributeType::String,
    values: Values::Closed(&["transmit", "receive"]),
    description: "The direction of traffic from the perspective of the observing host's physical or virtual network interface. It should not be used to represent the logical direction of a stateful connection or network flow.",
};

/// `otel.component.name`: A name uniquely identifying the instance of the OpenTelemetry component within its containing SDK instance.
pub const OTEL_COMPONENT_NAME: AttributeDef = AttributeDef {
    key: "otel.component.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "A name uniquely identifying the instance of the OpenTelemetry component within its containing SDK instance.",
};

/// `otel.component.type`: A name identifying the type of the OpenTelemetry component.
pub const OTEL_COMPONENT_TYPE: AttributeDef = AttributeDef {
    key: "otel.component.type",
    value_type: AttributeType::String,
    values: Values::Open { known: &["batching_span_processor", "otlp_grpc_span_exporter", "otlp_http_span_exporter", "periodic_metric_reader", "otlp_grpc_metric_exporter", "otlp_http_metric_exporter"], limit: 16 },
    description: "A name identifying the type of the OpenTelemetry component.",
};

/// `server.address`: Server domain name if available without reverse DNS lookup; otherwise, IP address or UNIX domain socket name.
pub const SERVER_ADDRESS: AttributeDef = AttributeDef {
    key: "server.address",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "Server domain name if available without reverse DNS lookup; otherwise, IP address or UNIX domain socket name.",
};

/// `server.port`: Server port number.
pub const SERVER_PORT: AttributeDef = AttributeDef {
    key: "server.port",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 64 },
    description: "Server port number.",
};

/// Every attribute, by key.
pub const ALL: &[&AttributeDef] = &[
    &ERROR_TYPE,
    &GEN_AI_OPERATION_NAME,
    &GEN_AI_PROVIDER_NAME,
    &GEN_AI_REQUEST_MAX_TOKENS,
    &GEN_AI_REQUEST_MODEL,
    &GEN_AI_REQUEST_SEED,
    &GEN_AI_REQUEST_STREAM,
    &GEN_AI_REQUEST_TEMPERATURE,
    &GEN_AI_REQUEST_TOP_K,
    &GEN_AI_REQUEST_TOP_P,
    &GEN_AI_RESPONSE_FINISH_REASONS,
    &GEN_AI_RESPONSE_ID,
    &GEN_AI_RESPONSE_MODEL,
    &GEN_AI_TOKEN_MODALITY,
    &GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    &GEN_AI_USAGE_INPUT_TOKENS,
    &GEN_AI_USAGE_OUTPUT_TOKENS,
    &GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    &INFER_COLLECTOR_CONNECTION_REFUSAL_REASON,
    &INFER_COLLECTOR_LISTENER,
    &INFER_COLLECTOR_REFUSAL_REASON,
    &INFER_COLLECTOR_REJECTION_REASON,
    &INFER_KV_CACHE_BLOCK_STATE,
    &INFER_KV_CACHE_SOURCE,
    &INFER_KV_CACHE_TIER,
    &INFER_MODALITY_DIRECTION,
    &INFER_REPLICA,
    &INFER_REQUEST_FINISH_REASON,
    &INFER_REQUEST_STATE,
    &INFER_SDK_CORRECTION_REASON,
    &INFER_SDK_INSTRUMENT_NAME,
    &INFER_SDK_REFUSAL_REASON,
    &INFER_SIGNAL,
    &INFER_STAGE,
    &INFER_TRANSFER_DESTINATION,
    &INFER_TRANSFER_PAYLOAD,
    &INFER_TRANSFER_SIZE,
    &INFER_TRANSFER_SOURCE,
    &INFER_TRANSFER_TRANSPORT,
    &NETWORK_IO_DIRECTION,
    &OTEL_COMPONENT_NAME,
    &OTEL_COMPONENT_TYPE,
    &SERVER_ADDRESS,
    &SERVER_PORT,
];

/// The values of `infer.collector.connection.refusal.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorConnectionRefusalReason {
    /// As many connections as the listener allows were open.
    OverLimit,
    /// The operating system could not accept it, for example for want of file descriptors.
    AcceptError,
}

impl CollectorConnectionRefusalReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::OverLimit, Self::AcceptError];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OverLimit => "over_limit",
            Self::AcceptError => "accept_error",
        }
    }
}

/// The values of `infer.collector.listener`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorListener {
    /// OTLP over gRPC.
    OtlpGrpc,
    /// OTLP over HTTP.
    OtlpHttp,
    /// The page that Prometheus scrapes.
    Metrics,
    /// Recent traces.
    Traces,
}

impl CollectorListener {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::OtlpGrpc, Self::OtlpHttp, Self::Metrics, Self::Traces];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtlpGrpc => "otlp_grpc",
            Self::OtlpHttp => "otlp_http",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

/// The values of `infer.collector.refusal.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorRefusalReason {
    /// The body is not the protobuf message that the path promises.
    Malformed,
    /// The content type, encoding or method is one that the endpoint does not speak.
    Unsupported,
    /// The body is larger than the limit, on the wire or inflated.
    TooLarge,
    /// No pipeline takes this signal.
    NoPipeline,
    /// A queue is full.
    QueueFull,
    /// The memory limiter is at its limit.
    Memory,
    /// The collector is shutting down.
    Stopping,
}

impl CollectorRefusalReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 7] = [Self::Malformed, Self::Unsupported, Self::TooLarge, Self::NoPipeline, Self::QueueFull, Self::Memory, Self::Stopping];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::NoPipeline => "no_pipeline",
            Self::QueueFull => "queue_full",
            Self::Memory => "memory",
            Self::Stopping => "stopping",
        }
    }
}

/// The values of `infer.collector.rejection.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorRejectionReason {
    /// The store is at its series limit.
    SeriesLimit,
    /// Another kind of metric already has this Prometheus name.
    TypeConflict,
    /// A point that Prometheus cannot show: delta temporality, exponential buckets, no value.
    NotExpressible,
    /// A point older than the one shown.
    OutOfOrder,
    /// The point contradicts itself, for example more bounds than buckets.
    InvalidPoint,
    /// The ring or queue made room for newer data.
    Evicted,
    /// The other side refused it for good.
    Remote,
    /// The other side could not be reached before the deadline.
    Unreachable,
}

impl CollectorRejectionReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 8] = [Self::SeriesLimit, Self::TypeConflict, Self::NotExpressible, Self::OutOfOrder, Self::InvalidPoint, Self::Evicted, Self::Remote, Self::Unreachable];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeriesLimit => "series_limit",
            Self::TypeConflict => "type_conflict",
            Self::NotExpressible => "not_expressible",
            Self::OutOfOrder => "out_of_order",
            Self::InvalidPoint => "invalid_point",
            Self::Evicted => "evicted",
            Self::Remote => "remote",
            Self::Unreachable => "unreachable",
        }
    }
}

/// The values of `infer.request.finish_reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FinishReason {
    /// The model ended, or a stop sequence was met.
    Stop,
    /// The token limit was reached.
    Length,
    /// The model calls a tool.
    ToolCall,
    /// A filter ended the output.
    ContentFilter,
    /// The client went away or cancelled.
    Abort,
    /// The engine failed; `error.type` says how.
    Error,
}

impl FinishReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 6] = [Self::Stop, Self::Length, Self::ToolCall, Self::ContentFilter, Self::Abort, Self::Error];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCall => "tool_call",
            Self::ContentFilter => "content_filter",
            Self::Abort => "abort",
            Self::Error => "error",
        }
    }
}

/// The values of `infer.kv_cache.block.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheBlockState {
    /// Used by a request.
    Active,
    /// Used by none, kept for its content.
    Cached,
    /// Empty.
    Free,
}

impl KvCacheBlockState {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Active, Self::Cached, Self::Free];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Cached => "cached",
            Self::Free => "free",
        }
    }
}

/// The values of `infer.kv_cache.source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheSource {
    /// Computed by this prefill.
    Computed,
    /// Found in the accelerator's memory.
    Device,
    /// Read from the host's memory.
    Host,
    /// Read from local storage.
    Disk,
    /// Read from another host or a shared store.
    Remote,
}

impl KvCacheSource {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Computed, Self::Device, Self::Host, Self::Disk, Self::Remote];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Device => "device",
            Self::Host => "host",
            Self::Disk => "disk",
            Self::Remote => "remote",
        }
    }
}

/// The values of `infer.kv_cache.tier`, `infer.transfer.destination`, `infer.transfer.source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheTier {
    /// Memory of the accelerator.
    Device,
    /// Memory of the host.
    Host,
    /// Local storage.
    Disk,
    /// Another host or a shared store.
    Remote,
}

impl KvCacheTier {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Device, Self::Host, Self::Disk, Self::Remote];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Host => "host",
            Self::Disk => "disk",
            Self::Remote => "remote",
        }
    }
}

/// The values of `infer.modality.direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModalityDirection {
    /// Part of a prompt.
    Input,
    /// Generated.
    Output,
}

impl ModalityDirection {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Input, Self::Output];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// The values of `network.io.direction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NetworkIoDirection {
    /// `transmit`.
    Transmit,
    /// `receive`.
    Receive,
}

impl NetworkIoDirection {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Transmit, Self::Receive];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transmit => "transmit",
            Self::Receive => "receive",
        }
    }
}

/// The values of `infer.request.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// Queued; no work was done yet.
    Waiting,
    /// Scheduled: in prefill or decode.
    Running,
    /// Was running and gave its blocks back.
    Preempted,
    /// Waits for its KV cache to arrive.
    Transferring,
}

impl RequestState {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Preempted, Self::Transferring];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Preempted => "preempted",
            Self::Transferring => "transferring",
        }
    }
}

/// The values of `infer.sdk.correction.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SdkCorrectionReason {
    /// A step of a request was skipped; it was taken to have happened at the time of the next one.
    MissingTransition,
    /// A step of a request was reported again, or after a later one; the report was ignored.
    RepeatedTransition,
    /// More cached tokens than the prompt has; they were cut.
    CachedBeyondPrompt,
    /// More image, audio and video tokens than the prompt has; they were cut.
    MediaBeyondPrompt,
    /// More active and cached blocks than a tier has; they were cut.
    BlocksBeyondTotal,
    /// A time before that of the step before; the duration is zero.
    TimeWentBack,
    /// Too many error types; metrics show `_OTHER`.
    ErrorTypeBeyondLimit,
}

impl SdkCorrectionReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 7] = [Self::MissingTransition, Self::RepeatedTransition, Self::CachedBeyondPrompt, Self::MediaBeyondPrompt, Self::BlocksBeyondTotal, Self::TimeWentBack, Self::ErrorTypeBeyondLimit];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingTransition => "missing_transition",
            Self::RepeatedTransition => "repeated_transition",
            Self::CachedBeyondPrompt => "cached_beyond_prompt",
            Self::MediaBeyondPrompt => "media_beyond_prompt",
            Self::BlocksBeyondTotal => "blocks_beyond_total",
            Self::TimeWentBack => "time_went_back",
            Self::ErrorTypeBeyondLimit => "error_type_beyond_limit",
        }
    }
}

/// The values of `infer.sdk.refusal.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SdkRefusalReason {
    /// Not a number.
    Nan,
    /// Infinite.
    Infinite,
    /// Negative, on a counter or a histogram.
    Negative,
    /// The process has no cells left, not even for the overflow series.
    NoCells,
}

impl SdkRefusalReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Nan, Self::Infinite, Self::Negative, Self::NoCells];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nan => "nan",
            Self::Infinite => "infinite",
            Self::Negative => "negative",
            Self::NoCells => "no_cells",
        }
    }
}

/// The values of `infer.signal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Metric data points.
    Metrics,
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

impl Signal {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Metrics, Self::Traces, Self::Logs];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
            Self::Logs => "logs",
        }
    }
}

/// The values of `gen_ai.token.modality`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenModality {
    /// Text tokens.
    Text,
    /// Image tokens.
    Image,
    /// Audio tokens.
    Audio,
    /// `video`.
    Video,
    /// Tokens of unknown or unreported modality.
    Unknown,
}

impl TokenModality {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Text, Self::Image, Self::Audio, Self::Video, Self::Unknown];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Unknown => "unknown",
        }
    }
}

/// The values of `infer.transfer.payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferPayload {
    /// KV cache blocks.
    Kv,
    /// Model weights.
    Weights,
    /// Embeddings of media.
    Embedding,
    /// Activations between stages.
    Activation,
}

impl TransferPayload {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Kv, Self::Weights, Self::Embedding, Self::Activation];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Weights => "weights",
            Self::Embedding => "embedding",
            Self::Activation => "activation",
        }
    }
}

/// The values of `infer.transfer.transport`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferTransport {
    /// NVLink.
    Nvlink,
    /// PCI Express.
    Pcie,
    /// InfiniBand or RoCE.
    Rdma,
    /// TCP sockets.
    Tcp,
    /// Shared memory.
    Shm,
    /// GPUDirect Storage.
    Gds,
}

impl TransferTransport {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 6] = [Self::Nvlink, Self::Pcie, Self::Rdma, Self::Tcp, Self::Shm, Self::Gds];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nvlink => "nvlink",
            Self::Pcie => "pcie",
            Self::Rdma => "rdma",
            Self::Tcp => "tcp",
            Self::Shm => "shm",
            Self::Gds => "gds",
        }
    }
}
