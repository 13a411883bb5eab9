//! What was sent and what was answered, compared with what arrived.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use prost::Message;

use super::{
    arrived::Arrived,
    numbered::{numbered, request},
};
use crate::http;

/// Everything that was ever sent to one collector, across its lives.
#[derive(Debug)]
pub struct Account {
    /// Spans of a request.
    spans: u64,
    /// Bytes of each of them, about.
    padding: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    requests: u64,
    /// What each span that was sent holds.
    sent: BTreeMap<u64, u64>,
    acknowledged: BTreeSet<u64>,
    refused: u64,
    unanswered: u64,
}

/// What a sender was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is kept.
    Acknowledged,
    /// It is not, by this status of HTTP.
    Refused(http::Reply),
    /// Nobody knows: the connection was refused, or it broke.
    Unanswered,
}

/// How sent, acknowledged and arrived compare, in spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Sent, once each.
    pub sent: u64,
    /// Acknowledged by the collector.
    pub acknowledged: u64,
    /// Of requests that were refused.
    pub refused: u64,
    /// Of requests whose sender knows nothing.
    pub unanswered: u64,
    /// Different ones at the backend.
    pub delivered: u64,
    /// Those that came there again.
    pub duplicates: u64,
    /// Acknowledged, and not at the backend.
    pub missing: u64,
}

impl Account {
    /// An account of requests with so many spans, of so many bytes each.
    #[must_use]
    pub fn of_requests(spans: u64, padding: usize) -> Self {
        Self { spans, padding, state: Mutex::default() }
    }

    /// Sends the next request over OTLP/HTTP and waits for the answer.
    pub fn send(&self, collector: SocketAddr) -> Answer {
        let (first, body) = self.next();
        let headers = [("content-type", "application/x-protobuf")];
        let answer = match http::post(collector, "/v1/traces", &headers, &body) {
            Ok(reply) if reply.status == 200 => Answer::Acknowledged,
            Ok(reply) => Answer::Refused(reply),
            Err(_) => Answer::Unanswered,
        };
        self.note(first, &answer);
        answer
    }

    /// Sends so many requests, one after another.
    ///
    /// # Panics
    /// If one is not acknowledged.
    #[track_caller]
    pub fn send_all(&self, collector: SocketAddr, requests: usize) {
        for nth in 0..requests {
            assert_eq!(self.send(collector), Answer::Acknowledged, "request {nth} of {requests}");
        }
    }

    /// The next request and the number of its first span. It counts as sent: [`Account::note`] says what became of it.
    pub fn next(&self) -> (u64, Vec<u8>) {
        let first = {
            let mut state = self.state();
            state.requests += 1;
            // No span has the number 0, which is no valid id.
            1 + (state.requests - 1) * self.spans
        };
        let request = request(first, self.spans, self.padding);
        self.state().sent.extend(numbered(&request));
        (first, request.encode_to_vec())
    }

    /// Notes what the sender of a request was told.
    pub fn note(&self, first: u64, answer: &Answer) {
        let mut state = self.state();
        match answer {
            Answer::Acknowledged => state.acknowledged.extend(first..first + self.spans),
            Answer::Refused(_) => state.refused += self.spans,
            Answer::Unanswered => state.unanswered += self.spans,
        }
    }

    /// Spans that were acknowledged so far.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.state().acknowledged.len() as u64
    }

    /// The acknowledged spans that are not there, ascending.
    #[must_use]
    pub fn missing(&self, arrived: &Arrived) -> Vec<u64> {
        let state = self.state();
        let missing = state.acknowledged.iter().filter(|it| arrived.content(**it).is_none());
        missing.copied().collect()
    }

    /// Compares.
    ///
    /// # Panics
    /// If something arrived that was not sent, or with another content.
    #[track_caller]
    #[must_use]
    pub fn balance(&self, arrived: &Arrived) -> Balance {
        let missing = self.missing(arrived).len() as u64;
        let state = self.state();
        for number in arrived.numbers() {
            let sent = state.sent.get(&number);
            assert_eq!(arrived.content(number).as_ref(), sent, "span {number} was not sent so");
        }
        let delivered = arrived.numbers().count() as u64;
        Balance {
            sent: state.sent.len() as u64,
            acknowledged: state.acknowledged.len() as u64,
            refused: state.refused,
            unanswered: state.unanswered,
            delivered,
            duplicates: arrived.duplicates(),
            missing,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sent, acknowledged, refused, unanswered, delivered, duplicates, missing } = self;
        write!(
            f,
            "spans sent {sent}, acknowledged {acknowledged}, refused {refused}, unanswered {unanswered}, \
             delivered {delivered}, duplicates {duplicates}, acknowledged and not delivered {missing}"
        )
    }
}
