//! The collector's own counters of items, by component and signal.

use std::collections::{BTreeMap, HashMap};

use inferometer_semconv::{attributes, metrics};
use opentelemetry_proto::tonic::{
    common::v1::{KeyValue, any_value},
    metrics::v1::{Metric, NumberDataPoint, metric, number_data_point},
};

use crate::{pipeline::Signal, self_metrics::SelfMetrics};

/// Values by counter, component and signal; those of losses by reason, too, without those that are 0.
#[derive(Debug, Default)]
pub(super) struct Counts {
    totals: HashMap<(&'static str, String, Signal), u64>,
    reasons: HashMap<(&'static str, String, Signal), BTreeMap<String, u64>>,
}

/// A counter: its name, and the attributes that say whose it is and why.
pub(super) type Counter = (&'static str, &'static str, Option<&'static str>);

const RECEIVER: &str = attributes::INFER_COLLECTOR_RECEIVER.key;
const EXPORTER: &str = attributes::INFER_COLLECTOR_EXPORTER.key;
const REFUSAL: Option<&str> = Some(attributes::INFER_COLLECTOR_REFUSAL_REASON.key);
const REJECTION: Option<&str> = Some(attributes::INFER_COLLECTOR_REJECTION_REASON.key);

pub(super) const ACCEPTED: Counter = (metrics::INFER_COLLECTOR_ITEM_ACCEPTED.name, RECEIVER, None);
pub(super) const REFUSED: Counter =
    (metrics::INFER_COLLECTOR_REQUEST_REFUSED.name, RECEIVER, REFUSAL);
pub(super) const EXPORTED: Counter = (metrics::INFER_COLLECTOR_ITEM_EXPORTED.name, EXPORTER, None);
pub(super) const QUEUED: Counter = (metrics::INFER_COLLECTOR_ITEM_QUEUED.name, EXPORTER, None);
pub(super) const REJECTED: Counter =
    (metrics::INFER_COLLECTOR_ITEM_REJECTED.name, EXPORTER, REJECTION);
const ALL: [Counter; 5] = [ACCEPTED, REFUSED, EXPORTED, QUEUED, REJECTED];

impl Counts {
    /// As they stand now.
    pub(super) fn of(metrics: &SelfMetrics) -> Self {
        let mut counts = Self::default();
        metrics.collect(|request| {
            let scopes = request.resource_metrics.iter().flat_map(|of| &of.scope_metrics);
            scopes.flat_map(|scope| &scope.metrics).for_each(|metric| counts.add(metric));
        });
        counts
    }

    fn add(&mut self, metric: &Metric) {
        let Some(counter) = ALL.into_iter().find(|(name, ..)| *name == metric.name) else {
            return;
        };
        if let Some(metric::Data::Sum(sum)) = &metric.data {
            sum.data_points.iter().for_each(|point| {
                self.add_point(counter, point);
            });
        }
    }

    fn add_point(&mut self, (name, whose, why): Counter, point: &NumberDataPoint) -> Option<()> {
        let Some(number_data_point::Value::AsInt(value)) = point.value else { return None };
        let value = u64::try_from(value).ok()?;
        let signal = text(&point.attributes, attributes::INFER_SIGNAL.key)?;
        let signal = Signal::ALL.into_iter().find(|known| known.as_str() == signal)?;
        let key = (name, text(&point.attributes, whose)?.to_owned(), signal);
        if let Some(reason) = why.and_then(|why| text(&point.attributes, why)).filter(|_| value > 0)
        {
            let reasons = self.reasons.entry(key.clone()).or_default();
            *reasons.entry(reason.to_owned()).or_default() += value;
        }
        *self.totals.entry(key).or_default() += value;
        Some(())
    }

    /// Of a component, of all its listeners together.
    pub(super) fn total(&self, (name, ..): Counter, id: &str, signal: Signal) -> u64 {
        self.totals.get(&(name, id.to_owned(), signal)).copied().unwrap_or(0)
    }

    /// The same by reason.
    pub(super) fn reasons(
        &self,
        (name, ..): Counter,
        id: &str,
        signal: Signal,
    ) -> BTreeMap<String, u64> {
        self.reasons.get(&(name, id.to_owned(), signal)).cloned().unwrap_or_default()
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some(text),
        _ => None,
    }
}
