//! One of everything that moves between engines, comes in and is generated.

use std::time::Duration;

use inferometer_sdk::{
    DiffusionStage, Engine, KvCacheTier, ManualClock, Meters, TransferEdge, TransferPayload, media,
};
use opentelemetry::Context;

pub(crate) fn run<M: Meters>(engine: &Engine<M>, clock: &ManualClock) {
    let after = |milliseconds| clock.advance(Duration::from_millis(milliseconds));
    transfers(engine, &after);
    inputs(engine, &after);
    outputs(engine, &after);
}

fn transfers<M: Meters>(engine: &Engine<M>, after: &impl Fn(u64)) {
    let bind = |edge| engine.transfer_edge(&edge);
    let sender = bind(TransferEdge::to("talker", 1, TransferPayload::Embedding));
    let receiver = bind(TransferEdge::from("talker", 1, TransferPayload::Embedding));
    let mut sending = sender.start(&Context::new());
    after(3);
    sending.handed_over();
    after(4);
    let mut receiving = receiver.receive(&sending.sent(), &Context::new());
    receiving.moved(600);
    after(5);
    receiving.handed_over();
    receiving.finish(400);
    sending.finish(1000);
    let (device, host) = (KvCacheTier::Device, KvCacheTier::Host);
    let offload = bind(TransferEdge::within(TransferPayload::Kv, device, host));
    let overlapping = [offload.start(&Context::new()), offload.start(&Context::new())];
    after(6);
    overlapping.into_iter().for_each(|transfer| transfer.fail("link_down"));
    drop(offload.start(&Context::new()));
    receiver.receive_at(&sender.start(&Context::new()).sent(), &Context::new(), 0).finish(1);
}

fn inputs<M: Meters>(engine: &Engine<M>, after: &impl Fn(u64)) {
    engine.text_input().received();
    engine.audio_input().received(48_000, 16_000);
    engine.video_input().received(60, 25.0);
    let images = engine.image_input();
    images.received(640, 480);
    let (preprocessing, encoding) = (images.preprocess(), images.encode());
    after(7);
    preprocessing.finish();
    encoding.fail("corrupt");
    images.cache_hits(2);
    images.cache_misses(1);
}

fn outputs<M: Meters>(engine: &Engine<M>, after: &impl Fn(u64)) {
    let mut request = engine.request(&Context::new(), None);
    let speech = engine.audio_output(24_000);
    let mut clip = speech.begin(&mut request);
    after(20);
    clip.packet(2_400);
    after(150);
    clip.packet(2_400);
    clip.finish();
    let mut video = engine.video_output(25.0).begin(&mut request);
    video.frames(50);
    video.finish_in(Duration::from_secs(1));
    let mut images = engine.image_output().begin(&mut request);
    images.image(64, 64);
    images.finish();
    engine.text_output().begin(&mut request).finish();
    speech.begin(&mut request).finish();
    drop(speech.begin(&mut request));
    let mut rateless = engine.audio_output(0).begin(&mut request);
    rateless.packet(1);
    rateless.finish();
    let diffusion = engine.diffusion::<media::Image>();
    diffusion.stage(DiffusionStage::Denoise).finish_in(Duration::from_millis(80));
    diffusion.step(Duration::from_millis(20));
}
