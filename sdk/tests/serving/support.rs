//! An engine on a clock that is turned by hand, and what it recorded as text: metrics as sorted lines, decoded from the
//! bytes that would be sent, and spans as an indented tree.

mod metrics;
mod spans;

use std::{sync::Arc, time::Duration};

use inferometer_sdk::{Correction, Engine, EngineBuilder, ManualClock, MeterProvider};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::{
    Resource,
    trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData},
};

/// When the clock starts, in nanoseconds since the Unix epoch.
pub(crate) const START: u64 = 1_700_000_000_000_000_000;

/// An engine and everything it writes to.
pub(crate) struct Rig {
    pub(crate) clock: ManualClock,
    pub(crate) meters: MeterProvider,
    pub(crate) engine: Engine,
    spans: InMemorySpanExporter,
    tracers: SdkTracerProvider,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(Sampler::AlwaysOn, |engine| engine)
    }

    pub(crate) fn with(
        sampler: Sampler,
        build: impl FnOnce(EngineBuilder) -> EngineBuilder,
    ) -> Self {
        let clock = ManualClock::at(START);
        let meters = MeterProvider::builder()
            .with_resource(Resource::builder_empty().build())
            .with_clock(Arc::new(clock.clone()))
            .build();
        let spans = InMemorySpanExporter::default();
        let tracers = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_simple_exporter(spans.clone())
            .build();
        let engine = Engine::builder(meters.serving_scope(), tracers.tracer("test"), "llama-3-70b")
            .clock(Arc::new(clock.clone()));
        Self { clock, meters, engine: build(engine).build(), spans, tracers }
    }

    /// Another engine that writes to the same places.
    pub(crate) fn engine(&self, stage: &'static str, replica: u32) -> Engine {
        Engine::builder(self.meters.serving_scope(), self.tracers.tracer("test"), "llama-3-70b")
            .stage(stage)
            .replica(replica)
            .clock(Arc::new(self.clock.clone()))
            .build()
    }

    pub(crate) fn advance_ms(&self, milliseconds: u64) {
        self.clock.advance(Duration::from_millis(milliseconds));
    }

    /// All points that are not zero, without the engine's labels, which every one of them must have.
    #[track_caller]
    pub(crate) fn check_metrics(&self, expected: &str) {
        let lines = metrics::lines(&self.meters);
        let recorded = lines.iter().filter(|line| !line.is_zero);
        check_lines(recorded.map(|line| line.short.as_str()), expected);
    }

    /// As [`Rig::check_metrics`], of the points whose line starts with `prefix`.
    #[track_caller]
    pub(crate) fn check_metrics_of(&self, prefix: &str, expected: &str) {
        let lines = metrics::lines(&self.meters);
        let recorded = lines.iter().filter(|line| !line.is_zero && line.full.starts_with(prefix));
        check_lines(recorded.map(|line| line.short.as_str()), expected);
    }

    /// All points whose line starts with `prefix`, zeros included and all labels shown.
    pub(crate) fn points(&self, prefix: &str) -> impl Iterator<Item = String> {
        let points = metrics::lines(&self.meters).into_iter().map(|line| line.full);
        points.filter(move |line| line.starts_with(prefix))
    }

    /// As [`Rig::points`], compared.
    #[track_caller]
    pub(crate) fn check_points(&self, prefix: &str, expected: &str) {
        let points: Vec<String> = self.points(prefix).collect();
        check_lines(points.iter().map(String::as_str), expected);
    }

    /// The values of the points whose line starts with `prefix`, in the order of their labels.
    pub(crate) fn values(&self, prefix: &str) -> Vec<String> {
        let value = |point: String| point.rsplit(' ').next().unwrap_or_default().to_owned();
        self.points(prefix).map(value).collect()
    }

    /// As [`Rig::values`], the counts of histograms.
    pub(crate) fn counts(&self, prefix: &str) -> Vec<String> {
        let count = |point: String| point.rsplit(' ').nth(1).unwrap_or_default().to_owned();
        self.points(prefix).map(count).collect()
    }

    /// Everything that the engine reported wrongly, in the order of the reasons.
    #[track_caller]
    pub(crate) fn check_corrections(&self, expected: &[(Correction, u64)]) {
        let counted =
            Correction::ALL.map(|correction| (correction, self.engine.corrections(correction)));
        let counted: Vec<_> = counted.into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counted, expected);
    }

    /// Spans that have ended.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        let spans = self.spans.get_finished_spans();
        spans.expect("the exporter is alive")
    }

    /// As [`Rig::spans`], compared as a tree.
    #[track_caller]
    pub(crate) fn check_spans(&self, expected: &str) {
        let tree = spans::tree(&self.spans());
        check_lines(tree.iter().map(String::as_str), expected);
    }
}

/// Compares with `expected`, one line each, whose common indentation is left out.
#[track_caller]
fn check_lines<'a>(actual: impl Iterator<Item = &'a str>, expected: &str) {
    let lines = expected.lines().filter(|line| !line.trim().is_empty());
    let indents = lines.clone().map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    let expected: Vec<&str> = lines.map(|line| line[indent..].trim_end()).collect();
    let actual: Vec<&str> = actual.collect();
    assert!(actual == expected, "got\n{}\n\nexpected\n{}", actual.join("\n"), expected.join("\n"));
}
