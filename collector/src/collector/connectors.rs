//! The connectors that this collector has, behind one face.

use std::{sync::Arc, time::Duration};

use inferometer_sdk::SystemClock;

use crate::{
    config::{Component, ComponentId, ConnectorSettings},
    connectors::SpanMetrics,
    pipeline::{Exporter, Switch},
    self_metrics::SelfMetrics,
};

/// A started connector.
#[derive(Debug)]
pub(super) struct RunningConnector {
    id: ComponentId,
    /// Where what it makes goes.
    switch: Arc<Switch>,
    kind: SpanMetrics,
}

impl RunningConnector {
    /// Starts it before the pipelines that it feeds.
    pub(super) fn start(
        component: Component<ConnectorSettings>,
        switch: Switch,
        metrics: &SelfMetrics,
    ) -> Self {
        let name = format!("connectors.{}", component.id);
        let switch = Arc::new(switch);
        let intake = Arc::clone(&switch) as _;
        let ConnectorSettings::SpanMetrics(settings) = component.settings;
        let (source, clock) = (SelfMetrics::new_source(), Arc::new(SystemClock::new()));
        let kind = SpanMetrics::start(&name, *settings, intake, source, clock, metrics);
        Self { id: component.id, switch, kind }
    }

    pub(super) const fn id(&self) -> &ComponentId {
        &self.id
    }

    /// Where what it makes goes.
    pub(super) fn switch(&self) -> &Switch {
        &self.switch
    }

    /// The end that pipelines hand items to.
    pub(super) fn exporter(&self) -> Arc<dyn Exporter> {
        self.kind.exporter()
    }

    pub(super) async fn shutdown(self, deadline: Duration) {
        self.kind.shutdown(deadline).await;
    }
}
