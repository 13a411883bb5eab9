//! Takes one request after another from the queue until each is delivered or given up.

use std::sync::Arc;

use tokio::{
    sync::{mpsc, watch},
    time,
};
use tracing::{info, warn};

use super::{
    backlog::{Backlog, Waiting},
    backoff::{Backoff, random_share},
    client::{Client, Taken},
    verdict::Failure,
};
use crate::{config::RetrySettings, pipeline::RejectReason, self_metrics::SelfMetrics};

/// The one task that sends.
pub(super) struct Worker {
    pub(super) name: String,
    /// The backend, for the log.
    pub(super) endpoint: String,
    pub(super) queue: mpsc::Receiver<Waiting>,
    pub(super) backlog: Arc<Backlog>,
    pub(super) client: Client,
    pub(super) retry: RetrySettings,
    pub(super) metrics: Arc<SelfMetrics>,
    pub(super) stopping: watch::Receiver<bool>,
    /// What was logged last, so that an outage is one line and not one for each request.
    pub(super) health: Health,
}

/// How the last attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Delivering,
    Failing,
    Refused,
}

/// Why a request was given up.
struct GivenUp {
    reason: RejectReason,
    message: String,
}

impl Worker {
    /// Sends until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                next = self.queue.recv() => match next {
                    Some(waiting) => {
                        self.deliver(&waiting).await;
                        self.backlog.settle(&waiting);
                    }
                    None => return,
                },
                () = stopped(&mut stopping), if !self.queue.is_closed() => self.queue.close(),
            }
        }
    }

    async fn deliver(&mut self, waiting: &Waiting) {
        let (signal, items) = (waiting.signal, waiting.items);
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
            Ok(taken) => {
                let rejected = taken.rejected.min(items);
                self.metrics.exported(signal, items - rejected);
                if rejected > 0 {
                    self.metrics.rejected(signal, RejectReason::Remote, rejected);
                }
                self.note(Health::Delivering, &taken.message);
            }
            Err(GivenUp { reason, message }) => {
                self.metrics.rejected(signal, reason, items);
                self.note(Health::Refused, &message);
            }
        }
    }

    /// Tries until the request is taken, or will never be.
    async fn send(&mut self, waiting: &Waiting) -> Result<Taken, GivenUp> {
        let mut backoff = Backoff::new(&self.retry);
        loop {
            let sent = self.client.send(waiting.signal, waiting.bytes.clone());
            let (asked, message) = match sent.await {
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
            self.note(Health::Failing, &format!("{message}; trying again in {wait:.1?}"));
            let was_stopping = *self.stopping.borrow();
            tokio::select! {
                () = time::sleep(wait) => {}
                // There may be no time for the wait: the deadline counts what is left.
                () = stopped(&mut self.stopping), if !was_stopping => {}
            }
        }
    }

    /// Logs when things get better or worse.
    fn note(&mut self, health: Health, message: &str) {
        if health == self.health {
            return;
        }
        self.health = health;
        let Self { name, endpoint, .. } = self;
        match health {
            Health::Delivering => info!("{name}: delivering to {endpoint} again"),
            Health::Failing => warn!("{name}: {endpoint} does not take requests: {message}"),
            Health::Refused => {
                warn!("{name}: {endpoint}: {message}; the request is lost and counted");
            }
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
