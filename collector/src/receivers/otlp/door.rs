//! The way of a request from the wire into the pipelines, the same for both protocols.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    http::{Charge, InFlight, Pace, Request, read_body},
    otlp,
    pipeline::{Ack, Intake, Item, Outcome, Refusal, RefusalReason, Signal, Tenant},
    self_metrics::ReceiverMetrics,
};

/// Where every request of one listener comes in; counts what it lets in and what it refuses.
#[derive(Debug)]
pub(super) struct Door {
    intake: Arc<dyn Intake>,
    budget: Arc<InFlight>,
    pace: Pace,
    metrics: Arc<ReceiverMetrics>,
}

impl Door {
    pub(super) fn new(
        intake: Arc<dyn Intake>,
        budget: Arc<InFlight>,
        pace: Pace,
        metrics: Arc<ReceiverMetrics>,
    ) -> Self {
        Self { intake, budget, pace, metrics }
    }

    /// Takes a request in and waits until every exporter has spoken.
    ///
    /// At most `limit` bytes are read; `framed_bytes` may know from the first of them how many there will be, and
    /// `unpack` turns them into the encoded message, which stays charged until the answer is known. What a queue keeps
    /// beyond that is charged to the queue.
    pub(super) async fn receive(
        &self,
        signal: Signal,
        request: Request,
        limit: usize,
        framed_bytes: impl Fn(&[u8]) -> Option<usize>,
        unpack: impl FnOnce(Bytes, &mut Charge) -> Result<Bytes, Refusal>,
    ) -> Result<Outcome, Refusal> {
        let mut charge = self.budget.charge();
        let unpacked = read_body(request, limit, &self.pace, framed_bytes, &mut charge)
            .await
            .and_then(|body| unpack(body, &mut charge));
        let bytes = unpacked.map_err(|refusal| self.refuse(signal, refusal, 0))?;
        charge.settle(bytes.len());
        let counts = otlp::check(signal, &bytes).map_err(|malformed| {
            let refusal = Refusal {
                reason: RefusalReason::Malformed,
                message: malformed.to_string(),
                retry_after: None,
            };
            self.refuse(signal, refusal, 0)
        })?;
        let (ack, acknowledged) = Ack::new();
        let item = Item { signal, bytes, counts, tenant: Tenant::default(), ack };
        self.intake.admit(item).map_err(|refusal| self.refuse(signal, refusal, counts.items))?;
        self.metrics.accepted(signal, counts.items);
        Ok(acknowledged.outcome().await)
    }

    /// Counts a refusal on its way to the sender.
    pub(super) fn refuse(&self, signal: Signal, refusal: Refusal, items: u64) -> Refusal {
        self.metrics.refused(signal, refusal.reason, items);
        refusal
    }
}
