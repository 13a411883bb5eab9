//! Hands requests that waited in a processor to the rest of the pipeline.

use std::time::Duration;

use bytes::Bytes;
use tokio::{sync::watch, time};
use tracing::{info, warn};

use crate::pipeline::{Ack, Counts, Item, Pipeline, Refusal, RefusalReason, RejectReason, Tenant};

/// The wait after the first refusal; each further one is twice as long. Asking costs little: nothing leaves the process.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// The longest wait between two attempts.
const RETRY_MAX: Duration = Duration::from_secs(1);

/// What became of a request that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    /// The rest of the pipeline has it.
    Taken,
    /// There is no room; it is to be offered again after this long.
    Later(Duration),
    /// It will never be taken, and is counted as lost.
    Never,
}

/// Who offers, one request after another.
#[derive(Debug)]
pub(super) struct Onward {
    wait: Duration,
    /// Whether the last attempt failed, so that a full queue behind is one line in the log and not many.
    is_refused: bool,
}

impl Onward {
    pub(super) const fn new() -> Self {
        Self { wait: RETRY_MIN, is_refused: false }
    }

    /// Takes a request into the rest of the pipeline, or not at all; its own senders were answered before. `name` is the processor's place in the file.
    pub(super) fn offer(
        &mut self,
        name: &str,
        rest: &Pipeline,
        (tenant, bytes, items): (&Tenant, &Bytes, u64),
        ack: Ack,
    ) -> Offered {
        let item = Item {
            signal: rest.signal,
            bytes: bytes.clone(),
            counts: Counts { items },
            tenant: tenant.clone(),
            ack,
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
        if is_final(refusal.reason) {
            rest.reach(&mut |exporter| {
                exporter.rejected(rest.signal, RejectReason::InvalidPoint, items);
            });
            warn!("{name}: {items} items are lost and counted: {refusal}");
            self.wait = RETRY_MIN;
            return Offered::Never;
        }
        self.note(name, Some(&refusal));
        let wait = self.wait;
        self.wait = (wait * 2).min(RETRY_MAX);
        Offered::Later(wait)
    }

    /// Logs when things get better or worse.
    fn note(&mut self, name: &str, refusal: Option<&Refusal>) {
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

/// Sleeps until then, or for ever.
pub(super) async fn sleep_until(until: Option<time::Instant>) {
    match until {
        Some(until) => time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Waits until the processor is told to stop.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
