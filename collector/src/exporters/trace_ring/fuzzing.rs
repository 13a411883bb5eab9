//! Any question of the trace ring, about any spans.

use std::sync::Arc;

use http::{Method, Uri};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, status::StatusCode},
};
use parking_lot::Mutex;
use prost::Message;

use super::{
    asked::Asked,
    jaeger,
    names::{operations, services},
    ring::Ring,
    span::{StoredSpan, spans},
};
use crate::{otlp, pipeline::Signal};

const NOW_MICROS: u64 = 1_700_000_000_000_000;
/// What separates the question from the spans.
const END: u8 = 0;
const TRACES_MAX: usize = 100;
const BYTES_MAX: usize = 1 << 20;

/// A path with its query, a zero, and a request of traces. Spans are kept as the generated types read them, every answer
/// can be written, and a search finds no more than it may.
pub fn trace_query(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == END).unwrap_or(data.len());
    let (question, request) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let ring = Mutex::new(Ring::new(TRACES_MAX, BYTES_MAX));
    if otlp::check(Signal::Traces, request).is_ok() {
        keep(request, &ring);
    }
    let Ok(uri) = Uri::try_from(question) else { return };
    match Asked::of(&Method::GET, &uri, NOW_MICROS) {
        Err(problem) => assert!(problem.status.is_client_error(), "{problem:?}"),
        Ok(Asked::Search(search)) => {
            let found = search.run(&ring);
            let is_by_id = uri.query().is_some_and(|query| query.contains("traceID"));
            assert!(is_by_id || found.traces.len() <= search.limit, "{question:02x?}");
            found.traces.iter().for_each(|trace| written(trace.spans()));
        }
        Ok(Asked::Trace(id)) => {
            let trace = ring.lock().trace(&id);
            trace.iter().for_each(|trace| written(trace.spans()));
        }
        Ok(Asked::Services) => drop(services(&ring)),
        Ok(Asked::OperationNames { service }) => drop(operations(&ring, &service, None)),
        Ok(Asked::Operations { service, kind }) => drop(operations(&ring, &service, kind)),
        Ok(Asked::Dependencies(calls)) => drop(calls.count(&ring)),
    }
}

fn written(spans: &[Arc<StoredSpan>]) {
    assert!(serde_json::to_vec(&jaeger::Trace::of(spans)).is_ok());
}

/// Keeps the spans as they came, and compares those of the request as an ordinary encoder writes it.
fn keep(request: &[u8], ring: &Mutex<Ring>) {
    let decoded = ExportTraceServiceRequest::decode(request);
    let decoded = decoded.unwrap_or_else(|cause| panic!("it was checked: {cause}"));
    let plain = decoded.encode_to_vec();
    let sent = decoded.resource_spans.iter().flat_map(|of| &of.scope_spans);
    let sent: Vec<&Span> = sent.flat_map(|of| &of.spans).collect();
    let kept: Vec<_> = spans(&plain).collect();
    assert_eq!(kept.len(), sent.len());
    for (kept, sent) in kept.into_iter().zip(sent) {
        let is_id = |id: &[u8], length| id.len() == length && id.iter().any(|byte| *byte != 0);
        let has_ids = is_id(&sent.trace_id, 16) && is_id(&sent.span_id, 8);
        assert_eq!(kept.is_ok(), has_ids, "{sent:?}");
        if let Ok((id, span)) = kept {
            assert_eq!((&id[..], &*span.name), (&*sent.trace_id, &*sent.name));
            assert_eq!((span.kind, span.start_nanos), (sent.kind(), sent.start_time_unix_nano));
            let status = sent.status.as_ref().map_or(StatusCode::Unset, |status| status.code());
            assert_eq!(span.status, status);
        }
    }
    for (id, span) in spans(request).flatten() {
        ring.lock().push(id, span);
    }
}
