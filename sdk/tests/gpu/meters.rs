//! The same over the standard SDK's meters.

use inferometer_fake_nvml::FakeNvml;
use inferometer_sdk::{GpuSampler, GpuState, StandardMeter};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{
    InMemoryMetricExporter, PeriodicReader, SdkMeterProvider,
    data::{AggregatedMetrics, MetricData, ResourceMetrics},
};

use crate::support::PATIENCE;

#[test]
fn a_standard_meter_shows_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut fake = FakeNvml::in_folder(folder.path()).expect("the fake is built");
    fake.add_gpu(0).expect("a script");
    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    let gpus = GpuSampler::builder(StandardMeter::new(provider.meter("test")))
        .library(fake.library())
        .timeout(PATIENCE)
        .on_demand()
        .start()
        .expect("threads can be started");
    assert_eq!(gpus.sample(), GpuState::Sampling { gpus: 1, instances: 0 });
    fake.set("gpu0", "field.83", "5001000").expect("a script");
    assert_eq!(gpus.sample(), GpuState::Sampling { gpus: 1, instances: 0 });
    provider.force_flush().expect("an export");
    let exported = exporter.get_finished_metrics().expect("the exporter is alive");
    assert_eq!(value(&exported, "hw.power"), Some(350.5));
    assert_eq!(value(&exported, "hw.energy"), Some(1.0));

    fake.set("gpu0", "power", "!999").expect("a script");
    gpus.sample();
    exporter.reset();
    provider.force_flush().expect("an export");
    let exported = exporter.get_finished_metrics().expect("the exporter is alive");
    assert_eq!(value(&exported, "hw.power"), None, "absent is not the last value");
}

fn value(exported: &[ResourceMetrics], name: &str) -> Option<f64> {
    let scopes = exported.last()?.scope_metrics();
    let mut metrics = scopes.flat_map(|scope| scope.metrics());
    match metrics.find(|metric| metric.name() == name)?.data() {
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
            gauge.data_points().next().map(|point| point.value())
        }
        AggregatedMetrics::F64(MetricData::Sum(sum)) => {
            sum.data_points().next().map(|point| point.value())
        }
        _ => None,
    }
}
