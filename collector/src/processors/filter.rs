//! Drops metrics, points, spans and log records: the Collector's `filter` processor.
//!
//! What is dropped is counted as `filtered`, and no longer among the items of the request. A request in which nothing
//! is dropped passes with the bytes that it came in. The sender is not told: dropping is what the operator asked for.

mod condition;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod parse;

use opentelemetry_proto::tonic::common::v1::KeyValue;

pub use self::condition::{Condition, Level};
use super::{
    decoding::Decoding,
    matching::{self, AttributeMatch, Match, Selection, TextMatch, ValueMatch},
    request::{Context, Request, Subject},
    screen::Screen,
};
use crate::pipeline::{Item, Processor, Refusal};

/// Settings of a `filter` processor: what it keeps and what it drops. Empty ones drop nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FilterSettings {
    /// `metrics.include`: others are dropped.
    pub include_metrics: Option<MetricMatch>,
    /// `metrics.exclude`
    pub exclude_metrics: Option<MetricMatch>,
    /// `spans`
    pub spans: Selection,
    /// `logs`
    pub logs: Selection,
    /// `metrics.metric`: a metric for which one of them is true is dropped.
    pub metric: Vec<Condition>,
    /// `metrics.datapoint`
    pub datapoint: Vec<Condition>,
    /// `traces.span`
    pub span: Vec<Condition>,
    /// `logs.log_record`
    pub log_record: Vec<Condition>,
}

/// What a metric must be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricMatch {
    /// One of these names, if there are any.
    pub metric_names: Vec<TextMatch>,
    /// All of these attributes of its resource.
    pub resource_attributes: Vec<AttributeMatch>,
}

/// The processor.
#[derive(Debug)]
pub struct Filter {
    settings: FilterSettings,
    screen: Screen,
}

impl Filter {
    /// A processor with these settings.
    #[must_use]
    pub fn new(settings: FilterSettings) -> Self {
        let screen = Screen::new(settings.needed_texts());
        Self { settings, screen }
    }
}

impl Processor for Filter {
    fn process(&self, mut item: Item) -> Result<Item, Refusal> {
        if !self.screen.lets_through(&item.bytes) {
            return Ok(item);
        }
        let _room = Decoding::of(item.signal, &item.bytes)?;
        let mut request = Request::of(&item)?;
        let before = request.items();
        request.retain_metrics(|context| self.settings.keeps(context, &[]));
        if self.settings.looks_at_items() {
            request
                .retain_items(|context, attributes| self.settings.keeps_item(context, attributes));
        }
        let dropped = before - request.items();
        if dropped > 0 {
            item.bytes = request.encode();
            item.counts.items = item.counts.items.saturating_sub(dropped);
        }
        Ok(item)
    }
}

impl FilterSettings {
    /// Whether anything but whole metrics can be dropped.
    fn looks_at_items(&self) -> bool {
        let none = Selection::default();
        self.spans != none
            || self.logs != none
            || !(self.datapoint.is_empty() && self.span.is_empty() && self.log_record.is_empty())
    }

    /// A metric's points were asked about the metric before.
    fn keeps_item(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        match context.subject {
            Subject::Metric { .. } => !any(&self.datapoint, context, attributes),
            Subject::Span(_) | Subject::Log(_) => self.keeps(context, attributes),
        }
    }

    fn keeps(&self, context: Context<'_>, attributes: &[KeyValue]) -> bool {
        match context.subject {
            Subject::Metric { metric, .. } => {
                let (include, exclude) = (&self.include_metrics, &self.exclude_metrics);
                include
                    .as_ref()
                    .is_none_or(|include| include.includes(&metric.name, context.resource))
                    && !exclude
                        .as_ref()
                        .is_some_and(|exclude| exclude.excludes(&metric.name, context.resource))
                    && !any(&self.metric, context, attributes)
            }
            Subject::Span(_) => {
                self.spans.selects(context, attributes) && !any(&self.span, context, attributes)
            }
            Subject::Log(_) => {
                self.logs.selects(context, attributes)
                    && !any(&self.log_record, context, attributes)
            }
        }
    }

    /// Texts of which a request must hold one for anything to be dropped; nothing if it may do without.
    fn needed_texts(&self) -> Option<Vec<&str>> {
        let Self { include_metrics, exclude_metrics, spans, logs, .. } = self;
        if include_metrics.is_some() || spans.include.is_some() || logs.include.is_some() {
            return None;
        }
        let mut needed = Vec::new();
        if let Some(exclude) = exclude_metrics {
            needed
                .extend(exclude.metric_names.iter().map(needed_text).collect::<Option<Vec<_>>>()?);
            needed.extend(
                exclude.resource_attributes.first().map(|attribute| attribute.key.as_str()),
            );
        }
        for exclude in [&spans.exclude, &logs.exclude].into_iter().flatten() {
            needed.extend(one_needed(exclude)?);
        }
        let conditions = [&self.metric, &self.datapoint, &self.span, &self.log_record];
        for condition in conditions.into_iter().flatten() {
            needed.extend(condition.needed_texts()?);
        }
        Some(needed)
    }
}

fn any(conditions: &[Condition], context: Context<'_>, attributes: &[KeyValue]) -> bool {
    conditions.iter().any(|condition| condition.holds(context, attributes))
}

fn needed_text(text: &TextMatch) -> Option<&str> {
    match text {
        TextMatch::Exact(exact) => Some(exact),
        TextMatch::Pattern(_) => None,
    }
}

/// Texts of one of its properties, of which a request must hold one.
fn one_needed(properties: &Match) -> Option<Vec<&str>> {
    let Match { services, resources, attributes, span_names, log_bodies, .. } = properties;
    if let Some(attribute) = attributes.first().or(resources.first()) {
        let value = match &attribute.value {
            Some(ValueMatch::Exact(
                opentelemetry_proto::tonic::common::v1::any_value::Value::StringValue(text),
            )) => text,
            _ => &attribute.key,
        };
        return Some(vec![value]);
    }
    let texts = [span_names, services].into_iter().find(|texts| !texts.is_empty());
    // Bodies are compared as text, which need not be how they are written.
    let texts = texts.filter(|_| log_bodies.is_empty())?;
    texts.iter().map(needed_text).collect()
}

impl MetricMatch {
    /// All that is given must hold.
    fn includes(&self, name: &str, resource: &[KeyValue]) -> bool {
        (self.metric_names.is_empty() || matching::one(&self.metric_names, name))
            && matching::all(&self.resource_attributes, resource)
    }

    /// Either a name or the resource is enough.
    fn excludes(&self, name: &str, resource: &[KeyValue]) -> bool {
        matching::one(&self.metric_names, name)
            || (!self.resource_attributes.is_empty()
                && matching::all(&self.resource_attributes, resource))
    }
}

#[cfg(test)]
mod tests;
