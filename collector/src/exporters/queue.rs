//! What waits between a pipeline and an exporter that works at its own pace.
//!
//! An item is acknowledged once it waits here, and counted when it leaves: kept, rejected by the other side, evicted, or
//! given up. The queue is bounded in the unit of its sizer and in bytes. At the bound it refuses, so that the sender
//! keeps the item, or evicts what has waited longest, as its settings say; the bound of one exporter is nobody else's.
//!
//! Requests of one signal and tenant that wait leave joined (`joining.rs`). With several consumers, metrics of one
//! resource still leave one after another (`lane.rs`).

mod backlog;
mod bounds;
mod durable;
mod joining;
mod lane;
mod place;
mod state;
#[cfg(test)]
mod tests;
mod waiting;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use foldhash::quality::RandomState;
use parking_lot::{Condvar, Mutex};
use tokio::{
    sync::Notify,
    time::{self, Instant},
};

pub(super) use self::{
    backlog::{Backlog, Taken},
    waiting::{Fate, Waiting},
};
use self::{
    bounds::{Bounds, Load},
    joining::Joining,
    lane::Lanes,
    state::State,
};
use crate::{
    config::QueueSettings,
    health::{Gauged, QueueLevel, Worker},
    pipeline::{Item, RejectReason, Signal},
    self_metrics::{ExporterMetrics, SelfMetrics},
};

/// The queue of one exporter, shared by the pipelines that fill it and the consumers that empty it.
#[derive(Debug)]
pub(super) struct Queue {
    name: String,
    metrics: Arc<ExporterMetrics>,
    /// Whether metrics of one sender could overtake each other.
    is_parallel: bool,
    hasher: RandomState,
    joining: Joining,
    state: Mutex<State>,
    /// Something waits, or nothing ever will: for consumers that are tasks.
    changed: Notify,
    /// The same for a consumer that is a thread.
    woken: Condvar,
}

/// What a thread got from the queue.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart at once, and a box would be an allocation each"
)]
pub(super) enum Next {
    /// The item that has waited longest.
    Waiting(Waiting),
    /// Nothing came in time.
    Nothing,
    /// The queue has stopped and is empty.
    Ended,
}

impl Queue {
    /// An empty queue of the component `name`.
    pub(super) fn new(name: &str, settings: &QueueSettings, metrics: &SelfMetrics) -> Self {
        let metrics = metrics.exporter(name);
        metrics.queue_limit(settings.size);
        Self {
            name: name.to_owned(),
            metrics,
            is_parallel: settings.consumers > 1,
            hasher: RandomState::default(),
            joining: Joining::new(settings.batch),
            state: Mutex::new(State::new(Bounds::new(settings))),
            changed: Notify::new(),
            woken: Condvar::new(),
        }
    }

    /// The same, which can be looked at through the exporter's health from now on.
    pub(super) fn start(name: &str, settings: &QueueSettings, metrics: &SelfMetrics) -> Arc<Self> {
        let queue = Arc::new(Self::new(name, settings, metrics));
        let gauged: Weak<dyn Gauged> = Arc::<Self>::downgrade(&queue);
        queue.metrics.health().has_queue(gauged);
        queue
    }

    /// A worker that empties it begins.
    pub(super) fn begin(&self) -> Worker {
        self.metrics.health().begin(&self.name)
    }

    /// The next requests that may be sent as one, at least one of them; nothing once the queue has stopped and is empty.
    pub(super) async fn next(&self) -> Option<Vec<Waiting>> {
        loop {
            // Made before the look, so that what comes between the two wakes it.
            let changed = self.changed.notified();
            let due = {
                let now = Instant::now();
                let mut state = self.state.lock();
                let taken = state.take_joined(&self.joining, now);
                if !taken.is_empty() {
                    self.metrics.queue_usage(state.waiting_units());
                    self.pass_on(&state);
                    return Some(taken);
                }
                if state.has_ended() {
                    return None;
                }
                state.next_due(now)
            };
            match due {
                None => changed.await,
                Some(due) => tokio::select! {
                    () = changed => {}
                    () = time::sleep_until(due) => {}
                },
            }
        }
    }

    /// How much is joined.
    const fn joining(&self) -> &Joining {
        &self.joining
    }

    /// The next one for a thread, which waits for `patience` at most.
    pub(super) fn next_within(&self, patience: Duration) -> Next {
        let mut state = self.state.lock();
        if !state.any_waiting() && !state.has_ended() {
            self.woken.wait_for(&mut state, patience);
        }
        match self.take(&mut state) {
            Some(waiting) => Next::Waiting(waiting),
            None if state.has_ended() => Next::Ended,
            None => Next::Nothing,
        }
    }

    /// Forgets an item that [`Queue::next`] gave, and counts what became of it. Another consumer may go on with what
    /// waited for its lanes: its own may have more to send first.
    pub(super) fn settle(&self, waiting: &Waiting, fate: Fate) {
        // Under the lock, so that nothing is counted here and given up as well.
        let mut state = self.state.lock();
        if state.settle(waiting) {
            self.count(waiting.signal, waiting.items, fate);
        }
        self.pass_on(&state);
    }

    /// Takes no more; consumers end when it is empty.
    pub(super) fn stop(&self) {
        self.state.lock().stop();
        self.changed.notify_waiters();
        self.woken.notify_all();
    }

    /// Gives up what is left, being sent or not, and counts it. A consumer that still runs counts nothing any more.
    pub(super) fn abandon(&self, reason: RejectReason) {
        let mut state = self.state.lock();
        for (signal, items) in state.abandon() {
            self.metrics.dequeued(signal, items);
            self.metrics.rejected(signal, reason, items);
        }
        self.metrics.queue_usage(0);
        drop(state);
        self.stop();
    }

    /// Items that wait or are being sent, by signal.
    pub(super) fn items(&self) -> impl Iterator<Item = (Signal, u64)> + use<> {
        Signal::ALL.into_iter().zip(self.state.lock().items())
    }

    fn take(&self, state: &mut State) -> Option<Waiting> {
        let taken = state.take();
        self.metrics.queue_usage(state.waiting_units());
        taken
    }

    fn count(&self, signal: Signal, items: u64, fate: Fate) {
        self.metrics.dequeued(signal, items);
        fate.count(&self.metrics, signal, items);
    }

    fn waiting(&self, item: Item) -> Waiting {
        let Item { signal, bytes, counts, tenant, traced, .. } = item;
        let lanes =
            if self.is_parallel { Lanes::of(signal, &bytes, &self.hasher) } else { Lanes::NONE };
        let since = Instant::now();
        let due = self.joining.patience().map(|patience| since + patience);
        Waiting { signal, bytes, items: counts.items, traced, tenant, lanes, since, due }
    }

    fn push(&self, waiting: Waiting, promised: Load) {
        let mut state = self.state.lock();
        self.metrics.queued(waiting.signal, waiting.items);
        let evicted = state.commit(waiting, promised);
        self.metrics.queue_usage(state.waiting_units());
        for (signal, items) in Signal::ALL.into_iter().zip(evicted) {
            if items > 0 {
                self.metrics.dequeued(signal, items);
                self.metrics.rejected(signal, RejectReason::Evicted, items);
            }
        }
        self.pass_on(&state);
    }

    fn release(&self, promised: Load) {
        let mut state = self.state.lock();
        state.release(promised);
        self.pass_on(&state);
    }

    /// Wakes whoever has something to do now: one consumer for what waits, all of them for the end.
    fn pass_on(&self, state: &State) {
        if state.has_ended() {
            self.changed.notify_waiters();
            self.woken.notify_all();
        } else if state.any_waiting() {
            self.changed.notify_one();
            self.woken.notify_one();
        }
    }
}

impl Gauged for Queue {
    fn level(&self) -> QueueLevel {
        self.state.lock().level(Instant::now())
    }
}
