//! The exporters that this collector has, behind one face.

use std::{sync::Arc, time::Duration};

use super::listening::{Forwarding, Listening, Serves};
use crate::{
    config::{Component, ComponentId, ExporterSettings},
    exporters::{
        debug::DebugExporter, file::FileExporter, otlp::OtlpExporter,
        prometheus::PrometheusExporter, trace_ring::TraceRing,
    },
    http::{Offer, Sockets, StartError},
    pipeline::Exporter,
    self_metrics::SelfMetrics,
    series::Store,
};

/// A started exporter.
#[derive(Debug)]
pub(super) struct RunningExporter {
    id: ComponentId,
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Shared with the graphs, which are gone once the receivers have stopped.
    Prometheus(Arc<PrometheusExporter>),
    Otlp(OtlpExporter),
    Debug(DebugExporter),
    File(FileExporter),
    TraceRing(TraceRing),
}

impl RunningExporter {
    /// Starts it; one after `before`, which runs, is given that one's queue when it takes over.
    pub(super) fn start(
        component: Component<ExporterSettings>,
        metrics: Arc<SelfMetrics>,
        sockets: &Sockets,
        before: Option<&Self>,
    ) -> Result<Self, StartError> {
        let name = format!("exporters.{}", component.id);
        let kind = match &component.settings {
            ExporterSettings::Prometheus(settings) => {
                let page = PrometheusExporter::start_on(sockets, &name, settings, metrics)?;
                Kind::Prometheus(Arc::new(page))
            }
            ExporterSettings::Otlp(settings) => Kind::Otlp(match before.map(|it| &it.kind) {
                Some(Kind::Otlp(before)) => OtlpExporter::start_after(before, settings, &metrics)?,
                _ => OtlpExporter::start(&name, settings, &metrics)?,
            }),
            ExporterSettings::Debug(settings) => {
                Kind::Debug(DebugExporter::start(&name, settings, &metrics)?)
            }
            ExporterSettings::File(settings) => {
                Kind::File(FileExporter::start(&name, settings, &metrics)?)
            }
            ExporterSettings::TraceRing(settings) => {
                Kind::TraceRing(TraceRing::start_on(sockets, &name, settings, &metrics)?)
            }
        };
        Ok(Self { id: component.id, name, kind })
    }

    pub(super) const fn id(&self) -> &ComponentId {
        &self.id
    }

    /// Goes on with the queue of the one that it was started after.
    pub(super) fn take_over(&mut self, before: &mut Self) {
        if let (Kind::Otlp(otlp), Kind::Otlp(before)) = (&mut self.kind, &mut before.kind) {
            otlp.take_over(before);
        }
    }

    /// The end that pipelines hand items to.
    pub(super) fn exporter(&self) -> Arc<dyn Exporter> {
        match &self.kind {
            Kind::Prometheus(prometheus) => Arc::clone(prometheus) as Arc<dyn Exporter>,
            Kind::Otlp(otlp) => otlp.exporter(),
            Kind::Debug(debug) => debug.exporter(),
            Kind::File(file) => file.exporter(),
            Kind::TraceRing(ring) => ring.exporter(),
        }
    }

    /// Whether it serves a page, rather than emptying a queue.
    pub(super) const fn is_page(&self) -> bool {
        matches!(self.kind, Kind::Prometheus(_) | Kind::TraceRing(_))
    }

    pub(super) fn series(&self) -> Option<&Arc<Store>> {
        match &self.kind {
            Kind::Prometheus(prometheus) => Some(prometheus.store()),
            _ => None,
        }
    }

    /// The collector's own series may be more by now: a page that limits series leaves room for them.
    pub(super) fn make_room_for_own(&self) {
        if let Kind::Prometheus(prometheus) = &self.kind {
            prometheus.make_room_for_own();
        }
    }

    /// The socket of its page, for the one that replaces it.
    pub(super) fn offer(&self) -> Option<Offer> {
        match &self.kind {
            Kind::Prometheus(prometheus) => prometheus.offer(),
            Kind::TraceRing(ring) => ring.offer(),
            Kind::Otlp(_) | Kind::Debug(_) | Kind::File(_) => None,
        }
    }

    pub(super) fn listening(&self) -> Option<Listening> {
        let (serves, address, is_secured) = match &self.kind {
            Kind::Prometheus(prometheus) => {
                (Serves::Metrics, prometheus.address(), prometheus.is_secured())
            }
            Kind::TraceRing(ring) => (Serves::Traces, ring.address(), ring.is_secured()),
            Kind::Otlp(_) | Kind::Debug(_) | Kind::File(_) => return None,
        };
        Some(Listening { component: self.name.clone(), serves, address, is_secured })
    }

    pub(super) fn forwarding(&self) -> Option<Forwarding> {
        match &self.kind {
            Kind::Otlp(otlp) => {
                let endpoint = otlp.endpoint().to_owned();
                Some(Forwarding { component: self.name.clone(), endpoint })
            }
            _ => None,
        }
    }

    pub(super) async fn shutdown(self, deadline: Duration) {
        match self.kind {
            Kind::Prometheus(prometheus) => {
                // A receiver that was cut off at the deadline may hold it for a moment longer; then dropping it is
                // what ends it.
                if let Some(prometheus) = Arc::into_inner(prometheus) {
                    prometheus.shutdown(deadline).await;
                }
            }
            Kind::Otlp(otlp) => otlp.shutdown(deadline).await,
            Kind::Debug(debug) => debug.shutdown(deadline).await,
            Kind::File(file) => file.shutdown(deadline).await,
            Kind::TraceRing(ring) => ring.shutdown(deadline).await,
        }
    }
}
