# @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.
"""Names, units, bounds and closed values of Inferometer's semantic conventions."""

from typing import Final, NamedTuple


class Instrument(NamedTuple):
    """One instrument."""

    name: str
    prometheus_name: str
    kind: str
    unit: str
    description: str
    bounds: tuple[float, ...]
    attributes: tuple[str, ...]


ATTRIBUTE_CPU_MODE: Final[str] = "cpu.mode"
VALUES_CPU_MODE: Final[tuple[str, ...]] = ("user", "system")
ATTRIBUTE_ERROR_TYPE: Final[str] = "error.type"
ATTRIBUTE_GEN_AI_INPUT_MESSAGES: Final[str] = "gen_ai.input.messages"
ATTRIBUTE_GEN_AI_OPERATION_NAME: Final[str] = "gen_ai.operation.name"
ATTRIBUTE_GEN_AI_OUTPUT_MESSAGES: Final[str] = "gen_ai.output.messages"
ATTRIBUTE_GEN_AI_PROVIDER_NAME: Final[str] = "gen_ai.provider.name"
ATTRIBUTE_GEN_AI_REQUEST_MAX_TOKENS: Final[str] = "gen_ai.request.max_tokens"
ATTRIBUTE_GEN_AI_REQUEST_MODEL: Final[str] = "gen_ai.request.model"
ATTRIBUTE_GEN_AI_REQUEST_SEED: Final[str] = "gen_ai.request.seed"
ATTRIBUTE_GEN_AI_REQUEST_STREAM: Final[str] = "gen_ai.request.stream"
ATTRIBUTE_GEN_AI_REQUEST_TEMPERATURE: Final[str] = "gen_ai.request.temperature"
ATTRIBUTE_GEN_AI_REQUEST_TOP_K: Final[str] = "gen_ai.request.top_k"
ATTRIBUTE_GEN_AI_REQUEST_TOP_P: Final[str] = "gen_ai.request.top_p"
ATTRIBUTE_GEN_AI_RESPONSE_FINISH_REASONS: Final[str] = "gen_ai.response.finish_reasons"
ATTRIBUTE_GEN_AI_RESPONSE_ID: Final[str] = "gen_ai.response.id"
ATTRIBUTE_GEN_AI_RESPONSE_MODEL: Final[str] = "gen_ai.response.model"
ATTRIBUTE_GEN_AI_SYSTEM_INSTRUCTIONS: Final[str] = "gen_ai.system_instructions"
ATTRIBUTE_GEN_AI_TOKEN_MODALITY: Final[str] = "gen_ai.token.modality"
VALUES_GEN_AI_TOKEN_MODALITY: Final[tuple[str, ...]] = ("text", "image", "audio", "video", "unknown")
ATTRIBUTE_GEN_AI_TOOL_DEFINITIONS: Final[str] = "gen_ai.tool.definitions"
ATTRIBUTE_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final[str] = "gen_ai.usage.cache_read.input_tokens"
ATTRIBUTE_GEN_AI_USAGE_INPUT_TOKENS: Final[str] = "gen_ai.usage.input_tokens"
ATTRIBUTE_GEN_AI_USAGE_OUTPUT_TOKENS: Final[str] = "gen_ai.usage.output_tokens"
ATTRIBUTE_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final[str] = "gen_ai.usage.reasoning.output_tokens"
ATTRIBUTE_HTTP_REQUEST_METHOD: Final[str] = "http.request.method"
VALUES_HTTP_REQUEST_METHOD: Final[tuple[str, ...]] = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "QUERY", "_OTHER")
ATTRIBUTE_HTTP_REQUEST_METHOD_ORIGINAL: Final[str] = "http.request.method_original"
ATTRIBUTE_HTTP_RESPONSE_STATUS_CODE: Final[str] = "http.response.status_code"
ATTRIBUTE_HTTP_ROUTE: Final[str] = "http.route"
ATTRIBUTE_HW_DRIVER_VERSION: Final[str] = "hw.driver_version"
ATTRIBUTE_HW_GPU_TASK: Final[str] = "hw.gpu.task"
VALUES_HW_GPU_TASK: Final[tuple[str, ...]] = ("general", "encoder", "decoder")
ATTRIBUTE_HW_ID: Final[str] = "hw.id"
ATTRIBUTE_HW_MODEL: Final[str] = "hw.model"
ATTRIBUTE_HW_NAME: Final[str] = "hw.name"
ATTRIBUTE_HW_PARENT: Final[str] = "hw.parent"
ATTRIBUTE_HW_SENSOR_LOCATION: Final[str] = "hw.sensor_location"
ATTRIBUTE_HW_STATE: Final[str] = "hw.state"
VALUES_HW_STATE: Final[tuple[str, ...]] = ("ok", "degraded", "failed", "predicted_failure")
ATTRIBUTE_HW_TYPE: Final[str] = "hw.type"
VALUES_HW_TYPE: Final[tuple[str, ...]] = ("gpu",)
ATTRIBUTE_HW_VENDOR: Final[str] = "hw.vendor"
ATTRIBUTE_INFER_COLLECTOR_AUTHENTICATION_FAILURE: Final[str] = "infer.collector.authentication.failure"
VALUES_INFER_COLLECTOR_AUTHENTICATION_FAILURE: Final[tuple[str, ...]] = ("missing", "malformed", "wrong", "busy")
ATTRIBUTE_INFER_COLLECTOR_BUILD_REVISION: Final[str] = "infer.collector.build.revision"
ATTRIBUTE_INFER_COLLECTOR_BUILD_VERSION: Final[str] = "infer.collector.build.version"
ATTRIBUTE_INFER_COLLECTOR_CONNECTION_CUT_REASON: Final[str] = "infer.collector.connection.cut.reason"
VALUES_INFER_COLLECTOR_CONNECTION_CUT_REASON: Final[tuple[str, ...]] = ("no_head", "idle", "keep_alive", "slow_reader", "flood", "protocol", "age", "handshake_timeout", "handshake_failed", "client_certificate")
ATTRIBUTE_INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: Final[str] = "infer.collector.connection.refusal.reason"
VALUES_INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: Final[tuple[str, ...]] = ("over_limit", "over_peer_limit", "accept_error")
ATTRIBUTE_INFER_COLLECTOR_CONNECTOR: Final[str] = "infer.collector.connector"
ATTRIBUTE_INFER_COLLECTOR_DEAD_LETTER_LOSS: Final[str] = "infer.collector.dead_letter.loss"
VALUES_INFER_COLLECTOR_DEAD_LETTER_LOSS: Final[tuple[str, ...]] = ("evicted", "too_large", "too_many", "write_failed", "damaged")
ATTRIBUTE_INFER_COLLECTOR_END_REASON: Final[str] = "infer.collector.end.reason"
VALUES_INFER_COLLECTOR_END_REASON: Final[tuple[str, ...]] = ("expired", "stale")
ATTRIBUTE_INFER_COLLECTOR_EXEMPLAR_LOSS: Final[str] = "infer.collector.exemplar.loss"
VALUES_INFER_COLLECTOR_EXEMPLAR_LOSS: Final[tuple[str, ...]] = ("unsupported_kind", "no_value", "too_many", "series_bytes", "invalid_id", "long_labels")
ATTRIBUTE_INFER_COLLECTOR_EXPORTER: Final[str] = "infer.collector.exporter"
ATTRIBUTE_INFER_COLLECTOR_LISTENER: Final[str] = "infer.collector.listener"
VALUES_INFER_COLLECTOR_LISTENER: Final[tuple[str, ...]] = ("otlp_grpc", "otlp_http", "metrics", "traces", "health")
ATTRIBUTE_INFER_COLLECTOR_LOOKUP_RESULT: Final[str] = "infer.collector.lookup.result"
VALUES_INFER_COLLECTOR_LOOKUP_RESULT: Final[tuple[str, ...]] = ("expected", "known", "respelled", "new")
ATTRIBUTE_INFER_COLLECTOR_PROCESSOR: Final[str] = "infer.collector.processor"
ATTRIBUTE_INFER_COLLECTOR_RECEIVER: Final[str] = "infer.collector.receiver"
ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON: Final[str] = "infer.collector.refusal.reason"
VALUES_INFER_COLLECTOR_REFUSAL_REASON: Final[tuple[str, ...]] = ("malformed", "unsupported", "too_large", "too_slow", "no_pipeline", "queue_full", "memory", "storage_failed", "stopping", "unauthenticated", "authentication_busy")
ATTRIBUTE_INFER_COLLECTOR_REJECTION_REASON: Final[str] = "infer.collector.rejection.reason"
VALUES_INFER_COLLECTOR_REJECTION_REASON: Final[tuple[str, ...]] = ("filtered", "sampled_out", "series_limit", "series_bytes", "type_conflict", "not_expressible", "out_of_order", "invalid_point", "too_large", "evicted", "remote", "unreachable", "write_failed", "expired", "corrupt")
ATTRIBUTE_INFER_COLLECTOR_RELOAD_RESULT: Final[str] = "infer.collector.reload.result"
VALUES_INFER_COLLECTOR_RELOAD_RESULT: Final[tuple[str, ...]] = ("renewed", "failed")
ATTRIBUTE_INFER_COLLECTOR_SAMPLING_CAUSE: Final[str] = "infer.collector.sampling.cause"
VALUES_INFER_COLLECTOR_SAMPLING_CAUSE: Final[tuple[str, ...]] = ("settled", "root_ended", "wait_over", "bound_reached", "stopping")
ATTRIBUTE_INFER_COLLECTOR_SAMPLING_DECISION: Final[str] = "infer.collector.sampling.decision"
VALUES_INFER_COLLECTOR_SAMPLING_DECISION: Final[tuple[str, ...]] = ("sampled", "dropped", "not_sampled")
ATTRIBUTE_INFER_COLLECTOR_SAMPLING_POLICY: Final[str] = "infer.collector.sampling.policy"
ATTRIBUTE_INFER_COLLECTOR_SCRAPE_CODING: Final[str] = "infer.collector.scrape.coding"
VALUES_INFER_COLLECTOR_SCRAPE_CODING: Final[tuple[str, ...]] = ("identity", "gzip", "zstd")
ATTRIBUTE_INFER_DIFFUSION_STAGE: Final[str] = "infer.diffusion.stage"
VALUES_INFER_DIFFUSION_STAGE: Final[tuple[str, ...]] = ("preprocess", "encode", "denoise", "decode", "postprocess")
ATTRIBUTE_INFER_ENGINE_STATE: Final[str] = "infer.engine.state"
VALUES_INFER_ENGINE_STATE: Final[tuple[str, ...]] = ("awake", "weights_offloaded", "weights_discarded")
ATTRIBUTE_INFER_GPU_CLOCK_DOMAIN: Final[str] = "infer.gpu.clock.domain"
VALUES_INFER_GPU_CLOCK_DOMAIN: Final[tuple[str, ...]] = ("graphics", "sm", "memory", "video")
ATTRIBUTE_INFER_GPU_ENGINE: Final[str] = "infer.gpu.engine"
VALUES_INFER_GPU_ENGINE: Final[tuple[str, ...]] = ("sm", "tensor", "fp64", "dram", "copy")
ATTRIBUTE_INFER_GPU_FAILURE_REASON: Final[str] = "infer.gpu.failure.reason"
VALUES_INFER_GPU_FAILURE_REASON: Final[tuple[str, ...]] = ("not_supported", "gpu_lost", "driver_gone", "no_permission", "timeout", "other")
ATTRIBUTE_INFER_GPU_LINK_TYPE: Final[str] = "infer.gpu.link.type"
VALUES_INFER_GPU_LINK_TYPE: Final[tuple[str, ...]] = ("nvlink", "pcie")
ATTRIBUTE_INFER_GPU_QUERY: Final[str] = "infer.gpu.query"
VALUES_INFER_GPU_QUERY: Final[tuple[str, ...]] = ("devices", "utilization", "memory", "power", "energy", "temperature", "clock", "throttle", "ecc", "xid", "pcie", "nvlink", "mig", "processes")
ATTRIBUTE_INFER_GPU_THROTTLE_REASON: Final[str] = "infer.gpu.throttle.reason"
VALUES_INFER_GPU_THROTTLE_REASON: Final[tuple[str, ...]] = ("idle", "application_clocks", "display_clocks", "power", "thermal", "hw_slowdown", "hw_thermal", "hw_power_brake", "sync_boost", "board_limit", "low_utilization", "reliability")
ATTRIBUTE_INFER_GPU_XID_CODE: Final[str] = "infer.gpu.xid.code"
ATTRIBUTE_INFER_ITERATION_KIND: Final[str] = "infer.iteration.kind"
VALUES_INFER_ITERATION_KIND: Final[tuple[str, ...]] = ("prefill", "decode", "mixed")
ATTRIBUTE_INFER_KV_CACHE_BACKEND: Final[str] = "infer.kv_cache.backend"
ATTRIBUTE_INFER_KV_CACHE_BLOCK_STATE: Final[str] = "infer.kv_cache.block.state"
VALUES_INFER_KV_CACHE_BLOCK_STATE: Final[tuple[str, ...]] = ("active", "cached", "free")
ATTRIBUTE_INFER_KV_CACHE_EVICTION_REASON: Final[str] = "infer.kv_cache.eviction.reason"
VALUES_INFER_KV_CACHE_EVICTION_REASON: Final[tuple[str, ...]] = ("capacity", "ttl", "preemption", "explicit")
ATTRIBUTE_INFER_KV_CACHE_EVICTION_RESULT: Final[str] = "infer.kv_cache.eviction.result"
VALUES_INFER_KV_CACHE_EVICTION_RESULT: Final[tuple[str, ...]] = ("idle", "evicted")
ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON: Final[str] = "infer.kv_cache.failure.reason"
VALUES_INFER_KV_CACHE_FAILURE_REASON: Final[tuple[str, ...]] = ("out_of_memory", "not_found", "locked", "timeout", "io", "cancelled", "other")
ATTRIBUTE_INFER_KV_CACHE_METHOD: Final[str] = "infer.kv_cache.method"
VALUES_INFER_KV_CACHE_METHOD: Final[tuple[str, ...]] = ("store", "retrieve", "lookup")
ATTRIBUTE_INFER_KV_CACHE_NAMESPACE: Final[str] = "infer.kv_cache.namespace"
ATTRIBUTE_INFER_KV_CACHE_OPERATION: Final[str] = "infer.kv_cache.operation"
VALUES_INFER_KV_CACHE_OPERATION: Final[tuple[str, ...]] = ("allocate", "store", "load", "lookup", "read", "write", "prefetch", "access", "evict", "delete")
ATTRIBUTE_INFER_KV_CACHE_OUTCOME: Final[str] = "infer.kv_cache.outcome"
VALUES_INFER_KV_CACHE_OUTCOME: Final[tuple[str, ...]] = ("success", "failure", "hit", "miss")
ATTRIBUTE_INFER_KV_CACHE_SOURCE: Final[str] = "infer.kv_cache.source"
VALUES_INFER_KV_CACHE_SOURCE: Final[tuple[str, ...]] = ("computed", "device", "host", "disk", "remote")
ATTRIBUTE_INFER_KV_CACHE_TIER: Final[str] = "infer.kv_cache.tier"
VALUES_INFER_KV_CACHE_TIER: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_LORA_STATE: Final[str] = "infer.lora.state"
VALUES_INFER_LORA_STATE: Final[tuple[str, ...]] = ("loaded", "running", "waiting")
ATTRIBUTE_INFER_MODALITY_CACHE_RESULT: Final[str] = "infer.modality.cache.result"
VALUES_INFER_MODALITY_CACHE_RESULT: Final[tuple[str, ...]] = ("hit", "miss")
ATTRIBUTE_INFER_MODALITY_DIRECTION: Final[str] = "infer.modality.direction"
VALUES_INFER_MODALITY_DIRECTION: Final[tuple[str, ...]] = ("input", "output")
ATTRIBUTE_INFER_MODALITY_SKIP_REASON: Final[str] = "infer.modality.skip.reason"
VALUES_INFER_MODALITY_SKIP_REASON: Final[tuple[str, ...]] = ("empty", "unknown_rate", "abandoned")
ATTRIBUTE_INFER_PREEMPTION_MODE: Final[str] = "infer.preemption.mode"
VALUES_INFER_PREEMPTION_MODE: Final[tuple[str, ...]] = ("recompute", "swap")
ATTRIBUTE_INFER_REPLICA: Final[str] = "infer.replica"
ATTRIBUTE_INFER_REQUEST_FINISH_REASON: Final[str] = "infer.request.finish_reason"
VALUES_INFER_REQUEST_FINISH_REASON: Final[tuple[str, ...]] = ("stop", "length", "tool_call", "content_filter", "barge_in", "abort", "error")
ATTRIBUTE_INFER_REQUEST_STATE: Final[str] = "infer.request.state"
VALUES_INFER_REQUEST_STATE: Final[tuple[str, ...]] = ("waiting", "running", "preempted", "transferring")
ATTRIBUTE_INFER_RESPONSE_END: Final[str] = "infer.response.end"
VALUES_INFER_RESPONSE_END: Final[tuple[str, ...]] = ("complete", "cancelled", "failed")
ATTRIBUTE_INFER_SDK_CORRECTION_REASON: Final[str] = "infer.sdk.correction.reason"
VALUES_INFER_SDK_CORRECTION_REASON: Final[tuple[str, ...]] = ("missing_transition", "repeated_transition", "cached_beyond_prompt", "media_beyond_prompt", "blocks_beyond_total", "time_went_back", "clock_skew", "illegal_transition", "value_clamped", "cumulative_decrease", "part_beyond_whole", "accepted_beyond_draft", "device_time_repeated", "device_time_missing", "device_time_beyond_limit", "empty_step", "dropped_unfinished", "answer_beyond_limit", "pool_beyond_limit", "error_type_beyond_limit")
ATTRIBUTE_INFER_SDK_INSTRUMENT_NAME: Final[str] = "infer.sdk.instrument.name"
ATTRIBUTE_INFER_SDK_OBSERVER_DROP_REASON: Final[str] = "infer.sdk.observer.drop.reason"
VALUES_INFER_SDK_OBSERVER_DROP_REASON: Final[tuple[str, ...]] = ("queue_full", "shut_down", "untracked")
ATTRIBUTE_INFER_SDK_OBSERVER_NAME: Final[str] = "infer.sdk.observer.name"
ATTRIBUTE_INFER_SDK_REFUSAL_REASON: Final[str] = "infer.sdk.refusal.reason"
VALUES_INFER_SDK_REFUSAL_REASON: Final[tuple[str, ...]] = ("nan", "infinite", "negative", "no_cells")
ATTRIBUTE_INFER_SIGNAL: Final[str] = "infer.signal"
VALUES_INFER_SIGNAL: Final[tuple[str, ...]] = ("metrics", "traces", "logs")
ATTRIBUTE_INFER_SPECULATIVE_METHOD: Final[str] = "infer.speculative.method"
ATTRIBUTE_INFER_SPECULATIVE_OUTCOME: Final[str] = "infer.speculative.outcome"
VALUES_INFER_SPECULATIVE_OUTCOME: Final[tuple[str, ...]] = ("accepted", "rejected")
ATTRIBUTE_INFER_SPECULATIVE_POSITION: Final[str] = "infer.speculative.position"
ATTRIBUTE_INFER_STAGE: Final[str] = "infer.stage"
ATTRIBUTE_INFER_TRANSFER_DESTINATION: Final[str] = "infer.transfer.destination"
VALUES_INFER_TRANSFER_DESTINATION: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA: Final[str] = "infer.transfer.destination_replica"
ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE: Final[str] = "infer.transfer.destination_stage"
ATTRIBUTE_INFER_TRANSFER_PAYLOAD: Final[str] = "infer.transfer.payload"
VALUES_INFER_TRANSFER_PAYLOAD: Final[tuple[str, ...]] = ("kv", "weights", "embedding", "activation", "token", "media")
ATTRIBUTE_INFER_TRANSFER_SIZE: Final[str] = "infer.transfer.size"
ATTRIBUTE_INFER_TRANSFER_SOURCE: Final[str] = "infer.transfer.source"
VALUES_INFER_TRANSFER_SOURCE: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA: Final[str] = "infer.transfer.source_replica"
ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE: Final[str] = "infer.transfer.source_stage"
ATTRIBUTE_INFER_TRANSFER_TRANSPORT: Final[str] = "infer.transfer.transport"
VALUES_INFER_TRANSFER_TRANSPORT: Final[tuple[str, ...]] = ("nvlink", "pcie", "rdma", "tcp", "shm", "gds")
ATTRIBUTE_NETWORK_IO_DIRECTION: Final[str] = "network.io.direction"
VALUES_NETWORK_IO_DIRECTION: Final[tuple[str, ...]] = ("transmit", "receive")
ATTRIBUTE_OTEL_COMPONENT_NAME: Final[str] = "otel.component.name"
ATTRIBUTE_OTEL_COMPONENT_TYPE: Final[str] = "otel.component.type"
ATTRIBUTE_RPC_METHOD: Final[str] = "rpc.method"
ATTRIBUTE_RPC_METHOD_ORIGINAL: Final[str] = "rpc.method_original"
ATTRIBUTE_RPC_RESPONSE_STATUS_CODE: Final[str] = "rpc.response.status_code"
ATTRIBUTE_RPC_SYSTEM_NAME: Final[str] = "rpc.system.name"
VALUES_RPC_SYSTEM_NAME: Final[tuple[str, ...]] = ("grpc",)
ATTRIBUTE_SERVER_ADDRESS: Final[str] = "server.address"
ATTRIBUTE_SERVER_PORT: Final[str] = "server.port"
ATTRIBUTE_URL_PATH: Final[str] = "url.path"
ATTRIBUTE_URL_SCHEME: Final[str] = "url.scheme"

METRIC_INFER_COLLECTOR_BUILD_INFO: Final[Instrument] = Instrument(
    name="infer.collector.build.info",
    prometheus_name="infer_collector_build_info",
    kind="gauge",
    unit="{build}",
    description="Always 1, with what says which collector this is.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_BUILD_VERSION, ATTRIBUTE_INFER_COLLECTOR_BUILD_REVISION),
)

METRIC_INFER_GPU_ENGINE_UTILIZATION: Final[Instrument] = Instrument(
    name="infer.gpu.engine.utilization",
    prometheus_name="infer_gpu_engine_utilization",
    kind="gauge",
    unit="1",
    description="The share of time in which a part of the GPU was busy, from 0 to 1.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_ENGINE),
)

METRIC_INFER_GPU_CLOCK_FREQUENCY: Final[Instrument] = Instrument(
    name="infer.gpu.clock.frequency",
    prometheus_name="infer_gpu_clock_frequency_hertz",
    kind="gauge",
    unit="Hz",
    description="The frequency of a clock now.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_CLOCK_DOMAIN),
)

METRIC_INFER_GPU_THROTTLE_TIME: Final[Instrument] = Instrument(
    name="infer.gpu.throttle.time",
    prometheus_name="infer_gpu_throttle_time_seconds_total",
    kind="counter",
    unit="s",
    description="Time in which the clocks were held down, by reason.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_THROTTLE_REASON),
)

METRIC_INFER_GPU_THROTTLE_STATUS: Final[Instrument] = Instrument(
    name="infer.gpu.throttle.status",
    prometheus_name="infer_gpu_throttle_status",
    kind="updowncounter",
    unit="1",
    description="Whether a reason holds the clocks down now: 1 or 0.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_THROTTLE_REASON),
)

METRIC_INFER_GPU_LINK_IO: Final[Instrument] = Instrument(
    name="infer.gpu.link.io",
    prometheus_name="infer_gpu_link_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes over a link of the GPU.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_LINK_TYPE, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_GPU_XID_EVENTS: Final[Instrument] = Instrument(
    name="infer.gpu.xid.events",
    prometheus_name="infer_gpu_xid_events_total",
    kind="counter",
    unit="{event}",
    description="XID events that the driver reported.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_INFER_GPU_XID_CODE),
)

METRIC_INFER_GPU_PROCESS_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="infer.gpu.process.memory.usage",
    prometheus_name="infer_gpu_process_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="GPU memory of this process.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_INFER_GPU_PROCESS_ACTIVE: Final[Instrument] = Instrument(
    name="infer.gpu.process.active",
    prometheus_name="infer_gpu_process_active",
    kind="updowncounter",
    unit="{process}",
    description="Processes that compute on the GPU.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_INFER_GPU_MIG_INSTANCE_ACTIVE: Final[Instrument] = Instrument(
    name="infer.gpu.mig.instance.active",
    prometheus_name="infer_gpu_mig_instance_active",
    kind="updowncounter",
    unit="{instance}",
    description="MIG instances into which the GPU is divided.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_INFER_GPU_QUERY_FAILED: Final[Instrument] = Instrument(
    name="infer.gpu.query.failed",
    prometheus_name="infer_gpu_query_failed_total",
    kind="counter",
    unit="{query}",
    description="Questions that the driver did not answer, each of which cost one value.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_INFER_GPU_QUERY, ATTRIBUTE_INFER_GPU_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_PROMPT_TOKENS: Final[Instrument] = Instrument(
    name="infer.kv_cache.prompt_tokens",
    prometheus_name="infer_kv_cache_prompt_tokens_total",
    kind="counter",
    unit="{token}",
    description="Prompt tokens whose KV entries are in place, by where these came from.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_SOURCE),
)

METRIC_INFER_KV_CACHE_UTILIZATION: Final[Instrument] = Instrument(
    name="infer.kv_cache.utilization",
    prometheus_name="infer_kv_cache_utilization",
    kind="gauge",
    unit="1",
    description="The share of a tier's blocks that requests use, from 0 to 1.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_BLOCK_USAGE: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.usage",
    prometheus_name="infer_kv_cache_block_usage",
    kind="updowncounter",
    unit="{block}",
    description="Blocks of a tier by what they hold; the sum over all states is the limit.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_BLOCK_STATE),
)

METRIC_INFER_KV_CACHE_BLOCK_LIMIT: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.limit",
    prometheus_name="infer_kv_cache_block_limit",
    kind="updowncounter",
    unit="{block}",
    description="Blocks that a tier has.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_PREFIX_HIT_RATIO: Final[Instrument] = Instrument(
    name="infer.kv_cache.prefix_hit_ratio",
    prometheus_name="infer_kv_cache_prefix_hit_ratio",
    kind="gauge",
    unit="1",
    description="The share of prompt tokens that an engine says it found in the KV cache, from 0 to 1.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="infer.kv_cache.memory.usage",
    prometheus_name="infer_kv_cache_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory of a tier that holds blocks or keys.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_MEMORY_LIMIT: Final[Instrument] = Instrument(
    name="infer.kv_cache.memory.limit",
    prometheus_name="infer_kv_cache_memory_limit_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that a tier may use.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_BLOCK_ALLOCATIONS: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.allocations",
    prometheus_name="infer_kv_cache_block_allocations_total",
    kind="counter",
    unit="{block}",
    description="Blocks of a tier that were handed to requests.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND),
)

METRIC_INFER_KV_CACHE_BLOCK_EVICTIONS: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.evictions",
    prometheus_name="infer_kv_cache_block_evictions_total",
    kind="counter",
    unit="{block}",
    description="Blocks of a tier whose content was given up.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_EVICTION_REASON),
)

METRIC_INFER_KV_CACHE_BLOCK_LIFETIME: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.lifetime",
    prometheus_name="infer_kv_cache_block_lifetime_seconds",
    kind="histogram",
    unit="s",
    description="Time from the allocation of a block until its eviction, of sampled blocks.",
    bounds=(0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_KV_CACHE_BLOCK_IDLE_BEFORE_EVICTION: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.idle_before_eviction",
    prometheus_name="infer_kv_cache_block_idle_before_eviction_seconds",
    kind="histogram",
    unit="s",
    description="Time from the last use of a block until its eviction, of sampled blocks.",
    bounds=(0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_KV_CACHE_BLOCK_REUSE_INTERVAL: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.reuse_interval",
    prometheus_name="infer_kv_cache_block_reuse_interval_seconds",
    kind="histogram",
    unit="s",
    description="Time between two uses of a block, of sampled blocks.",
    bounds=(0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_KV_CACHE_BLOCK_REUSE_DISTANCE: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.reuse_distance",
    prometheus_name="infer_kv_cache_block_reuse_distance",
    kind="histogram",
    unit="{block}",
    description="Uses of other blocks between two uses of a block, of sampled blocks.",
    bounds=(1.0, 10.0, 100.0, 1000.0, 10000.0, 100000.0, 1000000.0, 10000000.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_KV_CACHE_BLOCK_EVICTION_TO_REUSE: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.eviction_to_reuse",
    prometheus_name="infer_kv_cache_block_eviction_to_reuse_seconds",
    kind="histogram",
    unit="s",
    description="Time from the eviction of a block until its content was wanted again, of sampled blocks.",
    bounds=(0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_LORA_ADAPTER_ACTIVE: Final[Instrument] = Instrument(
    name="infer.lora.adapter.active",
    prometheus_name="infer_lora_adapter_active",
    kind="updowncounter",
    unit="{adapter}",
    description="LoRA adapters by state.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_LORA_STATE),
)

METRIC_INFER_MODALITY_ITEMS: Final[Instrument] = Instrument(
    name="infer.modality.items",
    prometheus_name="infer_modality_items_total",
    kind="counter",
    unit="{item}",
    description="Images, audio clips, videos and texts, received and generated.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_PREPROCESS_DURATION: Final[Instrument] = Instrument(
    name="infer.modality.preprocess.duration",
    prometheus_name="infer_modality_preprocess_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time to bring one input into the form that its encoder wants.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_MODALITY_ENCODE_DURATION: Final[Instrument] = Instrument(
    name="infer.modality.encode.duration",
    prometheus_name="infer_modality_encode_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time to turn one input into embeddings.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_MODALITY_GENERATION_DURATION: Final[Instrument] = Instrument(
    name="infer.modality.generation.duration",
    prometheus_name="infer_modality_generation_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time that the stage worked on one media output.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_MODALITY_AUDIO_TIME_TO_FIRST_PACKET: Final[Instrument] = Instrument(
    name="infer.modality.audio.time_to_first_packet",
    prometheus_name="infer_modality_audio_time_to_first_packet_seconds",
    kind="histogram",
    unit="s",
    description="Time from a request's arrival until its first audio packet.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_MODALITY_IMAGE_TIME_TO_FIRST_IMAGE: Final[Instrument] = Instrument(
    name="infer.modality.image.time_to_first_image",
    prometheus_name="infer_modality_image_time_to_first_image_seconds",
    kind="histogram",
    unit="s",
    description="Time from a request's arrival until its first image.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_MODALITY_VIDEO_TIME_TO_FIRST_FRAME: Final[Instrument] = Instrument(
    name="infer.modality.video.time_to_first_frame",
    prometheus_name="infer_modality_video_time_to_first_frame_seconds",
    kind="histogram",
    unit="s",
    description="Time from a request's arrival until its first video frame.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_MODALITY_MEDIA_DURATION: Final[Instrument] = Instrument(
    name="infer.modality.media.duration",
    prometheus_name="infer_modality_media_duration_seconds",
    kind="histogram",
    unit="s",
    description="Playing time of one audio clip or video.",
    bounds=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 1800.0, 7200.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_MEDIA_TIME: Final[Instrument] = Instrument(
    name="infer.modality.media.time",
    prometheus_name="infer_modality_media_time_seconds_total",
    kind="counter",
    unit="s",
    description="Playing time of all audio clips and videos.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_REAL_TIME_FACTOR: Final[Instrument] = Instrument(
    name="infer.modality.real_time_factor",
    prometheus_name="infer_modality_real_time_factor",
    kind="histogram",
    unit="1",
    description="Time to generate an audio or video output, divided by its playing time; below 1 is faster than it plays.",
    bounds=(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 5.0, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_MODALITY_OUTPUT_SKIPPED: Final[Instrument] = Instrument(
    name="infer.modality.output.skipped",
    prometheus_name="infer_modality_output_skipped_total",
    kind="counter",
    unit="{output}",
    description="Media outputs that have no playing time and no real-time factor, by reason.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_MODALITY_SKIP_REASON),
)

METRIC_INFER_MODALITY_UNDERRUN_DURATION: Final[Instrument] = Instrument(
    name="infer.modality.underrun.duration",
    prometheus_name="infer_modality_underrun_duration_seconds",
    kind="histogram",
    unit="s",
    description="The longest time by which a streamed output came too late to play on without a gap; 0 if it never did.",
    bounds=(0.0, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_MODALITY_IMAGE_PIXELS: Final[Instrument] = Instrument(
    name="infer.modality.image.pixels",
    prometheus_name="infer_modality_image_pixels_total",
    kind="counter",
    unit="{pixel}",
    description="Pixels of images, received and generated.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_AUDIO_FRAMES: Final[Instrument] = Instrument(
    name="infer.modality.audio.frames",
    prometheus_name="infer_modality_audio_frames_total",
    kind="counter",
    unit="{frame}",
    description="Audio frames, received and generated: one sample of every channel.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_VIDEO_FRAMES: Final[Instrument] = Instrument(
    name="infer.modality.video.frames",
    prometheus_name="infer_modality_video_frames_total",
    kind="counter",
    unit="{frame}",
    description="Video frames, received and generated.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_MODALITY_DIRECTION),
)

METRIC_INFER_MODALITY_CACHE_LOOKUPS: Final[Instrument] = Instrument(
    name="infer.modality.cache.lookups",
    prometheus_name="infer_modality_cache_lookups_total",
    kind="counter",
    unit="{item}",
    description="Media inputs that were looked up in the encoder's cache.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_MODALITY_CACHE_RESULT),
)

METRIC_INFER_DIFFUSION_STAGE_DURATION: Final[Instrument] = Instrument(
    name="infer.diffusion.stage.duration",
    prometheus_name="infer_diffusion_stage_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one part of a diffusion pipeline for one output.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY, ATTRIBUTE_INFER_DIFFUSION_STAGE, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_DIFFUSION_STEP_DURATION: Final[Instrument] = Instrument(
    name="infer.diffusion.step.duration",
    prometheus_name="infer_diffusion_step_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one denoising step.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_MODEL_LOAD_DURATION: Final[Instrument] = Instrument(
    name="infer.model.load.duration",
    prometheus_name="infer_model_load_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time to load a model until it can serve.",
    bounds=(1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_ENGINE_STATUS: Final[Instrument] = Instrument(
    name="infer.engine.status",
    prometheus_name="infer_engine_status",
    kind="updowncounter",
    unit="1",
    description="Whether the engine is in a state: 1 for the one that it is in, 0 for the others.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_ENGINE_STATE),
)

METRIC_INFER_REALTIME_SESSION_ACTIVE: Final[Instrument] = Instrument(
    name="infer.realtime.session.active",
    prometheus_name="infer_realtime_session_active",
    kind="updowncounter",
    unit="{session}",
    description="Realtime sessions that are open.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REALTIME_DETECTION_DURATION: Final[Instrument] = Instrument(
    name="infer.realtime.detection.duration",
    prometheus_name="infer_realtime_detection_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one run of the voice activity detector.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REALTIME_ENDPOINT_DURATION: Final[Instrument] = Instrument(
    name="infer.realtime.endpoint.duration",
    prometheus_name="infer_realtime_endpoint_duration_seconds",
    kind="histogram",
    unit="s",
    description="Silence between the last speech of a turn and the decision that the turn is over.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REALTIME_ERRORS: Final[Instrument] = Instrument(
    name="infer.realtime.errors",
    prometheus_name="infer_realtime_errors_total",
    kind="counter",
    unit="{error}",
    description="Failures of realtime sessions and their voice activity detector.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_COLLECTOR_CONFIG_RELOAD: Final[Instrument] = Instrument(
    name="infer.collector.config.reload",
    prometheus_name="infer_collector_config_reload_total",
    kind="counter",
    unit="{reload}",
    description="Attempts to go on with another configuration.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_RELOAD_RESULT,),
)

METRIC_INFER_COLLECTOR_CONFIG_LOAD_TIMESTAMP: Final[Instrument] = Instrument(
    name="infer.collector.config.load.timestamp",
    prometheus_name="infer_collector_config_load_timestamp_seconds",
    kind="gauge",
    unit="s",
    description="When the configuration that runs was started, in seconds since 1970.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_REQUEST_ACTIVE: Final[Instrument] = Instrument(
    name="infer.request.active",
    prometheus_name="infer_request_active",
    kind="updowncounter",
    unit="{request}",
    description="Requests that have arrived and not ended, by state.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_REQUEST_STATE),
)

METRIC_INFER_REQUEST_FINISHED: Final[Instrument] = Instrument(
    name="infer.request.finished",
    prometheus_name="infer_request_finished_total",
    kind="counter",
    unit="{request}",
    description="Requests that ended, each once, by reason.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_REQUEST_FINISH_REASON, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_REQUEST_QUEUE_DURATION: Final[Instrument] = Instrument(
    name="infer.request.queue.duration",
    prometheus_name="infer_request_queue_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from a request's arrival until it is first scheduled.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_PREFILL_DURATION: Final[Instrument] = Instrument(
    name="infer.request.prefill.duration",
    prometheus_name="infer_request_prefill_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from first scheduling until the whole prompt is in the KV cache.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_DECODE_DURATION: Final[Instrument] = Instrument(
    name="infer.request.decode.duration",
    prometheus_name="infer_request_decode_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from the first output token to the last.",
    bounds=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_TIME_BETWEEN_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.time_between_tokens",
    prometheus_name="infer_request_time_between_tokens_seconds",
    kind="histogram",
    unit="s",
    description="Time between two successive steps that emit tokens of one request.",
    bounds=(0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.5),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_INPUT_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.input_tokens",
    prometheus_name="infer_request_input_tokens",
    kind="histogram",
    unit="{token}",
    description="Prompt tokens of a request, cached ones included.",
    bounds=(1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_OUTPUT_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.output_tokens",
    prometheus_name="infer_request_output_tokens",
    kind="histogram",
    unit="{token}",
    description="Tokens that a request generated, reasoning included.",
    bounds=(1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_CACHED_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.cached_tokens",
    prometheus_name="infer_request_cached_tokens",
    kind="histogram",
    unit="{token}",
    description="Prompt tokens of a request that were read from a cache.",
    bounds=(0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_REASONING_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.reasoning_tokens",
    prometheus_name="infer_request_reasoning_tokens",
    kind="histogram",
    unit="{token}",
    description="Tokens of reasoning that a request generated.",
    bounds=(0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_AUDIO_INPUT_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.audio_input_tokens",
    prometheus_name="infer_request_audio_input_tokens",
    kind="histogram",
    unit="{token}",
    description="Audio tokens in the prompt of a request.",
    bounds=(0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_REQUEST_AUDIO_OUTPUT_TOKENS: Final[Instrument] = Instrument(
    name="infer.request.audio_output_tokens",
    prometheus_name="infer_request_audio_output_tokens",
    kind="histogram",
    unit="{token}",
    description="Audio tokens that a request generated.",
    bounds=(0.0, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_SCHEDULER_ITERATION_DURATION: Final[Instrument] = Instrument(
    name="infer.scheduler.iteration.duration",
    prometheus_name="infer_scheduler_iteration_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one step of the scheduler, from its start until its results are there.",
    bounds=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_ITERATION_KIND),
)

METRIC_INFER_SCHEDULER_ITERATION_DEVICE_DURATION: Final[Instrument] = Instrument(
    name="infer.scheduler.iteration.device.duration",
    prometheus_name="infer_scheduler_iteration_device_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time that the device worked on one step, as the device measured it.",
    bounds=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_ITERATION_KIND),
)

METRIC_INFER_SCHEDULER_ITERATION_TOKENS: Final[Instrument] = Instrument(
    name="infer.scheduler.iteration.tokens",
    prometheus_name="infer_scheduler_iteration_tokens",
    kind="histogram",
    unit="{token}",
    description="Tokens that one step processes, of prompts and generated ones.",
    bounds=(1.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0, 32768.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_ITERATION_KIND),
)

METRIC_INFER_SCHEDULER_ITERATION_REQUESTS: Final[Instrument] = Instrument(
    name="infer.scheduler.iteration.requests",
    prometheus_name="infer_scheduler_iteration_requests",
    kind="histogram",
    unit="{request}",
    description="Requests in one step: its batch size.",
    bounds=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0, 256.0, 384.0, 512.0, 768.0, 1024.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_ITERATION_KIND),
)

METRIC_INFER_SCHEDULER_REQUEST_ACTIVE: Final[Instrument] = Instrument(
    name="infer.scheduler.request.active",
    prometheus_name="infer_scheduler_request_active",
    kind="updowncounter",
    unit="{request}",
    description="Requests in the scheduler's own queues by state, read when metrics are collected.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_REQUEST_STATE),
)

METRIC_INFER_SCHEDULER_OUTPUT_QUEUED: Final[Instrument] = Instrument(
    name="infer.scheduler.output.queued",
    prometheus_name="infer_scheduler_output_queued",
    kind="updowncounter",
    unit="{output}",
    description="Outputs of the stage that wait to be taken by the next one, read when metrics are collected.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_SCHEDULER_PREEMPTIONS: Final[Instrument] = Instrument(
    name="infer.scheduler.preemptions",
    prometheus_name="infer_scheduler_preemptions_total",
    kind="counter",
    unit="{preemption}",
    description="Running requests that gave their blocks back, by what became of these.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_PREEMPTION_MODE),
)

METRIC_INFER_SPECULATIVE_DRAFTS: Final[Instrument] = Instrument(
    name="infer.speculative.drafts",
    prometheus_name="infer_speculative_drafts_total",
    kind="counter",
    unit="{draft}",
    description="Drafts that were verified.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_SPECULATIVE_METHOD),
)

METRIC_INFER_SPECULATIVE_DRAFT_TOKENS: Final[Instrument] = Instrument(
    name="infer.speculative.draft_tokens",
    prometheus_name="infer_speculative_draft_tokens_total",
    kind="counter",
    unit="{token}",
    description="Drafted tokens by what verification said.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_SPECULATIVE_METHOD, ATTRIBUTE_INFER_SPECULATIVE_OUTCOME, ATTRIBUTE_INFER_SPECULATIVE_POSITION),
)

METRIC_INFER_SPECULATIVE_ACCEPTED_LENGTH: Final[Instrument] = Instrument(
    name="infer.speculative.accepted_length",
    prometheus_name="infer_speculative_accepted_length",
    kind="histogram",
    unit="{token}",
    description="Tokens of one draft that were accepted.",
    bounds=(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 12.0, 16.0, 32.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_SPECULATIVE_METHOD),
)

METRIC_INFER_KV_CACHE_KEY_REQUESTED: Final[Instrument] = Instrument(
    name="infer.kv_cache.key.requested",
    prometheus_name="infer_kv_cache_key_requested_total",
    kind="counter",
    unit="{key}",
    description="Keys that operations of a tier were asked for: reserved, submitted or looked up.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE),
)

METRIC_INFER_KV_CACHE_KEY_FINISHED: Final[Instrument] = Instrument(
    name="infer.kv_cache.key.finished",
    prometheus_name="infer_kv_cache_key_finished_total",
    kind="counter",
    unit="{key}",
    description="Keys with which operations of a tier are through, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON, ATTRIBUTE_INFER_KV_CACHE_EVICTION_REASON),
)

METRIC_INFER_KV_CACHE_OPERATION_IO: Final[Instrument] = Instrument(
    name="infer.kv_cache.operation.io",
    prometheus_name="infer_kv_cache_operation_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes with which operations of a tier are through, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON, ATTRIBUTE_INFER_KV_CACHE_EVICTION_REASON),
)

METRIC_INFER_KV_CACHE_OPERATION_DURATION: Final[Instrument] = Instrument(
    name="infer.kv_cache.operation.duration",
    prometheus_name="infer_kv_cache_operation_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from the reservation or submission of an operation until it ended.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_OPERATION_ACTIVE: Final[Instrument] = Instrument(
    name="infer.kv_cache.operation.active",
    prometheus_name="infer_kv_cache_operation_active",
    kind="updowncounter",
    unit="{operation}",
    description="Operations of a tier that were reserved or submitted and have not ended.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE),
)

METRIC_INFER_KV_CACHE_OPERATION_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="infer.kv_cache.operation.memory.usage",
    prometheus_name="infer_kv_cache_operation_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that operations in flight hold.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_OPERATION, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE),
)

METRIC_INFER_KV_CACHE_EVICTION_PASSES: Final[Instrument] = Instrument(
    name="infer.kv_cache.eviction.passes",
    prometheus_name="infer_kv_cache_eviction_passes_total",
    kind="counter",
    unit="{pass}",
    description="Passes of the loop that keeps a tier below its limit, by what they did.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BACKEND, ATTRIBUTE_INFER_KV_CACHE_EVICTION_RESULT),
)

METRIC_INFER_KV_CACHE_LOOKUP_TOKENS: Final[Instrument] = Instrument(
    name="infer.kv_cache.lookup.tokens",
    prometheus_name="infer_kv_cache_lookup_tokens_total",
    kind="counter",
    unit="{token}",
    description="Tokens that a cache was asked for, by whether it had them.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_NAMESPACE),
)

METRIC_INFER_KV_CACHE_SERVER_REQUEST_DURATION: Final[Instrument] = Instrument(
    name="infer.kv_cache.server.request.duration",
    prometheus_name="infer_kv_cache_server_request_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one request that a cache server answers.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_SERVER_REQUEST_ACTIVE: Final[Instrument] = Instrument(
    name="infer.kv_cache.server.request.active",
    prometheus_name="infer_kv_cache_server_request_active",
    kind="updowncounter",
    unit="{request}",
    description="Requests that a cache server answers, begun and not ended.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD),
)

METRIC_INFER_KV_CACHE_SERVER_KEYS: Final[Instrument] = Instrument(
    name="infer.kv_cache.server.keys",
    prometheus_name="infer_kv_cache_server_keys_total",
    kind="counter",
    unit="{key}",
    description="Keys of requests that a cache server answers, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_SERVER_TOKENS: Final[Instrument] = Instrument(
    name="infer.kv_cache.server.tokens",
    prometheus_name="infer_kv_cache_server_tokens_total",
    kind="counter",
    unit="{token}",
    description="Tokens of requests that a cache server answers, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_SERVER_IO: Final[Instrument] = Instrument(
    name="infer.kv_cache.server.io",
    prometheus_name="infer_kv_cache_server_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes of requests that a cache server answers, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_CLIENT_REQUEST_DURATION: Final[Instrument] = Instrument(
    name="infer.kv_cache.client.request.duration",
    prometheus_name="infer_kv_cache_client_request_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time of one request that an engine sends to a cache server.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_CLIENT_REQUEST_ACTIVE: Final[Instrument] = Instrument(
    name="infer.kv_cache.client.request.active",
    prometheus_name="infer_kv_cache_client_request_active",
    kind="updowncounter",
    unit="{request}",
    description="Requests that an engine sends to a cache server, begun and not ended.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD),
)

METRIC_INFER_KV_CACHE_CLIENT_KEYS: Final[Instrument] = Instrument(
    name="infer.kv_cache.client.keys",
    prometheus_name="infer_kv_cache_client_keys_total",
    kind="counter",
    unit="{key}",
    description="Keys of requests that an engine sends to a cache server, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_CLIENT_TOKENS: Final[Instrument] = Instrument(
    name="infer.kv_cache.client.tokens",
    prometheus_name="infer_kv_cache_client_tokens_total",
    kind="counter",
    unit="{token}",
    description="Tokens of requests that an engine sends to a cache server, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_KV_CACHE_CLIENT_IO: Final[Instrument] = Instrument(
    name="infer.kv_cache.client.io",
    prometheus_name="infer_kv_cache_client_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes of requests that an engine sends to a cache server, by outcome.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_METHOD, ATTRIBUTE_INFER_KV_CACHE_OUTCOME, ATTRIBUTE_INFER_KV_CACHE_FAILURE_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_ACCEPTED: Final[Instrument] = Instrument(
    name="infer.collector.item.accepted",
    prometheus_name="infer_collector_item_accepted_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records that every pipeline took.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_RECEIVER, ATTRIBUTE_INFER_COLLECTOR_LISTENER),
)

METRIC_INFER_COLLECTOR_REQUEST_REFUSED: Final[Instrument] = Instrument(
    name="infer.collector.request.refused",
    prometheus_name="infer_collector_request_refused_total",
    kind="counter",
    unit="{request}",
    description="Requests that were refused whole, with the sender's knowledge.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_RECEIVER, ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_REFUSED: Final[Instrument] = Instrument(
    name="infer.collector.item.refused",
    prometheus_name="infer_collector_item_refused_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records of refused requests, as far as they could be counted.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_RECEIVER, ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_REJECTED: Final[Instrument] = Instrument(
    name="infer.collector.item.rejected",
    prometheus_name="infer_collector_item_rejected_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records of accepted requests that a filter dropped or an exporter did not keep.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_EXPORTER, ATTRIBUTE_INFER_COLLECTOR_REJECTION_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_EXPORTED: Final[Instrument] = Instrument(
    name="infer.collector.item.exported",
    prometheus_name="infer_collector_item_exported_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records that an exporter stored or that the other side acknowledged.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_EXPORTER),
)

METRIC_INFER_COLLECTOR_ITEM_QUEUED: Final[Instrument] = Instrument(
    name="infer.collector.item.queued",
    prometheus_name="infer_collector_item_queued",
    kind="updowncounter",
    unit="{item}",
    description="Points, spans and log records that wait for an exporter, or in it, or are being sent.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_EXPORTER),
)

METRIC_INFER_COLLECTOR_ITEM_RECOVERED: Final[Instrument] = Instrument(
    name="infer.collector.item.recovered",
    prometheus_name="infer_collector_item_recovered_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records that a former process has left in the queue on disk of an exporter.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_EXPORTER),
)

METRIC_INFER_COLLECTOR_QUEUE_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.queue.usage",
    prometheus_name="infer_collector_queue_usage",
    kind="updowncounter",
    unit="{unit}",
    description="What waits in the queue of an exporter and is not being sent, in the unit of its sizer.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER,),
)

METRIC_INFER_COLLECTOR_QUEUE_LIMIT: Final[Instrument] = Instrument(
    name="infer.collector.queue.limit",
    prometheus_name="infer_collector_queue_limit",
    kind="updowncounter",
    unit="{unit}",
    description="What may wait in the queue of an exporter, in the unit of its sizer.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER,),
)

METRIC_INFER_COLLECTOR_QUEUE_LOST: Final[Instrument] = Instrument(
    name="infer.collector.queue.lost",
    prometheus_name="infer_collector_queue_lost_total",
    kind="counter",
    unit="{request}",
    description="Requests that a queue on disk held and that damage has made unfindable, as their numbers say. What was in them is not known, so they are in no count of items.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER,),
)

METRIC_INFER_COLLECTOR_TRACE_DECIDED: Final[Instrument] = Instrument(
    name="infer.collector.trace.decided",
    prometheus_name="infer_collector_trace_decided_total",
    kind="counter",
    unit="{trace}",
    description="Traces that a tail sampler decided on.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_PROCESSOR, ATTRIBUTE_INFER_COLLECTOR_SAMPLING_POLICY, ATTRIBUTE_INFER_COLLECTOR_SAMPLING_DECISION, ATTRIBUTE_INFER_COLLECTOR_SAMPLING_CAUSE),
)

METRIC_INFER_COLLECTOR_TRACE_UNDECIDED: Final[Instrument] = Instrument(
    name="infer.collector.trace.undecided",
    prometheus_name="infer_collector_trace_undecided",
    kind="updowncounter",
    unit="{trace}",
    description="Traces that wait for the decision of a tail sampler.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_PROCESSOR,),
)

METRIC_INFER_COLLECTOR_CONNECTOR_SERIES_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.connector.series.usage",
    prometheus_name="infer_collector_connector_series_usage",
    kind="updowncounter",
    unit="{series}",
    description="Series that a connector keeps totals of, overflow series left out.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_CONNECTOR,),
)

METRIC_INFER_COLLECTOR_CONNECTOR_SERIES_LIMIT: Final[Instrument] = Instrument(
    name="infer.collector.connector.series.limit",
    prometheus_name="infer_collector_connector_series_limit",
    kind="updowncounter",
    unit="{series}",
    description="Series that a connector may keep totals of.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_CONNECTOR,),
)

METRIC_INFER_COLLECTOR_CONNECTOR_OVERFLOW: Final[Instrument] = Instrument(
    name="infer.collector.connector.overflow",
    prometheus_name="infer_collector_connector_overflow_total",
    kind="counter",
    unit="{span}",
    description="Spans that a connector counted in an overflow series, since their own would have been one too many or too long.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_CONNECTOR,),
)

METRIC_INFER_COLLECTOR_DEAD_LETTER_KEPT: Final[Instrument] = Instrument(
    name="infer.collector.dead_letter.kept",
    prometheus_name="infer_collector_dead_letter_kept_total",
    kind="counter",
    unit="{request}",
    description="Requests of a queue on disk that nobody will deliver, as the other side refuses them for good or their bytes changed, and that are kept as dead letters.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER,),
)

METRIC_INFER_COLLECTOR_DEAD_LETTER_LOST: Final[Instrument] = Instrument(
    name="infer.collector.dead_letter.lost",
    prometheus_name="infer_collector_dead_letter_lost_total",
    kind="counter",
    unit="{request}",
    description="Requests that should have been kept as dead letters and are not, or no longer.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER, ATTRIBUTE_INFER_COLLECTOR_DEAD_LETTER_LOSS),
)

METRIC_INFER_COLLECTOR_DEAD_LETTER_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.dead_letter.usage",
    prometheus_name="infer_collector_dead_letter_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="Bytes of the dead letters that are kept.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXPORTER,),
)

METRIC_INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN: Final[Instrument] = Instrument(
    name="infer.collector.engine_index.unknown",
    prometheus_name="infer_collector_engine_index_unknown_total",
    kind="counter",
    unit="{point}",
    description="Points whose engine index is in no table that says which stage and replica it is.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SERIES_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.series.usage",
    prometheus_name="infer_collector_series_usage",
    kind="updowncounter",
    unit="{series}",
    description="Series that the store holds.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SERIES_LIMIT: Final[Instrument] = Instrument(
    name="infer.collector.series.limit",
    prometheus_name="infer_collector_series_limit",
    kind="updowncounter",
    unit="{series}",
    description="Series that the store may hold.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SERIES_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.series.memory.usage",
    prometheus_name="infer_collector_series_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that the series of the store take, about.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SERIES_MEMORY_LIMIT: Final[Instrument] = Instrument(
    name="infer.collector.series.memory.limit",
    prometheus_name="infer_collector_series_memory_limit_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that the series of the store may take.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SERIES_ENDED: Final[Instrument] = Instrument(
    name="infer.collector.series.ended",
    prometheus_name="infer_collector_series_ended_total",
    kind="counter",
    unit="{series}",
    description="Series that the store has forgotten, `target_info` included.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_END_REASON,),
)

METRIC_INFER_COLLECTOR_POINT_LOOKUP: Final[Instrument] = Instrument(
    name="infer.collector.point.lookup",
    prometheus_name="infer_collector_point_lookup_total",
    kind="counter",
    unit="{point}",
    description="Points that a series took, by how it was found.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LOOKUP_RESULT,),
)

METRIC_INFER_COLLECTOR_REQUEST_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="infer.collector.request.memory.usage",
    prometheus_name="infer_collector_request_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that requests take while they are received and answered.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_REQUEST_MEMORY_LIMIT: Final[Instrument] = Instrument(
    name="infer.collector.request.memory.limit",
    prometheus_name="infer_collector_request_memory_limit_bytes",
    kind="updowncounter",
    unit="By",
    description="Memory that requests may take while they are received and answered.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_TARGET_INFO_REJECTED: Final[Instrument] = Instrument(
    name="infer.collector.target_info.rejected",
    prometheus_name="infer_collector_target_info_rejected_total",
    kind="counter",
    unit="{resource}",
    description="Resources whose `target_info` was not shown because the store is at its series limit, counted once per request.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_ATTRIBUTE_FOLDED: Final[Instrument] = Instrument(
    name="infer.collector.attribute.folded",
    prometheus_name="infer_collector_attribute_folded_total",
    kind="counter",
    unit="{value}",
    description="Attribute values shown as `other` because their key has more than are told apart, counted once per new stream.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_COLLECTOR_EXEMPLAR_LOST: Final[Instrument] = Instrument(
    name="infer.collector.exemplar.lost",
    prometheus_name="infer_collector_exemplar_lost_total",
    kind="counter",
    unit="{exemplar}",
    description="Exemplars of kept points that are not shown, or not whole.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_EXEMPLAR_LOSS,),
)

METRIC_INFER_COLLECTOR_CONNECTION_ACCEPTED: Final[Instrument] = Instrument(
    name="infer.collector.connection.accepted",
    prometheus_name="infer_collector_connection_accepted_total",
    kind="counter",
    unit="{connection}",
    description="Connections that a listener took.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LISTENER,),
)

METRIC_INFER_COLLECTOR_CONNECTION_REFUSED: Final[Instrument] = Instrument(
    name="infer.collector.connection.refused",
    prometheus_name="infer_collector_connection_refused_total",
    kind="counter",
    unit="{connection}",
    description="Connections that were closed at once, or not accepted at all.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_CONNECTION_REFUSAL_REASON),
)

METRIC_INFER_COLLECTOR_CONNECTION_CUT: Final[Instrument] = Instrument(
    name="infer.collector.connection.cut",
    prometheus_name="infer_collector_connection_cut_total",
    kind="counter",
    unit="{connection}",
    description="Connections that a listener took and then ended by itself.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_CONNECTION_CUT_REASON),
)

METRIC_INFER_COLLECTOR_AUTHENTICATION_FAILED: Final[Instrument] = Instrument(
    name="infer.collector.authentication.failed",
    prometheus_name="infer_collector_authentication_failed_total",
    kind="counter",
    unit="{request}",
    description="Requests that a listener did not let in, before anything of their bodies was read.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_AUTHENTICATION_FAILURE),
)

METRIC_INFER_COLLECTOR_CREDENTIAL_RELOAD: Final[Instrument] = Instrument(
    name="infer.collector.credential.reload",
    prometheus_name="infer_collector_credential_reload_total",
    kind="counter",
    unit="{reload}",
    description="Changes of the files that a listener's certificates and credentials come from, by whether what they hold now is used.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_LISTENER, ATTRIBUTE_INFER_COLLECTOR_RELOAD_RESULT),
)

METRIC_INFER_COLLECTOR_SCRAPE_DURATION: Final[Instrument] = Instrument(
    name="infer.collector.scrape.duration",
    prometheus_name="infer_collector_scrape_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from a scrape's arrival until its last byte is handed to the connection.",
    bounds=(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    attributes=(),
)

METRIC_INFER_COLLECTOR_SCRAPE_IO: Final[Instrument] = Instrument(
    name="infer.collector.scrape.io",
    prometheus_name="infer_collector_scrape_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes of pages that were handed to connections, as they were coded.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_COLLECTOR_SCRAPE_CODING,),
)

METRIC_INFER_COLLECTOR_SCRAPE_OMITTED: Final[Instrument] = Instrument(
    name="infer.collector.scrape.omitted",
    prometheus_name="infer_collector_scrape_omitted_total",
    kind="counter",
    unit="{family}",
    description="Metric families that a page left out, as its format has no place for their names beside others.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_MEASUREMENT_REFUSED: Final[Instrument] = Instrument(
    name="infer.sdk.measurement.refused",
    prometheus_name="infer_sdk_measurement_refused_total",
    kind="counter",
    unit="{measurement}",
    description="Measurements that an instrument refused because of their value.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_REFUSAL_REASON, ATTRIBUTE_INFER_SDK_INSTRUMENT_NAME),
)

METRIC_INFER_SDK_SERIES_OVERFLOW: Final[Instrument] = Instrument(
    name="infer.sdk.series.overflow",
    prometheus_name="infer_sdk_series_overflow_total",
    kind="counter",
    unit="{series}",
    description="Attribute sets that were given the overflow series because their instrument is at its cardinality limit.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_INSTRUMENT_NAME,),
)

METRIC_INFER_SDK_CORRECTION: Final[Instrument] = Instrument(
    name="infer.sdk.correction",
    prometheus_name="infer_sdk_correction_total",
    kind="counter",
    unit="{correction}",
    description="Reports of a serving engine that contradicted themselves and were put right.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_CORRECTION_REASON,),
)

METRIC_INFER_SDK_SNAPSHOT_TORN: Final[Instrument] = Instrument(
    name="infer.sdk.snapshot.torn",
    prometheus_name="infer_sdk_snapshot_torn_total",
    kind="counter",
    unit="{histogram}",
    description="Histogram parts that a snapshot read while a writer was in the middle of a record for too long.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_INSTRUMENT_CONFLICT: Final[Instrument] = Instrument(
    name="infer.sdk.instrument.conflict",
    prometheus_name="infer_sdk_instrument_conflict_total",
    kind="counter",
    unit="{instrument}",
    description="Instruments that were registered again with another kind, unit or description, or beyond a limit.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_MEASUREMENT_SHARED: Final[Instrument] = Instrument(
    name="infer.sdk.measurement.shared",
    prometheus_name="infer_sdk_measurement_shared_total",
    kind="counter",
    unit="{measurement}",
    description="Measurements of the whole process that went to cells shared by several threads, exact but slower.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_INSTRUMENT_INVALID_NAME: Final[Instrument] = Instrument(
    name="infer.sdk.instrument.invalid_name",
    prometheus_name="infer_sdk_instrument_invalid_name_total",
    kind="counter",
    unit="{instrument}",
    description="Instruments whose name is none by the specification's rules; they are not exported.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_CALLBACK_PANIC: Final[Instrument] = Instrument(
    name="infer.sdk.callback.panic",
    prometheus_name="infer_sdk_callback_panic_total",
    kind="counter",
    unit="{panic}",
    description="Panics of observable instruments' callbacks, each of which cost one collection's observations.",
    bounds=(),
    attributes=(),
)

METRIC_INFER_SDK_EXPORT_RETRY: Final[Instrument] = Instrument(
    name="infer.sdk.export.retry",
    prometheus_name="infer_sdk_export_retry_total",
    kind="counter",
    unit="{request}",
    description="Requests that were sent again.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL,),
)

METRIC_INFER_SDK_EXPORT_LATE: Final[Instrument] = Instrument(
    name="infer.sdk.export.late",
    prometheus_name="infer_sdk_export_late_total",
    kind="counter",
    unit="{export}",
    description="Exports that took longer than the interval, so that the next one came late.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL,),
)

METRIC_INFER_SDK_OBSERVER_PANIC: Final[Instrument] = Instrument(
    name="infer.sdk.observer.panic",
    prometheus_name="infer_sdk_observer_panic_total",
    kind="counter",
    unit="{panic}",
    description="Panics of observers of cache events, each of which cost that observer one event.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_OBSERVER_NAME,),
)

METRIC_INFER_SDK_OBSERVER_EVENT_DROPPED: Final[Instrument] = Instrument(
    name="infer.sdk.observer.event.dropped",
    prometheus_name="infer_sdk_observer_event_dropped_total",
    kind="counter",
    unit="{event}",
    description="Events that an observer did not get, or not use, by reason.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_OBSERVER_NAME, ATTRIBUTE_INFER_SDK_OBSERVER_DROP_REASON),
)

METRIC_INFER_SDK_OBSERVER_EVENT_QUEUED: Final[Instrument] = Instrument(
    name="infer.sdk.observer.event.queued",
    prometheus_name="infer_sdk_observer_event_queued",
    kind="updowncounter",
    unit="{event}",
    description="Events that wait in the queue of an observer.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_OBSERVER_NAME,),
)

METRIC_INFER_SDK_OBSERVER_EVENT_LAG: Final[Instrument] = Instrument(
    name="infer.sdk.observer.event.lag",
    prometheus_name="infer_sdk_observer_event_lag_seconds",
    kind="gauge",
    unit="s",
    description="How long the event that an observer last took from its queue had waited.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SDK_OBSERVER_NAME,),
)

METRIC_INFER_TOKEN_INPUT: Final[Instrument] = Instrument(
    name="infer.token.input",
    prometheus_name="infer_token_input_total",
    kind="counter",
    unit="{token}",
    description="Prompt tokens received, cached ones included, by modality.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_TOKEN_OUTPUT: Final[Instrument] = Instrument(
    name="infer.token.output",
    prometheus_name="infer_token_output_total",
    kind="counter",
    unit="{token}",
    description="Tokens generated, reasoning included, by modality.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_GEN_AI_TOKEN_MODALITY),
)

METRIC_INFER_TOKEN_CACHED_INPUT: Final[Instrument] = Instrument(
    name="infer.token.cached_input",
    prometheus_name="infer_token_cached_input_total",
    kind="counter",
    unit="{token}",
    description="Prompt tokens that were read from a cache, part of `infer.token.input`.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_TOKEN_REASONING_OUTPUT: Final[Instrument] = Instrument(
    name="infer.token.reasoning_output",
    prometheus_name="infer_token_reasoning_output_total",
    kind="counter",
    unit="{token}",
    description="Generated tokens of reasoning, part of `infer.token.output`.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_TOKEN_TOOL_OUTPUT: Final[Instrument] = Instrument(
    name="infer.token.tool_output",
    prometheus_name="infer_token_tool_output_total",
    kind="counter",
    unit="{token}",
    description="Generated tokens of tool calls, part of `infer.token.output`.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_INFER_TRANSFER_IO: Final[Instrument] = Instrument(
    name="infer.transfer.io",
    prometheus_name="infer_transfer_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes transferred between tiers, stages or replicas.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_DURATION: Final[Instrument] = Instrument(
    name="infer.transfer.duration",
    prometheus_name="infer_transfer_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from the start of a transfer until its last byte is in place, as the end that records it sees both.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_TRANSFER_TRANSMIT_DURATION: Final[Instrument] = Instrument(
    name="infer.transfer.transmit.duration",
    prometheus_name="infer_transfer_transmit_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time that the sender takes to serialize a transfer and hand it over.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_IN_FLIGHT_DURATION: Final[Instrument] = Instrument(
    name="infer.transfer.in_flight.duration",
    prometheus_name="infer_transfer_in_flight_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from the sender's last byte handed over until the receiver begins to receive.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_DECODE_DURATION: Final[Instrument] = Instrument(
    name="infer.transfer.decode.duration",
    prometheus_name="infer_transfer_decode_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time that the receiver takes to receive a transfer and deserialize it.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_SIZE: Final[Instrument] = Instrument(
    name="infer.transfer.size",
    prometheus_name="infer_transfer_size_bytes",
    kind="histogram",
    unit="By",
    description="Bytes of one transfer.",
    bounds=(4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0, 268435456.0, 1073741824.0, 4294967296.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_ACTIVE: Final[Instrument] = Instrument(
    name="infer.transfer.active",
    prometheus_name="infer_transfer_active",
    kind="updowncounter",
    unit="{transfer}",
    description="Transfers that have started and not ended.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_SOURCE_STAGE, ATTRIBUTE_INFER_TRANSFER_SOURCE_REPLICA, ATTRIBUTE_INFER_TRANSFER_DESTINATION_STAGE, ATTRIBUTE_INFER_TRANSFER_DESTINATION_REPLICA, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_BUSY_TIME: Final[Instrument] = Instrument(
    name="infer.transfer.busy.time",
    prometheus_name="infer_transfer_busy_time_seconds_total",
    kind="counter",
    unit="s",
    description="Time in which at least one transfer was under way between two tiers, by transport and direction.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_GEN_AI_SERVER_REQUEST_DURATION: Final[Instrument] = Instrument(
    name="gen_ai.server.request.duration",
    prometheus_name="gen_ai_server_request_duration_seconds",
    kind="histogram",
    unit="s",
    description="Generative AI server request duration such as time-to-last byte or last output token.",
    bounds=(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_GEN_AI_RESPONSE_MODEL, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_ERROR_TYPE, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN: Final[Instrument] = Instrument(
    name="gen_ai.server.time_per_output_token",
    prometheus_name="gen_ai_server_time_per_output_token_seconds",
    kind="histogram",
    unit="s",
    description="Time per output token generated after the first token for successful responses.",
    bounds=(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_GEN_AI_RESPONSE_MODEL, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_GEN_AI_SERVER_TIME_TO_FIRST_TOKEN: Final[Instrument] = Instrument(
    name="gen_ai.server.time_to_first_token",
    prometheus_name="gen_ai_server_time_to_first_token_seconds",
    kind="histogram",
    unit="s",
    description="Time to generate first token for successful responses.",
    bounds=(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_GEN_AI_RESPONSE_MODEL, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA),
)

METRIC_HW_ENERGY: Final[Instrument] = Instrument(
    name="hw.energy",
    prometheus_name="hw_energy_joules_total",
    kind="counter",
    unit="J",
    description="Energy that the component has used.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_TYPE),
)

METRIC_HW_POWER: Final[Instrument] = Instrument(
    name="hw.power",
    prometheus_name="hw_power_watts",
    kind="gauge",
    unit="W",
    description="Power that the component draws now.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_TYPE),
)

METRIC_HW_ERRORS: Final[Instrument] = Instrument(
    name="hw.errors",
    prometheus_name="hw_errors_total",
    kind="counter",
    unit="{error}",
    description="Errors of the component.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_TYPE, ATTRIBUTE_ERROR_TYPE),
)

METRIC_HW_STATUS: Final[Instrument] = Instrument(
    name="hw.status",
    prometheus_name="hw_status",
    kind="updowncounter",
    unit="1",
    description="Whether the component is in a state: 1 for the one that it is in, 0 for the others.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_TYPE, ATTRIBUTE_HW_STATE, ATTRIBUTE_HW_DRIVER_VERSION, ATTRIBUTE_HW_MODEL, ATTRIBUTE_HW_VENDOR),
)

METRIC_HW_TEMPERATURE: Final[Instrument] = Instrument(
    name="hw.temperature",
    prometheus_name="hw_temperature_celsius",
    kind="gauge",
    unit="Cel",
    description="A temperature of the component.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_SENSOR_LOCATION),
)

METRIC_HW_GPU_UTILIZATION: Final[Instrument] = Instrument(
    name="hw.gpu.utilization",
    prometheus_name="hw_gpu_utilization",
    kind="gauge",
    unit="1",
    description="The share of time that the GPU was busy with a task, from 0 to 1.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_HW_GPU_TASK),
)

METRIC_HW_GPU_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="hw.gpu.memory.usage",
    prometheus_name="hw_gpu_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="GPU memory in use.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_HW_GPU_MEMORY_LIMIT: Final[Instrument] = Instrument(
    name="hw.gpu.memory.limit",
    prometheus_name="hw_gpu_memory_limit_bytes",
    kind="updowncounter",
    unit="By",
    description="GPU memory that there is.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_HW_GPU_MEMORY_UTILIZATION: Final[Instrument] = Instrument(
    name="hw.gpu.memory.utilization",
    prometheus_name="hw_gpu_memory_utilization",
    kind="gauge",
    unit="1",
    description="The share of GPU memory in use, from 0 to 1.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT),
)

METRIC_HW_GPU_IO: Final[Instrument] = Instrument(
    name="hw.gpu.io",
    prometheus_name="hw_gpu_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes that the GPU received and sent.",
    bounds=(),
    attributes=(ATTRIBUTE_HW_ID, ATTRIBUTE_HW_NAME, ATTRIBUTE_HW_PARENT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.metric_data_point.inflight",
    prometheus_name="otel_sdk_exporter_metric_data_point_inflight",
    kind="updowncounter",
    unit="{data_point}",
    description="The number of metric data points which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT),
)

METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.metric_data_point.exported",
    prometheus_name="otel_sdk_exporter_metric_data_point_exported_total",
    kind="counter",
    unit="{data_point}",
    description="The number of metric data points for which the export has finished, either successful or failed.",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_ERROR_TYPE),
)

METRIC_OTEL_SDK_METRIC_READER_COLLECTION_DURATION: Final[Instrument] = Instrument(
    name="otel.sdk.metric_reader.collection.duration",
    prometheus_name="otel_sdk_metric_reader_collection_duration_seconds",
    kind="histogram",
    unit="s",
    description="The duration of the collect operation of the metric reader.",
    bounds=(1e-5, 2e-5, 5e-5, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.1, 1.0),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_ERROR_TYPE),
)

METRIC_OTEL_SDK_EXPORTER_SPAN_INFLIGHT: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.span.inflight",
    prometheus_name="otel_sdk_exporter_span_inflight",
    kind="updowncounter",
    unit="{span}",
    description="The number of spans which were passed to the exporter, but that have not been exported yet (neither successful, nor failed).",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT),
)

METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.span.exported",
    prometheus_name="otel_sdk_exporter_span_exported_total",
    kind="counter",
    unit="{span}",
    description="The number of spans for which the export has finished, either successful or failed.",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_ERROR_TYPE),
)

METRIC_OTEL_SDK_PROCESSOR_SPAN_PROCESSED: Final[Instrument] = Instrument(
    name="otel.sdk.processor.span.processed",
    prometheus_name="otel_sdk_processor_span_processed_total",
    kind="counter",
    unit="{span}",
    description="The number of spans for which the processing has finished, either successful or failed.",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_ERROR_TYPE),
)

METRIC_OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE: Final[Instrument] = Instrument(
    name="otel.sdk.processor.span.queue.size",
    prometheus_name="otel_sdk_processor_span_queue_size",
    kind="updowncounter",
    unit="{span}",
    description="The number of spans in the queue of a given instance of an SDK span processor.",
    bounds=(),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME),
)

METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.operation.duration",
    prometheus_name="otel_sdk_exporter_operation_duration_seconds",
    kind="histogram",
    unit="s",
    description="The duration of exporting a batch of telemetry records.",
    bounds=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_ERROR_TYPE),
)

METRIC_PROCESS_MEMORY_USAGE: Final[Instrument] = Instrument(
    name="process.memory.usage",
    prometheus_name="process_memory_usage_bytes",
    kind="updowncounter",
    unit="By",
    description="The amount of physical memory in use.",
    bounds=(),
    attributes=(),
)

METRIC_PROCESS_CPU_TIME: Final[Instrument] = Instrument(
    name="process.cpu.time",
    prometheus_name="process_cpu_time_seconds_total",
    kind="counter",
    unit="s",
    description="Total CPU seconds broken down by different CPU modes.",
    bounds=(),
    attributes=(ATTRIBUTE_CPU_MODE,),
)

METRIC_PROCESS_UPTIME: Final[Instrument] = Instrument(
    name="process.uptime",
    prometheus_name="process_uptime_seconds",
    kind="gauge",
    unit="s",
    description="The time the process has been running.",
    bounds=(),
    attributes=(),
)

SPAN_INFER_SERVER_INFERENCE: Final[str] = "{gen_ai.operation.name} {gen_ai.request.model}"
SPAN_INFER_QUEUE: Final[str] = "infer.queue"
SPAN_INFER_PREFILL: Final[str] = "infer.prefill"
SPAN_INFER_DECODE: Final[str] = "infer.decode"
SPAN_INFER_SERVER_HTTP: Final[str] = "{http.request.method} {http.route}"
SPAN_INFER_SERVER_GRPC: Final[str] = "{rpc.method}"
SPAN_INFER_TRANSFER: Final[str] = "infer.transfer"
EVENT_INFER_REQUEST_FIRST_TOKEN: Final[str] = "infer.request.first_token"
EVENT_INFER_REQUEST_PREEMPTION: Final[str] = "infer.request.preemption"
EVENT_INFER_RESPONSE_FIRST_CHUNK: Final[str] = "infer.response.first_chunk"
EVENT_INFER_RESPONSE_LAST_CHUNK: Final[str] = "infer.response.last_chunk"

INSTRUMENTS: Final[tuple[Instrument, ...]] = (
    METRIC_INFER_COLLECTOR_BUILD_INFO,
    METRIC_INFER_GPU_ENGINE_UTILIZATION,
    METRIC_INFER_GPU_CLOCK_FREQUENCY,
    METRIC_INFER_GPU_THROTTLE_TIME,
    METRIC_INFER_GPU_THROTTLE_STATUS,
    METRIC_INFER_GPU_LINK_IO,
    METRIC_INFER_GPU_XID_EVENTS,
    METRIC_INFER_GPU_PROCESS_MEMORY_USAGE,
    METRIC_INFER_GPU_PROCESS_ACTIVE,
    METRIC_INFER_GPU_MIG_INSTANCE_ACTIVE,
    METRIC_INFER_GPU_QUERY_FAILED,
    METRIC_INFER_KV_CACHE_PROMPT_TOKENS,
    METRIC_INFER_KV_CACHE_UTILIZATION,
    METRIC_INFER_KV_CACHE_BLOCK_USAGE,
    METRIC_INFER_KV_CACHE_BLOCK_LIMIT,
    METRIC_INFER_KV_CACHE_PREFIX_HIT_RATIO,
    METRIC_INFER_KV_CACHE_MEMORY_USAGE,
    METRIC_INFER_KV_CACHE_MEMORY_LIMIT,
    METRIC_INFER_KV_CACHE_BLOCK_ALLOCATIONS,
    METRIC_INFER_KV_CACHE_BLOCK_EVICTIONS,
    METRIC_INFER_KV_CACHE_BLOCK_LIFETIME,
    METRIC_INFER_KV_CACHE_BLOCK_IDLE_BEFORE_EVICTION,
    METRIC_INFER_KV_CACHE_BLOCK_REUSE_INTERVAL,
    METRIC_INFER_KV_CACHE_BLOCK_REUSE_DISTANCE,
    METRIC_INFER_KV_CACHE_BLOCK_EVICTION_TO_REUSE,
    METRIC_INFER_LORA_ADAPTER_ACTIVE,
    METRIC_INFER_MODALITY_ITEMS,
    METRIC_INFER_MODALITY_PREPROCESS_DURATION,
    METRIC_INFER_MODALITY_ENCODE_DURATION,
    METRIC_INFER_MODALITY_GENERATION_DURATION,
    METRIC_INFER_MODALITY_AUDIO_TIME_TO_FIRST_PACKET,
    METRIC_INFER_MODALITY_IMAGE_TIME_TO_FIRST_IMAGE,
    METRIC_INFER_MODALITY_VIDEO_TIME_TO_FIRST_FRAME,
    METRIC_INFER_MODALITY_MEDIA_DURATION,
    METRIC_INFER_MODALITY_MEDIA_TIME,
    METRIC_INFER_MODALITY_REAL_TIME_FACTOR,
    METRIC_INFER_MODALITY_OUTPUT_SKIPPED,
    METRIC_INFER_MODALITY_UNDERRUN_DURATION,
    METRIC_INFER_MODALITY_IMAGE_PIXELS,
    METRIC_INFER_MODALITY_AUDIO_FRAMES,
    METRIC_INFER_MODALITY_VIDEO_FRAMES,
    METRIC_INFER_MODALITY_CACHE_LOOKUPS,
    METRIC_INFER_DIFFUSION_STAGE_DURATION,
    METRIC_INFER_DIFFUSION_STEP_DURATION,
    METRIC_INFER_MODEL_LOAD_DURATION,
    METRIC_INFER_ENGINE_STATUS,
    METRIC_INFER_REALTIME_SESSION_ACTIVE,
    METRIC_INFER_REALTIME_DETECTION_DURATION,
    METRIC_INFER_REALTIME_ENDPOINT_DURATION,
    METRIC_INFER_REALTIME_ERRORS,
    METRIC_INFER_COLLECTOR_CONFIG_RELOAD,
    METRIC_INFER_COLLECTOR_CONFIG_LOAD_TIMESTAMP,
    METRIC_INFER_REQUEST_ACTIVE,
    METRIC_INFER_REQUEST_FINISHED,
    METRIC_INFER_REQUEST_QUEUE_DURATION,
    METRIC_INFER_REQUEST_PREFILL_DURATION,
    METRIC_INFER_REQUEST_DECODE_DURATION,
    METRIC_INFER_REQUEST_TIME_BETWEEN_TOKENS,
    METRIC_INFER_REQUEST_INPUT_TOKENS,
    METRIC_INFER_REQUEST_OUTPUT_TOKENS,
    METRIC_INFER_REQUEST_CACHED_TOKENS,
    METRIC_INFER_REQUEST_REASONING_TOKENS,
    METRIC_INFER_REQUEST_AUDIO_INPUT_TOKENS,
    METRIC_INFER_REQUEST_AUDIO_OUTPUT_TOKENS,
    METRIC_INFER_SCHEDULER_ITERATION_DURATION,
    METRIC_INFER_SCHEDULER_ITERATION_DEVICE_DURATION,
    METRIC_INFER_SCHEDULER_ITERATION_TOKENS,
    METRIC_INFER_SCHEDULER_ITERATION_REQUESTS,
    METRIC_INFER_SCHEDULER_REQUEST_ACTIVE,
    METRIC_INFER_SCHEDULER_OUTPUT_QUEUED,
    METRIC_INFER_SCHEDULER_PREEMPTIONS,
    METRIC_INFER_SPECULATIVE_DRAFTS,
    METRIC_INFER_SPECULATIVE_DRAFT_TOKENS,
    METRIC_INFER_SPECULATIVE_ACCEPTED_LENGTH,
    METRIC_INFER_KV_CACHE_KEY_REQUESTED,
    METRIC_INFER_KV_CACHE_KEY_FINISHED,
    METRIC_INFER_KV_CACHE_OPERATION_IO,
    METRIC_INFER_KV_CACHE_OPERATION_DURATION,
    METRIC_INFER_KV_CACHE_OPERATION_ACTIVE,
    METRIC_INFER_KV_CACHE_OPERATION_MEMORY_USAGE,
    METRIC_INFER_KV_CACHE_EVICTION_PASSES,
    METRIC_INFER_KV_CACHE_LOOKUP_TOKENS,
    METRIC_INFER_KV_CACHE_SERVER_REQUEST_DURATION,
    METRIC_INFER_KV_CACHE_SERVER_REQUEST_ACTIVE,
    METRIC_INFER_KV_CACHE_SERVER_KEYS,
    METRIC_INFER_KV_CACHE_SERVER_TOKENS,
    METRIC_INFER_KV_CACHE_SERVER_IO,
    METRIC_INFER_KV_CACHE_CLIENT_REQUEST_DURATION,
    METRIC_INFER_KV_CACHE_CLIENT_REQUEST_ACTIVE,
    METRIC_INFER_KV_CACHE_CLIENT_KEYS,
    METRIC_INFER_KV_CACHE_CLIENT_TOKENS,
    METRIC_INFER_KV_CACHE_CLIENT_IO,
    METRIC_INFER_COLLECTOR_ITEM_ACCEPTED,
    METRIC_INFER_COLLECTOR_REQUEST_REFUSED,
    METRIC_INFER_COLLECTOR_ITEM_REFUSED,
    METRIC_INFER_COLLECTOR_ITEM_REJECTED,
    METRIC_INFER_COLLECTOR_ITEM_EXPORTED,
    METRIC_INFER_COLLECTOR_ITEM_QUEUED,
    METRIC_INFER_COLLECTOR_ITEM_RECOVERED,
    METRIC_INFER_COLLECTOR_QUEUE_USAGE,
    METRIC_INFER_COLLECTOR_QUEUE_LIMIT,
    METRIC_INFER_COLLECTOR_QUEUE_LOST,
    METRIC_INFER_COLLECTOR_TRACE_DECIDED,
    METRIC_INFER_COLLECTOR_TRACE_UNDECIDED,
    METRIC_INFER_COLLECTOR_CONNECTOR_SERIES_USAGE,
    METRIC_INFER_COLLECTOR_CONNECTOR_SERIES_LIMIT,
    METRIC_INFER_COLLECTOR_CONNECTOR_OVERFLOW,
    METRIC_INFER_COLLECTOR_DEAD_LETTER_KEPT,
    METRIC_INFER_COLLECTOR_DEAD_LETTER_LOST,
    METRIC_INFER_COLLECTOR_DEAD_LETTER_USAGE,
    METRIC_INFER_COLLECTOR_ENGINE_INDEX_UNKNOWN,
    METRIC_INFER_COLLECTOR_SERIES_USAGE,
    METRIC_INFER_COLLECTOR_SERIES_LIMIT,
    METRIC_INFER_COLLECTOR_SERIES_MEMORY_USAGE,
    METRIC_INFER_COLLECTOR_SERIES_MEMORY_LIMIT,
    METRIC_INFER_COLLECTOR_SERIES_ENDED,
    METRIC_INFER_COLLECTOR_POINT_LOOKUP,
    METRIC_INFER_COLLECTOR_REQUEST_MEMORY_USAGE,
    METRIC_INFER_COLLECTOR_REQUEST_MEMORY_LIMIT,
    METRIC_INFER_COLLECTOR_TARGET_INFO_REJECTED,
    METRIC_INFER_COLLECTOR_ATTRIBUTE_FOLDED,
    METRIC_INFER_COLLECTOR_EXEMPLAR_LOST,
    METRIC_INFER_COLLECTOR_CONNECTION_ACCEPTED,
    METRIC_INFER_COLLECTOR_CONNECTION_REFUSED,
    METRIC_INFER_COLLECTOR_CONNECTION_CUT,
    METRIC_INFER_COLLECTOR_AUTHENTICATION_FAILED,
    METRIC_INFER_COLLECTOR_CREDENTIAL_RELOAD,
    METRIC_INFER_COLLECTOR_SCRAPE_DURATION,
    METRIC_INFER_COLLECTOR_SCRAPE_IO,
    METRIC_INFER_COLLECTOR_SCRAPE_OMITTED,
    METRIC_INFER_SDK_MEASUREMENT_REFUSED,
    METRIC_INFER_SDK_SERIES_OVERFLOW,
    METRIC_INFER_SDK_CORRECTION,
    METRIC_INFER_SDK_SNAPSHOT_TORN,
    METRIC_INFER_SDK_INSTRUMENT_CONFLICT,
    METRIC_INFER_SDK_MEASUREMENT_SHARED,
    METRIC_INFER_SDK_INSTRUMENT_INVALID_NAME,
    METRIC_INFER_SDK_CALLBACK_PANIC,
    METRIC_INFER_SDK_EXPORT_RETRY,
    METRIC_INFER_SDK_EXPORT_LATE,
    METRIC_INFER_SDK_OBSERVER_PANIC,
    METRIC_INFER_SDK_OBSERVER_EVENT_DROPPED,
    METRIC_INFER_SDK_OBSERVER_EVENT_QUEUED,
    METRIC_INFER_SDK_OBSERVER_EVENT_LAG,
    METRIC_INFER_TOKEN_INPUT,
    METRIC_INFER_TOKEN_OUTPUT,
    METRIC_INFER_TOKEN_CACHED_INPUT,
    METRIC_INFER_TOKEN_REASONING_OUTPUT,
    METRIC_INFER_TOKEN_TOOL_OUTPUT,
    METRIC_INFER_TRANSFER_IO,
    METRIC_INFER_TRANSFER_DURATION,
    METRIC_INFER_TRANSFER_TRANSMIT_DURATION,
    METRIC_INFER_TRANSFER_IN_FLIGHT_DURATION,
    METRIC_INFER_TRANSFER_DECODE_DURATION,
    METRIC_INFER_TRANSFER_SIZE,
    METRIC_INFER_TRANSFER_ACTIVE,
    METRIC_INFER_TRANSFER_BUSY_TIME,
    METRIC_GEN_AI_SERVER_REQUEST_DURATION,
    METRIC_GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    METRIC_GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    METRIC_HW_ENERGY,
    METRIC_HW_POWER,
    METRIC_HW_ERRORS,
    METRIC_HW_STATUS,
    METRIC_HW_TEMPERATURE,
    METRIC_HW_GPU_UTILIZATION,
    METRIC_HW_GPU_MEMORY_USAGE,
    METRIC_HW_GPU_MEMORY_LIMIT,
    METRIC_HW_GPU_MEMORY_UTILIZATION,
    METRIC_HW_GPU_IO,
    METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
    METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
    METRIC_OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
    METRIC_OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
    METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED,
    METRIC_OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
    METRIC_OTEL_SDK_PROCESSOR_SPAN_QUEUE_SIZE,
    METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION,
    METRIC_PROCESS_MEMORY_USAGE,
    METRIC_PROCESS_CPU_TIME,
    METRIC_PROCESS_UPTIME,
)
