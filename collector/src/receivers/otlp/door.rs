//! The way of a request from the wire into the pipelines, the same for both protocols.

use std::{panic::resume_unwind, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use tokio::task::spawn_blocking;

use crate::{
    config::OtlpListenerSettings,
    http::{Charge, InFlight, Pace, Request, read_body},
    otlp,
    own_traces::Listener,
    pipeline::{
        Ack, Acknowledged, Intake, Item, Outcome, Refusal, RefusalReason, Signal, Tenant, Traced,
    },
    self_metrics::ReceiverMetrics,
};

/// Bytes of a plain message that are checked and applied at once: half a millisecond at most.
const BYTES_AT_ONCE: usize = 256 << 10;

/// Bytes of a tenant's name; a request with a longer one is refused.
const TENANT_BYTES_MAX: usize = 128;

/// Where every request of one listener comes in; counts what it lets in and what it refuses.
#[derive(Debug)]
pub(super) struct Door {
    intake: Arc<dyn Intake>,
    budget: Arc<InFlight>,
    pace: Pace,
    /// Where peers say whose a request is.
    tenant_header: Option<HeaderName>,
    metrics: Arc<ReceiverMetrics>,
    traces: Listener,
}

impl Door {
    pub(super) fn new(
        intake: Arc<dyn Intake>,
        budget: Arc<InFlight>,
        listener: &OtlpListenerSettings,
        metrics: Arc<ReceiverMetrics>,
        traces: Listener,
    ) -> Self {
        let tenant_header = listener.tenant_header.clone();
        Self { intake, budget, pace: listener.pace, tenant_header, metrics, traces }
    }

    /// Takes a request in and waits until every exporter has spoken.
    ///
    /// At most `limit` bytes are read; `framed_bytes` may know from the first of them how many there will be, and
    /// `unpack` turns them into the encoded message, which stays charged until the answer is known. What a queue keeps
    /// beyond that is charged to the queue. What is large, or `is_packed`, is worked on beside the thread of its
    /// connection, which other connections wait for.
    pub(super) async fn receive(
        self: &Arc<Self>,
        signal: Signal,
        request: Request,
        limit: usize,
        framed_bytes: impl Fn(&[u8]) -> Option<usize>,
        is_packed: bool,
        unpack: impl FnOnce(Bytes, &mut Charge) -> Result<Bytes, Refusal> + Send + 'static,
    ) -> Result<Outcome, Refusal> {
        let span = self.traces.request(signal, request.headers());
        let of = (signal, span.traced());
        let kept = self.keep(of, request, limit, framed_bytes, is_packed, unpack).await;
        match kept {
            Ok((outcome, items)) => {
                span.accepted(items, outcome.rejected);
                Ok(outcome)
            }
            Err(Refused { refusal, items }) => {
                span.refused(&refusal, items);
                Err(refusal)
            }
        }
    }

    async fn keep(
        self: &Arc<Self>,
        (signal, traced): (Signal, Traced),
        request: Request,
        limit: usize,
        framed_bytes: impl Fn(&[u8]) -> Option<usize>,
        is_packed: bool,
        unpack: impl FnOnce(Bytes, &mut Charge) -> Result<Bytes, Refusal> + Send + 'static,
    ) -> Result<(Outcome, u64), Refused> {
        let tenant = self.tenant_of(request.headers());
        let tenant = tenant.map_err(|refusal| self.refused(signal, refusal, 0))?;
        let mut charge = self.budget.charge();
        let read = read_body(request, limit, &self.pace, framed_bytes, &mut charge).await;
        let body = read.map_err(|refusal| self.refused(signal, refusal, 0))?;
        let is_long = is_packed || body.len() > BYTES_AT_ONCE;
        let door = Arc::clone(self);
        let take_in = move || {
            let bytes = unpack(body, &mut charge);
            let bytes = bytes.map_err(|refusal| door.refused(signal, refusal, 0))?;
            charge.settle(bytes.len());
            Ok((door.take_in(signal, tenant, bytes, traced)?, charge))
        };
        let (taken, _charge) = if is_long {
            match spawn_blocking(take_in).await {
                Ok(taken) => taken?,
                Err(failed) => match failed.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => return Err(self.refused(signal, stopping(), 0)),
                },
            }
        } else {
            take_in()?
        };
        let (acknowledged, items) = taken;
        let mut outcome = acknowledged.outcome().await;
        match outcome.refusal.take() {
            Some(refusal) => Err(self.refused(signal, refusal, items)),
            None => Ok((outcome, items)),
        }
    }

    /// Checks a message and hands it to the pipelines.
    fn take_in(
        &self,
        signal: Signal,
        tenant: Tenant,
        bytes: Bytes,
        traced: Traced,
    ) -> Result<(Acknowledged, u64), Refused> {
        let counts = otlp::check(signal, &bytes).map_err(|malformed| {
            let refusal = Refusal {
                reason: RefusalReason::Malformed,
                message: malformed.to_string(),
                retry_after: None,
            };
            self.refused(signal, refusal, 0)
        })?;
        let (ack, acknowledged) = Ack::new();
        let item = Item { signal, bytes, counts, tenant, ack, traced };
        self.intake.admit(item).map_err(|refusal| self.refused(signal, refusal, counts.items))?;
        self.metrics.accepted(signal, counts.items);
        Ok((acknowledged, counts.items))
    }

    /// Whose a request is. What a sender says in a header that the settings do not name says nothing.
    fn tenant_of(&self, headers: &HeaderMap) -> Result<Tenant, Refusal> {
        let Some(header) = &self.tenant_header else {
            return Ok(Tenant::default());
        };
        let mut values = headers.get_all(header).iter();
        let name = match (values.next(), values.next()) {
            (None, _) => return Ok(Tenant::default()),
            (Some(value), None) => value.to_str().ok(),
            (Some(_), Some(_)) => None,
        };
        let name = name.filter(|name| !name.is_empty() && name.len() <= TENANT_BYTES_MAX);
        name.map(Tenant::named).ok_or_else(|| Refusal {
            reason: RefusalReason::Malformed,
            message: format!(
                "header {header} is there twice, empty, longer than {TENANT_BYTES_MAX} bytes or not of printable ASCII; \
                 it says whose the request is"
            ),
            retry_after: None,
        })
    }

    /// Counts a refusal on its way to the sender.
    pub(super) fn refuse(&self, signal: Signal, refusal: Refusal, items: u64) -> Refusal {
        self.metrics.refused(signal, refusal.reason, items);
        refusal
    }

    fn refused(&self, signal: Signal, refusal: Refusal, items: u64) -> Refused {
        Refused { refusal: self.refuse(signal, refusal, items), items }
    }
}

/// A refusal that was counted, with the items of the request as far as they are known.
#[derive(Debug)]
struct Refused {
    refusal: Refusal,
    items: u64,
}

/// The runtime took no more work.
fn stopping() -> Refusal {
    Refusal {
        reason: RefusalReason::Stopping,
        message: "the collector is stopping; send it again elsewhere".to_owned(),
        retry_after: None,
    }
}
