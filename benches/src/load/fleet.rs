//! What is in a request: engine instances, each a resource with 50 points.

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
        ResourceMetrics, ScopeMetrics, Sum, metric::Data, number_data_point::Value as Number,
    },
    resource::v1::Resource,
};

use super::{drive::CONNECTIONS, layout::Layout, payload::framed, template::Template};

/// Points of one instance: 20 of counters, 18 of gauges, 12 of histograms.
const POINTS_PER_INSTANCE: usize = 50;

/// The resource attribute that [`Change::Resource`](super::Change::Resource) changes; it identifies nothing.
pub(super) const CHANGING: &str = "k8s.pod.uid";
/// Digits of its value, which keep the length the same whatever they say.
pub(super) const CHANGING_DIGITS: usize = 16;

const COUNTERS: [&str; 8] = [
    "engine.requests.started",
    "engine.requests.aborted",
    "engine.tokens.prompt",
    "engine.tokens.generated",
    "engine.cache.lookups",
    "engine.cache.hits",
    "engine.preemptions",
    "engine.steps",
];
const COUNTERS_BY_KIND: [&str; 3] =
    ["engine.requests.finished", "engine.transfer.bytes", "engine.errors"];
const GAUGES: [&str; 10] = [
    "engine.requests.running",
    "engine.requests.waiting",
    "engine.cache.utilization",
    "engine.batch.tokens",
    "engine.batch.size",
    "engine.memory.weights",
    "engine.memory.cache",
    "engine.queue.depth",
    "engine.adapters.loaded",
    "engine.draft.acceptance",
];
const GAUGES_BY_KIND: [&str; 2] = ["engine.blocks.used", "engine.blocks.free"];
const HISTOGRAMS: [&str; 8] = [
    "engine.time.to.first.token",
    "engine.time.between.tokens",
    "engine.request.duration",
    "engine.queue.duration",
    "engine.prefill.duration",
    "engine.decode.duration",
    "engine.request.tokens.prompt",
    "engine.request.tokens.output",
];
const HISTOGRAMS_BY_KIND: [&str; 1] = ["engine.transfer.duration"];

const KINDS: [&str; 4] = ["first", "second", "third", "fourth"];
const STAGES: [&str; 4] = ["encode", "prefill", "decode", "generate"];
const MODEL: &str = "meta-llama/Llama-3.3-70B";

/// 16 buckets have 15 bounds.
const BUCKETS: usize = 16;
const BOUNDS: [f64; BUCKETS - 1] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// When every engine started, in Unix nanoseconds.
const START: u64 = 1_770_000_000_000_000_000;

/// How many series there are, and how many points go into a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fleet {
    /// Rounded to whole instances on every connection.
    pub(crate) series: usize,
    /// Resources of one request, of 50 points each.
    pub(crate) instances_per_request: usize,
}

impl Fleet {
    /// The requests of each connection, which are about its own instances alone, so that none overtakes another.
    ///
    /// A connection with fewer instances than a request holds has each of them several times in it, at later times, as
    /// if exports had been joined.
    pub(crate) fn templates(self) -> Vec<Vec<Template>> {
        let instances = (self.series / POINTS_PER_INSTANCE / CONNECTIONS).max(1);
        let lanes = 0..CONNECTIONS;
        lanes.map(|lane| self.lane(lane * instances, instances)).collect()
    }

    fn lane(self, first: usize, instances: usize) -> Vec<Template> {
        let per_request = self.instances_per_request;
        let requests = instances.div_ceil(per_request);
        (0..requests)
            .map(|request| {
                let begin = request * per_request;
                let distinct = per_request.min(instances - begin);
                let shown = (0..per_request).map(|place| first + begin + place % distinct);
                template(shown, distinct)
            })
            .collect()
    }
}

fn template(instances: impl Iterator<Item = usize>, distinct: usize) -> Template {
    let request =
        ExportMetricsServiceRequest { resource_metrics: instances.map(instance).collect() };
    let bytes = framed(&request);
    let layout = Layout::of(&bytes, 5, distinct);
    Template::new(bytes, layout)
}

fn instance(index: usize) -> ResourceMetrics {
    let resource = [
        ("service.name", String::from("llm-engine")),
        ("service.namespace", String::from("inference")),
        ("service.instance.id", format!("engine-{index:06}.llm.svc")),
        ("host.name", format!("gpu-node-{:04}", index / 8)),
        (CHANGING, format!("{index:0CHANGING_DIGITS$x}")),
    ];
    let scope = InstrumentationScope {
        name: String::from("engine"),
        version: String::from("1.4.2"),
        ..Default::default()
    };
    ResourceMetrics {
        resource: Some(Resource {
            attributes: resource.map(|(key, value)| text(key, value)).into(),
            ..Default::default()
        }),
        scope_metrics: vec![ScopeMetrics {
            scope: Some(scope),
            metrics: metrics(index),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn metrics(index: usize) -> Vec<Metric> {
    let mut metrics = Vec::new();
    let groups: [(&[&str], &[&str], Make); 3] = [
        (&COUNTERS, &COUNTERS_BY_KIND, counter),
        (&GAUGES, &GAUGES_BY_KIND, gauge),
        (&HISTOGRAMS, &HISTOGRAMS_BY_KIND, histogram),
    ];
    for (single, by_kind, make) in groups {
        metrics.extend(single.iter().map(|name| metric(name, make(vec![attributes(index, None)]))));
        let kinds = || KINDS.map(|kind| attributes(index, Some(kind))).into();
        metrics.extend(by_kind.iter().map(|name| metric(name, make(kinds()))));
    }
    metrics
}

/// Makes a metric's points, one for each set of attributes.
type Make = fn(Vec<Vec<KeyValue>>) -> Data;

fn metric(name: &str, data: Data) -> Metric {
    let unit = if name.ends_with("duration") { "s" } else { "1" };
    let description = format!("An engine's {name}.");
    Metric {
        name: name.to_owned(),
        description,
        unit: unit.to_owned(),
        data: Some(data),
        ..Default::default()
    }
}

fn attributes(index: usize, kind: Option<&str>) -> Vec<KeyValue> {
    let mut attributes = vec![
        text("model", MODEL.to_owned()),
        text("stage", STAGES[index % STAGES.len()].to_owned()),
        text("replica", format!("replica-{:04}", index / STAGES.len())),
        text("engine_instance", format!("{index}")),
    ];
    attributes.extend(kind.map(|kind| text("kind", kind.to_owned())));
    attributes
}

pub(super) fn text(key: &str, value: String) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..Default::default() }
}

fn counter(sets: Vec<Vec<KeyValue>>) -> Data {
    Data::Sum(Sum {
        data_points: numbers(sets, &Number::AsInt(1)),
        aggregation_temporality: AggregationTemporality::Cumulative.into(),
        is_monotonic: true,
    })
}

fn gauge(sets: Vec<Vec<KeyValue>>) -> Data {
    Data::Gauge(Gauge { data_points: numbers(sets, &Number::AsDouble(0.5)) })
}

fn numbers(sets: Vec<Vec<KeyValue>>, value: &Number) -> Vec<NumberDataPoint> {
    let point = |attributes| NumberDataPoint {
        attributes,
        start_time_unix_nano: START,
        time_unix_nano: START,
        value: Some(*value),
        ..Default::default()
    };
    sets.into_iter().map(point).collect()
}

fn histogram(sets: Vec<Vec<KeyValue>>) -> Data {
    let point = |attributes| HistogramDataPoint {
        attributes,
        start_time_unix_nano: START,
        time_unix_nano: START,
        count: BUCKETS as u64,
        sum: Some(1.0),
        bucket_counts: vec![1; BUCKETS],
        explicit_bounds: BOUNDS.into(),
        ..Default::default()
    };
    Data::Histogram(Histogram {
        data_points: sets.into_iter().map(point).collect(),
        aggregation_temporality: AggregationTemporality::Cumulative.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::count_points;

    #[test]
    fn a_request_has_the_size_that_peers_were_measured_with() {
        let lanes = Fleet { series: 10_000, instances_per_request: 10 }.templates();
        assert_eq!(lanes.len(), CONNECTIONS);
        assert_eq!(lanes.iter().map(Vec::len).sum::<usize>(), 20);
        let bytes = lanes[0][0].bytes();
        assert_eq!(count_points(&bytes[5..]), Some(500));
        assert!((129_000..133_000).contains(&bytes.len()), "{} bytes", bytes.len());
    }

    #[test]
    fn few_series_fill_a_request_with_later_points_of_the_same() {
        let lanes = Fleet { series: 1000, instances_per_request: 10 }.templates();
        assert_eq!(lanes.iter().map(Vec::len).sum::<usize>(), CONNECTIONS);
        assert_eq!(count_points(&lanes[3][0].bytes()[5..]), Some(500));
    }

    #[test]
    fn small_requests_have_one_instance() {
        let lanes = Fleet { series: 10_000, instances_per_request: 1 }.templates();
        assert_eq!(lanes.iter().map(Vec::len).sum::<usize>(), 200);
        assert_eq!(count_points(&lanes[0][0].bytes()[5..]), Some(50));
    }
}
