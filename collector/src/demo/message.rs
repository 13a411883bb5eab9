//! What the threads of the fleet tell each other, and how they wait for it.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

use inferometer_sdk::Sent;
use opentelemetry::Context;

use super::workload::Arrival;

/// Requests that one decode replica has in hand; further ones wait with it.
pub(super) const SLOTS: usize = 64;
/// Messages that may be under way to one decode replica. A sender that finds it full waits, which ends soon, because
/// a decode replica itself never waits for anybody.
pub(super) const TO_DECODE_MAX: usize = 4 * SLOTS;
/// Jobs that may be under way to one prefill replica: all that all decode replicas have in hand, so it is never full.
pub(super) const TO_PREFILL_MAX: usize = super::stage::REPLICAS * SLOTS;

/// A prompt to be prefilled for a decode replica.
#[derive(Debug)]
pub(super) struct Job {
    /// The decode replica that asks.
    pub(super) decode: usize,
    /// Its number for the request.
    pub(super) ticket: u64,
    /// The span of the request.
    pub(super) context: Context,
    pub(super) system_prompt: usize,
    pub(super) shared_tokens: u32,
    pub(super) own_tokens: u32,
    /// Whether the transfer is to fail.
    pub(super) is_lost: bool,
}

impl Job {
    pub(super) const fn prompt_tokens(&self) -> u32 {
        self.shared_tokens + self.own_tokens
    }
}

/// What a decode replica is told.
#[derive(Debug)]
pub(super) enum ToDecode {
    /// A client asks.
    Request(Arrival),
    /// A prompt's KV cache is on its way.
    Sending {
        ticket: u64,
        /// The prefill replica that sends.
        prefill: usize,
        sent: Sent,
    },
    /// It is here.
    Delivered { ticket: u64, bytes: u64 },
    /// It will not come.
    Lost { ticket: u64 },
    /// No client will ask any more: end once every answer is given.
    NoMoreRequests,
    /// Nothing but a wake-up: see whether to end at once.
    LookUp,
}

/// A queue of at most `capacity` messages.
pub(super) fn queue<T>(capacity: usize) -> (SyncSender<T>, Receiver<T>) {
    sync_channel(capacity)
}

/// What ended a wait.
#[derive(Debug)]
pub(super) enum Woken<T> {
    /// A message.
    By(T),
    /// The time has come.
    InTime,
    /// Nobody is left to send one.
    Alone,
}

/// Waits for the next message, until the time `until` if there is one; both times in nanoseconds.
pub(super) fn wait<T>(messages: &Receiver<T>, until: Option<u64>, now: u64) -> Woken<T> {
    let Some(until) = until else {
        return messages.recv().map_or(Woken::Alone, Woken::By);
    };
    match messages.recv_timeout(Duration::from_nanos(until.saturating_sub(now))) {
        Ok(message) => Woken::By(message),
        Err(RecvTimeoutError::Timeout) => Woken::InTime,
        Err(RecvTimeoutError::Disconnected) => Woken::Alone,
    }
}
