//! How an exporter tells the sender what became of an item.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::refusal::Refusal;

/// One share of an item's acknowledgement; every clone of the item holds one.
///
/// The sender is answered when the last share is gone. A share that is dropped without a word means *kept*: an
/// exporter calls [`Ack::reject`] for what it could not keep.
#[derive(Clone)]
pub struct Ack(Arc<Shared>);

struct Shared {
    rejected: AtomicU64,
    message: Mutex<Option<String>>,
    refusal: Mutex<Option<Refusal>>,
    answer: Mutex<Option<oneshot::Sender<Outcome>>>,
}

/// What became of an item, once every exporter has spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Points or spans that some exporter could not keep; the largest number over the exporters.
    pub rejected: u64,
    /// The first reason given, with value, limit and remedy.
    pub message: Option<String>,
    /// Some exporter could not keep any of it, though it had promised to: the sender is to send all of it again, those
    /// exporters included that kept it.
    pub refusal: Option<Refusal>,
}

/// The receiver's side: resolves to the [`Outcome`].
#[derive(Debug)]
pub struct Acknowledged(oneshot::Receiver<Outcome>);

impl Ack {
    /// A new acknowledgement and the side that waits for it.
    #[must_use]
    pub fn new() -> (Self, Acknowledged) {
        let (answer, outcome) = oneshot::channel();
        let shared = Shared {
            rejected: AtomicU64::new(0),
            message: Mutex::new(None),
            refusal: Mutex::new(None),
            answer: Mutex::new(Some(answer)),
        };
        (Self(Arc::new(shared)), Acknowledged(outcome))
    }

    /// One for items that nobody waits for, such as the collector's own telemetry.
    #[must_use]
    pub fn ignored() -> Self {
        Self::new().0
    }

    /// Says that this exporter could not keep `items` of them, and why.
    pub fn reject(&self, items: u64, message: impl FnOnce() -> String) {
        self.0.rejected.fetch_max(items, Ordering::Relaxed);
        self.0.message.lock().get_or_insert_with(message);
    }

    /// Says that this exporter could not keep it after all, and why; the sender is answered so if it still waits.
    pub fn refuse(&self, refusal: Refusal) {
        self.0.refusal.lock().get_or_insert(refusal);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let outcome = Outcome {
            rejected: *self.rejected.get_mut(),
            message: self.message.get_mut().take(),
            refusal: self.refusal.get_mut().take(),
        };
        if let Some(answer) = self.answer.get_mut().take() {
            // The receiver may have gone with its connection; then nobody is left to tell.
            let _ = answer.send(outcome);
        }
    }
}

impl Acknowledged {
    /// Waits until every share of the item is gone.
    pub async fn outcome(self) -> Outcome {
        self.0.await.unwrap_or_default()
    }
}

impl fmt::Debug for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ack")
            .field("rejected", &self.0.rejected.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_sender_is_answered_when_the_last_share_is_gone() {
        let (ack, outcome) = Ack::new();
        let other = ack.clone();
        other.reject(3, || "series limit 10 reached".to_owned());
        ack.reject(2, || "later".to_owned());
        drop(ack);
        drop(other);
        let message = Some("series limit 10 reached".to_owned());
        let expected = Outcome { rejected: 3, message, refusal: None };
        assert_eq!(outcome.outcome().await, expected);
    }

    #[tokio::test]
    async fn a_share_dropped_without_a_word_means_kept() {
        let (ack, outcome) = Ack::new();
        drop(ack);
        assert_eq!(outcome.outcome().await, Outcome::default());
    }
}
