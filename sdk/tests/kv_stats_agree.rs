//! Everything that a collection shows of a cache tier was said in one publication, however often it is replaced, and
//! however many collect at the same time; over the standard SDK too.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
};

use inferometer_sdk::{
    Encoder, Engine, KvCache, KvCacheTier, KvStats, MeterProvider, Meters, Snapshot, StandardMeter,
};
use inferometer_semconv::metrics::INFER_KV_CACHE_PREFIX_HIT_RATIO;
use opentelemetry::{metrics::MeterProvider as _, trace::noop::NoopTracer};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{NumberDataPoint, metric::Data, number_data_point::Value},
};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    metrics::{
        InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Temporality,
        data::{AggregatedMetrics, MetricData, ResourceMetrics},
        reader::MetricReader,
    },
};
use prost::Message;

/// Collections of each reader; the writer publishes throughout.
const COLLECTIONS: usize = 300;

/// What one collection shows: the sum of each instrument's points, so that block states count as one.
type Shown = BTreeMap<String, f64>;

fn cache<M: Meters>(meters: M) -> KvCache<M> {
    Engine::builder(meters, NoopTracer::new(), "llama-3-70b").build().kv_cache(KvCacheTier::Device)
}

/// Nothing here but `k` says which publication it is.
fn stats(k: u64) -> KvStats {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let share = k as f64 / (1 << 30) as f64;
    KvStats {
        active_blocks: k,
        cached_blocks: 2 * k,
        total_blocks: 4 * k,
        usage: Some(share),
        prefix_hit: Some(share / 2.0),
        memory_bytes: Some(8 * k),
        memory_limit_bytes: Some(16 * k),
    }
}

#[track_caller]
fn check_one_publication(shown: &Shown) {
    assert_eq!(shown.len(), 6, "{shown:?}");
    let unit = shown["infer.kv_cache.block.limit"] / 4.0;
    let expected = [
        ("infer.kv_cache.block.limit", 4.0 * unit),
        ("infer.kv_cache.block.usage", 4.0 * unit),
        ("infer.kv_cache.memory.limit", 16.0 * unit),
        ("infer.kv_cache.memory.usage", 8.0 * unit),
        ("infer.kv_cache.prefix_hit_ratio", unit / f64::from(1_u32 << 31)),
        ("infer.kv_cache.utilization", unit / f64::from(1 << 30)),
    ];
    for (name, value) in expected {
        assert_eq!(shown[name], value, "{name} of {shown:?}");
    }
}

/// Publishes in a tight loop while `readers` threads collect at the same time.
fn publish_while_collecting<M: Meters>(
    mut cache: KvCache<M>,
    readers: usize,
    collect: impl Fn() -> Shown + Sync,
) {
    cache.publish(stats(1));
    let (is_over, published) = (AtomicBool::new(false), AtomicU64::new(1));
    thread::scope(|threads| {
        threads.spawn(|| {
            for k in 2..1 << 29 {
                cache.publish(stats(k));
                published.store(k, Relaxed);
                if is_over.load(Relaxed) {
                    return;
                }
            }
        });
        let readers: Vec<_> = (0..readers)
            .map(|_| {
                threads.spawn(|| {
                    (0..COLLECTIONS).for_each(|_| check_one_publication(&collect()));
                })
            })
            .collect();
        let ended: Vec<_> = readers.into_iter().map(|reader| reader.join()).collect();
        is_over.store(true, Relaxed);
        ended.into_iter().for_each(|ended| ended.expect("every collection agrees"));
    });
    assert!(published.load(Relaxed) > COLLECTIONS as u64, "the writer was never at rest");
}

fn own_collection(provider: &MeterProvider) -> Shown {
    let mut snapshot = Snapshot::default();
    provider.snapshot(&mut snapshot);
    let mut shown = Shown::new();
    let mut encoder = Encoder::new(provider.resource(), Encoder::DEFAULT_MAX_REQUEST_BYTES);
    encoder.encode(&snapshot, |bytes, _| {
        let request = ExportMetricsServiceRequest::decode(bytes).expect("our bytes decode");
        let scopes = request.resource_metrics.into_iter().flat_map(|it| it.scope_metrics);
        for metric in scopes.flat_map(|scope| scope.metrics) {
            let points = match metric.data.expect("a metric has data") {
                Data::Sum(sum) if !sum.is_monotonic => sum.data_points,
                Data::Gauge(gauge) => gauge.data_points,
                _ => continue,
            };
            if metric.name.starts_with("infer.kv_cache.") {
                shown.insert(metric.name, points.iter().map(number).sum());
            }
        }
    });
    shown
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn number(point: &NumberDataPoint) -> f64 {
    match point.value.expect("a number has a value") {
        Value::AsInt(value) => value as f64,
        Value::AsDouble(value) => value,
    }
}

#[test]
fn every_collection_shows_one_publication() {
    let provider = MeterProvider::builder().build();
    let cache = cache(provider.serving_scope());
    publish_while_collecting(cache, 2, || own_collection(&provider));
}

#[test]
fn collections_show_one_publication_when_another_series_was_bound_before() {
    let provider = MeterProvider::builder().build();
    let scope = provider.serving_scope();
    // Changes the order in which a collection asks: the last instrument of a group comes first.
    let _first = scope.observable_gauge::<f64>(&INFER_KV_CACHE_PREFIX_HIT_RATIO, &[], || None);
    publish_while_collecting(cache(scope), 2, || own_collection(&provider));
}

/// A reader that is kept after its provider took it.
#[derive(Debug, Clone)]
struct Shared(std::sync::Arc<ManualReader>);

impl MetricReader for Shared {
    fn register_pipeline(&self, pipeline: std::sync::Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: std::time::Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn standard_collection(reader: &Shared) -> Shown {
    let mut metrics = ResourceMetrics::default();
    reader.collect(&mut metrics).expect("a collection");
    let mut shown = Shown::new();
    for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
        let value = match metric.data() {
            AggregatedMetrics::I64(MetricData::Sum(sum)) => {
                sum.data_points().map(|point| point.value() as f64).sum()
            }
            AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                gauge.data_points().map(|point| point.value()).sum()
            }
            _ => continue,
        };
        if metric.name().starts_with("infer.kv_cache.") {
            shown.insert(metric.name().to_owned(), value);
        }
    }
    shown
}

/// With one reader: the standard SDK hands what a callback observes to all readers of a provider, so two that collect
/// at the same time see each other's observations.
#[test]
fn every_collection_of_the_standard_sdk_shows_one_publication() {
    let reader = Shared(ManualReader::builder().build().into());
    let provider = SdkMeterProvider::builder()
        .with_resource(Resource::builder_empty().build())
        .with_reader(reader.clone())
        .build();
    let cache = cache(StandardMeter::new(provider.meter("inferometer.serving")));
    publish_while_collecting(cache, 1, || standard_collection(&reader));
}
