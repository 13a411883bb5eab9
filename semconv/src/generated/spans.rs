//! Every span.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{AttributeRef, Requirement, SpanDef, SpanKind, generated::attributes as keys};

/// `infer.server.inference`: One request, from its arrival at the engine until it ends.
///
/// Upstream has no server span for inference; this one carries upstream's attributes under upstream's names.
pub const INFER_SERVER_INFERENCE: SpanDef = SpanDef {
    span_type: "infer.server.inference",
    name: "{gen_ai.operation.name} {gen_ai.request.model}",
    kind: SpanKind::Server,
    description: "One request, from its arrival at the engine until it ends.",
    attributes: &[
        AttributeRef { attribute: &keys::GEN_AI_OPERATION_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_PROVIDER_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MODEL, requirement: Requirement::ConditionallyRequired("If available.") },
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the request ended in an error.") },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_MODEL, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_MAX_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_TEMPERATURE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_TOP_P, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_TOP_K, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_SEED, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_REQUEST_STREAM, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_ID, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_RESPONSE_FINISH_REASONS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_INPUT_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_OUTPUT_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_ADDRESS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::SERVER_PORT, requirement: Requirement::ConditionallyRequired("If `server.address` is set.") },
        AttributeRef { attribute: &keys::GEN_AI_INPUT_MESSAGES, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::GEN_AI_OUTPUT_MESSAGES, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::GEN_AI_SYSTEM_INSTRUCTIONS, requirement: Requirement::OptIn },
        AttributeRef { attribute: &keys::GEN_AI_TOOL_DEFINITIONS, requirement: Requirement::OptIn },
    ],
};

/// `infer.queue`: A request waits until it is first scheduled.
pub const INFER_QUEUE: SpanDef = SpanDef {
    span_type: "infer.queue",
    name: "infer.queue",
    kind: SpanKind::Internal,
    description: "A request waits until it is first scheduled.",
    attributes: &[
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
    ],
};

/// `infer.prefill`: The prompt is brought into the KV cache, computed or read.
pub const INFER_PREFILL: SpanDef = SpanDef {
    span_type: "infer.prefill",
    name: "infer.prefill",
    kind: SpanKind::Internal,
    description: "The prompt is brought into the KV cache, computed or read.",
    attributes: &[
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_INPUT_TOKENS, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, requirement: Requirement::Recommended },
    ],
};

/// `infer.decode`: Output tokens are generated, from the first to the last.
pub const INFER_DECODE: SpanDef = SpanDef {
    span_type: "infer.decode",
    name: "infer.decode",
    kind: SpanKind::Internal,
    description: "Output tokens are generated, from the first to the last.",
    attributes: &[
        AttributeRef { attribute: &keys::INFER_STAGE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::INFER_REPLICA, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::GEN_AI_USAGE_OUTPUT_TOKENS, requirement: Requirement::Recommended },
    ],
};

/// `infer.server.http`: One HTTP request, until the last chunk of its response was handed over.
///
/// Upstream's `span.http.server`, with the end of a streamed response added.
pub const INFER_SERVER_HTTP: SpanDef = SpanDef {
    span_type: "infer.server.http",
    name: "{http.request.method} {http.route}",
    kind: SpanKind::Server,
    description: "One HTTP request, until the last chunk of its response was handed over.",
    attributes: &[
        AttributeRef { attribute: &keys::HTTP_REQUEST_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::HTTP_REQUEST_METHOD_ORIGINAL, requirement: Requirement::ConditionallyRequired("If it is not one that is known.") },
        AttributeRef { attribute: &keys::HTTP_ROUTE, requirement: Requirement::ConditionallyRequired("If the server has one.") },
        AttributeRef { attribute: &keys::URL_PATH, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::URL_SCHEME, requirement: Requirement::ConditionallyRequired("If the request names it.") },
        AttributeRef { attribute: &keys::HTTP_RESPONSE_STATUS_CODE, requirement: Requirement::ConditionallyRequired("If there was a response.") },
        AttributeRef { attribute: &keys::INFER_RESPONSE_END, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the status is 5xx, or the handler or the body broke.") },
    ],
};

/// `infer.server.grpc`: One gRPC call, until its trailers were handed over.
///
/// Upstream's `span.rpc.grpc.call.server`, with the end of a streamed response added.
pub const INFER_SERVER_GRPC: SpanDef = SpanDef {
    span_type: "infer.server.grpc",
    name: "{rpc.method}",
    kind: SpanKind::Server,
    description: "One gRPC call, until its trailers were handed over.",
    attributes: &[
        AttributeRef { attribute: &keys::RPC_SYSTEM_NAME, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::RPC_METHOD, requirement: Requirement::Required },
        AttributeRef { attribute: &keys::RPC_METHOD_ORIGINAL, requirement: Requirement::ConditionallyRequired("If the server does not know the method.") },
        AttributeRef { attribute: &keys::RPC_RESPONSE_STATUS_CODE, requirement: Requirement::ConditionallyRequired("If the call got so far.") },
        AttributeRef { attribute: &keys::INFER_RESPONSE_END, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the status is one of a failure of the server, or the handler or the body broke.") },
    ],
};

/// `infer.transfer`: Something moves between tiers, stages or replicas on behalf of a request.
///
/// The sender's span is a client's, the receiver's a server's of the same type, linked to the sender's or its child; that of a transfer within one engine is internal.
pub const INFER_TRANSFER: SpanDef = SpanDef {
    span_type: "infer.transfer",
    name: "infer.transfer",
    kind: SpanKind::Client,
    description: "Something moves between tiers, stages or replicas on behalf of a request.",
    attributes: &[
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
        AttributeRef { attribute: &keys::INFER_TRANSFER_SIZE, requirement: Requirement::Recommended },
        AttributeRef { attribute: &keys::ERROR_TYPE, requirement: Requirement::ConditionallyRequired("If the transfer failed.") },
    ],
};

/// Every span.
pub const ALL: &[&SpanDef] = &[
    &INFER_SERVER_INFERENCE,
    &INFER_QUEUE,
    &INFER_PREFILL,
    &INFER_DECODE,
    &INFER_SERVER_HTTP,
    &INFER_SERVER_GRPC,
    &INFER_TRANSFER,
];
