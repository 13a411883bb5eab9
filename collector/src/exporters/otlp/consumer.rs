//! Takes what leaves as one from the queue, until each request of it is delivered or given up.
//!
//! Requests that are refused as one are sent again in halves, down to each as it came, so that none is lost for the size
//! or the content of another. So are those that as one get no answer in time, or end two connections in a row, which is
//! what some servers do with more than they take.

use std::{pin::pin, sync::Arc};

use tokio::time;

use super::{
    answer::Accepted,
    backoff::random_share,
    client::Client,
    compression::Packed,
    gate::{Gate, Passage},
    health::{Health, Remains, Step},
    verdict::Failure,
};
use crate::{
    config::RetrySettings,
    exporters::queue::{Backlog, Fate, Taken},
    own_traces::{AttemptSpan, Sender},
    pipeline::{RejectReason, Signal},
};

/// One of the tasks that send; each has one request under way.
#[derive(Debug, Clone)]
pub(super) struct Consumer {
    pub(super) queue: Backlog,
    pub(super) client: Arc<Client>,
    pub(super) retry: Arc<RetrySettings>,
    pub(super) gate: Arc<Gate>,
    pub(super) health: Arc<Health>,
    pub(super) traces: Arc<Sender>,
}

/// Requests that are sent as one.
struct Part {
    requests: Vec<Taken>,
    passage: Passage,
    of: Of,
}

/// What is a part of what.
#[derive(Clone, Copy)]
enum Of {
    /// All that left the queue as one.
    Whole,
    /// Half of that, which had so many bytes.
    Half(u64),
    /// Less.
    Rest,
}

/// What became of an attempt, and those after it.
enum Outcome {
    /// It was taken.
    Accepted(Accepted),
    /// It may be taken in parts, if it has some.
    InParts(GivenUp),
    GivenUp(GivenUp),
}

/// Why a request was given up.
struct GivenUp {
    reason: RejectReason,
    message: String,
}

impl Consumer {
    /// Sends until the queue has stopped and is empty, or is handed to others.
    pub(super) async fn run(self) {
        while let Some(requests) = self.queue.next().await {
            self.deliver(requests).await;
        }
    }

    async fn deliver(&self, requests: Vec<Taken>) {
        // The oldest last; each is half of what was refused, so that they are few.
        let mut parts = vec![Part { requests, passage: self.gate.passage(), of: Of::Whole }];
        let mut dismissal = pin!(self.queue.dismissal());
        while let Some(mut part) = parts.pop() {
            let outcome = tokio::select! {
                biased;
                outcome = self.send_in_time(&mut part) => outcome,
                () = &mut dismissal => {
                    parts.push(part);
                    let left = parts.iter().flat_map(|part| &part.requests);
                    return left.for_each(|request| self.queue.give_back(request));
                }
            };
            match outcome {
                Outcome::Accepted(accepted) => self.accepted(&part, &accepted),
                Outcome::InParts(_) if part.requests.len() > 1 => {
                    let of = match part.of {
                        Of::Whole => Of::Half(part.bytes()),
                        Of::Half(_) | Of::Rest => Of::Rest,
                    };
                    let Part { mut requests, passage, .. } = part;
                    let second = requests.split_off(requests.len() / 2);
                    parts.push(Part { requests: second, passage: self.gate.passage(), of });
                    parts.push(Part { requests, passage, of });
                }
                Outcome::InParts(given_up) | Outcome::GivenUp(given_up) => {
                    self.give_up(&part, &given_up);
                }
            }
        }
    }

    /// Settles requests that nobody will deliver, and keeps what the other side refused where that is done.
    fn give_up(&self, part: &Part, GivenUp { reason, message }: &GivenUp) {
        let mut kept = 0;
        for request in &part.requests {
            let is_refused = *reason == RejectReason::Remote;
            kept += usize::from(is_refused && self.queue.keep_dead_letter(request, message));
            self.queue.settle(request, Fate::Lost(*reason));
        }
        let remains = Remains::of(part.requests.len(), kept);
        self.health.note(Step::GivenUp(remains), message);
    }

    /// Settles requests that were taken as one. What was rejected of them is counted as of the oldest: the answer does
    /// not say of which it is.
    fn accepted(&self, part: &Part, Accepted { rejected, message }: &Accepted) {
        let step = if *rejected > 0 { Step::Partly } else { Step::Delivering };
        self.health.note(step, message);
        match part.of {
            Of::Half(whole) => self.queue.too_many(whole),
            // One request too: while nothing fits together, nothing else would ever let more leave joined.
            Of::Whole => self.queue.taken_as_one(part.bytes()),
            Of::Rest => {}
        }
        let mut left = *rejected;
        for (nth, request) in part.requests.iter().enumerate() {
            let is_last = nth + 1 == part.requests.len();
            // More than there are count as all of them.
            let rejected = if is_last { left } else { left.min(request.waiting().items) };
            left -= rejected;
            self.queue.settle(request, Fate::Kept { rejected });
        }
    }

    async fn send_in_time(&self, part: &mut Part) -> Outcome {
        let limit = self.retry.max_elapsed_time;
        if limit.is_zero() {
            return self.send(part).await;
        }
        let sent = time::timeout(limit, self.send(part)).await;
        sent.unwrap_or_else(|_| {
            let message = format!("given up after {limit:?}");
            Outcome::GivenUp(GivenUp { reason: RejectReason::Unreachable, message })
        })
    }

    /// Tries until the request is taken, or will never be.
    async fn send(&self, part: &mut Part) -> Outcome {
        let Some(signal) = part.requests.first().map(|first| first.waiting().signal) else {
            return Outcome::Accepted(Accepted::default());
        };
        let bytes = part.requests.iter().map(|request| request.waiting().bytes.clone());
        let packed = Packed::new(bytes.collect(), self.client.compression()).await;
        let mut was_cut_off = false;
        let mut retries = 0;
        loop {
            let attempt = self.gate.pass(&mut part.passage).await;
            let span = self.span_of(signal, part, retries);
            let failure = match self.client.send(signal, &packed, Some(&span)).await {
                Ok(accepted) => {
                    span.accepted(accepted.rejected);
                    attempt.answered();
                    return Outcome::Accepted(accepted);
                }
                Err(failure) => failure,
            };
            span.failed(failure.reason(), || failure.message().to_owned());
            retries += 1;
            let was_cut_off_before = was_cut_off;
            was_cut_off = matches!(failure, Failure::CutOff { .. });
            let (asked, message, may_be_too_large) = match failure {
                Failure::Refused { message } => {
                    attempt.answered();
                    let reason = RejectReason::Remote;
                    return Outcome::InParts(GivenUp { reason, message });
                }
                Failure::Final { message } => {
                    attempt.answered();
                    let reason = RejectReason::Remote;
                    return Outcome::GivenUp(GivenUp { reason, message });
                }
                // The next connection is another one.
                Failure::CutOff { .. } if self.retry.enabled && !was_cut_off_before => continue,
                Failure::CutOff { message } | Failure::Unanswered { message } => {
                    (None, message, true)
                }
                Failure::Passing { asked, message } => (asked, message, false),
            };
            let given_up = |message| GivenUp { reason: RejectReason::Unreachable, message };
            if !self.retry.enabled {
                return Outcome::GivenUp(given_up(message));
            }
            let wait = attempt.failed(&mut part.passage, random_share(), asked);
            self.health.note(Step::Failing, &format!("{message}; trying again in {wait:.1?}"));
            if may_be_too_large && part.requests.len() > 1 {
                return Outcome::InParts(given_up(message));
            }
        }
    }

    /// A span of the collector's own for an attempt, if one of the requests is traced.
    fn span_of(&self, signal: Signal, part: &Part, retries: u64) -> AttemptSpan {
        let requests = || part.requests.iter().map(Taken::waiting);
        let items = requests().map(|request| request.items).sum();
        self.traces.attempt(signal, (items, retries), requests().map(|request| &request.traced))
    }
}

impl Part {
    fn bytes(&self) -> u64 {
        self.requests.iter().map(|request| request.waiting().bytes.len() as u64).sum()
    }
}
