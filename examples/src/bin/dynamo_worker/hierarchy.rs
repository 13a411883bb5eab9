//! Namespace, component and endpoint: each level adds its label to everything below it.

use inferometer_sdk::{EngineBuilder, Telemetry};
use opentelemetry::KeyValue;

const MODEL: &str = "llama-3-70b";

pub(crate) struct Namespace<'a> {
    telemetry: &'a Telemetry,
    label: KeyValue,
}

pub(crate) struct Component<'a> {
    telemetry: &'a Telemetry,
    labels: [KeyValue; 2],
}

impl<'a> Namespace<'a> {
    pub(crate) fn new(telemetry: &'a Telemetry, name: &'static str) -> Self {
        Self { telemetry, label: KeyValue::new("dynamo_namespace", name) }
    }

    pub(crate) fn component(&self, name: &'static str) -> Component<'a> {
        let labels = [self.label.clone(), KeyValue::new("dynamo_component", name)];
        Component { telemetry: self.telemetry, labels }
    }
}

impl Component<'_> {
    pub(crate) fn endpoint(&self, name: &'static str) -> EngineBuilder {
        let [namespace, component] = self.labels.clone();
        self.telemetry
            .engine(MODEL)
            .provider("dynamo-example")
            .label(namespace)
            .label(component)
            .label(KeyValue::new("dynamo_endpoint", name))
    }
}
