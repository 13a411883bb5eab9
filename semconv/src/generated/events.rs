//! Every event on a span.
//!
//! @generated from semconv/registry; run `cargo run -p inferometer-semconv-generator`.

use crate::{AttributeRef, EventDef, Requirement, generated::attributes as keys};

/// `infer.request.first_token`: The first token went out.
pub const INFER_REQUEST_FIRST_TOKEN: EventDef = EventDef {
    name: "infer.request.first_token",
    description: "The first token went out.",
    attributes: &[],
};

/// `infer.request.preemption`: A running request gave its blocks back and waits to be scheduled again.
pub const INFER_REQUEST_PREEMPTION: EventDef = EventDef {
    name: "infer.request.preemption",
    description: "A running request gave its blocks back and waits to be scheduled again.",
    attributes: &[
        AttributeRef { attribute: &keys::INFER_PREEMPTION_MODE, requirement: Requirement::Recommended },
    ],
};

/// `infer.response.first_chunk`: The first chunk of the response's body was handed over.
pub const INFER_RESPONSE_FIRST_CHUNK: EventDef = EventDef {
    name: "infer.response.first_chunk",
    description: "The first chunk of the response's body was handed over.",
    attributes: &[],
};

/// `infer.response.last_chunk`: The last chunk of the response's body was handed over, if there was more than one.
pub const INFER_RESPONSE_LAST_CHUNK: EventDef = EventDef {
    name: "infer.response.last_chunk",
    description: "The last chunk of the response's body was handed over, if there was more than one.",
    attributes: &[],
};

/// Every event.
pub const ALL: &[&EventDef] = &[
    &INFER_REQUEST_FIRST_TOKEN,
    &INFER_REQUEST_PREEMPTION,
    &INFER_RESPONSE_FIRST_CHUNK,
    &INFER_RESPONSE_LAST_CHUNK,
];
