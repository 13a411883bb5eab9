//! The omni pipeline of `examples`, run as it is: every replica of every stage is on the page under its own labels, both
//! ends of every transfer too, and a question is one trace.

use std::{collections::BTreeSet, process::Command, sync::OnceLock};

use inferometer_tests::{
    Child, CollectorUnderTest, Expected, FakeBackend, Scrape, Span, example_program, series,
    timed_tree, tree,
};

/// Questions that the example asks; every second is about an image.
const QUESTIONS: f64 = 8.0;
/// Bytes of an answer's embeddings, and of the codes that the talker makes of them.
const EMBEDDINGS: f64 = 16.0 * 256.0;
const CODES: f64 = 32.0;
/// Seconds that an answer's speech lasts.
const SPEECH: f64 = 32.0 * 480.0 / 24_000.0;
/// Of all questions: 14 for each, and 4 more for a picture.
const SPANS: usize = 8 * 14 + 4 * 4;
const REPLICAS: [&str; 2] = ["0", "1"];

/// What one run left behind.
struct Run {
    page: Scrape,
    spans: Vec<Span>,
}

/// The example is run once for all of these tests.
fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| {
        let backend = FakeBackend::start();
        let collector = CollectorUnderTest::forwarding_traces_to(backend.address());
        let mut command = Command::new(example_program("omni_pipeline"));
        command
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.otlp_endpoint())
            .env("OTEL_SERVICE_NAME", "omni");
        let ended = Child::spawn(&mut command).wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.stdout.iter().chain(&ended.stderr).any(|line| line.contains("WARN")));
        Run { page: collector.scrape(), spans: backend.wait_for_spans(SPANS) }
    })
}

/// A series of one replica of a stage.
fn of(stage: &str, replica: &str, name: &str) -> Expected {
    series(name)
        .label("job", "omni")
        .label("gen_ai_request_model", "omni-7b")
        .label("gen_ai_provider_name", "omni-example")
        .label("infer_stage", stage)
        .label("infer_replica", replica)
}

/// The sum of all series of a name with these labels.
fn sum(name: &str, labels: &[(&str, &str)]) -> f64 {
    let samples = run().page.samples();
    let meant = samples.filter(|sample| {
        sample.name == name && labels.iter().all(|(key, value)| sample.label(key) == *value)
    });
    meant.map(|sample| sample.value).sum()
}

#[test]
fn every_replica_of_every_stage_finishes_its_share_under_its_own_labels() {
    for (stage, questions) in [
        ("thinker", QUESTIONS),
        ("talker", QUESTIONS),
        ("vocoder", QUESTIONS),
        ("image", QUESTIONS / 2.0),
    ] {
        for replica in REPLICAS {
            of(stage, replica, "infer_request_finished_total")
                .label("infer_request_finish_reason", "stop")
                .value(questions / 2.0)
                .expect_in(&run().page);
            of(stage, replica, "infer_request_active")
                .label("infer_request_state", "running")
                .value(0.0)
                .expect_in(&run().page);
        }
    }
}

#[test]
fn every_edge_shows_the_same_bytes_at_both_its_ends() {
    for (from, to, payload, bytes, transfers) in [
        ("thinker", "talker", "embedding", EMBEDDINGS, QUESTIONS / 4.0),
        ("talker", "vocoder", "token", CODES, QUESTIONS / 4.0),
    ] {
        for source in REPLICAS {
            for destination in REPLICAS {
                let on_edge = |stage: &str, replica: &str, name: &str| {
                    of(stage, replica, name)
                        .label("infer_transfer_payload", payload)
                        .label("infer_transfer_transport", "shm")
                        .label("infer_transfer_source_stage", from)
                        .label("infer_transfer_source_replica", source)
                        .label("infer_transfer_destination_stage", to)
                        .label("infer_transfer_destination_replica", destination)
                };
                let sent = |name: &str| {
                    on_edge(from, source, name).label("network_io_direction", "transmit")
                };
                let received = |name: &str| {
                    on_edge(to, destination, name).label("network_io_direction", "receive")
                };
                let page = &run().page;
                let all = bytes * transfers;
                sent("infer_transfer_io_bytes_total").value(all).expect_in(page);
                received("infer_transfer_io_bytes_total").value(all).expect_in(page);
                for (end, name) in [
                    (&sent as &dyn Fn(&str) -> Expected, "transmit"),
                    (&received, "in_flight"),
                    (&received, "decode"),
                ] {
                    let count = format!("infer_transfer_{name}_duration_seconds_count");
                    end(&count).value(transfers).expect_in(page);
                }
            }
        }
    }
}

#[test]
fn speech_and_pictures_are_measured_where_they_are_made() {
    for replica in REPLICAS {
        let vocoder = |name: &str| {
            of("vocoder", replica, name).label("otel_scope_name", "inferometer.serving")
        };
        let clips = QUESTIONS / 2.0;
        let count = |name: &str, stage: &str, value: f64| {
            let of_stage = of(stage, replica, &format!("{name}_count"));
            of_stage.value(value).expect_in(&run().page);
        };
        count("infer_modality_audio_time_to_first_packet_seconds", "vocoder", clips);
        count("infer_modality_real_time_factor", "vocoder", clips);
        count("infer_modality_underrun_duration_seconds", "vocoder", clips);
        count("infer_modality_image_time_to_first_image_seconds", "image", clips / 2.0);
        count("infer_diffusion_step_duration_seconds", "image", clips / 2.0 * 4.0);
        let played = vocoder("infer_modality_media_time_seconds_total");
        let seconds = played.expect_in(&run().page).value;
        assert!((seconds - clips * SPEECH).abs() < 1e-9, "{seconds}");
        of("image", replica, "infer_modality_items_total")
            .label("gen_ai_token_modality", "image")
            .label("infer_modality_direction", "output")
            .value(clips / 2.0)
            .expect_in(&run().page);
    }
    assert_eq!(sum("infer_modality_items_total", &[("infer_modality_direction", "input")]), 4.0);
    assert_eq!(sum("infer_modality_output_skipped_total", &[]), 0.0);
    assert_eq!(sum("infer_sdk_correction_total", &[]), 0.0, "the example reports nothing wrongly");
}

const ATTRIBUTES: [&str; 2] = ["infer.stage", "infer.replica"];
/// The fourth question's: it shows an image and asks for one.
const TREE: &str = "\
chat omni-7b [server] infer.stage=thinker infer.replica=1
|- infer.queue infer.stage=thinker infer.replica=1
|- infer.prefill infer.stage=thinker infer.replica=1
|- infer.decode infer.stage=thinker infer.replica=1
|- infer.transfer [client] infer.stage=thinker infer.replica=1
|  `- chat omni-7b [server] infer.stage=talker infer.replica=1
|     |- infer.queue infer.stage=talker infer.replica=1
|     |- infer.transfer [server] infer.stage=talker infer.replica=1
|     |- infer.prefill infer.stage=talker infer.replica=1
|     |- infer.decode infer.stage=talker infer.replica=1
|     `- infer.transfer [client] infer.stage=talker infer.replica=1
|        `- chat omni-7b [server] infer.stage=vocoder infer.replica=1
|           |- infer.queue infer.stage=vocoder infer.replica=1
|           `- infer.transfer [server] infer.stage=vocoder infer.replica=1
`- infer.transfer [client] infer.stage=thinker infer.replica=1
   `- chat omni-7b [server] infer.stage=image infer.replica=1
      |- infer.queue infer.stage=image infer.replica=1
      `- infer.transfer [server] infer.stage=image infer.replica=1
";

#[test]
fn a_question_is_one_trace_through_all_stages() {
    let traces: BTreeSet<&str> = run().spans.iter().map(|span| &*span.trace_id).collect();
    assert_eq!(traces.len() as f64, QUESTIONS);
    let trees: Vec<String> = traces
        .iter()
        .map(|trace| {
            let spans: Vec<Span> =
                run().spans.iter().filter(|span| span.trace_id == **trace).cloned().collect();
            println!("{}", timed_tree(&spans, &ATTRIBUTES));
            tree(&spans, &ATTRIBUTES)
        })
        .collect();
    assert!(trees.iter().any(|tree| tree == TREE), "{}", trees.join("\n"));
}
