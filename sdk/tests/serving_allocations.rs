//! A token step allocates nothing, and of an unsampled request only its arrival does. In a file of its own because the
//! allocator is the whole test program's.

#![allow(
    unsafe_code,
    reason = "a global allocator is an unsafe trait; this one counts and forwards"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use futures_util::{FutureExt, StreamExt, stream};
use inferometer_sdk::{
    Cached, Engine, FinishReason, ItemAccount, ItemTokens, MeterProvider, PreemptionMode, Prompt,
    StreamItem, TokenCounts, TokenModality, TokenUsage, TransferEdge, TransferPayload,
};
use opentelemetry::{
    Context,
    trace::{TracerProvider, noop::NoopTracer},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count_one() {
    // A thread that is ending has no counter any more.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call is forwarded unchanged to the system's allocator, which upholds the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_one();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count_one();
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

fn engine(sampler: Sampler) -> Engine {
    let meters = MeterProvider::builder().build();
    let tracers = SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_simple_exporter(InMemorySpanExporter::default())
        .build();
    let engine =
        Engine::builder(meters.serving_scope(), tracers.tracer("test"), "llama-3-70b").build();
    // A first request takes what a thread's first records take.
    serve(&engine);
    engine
}

fn serve(engine: &Engine) {
    let mut request = engine.request(&Context::new(), Prompt { tokens: 812, ..Default::default() });
    request.scheduled();
    request.prefilled(Cached { device: 640, ..Default::default() });
    request.tokens(1);
    request.tokens(1);
    request.finish(FinishReason::Stop);
}

#[test]
fn the_counter_sees_allocations() {
    assert_eq!(allocations(|| drop(Box::new(1_u64))), 1);
}

#[test]
fn a_sampled_request_allocates_nothing_from_scheduled_to_its_last_token() {
    let engine = engine(Sampler::AlwaysOn);
    let mut request = engine.request(&Context::new(), Prompt { tokens: 812, ..Default::default() });
    let counted = allocations(|| {
        request.scheduled();
        request.prefilled(Cached { device: 640, ..Default::default() });
        for step in 0..1000 {
            request.tokens(step % 3);
        }
    });
    assert_eq!(counted, 0);
}

/// A token of the first answer.
struct Token;

impl StreamItem for Token {
    type Forwarded = ();
    const COUNTS: TokenCounts = TokenCounts::Increments;

    fn account(&self, say: &mut dyn FnMut(ItemAccount<'_>)) {
        say(ItemAccount { tokens: ItemTokens::Counted(1), ..ItemAccount::default() });
    }

    fn forward(self, _: bool) -> Option<()> {
        Some(())
    }
}

#[test]
fn the_items_of_a_stream_allocate_nothing() {
    let engine = engine(Sampler::AlwaysOn);
    let request = engine.request(&Context::new(), Prompt { tokens: 812, ..Default::default() });
    let mut stream = request.stream(stream::repeat_with(|| Token)).answers(1);
    let counted = allocations(|| {
        for _ in 0..1000 {
            assert_eq!(stream.next().now_or_never(), Some(Some(())));
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn a_request_without_a_tracer_allocates_nothing_at_all() {
    let meters = MeterProvider::builder().build();
    let engine = Engine::builder(meters.serving_scope(), NoopTracer::new(), "llama-3-70b").build();
    serve(&engine);
    assert_eq!(allocations(|| serve(&engine)), 0);
}

#[test]
fn no_report_between_arrival_and_end_allocates() {
    let engine = engine(Sampler::AlwaysOn);
    let mut request = engine.request(&Context::new(), None);
    let counted = allocations(|| {
        request.prompt(Prompt { tokens: 812, audio_tokens: Some(12), ..Prompt::default() });
        request.deadline_at(u64::MAX);
        request.transferring();
        request.scheduled();
        request.cached(Cached { remote: 640, ..Cached::default() });
        request.prefill_chunk(100);
        request.prefilled(None);
        for step in 0..20 {
            request.tokens_at(1, engine.now());
            request.preempted(PreemptionMode::Swap);
            request.scheduled();
            request.tokens_of(TokenModality::Audio, step);
            request.emitted();
            request.reasoning_tokens(1);
            request.tool_tokens(1);
            request.usage(TokenUsage { output: Some(1000), ..TokenUsage::default() });
        }
    });
    assert_eq!(counted, 0);
}

#[test]
fn an_unsampled_request_allocates_at_its_arrival_only() {
    let engine = engine(Sampler::AlwaysOff);
    let parent = Context::new();
    let mut request = engine.request(&parent, Prompt { tokens: 812, ..Default::default() });
    let counted = allocations(|| {
        request.scheduled();
        request.prefilled(Cached::default());
        request.tokens(1);
        request.tokens(1);
        request.finish(FinishReason::Length);
    });
    assert_eq!(counted, 0);
}

#[test]
fn a_transfer_that_is_no_span_allocates_nothing_at_either_end() {
    let engine = engine(Sampler::AlwaysOff);
    let sender = engine.transfer_edge(&TransferEdge::to("talker", 1, TransferPayload::Embedding));
    let receiver =
        engine.transfer_edge(&TransferEdge::from("talker", 1, TransferPayload::Embedding));
    let transfer = || {
        let mut sending = sender.start(&Context::new());
        sending.moved(512);
        sending.handed_over();
        let mut receiving = receiver.receive(&sending.sent(), &Context::new());
        receiving.handed_over();
        receiving.finish(1024);
        sending.finish(512);
        sender.start(&Context::new()).fail("connection_reset");
        drop(receiver.start(&Context::new()));
    };
    // The first binds the series of its error types.
    transfer();
    assert_eq!(allocations(transfer), 0);
}

#[test]
fn media_allocate_nothing_from_their_first_packet_to_their_end() {
    let engine = engine(Sampler::AlwaysOff);
    let (images, speech) = (engine.image_input(), engine.audio_output(24_000));
    let mut request = engine.request(&Context::new(), None);
    let mut generate = || {
        images.received(640, 480);
        images.preprocess().finish();
        images.encode().fail("corrupt");
        images.cache_hits(1);
        let mut clip = speech.begin(&mut request);
        clip.packet(2_400);
        clip.packet(2_400);
        clip.finish();
        drop(speech.begin(&mut request));
    };
    generate();
    assert_eq!(allocations(generate), 0);
}
