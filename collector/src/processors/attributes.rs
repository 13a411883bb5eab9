//! Changes attributes of points, spans and log records, or of the resources that they belong to.
//!
//! A request in which nothing changes passes with the bytes that it came in. Taking an attribute away, or making its
//! values equal, can make two points of one metric equal: then the exporters decide between them, as for a sender that
//! sends two.

use super::{
    action::{self, Action},
    matching::Selection,
    request::Request,
    screen::Screen,
};
use crate::pipeline::{Item, Processor, Refusal};

/// Settings of an `attributes` processor.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributesSettings {
    /// Made in this order.
    pub actions: Vec<Action>,
    /// To which points, spans and log records.
    pub selection: Selection,
}

/// The Collector's `attributes` processor.
#[derive(Debug)]
pub struct Attributes {
    settings: AttributesSettings,
    screen: Screen,
}

impl Attributes {
    /// A processor with these settings.
    #[must_use]
    pub fn new(settings: AttributesSettings) -> Self {
        let screen = Screen::new(action::needed_keys(&settings.actions));
        Self { settings, screen }
    }
}

impl Processor for Attributes {
    fn process(&self, item: Item) -> Result<Item, Refusal> {
        let AttributesSettings { actions, selection } = &self.settings;
        Request::rewrite(item, &self.screen, |request| {
            let mut changed = false;
            request.each_item(|context, attributes| {
                if selection.selects(context, attributes) {
                    changed |= action::apply(actions, attributes);
                }
            });
            changed
        })
    }
}

/// The Collector's `resource` processor.
#[derive(Debug)]
pub struct Resource {
    actions: Vec<Action>,
    screen: Screen,
}

impl Resource {
    /// A processor that makes these changes, in their order, to every resource.
    #[must_use]
    pub fn new(actions: Vec<Action>) -> Self {
        let screen = Screen::new(action::needed_keys(&actions));
        Self { actions, screen }
    }
}

impl Processor for Resource {
    fn process(&self, item: Item) -> Result<Item, Refusal> {
        Request::rewrite(item, &self.screen, |request| {
            let mut changed = false;
            request.each_resource(|attributes| changed |= action::apply(&self.actions, attributes));
            changed
        })
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

    use super::*;
    use crate::{
        pipeline::Signal,
        processors::{
            action::{Keys, Source, When},
            matching::{AttributeMatch, Match, ValueMatch},
            request::samples::{self, attribute, text},
        },
    };

    fn upsert(key: &str) -> Action {
        Action::Set { key: key.into(), source: Source::Value(text("x")), when: When::Always }
    }

    fn delete(key: &str) -> Action {
        Action::Delete(Keys { key: Some(key.into()), pattern: None })
    }

    fn of_items(mut request: Request) -> Vec<Vec<KeyValue>> {
        let mut all = Vec::new();
        request.each_item(|_, attributes| all.push(attributes.clone()));
        all
    }

    fn decoded(item: &Item) -> Request {
        Request::decode(item.signal, item.bytes.clone()).unwrap()
    }

    #[test]
    fn selected_items_of_every_signal_and_kind_are_changed() {
        let second = ValueMatch::Exact(Value::IntValue(1));
        let attributes = vec![AttributeMatch { key: "n".into(), value: Some(second) }];
        let include = Some(Match { attributes, ..Match::default() });
        let processor = Attributes::new(AttributesSettings {
            actions: vec![upsert("added"), delete("n")],
            selection: Selection { include, exclude: None },
        });
        let requests = Signal::ALL.map(|signal| samples::request(signal, 2));
        for request in requests.into_iter().chain([samples::every_kind_of_point()]) {
            let processed = processor.process(samples::item(&request)).unwrap();
            let pairs = request.items() / 2;
            assert_eq!(processed.counts.items, 2 * pairs);
            let changed = of_items(decoded(&processed));
            for pair in changed.chunks(2) {
                assert_eq!(pair[0], [attribute("n", Value::IntValue(0))]);
                assert_eq!(pair[1], [attribute("added", text("x"))]);
            }
            assert_eq!(changed.len() as u64, 2 * pairs);
        }
    }

    #[test]
    fn the_resource_alone_is_changed() {
        for signal in Signal::ALL {
            let request = samples::request(signal, 2);
            let processor = Resource::new(vec![upsert("added"), delete("service.name")]);
            let processed = processor.process(samples::item(&request)).unwrap();
            let mut seen = decoded(&processed);
            seen.each_resource(|attributes| {
                assert_eq!(*attributes, [attribute("added", text("x"))]);
                *attributes = vec![attribute("service.name", text("engine"))];
            });
            assert_eq!(seen, request);
        }
    }

    #[test]
    fn what_is_not_changed_keeps_its_bytes() {
        let item = samples::item(&samples::request(Signal::Metrics, 2));
        let address = item.bytes.as_ptr();
        let processors: [Box<dyn Processor>; 3] = [
            Box::new(Resource::new(vec![delete("absent")])),
            // It gets through the screen, as the key is a point's.
            Box::new(Resource::new(vec![delete("n")])),
            Box::new(Attributes::new(AttributesSettings {
                actions: vec![delete("service.name")],
                selection: Selection::default(),
            })),
        ];
        for processor in processors {
            assert_eq!(processor.process(item.clone()).unwrap().bytes.as_ptr(), address);
        }
    }

    #[test]
    fn bytes_that_another_processor_broke_are_refused() {
        let processor = Resource::new(vec![upsert("added")]);
        let item = crate::pipeline::testing::item(Signal::Traces);
        assert!(processor.process(item).unwrap_err().to_string().starts_with("malformed: "));
    }
}
