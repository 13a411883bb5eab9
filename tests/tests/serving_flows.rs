//! Transfers and media on the collector's page: every instrument with its value and labels.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{
    DiffusionStage, Edge, Engine, KvCacheTier, ManualClock, Request, Telemetry, TransferEdge,
    TransferPayload, TransferTransport, media,
};
use inferometer_tests::{CollectorUnderTest, Expected, Scrape, series, wait};
use opentelemetry::{Context, trace::TraceContextExt};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);
/// When the clock starts, in nanoseconds since the Unix epoch.
const START: u64 = 1_700_000_000_000_000_000;

struct Setup {
    collector: CollectorUnderTest,
    telemetry: Telemetry,
    clock: ManualClock,
}

impl Setup {
    fn start() -> Self {
        let collector = CollectorUnderTest::start();
        let clock = ManualClock::at(START);
        let telemetry = Telemetry::builder()
            .service_name("omni")
            .endpoint(collector.otlp_endpoint())
            .interval(NEVER)
            .clock(Arc::new(clock.clone()))
            .build()
            .expect("telemetry starts");
        Self { collector, telemetry, clock }
    }

    fn engine(&self, stage: &'static str, replica: u32) -> Engine {
        self.telemetry.engine("omni-7b").stage(stage).replica(replica).build()
    }

    fn after(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    fn scrape(&self) -> Scrape {
        self.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
        self.collector.scrape()
    }
}

/// A series of one replica.
fn of(stage: &str, replica: &str, name: &str) -> Expected {
    series(name)
        .label("job", "omni")
        .label("gen_ai_request_model", "omni-7b")
        .label("infer_stage", stage)
        .label("infer_replica", replica)
}

/// A histogram that holds these values: its sum, its count, and the bucket that has them all.
#[track_caller]
fn expect_histogram(page: &Scrape, of: impl Fn(&str) -> Expected, sum: f64, count: f64, le: &str) {
    of("_sum").value(sum).expect_in(page);
    of("_count").value(count).expect_in(page);
    of("_bucket").label("le", le).value(count).expect_in(page);
}

/// Both ends of a way from thinker 0 to talker 1, each as its own engine binds it.
fn ends(setup: &Setup) -> (Edge, Edge) {
    let shm = |edge: TransferEdge| edge.transport(TransferTransport::Shm);
    let to = shm(TransferEdge::to("talker", 1, TransferPayload::Embedding));
    let from = shm(TransferEdge::from("thinker", 0, TransferPayload::Embedding));
    (setup.engine("thinker", 0).transfer_edge(&to), setup.engine("talker", 1).transfer_edge(&from))
}

fn on_edge(expected: Expected) -> Expected {
    expected
        .label("infer_transfer_payload", "embedding")
        .label("infer_transfer_source", "device")
        .label("infer_transfer_source_stage", "thinker")
        .label("infer_transfer_source_replica", "0")
        .label("infer_transfer_destination", "device")
        .label("infer_transfer_destination_stage", "talker")
        .label("infer_transfer_destination_replica", "1")
        .label("infer_transfer_transport", "shm")
}

fn sent(name: &str) -> Expected {
    on_edge(of("thinker", "0", name)).label("network_io_direction", "transmit")
}

fn received(name: &str) -> Expected {
    on_edge(of("talker", "1", name)).label("network_io_direction", "receive")
}

#[test]
fn both_ends_of_an_edge_show_its_bytes_sizes_and_durations() {
    let setup = Setup::start();
    let (sender, receiver) = ends(&setup);
    let page = setup.scrape();
    for end in [sent, received] {
        end("infer_transfer_io_bytes_total").value(0.0).expect_in(&page);
        end("infer_transfer_active").value(0.0).expect_in(&page);
    }
    let sending = sender.start(&Context::new());
    let receiving = receiver.receive(&sending.sent(), &Context::new());
    setup.after(20);
    receiving.finish(5000);
    setup.after(5);
    let page = setup.scrape();
    sent("infer_transfer_active").value(1.0).expect_in(&page);
    received("infer_transfer_active").value(0.0).expect_in(&page);
    sending.finish(5000);

    let page = setup.scrape();
    for (end, seconds) in [(sent as fn(&str) -> Expected, 0.025), (received, 0.02)] {
        end("infer_transfer_io_bytes_total").value(5000.0).expect_in(&page);
        let size = |suffix: &str| end(&format!("infer_transfer_size_bytes{suffix}"));
        expect_histogram(&page, size, 5000.0, 1.0, "16384");
        let duration = |suffix: &str| {
            end(&format!("infer_transfer_duration_seconds{suffix}")).label("error_type", "")
        };
        expect_histogram(&page, duration, seconds, 1.0, "0.025");
    }
}

#[test]
fn transmit_in_flight_and_decode_time_are_shown_by_the_end_that_knows() {
    let setup = Setup::start();
    let (sender, receiver) = ends(&setup);
    let mut sending = sender.start(&Context::new());
    setup.after(4);
    sending.handed_over();
    let sent_at = sending.sent();
    setup.after(8);
    let receiving = receiver.receive(&sent_at, &Context::new());
    setup.after(16);
    receiving.finish(1);
    sending.finish(1);
    let page = setup.scrape();
    for (end, name, seconds, bound) in [
        (sent as fn(&str) -> Expected, "transmit", 0.004, "0.005"),
        (received, "in_flight", 0.008, "0.01"),
        (received, "decode", 0.016, "0.025"),
    ] {
        let duration =
            |suffix: &str| end(&format!("infer_transfer_{name}_duration_seconds{suffix}"));
        expect_histogram(&page, duration, seconds, 1.0, bound);
    }
}

#[test]
fn an_edge_within_an_engine_names_its_tiers_and_no_other_end() {
    let setup = Setup::start();
    let edge = TransferEdge::within(TransferPayload::Kv, KvCacheTier::Device, KvCacheTier::Host)
        .transport(TransferTransport::Pcie);
    setup.engine("thinker", 0).transfer_edge(&edge).start(&Context::new()).finish(4096);
    of("thinker", "0", "infer_transfer_io_bytes_total")
        .label("infer_transfer_payload", "kv")
        .label("infer_transfer_source", "device")
        .label("infer_transfer_destination", "host")
        .label("infer_transfer_transport", "pcie")
        .label("infer_transfer_source_stage", "")
        .label("network_io_direction", "")
        .value(4096.0)
        .expect_in(&setup.scrape());
}

#[test]
fn transfers_that_overlap_are_busy_once_so_bytes_over_it_is_what_the_link_carries() {
    let setup = Setup::start();
    let thinker = setup.engine("thinker", 0);
    let edges = [0, 1].map(|replica| {
        let edge = TransferEdge::to("talker", replica, TransferPayload::Embedding);
        thinker.transfer_edge(&edge)
    });
    let transfers = edges.map(|edge| edge.start(&Context::new()));
    setup.after(500);
    for transfer in transfers {
        transfer.finish(1_000_000);
    }
    let page = setup.scrape();
    let busy = of("thinker", "0", "infer_transfer_busy_time_seconds_total")
        .label("infer_transfer_source", "device")
        .label("infer_transfer_destination", "device")
        .label("network_io_direction", "transmit")
        .value(0.5);
    let bytes = |replica: &str| {
        of("thinker", "0", "infer_transfer_io_bytes_total")
            .label("infer_transfer_destination_replica", replica)
            .expect_in(&page)
            .value
    };
    assert_eq!((bytes("0") + bytes("1")) / busy.expect_in(&page).value, 4_000_000.0);
}

#[test]
fn a_transfer_that_fails_or_is_dropped_is_shown_under_its_error_type() {
    let setup = Setup::start();
    let (sender, _) = ends(&setup);
    let (failing, dropped) = (sender.start(&Context::new()), sender.start(&Context::new()));
    setup.after(2);
    failing.fail("connection_reset");
    drop(dropped);
    let page = setup.scrape();
    for error_type in ["connection_reset", "dropped"] {
        let duration = |suffix: &str| {
            let duration = sent(&format!("infer_transfer_duration_seconds{suffix}"));
            duration.label("error_type", error_type)
        };
        expect_histogram(&page, duration, 0.002, 1.0, "0.0025");
    }
    sent("infer_transfer_io_bytes_total").value(0.0).expect_in(&page);
}

#[test]
fn a_clock_that_is_behind_the_senders_is_zero_in_flight_and_counted() {
    let setup = Setup::start();
    let (sender, receiver) = ends(&setup);
    let sending = sender.start(&Context::new());
    let sent_at = sending.sent();
    sending.finish(1);
    receiver.receive_at(&sent_at, &Context::new(), START - 5_000_000).finish(1);
    let page = setup.scrape();
    let in_flight =
        |suffix: &str| received(&format!("infer_transfer_in_flight_duration_seconds{suffix}"));
    expect_histogram(&page, in_flight, 0.0, 1.0, "0.00001");
    series("infer_sdk_correction_total")
        .label("infer_sdk_correction_reason", "clock_skew")
        .value(1.0)
        .expect_in(&page);
}

#[test]
fn the_spans_of_both_ends_are_linked() {
    let setup = Setup::start();
    let (sender, receiver) = ends(&setup);
    let thinking = setup.engine("thinker", 0).request(&Context::new(), None);
    let talking = setup.engine("talker", 1).request(&Context::new(), None);
    let sending = sender.start(thinking.context());
    receiver.receive(&sending.sent(), talking.context()).finish(1);
    let span = sending.context().span().span_context().clone();
    sending.finish(1);
    setup.telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let trace = talking.context().span().span_context().trace_id();
    let trace = setup.collector.trace(&trace.to_string());
    let spans = trace["data"][0]["spans"].as_array().expect("spans");
    let received = spans.iter().find(|span| span["operationName"] == "infer.transfer");
    let references = received.expect("the receiver's span")["references"].clone();
    let linked = references.as_array().expect("references").iter().any(|reference| {
        reference["refType"] == "FOLLOWS_FROM" && reference["spanID"] == span.span_id().to_string()
    });
    assert!(linked, "{references}");
}

#[test]
fn media_that_come_in_are_counted_by_kind() {
    let setup = Setup::start();
    let engine = setup.engine("encode", 1);
    engine.text_input().received();
    engine.image_input().received(640, 480);
    engine.audio_input().received(48_000, 16_000);
    engine.video_input().received(48, 24.0);
    let page = setup.scrape();
    let input = |name: &str| of("encode", "1", name).label("infer_modality_direction", "input");
    for kind in ["text", "image", "audio", "video"] {
        let items = input("infer_modality_items_total").label("gen_ai_token_modality", kind);
        items.value(1.0).expect_in(&page);
    }
    input("infer_modality_image_pixels_total").value(307_200.0).expect_in(&page);
    input("infer_modality_audio_frames_total").value(48_000.0).expect_in(&page);
    input("infer_modality_video_frames_total").value(48.0).expect_in(&page);
    for (kind, seconds) in [("audio", 3.0), ("video", 2.0)] {
        let of_kind = |name: &str| input(name).label("gen_ai_token_modality", kind);
        of_kind("infer_modality_media_time_seconds_total").value(seconds).expect_in(&page);
        let duration =
            |suffix: &str| of_kind(&format!("infer_modality_media_duration_seconds{suffix}"));
        expect_histogram(&page, duration, seconds, 1.0, "5");
    }
}

#[test]
fn preprocessing_encoding_and_cache_lookups_are_shown_by_modality() {
    let setup = Setup::start();
    let images = setup.engine("encode", 1).image_input();
    let preprocessing = images.preprocess();
    setup.after(4);
    preprocessing.finish();
    images.encode().finish_in(Duration::from_millis(40));
    images.encode().fail("corrupt");
    images.cache_hits(3);
    images.cache_misses(2);
    let page = setup.scrape();
    let image = |name: &str| of("encode", "1", name).label("gen_ai_token_modality", "image");
    for (part, error_type, seconds, bound) in [
        ("preprocess", "", 0.004, "0.005"),
        ("encode", "", 0.04, "0.05"),
        ("encode", "corrupt", 0.0, "0.001"),
    ] {
        let duration = |suffix: &str| {
            let duration = image(&format!("infer_modality_{part}_duration_seconds{suffix}"));
            duration.label("error_type", error_type)
        };
        expect_histogram(&page, duration, seconds, 1.0, bound);
    }
    for (result, lookups) in [("hit", 3.0), ("miss", 2.0)] {
        let counted = image("infer_modality_cache_lookups_total");
        counted.label("infer_modality_cache_result", result).value(lookups).expect_in(&page);
    }
}

fn request(engine: &Engine) -> Request {
    engine.request(&Context::new(), None)
}

#[test]
fn speech_shows_first_packet_playing_time_real_time_factor_and_underrun() {
    let setup = Setup::start();
    let vocoder = setup.engine("vocoder", 1);
    let mut request = request(&vocoder);
    setup.after(80);
    let mut clip = vocoder.audio_output(24_000).begin(&mut request);
    setup.after(100);
    clip.packet(6_000);
    setup.after(375);
    clip.packet(18_000);
    setup.after(25);
    clip.finish();
    let page = setup.scrape();
    let of_vocoder = |name: &str| of("vocoder", "1", name);
    let audio = |name: &str| of_vocoder(name).label("gen_ai_token_modality", "audio");
    let output = |expected: Expected| expected.label("infer_modality_direction", "output");
    let first = |suffix: &str| {
        of_vocoder(&format!("infer_modality_audio_time_to_first_packet_seconds{suffix}"))
    };
    expect_histogram(&page, first, 0.18, 1.0, "0.2");
    let frames = output(of_vocoder("infer_modality_audio_frames_total"));
    frames.value(24_000.0).expect_in(&page);
    output(audio("infer_modality_items_total")).value(1.0).expect_in(&page);
    output(audio("infer_modality_media_time_seconds_total")).value(1.0).expect_in(&page);
    let played =
        |suffix: &str| output(audio(&format!("infer_modality_media_duration_seconds{suffix}")));
    expect_histogram(&page, played, 1.0, 1.0, "1");
    for (name, value, bound) in [
        ("generation_duration_seconds", 0.5, "0.5"),
        ("real_time_factor", 0.5, "0.5"),
        ("underrun_duration_seconds", 0.125, "0.25"),
    ] {
        let histogram = |suffix: &str| audio(&format!("infer_modality_{name}{suffix}"));
        expect_histogram(&page, histogram, value, 1.0, bound);
    }
}

#[test]
fn speech_that_plays_on_within_a_threshold_is_in_its_bucket() {
    let setup = Setup::start();
    let vocoder = setup.engine("vocoder", 1);
    let output = vocoder.audio_output(24_000);
    // Half a second of sound lasts while the next is late by so many milliseconds: not at all, a little, audibly.
    for late in [0, 40, 200] {
        let mut clip = output.begin(&mut request(&vocoder));
        clip.packet(12_000);
        setup.after(500 + late);
        clip.packet(12_000);
        clip.finish();
    }
    let page = setup.scrape();
    let underrun = |suffix: &str| {
        of("vocoder", "1", &format!("infer_modality_underrun_duration_seconds{suffix}"))
            .label("gen_ai_token_modality", "audio")
    };
    underrun("_count").value(3.0).expect_in(&page);
    for (threshold, within) in [("0", 1.0), ("0.05", 2.0), ("0.1", 2.0)] {
        underrun("_bucket").label("le", threshold).value(within).expect_in(&page);
    }
}

#[test]
fn images_show_the_time_to_the_first_their_number_and_pixels() {
    let setup = Setup::start();
    let engine = setup.engine("image", 0);
    let mut request = request(&engine);
    let mut images = engine.image_output().begin(&mut request);
    setup.after(1500);
    images.image(1024, 1024);
    images.image(1024, 1024);
    images.finish();
    let page = setup.scrape();
    let of_image = |name: &str| of("image", "0", name);
    let first = |suffix: &str| {
        of_image(&format!("infer_modality_image_time_to_first_image_seconds{suffix}"))
    };
    expect_histogram(&page, first, 1.5, 1.0, "2");
    let modality = |name: &str| of_image(name).label("gen_ai_token_modality", "image");
    let items = modality("infer_modality_items_total").label("infer_modality_direction", "output");
    items.value(2.0).expect_in(&page);
    of_image("infer_modality_image_pixels_total")
        .label("infer_modality_direction", "output")
        .value(2_097_152.0)
        .expect_in(&page);
    let generation =
        |suffix: &str| modality(&format!("infer_modality_generation_duration_seconds{suffix}"));
    expect_histogram(&page, generation, 1.5, 1.0, "2");
}

#[test]
fn videos_show_the_time_to_the_first_frame_their_length_and_real_time_factor() {
    let setup = Setup::start();
    let engine = setup.engine("video", 0);
    let mut request = request(&engine);
    let mut video = engine.video_output(24.0).begin(&mut request);
    setup.after(3000);
    video.frames(48);
    setup.after(1000);
    video.finish();
    let page = setup.scrape();
    let of_video = |name: &str| of("video", "0", name);
    let output = |expected: Expected| expected.label("infer_modality_direction", "output");
    let modality = |name: &str| of_video(name).label("gen_ai_token_modality", "video");
    let first = |suffix: &str| {
        of_video(&format!("infer_modality_video_time_to_first_frame_seconds{suffix}"))
    };
    expect_histogram(&page, first, 3.0, 1.0, "5");
    output(of_video("infer_modality_video_frames_total")).value(48.0).expect_in(&page);
    output(modality("infer_modality_items_total")).value(1.0).expect_in(&page);
    let played =
        |suffix: &str| output(modality(&format!("infer_modality_media_duration_seconds{suffix}")));
    expect_histogram(&page, played, 2.0, 1.0, "2");
    for (name, value, bound) in
        [("generation_duration_seconds", 4.0, "5"), ("real_time_factor", 2.0, "2")]
    {
        let histogram = |suffix: &str| modality(&format!("infer_modality_{name}{suffix}"));
        expect_histogram(&page, histogram, value, 1.0, bound);
    }
}

#[test]
fn an_output_without_playing_time_is_counted_by_reason_and_has_no_real_time_factor() {
    let setup = Setup::start();
    let vocoder = setup.engine("vocoder", 0);
    let mut request = request(&vocoder);
    vocoder.audio_output(24_000).begin(&mut request).finish();
    let mut rateless = vocoder.audio_output(0).begin(&mut request);
    rateless.packet(4_800);
    rateless.finish();
    drop(vocoder.audio_output(24_000).begin(&mut request));
    let page = setup.scrape();
    for reason in ["empty", "unknown_rate", "abandoned"] {
        of("vocoder", "0", "infer_modality_output_skipped_total")
            .label("gen_ai_token_modality", "audio")
            .label("infer_modality_skip_reason", reason)
            .value(1.0)
            .expect_in(&page);
    }
    for silent in ["infer_modality_real_time_factor", "infer_modality_media_duration_seconds"] {
        assert!(page.family(silent).is_none(), "{silent} is there");
    }
}

#[test]
fn the_parts_of_a_diffusion_and_its_steps_are_timed() {
    let setup = Setup::start();
    let diffusion = setup.engine("image", 1).diffusion::<media::Image>();
    for (index, stage) in DiffusionStage::ALL.into_iter().enumerate() {
        diffusion.stage(stage).finish_in(Duration::from_secs(1 << index));
    }
    diffusion.stage(DiffusionStage::Denoise).fail("out_of_memory");
    diffusion.step(Duration::from_millis(40));
    let page = setup.scrape();
    let image = |name: &str| of("image", "1", name).label("gen_ai_token_modality", "image");
    let part = |name: &'static str, error_type: &'static str| {
        move |suffix: &str| {
            image(&format!("infer_diffusion_stage_duration_seconds{suffix}"))
                .label("infer_diffusion_stage", name)
                .label("error_type", error_type)
        }
    };
    for (index, stage) in DiffusionStage::ALL.into_iter().enumerate() {
        expect_histogram(&page, part(stage.as_str(), ""), f64::from(1 << index), 1.0, "20");
    }
    expect_histogram(&page, part("denoise", "out_of_memory"), 0.0, 1.0, "0.001");
    let step = |suffix: &str| image(&format!("infer_diffusion_step_duration_seconds{suffix}"));
    expect_histogram(&page, step, 0.04, 1.0, "0.05");
}
