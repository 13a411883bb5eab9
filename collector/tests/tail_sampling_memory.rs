//! What undecided traces take of memory: never more than is charged for them.

use std::{sync::Arc, time::Duration};

use allocation_counter::measure;
use inferometer_collector::{
    pipeline::{Ack, Counts, Exporter, Item, Pipeline, Signal, Tenant},
    processors::{Policy, Rule, SpanTest, StatusCode, TailSampling, TailSamplingSettings},
    self_metrics::SelfMetrics,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

const TRACES: u64 = 1000;
/// Spans of a request for inference: itself, its queue, prefill and decode.
const SPANS: u64 = 4;
const REQUEST_TRACES: u64 = 50;
/// Bytes that a span takes in memory beside its own encoding, its trace's share included.
const OVERHEAD_MAX: u64 = 200;

fn text(key: &str) -> KeyValue {
    let value = any_value::Value::StringValue("some-value-of-it".to_owned());
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..Default::default()
    }
}

fn attributes(count: usize) -> Vec<KeyValue> {
    (0..count).map(|nth| text(&format!("gen_ai.attribute.{nth}"))).collect()
}

/// A request with fifty traces of four spans, each of about 500 bytes.
fn request(first: u64) -> Vec<u8> {
    let span = |trace: u64, nth: u64| Span {
        trace_id: u128::from(trace + 1).to_be_bytes().to_vec(),
        span_id: (nth + 1).to_be_bytes().to_vec(),
        parent_span_id: vec![1; 8],
        name: "chat model".to_owned(),
        attributes: attributes(12),
        ..Span::default()
    };
    let spans = (first..first + REQUEST_TRACES)
        .flat_map(|trace| (0..SPANS).map(move |nth| span(trace, nth)))
        .collect();
    let resource = Resource { attributes: attributes(8), ..Resource::default() };
    let of = ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest { resource_spans: vec![of] }.encode_to_vec()
}

fn take(sampler: &Arc<dyn Exporter>, bytes: Vec<u8>) {
    let item = Item {
        signal: Signal::Traces,
        bytes: bytes.into(),
        counts: Counts { items: REQUEST_TRACES * SPANS },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
        traced: Default::default(),
    };
    sampler.reserve(&item).expect("there is room").commit(item);
}

#[tokio::test]
async fn a_span_in_flight_takes_its_encoding_and_little_more() {
    let errors = Policy {
        name: "errors".to_owned(),
        rule: Rule::Span(SpanTest::StatusCode(vec![StatusCode::Error])),
        drops: false,
    };
    let settings = TailSamplingSettings { policies: vec![errors], ..Default::default() };
    let metrics = SelfMetrics::default();
    let metrics = metrics.sampler("tail_sampling", settings.decisions());
    let rest = Pipeline { signal: Signal::Traces, processors: Vec::new(), exporters: Vec::new() };
    let sampler = TailSampling::start("processors.tail_sampling", &settings, rest, metrics)
        .expect("it starts");
    let entrance = sampler.exporter();
    let requests: Vec<_> =
        (0..TRACES / REQUEST_TRACES).map(|nth| request(nth * REQUEST_TRACES)).collect();
    let encoded: u64 = requests.iter().map(|request| request.len() as u64).sum();
    let taken = measure(|| requests.clone().into_iter().for_each(|bytes| take(&entrance, bytes)));
    let spans = TRACES * SPANS;
    assert_eq!(sampler.queued(), spans);
    let memory = taken.bytes_current.unsigned_abs();
    let per_span = memory.saturating_sub(encoded) / spans;
    println!("{} bytes encoded and {per_span} beside them, a span in flight", encoded / spans);
    assert!(per_span <= OVERHEAD_MAX, "{per_span} bytes a span beside its encoding");
    assert!(memory <= sampler.charged() as u64, "{memory} of {}", sampler.charged());
    sampler.shutdown(Duration::from_secs(1)).await;
}
