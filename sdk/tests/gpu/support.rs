//! A fake driver, a sampler that is asked by hand on a clock that is turned by hand, and what it shows as text.

use std::{sync::Arc, time::Duration};

use inferometer_fake_nvml::FakeNvml;
use inferometer_sdk::{GpuSampler, GpuSamplerBuilder, GpuState, ManualClock, MeterProvider};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value},
    metrics::v1::{NumberDataPoint, metric::Data, number_data_point},
};
use tempfile::TempDir;

use crate::core_support;

/// Longer than anything takes that does not hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Everything but the sampler, which the fake outlives.
pub(crate) struct Rig {
    pub(crate) gpus: GpuSampler,
    pub(crate) provider: MeterProvider,
    pub(crate) clock: ManualClock,
    pub(crate) fake: FakeNvml,
    _folder: TempDir,
}

impl Rig {
    /// A driver with these many GPUs that support everything.
    pub(crate) fn with_gpus(count: usize) -> Self {
        Self::scripted(|fake| (0..count).for_each(|index| fake.add_gpu(index).expect("a script")))
    }

    pub(crate) fn scripted(script: impl FnOnce(&mut FakeNvml)) -> Self {
        Self::built(script, |sampler| sampler)
    }

    pub(crate) fn built(
        script: impl FnOnce(&mut FakeNvml),
        build: impl FnOnce(GpuSamplerBuilder) -> GpuSamplerBuilder,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut fake = FakeNvml::in_folder(folder.path()).expect("the fake is built");
        script(&mut fake);
        let clock = ManualClock::at(1_700_000_000_000_000_000);
        let provider = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
        let sampler = GpuSampler::builder(provider.scope("test"))
            .library(fake.library())
            .clock(Arc::new(clock.clone()))
            .timeout(PATIENCE)
            .on_demand();
        let gpus = build(sampler).start().expect("threads can be started");
        Self { gpus, provider, clock, fake, _folder: folder }
    }

    /// A sample, a second after the last.
    pub(crate) fn sample(&self) -> GpuState {
        self.clock.advance(Duration::from_secs(1));
        self.gpus.sample()
    }

    #[track_caller]
    pub(crate) fn sampled(&self, gpus: usize) {
        assert_eq!(self.sample(), GpuState::Sampling { gpus, instances: 0 });
    }

    pub(crate) fn set(&mut self, device: &str, quantity: &str, value: &str) {
        self.fake.set(device, quantity, value).expect("a script");
    }

    /// Every point whose line begins so: `name{label="value",...} value`, labels by name.
    pub(crate) fn points(&self, prefix: &str) -> Vec<String> {
        points(&self.provider, prefix)
    }

    #[track_caller]
    pub(crate) fn check(&self, prefix: &str, expected: &[&str]) {
        let points = self.points(prefix);
        assert!(
            points == expected,
            "{prefix}: got\n{}\nnot\n{}",
            points.join("\n"),
            expected.join("\n")
        );
    }

    /// What was not answered, and why; the counts of one GPU without its label.
    pub(crate) fn failures(&self) -> Vec<String> {
        let prefix = "infer.gpu.query.failed{";
        let points = self.points(prefix).into_iter();
        let points = points.map(|point| point.replace(prefix, "").replace("infer.gpu.", ""));
        let mut failures: Vec<String> = points.collect();
        failures.sort();
        failures
    }
}

pub(crate) fn points(provider: &MeterProvider, prefix: &str) -> Vec<String> {
    let metrics = core_support::collect(provider);
    let mut lines = Vec::new();
    for metric in metrics {
        let points = match metric.data.expect("a metric has data") {
            Data::Sum(sum) => sum.data_points,
            Data::Gauge(gauge) => gauge.data_points,
            other => panic!("{} is {other:?}", metric.name),
        };
        lines.extend(points.iter().map(|point| line(&metric.name, point)));
    }
    lines.retain(|line| line.starts_with(prefix));
    lines.sort();
    lines
}

fn line(name: &str, point: &NumberDataPoint) -> String {
    let mut labels: Vec<String> = point.attributes.iter().map(label).collect();
    labels.sort();
    let value = match point.value.expect("a number has a value") {
        number_data_point::Value::AsInt(value) => value.to_string(),
        // Increments of a sum of doubles round.
        number_data_point::Value::AsDouble(value) => ((value * 1e6).round() / 1e6).to_string(),
    };
    format!("{name}{{{}}} {value}", labels.join(","))
}

fn label(label: &KeyValue) -> String {
    let value = label.value.as_ref().and_then(|value| value.value.as_ref());
    match value.expect("a label has a value") {
        any_value::Value::StringValue(text) => format!("{}={text}", label.key),
        any_value::Value::IntValue(number) => format!("{}={number}", label.key),
        other => panic!("no label of ours is {other:?}"),
    }
}
