//! The component: an end for pipelines of traces, and a worker that feeds pipelines of metrics.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use inferometer_sdk::Clock;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use parking_lot::Mutex;
use tokio::{
    task::JoinHandle,
    time::{self, Instant, MissedTickBehavior},
};

use super::{
    key::{Dimensions, ResourceKey},
    request::Request,
    settings::SpanMetricsSettings,
    span::{SpanView, messages, pairs_of_resource, service_name},
    state::{Cursor, State},
};
use crate::{
    otlp::only,
    pipeline::{
        Ack, Counts, Exporter, Intake, Item, Refusal, RefusalReason, RejectReason, Reservation,
        Signal, Traced,
    },
    self_metrics::{ConnectorMetrics, ExporterMetrics, SelfMetrics},
    series::Identity,
};

/// The wait after the last totals were refused; each further one is twice as long.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(1);
/// When a sender should come back that finds the connector stopping.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Counts spans for pipelines of metrics. Dropping it forgets what was counted since the last flush;
/// [`SpanMetrics::shutdown`] offers it first.
#[derive(Debug)]
pub struct SpanMetrics {
    shared: Arc<Shared>,
    worker: JoinHandle<()>,
}

/// What pipelines and the worker share.
struct Shared {
    name: String,
    settings: Arc<SpanMetricsSettings>,
    state: Mutex<State>,
    intake: Arc<dyn Intake>,
    clock: Arc<dyn Clock>,
    counts: Arc<ConnectorMetrics>,
    /// Set under the lock of the state: no span is counted from then on.
    has_stopped: AtomicBool,
    /// Whether the last flush was refused, so that a full queue behind is one line in the log and not many.
    is_refused: AtomicBool,
    has_overflowed: AtomicBool,
}

impl SpanMetrics {
    /// Starts the worker, which feeds `intake`; `name` is the component's place in the file, and `own_resource` what
    /// metrics that are of no span's resource come from. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(
        name: &str,
        settings: SpanMetricsSettings,
        intake: Arc<dyn Intake>,
        own_resource: Vec<KeyValue>,
        clock: Arc<dyn Clock>,
        metrics: &SelfMetrics,
    ) -> Self {
        let counts = metrics.connector(name);
        counts.series_limit(settings.series_max as u64);
        let settings = Arc::new(settings);
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            state: Mutex::new(State::new(Arc::clone(&settings), own_resource)),
            settings,
            intake,
            clock,
            counts,
            has_stopped: AtomicBool::new(false),
            is_refused: AtomicBool::new(false),
            has_overflowed: AtomicBool::new(false),
        });
        let (worker, running) = (metrics.health().workers().begin(name), run(Arc::clone(&shared)));
        let worker = tokio::spawn(async move {
            let _worker = worker;
            running.await;
        });
        Self { shared, worker }
    }

    /// The end that pipelines hand traces to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::new(Entrance(Arc::clone(&self.shared)))
    }

    /// Series at this moment, without those of the overflow.
    #[must_use]
    pub fn series(&self) -> usize {
        self.shared.state.lock().series()
    }

    #[cfg(test)]
    pub(super) fn flush_now(&self) {
        self.shared.flush();
    }

    /// Takes no more, and offers the last totals until they are taken, at most until `deadline`.
    pub async fn shutdown(mut self, deadline: Duration) {
        self.shared.stop();
        self.worker.abort();
        // Once it has ended, nothing else offers.
        let _ = (&mut self.worker).await;
        // Of all series, those included that the last flush came to.
        self.shared.state.lock().end_round();
        let end = Instant::now() + deadline;
        let mut wait = RETRY_MIN;
        while !self.shared.flush().is_whole && Instant::now() + wait <= end {
            time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
        }
        let untold = self.shared.state.lock().untold();
        if untold > 0 {
            let name = &self.shared.name;
            tracing::warn!(
                "{name}: {untold} series were refused to the end, their last totals are lost"
            );
        }
    }
}

impl Drop for SpanMetrics {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

/// Offers all totals on an interval. What there is no room for is offered as soon as there is.
async fn run(shared: Arc<Shared>) {
    let interval = shared.settings.flush_interval;
    let mut ticks = time::interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let mut wait = RETRY_MIN;
        loop {
            let Flushed { is_whole, taken, .. } = shared.flush();
            if is_whole {
                break;
            }
            wait = if taken > 0 { RETRY_MIN } else { wait };
            time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_MAX);
        }
    }
}

/// What a flush came to.
#[derive(Debug)]
struct Flushed {
    /// Whether every series was offered that was left. Otherwise the next flush goes on with the others.
    is_whole: bool,
    /// Points that were taken, and points that were refused.
    taken: u64,
    refused: u64,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offered {
    Taken,
    /// It is too large: its series are offered in smaller ones.
    Halved,
    /// There is no room for it, nor for another one.
    Later,
    /// It is refused whatever it waits for, and holds up no other.
    Never,
}

/// What became of the spans of an item.
#[derive(Debug, Default)]
struct Taken {
    counted: u64,
    /// Of those, the ones in the overflow series.
    overflowed: u64,
    rejected: u64,
    reason: Option<RejectReason>,
}

impl Shared {
    fn stop(&self) {
        let _state = self.state.lock();
        self.has_stopped.store(true, Ordering::Relaxed);
    }

    /// Counts every span of a request. The lock is given back between two resources.
    fn take(&self, item: &Item) -> Taken {
        let settings = &*self.settings;
        let (mut taken, mut key) = (Taken::default(), Identity::default());
        let mut resource_key = ResourceKey::default();
        for of_resource in messages(&item.bytes, 1) {
            let resource = only(of_resource, 1);
            let fits = resource_key.read(&resource, &settings.resource);
            let service = service_name(&resource);
            let of_resource_pairs = pairs_of_resource(&resource, &settings.dimensions);
            let mut pairs = of_resource_pairs.clone();
            let spans = messages(of_resource, 2).flat_map(|of_scope| messages(of_scope, 2));
            let mut state = self.state.lock();
            let moment = state.moment(self.clock.unix_nanos());
            let entry = if self.has_stopped.load(Ordering::Relaxed) {
                // The receiver that sends it was cut off at the deadline.
                Err(RejectReason::Unreachable)
            } else {
                state.enter(&item.tenant, &resource_key, fits)
            };
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(reason) => {
                    taken.rejected += spans.count() as u64;
                    taken.reason = Some(reason);
                    continue;
                }
            };
            for span in spans {
                pairs.clone_from(&of_resource_pairs);
                let span = SpanView::read(span, &settings.dimensions, &mut pairs);
                let dimensions = Dimensions { span: &span, service, pairs: &pairs };
                let is_short = dimensions.spell(settings, &mut key);
                let spelled = is_short.then_some((key.as_bytes(), &dimensions));
                taken.counted += 1;
                taken.overflowed +=
                    u64::from(state.count(&mut entry, &resource_key, &span, spelled, moment));
            }
            self.counts.series_usage(state.series() as u64);
        }
        taken
    }

    fn commit(&self, item: &Item) {
        let exporter = self.counts.exporter();
        if item.signal != Signal::Traces {
            exporter.rejected(item.signal, RejectReason::NotExpressible, item.counts.items);
            item.ack.reject(item.counts.items, || format!("{} counts only spans", self.name));
            return;
        }
        let taken = self.take(item);
        exporter.exported(Signal::Traces, taken.counted);
        self.counts.overflowed(taken.overflowed);
        if taken.overflowed > 0 && !self.has_overflowed.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "{}: spans of new series are counted in the overflow series from now on: raise \
                 aggregation_cardinality_limit ({}), or leave out a dimension with many values",
                self.name,
                self.settings.series_max
            );
        }
        if let Some(reason) = taken.reason {
            exporter.rejected(Signal::Traces, reason, taken.rejected);
            item.ack.reject(taken.rejected, || {
                format!("{}: spans are not counted: {}", self.name, reason.as_str())
            });
        }
        // Receivers have checked the bytes; a processor might have broken them since.
        let unread = item.counts.items.saturating_sub(taken.counted + taken.rejected);
        if unread > 0 {
            exporter.rejected(Signal::Traces, RejectReason::InvalidPoint, unread);
            item.ack.reject(unread, || format!("{}: the request cannot be read", self.name));
        }
    }

    /// Offers the totals of all series, or of those that are left since a flush was refused, and forgets the series that
    /// have expired.
    fn flush(&self) -> Flushed {
        let mut cursor = self.state.lock().begin_flush();
        let mut flushed = Flushed { is_whole: true, taken: 0, refused: 0 };
        while let Some(request) = self.next_request(&mut cursor) {
            match self.offer(&request, &mut cursor) {
                Offered::Taken => flushed.taken += request.points,
                Offered::Halved => {}
                Offered::Never => flushed.refused += request.points,
                Offered::Later => {
                    flushed.refused += request.points;
                    flushed.is_whole = false;
                    break;
                }
            }
        }
        if flushed.refused == 0 && self.is_refused.swap(false, Ordering::Relaxed) {
            tracing::info!("{}: metrics are taken again", self.name);
        }
        let mut state = self.state.lock();
        if flushed.is_whole {
            state.end_round();
        }
        if let Some(expiration) = self.settings.expiration {
            state.expire(self.clock.unix_nanos(), expiration);
        }
        self.counts.series_usage(state.series() as u64);
        flushed
    }

    fn next_request(&self, cursor: &mut Cursor) -> Option<Request> {
        let mut state = self.state.lock();
        // Read under the lock, so that no series has begun later.
        let now = self.clock.unix_nanos();
        state.next_request(cursor, now)
    }

    /// Offers a request. The totals of what is refused are in a later one.
    fn offer(&self, request: &Request, cursor: &mut Cursor) -> Offered {
        let receiver = self.counts.receiver();
        let item = Item {
            signal: Signal::Metrics,
            bytes: request.bytes.clone(),
            counts: Counts { items: request.points },
            tenant: request.tenant.clone(),
            ack: Ack::ignored(),
            traced: Traced::default(),
        };
        let refusal = match self.intake.admit(item) {
            Ok(()) => {
                receiver.accepted(Signal::Metrics, request.points);
                self.state.lock().delivered(request);
                return Offered::Taken;
            }
            Err(refusal) => refusal,
        };
        let is_too_large = refusal.reason == RefusalReason::TooLarge;
        if is_too_large && self.state.lock().halve(request, cursor) {
            return Offered::Halved;
        }
        receiver.refused(Signal::Metrics, refusal.reason, request.points);
        if !self.is_refused.swap(true, Ordering::Relaxed) {
            tracing::warn!("{}: what was refused is offered again: {refusal}", self.name);
        }
        match refusal.reason {
            RefusalReason::TooLarge
            | RefusalReason::Malformed
            | RefusalReason::Unsupported
            | RefusalReason::Unauthenticated => Offered::Never,
            RefusalReason::TooSlow
            | RefusalReason::NoPipeline
            | RefusalReason::QueueFull
            | RefusalReason::Memory
            | RefusalReason::StorageFailed
            | RefusalReason::Stopping
            | RefusalReason::AuthenticationBusy => Offered::Later,
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanMetrics").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The end of pipelines of traces.
#[derive(Debug)]
struct Entrance(Arc<Shared>);

impl Exporter for Entrance {
    /// There is always room, until the connector stops: what has no series is counted in the overflow series.
    fn reserve(&self, _: &Item) -> Result<Box<dyn Reservation + '_>, Refusal> {
        if self.0.has_stopped.load(Ordering::Relaxed) {
            return Err(Refusal {
                reason: RefusalReason::Stopping,
                message: format!("{} is shutting down; send it to another collector", self.0.name),
                retry_after: Some(RETRY_AFTER),
            });
        }
        Ok(Box::new(Place(&self.0)))
    }

    fn reach(&self, visit: &mut dyn FnMut(&ExporterMetrics)) {
        visit(self.0.counts.exporter());
    }
}

struct Place<'a>(&'a Shared);

impl Reservation for Place<'_> {
    fn commit(self: Box<Self>, item: Item) {
        self.0.commit(&item);
    }
}
