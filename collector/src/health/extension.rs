//! The extension: a listener on a thread of its own, which answers also while all others hang.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;

use super::page::Page;
use crate::{
    config::{Component, ComponentId, HealthCheckSettings},
    http::{Offer, PageServer, Protection, Sockets, StartError},
    self_metrics::SelfMetrics,
};

/// One listener that says whether the collector works. Dropping it cuts its connections.
#[derive(Debug)]
pub(crate) struct HealthCheck {
    id: ComponentId,
    name: String,
    server: PageServer,
    page: Arc<Page>,
}

impl HealthCheck {
    /// Starts it. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint cannot be listened on, or a file of TLS or of credentials not be used.
    pub(crate) fn start(
        Component { id, settings }: Component<HealthCheckSettings>,
        metrics: &Arc<SelfMetrics>,
        sockets: &Sockets,
    ) -> Result<Self, StartError> {
        let name = format!("extensions.{id}");
        let page = Arc::new(Page::new(Arc::clone(metrics), settings.path.clone(), settings.reload));
        let connections = metrics.connections(CollectorListener::Health);
        let protection = Protection::start(&name, &settings.protection, &connections)?;
        let HealthCheckSettings { endpoint, limits, .. } = settings;
        let server = PageServer::start(
            "health-page",
            sockets.listen(&name, &endpoint.to_string())?,
            Arc::clone(&page),
            limits,
            connections,
            protection,
        )?;
        Ok(Self { id, name, server, page })
    }

    pub(crate) const fn id(&self) -> &ComponentId {
        &self.id
    }

    /// Its place in the configuration.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The address that it really listens on.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Whether it speaks TLS.
    pub(crate) const fn is_secured(&self) -> bool {
        self.server.is_secured()
    }

    /// Its socket, for the one that replaces it.
    pub(crate) fn offer(&self) -> Option<Offer> {
        self.server.offer()
    }

    /// Stops accepting, and waits until open requests are answered, at most until `deadline`.
    pub(crate) async fn shutdown(self, deadline: Duration) {
        self.page.end();
        self.server.shutdown(deadline).await;
    }
}
