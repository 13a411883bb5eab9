//! OpenTelemetry names and attributes as Prometheus shows them: the compatibility specification, asked once per series.

use std::borrow::Cow;

use inferometer_semconv::prometheus_name::{label_name, metric_name};
use opentelemetry_proto::tonic::{
    common::v1::{InstrumentationScope, KeyValue},
    metrics::v1::Metric,
};

use crate::{
    otlp::{Shape, text},
    series::{Description, Kind, Labels, Rejection},
};

/// The family that carries a resource's attributes.
pub(super) const TARGET_INFO: &str = "target_info";
/// Its help.
pub(super) const TARGET_INFO_HELP: &str = "Attributes of the resource with this job and instance.";

const JOB: &str = "job";
const INSTANCE: &str = "instance";
const SERVICE_NAME: &str = "service.name";
const SERVICE_NAMESPACE: &str = "service.namespace";
const SERVICE_INSTANCE_ID: &str = "service.instance.id";
const SCOPE_PREFIX: &str = "otel_scope_";

/// Who sent the metrics, as Prometheus tells targets apart.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// `service.namespace/service.name`; empty if the resource has no name.
    pub(super) job: Cow<'a, str>,
    /// `service.instance.id`; empty if there is none.
    pub(super) instance: Cow<'a, str>,
    attributes: &'a [KeyValue],
}

impl<'a> Target<'a> {
    pub(super) fn of(attributes: &'a [KeyValue]) -> Self {
        let find = |key: &str| {
            let pair = attributes.iter().find(|pair| pair.key == key);
            pair.map_or(Cow::Borrowed(""), |pair| text(pair.value.as_ref()))
        };
        let (name, namespace) = (find(SERVICE_NAME), find(SERVICE_NAMESPACE));
        let job = if name.is_empty() || namespace.is_empty() {
            name
        } else {
            Cow::Owned(format!("{namespace}/{name}"))
        };
        Self { job, instance: find(SERVICE_INSTANCE_ID), attributes }
    }

    /// The labels of `target_info`; none if nothing ties it to a series, or nothing is left to say.
    pub(super) fn info_labels(&self) -> Option<String> {
        if self.job.is_empty() && self.instance.is_empty() {
            return None;
        }
        let mut labels = Labels::new();
        for pair in self.attributes {
            if !matches!(&*pair.key, SERVICE_NAME | SERVICE_NAMESPACE | SERVICE_INSTANCE_ID) {
                add_attribute(&mut labels, Kind::Gauge, pair);
            }
        }
        if labels.is_empty() {
            return None;
        }
        self.add_to(&mut labels);
        Some(labels.render())
    }

    fn add_to(&self, labels: &mut Labels) {
        labels.add(JOB, JOB, &*self.job);
        labels.add(INSTANCE, INSTANCE, &*self.instance);
    }
}

/// The instrumentation scope of a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) scope: Option<&'a InstrumentationScope>,
    pub(super) schema_url: &'a str,
}

impl Scope<'_> {
    fn add_to(self, labels: &mut Labels) {
        labels.add("otel_scope_schema_url", "otel_scope_schema_url", self.schema_url);
        let Some(scope) = self.scope else {
            return;
        };
        labels.add("otel_scope_name", "otel_scope_name", &*scope.name);
        labels.add("otel_scope_version", "otel_scope_version", &*scope.version);
        for pair in &scope.attributes {
            let key = format!("{SCOPE_PREFIX}{}", pair.key);
            let name = label_name(&key);
            // The specification has these three dropped, not joined: they would change what the scope is called.
            if !matches!(&*name, "otel_scope_name" | "otel_scope_version" | "otel_scope_schema_url")
            {
                labels.add(&*name, &*key, text(pair.value.as_ref()));
            }
        }
    }
}

/// Everything that the page says about a series.
pub(super) fn describe(
    target: &Target<'_>,
    scope: Scope<'_>,
    metric: &Metric,
    shape: Shape,
    attributes: &[KeyValue],
) -> Result<Description, Rejection> {
    if metric.name.is_empty() {
        return Err(Rejection::Invalid("the metric has no name"));
    }
    let family = metric_name(&metric.name, &metric.unit, shape.is_monotonic_sum).into_owned();
    if family == TARGET_INFO {
        return Err(Rejection::ReservedName(TARGET_INFO));
    }
    let mut labels = Labels::new();
    target.add_to(&mut labels);
    scope.add_to(&mut labels);
    for pair in attributes {
        add_attribute(&mut labels, shape.kind, pair);
    }
    Ok(Description {
        family,
        help: metric.description.clone(),
        kind: shape.kind,
        labels: labels.render(),
    })
}

fn add_attribute(labels: &mut Labels, kind: Kind, pair: &KeyValue) {
    let name = label_name(&pair.key);
    let is_reserved = match &*name {
        JOB | INSTANCE => true,
        "le" => kind == Kind::Histogram,
        "quantile" => kind == Kind::Summary,
        _ => false,
    };
    let value = text(pair.value.as_ref());
    // Joining would spoil the label that tells targets or buckets apart, so it moves aside as Prometheus' own do.
    if is_reserved {
        labels.add(format!("exported_{name}"), &*pair.key, value);
    } else {
        labels.add(name, &*pair.key, value);
    }
}
