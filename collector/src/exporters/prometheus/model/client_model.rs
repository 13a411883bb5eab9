//! Prometheus' protobuf messages as prost reads them, apart from how they are written here.
//!
//! Source: `io/prometheus/client/metrics.proto` of github.com/prometheus/client_model, with the fields for native
//! histograms; numbers of floating-point histograms, which are never written, are left out.

use prost::{Enumeration, Message};
use prost_types::Timestamp;

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct LabelPair {
    #[prost(string, optional, tag = "1")]
    pub(in super::super) name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(in super::super) value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
pub(in super::super) enum MetricType {
    Counter = 0,
    Gauge = 1,
    Summary = 2,
    Untyped = 3,
    Histogram = 4,
    GaugeHistogram = 5,
}

/// `Gauge` and `Untyped`.
#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Number {
    #[prost(double, optional, tag = "1")]
    pub(in super::super) value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Counter {
    #[prost(double, optional, tag = "1")]
    pub(in super::super) value: Option<f64>,
    #[prost(message, optional, tag = "2")]
    pub(in super::super) exemplar: Option<Exemplar>,
    #[prost(message, optional, tag = "3")]
    pub(in super::super) created_timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Quantile {
    #[prost(double, optional, tag = "1")]
    pub(in super::super) quantile: Option<f64>,
    #[prost(double, optional, tag = "2")]
    pub(in super::super) value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Summary {
    #[prost(uint64, optional, tag = "1")]
    pub(in super::super) sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub(in super::super) sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub(in super::super) quantile: Vec<Quantile>,
    #[prost(message, optional, tag = "4")]
    pub(in super::super) created_timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    pub(in super::super) sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub(in super::super) sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub(in super::super) bucket: Vec<Bucket>,
    #[prost(sint32, optional, tag = "5")]
    pub(in super::super) schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    pub(in super::super) zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    pub(in super::super) zero_count: Option<u64>,
    #[prost(message, repeated, tag = "9")]
    pub(in super::super) negative_span: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "10")]
    pub(in super::super) negative_delta: Vec<i64>,
    #[prost(message, repeated, tag = "12")]
    pub(in super::super) positive_span: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "13")]
    pub(in super::super) positive_delta: Vec<i64>,
    #[prost(message, optional, tag = "15")]
    pub(in super::super) created_timestamp: Option<Timestamp>,
    #[prost(message, repeated, tag = "16")]
    pub(in super::super) exemplars: Vec<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Bucket {
    #[prost(uint64, optional, tag = "1")]
    pub(in super::super) cumulative_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub(in super::super) upper_bound: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub(in super::super) exemplar: Option<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct BucketSpan {
    #[prost(sint32, optional, tag = "1")]
    pub(in super::super) offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    pub(in super::super) length: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    pub(in super::super) label: Vec<LabelPair>,
    #[prost(double, optional, tag = "2")]
    pub(in super::super) value: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub(in super::super) timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct Metric {
    #[prost(message, repeated, tag = "1")]
    pub(in super::super) label: Vec<LabelPair>,
    #[prost(message, optional, tag = "2")]
    pub(in super::super) gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    pub(in super::super) counter: Option<Counter>,
    #[prost(message, optional, tag = "4")]
    pub(in super::super) summary: Option<Summary>,
    #[prost(message, optional, tag = "5")]
    pub(in super::super) untyped: Option<Number>,
    #[prost(int64, optional, tag = "6")]
    pub(in super::super) timestamp_ms: Option<i64>,
    #[prost(message, optional, tag = "7")]
    pub(in super::super) histogram: Option<Histogram>,
}

#[derive(Clone, PartialEq, Message)]
pub(in super::super) struct MetricFamily {
    #[prost(string, optional, tag = "1")]
    pub(in super::super) name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(in super::super) help: Option<String>,
    #[prost(enumeration = "MetricType", optional, tag = "3")]
    pub(in super::super) r#type: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub(in super::super) metric: Vec<Metric>,
    #[prost(string, optional, tag = "5")]
    pub(in super::super) unit: Option<String>,
}

impl Histogram {
    /// Observations in all native buckets.
    pub(in super::super) fn native_population(&self) -> u64 {
        let of_side = |deltas: &[i64]| {
            let counts = deltas.iter().scan(0_i64, |count, delta| {
                *count += delta;
                Some(*count)
            });
            counts.sum::<i64>().cast_unsigned()
        };
        self.zero_count() + of_side(&self.positive_delta) + of_side(&self.negative_delta)
    }
}

impl Metric {
    /// Names and values of its labels.
    pub(in super::super) fn labels(&self) -> Vec<(&str, &str)> {
        pairs(&self.label)
    }
}

impl Exemplar {
    /// Names and values of its labels.
    pub(in super::super) fn labels(&self) -> Vec<(&str, &str)> {
        pairs(&self.label)
    }

    /// Value and time in nanoseconds.
    pub(in super::super) fn what_and_when(&self) -> (f64, i64) {
        let time = self.timestamp.as_ref();
        let time = time.map_or(0, |time| time.seconds * 1_000_000_000 + i64::from(time.nanos));
        (self.value.unwrap(), time)
    }
}

fn pairs(labels: &[LabelPair]) -> Vec<(&str, &str)> {
    labels.iter().map(pair_of).collect()
}

fn pair_of(label: &LabelPair) -> (&str, &str) {
    (label.name.as_deref().unwrap(), label.value.as_deref().unwrap())
}

/// Reads a page: messages behind their lengths, until the bytes end.
pub(in super::super) fn families(mut page: &[u8]) -> Vec<MetricFamily> {
    let mut families = Vec::new();
    while !page.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut page).unwrap());
    }
    families
}
