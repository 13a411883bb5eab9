//! The settings of the translation, ready to be asked.

use inferometer_semconv::{
    prometheus_name::label_name,
    prometheus_namer::{Namer, escaped_label},
};

use super::{resource_labels::ResourceLabels, without_nul};
use crate::{
    config::PrometheusSettings,
    exporters::prometheus::label_guard::{LabelGuard, Verdict},
    series::Kind,
};

/// How one exporter shows metrics: names, the labels that it adds, and how many values of an attribute it tells apart.
#[derive(Debug)]
pub(in super::super) struct Translation {
    pub(super) namer: Namer,
    /// By Prometheus name. They win over everything; what they displace moves aside.
    pub(super) const_labels: Vec<(String, String)>,
    pub(super) resource_labels: ResourceLabels,
    pub(super) scope_info: bool,
    pub(super) target_info: bool,
    guard: LabelGuard,
}

impl Translation {
    /// `exporter` is the component's id, which the guard's warnings name.
    pub(in super::super) fn new(exporter: &str, settings: &PrometheusSettings) -> Self {
        Self {
            namer: Namer {
                strategy: settings.translation_strategy,
                custom: settings.custom,
                namespace: settings.namespace.clone(),
            },
            const_labels: settings.const_labels.clone(),
            resource_labels: ResourceLabels::new(&settings.resource_labels),
            scope_info: settings.scope_info,
            target_info: settings.target_info,
            guard: LabelGuard::new(exporter, &settings.label_limits),
        }
    }

    /// That of the collector's own metrics, which keep the names that are documented for them whatever the exporter's
    /// settings say of those that it receives.
    pub(in super::super) fn of_own(settings: &PrometheusSettings) -> Self {
        let own = PrometheusSettings { target_info: settings.target_info, ..Default::default() };
        Self::new("", &own)
    }

    /// What it knows of attributes with too many values.
    pub(in super::super) const fn guard(&self) -> &LabelGuard {
        &self.guard
    }

    /// Whether this value of an attribute is shown as [`FOLDED`](super::super::label_guard::FOLDED).
    pub(super) fn folds(&self, key: &str, value: &str) -> bool {
        self.guard.admit(key, value) == Verdict::Other
    }

    /// The name of the label that shows an attribute of a series of this kind.
    ///
    /// One that is not the attribute's to take gets `exported_` before it: joining would spoil the label that tells
    /// targets or buckets apart, so it moves aside as Prometheus' own do.
    pub(super) fn label(&self, kind: Kind, key: &str) -> String {
        let mut name = self.full_label(key);
        while self.is_taken(kind, &name) || self.is_taken(kind, &escaped_label(&name)) {
            name.insert_str(0, "exported_");
        }
        name
    }

    /// The name of the label that shows an attribute of an exemplar, where none is needed for anything else.
    pub(super) fn exemplar_label(&self, key: &str) -> String {
        escaped_label(&self.full_label(key)).into_owned()
    }

    /// The name by the strategy, which may have left any characters in it.
    fn full_label(&self, key: &str) -> String {
        // A custom that has no name for a label costs the point no more than a readable name.
        let name = self.namer.label(key).unwrap_or_else(|| label_name(key));
        if name.is_empty() { "_".to_owned() } else { without_nul(name.into_owned()) }
    }

    fn is_taken(&self, kind: Kind, name: &str) -> bool {
        match name {
            super::target::JOB | super::target::INSTANCE => true,
            "le" => kind == Kind::Histogram,
            "quantile" => kind == Kind::Summary,
            // Prometheus' own, `__name__` first.
            _ if name.starts_with("__") => true,
            _ => self.const_labels.iter().any(|(label, _)| label == name),
        }
    }
}

impl Default for Translation {
    fn default() -> Self {
        Self::new("", &PrometheusSettings::default())
    }
}
