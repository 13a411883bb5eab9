//! Says of which stage and replica a point is, where an engine says no more than an index.
//!
//! Engines number themselves: vLLM has `engine`, SGLang and Dynamo have `dp_rank`. What such a number means is known to
//! whoever placed the engines, so a table turns it into `infer.stage` and `infer.replica`, on any metric that carries
//! it. If several indexes of one metric get the same stage and replica, their points become equal; the exporters decide
//! between them then.

use std::{collections::HashMap, sync::Arc};

use inferometer_semconv::attributes::{INFER_REPLICA, INFER_STAGE};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

use super::{
    action::{When, set},
    request::{Request, find},
    screen::Screen,
};
use crate::{
    otlp,
    pipeline::{Item, Processor, Refusal, Signal},
    self_metrics::SelfMetrics,
};

/// Settings of an `engine_identity` processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineIdentitySettings {
    /// The attribute of a point that holds the index.
    pub attribute: String,
    /// What each index stands for. An index is compared as text: 0 and "0" are the same.
    pub table: HashMap<String, EngineIdentity>,
    /// What happens to an index that the table does not have.
    pub unknown_index: UnknownIndex,
}

/// What an index stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineIdentity {
    /// Becomes `infer.stage`.
    pub stage: String,
    /// Becomes `infer.replica`.
    pub replica: u32,
}

/// What happens to an index that the table does not have. Either way the point stays, and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownIndex {
    /// The point stays as it is.
    #[default]
    Keep,
    /// The index is taken away.
    DropAttribute,
}

/// Replaces the index of every point by stage and replica. A point that already says its stage or replica keeps what it
/// says. Traces and logs pass untouched.
#[derive(Debug)]
pub struct EngineIdentities {
    settings: EngineIdentitySettings,
    screen: Screen,
    metrics: Arc<SelfMetrics>,
}

impl EngineIdentities {
    /// A processor with these settings.
    #[must_use]
    pub fn new(settings: EngineIdentitySettings, metrics: Arc<SelfMetrics>) -> Self {
        let screen = Screen::new(Some([settings.attribute.as_str()]));
        Self { settings, screen, metrics }
    }

    /// Whether the attributes are different then.
    fn identify(&self, attributes: &mut Vec<KeyValue>) -> Found {
        let EngineIdentitySettings { attribute, table, unknown_index } = &self.settings;
        let Some(index) = find(attributes, attribute) else {
            return Found::NoIndex;
        };
        let Some(identity) = table.get(&*otlp::text(index.value.as_ref())) else {
            if *unknown_index == UnknownIndex::DropAttribute {
                attributes.retain(|other| other.key != *attribute);
            }
            return Found::Unknown;
        };
        attributes.retain(|other| other.key != *attribute);
        let stage = Value::StringValue(identity.stage.clone());
        set(attributes, INFER_STAGE.key, stage, When::Absent);
        let replica = Value::IntValue(identity.replica.into());
        set(attributes, INFER_REPLICA.key, replica, When::Absent);
        Found::Known
    }
}

enum Found {
    NoIndex,
    Unknown,
    Known,
}

impl Processor for EngineIdentities {
    fn process(&self, item: Item) -> Result<Item, Refusal> {
        if item.signal != Signal::Metrics {
            return Ok(item);
        }
        let (mut known, mut unknown) = (false, 0);
        let item = Request::rewrite(item, &self.screen, |request| {
            request.each_item(|_, attributes| match self.identify(attributes) {
                Found::NoIndex => {}
                Found::Known => known = true,
                Found::Unknown => unknown += 1,
            });
            known || (unknown > 0 && self.settings.unknown_index == UnknownIndex::DropAttribute)
        })?;
        self.metrics.unknown_engine_index(unknown);
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::metrics::v1::NumberDataPoint;

    use super::*;
    use crate::processors::request::samples::{self, attribute, text};

    fn processor(unknown_index: UnknownIndex) -> EngineIdentities {
        let table = [("0", "prefill", 0), ("1", "decode", 0), ("7587", "decode", 1)];
        let table = table.map(|(index, stage, replica)| {
            (index.to_owned(), EngineIdentity { stage: stage.to_owned(), replica })
        });
        let attribute = "engine".to_owned();
        let settings = EngineIdentitySettings { attribute, table: table.into(), unknown_index };
        EngineIdentities::new(settings, Arc::default())
    }

    /// What becomes of a point's attributes, as text, and how many unknown indexes are counted.
    fn check(unknown_index: UnknownIndex, attributes: &[KeyValue], expected: &str, counted: i64) {
        let point = NumberDataPoint { attributes: attributes.to_vec(), ..Default::default() };
        let item =
            samples::item(&samples::metrics(vec![samples::gauge("queue.depth", vec![point])]));
        let (processor, before) = (processor(unknown_index), item.bytes.clone());
        let processed = processor.process(item).unwrap();
        let mut spelled = Vec::new();
        let mut request = Request::decode(Signal::Metrics, processed.bytes.clone()).unwrap();
        request.each_item(|_, seen| {
            let pair = |it: &KeyValue| format!("{}={}", it.key, otlp::text(it.value.as_ref()));
            spelled.extend(seen.iter().map(pair));
            assert_eq!(*seen == attributes, before.as_ptr() == processed.bytes.as_ptr());
        });
        assert_eq!(spelled.join(" "), expected);
        assert_eq!(
            samples::shown(&processor.metrics, "infer.collector.engine_index.unknown"),
            counted
        );
    }

    #[test]
    fn an_index_becomes_stage_and_replica_whatever_its_type() {
        let keep = UnknownIndex::Keep;
        for index in [text("1"), Value::IntValue(1), Value::DoubleValue(1.0)] {
            let attributes = vec![attribute("model", text("m")), attribute("engine", index)];
            check(keep, &attributes, "model=m infer.stage=decode infer.replica=0", 0);
        }
        check(keep, &[attribute("engine", text("7587"))], "infer.stage=decode infer.replica=1", 0);
    }

    #[test]
    fn an_index_outside_the_table_is_counted() {
        let attributes = || vec![attribute("engine", text("none")), attribute("model", text("m"))];
        check(UnknownIndex::Keep, &attributes(), "engine=none model=m", 1);
        check(UnknownIndex::DropAttribute, &attributes(), "model=m", 1);
    }

    #[test]
    fn a_point_without_an_index_stays_as_it_is() {
        check(UnknownIndex::DropAttribute, &[attribute("dp_rank", text("1"))], "dp_rank=1", 0);
        let mentioned = vec![attribute("model", text("engine"))];
        check(UnknownIndex::DropAttribute, &mentioned, "model=engine", 0);
    }

    #[test]
    fn what_a_point_says_itself_stays() {
        let attributes =
            vec![attribute("infer.stage", text("talker")), attribute("engine", text("0"))];
        check(UnknownIndex::Keep, &attributes, "infer.stage=talker infer.replica=0", 0);
    }

    #[test]
    fn every_kind_of_point_is_identified() {
        let mut request = samples::every_kind_of_point();
        request.each_item(|_, attributes| attributes.push(attribute("engine", text("0"))));
        let processed = processor(UnknownIndex::Keep).process(samples::item(&request)).unwrap();
        let mut request = Request::decode(Signal::Metrics, processed.bytes).unwrap();
        let mut identified = 0;
        request.each_item(|_, attributes| {
            identified += u32::from(find(attributes, "infer.stage").is_some());
            assert!(find(attributes, "engine").is_none());
        });
        assert_eq!(identified, 10);
    }

    #[test]
    fn other_signals_pass_untouched() {
        let mut request = samples::request(Signal::Traces, 1);
        request.each_item(|_, attributes| attributes.push(attribute("engine", text("0"))));
        let item = samples::item(&request);
        let bytes = item.bytes.clone();
        let processed = processor(UnknownIndex::Keep).process(item).unwrap();
        assert_eq!(processed.bytes.as_ptr(), bytes.as_ptr());
    }
}
