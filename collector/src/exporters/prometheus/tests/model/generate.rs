//! Requests in which everything collides that can: resources, scopes, names, kinds, attributes, starts and times.
//!
//! Every message is picked from small tables by a few bytes. Byte 0 picks the plainest entry, so that a failing case
//! shrinks to plain requests.

use std::fmt;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value as Any},
    metrics::v1::{
        Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
        HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary,
        SummaryDataPoint, exponential_histogram_data_point::Buckets, metric::Data,
        number_data_point::Value as Number, summary_data_point::ValueAtQuantile,
    },
    resource::v1::Resource,
};
use proptest::{collection::vec, prelude::*};

/// What a metric mostly is; one in eight is picked anew, so that kinds conflict.
#[derive(Debug, Clone, Copy)]
enum Usual {
    Gauge,
    /// Temporality, whether monotonic.
    Sum(i32, bool),
    Histogram(i32),
    Exponential(i32),
    Summary,
}

use Usual::{Exponential, Histogram as Explicit};

const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;

/// Names of which several are one name for Prometheus, or take one that another derives.
const NAMES: [(&str, Usual); 16] = [
    ("g", Usual::Gauge),
    ("c", Usual::Sum(CUMULATIVE, true)),
    ("h", Explicit(CUMULATIVE)),
    ("c.d", Usual::Sum(DELTA, true)),
    ("h.d", Explicit(DELTA)),
    ("u", Usual::Sum(CUMULATIVE, false)),
    ("u.d", Usual::Sum(DELTA, false)),
    ("e", Exponential(CUMULATIVE)),
    ("e.d", Exponential(DELTA)),
    ("s", Usual::Summary),
    ("c.total", Usual::Sum(CUMULATIVE, true)),
    ("h.count", Usual::Gauge),
    ("s_sum", Usual::Gauge),
    ("c_d", Usual::Sum(DELTA, true)),
    ("target.info", Usual::Gauge),
    ("", Usual::Gauge),
];
const KINDS: [Usual; 11] = [
    Usual::Gauge,
    Usual::Sum(CUMULATIVE, true),
    Usual::Sum(CUMULATIVE, false),
    Usual::Sum(DELTA, true),
    Usual::Sum(DELTA, false),
    Explicit(CUMULATIVE),
    Explicit(DELTA),
    Exponential(CUMULATIVE),
    Exponential(DELTA),
    Usual::Summary,
    Usual::Sum(0, true),
];
const UNITS: [&str; 4] = ["", "s", "1", "By"];
const HELPS: [&str; 4] = ["", "", "first \\ \n", "second"];
const KEYS: [&str; 9] = ["a", "b", "a.b", "a_b", "le", "job", "quantile", "otel.scope.name", ""];
const INTS: [i64; 10] = [1, 2, 3, 0, 7, -1, -5, i64::MAX, i64::MIN, (1 << 53) + 1];
const DOUBLES: [f64; 14] = [
    1.5,
    2.0,
    0.1,
    0.0,
    -0.0,
    -2.5,
    1e300,
    f64::MAX,
    5e-324,
    1e21,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.2,
];
const BOUNDS: [&[f64]; 10] = [
    &[1.0, 2.0],
    &[1.0, 2.0],
    &[1.0, 2.0],
    &[1.0, 2.0, 3.0],
    &[],
    &[-1.0, 0.0, 0.005],
    &[1.0, f64::INFINITY],
    &[2.0, 1.0],
    &[f64::NAN],
    &[1.0, 1.0],
];
const SCALES: [i32; 12] = [0, 0, 1, 3, -1, -3, 20, 8, 2, -10, 64, 65];
const OFFSETS: [i32; 16] =
    [0, 0, 1, -1, 3, -4, 40, -40, 2, -2, 1022, -1030, -1074, 2000, i32::MAX - 2, i32::MIN];
const THRESHOLDS: [f64; 7] = [0.0, 0.0, 0.001, 0.5, 1e-100, 3.0, -1.0];
const QUANTILES: [&[(f64, f64)]; 5] =
    [&[(0.5, 1.0), (1.0, 3.5)], &[], &[(0.5, f64::NAN)], &[(0.9, 1.0), (0.5, 2.0)], &[(1.5, 1.0)]];

/// Bytes that pick from tables.
struct Picks<'a>(std::slice::Iter<'a, u8>);

impl Picks<'_> {
    fn byte(&mut self) -> usize {
        self.0.next().copied().map_or(0, usize::from)
    }

    fn of<T: Copy>(&mut self, table: &[T]) -> T {
        table[self.byte() % table.len()]
    }

    /// The first entry, or seldom another.
    fn mostly<T: Copy>(&mut self, table: &[T]) -> T {
        if self.rarely(6) { self.of(table) } else { table[0] }
    }

    /// The first entries most often.
    fn early<T: Copy>(&mut self, table: &[T]) -> T {
        let byte = self.byte();
        table[(byte * byte * table.len()) >> 16]
    }

    /// Once in so many.
    fn rarely(&mut self, once_in: usize) -> bool {
        self.byte() % once_in == once_in - 1
    }
}

type PointBytes = [u8; 24];
type Metrics = Vec<([u8; 8], Vec<PointBytes>)>;
type Scopes = Vec<([u8; 12], Metrics)>;
/// What a request is made from.
pub(super) type Resources = Vec<([u8; 10], Scopes)>;

/// A request that a failing case shows in few words.
#[derive(Clone)]
pub(super) struct Request(pub(super) ExportMetricsServiceRequest);

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What every message has, and the wrappers around values.
        const NOISE: [&str; 9] = [
            ", key_strindex: 0",
            ", dropped_attributes_count: 0",
            ", entity_refs: []",
            ", exemplars: []",
            ", schema_url: \"\"",
            ", metadata: []",
            "Some(AnyValue { value: ",
            " }), key_strindex: 0",
            "description: \"\", ",
        ];
        let text =
            NOISE.iter().fold(format!("{:?}", self.0), |text, noise| text.replace(noise, ""));
        f.write_str(&text)
    }
}

/// Requests that follow each other, `length` at most.
pub(super) fn requests(length: usize) -> impl Strategy<Value = Vec<Request>> {
    vec(resources(), 1..=length).prop_map(|requests| {
        requests
            .iter()
            .zip(1..)
            .map(|(resources, turn)| Request(request(resources, turn)))
            .collect()
    })
}

pub(super) fn resources() -> impl Strategy<Value = Resources> {
    let metrics = vec((any::<[u8; 8]>(), vec(any::<PointBytes>(), 0..5)), 0..6);
    let scopes = vec((any::<[u8; 12]>(), metrics), 0..3);
    vec((any::<[u8; 10]>(), scopes), 0..3)
}

/// What a sender says in its turn: starts and times go on with it.
pub(super) fn request(resources: &Resources, turn: u64) -> ExportMetricsServiceRequest {
    let resource_metrics = resources.iter().map(|(bytes, scopes)| {
        let mut picks = Picks(bytes.iter());
        ResourceMetrics {
            resource: (!picks.rarely(8)).then(|| resource(&mut picks)),
            scope_metrics: scopes
                .iter()
                .map(|(bytes, metrics)| scope(bytes, metrics, turn))
                .collect(),
            ..ResourceMetrics::default()
        }
    });
    ExportMetricsServiceRequest { resource_metrics: resource_metrics.collect() }
}

fn resource(picks: &mut Picks<'_>) -> Resource {
    let text = |text: &str| Some(Any::StringValue(text.to_owned()));
    let mut attributes = Vec::new();
    let mut add = |key: &str, value: Option<Any>| {
        if let Some(value) = value {
            attributes.push(pair(key, Some(value)));
        }
    };
    add("service.name", picks.mostly(&[Some("v"), Some("n/v"), None, Some("")]).and_then(text));
    add("service.namespace", picks.mostly(&[None, Some("n")]).and_then(text));
    add("host.name", picks.of(&[Some("h1"), Some("h2"), None]).and_then(text));
    let instance = match picks.mostly(&[0, 1, 2, 3]) {
        0 => None,
        1 => Some(Any::IntValue(1)),
        2 => text("1"),
        // Of two with one key the first counts.
        _ => {
            add("service.instance.id", text("1"));
            text("2")
        }
    };
    add("service.instance.id", instance);
    let turns = picks.byte() % attributes.len().max(1);
    attributes.rotate_left(turns);
    Resource { attributes, ..Resource::default() }
}

fn scope(bytes: &[u8], metrics: &Metrics, turn: u64) -> ScopeMetrics {
    let mut picks = Picks(bytes.iter());
    let scope = InstrumentationScope {
        name: picks.mostly(&["", "lib"]).to_owned(),
        version: picks.mostly(&["", "1"]).to_owned(),
        attributes: attributes(&mut picks, &["x", "name", "schema.url"], &[0, 0, 0, 0, 1, 2]),
        ..InstrumentationScope::default()
    };
    ScopeMetrics {
        // None and one that says nothing are the same.
        scope: (!picks.rarely(3)).then_some(scope),
        schema_url: picks.mostly(&["", "https://schema"]).to_owned(),
        metrics: metrics.iter().map(|(bytes, points)| metric(bytes, points, turn)).collect(),
    }
}

fn metric(bytes: &[u8], points: &[PointBytes], turn: u64) -> Metric {
    let mut picks = Picks(bytes.iter());
    let (name, usual) = picks.early(&NAMES);
    let kind = if picks.rarely(8) { picks.of(&KINDS) } else { usual };
    let metadata = if picks.rarely(16) {
        vec![pair("prometheus.type", Some(Any::StringValue("unknown".to_owned())))]
    } else {
        Vec::new()
    };
    Metric {
        name: name.to_owned(),
        unit: picks.mostly(&UNITS).to_owned(),
        description: picks.of(&HELPS).to_owned(),
        metadata,
        data: (!picks.rarely(16)).then(|| data(kind, points, turn)),
    }
}

fn data(kind: Usual, points: &[PointBytes], turn: u64) -> Data {
    let picks = points.iter().map(|bytes| Picks(bytes.iter()));
    match kind {
        Usual::Gauge => {
            Data::Gauge(Gauge { data_points: picks.map(|picks| number(picks, turn, 0)).collect() })
        }
        Usual::Sum(aggregation_temporality, is_monotonic) => {
            let points = picks.map(|picks| number(picks, turn, aggregation_temporality));
            let data_points = points.collect();
            Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
        }
        Explicit(aggregation_temporality) => {
            let points = picks.map(|picks| histogram(picks, turn, aggregation_temporality));
            Data::Histogram(Histogram { data_points: points.collect(), aggregation_temporality })
        }
        Exponential(aggregation_temporality) => {
            let points = picks.map(|picks| exponential(picks, turn, aggregation_temporality));
            let data_points = points.collect();
            Data::ExponentialHistogram(ExponentialHistogram {
                data_points,
                aggregation_temporality,
            })
        }
        Usual::Summary => Data::Summary(Summary {
            data_points: picks.map(|picks| summary(picks, turn)).collect(),
        }),
    }
}

/// Start, time and flags: mostly the next point in its order, sometimes early, late, overlapping or unknown.
fn moment(picks: &mut Picks<'_>, turn: u64, temporality: i32) -> (u64, u64, u32) {
    let now = 100 * turn;
    let then = now - 100;
    let start = if temporality == DELTA {
        picks.of(&[then, then, then, then, then, then, 0, now, then + 50, then.max(50) - 50])
    } else {
        picks.of(&[10, 10, 10, 10, 10, 10, 0, now, then, 5])
    };
    let time = picks.of(&[now, now, now, now, now, now, now, 0, then, now + 50, now - 50]);
    (start, time, picks.of(&[0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]))
}

fn number(mut picks: Picks<'_>, turn: u64, temporality: i32) -> NumberDataPoint {
    let attributes = point_attributes(&mut picks);
    let (start_time_unix_nano, time_unix_nano, flags) = moment(&mut picks, turn, temporality);
    let value = match picks.byte() % 8 {
        0..5 => Some(Number::AsInt(picks.of(&INTS))),
        5..7 => Some(Number::AsDouble(picks.of(&DOUBLES))),
        _ => picks.rarely(3).then_some(Number::AsInt(0)),
    };
    NumberDataPoint {
        attributes,
        start_time_unix_nano,
        time_unix_nano,
        flags,
        value,
        exemplars: exemplars(&mut picks),
    }
}

fn histogram(mut picks: Picks<'_>, turn: u64, temporality: i32) -> HistogramDataPoint {
    let attributes = point_attributes(&mut picks);
    let (start_time_unix_nano, time_unix_nano, flags) = moment(&mut picks, turn, temporality);
    let bounds = picks.of(&BOUNDS);
    let mut bucket_counts: Vec<u64> =
        bounds.iter().chain(&[0.0]).map(|_| picks.of(&[0, 1, 2, 3])).collect();
    match picks.byte() % 16 {
        15 => bucket_counts.push(0),
        14 => bucket_counts.clear(),
        13 => bucket_counts[0] = u64::MAX,
        _ => {}
    }
    let count = bucket_counts.iter().fold(0, |sum: u64, count| sum.wrapping_add(*count));
    HistogramDataPoint {
        attributes,
        start_time_unix_nano,
        time_unix_nano,
        flags,
        count: if picks.rarely(16) { count ^ 1 } else { count },
        sum: (!picks.rarely(6)).then(|| picks.of(&DOUBLES)),
        bucket_counts,
        explicit_bounds: bounds.to_vec(),
        exemplars: exemplars(&mut picks),
        min: picks.rarely(3).then_some(0.5),
        max: None,
    }
}

fn exponential(mut picks: Picks<'_>, turn: u64, temporality: i32) -> ExponentialHistogramDataPoint {
    let attributes = point_attributes(&mut picks);
    let (start_time_unix_nano, time_unix_nano, flags) = moment(&mut picks, turn, temporality);
    let scale = picks.of(&SCALES);
    let mut buckets = |rarely: bool| {
        let bucket_counts: Vec<u64> =
            (0..picks.byte() % 4).map(|_| picks.of(&[1, 0, 2, 3])).collect();
        let buckets = Buckets { offset: picks.of(&OFFSETS), bucket_counts };
        (!rarely || picks.rarely(4)).then_some(buckets)
    };
    let (positive, negative) = (buckets(false), buckets(true));
    let zero_count = picks.of(&[0, 1, 2]);
    let sides = [&positive, &negative].into_iter().flatten();
    let count = zero_count + sides.flat_map(|side| &side.bucket_counts).sum::<u64>();
    ExponentialHistogramDataPoint {
        attributes,
        start_time_unix_nano,
        time_unix_nano,
        flags,
        scale,
        count: if picks.rarely(16) { count ^ 1 } else { count },
        sum: (!picks.rarely(6)).then(|| picks.of(&DOUBLES)),
        zero_count,
        positive,
        negative,
        zero_threshold: picks.of(&THRESHOLDS),
        ..ExponentialHistogramDataPoint::default()
    }
}

fn summary(mut picks: Picks<'_>, turn: u64) -> SummaryDataPoint {
    let attributes = point_attributes(&mut picks);
    let (start_time_unix_nano, time_unix_nano, flags) = moment(&mut picks, turn, CUMULATIVE);
    let quantiles = picks.of(&QUANTILES).iter();
    SummaryDataPoint {
        attributes,
        start_time_unix_nano,
        time_unix_nano,
        flags,
        count: picks.of(&[1, 0, u64::MAX]),
        sum: picks.of(&DOUBLES),
        quantile_values: quantiles
            .map(|(quantile, value)| ValueAtQuantile { quantile: *quantile, value: *value })
            .collect(),
    }
}

fn exemplars(picks: &mut Picks<'_>) -> Vec<Exemplar> {
    let exemplar = || Exemplar {
        filtered_attributes: vec![pair("a", Some(Any::IntValue(1)))],
        trace_id: vec![7; 16],
        span_id: vec![8; 8],
        ..Exemplar::default()
    };
    (0..picks.of(&[0, 0, 0, 1, 2])).map(|_| exemplar()).collect()
}

fn point_attributes(picks: &mut Picks<'_>) -> Vec<KeyValue> {
    attributes(picks, &KEYS, &[0, 0, 0, 1, 1, 1, 2, 3])
}

/// Some attributes in any order, of which two may have one key.
fn attributes(picks: &mut Picks<'_>, keys: &[&str], lengths: &[usize]) -> Vec<KeyValue> {
    (0..picks.of(lengths)).map(|_| pair(picks.early(keys), value(picks.byte()))).collect()
}

/// A value; several of them are one text for Prometheus.
fn value(choice: usize) -> Option<Any> {
    let text = |text: &str| Some(Any::StringValue(text.to_owned()));
    match choice % 16 {
        0..4 => text("1"),
        4..6 => text("2"),
        6 => text(""),
        7 => text("q\"\\\n=\u{fc}"),
        8 => Some(Any::IntValue(1)),
        9 => Some(Any::DoubleValue(1.0)),
        10 => Some(Any::BoolValue(true)),
        11 => text("true"),
        12 => Some(Any::BytesValue(b"1".to_vec())),
        13 => {
            let values = vec![AnyValue { value: text("1") }, AnyValue::default()];
            Some(Any::ArrayValue(ArrayValue { values }))
        }
        14 => Some(Any::DoubleValue(-0.0)),
        _ => None,
    }
}

fn pair(key: &str, value: Option<Any>) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value }), ..KeyValue::default() }
}
