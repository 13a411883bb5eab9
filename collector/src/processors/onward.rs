//! Hands requests that waited in a processor to the rest of the pipeline.

use std::time::Duration;

use bytes::Bytes;
use tokio::time;
use tracing::{info, warn};

use super::latch::Latch;
use crate::pipeline::{
    Ack, Counts, Item, Pipeline, Refusal, RefusalReason, RejectReason, Tenant, Traced,
};

/// The wait after the first refusal; each further one is twice as long. Asking costs little: nothing leaves the process.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(1);

/// What became of a request that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Offered {
    /// The rest of the pipeline has it.
    Taken,
    /// There is no room; it is to be offered again after this long.
    Later(Duration),
    /// It will never be taken as one. Its parts are to be offered instead, and what has none is to be
    /// [given up](Onward::give_up): a queue whose whole bound is smaller still has room for less.
    TooLarge(Refusal),
    /// It will never be taken, and is counted as lost.
    Never,
}

/// A request that is offered, or a part of one.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) bytes: Bytes,
    pub(super) items: u64,
    pub(super) traced: Traced,
}

/// Who offers, one request after another.
#[derive(Debug)]
pub(super) struct Onward {
    wait: Duration,
    /// A full queue behind is one line in the log and not many.
    is_refused: Latch,
}

impl Onward {
    pub(super) const fn new() -> Self {
        Self { wait: RETRY_MIN, is_refused: Latch::new() }
    }

    /// Takes a request into the rest of the pipeline, or not at all; its own senders were answered before. `name` is the
    /// processor's place in the file.
    pub(super) fn offer(
        &mut self,
        name: &str,
        rest: &Pipeline,
        (tenant, part): (&Tenant, &Part),
        ack: Ack,
    ) -> Offered {
        let item = Item {
            signal: rest.signal,
            bytes: part.bytes.clone(),
            counts: Counts { items: part.items },
            tenant: tenant.clone(),
            ack,
            traced: part.traced.clone(),
        };
        let refusal = match rest.reserve(item) {
            Ok(admission) => {
                admission.commit();
                self.note(name, None);
                self.wait = RETRY_MIN;
                return Offered::Taken;
            }
            Err(refusal) => refusal,
        };
        match refusal.reason {
            RefusalReason::TooLarge => {
                self.wait = RETRY_MIN;
                return Offered::TooLarge(refusal);
            }
            RefusalReason::Malformed
            | RefusalReason::Unsupported
            | RefusalReason::Unauthenticated => {
                self.give_up(name, rest, part, &refusal);
                return Offered::Never;
            }
            RefusalReason::TooSlow
            | RefusalReason::NoPipeline
            | RefusalReason::QueueFull
            | RefusalReason::Memory
            | RefusalReason::StorageFailed
            | RefusalReason::Stopping
            | RefusalReason::AuthenticationBusy => {}
        }
        self.note(name, Some(&refusal));
        let wait = self.wait;
        self.wait = (wait * 2).min(RETRY_MAX);
        Offered::Later(wait)
    }

    /// Counts what will never be taken as lost.
    pub(super) fn give_up(&mut self, name: &str, rest: &Pipeline, part: &Part, refusal: &Refusal) {
        let items = part.items;
        let reason = match refusal.reason {
            RefusalReason::TooLarge => RejectReason::TooLarge,
            _ => RejectReason::InvalidPoint,
        };
        rest.reach(&mut |exporter| exporter.rejected(rest.signal, reason, items));
        warn!("{name}: {items} items are lost and counted: {refusal}");
        self.wait = RETRY_MIN;
    }

    /// Logs when things get better or worse.
    fn note(&self, name: &str, refusal: Option<&Refusal>) {
        if self.is_refused.turns(refusal.is_some()) {
            match refusal {
                Some(refusal) => warn!("{name}: waiting for room: {refusal}"),
                None => info!("{name}: there is room again"),
            }
        }
    }
}

/// Sleeps until then, or for ever.
pub(super) async fn sleep_until(until: Option<time::Instant>) {
    match until {
        Some(until) => time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}
