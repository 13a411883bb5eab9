//! What the end of a span costs its thread, and what it lets out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use allocation_counter::measure;
use inferometer_sdk::{
    Environment, ExportFailure, Exporter, InMemory, Telemetry, TelemetryBuilder,
};
use inferometer_semconv::attributes::{
    GEN_AI_INPUT_MESSAGES, GEN_AI_OUTPUT_MESSAGES, GEN_AI_REQUEST_MODEL,
    GEN_AI_SYSTEM_INSTRUCTIONS, GEN_AI_TOOL_DEFINITIONS,
};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::Span;
use tracing::{Event, Metadata, Subscriber, span};

const PATIENCE: Duration = Duration::from_secs(20);
const NEVER: Duration = Duration::from_secs(3600);

fn builder(kept: &InMemory) -> TelemetryBuilder {
    Telemetry::builder()
        .exporter(Exporter::Memory(kept.clone()))
        .interval(NEVER)
        .span_delay(NEVER)
        .self_metrics(false)
}

/// Counts what is logged on this thread.
#[derive(Clone, Default)]
struct Logs(Arc<AtomicU64>);

impl Subscriber for Logs {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Relaxed);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Spans that lack nothing but their end.
fn started(telemetry: &Telemetry, spans: usize, text: usize) -> Vec<Span> {
    let tracer = telemetry.tracer_provider().tracer("engine");
    let start = |_| {
        let mut span = tracer.start("request");
        span.set_attribute(KeyValue::new("text", "x".repeat(text)));
        span.add_event("first_token", Vec::new());
        span
    };
    (0..spans).map(start).collect()
}

#[test]
fn the_end_of_a_span_allocates_nothing_and_logs_nothing() {
    const QUEUE: usize = 16;
    let kept = InMemory::default();
    let environment: Environment = [("OTEL_BSP_MAX_QUEUE_SIZE", "16")].into_iter().collect();
    let telemetry =
        builder(&kept).environment(&environment).span_queue_bytes(1 << 16).build().unwrap();
    let logs = Logs::default();
    let end = |mut spans: Vec<Span>| {
        let mut allocated = 0;
        tracing::subscriber::with_default(logs.clone(), || {
            let ended = measure(|| spans.iter_mut().for_each(|span| span.end()));
            allocated = ended.count_total;
        });
        assert_eq!((allocated, logs.0.load(Relaxed)), (0, 0));
    };
    // One fewer than wakes the export, which makes its own allocations, on its own thread.
    end(started(&telemetry, QUEUE - 1, 0));
    telemetry.flush(PATIENCE).unwrap();
    end(started(&telemetry, 1, 1 << 17));
    end(started(&telemetry, 1000, 0));
    telemetry.shutdown(PATIENCE).unwrap();
    end(started(&telemetry, 10, 0));

    let stats = telemetry.stats().spans;
    for reason in
        [ExportFailure::SpanTooLarge, ExportFailure::QueueFull, ExportFailure::AlreadyShutDown]
    {
        assert!(stats.failed(reason) > 0, "{reason:?}: {stats:?}");
    }
}

/// The keys and the number of dropped attributes, of the span and of its event.
fn what_leaves(builder: TelemetryBuilder, kept: &InMemory) -> [(Vec<String>, u32); 2] {
    let telemetry = builder.build().unwrap();
    let all = || {
        let keys = [
            GEN_AI_REQUEST_MODEL.key,
            GEN_AI_INPUT_MESSAGES.key,
            GEN_AI_OUTPUT_MESSAGES.key,
            GEN_AI_SYSTEM_INSTRUCTIONS.key,
            GEN_AI_TOOL_DEFINITIONS.key,
        ];
        keys.map(|key| KeyValue::new(key, "a secret")).to_vec()
    };
    let mut span = telemetry.tracer_provider().tracer("someone's").start("chat");
    span.set_attributes(all());
    span.add_event("details", all());
    span.end();
    telemetry.shutdown(PATIENCE).unwrap();
    let request = kept.traces().remove(0);
    let span = request.resource_spans[0].scope_spans[0].spans[0].clone();
    let event = span.events[0].clone();
    [
        (span.attributes, span.dropped_attributes_count),
        (event.attributes, event.dropped_attributes_count),
    ]
    .map(|(attributes, dropped)| {
        (attributes.into_iter().map(|attribute| attribute.key).collect(), dropped)
    })
}

#[test]
fn what_people_say_to_a_model_leaves_only_when_asked() {
    let variable = |value| -> Environment {
        [("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value)].into_iter().collect()
    };
    type Ask = fn(TelemetryBuilder, &Environment) -> TelemetryBuilder;
    let asked: [(Ask, &str, bool); 5] = [
        (|builder, _| builder, "", false),
        (|builder, _| builder.capture_content(true), "", true),
        (TelemetryBuilder::environment, "true", true),
        (TelemetryBuilder::environment, "SPAN_ONLY", true),
        (TelemetryBuilder::environment, "event_only", false),
    ];
    for (ask, value, expected) in asked {
        let kept = InMemory::default();
        let builder = ask(builder(&kept), &variable(value));
        for (keys, dropped) in what_leaves(builder, &kept) {
            let (number, model) = if expected { (5, 0) } else { (1, 4) };
            assert_eq!((keys.len(), dropped), (number, model), "{value}: {keys:?}");
            assert_eq!(keys[0], GEN_AI_REQUEST_MODEL.key);
        }
    }
}
