//! The receivers that this collector has, behind one face.

use std::{sync::Arc, time::Duration};

use super::listening::Listening;
use crate::{
    config::{Component, ComponentId, ReceiverSettings},
    http::{InFlight, Offer, Sockets, StartError, Threads},
    pipeline::{Intake, Switch},
    receivers::otlp::OtlpReceiver,
    self_metrics::SelfMetrics,
};

/// A started receiver.
#[derive(Debug)]
pub(super) struct RunningReceiver {
    id: ComponentId,
    name: String,
    /// Where what it receives goes.
    switch: Arc<Switch>,
    kind: OtlpReceiver,
}

impl RunningReceiver {
    /// Starts it behind the pipelines that it feeds.
    pub(super) fn start(
        component: &Component<ReceiverSettings>,
        switch: Switch,
        metrics: &SelfMetrics,
        of: (&Threads, &Sockets),
    ) -> Result<Self, StartError> {
        let name = format!("receivers.{}", component.id);
        let ReceiverSettings::Otlp(settings) = &component.settings;
        let limit = usize::try_from(settings.in_flight_bytes_max).unwrap_or(usize::MAX);
        let budget = InFlight::new(limit);
        metrics.requests_are_charged_to(&budget);
        let switch = Arc::new(switch);
        let intake = Arc::clone(&switch) as Arc<dyn Intake>;
        let kind = OtlpReceiver::start(&name, settings, &intake, &budget, metrics, of)?;
        Ok(Self { id: component.id.clone(), name, switch, kind })
    }

    pub(super) const fn id(&self) -> &ComponentId {
        &self.id
    }

    /// Where what it receives goes.
    pub(super) fn switch(&self) -> &Switch {
        &self.switch
    }

    pub(super) fn listening(&self) -> Vec<Listening> {
        Listening::of_receiver(&self.name, &self.kind)
    }

    /// The sockets of its listeners, for the one that replaces it.
    pub(super) fn offers(&self) -> impl Iterator<Item = Offer> + '_ {
        self.kind.offers()
    }

    pub(super) async fn shutdown(self, deadline: Duration) {
        self.kind.shutdown(deadline).await;
    }
}
