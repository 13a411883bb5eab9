//! The page by name: one kind and one help for each, no labels twice.

use std::collections::{BTreeMap, HashSet};

use ::prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::{exemplars::PageExemplar, labels::LabelSet, left_out::LeftOut};

/// The family that carries a resource's attributes, as a gauge that is 1.
pub(super) const TARGET_INFO: &str = "target_info";
const TARGET_INFO_HELP: &str = "Attributes of the resource.";

/// What samples of a histogram append to its name.
const HISTOGRAM_SUFFIXES: [&str; 3] = ["_bucket", "_sum", "_count"];

/// All families of one answer.
#[derive(Debug, Default)]
pub(super) struct Families {
    by_name: BTreeMap<String, Family>,
    /// Names that families have, and those that histograms derive from theirs.
    taken: HashSet<String>,
}

/// All series of one Prometheus name.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) kind: MetricType,
    pub(super) help: String,
    pub(super) series: BTreeMap<LabelSet, Shown>,
}

/// One series: its values, and what leads from them to traces.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) metric: Metric,
    pub(super) exemplars: Vec<PageExemplar>,
}

impl Families {
    /// The family for an instrument. The first instrument decides the kind; the first with a description, the help.
    pub(super) fn family(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
    ) -> Result<&mut Family, LeftOut> {
        if name == TARGET_INFO {
            return Err(LeftOut::ReservedName);
        }
        if !self.by_name.contains_key(name) && !self.take(name, kind) {
            return Err(LeftOut::TypeConflict);
        }
        let family = self.by_name.entry(name.to_owned()).or_insert_with(|| Family::new(kind, help));
        if family.kind != kind {
            return Err(LeftOut::TypeConflict);
        }
        if family.help.is_empty() {
            help.clone_into(&mut family.help);
        }
        Ok(family)
    }

    fn take(&mut self, name: &str, kind: MetricType) -> bool {
        let suffixes: &[&str] =
            if kind == MetricType::HISTOGRAM { &HISTOGRAM_SUFFIXES } else { &[] };
        let derived = suffixes.iter().map(|suffix| format!("{name}{suffix}"));
        let names: Vec<String> = derived.chain([name.to_owned()]).collect();
        let is_free = !names.iter().any(|name| self.taken.contains(name));
        if is_free {
            self.taken.extend(names);
        }
        is_free
    }

    /// Adds the resource, unless there is nothing that it would be about or nothing to say.
    pub(super) fn add_target_info(&mut self, labels: LabelSet) {
        if self.by_name.is_empty() || labels.is_empty() {
            return;
        }
        let mut family = Family::new(MetricType::GAUGE, TARGET_INFO_HELP);
        let mut gauge = ::prometheus::proto::Gauge::default();
        gauge.set_value(1.0);
        let metric = Metric::from_gauge(gauge);
        family.series.insert(labels, Shown { metric, exemplars: Vec::new() });
        self.by_name.insert(TARGET_INFO.to_owned(), family);
    }

    /// By their names, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Family)> {
        self.by_name.iter().map(|(name, family)| (name.as_str(), family))
    }

    pub(super) fn into_messages(self) -> Vec<MetricFamily> {
        self.by_name.into_iter().map(|(name, family)| family.into_message(name)).collect()
    }
}

impl Family {
    fn new(kind: MetricType, help: &str) -> Self {
        Self { kind, help: help.to_owned(), series: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, labels: LabelSet, shown: Shown) -> Result<(), LeftOut> {
        if self.series.contains_key(&labels) {
            return Err(LeftOut::SameLabels);
        }
        self.series.insert(labels, shown);
        Ok(())
    }

    fn into_message(self, name: String) -> MetricFamily {
        let series = self.series.into_iter().map(|(labels, shown)| {
            let mut metric = shown.metric;
            metric.set_label(labels.into_iter().map(label_pair).collect());
            metric
        });
        let mut message = MetricFamily::default();
        message.set_name(name);
        message.set_help(self.help);
        message.set_field_type(self.kind);
        message.set_metric(series.collect());
        message
    }
}

fn label_pair((name, value): (String, String)) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name);
    pair.set_value(value);
    pair
}
