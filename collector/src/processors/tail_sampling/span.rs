//! A span, read once and in place.

use inferometer_semconv::events::INFER_REQUEST_FIRST_TOKEN;

use super::{
    span_tests::{Answers, Bits, SpanTests},
    trace::{Features, TraceId},
};
use crate::otlp::fields;

/// The trace of an encoded span, nothing if its id is not 16 bytes or zero, and what policies need to know of it.
pub(super) fn look(
    span: &[u8],
    tests: &SpanTests,
    of_resource: Bits,
) -> (Option<TraceId>, Features) {
    let (mut trace_id, mut parent_id) = (&[][..], &[][..]);
    let (mut start, mut end) = (0, 0);
    let mut answers = Answers::of(of_resource);
    for field in fields(span) {
        match field.number {
            1 => trace_id = field.bytes(),
            4 => parent_id = field.bytes(),
            7 => start = field.number(),
            8 => end = field.number(),
            9 => tests.attribute(field.bytes(), &mut answers),
            11 if tests.need_events() => event(field.bytes(), &mut answers),
            15 => status(field.bytes(), &mut answers),
            _ => {}
        }
    }
    let trace_id = trace_id.try_into().ok().filter(|id: &TraceId| *id != [0; 16]);
    let features = Features {
        spans: 1,
        has_root: parent_id.iter().all(|byte| *byte == 0),
        start: if start == 0 { u64::MAX } else { start },
        end,
        bits: tests.finish(&answers, start, end),
    };
    (trace_id, features)
}

fn event(event: &[u8], answers: &mut Answers) {
    let (mut time, mut name) = (0, &[][..]);
    for field in fields(event) {
        match field.number {
            1 => time = field.number(),
            2 => name = field.bytes(),
            _ => {}
        }
    }
    if name == INFER_REQUEST_FIRST_TOKEN.name.as_bytes() {
        answers.first_token(time);
    }
}

fn status(status: &[u8], answers: &mut Answers) {
    for field in fields(status).filter(|field| field.number == 3) {
        answers.status(field.number());
    }
}
