//! Takes one request after another from the queue until each is delivered or given up.

use std::sync::Arc;

use tokio::{sync::watch, time};

use super::{
    answer::Taken,
    backoff::{Backoff, random_share},
    client::Client,
    compression::Packed,
    health::{Health, Step},
    verdict::Failure,
};
use crate::{
    config::RetrySettings,
    exporters::queue::{Backlog, Fate, Waiting},
    pipeline::RejectReason,
};

/// One of the tasks that send; each has one request under way.
#[derive(Debug, Clone)]
pub(super) struct Consumer {
    pub(super) queue: Backlog,
    pub(super) client: Arc<Client>,
    pub(super) retry: Arc<RetrySettings>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) health: Arc<Health>,
}

/// Why a request was given up.
struct GivenUp {
    reason: RejectReason,
    message: String,
}

impl Consumer {
    /// Sends until the queue has stopped and is empty.
    pub(super) async fn run(mut self) {
        while let Some(taken) = self.queue.next().await {
            let (fate, refused) = self.deliver(taken.waiting()).await;
            if let Some(said) = refused {
                self.queue.keep_dead_letter(&taken, &said);
            }
            self.queue.settle(&taken, fate);
        }
    }

    /// What becomes of a request, and what the other side said if it refuses it for good.
    async fn deliver(&mut self, waiting: &Waiting) -> (Fate, Option<String>) {
        let limit = self.retry.max_elapsed_time;
        let sent = if limit.is_zero() {
            self.send(waiting).await
        } else {
            let sent = time::timeout(limit, self.send(waiting)).await;
            sent.unwrap_or_else(|_| {
                Err(GivenUp {
                    reason: RejectReason::Unreachable,
                    message: format!("given up after {limit:?}"),
                })
            })
        };
        match sent {
            Ok(Taken { rejected, message }) => {
                let step = if rejected > 0 { Step::Partly } else { Step::Delivering };
                self.health.note(step, &message);
                (Fate::Kept { rejected }, None)
            }
            Err(GivenUp { reason, message }) => {
                self.health.note(Step::Refused, &message);
                let is_refused = reason == RejectReason::Remote;
                (Fate::Lost(reason), is_refused.then_some(message))
            }
        }
    }

    /// Tries until the request is taken, or will never be.
    async fn send(&mut self, waiting: &Waiting) -> Result<Taken, GivenUp> {
        let packed = Packed::new(waiting.bytes.clone(), self.client.compression()).await;
        let mut backoff = Backoff::new(&self.retry);
        loop {
            let (asked, message) = match self.client.send(waiting.signal, &packed).await {
                Ok(taken) => return Ok(taken),
                Err(Failure::Passing { asked, message }) => (asked, message),
                Err(Failure::Final { message }) => {
                    let reason = RejectReason::Remote;
                    return Err(GivenUp { reason, message });
                }
            };
            if !self.retry.enabled {
                let reason = RejectReason::Unreachable;
                return Err(GivenUp { reason, message });
            }
            let wait = backoff.next(random_share(), asked);
            self.health.note(Step::Failing, &format!("{message}; trying again in {wait:.1?}"));
            let was_stopping = *self.stopping.borrow();
            tokio::select! {
                () = time::sleep(wait) => {}
                // There may be no time for the wait: the deadline counts what is left.
                () = stopped(&mut self.stopping), if !was_stopping => {}
            }
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
