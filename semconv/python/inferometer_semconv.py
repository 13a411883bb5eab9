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


ATTRIBUTE_ERROR_TYPE: Final[str] = "error.type"
ATTRIBUTE_GEN_AI_OPERATION_NAME: Final[str] = "gen_ai.operation.name"
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
ATTRIBUTE_GEN_AI_TOKEN_MODALITY: Final[str] = "gen_ai.token.modality"
VALUES_GEN_AI_TOKEN_MODALITY: Final[tuple[str, ...]] = ("text", "image", "audio", "video", "unknown")
ATTRIBUTE_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final[str] = "gen_ai.usage.cache_read.input_tokens"
ATTRIBUTE_GEN_AI_USAGE_INPUT_TOKENS: Final[str] = "gen_ai.usage.input_tokens"
ATTRIBUTE_GEN_AI_USAGE_OUTPUT_TOKENS: Final[str] = "gen_ai.usage.output_tokens"
ATTRIBUTE_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final[str] = "gen_ai.usage.reasoning.output_tokens"
ATTRIBUTE_INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: Final[str] = "infer.collector.connection.refusal.reason"
VALUES_INFER_COLLECTOR_CONNECTION_REFUSAL_REASON: Final[tuple[str, ...]] = ("over_limit", "accept_error")
ATTRIBUTE_INFER_COLLECTOR_LISTENER: Final[str] = "infer.collector.listener"
VALUES_INFER_COLLECTOR_LISTENER: Final[tuple[str, ...]] = ("otlp_grpc", "otlp_http", "metrics", "traces")
ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON: Final[str] = "infer.collector.refusal.reason"
VALUES_INFER_COLLECTOR_REFUSAL_REASON: Final[tuple[str, ...]] = ("malformed", "unsupported", "too_large", "no_pipeline", "queue_full", "memory", "stopping")
ATTRIBUTE_INFER_COLLECTOR_REJECTION_REASON: Final[str] = "infer.collector.rejection.reason"
VALUES_INFER_COLLECTOR_REJECTION_REASON: Final[tuple[str, ...]] = ("series_limit", "type_conflict", "not_expressible", "out_of_order", "invalid_point", "evicted", "remote", "unreachable")
ATTRIBUTE_INFER_KV_CACHE_BLOCK_STATE: Final[str] = "infer.kv_cache.block.state"
VALUES_INFER_KV_CACHE_BLOCK_STATE: Final[tuple[str, ...]] = ("active", "cached", "free")
ATTRIBUTE_INFER_KV_CACHE_SOURCE: Final[str] = "infer.kv_cache.source"
VALUES_INFER_KV_CACHE_SOURCE: Final[tuple[str, ...]] = ("computed", "device", "host", "disk", "remote")
ATTRIBUTE_INFER_KV_CACHE_TIER: Final[str] = "infer.kv_cache.tier"
VALUES_INFER_KV_CACHE_TIER: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_MODALITY_DIRECTION: Final[str] = "infer.modality.direction"
VALUES_INFER_MODALITY_DIRECTION: Final[tuple[str, ...]] = ("input", "output")
ATTRIBUTE_INFER_REPLICA: Final[str] = "infer.replica"
ATTRIBUTE_INFER_REQUEST_FINISH_REASON: Final[str] = "infer.request.finish_reason"
VALUES_INFER_REQUEST_FINISH_REASON: Final[tuple[str, ...]] = ("stop", "length", "tool_call", "content_filter", "abort", "error")
ATTRIBUTE_INFER_REQUEST_STATE: Final[str] = "infer.request.state"
VALUES_INFER_REQUEST_STATE: Final[tuple[str, ...]] = ("waiting", "running", "preempted", "transferring")
ATTRIBUTE_INFER_SDK_CORRECTION_REASON: Final[str] = "infer.sdk.correction.reason"
VALUES_INFER_SDK_CORRECTION_REASON: Final[tuple[str, ...]] = ("missing_transition", "repeated_transition", "cached_beyond_prompt", "media_beyond_prompt", "blocks_beyond_total", "time_went_back", "error_type_beyond_limit")
ATTRIBUTE_INFER_SDK_INSTRUMENT_NAME: Final[str] = "infer.sdk.instrument.name"
ATTRIBUTE_INFER_SDK_REFUSAL_REASON: Final[str] = "infer.sdk.refusal.reason"
VALUES_INFER_SDK_REFUSAL_REASON: Final[tuple[str, ...]] = ("nan", "infinite", "negative", "no_cells")
ATTRIBUTE_INFER_SIGNAL: Final[str] = "infer.signal"
VALUES_INFER_SIGNAL: Final[tuple[str, ...]] = ("metrics", "traces", "logs")
ATTRIBUTE_INFER_STAGE: Final[str] = "infer.stage"
ATTRIBUTE_INFER_TRANSFER_DESTINATION: Final[str] = "infer.transfer.destination"
VALUES_INFER_TRANSFER_DESTINATION: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_TRANSFER_PAYLOAD: Final[str] = "infer.transfer.payload"
VALUES_INFER_TRANSFER_PAYLOAD: Final[tuple[str, ...]] = ("kv", "weights", "embedding", "activation")
ATTRIBUTE_INFER_TRANSFER_SIZE: Final[str] = "infer.transfer.size"
ATTRIBUTE_INFER_TRANSFER_SOURCE: Final[str] = "infer.transfer.source"
VALUES_INFER_TRANSFER_SOURCE: Final[tuple[str, ...]] = ("device", "host", "disk", "remote")
ATTRIBUTE_INFER_TRANSFER_TRANSPORT: Final[str] = "infer.transfer.transport"
VALUES_INFER_TRANSFER_TRANSPORT: Final[tuple[str, ...]] = ("nvlink", "pcie", "rdma", "tcp", "shm", "gds")
ATTRIBUTE_NETWORK_IO_DIRECTION: Final[str] = "network.io.direction"
VALUES_NETWORK_IO_DIRECTION: Final[tuple[str, ...]] = ("transmit", "receive")
ATTRIBUTE_OTEL_COMPONENT_NAME: Final[str] = "otel.component.name"
ATTRIBUTE_OTEL_COMPONENT_TYPE: Final[str] = "otel.component.type"
ATTRIBUTE_SERVER_ADDRESS: Final[str] = "server.address"
ATTRIBUTE_SERVER_PORT: Final[str] = "server.port"

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
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
)

METRIC_INFER_KV_CACHE_BLOCK_USAGE: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.usage",
    prometheus_name="infer_kv_cache_block_usage",
    kind="updowncounter",
    unit="{block}",
    description="Blocks of a tier by what they hold; the sum over all states is the limit.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER, ATTRIBUTE_INFER_KV_CACHE_BLOCK_STATE),
)

METRIC_INFER_KV_CACHE_BLOCK_LIMIT: Final[Instrument] = Instrument(
    name="infer.kv_cache.block.limit",
    prometheus_name="infer_kv_cache_block_limit",
    kind="updowncounter",
    unit="{block}",
    description="Blocks that a tier has.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_KV_CACHE_TIER),
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

METRIC_INFER_COLLECTOR_ITEM_ACCEPTED: Final[Instrument] = Instrument(
    name="infer.collector.item.accepted",
    prometheus_name="infer_collector_item_accepted_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records that every pipeline took.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL,),
)

METRIC_INFER_COLLECTOR_REQUEST_REFUSED: Final[Instrument] = Instrument(
    name="infer.collector.request.refused",
    prometheus_name="infer_collector_request_refused_total",
    kind="counter",
    unit="{request}",
    description="Requests that were refused whole, with the sender's knowledge.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_REFUSED: Final[Instrument] = Instrument(
    name="infer.collector.item.refused",
    prometheus_name="infer_collector_item_refused_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records of refused requests, as far as they could be counted.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_REFUSAL_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_REJECTED: Final[Instrument] = Instrument(
    name="infer.collector.item.rejected",
    prometheus_name="infer_collector_item_rejected_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records of accepted requests that an exporter did not keep.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL, ATTRIBUTE_INFER_COLLECTOR_REJECTION_REASON),
)

METRIC_INFER_COLLECTOR_ITEM_EXPORTED: Final[Instrument] = Instrument(
    name="infer.collector.item.exported",
    prometheus_name="infer_collector_item_exported_total",
    kind="counter",
    unit="{item}",
    description="Points, spans and log records that an exporter stored or that the other side acknowledged.",
    bounds=(),
    attributes=(ATTRIBUTE_INFER_SIGNAL,),
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

METRIC_INFER_COLLECTOR_TARGET_INFO_REJECTED: Final[Instrument] = Instrument(
    name="infer.collector.target_info.rejected",
    prometheus_name="infer_collector_target_info_rejected_total",
    kind="counter",
    unit="{resource}",
    description="Resources whose `target_info` was not shown because the store is at its series limit, counted once per request.",
    bounds=(),
    attributes=(),
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

METRIC_INFER_COLLECTOR_SCRAPE_DURATION: Final[Instrument] = Instrument(
    name="infer.collector.scrape.duration",
    prometheus_name="infer_collector_scrape_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from a scrape's arrival until its last byte is handed to the connection.",
    bounds=(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
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

METRIC_INFER_TRANSFER_IO: Final[Instrument] = Instrument(
    name="infer.transfer.io",
    prometheus_name="infer_transfer_io_bytes_total",
    kind="counter",
    unit="By",
    description="Bytes transferred between tiers, stages or replicas.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_NETWORK_IO_DIRECTION),
)

METRIC_INFER_TRANSFER_DURATION: Final[Instrument] = Instrument(
    name="infer.transfer.duration",
    prometheus_name="infer_transfer_duration_seconds",
    kind="histogram",
    unit="s",
    description="Time from the start of a transfer until its last byte is in place.",
    bounds=(1e-5, 2.5e-5, 5e-5, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION, ATTRIBUTE_INFER_TRANSFER_TRANSPORT, ATTRIBUTE_ERROR_TYPE),
)

METRIC_INFER_TRANSFER_SIZE: Final[Instrument] = Instrument(
    name="infer.transfer.size",
    prometheus_name="infer_transfer_size_bytes",
    kind="histogram",
    unit="By",
    description="Bytes of one transfer.",
    bounds=(4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0, 268435456.0, 1073741824.0, 4294967296.0),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION),
)

METRIC_INFER_TRANSFER_ACTIVE: Final[Instrument] = Instrument(
    name="infer.transfer.active",
    prometheus_name="infer_transfer_active",
    kind="updowncounter",
    unit="{transfer}",
    description="Transfers that have started and not ended.",
    bounds=(),
    attributes=(ATTRIBUTE_GEN_AI_OPERATION_NAME, ATTRIBUTE_GEN_AI_PROVIDER_NAME, ATTRIBUTE_GEN_AI_REQUEST_MODEL, ATTRIBUTE_INFER_STAGE, ATTRIBUTE_INFER_REPLICA, ATTRIBUTE_INFER_TRANSFER_PAYLOAD, ATTRIBUTE_INFER_TRANSFER_SOURCE, ATTRIBUTE_INFER_TRANSFER_DESTINATION),
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

METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION: Final[Instrument] = Instrument(
    name="otel.sdk.exporter.operation.duration",
    prometheus_name="otel_sdk_exporter_operation_duration_seconds",
    kind="histogram",
    unit="s",
    description="The duration of exporting a batch of telemetry records.",
    bounds=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0),
    attributes=(ATTRIBUTE_OTEL_COMPONENT_TYPE, ATTRIBUTE_OTEL_COMPONENT_NAME, ATTRIBUTE_SERVER_ADDRESS, ATTRIBUTE_SERVER_PORT, ATTRIBUTE_ERROR_TYPE),
)

SPAN_INFER_SERVER_INFERENCE: Final[str] = "{gen_ai.operation.name} {gen_ai.request.model}"
SPAN_INFER_QUEUE: Final[str] = "infer.queue"
SPAN_INFER_PREFILL: Final[str] = "infer.prefill"
SPAN_INFER_DECODE: Final[str] = "infer.decode"
SPAN_INFER_KV_TRANSFER: Final[str] = "infer.kv_transfer"

INSTRUMENTS: Final[tuple[Instrument, ...]] = (
    METRIC_INFER_KV_CACHE_PROMPT_TOKENS,
    METRIC_INFER_KV_CACHE_UTILIZATION,
    METRIC_INFER_KV_CACHE_BLOCK_USAGE,
    METRIC_INFER_KV_CACHE_BLOCK_LIMIT,
    METRIC_INFER_REQUEST_ACTIVE,
    METRIC_INFER_REQUEST_FINISHED,
    METRIC_INFER_REQUEST_QUEUE_DURATION,
    METRIC_INFER_REQUEST_PREFILL_DURATION,
    METRIC_INFER_REQUEST_DECODE_DURATION,
    METRIC_INFER_REQUEST_TIME_BETWEEN_TOKENS,
    METRIC_INFER_REQUEST_INPUT_TOKENS,
    METRIC_INFER_REQUEST_OUTPUT_TOKENS,
    METRIC_INFER_COLLECTOR_ITEM_ACCEPTED,
    METRIC_INFER_COLLECTOR_REQUEST_REFUSED,
    METRIC_INFER_COLLECTOR_ITEM_REFUSED,
    METRIC_INFER_COLLECTOR_ITEM_REJECTED,
    METRIC_INFER_COLLECTOR_ITEM_EXPORTED,
    METRIC_INFER_COLLECTOR_SERIES_USAGE,
    METRIC_INFER_COLLECTOR_SERIES_LIMIT,
    METRIC_INFER_COLLECTOR_TARGET_INFO_REJECTED,
    METRIC_INFER_COLLECTOR_CONNECTION_ACCEPTED,
    METRIC_INFER_COLLECTOR_CONNECTION_REFUSED,
    METRIC_INFER_COLLECTOR_SCRAPE_DURATION,
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
    METRIC_INFER_TOKEN_INPUT,
    METRIC_INFER_TOKEN_OUTPUT,
    METRIC_INFER_TRANSFER_IO,
    METRIC_INFER_TRANSFER_DURATION,
    METRIC_INFER_TRANSFER_SIZE,
    METRIC_INFER_TRANSFER_ACTIVE,
    METRIC_GEN_AI_SERVER_REQUEST_DURATION,
    METRIC_GEN_AI_SERVER_TIME_PER_OUTPUT_TOKEN,
    METRIC_GEN_AI_SERVER_TIME_TO_FIRST_TOKEN,
    METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_INFLIGHT,
    METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
    METRIC_OTEL_SDK_METRIC_READER_COLLECTION_DURATION,
    METRIC_OTEL_SDK_EXPORTER_SPAN_INFLIGHT,
    METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED,
    METRIC_OTEL_SDK_PROCESSOR_SPAN_PROCESSED,
    METRIC_OTEL_SDK_EXPORTER_OPERATION_DURATION,
)
