//! Requests of traces: served requests, each with a span of its own and one for each of its steps.

use std::ops::Range;

use bytes::BytesMut;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span, span::SpanKind},
};
use rand::{Rng, rngs::SmallRng};

use super::{
    drive::CONNECTIONS,
    fleet::text,
    payload::{Payload, framed},
    template::Change,
    wire::{Fields, each_span},
};

/// Spans of a request, about 105 KB.
const SPANS: usize = 200;

/// Of one trace: the request, and what was done for it.
const SPANS_PER_TRACE: usize = 20;

/// Requests of a connection, which it sends in turn.
const REQUESTS: usize = 4;

const STEPS: [&str; 4] = ["queue", "prefill", "decode", "transfer"];
const MODEL: &str = "meta-llama/Llama-3.3-70B-Instruct";

/// How long every span lasts, in nanoseconds.
const DURATION: u64 = 250_000_000;

/// An encoded request of traces.
#[derive(Debug)]
pub(crate) struct SpanTemplate {
    bytes: BytesMut,
    spans: Vec<SpanHoles>,
}

/// Where a span's bytes are that differ from send to send.
#[derive(Debug)]
struct SpanHoles {
    trace_id: Range<usize>,
    start: usize,
    end: usize,
}

impl SpanTemplate {
    /// The requests of each connection.
    pub(crate) fn lanes() -> Vec<Vec<Self>> {
        let lane = |lane| (0..REQUESTS).map(|nth| Self::new(lane * REQUESTS + nth)).collect();
        (0..CONNECTIONS).map(lane).collect()
    }

    fn new(instance: usize) -> Self {
        let bytes = framed(&request(instance));
        let mut spans = Vec::new();
        let walked = each_span(&bytes, 5..bytes.len(), &mut |span| {
            let place = |number: u64| {
                let mut fields = Fields::of(&bytes, span.clone());
                fields.find(|field| field.number == number).map(|field| field.body)
            };
            let (start, end) = (place(7)?.start, place(8)?.start);
            spans.push(SpanHoles { trace_id: place(1)?, start, end });
            Some(())
        });
        debug_assert!(walked.is_some(), "prost writes what this reads");
        Self { bytes, spans }
    }
}

impl Payload for SpanTemplate {
    const PATH: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService/Export";

    fn items(&self) -> u64 {
        self.spans.len() as u64
    }

    /// Later times, and traces that nobody has seen.
    fn stamp(&mut self, now: u64, _: Change, random: &mut SmallRng) {
        let mut trace_id = [0; 16];
        for (nth, span) in self.spans.iter().enumerate() {
            if nth % SPANS_PER_TRACE == 0 {
                random.fill_bytes(&mut trace_id);
                // What is random begins anew with every load.
                trace_id[..8].copy_from_slice(&(now ^ random.next_u64()).to_be_bytes());
            }
            self.bytes[span.trace_id.clone()].copy_from_slice(&trace_id);
            self.bytes[span.start..span.start + 8].copy_from_slice(&(now - DURATION).to_le_bytes());
            self.bytes[span.end..span.end + 8].copy_from_slice(&now.to_le_bytes());
        }
    }

    fn frame(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }
}

fn request(instance: usize) -> ExportTraceServiceRequest {
    let resource = [
        ("service.name", String::from("llm-engine")),
        ("service.namespace", String::from("inference")),
        ("service.instance.id", format!("engine-{instance:06}.llm.svc")),
        ("host.name", format!("gpu-node-{:04}", instance / 8)),
    ];
    let scope = InstrumentationScope {
        name: String::from("engine"),
        version: String::from("1.4.2"),
        ..Default::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: resource.map(|(key, value)| text(key, value)).into(),
                ..Default::default()
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope),
                spans: (0..SPANS).map(span).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }],
    }
}

/// The first of a trace is its root, the others are its children.
fn span(nth: usize) -> Span {
    let (trace, step) = (nth / SPANS_PER_TRACE, nth % SPANS_PER_TRACE);
    let id = |step: usize| (((trace + 1) << 32) + step + 1).to_be_bytes().to_vec();
    let (name, kind, parent) = match step {
        0 => (format!("chat {MODEL}"), SpanKind::Server, Vec::new()),
        _ => (STEPS[step % STEPS.len()].to_owned(), SpanKind::Internal, id(0)),
    };
    Span {
        trace_id: vec![1; 16],
        span_id: id(step),
        parent_span_id: parent,
        name,
        kind: kind.into(),
        start_time_unix_nano: 1,
        end_time_unix_nano: 1,
        attributes: attributes(trace, step),
        ..Default::default()
    }
}

/// Twelve, as an engine puts them on its spans.
fn attributes(trace: usize, step: usize) -> Vec<KeyValue> {
    vec![
        text("engine.model", MODEL.to_owned()),
        text("engine.operation", String::from("chat")),
        text("engine.request.id", format!("chatcmpl-{trace:08x}-{step:08x}")),
        text("engine.request.stage", STEPS[step % STEPS.len()].to_owned()),
        text("engine.replica", format!("replica-{trace:04}")),
        text("server.address", format!("engine-{trace:04}.llm.svc.cluster.local")),
        integer("server.port", 8000),
        integer("engine.tokens.input", 1024),
        integer("engine.tokens.output", 256),
        integer("engine.tokens.cached", 512),
        text("engine.finish.reason", String::from("stop")),
        text("engine.gpu.uuid", format!("GPU-6f0c8a52-9a7e-4d0e-8c11-{trace:012x}")),
    ]
}

fn integer(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(Value::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use prost::Message;
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_request_has_the_size_that_is_promised() {
        let lanes = SpanTemplate::lanes();
        assert_eq!((lanes.len(), lanes[0].len()), (CONNECTIONS, REQUESTS));
        assert_eq!(lanes[3][1].items(), SPANS as u64);
        let bytes = lanes[0][0].bytes.len();
        assert!((102_000..108_000).contains(&bytes), "{bytes} bytes");
        assert!(lanes[0][0].bytes.len() > 5);
    }

    #[test]
    fn every_send_is_of_new_and_whole_traces() {
        let (mut template, mut random) = (SpanTemplate::new(0), SmallRng::seed_from_u64(7));
        let mut seen: HashMap<Vec<u8>, usize> = HashMap::new();
        for send in 1..=3 {
            template.stamp(send * DURATION, Change::None, &mut random);
            let request = ExportTraceServiceRequest::decode(&template.bytes[5..]).unwrap();
            let spans = &request.resource_spans[0].scope_spans[0].spans;
            for span in spans {
                assert_eq!(span.end_time_unix_nano, send * DURATION);
                assert_eq!(span.end_time_unix_nano - span.start_time_unix_nano, DURATION);
                assert_eq!(span.attributes.len(), 12);
                *seen.entry(span.trace_id.clone()).or_default() += 1;
            }
        }
        assert_eq!(seen.len(), 3 * SPANS / SPANS_PER_TRACE);
        assert!(seen.values().all(|spans| *spans == SPANS_PER_TRACE));
    }
}
