//! What the model calls a series: names and labels by the compatibility specification, without a thought for speed.

use std::collections::BTreeMap;

use inferometer_semconv::prometheus_name::label_name;
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::Metric,
};

use crate::{otlp::text, series::Kind};

const TARGET_KEYS: [&str; 3] = ["service.name", "service.namespace", "service.instance.id"];
const SCOPE_LABELS: [&str; 3] = ["otel_scope_name", "otel_scope_version", "otel_scope_schema_url"];

/// `(name, key, value)` of a label.
type Label = (String, String, String);

/// A resource, as far as Prometheus sees it.
pub(in super::super) struct Target {
    pub(in super::super) job: String,
    pub(in super::super) instance: String,
    others: Vec<KeyValue>,
}

/// The attributes by key, of two with one key the first.
pub(in super::super) fn canonical(attributes: &[KeyValue]) -> BTreeMap<String, Option<AnyValue>> {
    let mut map = BTreeMap::new();
    for pair in attributes {
        map.entry(pair.key.clone()).or_insert_with(|| pair.value.clone());
    }
    map
}

/// The attributes as an identity has them: values of different types differ.
pub(in super::super) fn identity(attributes: &[KeyValue]) -> String {
    let spelled: BTreeMap<_, _> = canonical(attributes)
        .into_iter()
        .map(|(key, value)| (key, spelling(value.as_ref())))
        .collect();
    format!("{spelled:?}")
}

fn spelling(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        None => "none".to_owned(),
        // The bits tell zeros and not-a-numbers apart.
        Some(Value::DoubleValue(number)) => format!("double {}", number.to_bits()),
        Some(Value::ArrayValue(array)) => {
            format!(
                "array {:?}",
                array.values.iter().map(|it| spelling(Some(it))).collect::<Vec<_>>()
            )
        }
        Some(Value::KvlistValue(list)) => {
            let pairs = list.values.iter().map(|it| (&it.key, spelling(it.value.as_ref())));
            format!("map {:?}", pairs.collect::<Vec<_>>())
        }
        Some(other) => format!("{other:?}"),
    }
}

impl Target {
    pub(in super::super) fn of(attributes: &[KeyValue]) -> Self {
        let map = canonical(attributes);
        let find = |key: &str| text(map.get(key).and_then(Option::as_ref)).into_owned();
        let (name, namespace) = (find("service.name"), find("service.namespace"));
        let job = match (name.is_empty(), namespace.is_empty()) {
            (false, false) => format!("{namespace}/{name}"),
            _ => name,
        };
        let instance = find("service.instance.id");
        let others = map.into_iter().filter(|(key, _)| !TARGET_KEYS.contains(&&**key));
        let others = others.map(|(key, value)| KeyValue { key, value, ..KeyValue::default() });
        Self { job, instance, others: others.collect() }
    }

    /// The labels of its `target_info`, if it has one.
    pub(in super::super) fn info(&self) -> Option<String> {
        let attributes = attribute_labels(&self.others, Kind::Gauge);
        let says_nothing = attributes.iter().all(|(_, _, value)| value.is_empty());
        if says_nothing || (self.job.is_empty() && self.instance.is_empty()) {
            return None;
        }
        Some(render([self.labels(), attributes].concat()))
    }

    fn labels(&self) -> Vec<Label> {
        [("job", &self.job), ("instance", &self.instance)]
            .map(|(name, value)| (name.to_owned(), name.to_owned(), value.clone()))
            .to_vec()
    }
}

/// The rendered labels of a point.
pub(in super::super) fn labels(
    target: &Target,
    scope: &InstrumentationScope,
    schema_url: &str,
    kind: Kind,
    attributes: &[KeyValue],
) -> String {
    let attributes: Vec<KeyValue> = canonical(attributes)
        .into_iter()
        .map(|(key, value)| KeyValue { key, value, ..KeyValue::default() })
        .collect();
    render(
        [target.labels(), scope_labels(scope, schema_url), attribute_labels(&attributes, kind)]
            .concat(),
    )
}

fn scope_labels(scope: &InstrumentationScope, schema_url: &str) -> Vec<Label> {
    let own = [&*scope.name, &*scope.version, schema_url];
    let mut labels: Vec<Label> = SCOPE_LABELS
        .iter()
        .zip(own)
        .map(|(name, value)| ((*name).to_owned(), (*name).to_owned(), value.to_owned()))
        .collect();
    for (key, value) in canonical(&scope.attributes) {
        let key = format!("otel_scope_{key}");
        let name = label_name(&key).into_owned();
        if !SCOPE_LABELS.contains(&&*name) {
            labels.push((name, key, text(value.as_ref()).into_owned()));
        }
    }
    labels
}

fn attribute_labels(attributes: &[KeyValue], kind: Kind) -> Vec<Label> {
    let label = |pair: &KeyValue| {
        let mut name = label_name(&pair.key).into_owned();
        let needed = match kind {
            Kind::Histogram => &["job", "instance", "le"][..],
            Kind::Summary => &["job", "instance", "quantile"],
            _ => &["job", "instance"],
        };
        if needed.contains(&&*name) {
            name = format!("exported_{name}");
        }
        (name, pair.key.clone(), text(pair.value.as_ref()).into_owned())
    };
    attributes.iter().map(label).collect()
}

fn render(mut labels: Vec<Label>) -> String {
    labels.retain(|(_, _, value)| !value.is_empty());
    // Stable: of two sources with one key the general one stays first. What both say is said once.
    labels.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    labels.dedup();
    let mut joined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, _, value) in labels {
        joined.entry(name).or_default().push(value);
    }
    let quoted = joined.into_iter().map(|(name, values)| {
        let value =
            values.join(";").replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    quoted.collect::<Vec<_>>().join(",")
}

/// Whether the metric says that it was of an unknown type for Prometheus.
pub(in super::super) fn was_unknown(metric: &Metric) -> bool {
    let says = |pair: &KeyValue| text(pair.value.as_ref()) == "unknown";
    metric.metadata.iter().any(|pair| pair.key == "prometheus.type" && says(pair))
}
