//! Every attribute, and a type for each closed set of values.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{AttributeDef, AttributeType, Values};

/// `cpu.mode`: The mode of the CPU.
pub const CPU_MODE: AttributeDef = AttributeDef {
    key: "cpu.mode",
    value_type: AttributeType::String,
    values: Values::Closed(&["user", "system"]),
    description: "The mode of the CPU.",
};

/// `error.type`: Describes a class of error the operation ended with.
pub const ERROR_TYPE: AttributeDef = AttributeDef {
    key: "error.type",
    value_type: AttributeType::String,
    values: Values::Open { known: &["_OTHER"], limit: 64 },
    description: "Describes a class of error the operation ended with.",
};

/// `gen_ai.input.messages`: The chat history provided to the model as an input.
pub const GEN_AI_INPUT_MESSAGES: AttributeDef = AttributeDef {
    key: "gen_ai.input.messages",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The chat history provided to the model as an input.",
};

/// `gen_ai.operation.name`: The name of the operation being performed.
pub const GEN_AI_OPERATION_NAME: AttributeDef = AttributeDef {
    key: "gen_ai.operation.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &["chat", "generate_content", "text_completion", "embeddings"], limit: 32 },
    description: "The name of the operation being performed.",
};

/// `gen_ai.output.messages`: Messages returned by the model where each message represents a specific model response (choice, candidate).
pub const GEN_AI_OUTPUT_MESSAGES: AttributeDef = AttributeDef {
    key: "gen_ai.output.messages",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "Messages returned by the model where each message represents a specific model response (choice, candidate).",
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

/// `gen_ai.system_instructions`: The system message or instructions provided to the GenAI model separately from the chat history.
pub const GEN_AI_SYSTEM_INSTRUCTIONS: AttributeDef = AttributeDef {
    key: "gen_ai.system_instructions",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The system message or instructions provided to the GenAI model separately from the chat history.",
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

/// `gen_ai.tool.definitions`: The list of source system tool definitions available to the GenAI agent or model.
pub const GEN_AI_TOOL_DEFINITIONS: AttributeDef = AttributeDef {
    key: "gen_ai.tool.definitions",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The list of source system tool definitions available to the GenAI agent or model.",
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

/// `http.request.method`: HTTP request method.
pub const HTTP_REQUEST_METHOD: AttributeDef = AttributeDef {
    key: "http.request.method",
    value_type: AttributeType::String,
    values: Values::Closed(&["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "QUERY", "_OTHER"]),
    description: "HTTP request method.",
};

/// `http.request.method_original`: Original HTTP method sent by the client in the request line.
pub const HTTP_REQUEST_METHOD_ORIGINAL: AttributeDef = AttributeDef {
    key: "http.request.method_original",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "Original HTTP method sent by the client in the request line.",
};

/// `http.response.status_code`: [HTTP response status code](https://tools.ietf.org/html/rfc7231#section-6).
pub const HTTP_RESPONSE_STATUS_CODE: AttributeDef = AttributeDef {
    key: "http.response.status_code",
    value_type: AttributeType::Int,
    values: Values::Unbounded,
    description: "[HTTP response status code](https://tools.ietf.org/html/rfc7231#section-6).",
};

/// `http.route`: The matched route template for the request. This MUST be low-cardinality and include all static path segments, with dynamic path segments represented with placeholders.
pub const HTTP_ROUTE: AttributeDef = AttributeDef {
    key: "http.route",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The matched route template for the request. This MUST be low-cardinality and include all static path segments, with dynamic path segments represented with placeholders.",
};

/// `hw.driver_version`: The version of the driver of the component.
pub const HW_DRIVER_VERSION: AttributeDef = AttributeDef {
    key: "hw.driver_version",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 16 },
    description: "The version of the driver of the component.",
};

/// `hw.gpu.task`: What the GPU is busy with.
pub const HW_GPU_TASK: AttributeDef = AttributeDef {
    key: "hw.gpu.task",
    value_type: AttributeType::String,
    values: Values::Closed(&["general", "encoder", "decoder"]),
    description: "What the GPU is busy with.",
};

/// `hw.id`: Identifies a hardware component within its host.
pub const HW_ID: AttributeDef = AttributeDef {
    key: "hw.id",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "Identifies a hardware component within its host.",
};

/// `hw.model`: The name of the model of the component.
pub const HW_MODEL: AttributeDef = AttributeDef {
    key: "hw.model",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 16 },
    description: "The name of the model of the component.",
};

/// `hw.name`: A name of the component that people recognise.
pub const HW_NAME: AttributeDef = AttributeDef {
    key: "hw.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "A name of the component that people recognise.",
};

/// `hw.parent`: The `hw.id` of the component that this one is part of.
pub const HW_PARENT: AttributeDef = AttributeDef {
    key: "hw.parent",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The `hw.id` of the component that this one is part of.",
};

/// `hw.sensor_location`: Where in the component a sensor is.
pub const HW_SENSOR_LOCATION: AttributeDef = AttributeDef {
    key: "hw.sensor_location",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 16 },
    description: "Where in the component a sensor is.",
};

/// `hw.state`: The state that the component is in.
pub const HW_STATE: AttributeDef = AttributeDef {
    key: "hw.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["ok", "degraded", "failed", "predicted_failure"]),
    description: "The state that the component is in.",
};

/// `hw.type`: What kind of component it is.
pub const HW_TYPE: AttributeDef = AttributeDef {
    key: "hw.type",
    value_type: AttributeType::String,
    values: Values::Closed(&["gpu"]),
    description: "What kind of component it is.",
};

/// `hw.vendor`: Who made the component.
pub const HW_VENDOR: AttributeDef = AttributeDef {
    key: "hw.vendor",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 16 },
    description: "Who made the component.",
};

/// `infer.collector.authentication.failure`: Why a request was not let in.
pub const INFER_COLLECTOR_AUTHENTICATION_FAILURE: AttributeDef = AttributeDef {
    key: "infer.collector.authentication.failure",
    value_type: AttributeType::String,
    values: Values::Closed(&["missing", "malformed", "wrong", "busy"]),
    description: "Why a request was not let in.",
};

/// `infer.collector.build.revision`: The revision of the sources that it was built from.
pub const INFER_COLLECTOR_BUILD_REVISION: AttributeDef = AttributeDef {
    key: "infer.collector.build.revision",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 1 },
    description: "The revision of the sources that it was built from.",
};

/// `infer.collector.build.version`: The version of the collector.
pub const INFER_COLLECTOR_BUILD_VERSION: AttributeDef = AttributeDef {
    key: "infer.collector.build.version",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 1 },
    description: "The version of the collector.",
};

/// `infer.collector.connection.cut.reason`: Why a listener ended a connection.
pub const INFER_COLLECTOR_CONNECTION_CUT_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.connection.cut.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["no_head", "idle", "keep_alive", "slow_reader", "flood", "protocol", "age", "handshake_timeout", "handshake_failed", "client_certificate"]),
    description: "Why a listener ended a connection.",
};

/// `infer.collector.connection.refusal.reason`: Why a connection was refused.
pub const INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.connection.refusal.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["over_limit", "over_peer_limit", "accept_error"]),
    description: "Why a connection was refused.",
};

/// `infer.collector.connector`: The id of a connector, as the configuration has it.
pub const INFER_COLLECTOR_CONNECTOR: AttributeDef = AttributeDef {
    key: "infer.collector.connector",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The id of a connector, as the configuration has it.",
};

/// `infer.collector.dead_letter.loss`: Why a dead letter is not kept, or no longer.
pub const INFER_COLLECTOR_DEAD_LETTER_LOSS: AttributeDef = AttributeDef {
    key: "infer.collector.dead_letter.loss",
    value_type: AttributeType::String,
    values: Values::Closed(&["evicted", "too_large", "too_many", "write_failed", "damaged"]),
    description: "Why a dead letter is not kept, or no longer.",
};

/// `infer.collector.end.reason`: Why a series is shown no more.
pub const INFER_COLLECTOR_END_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.end.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["expired", "stale"]),
    description: "Why a series is shown no more.",
};

/// `infer.collector.exemplar.loss`: Why an exemplar is not shown, or not whole.
pub const INFER_COLLECTOR_EXEMPLAR_LOSS: AttributeDef = AttributeDef {
    key: "infer.collector.exemplar.loss",
    value_type: AttributeType::String,
    values: Values::Closed(&["unsupported_kind", "no_value", "too_many", "series_bytes", "invalid_id", "long_labels"]),
    description: "Why an exemplar is not shown, or not whole.",
};

/// `infer.collector.exporter`: The id of an exporter, or of a connector that is one, as the configuration has it.
pub const INFER_COLLECTOR_EXPORTER: AttributeDef = AttributeDef {
    key: "infer.collector.exporter",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The id of an exporter, or of a connector that is one, as the configuration has it.",
};

/// `infer.collector.listener`: What a listener of the collector serves.
pub const INFER_COLLECTOR_LISTENER: AttributeDef = AttributeDef {
    key: "infer.collector.listener",
    value_type: AttributeType::String,
    values: Values::Closed(&["otlp_grpc", "otlp_http", "metrics", "traces", "health"]),
    description: "What a listener of the collector serves.",
};

/// `infer.collector.lookup.result`: How the series of a point was found, the cheapest way first.
pub const INFER_COLLECTOR_LOOKUP_RESULT: AttributeDef = AttributeDef {
    key: "infer.collector.lookup.result",
    value_type: AttributeType::String,
    values: Values::Closed(&["expected", "known", "respelled", "new"]),
    description: "How the series of a point was found, the cheapest way first.",
};

/// `infer.collector.processor`: The id of a processor, as the configuration has it.
pub const INFER_COLLECTOR_PROCESSOR: AttributeDef = AttributeDef {
    key: "infer.collector.processor",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The id of a processor, as the configuration has it.",
};

/// `infer.collector.receiver`: The id of a receiver, or of a connector that is one, as the configuration has it.
pub const INFER_COLLECTOR_RECEIVER: AttributeDef = AttributeDef {
    key: "infer.collector.receiver",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The id of a receiver, or of a connector that is one, as the configuration has it.",
};

/// `infer.collector.refusal.reason`: Why a whole request was refused.
pub const INFER_COLLECTOR_REFUSAL_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.refusal.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["malformed", "unsupported", "too_large", "too_slow", "no_pipeline", "queue_full", "memory", "storage_failed", "stopping", "unauthenticated", "authentication_busy"]),
    description: "Why a whole request was refused.",
};

/// `infer.collector.rejection.reason`: Why an item of an accepted request was not kept.
pub const INFER_COLLECTOR_REJECTION_REASON: AttributeDef = AttributeDef {
    key: "infer.collector.rejection.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["filtered", "sampled_out", "series_limit", "series_bytes", "type_conflict", "not_expressible", "out_of_order", "invalid_point", "too_large", "evicted", "remote", "unreachable", "write_failed", "expired", "corrupt"]),
    description: "Why an item of an accepted request was not kept.",
};

/// `infer.collector.reload.result`: What became of files that changed.
pub const INFER_COLLECTOR_RELOAD_RESULT: AttributeDef = AttributeDef {
    key: "infer.collector.reload.result",
    value_type: AttributeType::String,
    values: Values::Closed(&["renewed", "failed"]),
    description: "What became of files that changed.",
};

/// `infer.collector.sampling.cause`: Why a trace was decided when it was.
pub const INFER_COLLECTOR_SAMPLING_CAUSE: AttributeDef = AttributeDef {
    key: "infer.collector.sampling.cause",
    value_type: AttributeType::String,
    values: Values::Closed(&["settled", "root_ended", "wait_over", "bound_reached", "stopping"]),
    description: "Why a trace was decided when it was.",
};

/// `infer.collector.sampling.decision`: What becomes of the spans of a trace.
pub const INFER_COLLECTOR_SAMPLING_DECISION: AttributeDef = AttributeDef {
    key: "infer.collector.sampling.decision",
    value_type: AttributeType::String,
    values: Values::Closed(&["sampled", "dropped", "not_sampled"]),
    description: "What becomes of the spans of a trace.",
};

/// `infer.collector.sampling.policy`: The policy of a tail sampler that decided, by its name in the configuration; `none` if none wanted the trace.
pub const INFER_COLLECTOR_SAMPLING_POLICY: AttributeDef = AttributeDef {
    key: "infer.collector.sampling.policy",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The policy of a tail sampler that decided, by its name in the configuration; `none` if none wanted the trace.",
};

/// `infer.collector.scrape.coding`: How a page was coded for its reader.
pub const INFER_COLLECTOR_SCRAPE_CODING: AttributeDef = AttributeDef {
    key: "infer.collector.scrape.coding",
    value_type: AttributeType::String,
    values: Values::Closed(&["identity", "gzip", "zstd"]),
    description: "How a page was coded for its reader.",
};

/// `infer.diffusion.stage`: The part of a diffusion pipeline.
pub const INFER_DIFFUSION_STAGE: AttributeDef = AttributeDef {
    key: "infer.diffusion.stage",
    value_type: AttributeType::String,
    values: Values::Closed(&["preprocess", "encode", "denoise", "decode", "postprocess"]),
    description: "The part of a diffusion pipeline.",
};

/// `infer.engine.state`: Whether an engine sleeps, and how deep.
pub const INFER_ENGINE_STATE: AttributeDef = AttributeDef {
    key: "infer.engine.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["awake", "weights_offloaded", "weights_discarded"]),
    description: "Whether an engine sleeps, and how deep.",
};

/// `infer.gpu.clock.domain`: A clock of a GPU.
pub const INFER_GPU_CLOCK_DOMAIN: AttributeDef = AttributeDef {
    key: "infer.gpu.clock.domain",
    value_type: AttributeType::String,
    values: Values::Closed(&["graphics", "sm", "memory", "video"]),
    description: "A clock of a GPU.",
};

/// `infer.gpu.engine`: A part of a GPU that can be busy by itself.
pub const INFER_GPU_ENGINE: AttributeDef = AttributeDef {
    key: "infer.gpu.engine",
    value_type: AttributeType::String,
    values: Values::Closed(&["sm", "tensor", "fp64", "dram", "copy"]),
    description: "A part of a GPU that can be busy by itself.",
};

/// `infer.gpu.failure.reason`: Why the driver did not answer.
pub const INFER_GPU_FAILURE_REASON: AttributeDef = AttributeDef {
    key: "infer.gpu.failure.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["not_supported", "gpu_lost", "driver_gone", "no_permission", "timeout", "other"]),
    description: "Why the driver did not answer.",
};

/// `infer.gpu.link.type`: A link of a GPU.
pub const INFER_GPU_LINK_TYPE: AttributeDef = AttributeDef {
    key: "infer.gpu.link.type",
    value_type: AttributeType::String,
    values: Values::Closed(&["nvlink", "pcie"]),
    description: "A link of a GPU.",
};

/// `infer.gpu.query`: What the driver was asked.
pub const INFER_GPU_QUERY: AttributeDef = AttributeDef {
    key: "infer.gpu.query",
    value_type: AttributeType::String,
    values: Values::Closed(&["devices", "utilization", "memory", "power", "energy", "temperature", "clock", "throttle", "ecc", "xid", "pcie", "nvlink", "mig", "processes"]),
    description: "What the driver was asked.",
};

/// `infer.gpu.throttle.reason`: Why the clocks of a GPU are lower than they could be.
pub const INFER_GPU_THROTTLE_REASON: AttributeDef = AttributeDef {
    key: "infer.gpu.throttle.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["idle", "application_clocks", "display_clocks", "power", "thermal", "hw_slowdown", "hw_thermal", "hw_power_brake", "sync_boost", "board_limit", "low_utilization", "reliability"]),
    description: "Why the clocks of a GPU are lower than they could be.",
};

/// `infer.gpu.xid.code`: The number of the driver's XID event.
pub const INFER_GPU_XID_CODE: AttributeDef = AttributeDef {
    key: "infer.gpu.xid.code",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 256 },
    description: "The number of the driver's XID event.",
};

/// `infer.iteration.kind`: What one step of the scheduler does.
pub const INFER_ITERATION_KIND: AttributeDef = AttributeDef {
    key: "infer.iteration.kind",
    value_type: AttributeType::String,
    values: Values::Closed(&["prefill", "decode", "mixed"]),
    description: "What one step of the scheduler does.",
};

/// `infer.kv_cache.backend`: The store behind a tier, where a tier has several.
pub const INFER_KV_CACHE_BACKEND: AttributeDef = AttributeDef {
    key: "infer.kv_cache.backend",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 32 },
    description: "The store behind a tier, where a tier has several.",
};

/// `infer.kv_cache.block.state`: What a block of the KV cache holds.
pub const INFER_KV_CACHE_BLOCK_STATE: AttributeDef = AttributeDef {
    key: "infer.kv_cache.block.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["active", "cached", "free"]),
    description: "What a block of the KV cache holds.",
};

/// `infer.kv_cache.eviction.reason`: Why a block or key left the KV cache.
pub const INFER_KV_CACHE_EVICTION_REASON: AttributeDef = AttributeDef {
    key: "infer.kv_cache.eviction.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["capacity", "ttl", "preemption", "explicit"]),
    description: "Why a block or key left the KV cache.",
};

/// `infer.kv_cache.eviction.result`: What a pass of the eviction loop did.
pub const INFER_KV_CACHE_EVICTION_RESULT: AttributeDef = AttributeDef {
    key: "infer.kv_cache.eviction.result",
    value_type: AttributeType::String,
    values: Values::Closed(&["idle", "evicted"]),
    description: "What a pass of the eviction loop did.",
};

/// `infer.kv_cache.failure.reason`: Why an operation of the KV cache failed.
pub const INFER_KV_CACHE_FAILURE_REASON: AttributeDef = AttributeDef {
    key: "infer.kv_cache.failure.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["out_of_memory", "not_found", "locked", "timeout", "io", "cancelled", "other"]),
    description: "Why an operation of the KV cache failed.",
};

/// `infer.kv_cache.method`: What an engine asks of a cache server.
pub const INFER_KV_CACHE_METHOD: AttributeDef = AttributeDef {
    key: "infer.kv_cache.method",
    value_type: AttributeType::String,
    values: Values::Closed(&["store", "retrieve", "lookup"]),
    description: "What an engine asks of a cache server.",
};

/// `infer.kv_cache.namespace`: The part of the KV cache that keeps one tenant's entries apart, such as a cache salt.
pub const INFER_KV_CACHE_NAMESPACE: AttributeDef = AttributeDef {
    key: "infer.kv_cache.namespace",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The part of the KV cache that keeps one tenant's entries apart, such as a cache salt.",
};

/// `infer.kv_cache.operation`: What a tier of the KV cache does with its keys.
pub const INFER_KV_CACHE_OPERATION: AttributeDef = AttributeDef {
    key: "infer.kv_cache.operation",
    value_type: AttributeType::String,
    values: Values::Closed(&["allocate", "store", "load", "lookup", "read", "write", "prefetch", "access", "evict", "delete"]),
    description: "What a tier of the KV cache does with its keys.",
};

/// `infer.kv_cache.outcome`: How an operation of the KV cache ended.
pub const INFER_KV_CACHE_OUTCOME: AttributeDef = AttributeDef {
    key: "infer.kv_cache.outcome",
    value_type: AttributeType::String,
    values: Values::Closed(&["success", "failure", "hit", "miss"]),
    description: "How an operation of the KV cache ended.",
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

/// `infer.lora.state`: Where a LoRA adapter stands.
///
/// A running adapter is also loaded.
pub const INFER_LORA_STATE: AttributeDef = AttributeDef {
    key: "infer.lora.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["loaded", "running", "waiting"]),
    description: "Where a LoRA adapter stands.",
};

/// `infer.modality.cache.result`: What the encoder's cache said.
pub const INFER_MODALITY_CACHE_RESULT: AttributeDef = AttributeDef {
    key: "infer.modality.cache.result",
    value_type: AttributeType::String,
    values: Values::Closed(&["hit", "miss"]),
    description: "What the encoder's cache said.",
};

/// `infer.modality.direction`: Whether media was received or generated.
pub const INFER_MODALITY_DIRECTION: AttributeDef = AttributeDef {
    key: "infer.modality.direction",
    value_type: AttributeType::String,
    values: Values::Closed(&["input", "output"]),
    description: "Whether media was received or generated.",
};

/// `infer.modality.skip.reason`: Why a media output has no playing time and no real-time factor.
pub const INFER_MODALITY_SKIP_REASON: AttributeDef = AttributeDef {
    key: "infer.modality.skip.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["empty", "unknown_rate", "abandoned"]),
    description: "Why a media output has no playing time and no real-time factor.",
};

/// `infer.preemption.mode`: What becomes of the KV cache of a preempted request.
pub const INFER_PREEMPTION_MODE: AttributeDef = AttributeDef {
    key: "infer.preemption.mode",
    value_type: AttributeType::String,
    values: Values::Closed(&["recompute", "swap"]),
    description: "What becomes of the KV cache of a preempted request.",
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
    values: Values::Closed(&["stop", "length", "tool_call", "content_filter", "barge_in", "abort", "error"]),
    description: "Why a request ended.",
};

/// `infer.request.state`: Where a request stands.
pub const INFER_REQUEST_STATE: AttributeDef = AttributeDef {
    key: "infer.request.state",
    value_type: AttributeType::String,
    values: Values::Closed(&["waiting", "running", "preempted", "transferring"]),
    description: "Where a request stands.",
};

/// `infer.response.end`: How far a response got.
pub const INFER_RESPONSE_END: AttributeDef = AttributeDef {
    key: "infer.response.end",
    value_type: AttributeType::String,
    values: Values::Closed(&["complete", "cancelled", "failed"]),
    description: "How far a response got.",
};

/// `infer.sdk.correction.reason`: Why something was recorded otherwise than it was reported.
pub const INFER_SDK_CORRECTION_REASON: AttributeDef = AttributeDef {
    key: "infer.sdk.correction.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["missing_transition", "repeated_transition", "cached_beyond_prompt", "media_beyond_prompt", "blocks_beyond_total", "time_went_back", "clock_skew", "illegal_transition", "value_clamped", "cumulative_decrease", "part_beyond_whole", "accepted_beyond_draft", "device_time_repeated", "device_time_missing", "device_time_beyond_limit", "empty_step", "dropped_unfinished", "answer_beyond_limit", "pool_beyond_limit", "error_type_beyond_limit"]),
    description: "Why something was recorded otherwise than it was reported.",
};

/// `infer.sdk.instrument.name`: The name of the instrument that a measurement was meant for.
pub const INFER_SDK_INSTRUMENT_NAME: AttributeDef = AttributeDef {
    key: "infer.sdk.instrument.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 256 },
    description: "The name of the instrument that a measurement was meant for.",
};

/// `infer.sdk.observer.drop.reason`: Why an observer did not get, or not use, an event.
pub const INFER_SDK_OBSERVER_DROP_REASON: AttributeDef = AttributeDef {
    key: "infer.sdk.observer.drop.reason",
    value_type: AttributeType::String,
    values: Values::Closed(&["queue_full", "shut_down", "untracked"]),
    description: "Why an observer did not get, or not use, an event.",
};

/// `infer.sdk.observer.name`: The name that an observer of cache events gave itself.
pub const INFER_SDK_OBSERVER_NAME: AttributeDef = AttributeDef {
    key: "infer.sdk.observer.name",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The name that an observer of cache events gave itself.",
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

/// `infer.speculative.method`: What drafts the tokens that the model verifies.
///
/// An open set, because methods are still invented.
pub const INFER_SPECULATIVE_METHOD: AttributeDef = AttributeDef {
    key: "infer.speculative.method",
    value_type: AttributeType::String,
    values: Values::Open { known: &["draft_model", "ngram", "eagle", "medusa", "mtp"], limit: 16 },
    description: "What drafts the tokens that the model verifies.",
};

/// `infer.speculative.outcome`: What verification said of a drafted token.
pub const INFER_SPECULATIVE_OUTCOME: AttributeDef = AttributeDef {
    key: "infer.speculative.outcome",
    value_type: AttributeType::String,
    values: Values::Closed(&["accepted", "rejected"]),
    description: "What verification said of a drafted token.",
};

/// `infer.speculative.position`: The position of a token in its draft, from 0.
pub const INFER_SPECULATIVE_POSITION: AttributeDef = AttributeDef {
    key: "infer.speculative.position",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 32 },
    description: "The position of a token in its draft, from 0.",
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

/// `infer.transfer.destination_replica`: The index of the replica that receives, within its stage.
pub const INFER_TRANSFER_DESTINATION_REPLICA: AttributeDef = AttributeDef {
    key: "infer.transfer.destination_replica",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 1024 },
    description: "The index of the replica that receives, within its stage.",
};

/// `infer.transfer.destination_stage`: The stage that receives.
pub const INFER_TRANSFER_DESTINATION_STAGE: AttributeDef = AttributeDef {
    key: "infer.transfer.destination_stage",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The stage that receives.",
};

/// `infer.transfer.payload`: What is transferred.
pub const INFER_TRANSFER_PAYLOAD: AttributeDef = AttributeDef {
    key: "infer.transfer.payload",
    value_type: AttributeType::String,
    values: Values::Closed(&["kv", "weights", "embedding", "activation", "token", "media"]),
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

/// `infer.transfer.source_replica`: The index of the replica that sends, within its stage.
pub const INFER_TRANSFER_SOURCE_REPLICA: AttributeDef = AttributeDef {
    key: "infer.transfer.source_replica",
    value_type: AttributeType::Int,
    values: Values::Open { known: &[], limit: 1024 },
    description: "The index of the replica that sends, within its stage.",
};

/// `infer.transfer.source_stage`: The stage that sends.
pub const INFER_TRANSFER_SOURCE_STAGE: AttributeDef = AttributeDef {
    key: "infer.transfer.source_stage",
    value_type: AttributeType::String,
    values: Values::Open { known: &[], limit: 64 },
    description: "The stage that sends.",
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

/// `rpc.method`: The fully-qualified logical name of the method from the RPC interface perspective.
pub const RPC_METHOD: AttributeDef = AttributeDef {
    key: "rpc.method",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The fully-qualified logical name of the method from the RPC interface perspective.",
};

/// `rpc.method_original`: The original name of the method used by the client.
pub const RPC_METHOD_ORIGINAL: AttributeDef = AttributeDef {
    key: "rpc.method_original",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The original name of the method used by the client.",
};

/// `rpc.response.status_code`: Status code of the RPC returned by the RPC server or generated by the client
pub const RPC_RESPONSE_STATUS_CODE: AttributeDef = AttributeDef {
    key: "rpc.response.status_code",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "Status code of the RPC returned by the RPC server or generated by the client",
};

/// `rpc.system.name`: The Remote Procedure Call (RPC) system.
pub const RPC_SYSTEM_NAME: AttributeDef = AttributeDef {
    key: "rpc.system.name",
    value_type: AttributeType::String,
    values: Values::Closed(&["grpc"]),
    description: "The Remote Procedure Call (RPC) system.",
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

/// `url.path`: The [URI path](https://www.rfc-editor.org/rfc/rfc3986#section-3.3) component
pub const URL_PATH: AttributeDef = AttributeDef {
    key: "url.path",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The [URI path](https://www.rfc-editor.org/rfc/rfc3986#section-3.3) component",
};

/// `url.scheme`: The [URI scheme](https://www.rfc-editor.org/rfc/rfc3986#section-3.1) component identifying the used protocol.
pub const URL_SCHEME: AttributeDef = AttributeDef {
    key: "url.scheme",
    value_type: AttributeType::String,
    values: Values::Unbounded,
    description: "The [URI scheme](https://www.rfc-editor.org/rfc/rfc3986#section-3.1) component identifying the used protocol.",
};

/// Every attribute, by key.
pub const ALL: &[&AttributeDef] = &[
    &CPU_MODE,
    &ERROR_TYPE,
    &GEN_AI_INPUT_MESSAGES,
    &GEN_AI_OPERATION_NAME,
    &GEN_AI_OUTPUT_MESSAGES,
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
    &GEN_AI_SYSTEM_INSTRUCTIONS,
    &GEN_AI_TOKEN_MODALITY,
    &GEN_AI_TOOL_DEFINITIONS,
    &GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    &GEN_AI_USAGE_INPUT_TOKENS,
    &GEN_AI_USAGE_OUTPUT_TOKENS,
    &GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    &HTTP_REQUEST_METHOD,
    &HTTP_REQUEST_METHOD_ORIGINAL,
    &HTTP_RESPONSE_STATUS_CODE,
    &HTTP_ROUTE,
    &HW_DRIVER_VERSION,
    &HW_GPU_TASK,
    &HW_ID,
    &HW_MODEL,
    &HW_NAME,
    &HW_PARENT,
    &HW_SENSOR_LOCATION,
    &HW_STATE,
    &HW_TYPE,
    &HW_VENDOR,
    &INFER_COLLECTOR_AUTHENTICATION_FAILURE,
    &INFER_COLLECTOR_BUILD_REVISION,
    &INFER_COLLECTOR_BUILD_VERSION,
    &INFER_COLLECTOR_CONNECTION_CUT_REASON,
    &INFER_COLLECTOR_CONNECTION_REFUSAL_REASON,
    &INFER_COLLECTOR_CONNECTOR,
    &INFER_COLLECTOR_DEAD_LETTER_LOSS,
    &INFER_COLLECTOR_END_REASON,
    &INFER_COLLECTOR_EXEMPLAR_LOSS,
    &INFER_COLLECTOR_EXPORTER,
    &INFER_COLLECTOR_LISTENER,
    &INFER_COLLECTOR_LOOKUP_RESULT,
    &INFER_COLLECTOR_PROCESSOR,
    &INFER_COLLECTOR_RECEIVER,
    &INFER_COLLECTOR_REFUSAL_REASON,
    &INFER_COLLECTOR_REJECTION_REASON,
    &INFER_COLLECTOR_RELOAD_RESULT,
    &INFER_COLLECTOR_SAMPLING_CAUSE,
    &INFER_COLLECTOR_SAMPLING_DECISION,
    &INFER_COLLECTOR_SAMPLING_POLICY,
    &INFER_COLLECTOR_SCRAPE_CODING,
    &INFER_DIFFUSION_STAGE,
    &INFER_ENGINE_STATE,
    &INFER_GPU_CLOCK_DOMAIN,
    &INFER_GPU_ENGINE,
    &INFER_GPU_FAILURE_REASON,
    &INFER_GPU_LINK_TYPE,
    &INFER_GPU_QUERY,
    &INFER_GPU_THROTTLE_REASON,
    &INFER_GPU_XID_CODE,
    &INFER_ITERATION_KIND,
    &INFER_KV_CACHE_BACKEND,
    &INFER_KV_CACHE_BLOCK_STATE,
    &INFER_KV_CACHE_EVICTION_REASON,
    &INFER_KV_CACHE_EVICTION_RESULT,
    &INFER_KV_CACHE_FAILURE_REASON,
    &INFER_KV_CACHE_METHOD,
    &INFER_KV_CACHE_NAMESPACE,
    &INFER_KV_CACHE_OPERATION,
    &INFER_KV_CACHE_OUTCOME,
    &INFER_KV_CACHE_SOURCE,
    &INFER_KV_CACHE_TIER,
    &INFER_LORA_STATE,
    &INFER_MODALITY_CACHE_RESULT,
    &INFER_MODALITY_DIRECTION,
    &INFER_MODALITY_SKIP_REASON,
    &INFER_PREEMPTION_MODE,
    &INFER_REPLICA,
    &INFER_REQUEST_FINISH_REASON,
    &INFER_REQUEST_STATE,
    &INFER_RESPONSE_END,
    &INFER_SDK_CORRECTION_REASON,
    &INFER_SDK_INSTRUMENT_NAME,
    &INFER_SDK_OBSERVER_DROP_REASON,
    &INFER_SDK_OBSERVER_NAME,
    &INFER_SDK_REFUSAL_REASON,
    &INFER_SIGNAL,
    &INFER_SPECULATIVE_METHOD,
    &INFER_SPECULATIVE_OUTCOME,
    &INFER_SPECULATIVE_POSITION,
    &INFER_STAGE,
    &INFER_TRANSFER_DESTINATION,
    &INFER_TRANSFER_DESTINATION_REPLICA,
    &INFER_TRANSFER_DESTINATION_STAGE,
    &INFER_TRANSFER_PAYLOAD,
    &INFER_TRANSFER_SIZE,
    &INFER_TRANSFER_SOURCE,
    &INFER_TRANSFER_SOURCE_REPLICA,
    &INFER_TRANSFER_SOURCE_STAGE,
    &INFER_TRANSFER_TRANSPORT,
    &NETWORK_IO_DIRECTION,
    &OTEL_COMPONENT_NAME,
    &OTEL_COMPONENT_TYPE,
    &RPC_METHOD,
    &RPC_METHOD_ORIGINAL,
    &RPC_RESPONSE_STATUS_CODE,
    &RPC_SYSTEM_NAME,
    &SERVER_ADDRESS,
    &SERVER_PORT,
    &URL_PATH,
    &URL_SCHEME,
];

/// The values of `infer.collector.authentication.failure`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorAuthenticationFailure {
    /// The request has no credentials.
    Missing,
    /// They are there twice, of another scheme, or cannot be read.
    Malformed,
    /// Nobody has such a token, or such a name and password.
    Wrong,
    /// Other passwords were being checked for as long as a request waits for that.
    Busy,
}

impl CollectorAuthenticationFailure {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Malformed, Self::Wrong, Self::Busy];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Wrong => "wrong",
            Self::Busy => "busy",
        }
    }
}

/// The values of `infer.collector.connection.cut.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorConnectionCutReason {
    /// A request's head, or what HTTP/2 begins with, did not come in time.
    NoHead,
    /// It asked for nothing for as long as the listener allows.
    Idle,
    /// The peer gave no sign of life when it was asked for one.
    KeepAlive,
    /// The peer did not take its answer in time.
    SlowReader,
    /// More resets, or more HTTP/2 frames that ask for nothing, than the listener allows.
    Flood,
    /// What the peer sent is no HTTP, or its head is larger than the limit.
    Protocol,
    /// It was told to leave at its age, and did not in time.
    Age,
    /// The TLS handshake was not over in time.
    HandshakeTimeout,
    /// The TLS handshake failed: what the peer speaks is no TLS, or none that the listener speaks, or it does not accept the listener's certificate.
    HandshakeFailed,
    /// The peer showed no certificate, or none that the listener trusts, and the listener demands one.
    ClientCertificate,
}

impl CollectorConnectionCutReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 10] = [Self::NoHead, Self::Idle, Self::KeepAlive, Self::SlowReader, Self::Flood, Self::Protocol, Self::Age, Self::HandshakeTimeout, Self::HandshakeFailed, Self::ClientCertificate];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoHead => "no_head",
            Self::Idle => "idle",
            Self::KeepAlive => "keep_alive",
            Self::SlowReader => "slow_reader",
            Self::Flood => "flood",
            Self::Protocol => "protocol",
            Self::Age => "age",
            Self::HandshakeTimeout => "handshake_timeout",
            Self::HandshakeFailed => "handshake_failed",
            Self::ClientCertificate => "client_certificate",
        }
    }
}

/// The values of `infer.collector.connection.refusal.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorConnectionRefusalReason {
    /// As many connections as the listener allows were open.
    OverLimit,
    /// As many connections as the listener allows one address were open from there.
    OverPeerLimit,
    /// The operating system could not accept it, for example for want of file descriptors.
    AcceptError,
}

impl CollectorConnectionRefusalReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::OverLimit, Self::OverPeerLimit, Self::AcceptError];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OverLimit => "over_limit",
            Self::OverPeerLimit => "over_peer_limit",
            Self::AcceptError => "accept_error",
        }
    }
}

/// The values of `infer.collector.dead_letter.loss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorDeadLetterLoss {
    /// It was the oldest, and a newer one needed its room.
    Evicted,
    /// It is larger than all of them may be together.
    TooLarge,
    /// More came than could be written.
    TooMany,
    /// The disk is full or fails.
    WriteFailed,
    /// Its bytes on disk were damaged so that it cannot be found.
    Damaged,
}

impl CollectorDeadLetterLoss {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Evicted, Self::TooLarge, Self::TooMany, Self::WriteFailed, Self::Damaged];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evicted => "evicted",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::WriteFailed => "write_failed",
            Self::Damaged => "damaged",
        }
    }
}

/// The values of `infer.collector.end.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorEndReason {
    /// It got no point for as long as `metric_expiration` says.
    Expired,
    /// Its sender said that it has no value any more.
    Stale,
}

impl CollectorEndReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Expired, Self::Stale];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Stale => "stale",
        }
    }
}

/// The values of `infer.collector.exemplar.loss`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorExemplarLoss {
    /// Its metric is of a kind that shows none, such as a gauge; it was dropped.
    UnsupportedKind,
    /// It has no value, or one that is not finite; it was dropped.
    NoValue,
    /// Its point brings more than are looked at; it was dropped.
    TooMany,
    /// The series of the store and their exemplars take their limit of bytes; it was dropped.
    SeriesBytes,
    /// The identifier of its trace or span has a wrong length; it is shown without.
    InvalidId,
    /// Its labels would be longer than OpenMetrics allows; it is shown without some of its attributes.
    LongLabels,
}

impl CollectorExemplarLoss {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 6] = [Self::UnsupportedKind, Self::NoValue, Self::TooMany, Self::SeriesBytes, Self::InvalidId, Self::LongLabels];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnsupportedKind => "unsupported_kind",
            Self::NoValue => "no_value",
            Self::TooMany => "too_many",
            Self::SeriesBytes => "series_bytes",
            Self::InvalidId => "invalid_id",
            Self::LongLabels => "long_labels",
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
    /// Whether the collector works.
    Health,
}

impl CollectorListener {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::OtlpGrpc, Self::OtlpHttp, Self::Metrics, Self::Traces, Self::Health];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtlpGrpc => "otlp_grpc",
            Self::OtlpHttp => "otlp_http",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
            Self::Health => "health",
        }
    }
}

/// The values of `infer.collector.lookup.result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorLookupResult {
    /// By the bytes that followed last time.
    Expected,
    /// By bytes that were seen before, elsewhere in the request.
    Known,
    /// By its attributes in their own order, since these bytes were not seen before or are not remembered.
    Respelled,
    /// Not at all, so that it was made.
    New,
}

impl CollectorLookupResult {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Expected, Self::Known, Self::Respelled, Self::New];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Known => "known",
            Self::Respelled => "respelled",
            Self::New => "new",
        }
    }
}

/// The values of `infer.collector.refusal.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorRefusalReason {
    /// The body is not the message that the path promises, or not compressed as announced.
    Malformed,
    /// The content type, encoding or method is one that the endpoint does not speak.
    Unsupported,
    /// The body is larger than the limit, on the wire or inflated.
    TooLarge,
    /// The body came too slowly, or not before its deadline.
    TooSlow,
    /// No pipeline takes this signal.
    NoPipeline,
    /// A queue is full.
    QueueFull,
    /// The memory limiter, or what requests in flight may take, is at its limit.
    Memory,
    /// A queue on disk could not be written: the disk is full or fails.
    StorageFailed,
    /// The collector is shutting down.
    Stopping,
    /// The listener asks for credentials, and the request has none that are valid.
    Unauthenticated,
    /// Other passwords were being checked for as long as a request waits for that.
    AuthenticationBusy,
}

impl CollectorRefusalReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 11] = [Self::Malformed, Self::Unsupported, Self::TooLarge, Self::TooSlow, Self::NoPipeline, Self::QueueFull, Self::Memory, Self::StorageFailed, Self::Stopping, Self::Unauthenticated, Self::AuthenticationBusy];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::NoPipeline => "no_pipeline",
            Self::QueueFull => "queue_full",
            Self::Memory => "memory",
            Self::StorageFailed => "storage_failed",
            Self::Stopping => "stopping",
            Self::Unauthenticated => "unauthenticated",
            Self::AuthenticationBusy => "authentication_busy",
        }
    }
}

/// The values of `infer.collector.rejection.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorRejectionReason {
    /// A filter of the pipeline dropped it, as its configuration says.
    Filtered,
    /// A tail sampler decided against its trace, as its policies say.
    SampledOut,
    /// The store is at its series limit.
    SeriesLimit,
    /// The series of the store take their limit of bytes.
    SeriesBytes,
    /// Another kind of metric already has this Prometheus name.
    TypeConflict,
    /// A point that Prometheus cannot show: one whose labels another stream has, a histogram whose buckets cannot be added to those it is shown as one with, or a signal that is none of metrics.
    NotExpressible,
    /// A point older than the one shown.
    OutOfOrder,
    /// The point contradicts itself, for example more bounds than buckets.
    InvalidPoint,
    /// A processor had joined it with others, and what is behind it takes not even the smallest part that it can be cut out in.
    TooLarge,
    /// The ring or queue made room for newer data.
    Evicted,
    /// The other side refused it for good.
    Remote,
    /// The other side could not be reached before the deadline.
    Unreachable,
    /// The file, terminal or queue on disk could not be written, or not before the deadline.
    WriteFailed,
    /// It waited longer than the queue on disk keeps anything.
    Expired,
    /// What the queue on disk held of it had changed since it was written.
    Corrupt,
}

impl CollectorRejectionReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 15] = [Self::Filtered, Self::SampledOut, Self::SeriesLimit, Self::SeriesBytes, Self::TypeConflict, Self::NotExpressible, Self::OutOfOrder, Self::InvalidPoint, Self::TooLarge, Self::Evicted, Self::Remote, Self::Unreachable, Self::WriteFailed, Self::Expired, Self::Corrupt];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Filtered => "filtered",
            Self::SampledOut => "sampled_out",
            Self::SeriesLimit => "series_limit",
            Self::SeriesBytes => "series_bytes",
            Self::TypeConflict => "type_conflict",
            Self::NotExpressible => "not_expressible",
            Self::OutOfOrder => "out_of_order",
            Self::InvalidPoint => "invalid_point",
            Self::TooLarge => "too_large",
            Self::Evicted => "evicted",
            Self::Remote => "remote",
            Self::Unreachable => "unreachable",
            Self::WriteFailed => "write_failed",
            Self::Expired => "expired",
            Self::Corrupt => "corrupt",
        }
    }
}

/// The values of `infer.collector.reload.result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorReloadResult {
    /// What the files hold is used from now on.
    Renewed,
    /// What the files hold cannot be used; what was read before is used still.
    Failed,
}

impl CollectorReloadResult {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Renewed, Self::Failed];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Failed => "failed",
        }
    }
}

/// The values of `infer.collector.sampling.cause`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorSamplingCause {
    /// No further span could change the decision, or a policy wanted the trace at once.
    Settled,
    /// Its root span had ended, and other spans had their time to arrive.
    RootEnded,
    /// Nothing of it had come for as long as `decision_wait` says.
    WaitOver,
    /// It made room for newer ones, so that spans may have been missing.
    BoundReached,
    /// The collector stopped, so that spans may have been missing.
    Stopping,
}

impl CollectorSamplingCause {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Settled, Self::RootEnded, Self::WaitOver, Self::BoundReached, Self::Stopping];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::RootEnded => "root_ended",
            Self::WaitOver => "wait_over",
            Self::BoundReached => "bound_reached",
            Self::Stopping => "stopping",
        }
    }
}

/// The values of `infer.collector.sampling.decision`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorSamplingDecision {
    /// The policy wanted it.
    Sampled,
    /// The policy is one that drops.
    Dropped,
    /// No policy wanted it.
    NotSampled,
}

impl CollectorSamplingDecision {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Sampled, Self::Dropped, Self::NotSampled];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Dropped => "dropped",
            Self::NotSampled => "not_sampled",
        }
    }
}

/// The values of `infer.collector.scrape.coding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CollectorScrapeCoding {
    /// As it is.
    Identity,
    /// Compressed as gzip.
    Gzip,
    /// Compressed as zstd.
    Zstd,
}

impl CollectorScrapeCoding {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Zstd];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The values of `cpu.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CpuMode {
    /// User.
    User,
    /// System.
    System,
}

impl CpuMode {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::User, Self::System];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::System => "system",
        }
    }
}

/// The values of `infer.diffusion.stage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiffusionStage {
    /// Inputs are prepared.
    Preprocess,
    /// Prompts and conditions become embeddings.
    Encode,
    /// The steps of the sampler, all of one output.
    Denoise,
    /// Latents become pixels or samples.
    Decode,
    /// Outputs are scaled, checked and packed.
    Postprocess,
}

impl DiffusionStage {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Preprocess, Self::Encode, Self::Denoise, Self::Decode, Self::Postprocess];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preprocess => "preprocess",
            Self::Encode => "encode",
            Self::Denoise => "denoise",
            Self::Decode => "decode",
            Self::Postprocess => "postprocess",
        }
    }
}

/// The values of `infer.engine.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EngineState {
    /// It can serve.
    Awake,
    /// It sleeps; its weights are in host memory.
    WeightsOffloaded,
    /// It sleeps; its weights are gone.
    WeightsDiscarded,
}

impl EngineState {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Awake, Self::WeightsOffloaded, Self::WeightsDiscarded];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Awake => "awake",
            Self::WeightsOffloaded => "weights_offloaded",
            Self::WeightsDiscarded => "weights_discarded",
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
    /// The user spoke over the output.
    BargeIn,
    /// The client went away or cancelled.
    Abort,
    /// The engine failed; `error.type` says how.
    Error,
}

impl FinishReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 7] = [Self::Stop, Self::Length, Self::ToolCall, Self::ContentFilter, Self::BargeIn, Self::Abort, Self::Error];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCall => "tool_call",
            Self::ContentFilter => "content_filter",
            Self::BargeIn => "barge_in",
            Self::Abort => "abort",
            Self::Error => "error",
        }
    }
}

/// The values of `infer.gpu.clock.domain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuClockDomain {
    /// Graphics.
    Graphics,
    /// Streaming multiprocessors.
    Sm,
    /// Memory.
    Memory,
    /// Video encoder and decoder.
    Video,
}

impl GpuClockDomain {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Graphics, Self::Sm, Self::Memory, Self::Video];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graphics => "graphics",
            Self::Sm => "sm",
            Self::Memory => "memory",
            Self::Video => "video",
        }
    }
}

/// The values of `infer.gpu.engine`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuEngine {
    /// Streaming multiprocessors.
    Sm,
    /// Tensor cores.
    Tensor,
    /// Double-precision units.
    Fp64,
    /// The memory interface.
    Dram,
    /// Copy engines.
    Copy,
}

impl GpuEngine {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 5] = [Self::Sm, Self::Tensor, Self::Fp64, Self::Dram, Self::Copy];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sm => "sm",
            Self::Tensor => "tensor",
            Self::Fp64 => "fp64",
            Self::Dram => "dram",
            Self::Copy => "copy",
        }
    }
}

/// The values of `infer.gpu.failure.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuFailureReason {
    /// The GPU or driver cannot answer this.
    NotSupported,
    /// The GPU is gone.
    GpuLost,
    /// The driver was unloaded or restarted.
    DriverGone,
    /// The process may not ask this.
    NoPermission,
    /// The driver did not answer in time.
    Timeout,
    /// Something else.
    Other,
}

impl GpuFailureReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 6] = [Self::NotSupported, Self::GpuLost, Self::DriverGone, Self::NoPermission, Self::Timeout, Self::Other];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSupported => "not_supported",
            Self::GpuLost => "gpu_lost",
            Self::DriverGone => "driver_gone",
            Self::NoPermission => "no_permission",
            Self::Timeout => "timeout",
            Self::Other => "other",
        }
    }
}

/// The values of `infer.gpu.link.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuLinkType {
    /// NVLink.
    Nvlink,
    /// PCI Express.
    Pcie,
}

impl GpuLinkType {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Nvlink, Self::Pcie];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nvlink => "nvlink",
            Self::Pcie => "pcie",
        }
    }
}

/// The values of `infer.gpu.query`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuQuery {
    /// Which GPUs there are.
    Devices,
    /// Utilization.
    Utilization,
    /// Memory.
    Memory,
    /// Power.
    Power,
    /// Energy.
    Energy,
    /// Temperatures.
    Temperature,
    /// Clocks.
    Clock,
    /// Throttle reasons and times.
    Throttle,
    /// ECC errors.
    Ecc,
    /// XID events.
    Xid,
    /// PCI Express traffic.
    Pcie,
    /// NVLink traffic.
    Nvlink,
    /// MIG instances.
    Mig,
    /// Processes.
    Processes,
}

impl GpuQuery {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 14] = [Self::Devices, Self::Utilization, Self::Memory, Self::Power, Self::Energy, Self::Temperature, Self::Clock, Self::Throttle, Self::Ecc, Self::Xid, Self::Pcie, Self::Nvlink, Self::Mig, Self::Processes];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Devices => "devices",
            Self::Utilization => "utilization",
            Self::Memory => "memory",
            Self::Power => "power",
            Self::Energy => "energy",
            Self::Temperature => "temperature",
            Self::Clock => "clock",
            Self::Throttle => "throttle",
            Self::Ecc => "ecc",
            Self::Xid => "xid",
            Self::Pcie => "pcie",
            Self::Nvlink => "nvlink",
            Self::Mig => "mig",
            Self::Processes => "processes",
        }
    }
}

/// The values of `infer.gpu.throttle.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GpuThrottleReason {
    /// There is nothing to do.
    Idle,
    /// Somebody set the clocks.
    ApplicationClocks,
    /// A display wants these clocks.
    DisplayClocks,
    /// The power limit.
    Power,
    /// Software lowers the clocks because of the temperature.
    Thermal,
    /// Hardware lowers the clocks.
    HwSlowdown,
    /// Hardware lowers the clocks because of the temperature.
    HwThermal,
    /// An external signal lowers the clocks.
    HwPowerBrake,
    /// GPUs that are clocked together follow the slowest.
    SyncBoost,
    /// The limit of the board.
    BoardLimit,
    /// Too little load for higher clocks.
    LowUtilization,
    /// The voltage is limited for reliability.
    Reliability,
}

impl GpuThrottleReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 12] = [Self::Idle, Self::ApplicationClocks, Self::DisplayClocks, Self::Power, Self::Thermal, Self::HwSlowdown, Self::HwThermal, Self::HwPowerBrake, Self::SyncBoost, Self::BoardLimit, Self::LowUtilization, Self::Reliability];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::ApplicationClocks => "application_clocks",
            Self::DisplayClocks => "display_clocks",
            Self::Power => "power",
            Self::Thermal => "thermal",
            Self::HwSlowdown => "hw_slowdown",
            Self::HwThermal => "hw_thermal",
            Self::HwPowerBrake => "hw_power_brake",
            Self::SyncBoost => "sync_boost",
            Self::BoardLimit => "board_limit",
            Self::LowUtilization => "low_utilization",
            Self::Reliability => "reliability",
        }
    }
}

/// The values of `http.request.method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HttpRequestMethod {
    /// CONNECT method.
    CONNECT,
    /// DELETE method.
    DELETE,
    /// GET method.
    GET,
    /// HEAD method.
    HEAD,
    /// OPTIONS method.
    OPTIONS,
    /// PATCH method.
    PATCH,
    /// POST method.
    POST,
    /// PUT method.
    PUT,
    /// TRACE method.
    TRACE,
    /// QUERY method.
    QUERY,
    /// Any HTTP method that the instrumentation has no prior knowledge of.
    OTHER,
}

impl HttpRequestMethod {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 11] = [Self::CONNECT, Self::DELETE, Self::GET, Self::HEAD, Self::OPTIONS, Self::PATCH, Self::POST, Self::PUT, Self::TRACE, Self::QUERY, Self::OTHER];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CONNECT => "CONNECT",
            Self::DELETE => "DELETE",
            Self::GET => "GET",
            Self::HEAD => "HEAD",
            Self::OPTIONS => "OPTIONS",
            Self::PATCH => "PATCH",
            Self::POST => "POST",
            Self::PUT => "PUT",
            Self::TRACE => "TRACE",
            Self::QUERY => "QUERY",
            Self::OTHER => "_OTHER",
        }
    }
}

/// The values of `hw.gpu.task`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HwGpuTask {
    /// `general`.
    General,
    /// `encoder`.
    Encoder,
    /// `decoder`.
    Decoder,
}

impl HwGpuTask {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::General, Self::Encoder, Self::Decoder];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Encoder => "encoder",
            Self::Decoder => "decoder",
        }
    }
}

/// The values of `hw.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HwState {
    /// `ok`.
    Ok,
    /// `degraded`.
    Degraded,
    /// `failed`.
    Failed,
    /// `predicted_failure`.
    PredictedFailure,
}

impl HwState {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Degraded, Self::Failed, Self::PredictedFailure];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::PredictedFailure => "predicted_failure",
        }
    }
}

/// The values of `hw.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HwType {
    /// `gpu`.
    Gpu,
}

impl HwType {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 1] = [Self::Gpu];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
        }
    }
}

/// The values of `infer.iteration.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IterationKind {
    /// Only prompts are processed.
    Prefill,
    /// Only tokens are generated.
    Decode,
    /// Some requests are in prefill, others in decode.
    Mixed,
}

impl IterationKind {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Prefill, Self::Decode, Self::Mixed];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Decode => "decode",
            Self::Mixed => "mixed",
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

/// The values of `infer.kv_cache.eviction.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheEvictionReason {
    /// Room was needed.
    Capacity,
    /// It was too old.
    Ttl,
    /// Its request was preempted.
    Preemption,
    /// Somebody asked for it.
    Explicit,
}

impl KvCacheEvictionReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Capacity, Self::Ttl, Self::Preemption, Self::Explicit];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Ttl => "ttl",
            Self::Preemption => "preemption",
            Self::Explicit => "explicit",
        }
    }
}

/// The values of `infer.kv_cache.eviction.result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheEvictionResult {
    /// Nothing had to go.
    Idle,
    /// Something went.
    Evicted,
}

impl KvCacheEvictionResult {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Idle, Self::Evicted];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Evicted => "evicted",
        }
    }
}

/// The values of `infer.kv_cache.failure.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheFailureReason {
    /// The tier has no room.
    OutOfMemory,
    /// The key is gone.
    NotFound,
    /// Another operation holds the key.
    Locked,
    /// It took too long.
    Timeout,
    /// The medium or the network failed.
    Io,
    /// Whoever asked no longer wants it.
    Cancelled,
    /// Something else.
    Other,
}

impl KvCacheFailureReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 7] = [Self::OutOfMemory, Self::NotFound, Self::Locked, Self::Timeout, Self::Io, Self::Cancelled, Self::Other];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutOfMemory => "out_of_memory",
            Self::NotFound => "not_found",
            Self::Locked => "locked",
            Self::Timeout => "timeout",
            Self::Io => "io",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

/// The values of `infer.kv_cache.method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheMethod {
    /// Keep entries.
    Store,
    /// Hand entries out.
    Retrieve,
    /// Say which entries are there.
    Lookup,
}

impl KvCacheMethod {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Store, Self::Retrieve, Self::Lookup];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Retrieve => "retrieve",
            Self::Lookup => "lookup",
        }
    }
}

/// The values of `infer.kv_cache.operation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheOperation {
    /// Make room for a key.
    Allocate,
    /// Copy a key into this tier from the one above.
    Store,
    /// Copy a key from this tier into the one above.
    Load,
    /// Ask whether a key is there.
    Lookup,
    /// Use a key in place: reserved, then finished.
    Read,
    /// Fill a key in place: reserved, then finished.
    Write,
    /// Bring a key up before it is needed: submitted, then finished.
    Prefetch,
    /// Mark a key as used.
    Access,
    /// Take a key out to make room.
    Evict,
    /// Take a key out because it was asked for.
    Delete,
}

impl KvCacheOperation {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 10] = [Self::Allocate, Self::Store, Self::Load, Self::Lookup, Self::Read, Self::Write, Self::Prefetch, Self::Access, Self::Evict, Self::Delete];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allocate => "allocate",
            Self::Store => "store",
            Self::Load => "load",
            Self::Lookup => "lookup",
            Self::Read => "read",
            Self::Write => "write",
            Self::Prefetch => "prefetch",
            Self::Access => "access",
            Self::Evict => "evict",
            Self::Delete => "delete",
        }
    }
}

/// The values of `infer.kv_cache.outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KvCacheOutcome {
    /// It was done.
    Success,
    /// It was not done; the reason says why.
    Failure,
    /// A lookup found the key.
    Hit,
    /// A lookup did not find the key, which is no failure.
    Miss,
}

impl KvCacheOutcome {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 4] = [Self::Success, Self::Failure, Self::Hit, Self::Miss];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Hit => "hit",
            Self::Miss => "miss",
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

/// The values of `infer.lora.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoraState {
    /// Its weights are in memory.
    Loaded,
    /// A running request uses it.
    Running,
    /// Only waiting requests want it.
    Waiting,
}

impl LoraState {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Loaded, Self::Running, Self::Waiting];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Running => "running",
            Self::Waiting => "waiting",
        }
    }
}

/// The values of `infer.modality.cache.result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModalityCacheResult {
    /// The encoder was not needed.
    Hit,
    /// The encoder ran.
    Miss,
}

impl ModalityCacheResult {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Hit, Self::Miss];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
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

/// The values of `infer.modality.skip.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModalitySkipReason {
    /// It has no samples, frames or pixels.
    Empty,
    /// Its sample or frame rate is not known or not positive.
    UnknownRate,
    /// It was given up before it was finished.
    Abandoned,
}

impl ModalitySkipReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Empty, Self::UnknownRate, Self::Abandoned];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownRate => "unknown_rate",
            Self::Abandoned => "abandoned",
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

/// The values of `infer.preemption.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreemptionMode {
    /// The blocks are dropped and computed again.
    Recompute,
    /// The blocks are moved to another tier and brought back.
    Swap,
}

impl PreemptionMode {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Recompute, Self::Swap];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recompute => "recompute",
            Self::Swap => "swap",
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

/// The values of `infer.response.end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResponseEnd {
    /// Its last chunk was handed over.
    Complete,
    /// It was dropped before that: the client went away, or the server gave up on it.
    Cancelled,
    /// The handler or the body broke.
    Failed,
}

impl ResponseEnd {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::Complete, Self::Cancelled, Self::Failed];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

/// The values of `rpc.system.name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RpcSystemName {
    /// [gRPC](https://grpc.io/)
    Grpc,
}

impl RpcSystemName {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 1] = [Self::Grpc];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
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
    /// A time of another host after the one at which it became known here; the duration is zero.
    ClockSkew,
    /// A report that a request in its state cannot make, for example a preemption while it waits; it was ignored.
    IllegalTransition,
    /// A ratio outside 0 to 1, which was moved to the nearer end, or not a number, which was left out.
    ValueClamped,
    /// A running total that fell; it was taken as unchanged.
    CumulativeDecrease,
    /// More reasoning, tool or audio tokens than tokens, or more hits than were asked for; they were cut.
    PartBeyondWhole,
    /// More accepted tokens than the draft has; they were cut.
    AcceptedBeyondDraft,
    /// The device time of a step was handed in again; the first one stays.
    DeviceTimeRepeated,
    /// A step ended without its device time; it has none.
    DeviceTimeMissing,
    /// A step was launched while too many waited for their device time; it has none.
    DeviceTimeBeyondLimit,
    /// A step of the loop without tokens or without requests; it was not recorded.
    EmptyStep,
    /// A step, transfer or operation was dropped without an end; it counts as failed.
    DroppedUnfinished,
    /// More answers or prompts in one response than are told apart; running totals of the others count only by the usage.
    AnswerBeyondLimit,
    /// Too many pools of one KV cache tier; one more is not shown.
    PoolBeyondLimit,
    /// Too many error types; metrics show `_OTHER`.
    ErrorTypeBeyondLimit,
}

impl SdkCorrectionReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 20] = [Self::MissingTransition, Self::RepeatedTransition, Self::CachedBeyondPrompt, Self::MediaBeyondPrompt, Self::BlocksBeyondTotal, Self::TimeWentBack, Self::ClockSkew, Self::IllegalTransition, Self::ValueClamped, Self::CumulativeDecrease, Self::PartBeyondWhole, Self::AcceptedBeyondDraft, Self::DeviceTimeRepeated, Self::DeviceTimeMissing, Self::DeviceTimeBeyondLimit, Self::EmptyStep, Self::DroppedUnfinished, Self::AnswerBeyondLimit, Self::PoolBeyondLimit, Self::ErrorTypeBeyondLimit];

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
            Self::ClockSkew => "clock_skew",
            Self::IllegalTransition => "illegal_transition",
            Self::ValueClamped => "value_clamped",
            Self::CumulativeDecrease => "cumulative_decrease",
            Self::PartBeyondWhole => "part_beyond_whole",
            Self::AcceptedBeyondDraft => "accepted_beyond_draft",
            Self::DeviceTimeRepeated => "device_time_repeated",
            Self::DeviceTimeMissing => "device_time_missing",
            Self::DeviceTimeBeyondLimit => "device_time_beyond_limit",
            Self::EmptyStep => "empty_step",
            Self::DroppedUnfinished => "dropped_unfinished",
            Self::AnswerBeyondLimit => "answer_beyond_limit",
            Self::PoolBeyondLimit => "pool_beyond_limit",
            Self::ErrorTypeBeyondLimit => "error_type_beyond_limit",
        }
    }
}

/// The values of `infer.sdk.observer.drop.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SdkObserverDropReason {
    /// The queue was full; the newest event was dropped.
    QueueFull,
    /// The observer had been shut down.
    ShutDown,
    /// As many sampled blocks were tracked as may be; one more was not.
    Untracked,
}

impl SdkObserverDropReason {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 3] = [Self::QueueFull, Self::ShutDown, Self::Untracked];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::ShutDown => "shut_down",
            Self::Untracked => "untracked",
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

/// The values of `infer.speculative.outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SpeculativeOutcome {
    /// The model agreed.
    Accepted,
    /// The model disagreed, or an earlier token of the draft was rejected.
    Rejected,
}

impl SpeculativeOutcome {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 2] = [Self::Accepted, Self::Rejected];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
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
    /// Tokens, such as a speech model's codes.
    Token,
    /// Samples, pixels or their latents.
    Media,
}

impl TransferPayload {
    /// Every value, in the order of their definition, which is that of the discriminants.
    pub const ALL: [Self; 6] = [Self::Kv, Self::Weights, Self::Embedding, Self::Activation, Self::Token, Self::Media];

    /// The value as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Weights => "weights",
            Self::Embedding => "embedding",
            Self::Activation => "activation",
            Self::Token => "token",
            Self::Media => "media",
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
