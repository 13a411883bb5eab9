//! What the detectors find goes out with metrics and spans, below what the program says.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, time::Duration};

use inferometer_sdk::{Detector, Environment, Exporter, InMemory, Telemetry, TelemetryBuilder};
use opentelemetry::{
    KeyValue,
    trace::{Tracer, TracerProvider},
};
use opentelemetry_proto::tonic::resource::v1::Resource;

const PATIENCE: Duration = Duration::from_secs(30);
const NEVER: Duration = Duration::from_secs(3600);

/// Starts before one gets its time, on a machine that is busy with other things.
const ATTEMPTS: usize = 50;

type Attributes = BTreeMap<String, String>;

/// The resources of a request of metrics and one of spans, and their schema.
fn exported(builder: TelemetryBuilder) -> [(Attributes, String); 2] {
    let kept = InMemory::default();
    let telemetry =
        builder.exporter(Exporter::Memory(kept.clone())).interval(NEVER).build().unwrap();
    drop(telemetry.tracer_provider().tracer("engine").start("request"));
    telemetry.flush(PATIENCE).unwrap();
    let metrics = kept.metrics().remove(0).resource_metrics.remove(0);
    let spans = kept.traces().remove(0).resource_spans.remove(0);
    [
        (attributes(metrics.resource), metrics.schema_url),
        (attributes(spans.resource), spans.schema_url),
    ]
}

fn attributes(resource: Option<Resource>) -> Attributes {
    let attributes = resource.unwrap().attributes.into_iter();
    attributes.map(|pair| (pair.key, format!("{:?}", pair.value.unwrap().value.unwrap()))).collect()
}

/// An export whose detectors had their time.
fn detected(builder: impl Fn() -> TelemetryBuilder) -> [(Attributes, String); 2] {
    (0..ATTEMPTS)
        .map(|_| exported(builder()))
        .find(|exported| exported[0].0.contains_key("process.pid"))
        .unwrap()
}

#[test]
fn metrics_and_spans_go_out_with_what_is_detected() {
    let environment: Environment = [("K8S_POD_NAME", "engine-0")].into_iter().collect();
    let both = detected(|| Telemetry::builder().environment(&environment));
    for (attributes, schema_url) in &both {
        for key in ["host.arch", "os.type", "process.executable.name", "k8s.pod.name"] {
            assert!(attributes.contains_key(key), "{key}: {attributes:?}");
        }
        assert!(!attributes.keys().any(|key| key.starts_with("process.command")), "{attributes:?}");
        assert!(schema_url.starts_with("https://opentelemetry.io/schemas/1."), "{schema_url}");
    }
    assert_eq!(both[0], both[1]);
}

#[test]
fn what_the_program_or_the_environment_says_wins_over_what_is_detected() {
    let environment: Environment =
        [("OTEL_RESOURCE_ATTRIBUTES", "host.arch=said,os.type=said")].into_iter().collect();
    let [(attributes, _), _] = detected(|| {
        let builder = Telemetry::builder().environment(&environment);
        builder.resource_attributes([KeyValue::new("os.type", "programmed")])
    });
    assert!(attributes["host.arch"].contains("said"), "{attributes:?}");
    assert!(attributes["os.type"].contains("programmed"), "{attributes:?}");
}

#[test]
fn without_detectors_the_resource_is_the_service_and_the_sdk() {
    let chosen: Environment =
        [("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", "none")].into_iter().collect();
    for builder in [
        Telemetry::builder(),
        Telemetry::builder().environment(&chosen),
        Telemetry::builder().environment(&Environment::default()).detectors([]),
    ] {
        let [(attributes, schema_url), _] = exported(builder);
        let keys: Vec<&str> = attributes.keys().map(String::as_str).collect();
        let expected = [
            "service.instance.id",
            "service.name",
            "telemetry.sdk.language",
            "telemetry.sdk.name",
            "telemetry.sdk.version",
        ];
        assert_eq!((keys.as_slice(), schema_url.as_str()), (&expected[..], ""));
    }
}

#[test]
fn a_detector_of_the_programs_own_replaces_what_built_in_ones_say() {
    struct Own;

    impl opentelemetry_sdk::resource::ResourceDetector for Own {
        fn detect(&self) -> opentelemetry_sdk::Resource {
            let attributes =
                [KeyValue::new("os.type", "own"), KeyValue::new("service.name", "own")];
            opentelemetry_sdk::Resource::builder_empty().with_attributes(attributes).build()
        }
    }

    let builder = || {
        let own = Telemetry::builder().resource_detector("own", Own);
        own.detectors([Detector::Os, Detector::Process])
    };
    let [(attributes, _), _] = (0..ATTEMPTS)
        .map(|_| exported(builder()))
        .find(|[(attributes, _), _]| attributes["service.name"].contains("own"))
        .unwrap();
    assert!(attributes["os.type"].contains("own"), "{attributes:?}");
}

#[test]
fn telemetry_that_is_disabled_detects_nothing() {
    struct Never;

    impl opentelemetry_sdk::resource::ResourceDetector for Never {
        fn detect(&self) -> opentelemetry_sdk::Resource {
            panic!("nobody may ask");
        }
    }

    let builder = Telemetry::builder().resource_detector("never", Never).disabled(true);
    let telemetry = builder.build().unwrap();
    assert_eq!(telemetry.resource().len(), 5, "{:?}", telemetry.resource());
}
