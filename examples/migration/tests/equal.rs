//! The program before and after the migration, against the same backend: what arrives is equal, but for the differences
//! that are listed here and in `docs/migration.md`.

mod arrived;

use std::process::Command;

use arrived::Arrived;
use inferometer_tests::{Child, FakeBackend};

/// Attributes of the resource, or how they begin: who made the telemetry; the instance, which this SDK gives an id if
/// nobody else did; and what its detectors find.
const RESOURCE_DIFFERS: [&str; 9] = [
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "service.instance.id",
    "host.",
    "os.",
    "process.",
    "container.",
    "k8s.",
    "hw.",
];
/// What this SDK tells of itself, unless `.self_metrics(false)`.
const OWN_SCOPE: &str = "inferometer.sdk";
/// The scope of the serving layer.
const SERVING_SCOPE: &str = "inferometer.serving";

/// Runs a program to its end; what arrived.
fn run(program: &str) -> Arrived {
    let backend = FakeBackend::start();
    let mut command = Command::new(program);
    command.env_clear().env("OTEL_EXPORTER_OTLP_ENDPOINT", backend.endpoint());
    let ended = Child::spawn(&mut command).wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Arrived::of(&backend.metrics(), &backend.traces(), &RESOURCE_DIFFERS)
}

#[test]
fn the_program_sends_the_same_before_and_after() {
    let before = run(env!("CARGO_BIN_EXE_before"));
    let after = run(env!("CARGO_BIN_EXE_after")).without_scope(OWN_SCOPE);
    assert_eq!(before.points.len(), 10, "{:#?}", before.points);
    assert_eq!(before.spans.len(), 4, "{:#?}", before.spans);
    assert_eq!(before.only_here(&after), Vec::<&String>::new(), "only before");
    assert_eq!(after.only_here(&before), Vec::<&String>::new(), "only after");
    assert_eq!(before.exemplars, 0, "the standard SDK has none");
    assert!(after.exemplars > 0, "records within a sampled span lead to it");
}

#[test]
fn the_stations_send_as_much_and_what_they_add() {
    let before = run(env!("CARGO_BIN_EXE_before"));
    let serving = run(env!("CARGO_BIN_EXE_serving"));
    assert!(serving.mentions(SERVING_SCOPE, "infer.request.finished"));
    let all = run(env!("CARGO_BIN_EXE_all")).without_scope(OWN_SCOPE);
    assert!(all.mentions(SERVING_SCOPE, "infer.request.finished"));
    assert!(all.mentions("shop.beats", "\"1000\""), "{:#?}", all.points);
    assert_eq!(before.only_here(&all), Vec::<&String>::new(), "all of it is still there");
}
