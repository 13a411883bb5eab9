//! Sends on what is due, one batch after another, until the rest of the pipeline takes it.

use std::{sync::Arc, time::Duration};

use tokio::{sync::watch, time};
use tracing::{info, warn};

use super::queue::{Joined, Next, Queue};
use crate::pipeline::{Ack, Counts, Item, Refusal, RefusalReason, RejectReason};

/// The wait after the first refusal; each further one is twice as long. Asking costs little: nothing leaves the process.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(1);

/// The one task that sends on; ends when the batch is stopping and empty.
pub(super) async fn run(queue: Arc<Queue>, mut stopping: watch::Receiver<bool>) {
    let mut worker = Worker { queue, is_refused: false };
    loop {
        // Seen before the queue is looked at, so that a stop in between is not missed.
        let is_stopping = *stopping.borrow();
        match worker.queue.next(time::Instant::now()) {
            Next::Send(joined) => worker.send_on(joined, &mut stopping).await,
            Next::Wait(None) if is_stopping => return,
            Next::Wait(until) => tokio::select! {
                () = worker.queue.wake.notified() => {}
                () = sleep_until(until) => {}
                () = stopped(&mut stopping), if !is_stopping => {}
            },
        }
    }
}

struct Worker {
    queue: Arc<Queue>,
    /// Whether the last attempt failed, so that a full queue behind is one line in the log and not many.
    is_refused: bool,
}

impl Worker {
    async fn send_on(&mut self, joined: Joined, stopping: &mut watch::Receiver<bool>) {
        let mut wait = RETRY_MIN;
        while let Err(refusal) = self.offer(&joined) {
            if is_final(refusal.reason) {
                self.give_up(&joined, &refusal);
                break;
            }
            self.note(Some(&refusal));
            let was_stopping = *stopping.borrow();
            tokio::select! {
                () = time::sleep(wait) => {}
                () = stopped(stopping), if !was_stopping => {}
            }
            wait = (wait * 2).min(RETRY_MAX);
        }
        self.queue.settle(&joined);
    }

    /// Takes it into the rest of the pipeline, or not at all.
    fn offer(&mut self, joined: &Joined) -> Result<(), Refusal> {
        let rest = &self.queue.rest;
        let item = Item {
            signal: rest.signal,
            bytes: joined.bytes.clone(),
            counts: Counts { items: joined.items },
            tenant: joined.tenant.clone(),
            // Its senders were answered when the batch had it.
            ack: Ack::ignored(),
        };
        rest.reserve(item)?.commit();
        self.note(None);
        Ok(())
    }

    fn give_up(&self, joined: &Joined, refusal: &Refusal) {
        let rest = &self.queue.rest;
        rest.reach(&mut |exporter| {
            exporter.rejected(rest.signal, RejectReason::InvalidPoint, joined.items);
        });
        let (name, items) = (&self.queue.name, joined.items);
        warn!("{name}: {items} items are lost and counted: {refusal}");
    }

    /// Logs when things get better or worse.
    fn note(&mut self, refusal: Option<&Refusal>) {
        let name = &self.queue.name;
        match refusal {
            Some(refusal) if !self.is_refused => warn!("{name}: waiting for room: {refusal}"),
            None if self.is_refused => info!("{name}: there is room again"),
            _ => {}
        }
        self.is_refused = refusal.is_some();
    }
}

/// Whether trying again would end in the same way.
const fn is_final(reason: RefusalReason) -> bool {
    match reason {
        RefusalReason::Malformed | RefusalReason::Unsupported | RefusalReason::TooLarge => true,
        RefusalReason::TooSlow
        | RefusalReason::NoPipeline
        | RefusalReason::QueueFull
        | RefusalReason::Memory
        | RefusalReason::StorageFailed
        | RefusalReason::Stopping => false,
    }
}

async fn sleep_until(until: Option<time::Instant>) {
    match until {
        Some(until) => time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
