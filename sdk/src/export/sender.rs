//! Requests of one signal, each sent until it is settled.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    LONGEST_WAIT,
    client::Client,
    console,
    destination::Destination,
    fault::said,
    in_flight::InFlight,
    memory::InMemory,
    retry::{MAX_ATTEMPTS, Verdict, delay},
    signal::Signal,
    stats::{Counters, ExportFailure},
};
use crate::self_metrics::OperationDurations;

/// The largest request that may leave, before compression; OTLP's own limit for clients.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// Where requests go.
#[derive(Debug, Clone)]
pub(crate) enum Route {
    Otlp(Box<Destination>),
    Console,
    Memory(InMemory),
}

#[derive(Debug)]
enum Exit {
    Otlp(Box<Client>),
    Console,
    Memory(InMemory),
}

/// Encoded requests, with how many items are in each.
pub(super) type Requests = Vec<(Bytes, u64)>;

/// Why a request did not get through.
#[derive(Debug)]
struct SendError {
    reason: ExportFailure,
    detail: String,
}

/// Sends requests, settles every item, and counts what became of it.
#[derive(Debug)]
pub(super) struct Sender {
    signal: Signal,
    exit: Exit,
    timeout: Duration,
    counters: Arc<Counters>,
    durations: OperationDurations,
}

impl Sender {
    pub(super) fn new(
        signal: Signal,
        route: Route,
        timeout: Duration,
        counters: Arc<Counters>,
        durations: OperationDurations,
    ) -> Self {
        let exit = match route {
            Route::Otlp(destination) => Exit::Otlp(Box::new(Client::new(*destination))),
            Route::Console => Exit::Console,
            Route::Memory(memory) => Exit::Memory(memory),
        };
        Self { signal, exit, timeout: timeout.min(LONGEST_WAIT), counters, durations }
    }

    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Items that are to be delivered, and count as lost until they are.
    pub(super) fn expect(&self, items: u64) -> InFlight {
        InFlight::new(Arc::clone(&self.counters), items)
    }

    /// Sends every request. `Err` says why not everything was delivered. What is unsettled when the future is dropped,
    /// also before its first poll, counts as lost.
    pub(super) fn deliver(
        self: Arc<Self>,
        requests: Requests,
        deadline: Instant,
    ) -> impl Future<Output = Result<(), String>> + Send + 'static {
        let items = requests.iter().map(|(_, items)| items).sum();
        let mut in_flight = self.expect(items);
        async move {
            let mut outcome = Ok(());
            for (request, items) in requests {
                let started = Instant::now();
                let sent = self.send(request, deadline).await;
                let took = started.elapsed();
                match sent {
                    Ok(rejected) => {
                        in_flight.arrived(items, rejected);
                        if rejected > 0 {
                            let what = self.signal.items();
                            outcome = Err(format!("the collector rejected {rejected} {what}"));
                        }
                        self.durations.delivered(took, rejected > 0);
                    }
                    Err(error) => {
                        in_flight.lost(error.reason, items);
                        let what = self.signal.items();
                        outcome = Err(format!("{items} {what}: {}", error.detail));
                        self.durations.lost(took, error.reason);
                    }
                }
            }
            outcome
        }
    }

    /// Returns how many items the collector rejected.
    async fn send(&self, request: Bytes, deadline: Instant) -> Result<u64, SendError> {
        if request.len() > MAX_REQUEST_BYTES {
            return Err(SendError {
                reason: ExportFailure::RequestTooLarge,
                detail: format!(
                    "a request of {} bytes is over the limit of {MAX_REQUEST_BYTES}: record smaller attributes",
                    request.len()
                ),
            });
        }
        match &self.exit {
            Exit::Otlp(client) => self.send_otlp(client, request, deadline).await,
            Exit::Memory(memory) => {
                memory.keep(self.signal, request);
                Ok(0)
            }
            Exit::Console => {
                console::write(self.signal, &request).map(|()| 0).map_err(|error| SendError {
                    reason: ExportFailure::Refused,
                    detail: format!("standard output cannot be written: {error}"),
                })
            }
        }
    }

    /// Sends the request until it is answered for good, [`MAX_ATTEMPTS`] are used up, or the deadline is there.
    async fn send_otlp(
        &self,
        client: &Client,
        request: Bytes,
        deadline: Instant,
    ) -> Result<u64, SendError> {
        let failed = |reason, detail: &str| SendError {
            reason,
            detail: format!("`{}` {detail}", client.destination().uri),
        };
        let body = client.body(request).map_err(|error| {
            failed(ExportFailure::RequestTooLarge, &format!("gets no request: {error}"))
        })?;
        let mut attempt = 1;
        loop {
            let Ok(answer) = timeout_at(deadline, client.attempt(body.clone())).await else {
                client.reconnect();
                return Err(failed(ExportFailure::DeadlineExceeded, "did not answer in time"));
            };
            let fault = match answer {
                Ok(message) => {
                    return self
                        .rejected(&message)
                        .map_err(|detail| failed(ExportFailure::Refused, &detail));
                }
                Err(fault) => fault,
            };
            let not_before = match fault.verdict {
                Verdict::Final(reason) => return Err(failed(reason, &fault.detail)),
                Verdict::Retry { not_before } => not_before,
            };
            let wait = delay(attempt, not_before, rand::random());
            if attempt >= MAX_ATTEMPTS || wait >= deadline.saturating_duration_since(Instant::now())
            {
                return Err(failed(ExportFailure::RetriesExhausted, &fault.detail));
            }
            self.counters.count_retry();
            sleep(wait).await;
            attempt += 1;
        }
    }

    fn rejected(&self, message: &[u8]) -> Result<u64, String> {
        let accepted = self
            .signal
            .accepted(message)
            .map_err(|error| format!("answers with no OTLP response: {error}"))?;
        if !accepted.message.is_empty() {
            tracing::warn!(
                rejected = accepted.rejected,
                "the collector says about {}: {}",
                self.signal.items(),
                said(&accepted.message)
            );
        }
        Ok(accepted.rejected)
    }
}
