//! The serving layer records the same through this crate's cells and through any OpenTelemetry meter: one script, run
//! over both, comes out as the same points.

mod flows;
mod points;
mod script;
mod streams;

use std::{collections::BTreeMap, sync::Arc};

use inferometer_sdk::{
    Encoder, Engine, ManualClock, MeterProvider, Meters, Snapshot, StandardMeter,
};
use opentelemetry::{
    InstrumentationScope, KeyValue, metrics::MeterProvider as _, trace::noop::NoopTracer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::{
    Resource,
    metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider},
};
use prost::Message;

/// An engine over `meters`, driven by the script.
fn drive<M: Meters>(meters: M) -> Engine<M> {
    let clock = ManualClock::at(1_700_000_000_000_000_000);
    let engine = Engine::builder(meters, NoopTracer::new(), "llama-3-70b")
        .provider("vllm")
        .stage("decode")
        .replica(2)
        .label(KeyValue::new("dynamo_namespace", "prod"))
        .clock(Arc::new(clock.clone()))
        .build();
    script::run(&engine, &clock);
    flows::run(&engine, &clock);
    streams::run(&engine, &clock);
    engine
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("inferometer.serving").with_version("0.1.0").build()
}

/// What this crate exports.
fn ours() -> BTreeMap<String, String> {
    let provider =
        MeterProvider::builder().with_resource(Resource::builder_empty().build()).build();
    let _engine = drive(provider.scope_of(scope()));
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
    let mut points = BTreeMap::new();
    encoder.encode(&snapshot, |bytes, _| {
        let request = ExportMetricsServiceRequest::decode(bytes).expect("our bytes decode");
        points.extend(points::of(request));
    });
    points
}

/// What the standard SDK exports.
fn theirs() -> BTreeMap<String, String> {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_resource(Resource::builder_empty().build())
        .with_reader(PeriodicReader::builder(exporter.clone()).build())
        .build();
    let _engine = drive(StandardMeter::new(provider.meter_with_scope(scope())));
    provider.force_flush().expect("an exporter in memory fails at nothing");
    let exported = exporter.get_finished_metrics().expect("the exporter is alive");
    exported.iter().map(ExportMetricsServiceRequest::from).flat_map(points::of).collect()
}

#[test]
fn the_standard_sdk_shows_the_same_points() {
    let (ours, theirs) = (ours(), theirs());
    let missing: Vec<_> = ours.keys().filter(|key| !theirs.contains_key(*key)).collect();
    assert!(missing.is_empty(), "only ours: {missing:#?}");
    for (key, theirs) in theirs {
        match ours.get(&key) {
            Some(ours) => assert_eq!(*ours, theirs, "{key}"),
            // A bound histogram without a value: the standard SDK shows it as empty.
            None => assert!(theirs.starts_with("count 0 "), "{key} is {theirs}"),
        }
    }
    assert!(ours.len() > 120, "the script reaches every instrument: {}", ours.len());
}

/// Scenario: an application that is scraped through `opentelemetry-prometheus` already.
#[test]
fn an_application_with_opentelemetry_prometheus_shows_it_on_its_own_page() {
    let registry = prometheus::Registry::new();
    let exporter = opentelemetry_prometheus::exporter().with_registry(registry.clone()).build();
    let provider =
        SdkMeterProvider::builder().with_reader(exporter.expect("a new registry")).build();
    let engine = drive(StandardMeter::new(provider.meter_with_scope(scope())));
    let page = prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("a page");
    let value = |name: &str, labels: &[&str]| {
        let mut lines = page.lines().filter(|line| {
            line.starts_with(&format!("{name}{{"))
                && labels.iter().all(|label| line.contains(label))
        });
        let line = lines.next().unwrap_or_else(|| panic!("no {name} {labels:?} in\n{page}"));
        assert!(lines.next().is_none(), "{name} {labels:?} is one series");
        line.rsplit(' ').next().expect("a value").to_owned()
    };
    let own = [r#"dynamo_namespace="prod""#, r#"infer_stage="decode""#, r#"infer_replica="2""#];
    let finished = [own.as_slice(), &[r#"infer_request_finish_reason="stop""#]].concat();
    assert_eq!(value("infer_request_finished_total", &finished), "1");
    assert_eq!(value("gen_ai_server_time_to_first_token_seconds_count", &own), "5");
    let waiting = [own.as_slice(), &[r#"infer_request_state="waiting""#]].concat();
    assert_eq!(value("infer_request_active", &waiting), "0");
    drop(engine);
}
