//! Media that come in and that are generated.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use inferometer_sdk::{Correction, DiffusionStage, FinishReason, Request, media};
use opentelemetry::Context;

use crate::support::{Rig, START};

const MS: u64 = 1_000_000;

fn request(rig: &Rig) -> Request {
    rig.engine.request(&Context::new(), None)
}

/// What an instrument's series hold, without their labels.
fn values(rig: &Rig, name: &str) -> Vec<String> {
    rig.values(&format!("infer.modality.{name}"))
}

/// As [`values`], for instruments of which nothing must be there.
fn assert_silent(rig: &Rig, names: &[&str]) {
    for name in names {
        let points: Vec<String> = rig.points(&format!("infer.modality.{name}")).collect();
        assert!(points.is_empty(), "{points:?}");
    }
}

#[test]
fn inputs_count_as_items_with_what_their_kind_has() {
    let rig = Rig::new();
    rig.engine.text_input().received();
    rig.engine.image_input().received(640, 480);
    rig.engine.audio_input().received(48_000, 16_000);
    rig.engine.video_input().received(60, 29.97);
    let input = r#"infer.modality.direction="input""#;
    rig.check_metrics(&format!(
        r#"
        infer.modality.audio.frames{{{input}}} 48000
        infer.modality.image.pixels{{{input}}} 307200
        infer.modality.items{{gen_ai.token.modality="audio",{input}}} 1
        infer.modality.items{{gen_ai.token.modality="image",{input}}} 1
        infer.modality.items{{gen_ai.token.modality="text",{input}}} 1
        infer.modality.items{{gen_ai.token.modality="video",{input}}} 1
        infer.modality.media.duration{{gen_ai.token.modality="audio",{input}}} count=1 sum=3
        infer.modality.media.duration{{gen_ai.token.modality="video",{input}}} count=1 sum=2.002002002
        infer.modality.media.time{{gen_ai.token.modality="audio",{input}}} 3
        infer.modality.media.time{{gen_ai.token.modality="video",{input}}} 2.002002002
        infer.modality.video.frames{{{input}}} 60
        "#
    ));
}

#[test]
fn an_input_of_unknown_rate_or_of_no_length_has_no_playing_time() {
    let rig = Rig::new();
    rig.engine.audio_input().received(48_000, 0);
    rig.engine.audio_input().received(0, 16_000);
    rig.engine.video_input().received(60, f64::NAN);
    assert_silent(&rig, &["media.duration"]);
    assert_eq!(values(&rig, "items"), ["2", "1"]);
    assert_eq!(values(&rig, "media.time"), ["0", "0"]);
}

#[test]
fn the_series_of_a_kind_are_there_from_the_start_and_no_others_are() {
    let rig = Rig::new();
    let bound = (rig.engine.image_input(), rig.engine.audio_output(24_000));
    assert_eq!(values(&rig, "items"), ["0", "0"]);
    assert_eq!(values(&rig, "cache.lookups"), ["0", "0"]);
    assert_eq!(values(&rig, "output.skipped"), ["0", "0", "0"]);
    assert_eq!(values(&rig, "image.pixels"), ["0"]);
    assert_eq!(values(&rig, "audio.frames"), ["0"]);
    assert_silent(&rig, &["video", "generation", "real_time_factor", "encode", "audio.time"]);
    drop(bound);
}

#[test]
fn preprocessing_and_encoding_are_timed_by_the_clock_or_by_the_device() {
    let rig = Rig::new();
    let images = rig.engine.image_input();
    let preprocessing = images.preprocess();
    rig.advance_ms(3);
    preprocessing.finish();
    let encoding = images.encode();
    rig.advance_ms(1);
    encoding.finish_in(Duration::from_millis(40));
    assert_eq!(values(&rig, "preprocess.duration"), ["sum=0.003"]);
    assert_eq!(values(&rig, "encode.duration"), ["sum=0.04"]);
}

#[test]
fn work_that_fails_or_is_dropped_or_panics_is_a_failure_of_its_type() {
    let rig = Rig::new();
    let audio = rig.engine.audio_input();
    let timers = [audio.encode(), audio.encode(), audio.encode()];
    rig.advance_ms(2);
    let [failing, dropped, panicking] = timers;
    failing.fail("corrupt");
    drop(dropped);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _panicking = panicking;
        panic!("of the encoder");
    }));
    assert!(panicked.is_err());
    let audio = r#"gen_ai.token.modality="audio""#;
    rig.check_metrics(&format!(
        r#"
        infer.modality.encode.duration{{error.type="corrupt",{audio}}} count=1 sum=0.002
        infer.modality.encode.duration{{error.type="dropped",{audio}}} count=1 sum=0.002
        infer.modality.encode.duration{{error.type="panic",{audio}}} count=1 sum=0.002
        "#
    ));
    assert_eq!(rig.engine.corrections(Correction::DroppedUnfinished), 2);
}

#[test]
fn lookups_of_the_encoder_cache_are_hits_or_misses() {
    let rig = Rig::new();
    let images = rig.engine.image_input();
    images.cache_hits(3);
    images.cache_misses(1);
    rig.check_metrics(
        r#"
        infer.modality.cache.lookups{gen_ai.token.modality="image",infer.modality.cache.result="hit"} 3
        infer.modality.cache.lookups{gen_ai.token.modality="image",infer.modality.cache.result="miss"} 1
        "#,
    );
}

#[test]
fn speech_has_first_packet_playing_time_and_real_time_factor() {
    let rig = Rig::new();
    let speech = rig.engine.audio_output(24_000);
    let mut request = request(&rig);
    rig.advance_ms(50);
    let mut clip = speech.begin(&mut request);
    rig.advance_ms(30);
    clip.packet(12_000);
    rig.advance_ms(400);
    clip.packet(12_000);
    rig.advance_ms(70);
    clip.finish();
    request.finish(FinishReason::Stop);
    let of = r#"gen_ai.token.modality="audio""#;
    let output = r#"infer.modality.direction="output""#;
    rig.check_metrics_of(
        "infer.modality.",
        &format!(
            r#"
            infer.modality.audio.frames{{{output}}} 24000
            infer.modality.audio.time_to_first_packet count=1 sum=0.08
            infer.modality.generation.duration{{{of}}} count=1 sum=0.5
            infer.modality.items{{{of},{output}}} 1
            infer.modality.media.duration{{{of},{output}}} count=1 sum=1
            infer.modality.media.time{{{of},{output}}} 1
            infer.modality.real_time_factor{{{of}}} count=1 sum=0.5
            infer.modality.underrun.duration{{{of}}} count=1 sum=0
            "#
        ),
    );
}

#[test]
fn a_video_has_a_first_frame_and_a_rate_that_is_no_whole_number() {
    let rig = Rig::new();
    let mut request = request(&rig);
    rig.advance_ms(50);
    let mut video = rig.engine.video_output(12.5).begin(&mut request);
    rig.advance_ms(950);
    video.frames(50);
    rig.advance_ms(1050);
    video.finish();
    assert_eq!(values(&rig, "video.time_to_first_frame"), ["sum=1"]);
    assert_eq!(values(&rig, "video.frames"), ["50"]);
    assert_eq!(values(&rig, "media.duration"), ["sum=4"]);
    assert_eq!(values(&rig, "real_time_factor"), ["sum=0.5"]);
    assert_silent(&rig, &["audio", "image", "underrun.duration"]);
}

#[test]
fn images_are_an_item_each_and_play_for_no_time() {
    let rig = Rig::new();
    let mut request = request(&rig);
    let mut images = rig.engine.image_output().begin(&mut request);
    rig.advance_ms(700);
    images.image(64, 32);
    rig.advance_ms(700);
    images.image(64, 32);
    images.image(64, 0);
    images.finish();
    assert_eq!(values(&rig, "image.time_to_first_image"), ["sum=0.7"]);
    assert_eq!(values(&rig, "items"), ["2"]);
    assert_eq!(values(&rig, "image.pixels"), ["4096"]);
    assert_eq!(values(&rig, "generation.duration"), ["sum=1.4"]);
    assert_silent(&rig, &["media", "real_time_factor", "underrun"]);
}

#[test]
fn a_text_is_an_item_and_its_first_token_is_the_requests() {
    let rig = Rig::new();
    let mut request = request(&rig);
    let text = rig.engine.text_output().begin(&mut request);
    rig.advance_ms(5);
    text.finish();
    let points: Vec<String> = rig.points("infer.modality.items").collect();
    assert!(points[0].contains(r#"gen_ai.token.modality="text""#) && points[0].ends_with(" 1"));
    assert_eq!(values(&rig, "generation.duration"), ["sum=0.005"]);
}

#[test]
fn a_stage_that_reads_no_tokens_has_queue_time_and_no_prefill() {
    let rig = Rig::new();
    let mut request = request(&rig);
    rig.advance_ms(3);
    request.scheduled();
    rig.advance_ms(4);
    request.finish(FinishReason::Stop);
    assert_eq!(rig.values("infer.request.queue.duration"), ["sum=0.003"]);
    assert_eq!(rig.points("infer.request.prefill.duration").count(), 0);
    assert!(rig.spans().iter().all(|span| span.name != "infer.prefill"));
    assert_eq!(rig.engine.corrections(Correction::MissingTransition), 0);
}

#[test]
fn an_unknown_rate_gives_no_real_time_factor_and_is_counted() {
    let rig = Rig::new();
    let mut clip = rig.engine.audio_output(0).begin(&mut request(&rig));
    rig.advance_ms(10);
    clip.packet(4_800);
    clip.finish();
    assert_silent(&rig, &["media.duration", "real_time_factor", "underrun.duration"]);
    assert_eq!(values(&rig, "items"), ["1"], "it is there all the same");
    assert_eq!(values(&rig, "audio.frames"), ["4800"]);
    let skipped: Vec<String> = rig.points("infer.modality.output.skipped").collect();
    assert!(skipped[2].contains("unknown_rate") && skipped[2].ends_with(" 1"), "{skipped:?}");
}

#[test]
fn an_output_of_nothing_is_no_item_and_has_no_zeros() {
    let rig = Rig::new();
    let mut request = request(&rig);
    let mut clip = rig.engine.audio_output(24_000).begin(&mut request);
    let images = rig.engine.image_output().begin(&mut request);
    rig.advance_ms(10);
    clip.packet(0);
    clip.finish();
    images.finish();
    assert_silent(
        &rig,
        &["audio.time", "image.time", "generation", "media.duration", "real_time_factor"],
    );
    assert_eq!(values(&rig, "items"), ["0", "0"]);
    let skipped = rig.points("infer.modality.output.skipped");
    assert_eq!(skipped.filter(|it| it.contains("\"empty\"") && it.ends_with(" 1")).count(), 2);
}

#[test]
fn an_output_that_is_given_up_counts_what_came_out_and_nothing_of_the_whole() {
    let rig = Rig::new();
    let mut clip = rig.engine.audio_output(24_000).begin(&mut request(&rig));
    clip.packet(2_400);
    drop(clip);
    assert_eq!(values(&rig, "audio.frames"), ["2400"]);
    assert_eq!(values(&rig, "media.time"), ["0.1"]);
    assert_eq!(values(&rig, "items"), ["0"]);
    assert_silent(&rig, &["generation", "media.duration", "real_time_factor"]);
    let skipped: Vec<String> = rig.points("infer.modality.output.skipped").collect();
    assert!(skipped[0].contains("abandoned") && skipped[0].ends_with(" 1"), "{skipped:?}");
}

#[test]
fn a_request_has_one_first_packet_however_many_clips_it_has() {
    let rig = Rig::new();
    let speech = rig.engine.audio_output(24_000);
    let mut request = request(&rig);
    for _ in 0..3 {
        rig.advance_ms(10);
        let mut clip = speech.begin(&mut request);
        clip.packet(100);
        clip.packet(100);
        clip.finish();
    }
    assert_eq!(values(&rig, "audio.time_to_first_packet"), ["sum=0.01"]);
    assert_eq!(values(&rig, "items"), ["3"]);
    let mut video = rig.engine.video_output(24.0).begin(&mut request);
    video.frames(1);
    assert_eq!(values(&rig, "video.time_to_first_frame"), ["sum=0.03"], "another modality's");
}

#[test]
fn each_response_of_a_duplex_session_has_its_own_first_packet() {
    let rig = Rig::new();
    let speech = rig.engine.audio_output(24_000);
    for turn in 0..2 {
        let mut clip = speech.begin_since(START + turn * 100 * MS);
        rig.advance_ms(100);
        clip.packet(100);
        clip.finish();
    }
    let points: Vec<String> = rig.points("infer.modality.audio.time_to_first_packet").collect();
    assert!(points[0].ends_with("count=2 sum=0.2"), "{points:?}");
}

#[test]
fn a_first_packet_before_the_arrival_is_zero_and_counted() {
    let rig = Rig::new();
    let mut clip = rig.engine.audio_output(24_000).begin_since(START + 9 * MS);
    clip.packet(100);
    assert_eq!(values(&rig, "audio.time_to_first_packet"), ["sum=0"]);
    assert_eq!(rig.engine.corrections(Correction::ClockSkew), 1);
}

#[test]
fn a_time_before_the_packet_before_counts_as_that_one_and_is_counted() {
    let rig = Rig::new();
    let mut request = request(&rig);
    let mut clip = rig.engine.audio_output(1_000).begin_at(&mut request, START + 5 * MS);
    clip.packet_at(100, START + 20 * MS);
    clip.finish_at(START + 10 * MS);
    assert_eq!(values(&rig, "generation.duration"), ["sum=0.015"]);
    assert_eq!(rig.engine.corrections(Correction::TimeWentBack), 1);
}

#[test]
fn a_packet_that_comes_too_late_to_play_on_is_an_underrun() {
    let rig = Rig::new();
    let mut clip = rig.engine.audio_output(1_000).begin(&mut request(&rig));
    clip.packet(100);
    rig.advance_ms(160);
    clip.packet(100);
    clip.finish();
    assert_eq!(values(&rig, "underrun.duration"), ["sum=0.06"]);
}

#[test]
fn a_generation_that_a_device_timed_has_the_devices_time() {
    let rig = Rig::new();
    let mut clip = rig.engine.audio_output(1_000).begin(&mut request(&rig));
    rig.advance_ms(5);
    clip.packet(1_000);
    clip.finish_in(Duration::from_millis(250));
    assert_eq!(values(&rig, "generation.duration"), ["sum=0.25"]);
    assert_eq!(values(&rig, "real_time_factor"), ["sum=0.25"]);
}

#[test]
fn the_parts_of_a_diffusion_and_its_steps_are_told_apart() {
    let rig = Rig::new();
    let diffusion = rig.engine.diffusion::<media::Image>();
    let preprocessing = diffusion.stage(DiffusionStage::Preprocess);
    rig.advance_ms(2);
    preprocessing.finish();
    let denoising = diffusion.stage(DiffusionStage::Denoise);
    for _ in 0..4 {
        diffusion.step(Duration::from_millis(25));
    }
    denoising.finish_in(Duration::from_millis(100));
    diffusion.stage(DiffusionStage::Decode).fail("out_of_memory");
    let image = r#"gen_ai.token.modality="image""#;
    rig.check_metrics(&format!(
        r#"
        infer.diffusion.stage.duration{{error.type="out_of_memory",{image},infer.diffusion.stage="decode"}} count=1 sum=0
        infer.diffusion.stage.duration{{{image},infer.diffusion.stage="denoise"}} count=1 sum=0.1
        infer.diffusion.stage.duration{{{image},infer.diffusion.stage="preprocess"}} count=1 sum=0.002
        infer.diffusion.step.duration{{{image}}} count=4 sum=0.1
        "#
    ));
}
