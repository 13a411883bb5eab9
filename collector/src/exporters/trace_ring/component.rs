//! The component: an end for pipelines, and a page.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use inferometer_semconv::attributes::CollectorListener;
use parking_lot::Mutex;

use super::{page::Page, ring::Ring, span};
use crate::{
    config::TraceRingSettings,
    http::{Offer, Protection, Server, Sockets, StartError, Threads},
    pipeline::{Exporter, Item, Refusal, RejectReason, Reservation, Signal},
    self_metrics::{ExporterMetrics, SelfMetrics},
};

/// The latest traces, and the listener that shows them.
#[derive(Debug)]
pub struct TraceRing {
    keeper: Arc<Keeper>,
    server: Server,
}

impl TraceRing {
    /// Listens and keeps traces until it is shut down. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint cannot be listened on, or a file of TLS not be used.
    pub fn start(
        name: &str,
        settings: &TraceRingSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        Self::start_on(&Sockets::default(), name, settings, metrics)
    }

    /// The same with a socket of `sockets`.
    ///
    /// # Errors
    /// As [`TraceRing::start`].
    pub(crate) fn start_on(
        sockets: &Sockets,
        name: &str,
        settings: &TraceRingSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let size = |bound: u64| usize::try_from(bound).unwrap_or(usize::MAX);
        let ring = Ring::new(size(settings.max_traces), size(settings.max_bytes));
        let ring = Arc::new(Mutex::new(ring));
        let page = Arc::new(Page::new(Arc::clone(&ring)));
        let connections = metrics.connections(CollectorListener::Traces);
        let protection = Protection::start(name, &settings.protection, &connections)?;
        let socket = sockets.listen(name, &settings.endpoint.to_string())?;
        let (limits, here) = (settings.limits.clone(), Threads::default());
        Ok(Self {
            server: Server::bind_on(&here, socket, page, limits, connections, protection)?,
            keeper: Arc::new(Keeper { ring, metrics: metrics.exporter(name) }),
        })
    }

    /// The end that pipelines hand traces to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::clone(&self.keeper) as Arc<dyn Exporter>
    }

    /// Where the page is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Whether the page is served by TLS.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.server.is_secured()
    }

    /// Spans in the ring now.
    #[must_use]
    pub fn spans(&self) -> u64 {
        self.keeper.ring.lock().spans()
    }

    /// The page's socket, for the one that replaces it.
    pub(crate) fn offer(&self) -> Option<Offer> {
        self.server.offer()
    }

    /// Stops the page once open queries are answered, at most until `deadline`. The ring goes with the component.
    pub async fn shutdown(self, deadline: Duration) {
        self.server.shutdown(deadline).await;
    }
}

/// Puts spans into the ring.
struct Keeper {
    ring: Arc<Mutex<Ring>>,
    metrics: Arc<ExporterMetrics>,
}

impl Exporter for Keeper {
    /// There is always room: the oldest trace makes it.
    fn reserve(&self, _: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        Ok(Box::new(Place(self)))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        visit(&self.metrics);
    }
}

struct Place<'a>(&'a Keeper);

impl Reservation for Place<'_> {
    fn commit(self: Box<Self>, item: Item) {
        let Keeper { ring, metrics } = self.0;
        let reject = |reason, spans: u64, message: &str| {
            metrics.rejected(item.signal, reason, spans);
            item.ack.reject(spans, || format!("trace ring: {message}"));
        };
        if item.signal != Signal::Traces {
            let message = "only traces are kept; send this signal to another exporter";
            return reject(RejectReason::NotExpressible, item.counts.items, message);
        }
        let (mut invalid, mut kept, mut evicted) = (0, 0, 0);
        for span in span::spans(&item.bytes) {
            match span {
                // The lock is taken for each span, so that a page never waits for a whole request.
                Ok((id, span)) => {
                    kept += 1;
                    evicted += ring.lock().push(id, span);
                }
                Err(span::InvalidId) => invalid += 1,
            }
        }
        metrics.queued(Signal::Traces, kept);
        metrics.dequeued(Signal::Traces, evicted);
        // Whoever sent this request had it taken: what went is older.
        metrics.rejected(Signal::Traces, RejectReason::Evicted, evicted);
        if invalid > 0 {
            let message = format!(
                "{invalid} spans without valid ids; give 16 bytes of trace id and 8 of span id, not all zero"
            );
            reject(RejectReason::InvalidPoint, invalid, &message);
        }
        // Receivers have checked the bytes; a processor might have broken them since.
        let unread = item.counts.items.saturating_sub(kept + invalid);
        if unread > 0 {
            reject(RejectReason::InvalidPoint, unread, "the request cannot be read");
        }
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("spans", &self.ring.lock().spans()).finish_non_exhaustive()
    }
}
