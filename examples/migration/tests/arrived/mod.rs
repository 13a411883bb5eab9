//! What arrived at a backend, one line for each point and span, without what differs between any two runs, exemplars, which
//! the standard SDK has not, and the schema of what detectors found.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::collector::{
    metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
};
use serde::Serialize;
use serde_json::{Map, Value};

/// Fields that hold times or ids.
const OF_A_RUN: [&str; 5] =
    ["timeUnixNano", "startTimeUnixNano", "endTimeUnixNano", "traceId", "spanId"];
const EXEMPLARS: &str = "exemplars";

/// Points and spans as JSON, each with its resource, scope and metric.
pub(crate) struct Arrived {
    pub(crate) points: BTreeSet<String>,
    pub(crate) spans: BTreeSet<String>,
    /// Exemplars of all points, which are left out there.
    pub(crate) exemplars: usize,
}

impl Arrived {
    /// Everything of these requests, but attributes of the resource that begin with one of these.
    pub(crate) fn of(
        metrics: &[ExportMetricsServiceRequest],
        traces: &[ExportTraceServiceRequest],
        without: &[&str],
    ) -> Self {
        let points = metrics.iter().flat_map(|request| {
            leaves(request, ["resourceMetrics", "scopeMetrics", "metrics"], without)
        });
        let spans = traces
            .iter()
            .flat_map(|request| leaves(request, ["resourceSpans", "scopeSpans", "spans"], without));
        let points: Vec<Value> = points.flat_map(points_of).collect();
        let exemplars = points.iter().map(|point| list(&point["point"], EXEMPLARS).len()).sum();
        let spans: Vec<Value> = spans.collect();
        let names: BTreeMap<String, Value> = spans
            .iter()
            .map(|span| (span["leaf"]["spanId"].to_string(), span["leaf"]["name"].clone()))
            .collect();
        let spans = spans.into_iter().map(|mut span| {
            let parent = &mut span["leaf"]["parentSpanId"];
            *parent = names.get(&parent.to_string()).cloned().unwrap_or_default();
            line(span)
        });
        let points = points.into_iter().map(line).collect();
        Self { points, spans: spans.collect(), exemplars }
    }

    /// Without what a scope has.
    pub(crate) fn without_scope(mut self, scope: &str) -> Self {
        let name = format!("\"name\":{scope:?}");
        self.points.retain(|line| !line.contains(&name));
        self
    }

    /// Lines that the other has not.
    pub(crate) fn only_here<'a>(&'a self, other: &'a Self) -> Vec<&'a String> {
        let points = self.points.difference(&other.points);
        points.chain(self.spans.difference(&other.spans)).collect()
    }

    /// Whether a point has both.
    pub(crate) fn mentions(&self, one: &str, other: &str) -> bool {
        self.points.iter().any(|line| line.contains(one) && line.contains(other))
    }
}

/// The innermost of three nested lists, each element beside everything that it is in.
fn leaves(request: &impl Serialize, path: [&str; 3], without: &[&str]) -> Vec<Value> {
    let [resources, scopes, leaves] = path;
    let request = serde_json::to_value(request).expect("a message is JSON");
    let mut found = Vec::new();
    for mut resource in list(&request, resources) {
        let scoped = list(&resource, scopes);
        remove(&mut resource, scopes);
        let attributes = resource["resource"]["attributes"].as_array_mut().expect("attributes");
        attributes.retain(|attribute| {
            let key = attribute["key"].as_str().expect("a key");
            !without.iter().any(|start| key.starts_with(start))
        });
        remove(&mut resource, "schemaUrl");
        for mut scope in scoped {
            let inner = list(&scope, leaves);
            remove(&mut scope, leaves);
            found.extend(inner.into_iter().map(
                |leaf| serde_json::json!({"resource": resource, "scope": scope, "leaf": leaf}),
            ));
        }
    }
    found
}

/// Each point of a metric, beside what the metric says of itself.
fn points_of(metric: Value) -> Vec<Value> {
    let kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
    let kind = kinds.iter().find(|kind| metric["leaf"].get(**kind).is_some()).expect("data");
    let points = list(&metric["leaf"][*kind], "dataPoints");
    let mut outside = metric;
    remove(&mut outside["leaf"][*kind], "dataPoints");
    let points = points.into_iter().map(|point| {
        let mut both = outside.clone();
        both["point"] = point;
        both
    });
    points.collect()
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    value[key].as_array().cloned().unwrap_or_default()
}

fn remove(value: &mut Value, key: &str) {
    value.as_object_mut().map(|map: &mut Map<String, Value>| map.remove(key));
}

fn line(mut value: Value) -> String {
    settle(&mut value);
    value.to_string()
}

/// Takes times, ids and exemplars away, and puts attributes in order: neither has a meaning.
fn settle(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !OF_A_RUN.contains(&key.as_str()) && key != EXEMPLARS);
            map.values_mut().for_each(settle);
            if let Some(Value::Array(attributes)) = map.get_mut("attributes") {
                attributes.sort_by_key(|attribute| attribute["key"].to_string());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(settle),
        _ => {}
    }
}
