//! The extension: a listener on a thread of its own, which answers also while all others hang.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;

use super::page::Page;
use crate::{
    config::{Component, HealthCheckSettings},
    http::{PageServer, Protection, StartError},
    self_metrics::SelfMetrics,
};

/// One listener that says whether the collector works. Dropping it cuts its connections.
#[derive(Debug)]
pub(crate) struct HealthCheck {
    name: String,
    server: PageServer,
}

impl HealthCheck {
    /// Starts those that the configuration has. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// An endpoint cannot be listened on, or a file of TLS or of credentials not be used.
    pub(crate) fn start_all(
        components: Vec<Component<HealthCheckSettings>>,
        metrics: &Arc<SelfMetrics>,
    ) -> Result<Vec<Self>, StartError> {
        let ids: Arc<[String]> = components.iter().map(|it| it.id.to_string()).collect();
        let start = |Component { id, settings }: Component<HealthCheckSettings>| {
            let page = Page::new(Arc::clone(metrics), Arc::clone(&ids), settings.path.clone());
            Self::start(format!("extensions.{id}"), settings, page, metrics)
        };
        components.into_iter().map(start).collect()
    }

    fn start(
        name: String,
        settings: HealthCheckSettings,
        page: Page,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let connections = metrics.connections(CollectorListener::Health);
        let protection = Protection::start(&name, &settings.protection, &connections)?;
        let HealthCheckSettings { endpoint, limits, .. } = settings;
        let server = PageServer::start(
            (&name, "health-page"),
            endpoint,
            Arc::new(page),
            limits,
            connections,
            protection,
        )?;
        Ok(Self { name, server })
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

    /// Stops accepting, and waits until open requests are answered, at most until `deadline`.
    pub(crate) async fn shutdown(self, deadline: Duration) {
        self.server.shutdown(deadline).await;
    }
}
