//! One request through two stages is one trace, at a backend behind the collector as well as in the collector's ring.

use std::time::Duration;

use inferometer_sdk::{
    Cached, Engine, FinishReason, Prompt, Telemetry, TransferEdge, TransferPayload,
    TransferTransport,
};
use inferometer_tests::{CollectorUnderTest, FakeBackend, Span, tree, wait};
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};

const TRACE: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
const ATTRIBUTES: [&str; 5] = [
    "infer.stage",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.response.finish_reasons",
];
/// The span in which a gateway called the first stage; it is not sent here.
const TREE: &str = "\
chat llama-3 [server] infer.stage=prefill gen_ai.usage.input_tokens=812 gen_ai.usage.cache_read.input_tokens=640 \
gen_ai.usage.output_tokens=1 gen_ai.response.finish_reasons=[\"length\"] (child of b7ad6b7169203331)
|- infer.queue infer.stage=prefill
|- infer.prefill infer.stage=prefill gen_ai.usage.input_tokens=812 gen_ai.usage.cache_read.input_tokens=640
`- infer.transfer [client] infer.stage=prefill
   `- chat llama-3 [server] infer.stage=decode gen_ai.usage.input_tokens=812 \
gen_ai.usage.cache_read.input_tokens=812 gen_ai.usage.output_tokens=6 gen_ai.response.finish_reasons=[\"stop\"]
      |- infer.queue infer.stage=decode
      |- infer.prefill infer.stage=decode gen_ai.usage.input_tokens=812 gen_ai.usage.cache_read.input_tokens=812
      `- infer.decode infer.stage=decode gen_ai.usage.output_tokens=6
";
const SPANS: usize = 8;

/// The caller's context, as it comes out of a `traceparent` header.
fn gateway() -> Context {
    let span = SpanContext::new(
        TraceId::from_bytes(TRACE.to_be_bytes()),
        SpanId::from_bytes(0xb7ad_6b71_6920_3331_u64.to_be_bytes()),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    Context::new().with_remote_span_context(span)
}

/// Serves a request in two stages: prefill here, its KV cache to the other, decode there.
fn serve(telemetry: &Telemetry) {
    let engine = |stage: &str| telemetry.engine("llama-3").stage(stage.to_owned()).build();
    let prompt = || Prompt { tokens: 812, ..Prompt::default() };
    let prefill = engine("prefill");
    let mut request = prefill.request(&gateway(), prompt());
    pause();
    request.scheduled();
    pause();
    request.prefilled(Cached { device: 640, ..Cached::default() });
    request.tokens(1);
    pause();
    let edge = TransferEdge::to("decode", 0, TransferPayload::Kv).transport(TransferTransport::Tcp);
    let transfer = prefill.transfer_edge(&edge).start(request.context());
    decode(&engine("decode"), transfer.context(), prompt());
    transfer.finish(50 << 20);
    request.finish(FinishReason::Length);
}

fn decode(engine: &Engine, parent: &Context, prompt: Prompt) {
    let mut request = engine.request(parent, prompt);
    pause();
    request.scheduled();
    pause();
    request.prefilled(Cached { remote: 812, ..Cached::default() });
    pause();
    for step in [1, 2, 3] {
        request.tokens(step);
    }
    request.finish(FinishReason::Stop);
}

/// Lets the clock go on, so that spans have an order in whole microseconds.
fn pause() {
    std::thread::park_timeout(Duration::from_micros(200));
}

fn check(mut spans: Vec<Span>) {
    let trace = format!("{TRACE:032x}");
    assert!(
        spans.iter().all(|span| span.trace_id == trace && span.service == "engine"),
        "{spans:?}"
    );
    spans.sort_by_key(|span| span.start_nanos);
    assert_eq!(tree(&spans, &ATTRIBUTES), TREE);
}

#[test]
fn a_request_through_two_stages_is_one_trace_everywhere() {
    let backend = FakeBackend::start();
    let collector = CollectorUnderTest::forwarding_traces_to(backend.address());
    let telemetry = Telemetry::builder()
        .service_name("engine")
        .endpoint(collector.otlp_endpoint())
        .build()
        .expect("telemetry starts");
    serve(&telemetry);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    check(backend.wait_for_spans(SPANS));
    check(Span::of_jaeger(&collector.traces(20)));
}

#[test]
fn a_trace_in_the_ring_is_found_by_its_id() {
    let collector = CollectorUnderTest::start();
    let telemetry = Telemetry::builder()
        .service_name("engine")
        .endpoint(collector.otlp_endpoint())
        .build()
        .expect("telemetry starts");
    serve(&telemetry);
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    check(Span::of_jaeger(&collector.trace(&format!("{TRACE:032x}"))));
}
