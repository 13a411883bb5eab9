//! Views in a line, and what was exported in short.

use inferometer_sdk::{MeterProvider, View, ViewAggregation, ViewBuilder};
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue as DecodedKeyValue, any_value},
    metrics::v1::{Metric, metric::Data, number_data_point},
};
use opentelemetry_sdk::Resource;

pub(crate) fn select(name: &str) -> ViewBuilder {
    View::builder().instrument_name(name)
}

pub(crate) fn buckets(bounds: &[f64]) -> ViewAggregation {
    ViewAggregation::ExplicitBuckets(bounds.to_vec())
}

pub(crate) fn with_views(views: impl IntoIterator<Item = ViewBuilder>) -> MeterProvider {
    let builder = MeterProvider::builder().with_resource(Resource::builder_empty().build());
    views
        .into_iter()
        .map(|view| view.build().expect("a view that is right"))
        .fold(builder, |builder, view| builder.with_view(view))
        .build()
}

/// Names of what is exported, sorted.
pub(crate) fn names(metrics: &[Metric]) -> Vec<&str> {
    let mut names: Vec<_> = metrics.iter().map(|metric| &*metric.name).collect();
    names.sort_unstable();
    names
}

#[track_caller]
pub(crate) fn metric<'a>(metrics: &'a [Metric], name: &str) -> &'a Metric {
    match &metrics.iter().filter(|metric| metric.name == name).collect::<Vec<_>>()[..] {
        [metric] => metric,
        other => panic!("{name} is {other:?}"),
    }
}

/// A point of a sum or gauge: what its attributes are, and its value.
pub(crate) type Shown = (Vec<String>, f64);

/// The points of one metric, sorted.
#[track_caller]
pub(crate) fn shown(metric: &Metric) -> Vec<Shown> {
    let points = match metric.data.as_ref().expect("data") {
        Data::Sum(sum) => &sum.data_points,
        Data::Gauge(gauge) => &gauge.data_points,
        other => panic!("{} is {other:?}", metric.name),
    };
    let mut shown: Vec<_> = points
        .iter()
        .map(|point| {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let value = match point.value.expect("a value") {
                number_data_point::Value::AsInt(value) => value as f64,
                number_data_point::Value::AsDouble(value) => value,
            };
            (spell(&point.attributes), value)
        })
        .collect();
    shown.sort_by(|one, other| one.partial_cmp(other).expect("numbers"));
    shown
}

/// Attributes as `key=value`, for texts and whole numbers.
pub(crate) fn spell(attributes: &[DecodedKeyValue]) -> Vec<String> {
    let spell = |attribute: &DecodedKeyValue| {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
        match value.expect("a value") {
            any_value::Value::StringValue(value) => format!("{}={value}", attribute.key),
            any_value::Value::IntValue(value) => format!("{}={value}", attribute.key),
            any_value::Value::BoolValue(value) => format!("{}={value}", attribute.key),
            other => panic!("{other:?}"),
        }
    };
    attributes.iter().map(spell).collect()
}

pub(crate) fn pairs<V: Into<Value> + Copy>(pairs: &[(&'static str, V)]) -> Vec<KeyValue> {
    pairs.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect()
}

/// What is expected of [`shown`].
pub(crate) fn point(attributes: &[&str], value: f64) -> Shown {
    (attributes.iter().map(|attribute| (*attribute).to_owned()).collect(), value)
}
