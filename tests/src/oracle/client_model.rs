//! A page in Prometheus' protobuf format, read by prost into messages that are declared here: as much of
//! `io/prometheus/client/metrics.proto` of github.com/prometheus/client_model as names, labels and numbers need.

use std::collections::BTreeMap;

use prost::Message;

/// The content type that asks for it.
pub const PROTOBUF: &str =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

#[derive(Clone, PartialEq, Message)]
struct MetricFamily {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(message, repeated, tag = "4")]
    metric: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
struct Metric {
    #[prost(message, repeated, tag = "1")]
    label: Vec<LabelPair>,
    #[prost(message, optional, tag = "2")]
    gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    counter: Option<Number>,
    #[prost(message, optional, tag = "5")]
    untyped: Option<Number>,
}

#[derive(Clone, PartialEq, Message)]
struct LabelPair {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "2")]
    value: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Number {
    #[prost(double, optional, tag = "1")]
    value: Option<f64>,
}

/// A gauge, a counter or something untyped.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberSample {
    /// The name of its family.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

/// The numbers of a page; histograms and summaries are passed over.
///
/// # Panics
/// If prost cannot read the page, or a label is there twice.
#[must_use]
#[track_caller]
pub fn protobuf_numbers(mut page: &[u8]) -> Vec<NumberSample> {
    let mut samples = Vec::new();
    while !page.is_empty() {
        let family = MetricFamily::decode_length_delimited(&mut page).expect("a family");
        for metric in family.metric {
            let number = metric.gauge.or(metric.counter).or(metric.untyped);
            let Some(value) = number.and_then(|number| number.value) else {
                continue;
            };
            let count = metric.label.len();
            let pair = |label: LabelPair| label.name.zip(label.value).expect("a name and a value");
            let labels: BTreeMap<_, _> = metric.label.into_iter().map(pair).collect();
            assert_eq!(labels.len(), count, "{labels:?}");
            let name = family.name.clone().expect("a name");
            samples.push(NumberSample { name, labels, value });
        }
    }
    samples
}
