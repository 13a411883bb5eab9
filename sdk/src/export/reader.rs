//! The loop of the export thread: snapshot, encode and send, on time or when asked to.

use std::{
    sync::{Arc, mpsc::SyncSender},
    time::Duration,
};

use bytes::Bytes;
use opentelemetry_sdk::Resource;
use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, sleep, sleep_until},
};

use super::{
    LONGEST_WAIT,
    sender::{Requests, Sender},
    stats::Counters,
};
use crate::{
    cells,
    metrics::{MeterProvider, MetricReader},
    otlp::Encoder,
    self_metrics::SelfMetrics,
};

/// Flushes that may wait at the same time; further ones fail at once.
pub(crate) const MAX_WAITING_FLUSHES: usize = 16;

/// How often pages are installed that recording threads asked for, so that they leave the shared cells soon.
const PAGE_TICK: Duration = Duration::from_millis(250);

/// What an export came to: `Err` says why not everything was delivered.
pub(super) type Outcome = Result<(), String>;

/// Someone waits for everything recorded so far to be delivered.
#[derive(Debug)]
pub(super) struct Flush {
    pub(super) timeout: Duration,
    /// Has room for the one answer.
    pub(super) reply: SyncSender<Outcome>,
}

/// A flush, on the runtime's clock.
struct Waiting {
    received: Instant,
    /// A little before the caller gives up, so that the answer arrives in time.
    deadline: Instant,
    reply: SyncSender<Outcome>,
}

impl Waiting {
    fn new(flush: Flush) -> Self {
        let received = Instant::now();
        let timeout = flush.timeout.min(LONGEST_WAIT);
        let margin = (timeout / 10).min(Duration::from_millis(100));
        Self { received, deadline: received + (timeout - margin), reply: flush.reply }
    }

    /// An export that was under way when the flush came has half of the flush's time to end.
    fn cuts_short_at(&self) -> Instant {
        self.received + (self.deadline - self.received) / 2
    }

    fn answer(&self, outcome: &Outcome) {
        // Nobody listens any more if the caller's own time is up, and then it has its answer.
        let _ = self.reply.try_send(outcome.clone());
    }
}

/// Exports one provider's metrics.
pub(super) struct Reader {
    provider: MeterProvider,
    resource: Resource,
    reader: MetricReader,
    encoder: Encoder,
    /// `None` if metrics go nowhere.
    sender: Option<Arc<Sender>>,
    self_metrics: SelfMetrics,
    counters: Arc<Counters>,
    interval: Duration,
    due: Instant,
    /// Whether the last export failed, so that a log tells only of the first failure and of the recovery.
    failing: bool,
}

impl Reader {
    /// Must be called inside the runtime that will drive it.
    pub(super) fn new(
        (provider, resource): (MeterProvider, Resource),
        reader: MetricReader,
        sender: Option<Sender>,
        self_metrics: SelfMetrics,
        counters: Arc<Counters>,
        interval: Duration,
    ) -> Self {
        let encoder = encoder(&resource);
        let interval = interval.min(LONGEST_WAIT);
        Self {
            provider,
            resource,
            reader,
            encoder,
            sender: sender.map(Arc::new),
            self_metrics,
            counters,
            interval,
            due: Instant::now() + interval,
            failing: false,
        }
    }

    /// After a panic: lets go of what may be half written.
    pub(super) fn recover(&mut self) {
        self.reader.recover();
        self.encoder = encoder(&self.resource);
    }

    /// Exports until the other end of `flushes` is dropped. What is under way then is given up and counted.
    pub(super) async fn run(&mut self, flushes: &mut Receiver<Flush>) {
        let mut waiting = Vec::new();
        while self.idle(flushes, &mut waiting).await {
            let served = std::mem::take(&mut waiting);
            let Some(outcome) = self.export(&served, flushes, &mut waiting).await else {
                return;
            };
            self.log_change(&outcome);
            for flush in &served {
                flush.answer(&outcome);
            }
        }
    }

    /// Waits until an export is due or asked for; `false` at the end.
    async fn idle(&self, flushes: &mut Receiver<Flush>, waiting: &mut Vec<Waiting>) -> bool {
        while waiting.is_empty() {
            tokio::select! {
                biased;
                flush = flushes.recv() => match flush {
                    Some(flush) => waiting.push(Waiting::new(flush)),
                    None => return false,
                },
                () = sleep_until(self.due) => return true,
                () = sleep(PAGE_TICK) => { cells::install_wanted(); }
            }
        }
        true
    }

    /// Exports once, for these flushes or for none, and takes note of further flushes meanwhile. `None` at the end.
    async fn export(
        &mut self,
        served: &[Waiting],
        flushes: &mut Receiver<Flush>,
        waiting: &mut Vec<Waiting>,
    ) -> Option<Outcome> {
        let started = Instant::now();
        let is_due = started >= self.due;
        if is_due {
            self.due = started + self.interval;
        }
        let timeout = self.sender.as_ref().map_or(LONGEST_WAIT, |sender| sender.timeout());
        let limit = started + timeout;
        let deadline = served.iter().map(|flush| flush.deadline).max();
        let deadline = deadline.map_or(limit, |deadline| deadline.min(limit));
        let outcome = {
            let cycle = self.cycle(deadline);
            tokio::pin!(cycle);
            loop {
                let cut = waiting.iter().map(Waiting::cuts_short_at).max();
                tokio::select! {
                    biased;
                    outcome = &mut cycle => break outcome,
                    () = sleep_until(cut.unwrap_or(limit)), if cut.is_some() => {
                        break Err("a later flush needed the time".to_owned());
                    }
                    flush = flushes.recv(), if waiting.len() < MAX_WAITING_FLUSHES => {
                        waiting.push(Waiting::new(flush?));
                    }
                    () = sleep(PAGE_TICK) => { cells::install_wanted(); }
                }
            }
        };
        if is_due && Instant::now() >= self.due {
            self.counters.count_late();
            self.due = Instant::now() + self.interval;
        }
        Some(outcome)
    }

    /// Snapshot, encode, send. Every point is settled, or counted as lost when this is dropped halfway.
    async fn cycle(&mut self, deadline: Instant) -> Outcome {
        let Some(sender) = self.sender.clone() else {
            return Ok(());
        };
        let started = Instant::now();
        let requests = self.collect();
        self.self_metrics.collected(started.elapsed());
        sender.deliver(requests, deadline).await
    }

    fn collect(&mut self) -> Requests {
        self.self_metrics.catch_up(self.provider.stats());
        let mut requests = Vec::new();
        self.encoder.encode(self.reader.collect(&self.provider), |bytes, points| {
            requests.push((Bytes::copy_from_slice(bytes), points as u64));
        });
        self.reader.release();
        requests
    }

    fn log_change(&mut self, outcome: &Outcome) {
        match outcome {
            Err(why) if !self.failing => tracing::warn!(
                "metrics are not delivered: {why}; their values go out with the next export that succeeds"
            ),
            Ok(()) if self.failing => tracing::info!("metrics are delivered again"),
            Ok(()) | Err(_) => {}
        }
        self.failing = outcome.is_err();
    }
}

fn encoder(resource: &Resource) -> Encoder {
    Encoder::new(resource, Encoder::DEFAULT_MAX_REQUEST_BYTES)
}
