//! OpenTelemetry names and attributes as Prometheus shows them: the compatibility specification, asked once per series.
//!
//! [`Translation`] is what the settings say about it. A [`Target`] is what series know of their resource, a [`Scope`]
//! what they know of theirs; [`describe`] puts both together with the metric and the point's attributes. [`exemplar`] is
//! asked for each one that a point brings.

mod draft;
mod exemplar;
mod pattern;
mod resource_labels;
mod scope;
mod target;
mod translation;

use std::collections::HashSet;

use inferometer_semconv::{
    prometheus_name::unit_name,
    prometheus_namer::{MetricType, escaped_metric},
};
use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{Metric, metric::Data},
};

use self::draft::{Draft, Source};
pub(super) use self::{exemplar::exemplar, scope::Scope, target::Target, translation::Translation};
use super::label_guard::FOLDED;
use crate::{
    otlp::{Shape, text},
    series::{Description, Rejection, Utf8Names},
};

/// The family that carries a resource's attributes. No namespace stands before it: PromQL's `info()` looks for it.
pub(super) const TARGET_INFO: &str = "target_info";
/// Its help.
pub(super) const TARGET_INFO_HELP: &str = "Attributes of the resource with this job and instance.";

/// Everything that the page says about a series.
///
/// Of the metric only name, unit, description and the kind of its data are asked, not its points.
pub(super) fn describe(
    translation: &Translation,
    target: &Target<'_>,
    scope: Scope<'_>,
    metric: &Metric,
    shape: Shape,
    attributes: &[KeyValue],
) -> Result<Description, Rejection> {
    let full_name = name(translation, metric, shape)?;
    let family = escaped_metric(&full_name).into_owned();
    if family == TARGET_INFO {
        return Err(Rejection::ReservedName(TARGET_INFO));
    }
    let unit = unit_name(&metric.unit);
    let stem = family.strip_suffix("_total").unwrap_or(&family);
    let unit = if stem.ends_with(&*unit) { unit.into_owned() } else { String::new() };
    let mut labels = Draft::new(translation, shape.kind);
    target.add_to(&mut labels);
    if translation.scope_info {
        scope.add_to(&mut labels);
    }
    let (mut folded, mut seen) = (false, HashSet::with_capacity(attributes.len()));
    // Of two with one key the first counts; the second is no label, so no limit is asked about it.
    for pair in attributes.iter().filter(|pair| seen.insert(&*pair.key)) {
        let value = text(pair.value.as_ref());
        if translation.folds(&pair.key, &value) {
            folded = true;
            labels.add(Source::Point, &pair.key, FOLDED);
        } else {
            labels.add(Source::Point, &pair.key, value);
        }
    }
    let (labels, utf8_labels) = labels.render();
    // For readers who can be shown other characters, the name as the strategy has left it.
    let utf8 = (family != full_name || utf8_labels.is_some()).then(|| Utf8Names {
        family: full_name,
        labels: utf8_labels.unwrap_or_else(|| labels.clone()),
    });
    Ok(Description {
        family,
        help: metric.description.clone(),
        unit,
        kind: shape.kind,
        labels,
        utf8,
        folded,
    })
}

/// The name by the strategy, which may have left any characters in it.
fn name(translation: &Translation, metric: &Metric, shape: Shape) -> Result<String, Rejection> {
    if metric.name.is_empty() {
        return Err(Rejection::Invalid("the metric has no name"));
    }
    let kind = match &metric.data {
        _ if shape.is_monotonic_sum => MetricType::Counter,
        Some(Data::Gauge(_)) => MetricType::Gauge,
        _ => MetricType::Other,
    };
    let Some(name) = translation.namer.metric(&metric.name, &metric.unit, kind) else {
        return Err(Rejection::NotExpressible(
            "nothing of the metric's name can be shown; use letters or digits in it",
        ));
    };
    Ok(without_nul(name))
}

/// A name without the one character that Prometheus' own readers cannot read in names.
fn without_nul(name: String) -> String {
    if name.contains('\0') { name.replace('\0', "_") } else { name }
}
