//! A cache over the standard SDK's meter.

use inferometer_sdk::{
    CallSize, Engine, Keys, KvCacheEvictionReason, KvCacheMethod, KvCacheOperation, KvCacheTier,
    KvStats, StandardMeter,
};
use inferometer_semconv::{
    InstrumentDef,
    metrics::{
        INFER_KV_CACHE_BLOCK_LIFETIME, INFER_KV_CACHE_CLIENT_TOKENS, INFER_KV_CACHE_KEY_FINISHED,
        INFER_KV_CACHE_KEY_REQUESTED, INFER_KV_CACHE_OPERATION_ACTIVE, INFER_KV_CACHE_UTILIZATION,
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
    engine: Engine<StandardMeter>,
}

impl Rig {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        let meter = StandardMeter::new(provider.meter("test"));
        let engine = Engine::builder(meter, NoopTracer::new(), "llama-3-70b").build();
        Self { provider, exporter, engine }
    }

    /// The values that are not zero of an instrument's points.
    fn values(&self, definition: &InstrumentDef) -> Vec<f64> {
        self.exporter.reset();
        self.provider.force_flush().expect("an exporter in memory fails at nothing");
        let exported = self.exporter.get_finished_metrics().expect("the exporter is alive");
        let scopes = exported.iter().flat_map(ResourceMetrics::scope_metrics);
        let metrics = scopes.flat_map(|scope| scope.metrics());
        let own = metrics.filter(|metric| metric.name() == definition.name).flat_map(values);
        own.filter(|value| *value != 0.0).collect()
    }
}

/// Values of sums and gauges, and counts of histograms.
#[expect(clippy::cast_precision_loss, reason = "the counts of a test are small")]
fn values(metric: &Metric) -> Vec<f64> {
    match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(it)) => {
            it.data_points().map(|point| point.value() as f64).collect()
        }
        AggregatedMetrics::I64(MetricData::Sum(it)) => {
            it.data_points().map(|point| point.value() as f64).collect()
        }
        AggregatedMetrics::F64(MetricData::Gauge(it)) => {
            it.data_points().map(|point| point.value()).collect()
        }
        AggregatedMetrics::F64(MetricData::Histogram(it)) => {
            it.data_points().map(|point| point.count() as f64).collect()
        }
        other => panic!("{} is {other:?}", metric.name()),
    }
}

#[test]
fn a_cache_is_recorded_through_a_standard_meter() {
    let rig = Rig::new();
    let storage = rig.engine.storage();
    let thread = storage.sample_lifetimes(1.0).expect("a thread starts");
    let host = storage.tier(KvCacheTier::Host, &[KvCacheOperation::Read]);
    let read = host.reserve_read(Keys::new(5, 0));
    assert_eq!(rig.values(&INFER_KV_CACHE_OPERATION_ACTIVE), [1.0]);
    read.finish();
    host.stored(Keys::hashed(&[1, 2], 0));
    host.evicted(KvCacheEvictionReason::Capacity, Keys::hashed(&[1, 2], 0));
    let lookup = CallSize { keys: 0, bytes: 0, tokens: 640 };
    rig.engine.cache_client().begin(KvCacheMethod::Lookup, lookup).finish();
    let mut cache = rig.engine.kv_cache(KvCacheTier::Host);
    cache.publish(KvStats { active_blocks: 1, total_blocks: 4, ..KvStats::default() });
    drop(thread);
    assert_eq!(rig.values(&INFER_KV_CACHE_OPERATION_ACTIVE), [0.0; 0]);
    let mut requested = rig.values(&INFER_KV_CACHE_KEY_REQUESTED);
    requested.sort_by(f64::total_cmp);
    assert_eq!(requested, [2.0, 5.0], "stored, read");
    assert_eq!(rig.values(&INFER_KV_CACHE_KEY_FINISHED).iter().sum::<f64>(), 9.0);
    assert_eq!(rig.values(&INFER_KV_CACHE_CLIENT_TOKENS), [640.0]);
    assert_eq!(rig.values(&INFER_KV_CACHE_BLOCK_LIFETIME), [2.0]);
    assert_eq!(rig.values(&INFER_KV_CACHE_UTILIZATION), [0.25]);
    drop(cache);
    assert_eq!(rig.values(&INFER_KV_CACHE_UTILIZATION), [0.0; 0]);
}
