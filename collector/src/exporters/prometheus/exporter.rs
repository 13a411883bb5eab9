//! The component: a store, its page, and the task that forgets what has ended.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use inferometer_semconv::attributes::{
    CollectorEndReason, CollectorListener, CollectorLookupResult,
};
use parking_lot::Mutex;
use prost::Message;
use tokio::{
    task::JoinHandle,
    time::{self, Instant, MissedTickBehavior},
};

use super::{
    ingest::{Applied, Ingest},
    label_guard::LabelOffender,
    scrape::Scrape,
    translate::Translation,
};
use crate::{
    config::PrometheusSettings,
    http::{Offer, PageServer, Protection, Sockets, StartError},
    pipeline::{Exporter, Item, Refusal, RejectReason, Reservation, Signal},
    self_metrics::{ExporterMetrics, SelfMetrics},
    series::{Limits, Stats, Store},
};

/// How often ended series are looked for; expiry is late by this much at most.
const EXPIRY_INTERVAL_MAX: Duration = Duration::from_secs(15);
/// A short expiration is checked ten times within itself, but no more often than this.
const EXPIRY_INTERVAL_MIN: Duration = Duration::from_millis(100);

/// Keeps the last point of every series and serves them on `/metrics`.
#[derive(Debug)]
pub struct PrometheusExporter {
    state: Arc<State>,
    server: PageServer,
    _expiry: Background,
}

/// A task that ends with its owner.
#[derive(Debug)]
struct Background(JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What pipelines, scrapes and expiry share. With its end the counters of stores know it no more.
#[derive(Debug)]
pub(super) struct State {
    name: String,
    translation: Translation,
    /// The translation of the collector's own metrics.
    own_translation: Translation,
    ingest: Ingest,
    metrics: Arc<SelfMetrics>,
    /// What became of points, as this exporter counts it.
    counts: Arc<ExporterMetrics>,
    /// Values shown as `other`, as they were told to the metrics last.
    folded: AtomicU64,
    /// What the store held when it was told to the metrics last.
    told: Mutex<Stats>,
    /// Series that are not the collector's own.
    max_series: usize,
    /// Zero of the store's clock.
    started: Instant,
    /// Reasons that were logged before; further rejections are only counted.
    warned: [AtomicBool; RejectReason::ALL.len()],
}

impl PrometheusExporter {
    /// Listens, and forgets ended series until it is shut down.
    ///
    /// `name` is the component's id, which errors and logs name. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// The endpoint cannot be listened on, a file of TLS not be used, or the thread of its page not be started.
    pub fn start(
        name: &str,
        settings: &PrometheusSettings,
        metrics: Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        Self::start_on(&Sockets::default(), name, settings, metrics)
    }

    /// The same with a socket of `sockets`.
    ///
    /// # Errors
    /// As [`PrometheusExporter::start`].
    pub(crate) fn start_on(
        sockets: &Sockets,
        name: &str,
        settings: &PrometheusSettings,
        metrics: Arc<SelfMetrics>,
    ) -> Result<Self, StartError> {
        let counts = metrics.exporter(name);
        let max_series = usize::try_from(settings.max_series).unwrap_or(usize::MAX);
        let limits = Limits {
            // The collector's own series come first and on top, so that they are there when the limit is reached.
            max_series: max_series.saturating_add(metrics.series()),
            max_bytes: usize::try_from(settings.max_bytes).unwrap_or(usize::MAX),
            metric_expiration: settings.metric_expiration,
        };
        metrics.stores().opened(&limits);
        let connections = metrics.connections(CollectorListener::Metrics);
        let protection = Protection::start(name, &settings.protection, &connections)?;
        let state = Arc::new(State {
            name: name.to_owned(),
            translation: Translation::new(name, settings),
            own_translation: Translation::of_own(settings),
            ingest: Ingest::new(limits),
            metrics,
            counts,
            folded: AtomicU64::new(0),
            told: Mutex::default(),
            max_series,
            started: Instant::now(),
            warned: Default::default(),
        });
        state.show_own_metrics();
        let scrape = Scrape::new(Arc::clone(&state), settings);
        let server = PageServer::start(
            "metrics-page",
            sockets.listen(name, &settings.endpoint.to_string())?,
            Arc::new(scrape),
            settings.limits.clone(),
            connections,
            protection,
        )?;
        let interval =
            (limits.metric_expiration / 10).clamp(EXPIRY_INTERVAL_MIN, EXPIRY_INTERVAL_MAX);
        let (worker, expiry) =
            (state.counts.health().begin(name), expire(Arc::clone(&state), interval));
        let expiry = Background(tokio::spawn(async move {
            let _worker = worker;
            expiry.await;
        }));
        Ok(Self { state, server, _expiry: expiry })
    }

    /// The address that the page is really served on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Whether the page is served by TLS.
    #[must_use]
    pub const fn is_secured(&self) -> bool {
        self.server.is_secured()
    }

    /// What is shown.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        self.state.store()
    }

    /// Has room for all of the collector's own series, which may be more than when it was started.
    pub(crate) fn make_room_for_own(&self) {
        let wanted = self.state.max_series.saturating_add(self.state.metrics.series());
        let before = self.state.store().limits();
        self.state.store().make_room(wanted);
        self.state.metrics.stores().limit_changed(&before, &self.state.store().limits());
    }

    /// How often an attribute's value was shown as `other` because its key has more than are told apart: once for each
    /// stream that was described with it.
    #[must_use]
    pub fn label_values_replaced(&self) -> u64 {
        self.state.translation.guard().replaced()
    }

    /// The attributes of which most values were shown as `other`, the worst first, `limit` at most.
    #[must_use]
    pub fn label_offenders(&self, limit: usize) -> Vec<LabelOffender> {
        self.state.translation.guard().offenders(limit)
    }

    /// The page's socket, for the one that replaces it.
    pub(crate) fn offer(&self) -> Option<Offer> {
        self.server.offer()
    }

    /// Stops serving; open scrapes are answered until `deadline`.
    pub async fn shutdown(self, deadline: Duration) {
        self.server.shutdown(deadline).await;
    }
}

impl Exporter for PrometheusExporter {
    /// Never refuses: what the store has no room for is rejected point by point, after the known series are served.
    fn reserve(&self, _: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        Ok(Box::new(Room(&self.state)))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        visit(&self.state.counts);
    }
}

struct Room<'a>(&'a State);

impl Reservation for Room<'_> {
    fn commit(self: Box<Self>, item: Item) {
        self.0.commit(&item);
    }
}

impl State {
    pub(super) const fn store(&self) -> &Arc<Store> {
        self.ingest.store()
    }

    pub(super) const fn metrics(&self) -> &Arc<SelfMetrics> {
        &self.metrics
    }

    /// Brings the collector's own metrics up to date. They were neither received nor exported, so they are not counted.
    pub(super) fn show_own_metrics(&self) {
        let holds = self.store().stats();
        // Of two at once each tells what is new since the other.
        let before = std::mem::replace(&mut *self.told.lock(), holds);
        self.metrics.stores().changed(&before, &holds);
        let folded = self.translation.guard().replaced();
        let told = self.folded.fetch_max(folded, Ordering::Relaxed);
        self.metrics.stores().attributes_folded(folded.saturating_sub(told));
        self.metrics.collect(|request| {
            // Into room of its own: nothing is rejected.
            let (own, now) = (&self.own_translation, self.started.elapsed());
            self.ingest.apply(own, &request.encode_to_vec(), now);
        });
    }

    fn commit(&self, item: &Item) {
        if item.signal != Signal::Metrics {
            let message =
                || format!("exporter {} shows only metrics; use another for these", self.name);
            return self.reject_all(item, RejectReason::NotExpressible, message);
        }
        let applied = self.ingest.apply(&self.translation, &item.bytes, self.started.elapsed());
        self.count(item, &applied);
        let read: u64 = applied.kept + applied.rejected().map(|(_, points)| points).sum::<u64>();
        let unread = item.counts.items.saturating_sub(read);
        if unread > 0 {
            // Checked by the receiver, but a processor may have been at it since.
            self.counts.rejected(Signal::Metrics, RejectReason::InvalidPoint, unread);
            item.ack.reject(item.counts.items - applied.kept, || {
                format!("{unread} points could not be read")
            });
        }
    }

    fn count(&self, item: &Item, applied: &Applied) {
        self.counts.exported(Signal::Metrics, applied.kept);
        self.count_in_store(applied);
        let mut total = 0;
        for (reason, points) in applied.rejected() {
            self.counts.rejected(Signal::Metrics, reason, points);
            total += points;
        }
        let Some(message) = &applied.message else {
            return;
        };
        for (reason, points) in applied.rejected() {
            if !self.warned[reason as usize].swap(true, Ordering::Relaxed) {
                let exporter = &*self.name;
                tracing::warn!(
                    exporter,
                    reason = reason.as_str(),
                    points,
                    message,
                    "points rejected"
                );
            }
        }
        item.ack.reject(total, || message.clone());
    }

    fn count_in_store(&self, applied: &Applied) {
        let (stores, found) = (self.metrics.stores(), applied.found);
        stores.target_info_rejected(applied.target_info_rejected);
        for (reason, exemplars) in applied.exemplars_lost.counts() {
            stores.exemplars_lost(reason, exemplars);
        }
        stores.ended(CollectorEndReason::Stale, applied.ended);
        stores.looked_up(CollectorLookupResult::Expected, found.expected);
        stores.looked_up(CollectorLookupResult::Known, found.known);
        stores.looked_up(CollectorLookupResult::Respelled, found.respelled);
        stores.looked_up(CollectorLookupResult::New, found.new);
    }

    fn reject_all(&self, item: &Item, reason: RejectReason, message: impl FnOnce() -> String) {
        self.counts.rejected(item.signal, reason, item.counts.items);
        item.ack.reject(item.counts.items, message);
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let stores = self.metrics.stores();
        stores.changed(self.told.get_mut(), &Stats::default());
        stores.closed(&self.ingest.store().limits());
    }
}

async fn expire(state: Arc<State>, interval: Duration) {
    let mut ticks = time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        state.show_own_metrics();
        let ended = state.ingest.expire(state.started.elapsed());
        if ended > 0 {
            state.metrics.stores().ended(CollectorEndReason::Expired, ended as u64);
            tracing::debug!(exporter = &*state.name, ended, "series expired");
        }
    }
}
