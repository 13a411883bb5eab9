//! With `tracing` spans exported by a global subscriber, the export's own work makes none.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_collector;

use fake_collector::{FakeCollector, PATIENCE};
use inferometer_sdk::Telemetry;
use opentelemetry::trace::TracerProvider;
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use tracing_subscriber::{Registry, layer::SubscriberExt};

/// HTTP/2's client has spans of its own at the level `trace`.
#[test]
fn an_export_is_not_the_cause_of_further_exports() {
    let collector = FakeCollector::start([]);
    let telemetry = Telemetry::builder().endpoint(collector.url()).build().unwrap();
    let tracer = telemetry.tracer_provider().tracer("app");
    let subscriber = Registry::default().with(tracing_opentelemetry::layer().with_tracer(tracer));
    tracing::subscriber::set_global_default(subscriber).unwrap();
    for _ in 0..3 {
        tracing::info_span!("mine").in_scope(|| ());
        telemetry.flush(PATIENCE).unwrap();
    }
    // The collector is a part of this program, and has spans of its own.
    collector.read(|received| {
        let of_export: Vec<_> =
            received.spans().filter(|span| of_thread(span, "inferometer-export")).collect();
        assert!(of_export.is_empty(), "{of_export:?}");
        assert_eq!(received.spans().filter(|span| span.name == "mine").count(), 3);
    });
}

fn of_thread(span: &Span, name: &str) -> bool {
    let name = Value::StringValue(name.to_owned());
    let value = |attribute: &KeyValue| attribute.value.clone().and_then(|value| value.value);
    let names = span.attributes.iter().filter(|attribute| attribute.key == "thread.name");
    names.map(value).any(|value| value.as_ref() == Some(&name))
}
