//! What leaves a sampler is what came in, byte for byte, as the generated types read it.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{ResourceSpans, ScopeSpans, Span, span::Link},
};
use prost::Message;

use super::fixture::*;
use crate::{
    pipeline::{Tenant, testing::Bin},
    processors::{Policy, Rule},
};

fn all() -> Policy {
    policy("all", Rule::Always)
}

/// Two services with two scopes each, and traces that run through all of them.
fn interleaved() -> ExportTraceServiceRequest {
    let rich = |trace, id| Span {
        trace_state: "a=b".to_owned(),
        flags: 0x101,
        links: vec![Link { trace_id: vec![3; 16], ..Link::default() }],
        dropped_events_count: 4,
        ..first_token(with(failed(child(trace, id)), "k", Value::DoubleValue(0.5)), 9)
    };
    let mut resource_spans = Vec::new();
    for (nth, name) in [(0, "gateway"), (1, "engine")] {
        let spans =
            |scope: u64| (0..4).map(move |id| rich(1 + id % 2, 100 * nth + 10 * scope + id));
        let mut of = of_service(name, spans(0).collect());
        of.scope_spans.push(ScopeSpans { spans: spans(1).collect(), ..ScopeSpans::default() });
        resource_spans.push(of);
    }
    ExportTraceServiceRequest { resource_spans }
}

#[tokio::test(start_paused = true)]
async fn kept_spans_are_what_was_sent_with_what_stood_around_them() {
    let fixture = Fixture::of(vec![all()]);
    let sent = interleaved();
    let tenant = Tenant::named("a");
    fixture.send_of(&tenant, &sent).unwrap();
    fixture.settled().await;
    let mut expected = each(&tenant, sent);
    expected.sort_by_key(|sent| id_of(&sent.span));
    assert_eq!(fixture.arrived(), expected);
}

#[tokio::test(start_paused = true)]
async fn spans_of_one_scope_leave_under_one_copy_of_it() {
    let fixture = Fixture::of(vec![all()]);
    fixture.send_of(&Tenant::default(), &interleaved()).unwrap();
    fixture.settled().await;
    let requests = fixture.bin.kept.lock().clone();
    assert_eq!(requests.len(), 1, "what is kept at once leaves at once");
    let request = ExportTraceServiceRequest::decode(requests[0].clone()).unwrap();
    assert_eq!(request.resource_spans.len(), 4);
    assert!(crate::otlp::check(crate::pipeline::Signal::Traces, &requests[0]).is_ok());
}

#[tokio::test(start_paused = true)]
async fn fields_that_nobody_knows_yet_stay_with_their_span_scope_and_resource() {
    // Number 2047, text.
    let unknown =
        |text: &[u8]| [&[0xfa, 0x7f, u8::try_from(text.len()).unwrap()][..], text].concat();
    let nested = |key: u8, message: Vec<u8>| {
        let mut field = vec![key << 3 | 2];
        prost::encode_length_delimiter(message.len(), &mut field).unwrap();
        [field, message].concat()
    };
    let span = [failed(root(1, 10)).encode_to_vec(), unknown(b"span")].concat();
    // The scope's own fields stand behind its spans here, as is allowed.
    let scope = [nested(2, span.clone()), nested(3, b"url".to_vec()), unknown(b"scope")].concat();
    let resource = [nested(2, scope), unknown(b"resource")].concat();
    let fixture = Fixture::of(vec![errors()]);
    fixture.send_bytes(&Tenant::default(), nested(1, resource).into(), 1).unwrap();
    fixture.settled().await;
    let expected_scope = [nested(3, b"url".to_vec()), unknown(b"scope"), nested(2, span)].concat();
    let expected = nested(1, [unknown(b"resource"), nested(2, expected_scope)].concat());
    let Bin { kept, .. } = &*fixture.bin;
    assert_eq!(kept.lock().as_slice(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_resource_in_several_parts_is_read_as_their_sum() {
    let by_service = Rule::Span(crate::processors::SpanTest::Text {
        key: "service.name".to_owned(),
        values: vec![crate::processors::TextMatch::Exact("engine".to_owned())],
    });
    let fixture = Fixture::of(vec![policy("engine", by_service)]);
    let spans = ResourceSpans { resource: None, ..of_service("", vec![child(1, 10)]) };
    let resource = ResourceSpans { scope_spans: Vec::new(), ..of_service("engine", Vec::new()) };
    let parts = [spans.encode_to_vec(), resource.encode_to_vec()].concat();
    let mut bytes = vec![0x0a];
    prost::encode_length_delimiter(parts.len(), &mut bytes).unwrap();
    bytes.extend(parts);
    fixture.send_bytes(&Tenant::default(), bytes.into(), 1).unwrap();
    assert_eq!(fixture.settled().await, [10]);
    assert_eq!(fixture.arrived()[0].resource.resource, resource.resource);
}
