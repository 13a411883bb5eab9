//! An engine's loop over the standard SDK's meter.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use inferometer_sdk::{Engine, IterationKind, QueueDepths, StandardMeter, StepBatch};
use inferometer_semconv::{
    InstrumentDef,
    metrics::{
        INFER_SCHEDULER_ITERATION_DEVICE_DURATION, INFER_SCHEDULER_ITERATION_TOKENS,
        INFER_SCHEDULER_REQUEST_ACTIVE, INFER_SPECULATIVE_DRAFT_TOKENS,
    },
};
use opentelemetry::{metrics::MeterProvider as _, trace::noop::NoopTracer};
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
    data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics},
};

struct Rig {
    provider: SdkMeterProvider,
    exporter: InMemoryMetricExporter,
    meter: StandardMeter,
    engine: Engine<StandardMeter>,
}

impl Rig {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let meter = StandardMeter::new(provider.meter("test"));
        let engine = Engine::builder(meter.clone(), NoopTracer::new(), "llama-3-70b").build();
        Self { provider, exporter, meter, engine }
    }

    /// The sum over all points of an instrument, and how many there are.
    fn sum(&self, definition: &InstrumentDef) -> (f64, usize) {
        self.exporter.reset();
        self.provider.force_flush().expect("an exporter in memory fails at nothing");
        let exported = self.exporter.get_finished_metrics().expect("the exporter is alive");
        let values: Vec<f64> = exported
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(|scope| scope.metrics())
            .filter(|metric| metric.name() == definition.name)
            .flat_map(values)
            .collect();
        (values.iter().sum(), values.len())
    }
}

/// Values of sums, and sums of histograms that hold something: that SDK shows empty ones too.
#[expect(clippy::cast_precision_loss, reason = "the counts of a test are small")]
fn values(metric: &Metric) -> Vec<f64> {
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(it)) => {
            it.data_points().filter(|it| it.count() > 0).map(|it| it.sum()).collect()
        }
        AggregatedMetrics::U64(MetricData::Histogram(it)) => {
            it.data_points().filter(|it| it.count() > 0).map(|it| it.sum() as f64).collect()
        }
        AggregatedMetrics::U64(MetricData::Sum(it)) => {
            it.data_points().map(|point| point.value() as f64).collect()
        }
        AggregatedMetrics::I64(MetricData::Sum(it)) => {
            it.data_points().map(|point| point.value() as f64).collect()
        }
        other => panic!("{} is {other:?}", metric.name()),
    }
}

#[test]
fn steps_and_drafts_are_recorded_through_a_standard_meter() {
    let rig = Rig::new();
    let batch = StepBatch { prefill_tokens: 500, decode_tokens: 7, requests: 8 };
    rig.engine.steps().record(batch, Duration::from_millis(9));
    let mut device_steps = rig.engine.device_steps();
    device_steps.begin(IterationKind::Mixed).complete(Duration::from_millis(500));
    rig.engine.speculative_by_position("eagle", 2).verified(3, 2);
    assert_eq!(rig.sum(&INFER_SCHEDULER_ITERATION_TOKENS), (507.0, 1));
    assert_eq!(rig.sum(&INFER_SCHEDULER_ITERATION_DEVICE_DURATION), (0.5, 1));
    assert_eq!(rig.sum(&INFER_SPECULATIVE_DRAFT_TOKENS), (3.0, 6), "from zero, all of them");
}

#[test]
fn queues_of_a_scheduler_that_is_gone_are_not_shown_through_a_standard_meter() {
    let rig = Rig::new();
    let depths = QueueDepths { waiting: 4, running: 2, ..QueueDepths::default() };
    let observed = rig.engine.observe_queues(move || depths);
    assert_eq!(rig.sum(&INFER_SCHEDULER_REQUEST_ACTIVE), (6.0, 4));
    drop(observed);
    assert_eq!(rig.sum(&INFER_SCHEDULER_REQUEST_ACTIVE), (0.0, 0));
}

#[test]
fn what_a_callback_held_is_let_go_though_a_standard_meter_keeps_it() {
    let rig = Rig::new();
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let observed = rig.engine.observe_queues(move || {
        let _held = &held;
        QueueDepths::default()
    });
    rig.sum(&INFER_SCHEDULER_REQUEST_ACTIVE);
    assert!(weak.upgrade().is_some());
    drop(observed);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_callback_that_panics_does_not_end_a_standard_reader() {
    let rig = Rig::new();
    let is_broken = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&is_broken);
    let _observed = rig.engine.observe_queues(move || {
        assert!(!asked.load(Relaxed), "as the test wants it");
        QueueDepths { waiting: 4, ..QueueDepths::default() }
    });
    assert_eq!(rig.sum(&INFER_SCHEDULER_REQUEST_ACTIVE), (0.0, 0));
    assert_eq!(rig.meter.callback_panics(), 1);
    is_broken.store(false, Relaxed);
    assert_eq!(rig.sum(&INFER_SCHEDULER_REQUEST_ACTIVE), (4.0, 4));
}
