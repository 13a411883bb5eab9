//! The task that takes spans out of the queue: when a batch is there, when the delay is over, or when asked to.

use std::{
    sync::{Arc, mpsc::SyncSender},
    time::Duration,
};

use tokio::{
    sync::mpsc::Receiver,
    time::{Instant, sleep_until},
};

use super::queue::{Batch, SpanQueue};
use crate::export::{LONGEST_WAIT, otlp_spans::OtlpSpans, reader::Outcome};

/// Someone waits until every span that has ended is exported; has room for the one answer.
pub(super) type Asked = SyncSender<Outcome>;

/// Exports batches one after the other.
#[derive(Debug)]
pub(super) struct Batches {
    queue: Arc<SpanQueue>,
    otlp: OtlpSpans,
    delay: Duration,
    /// Whether the last export failed, so that a log tells only of the first failure and of the recovery.
    failing: bool,
}

impl Batches {
    pub(super) fn new(queue: Arc<SpanQueue>, otlp: OtlpSpans, delay: Duration) -> Self {
        Self { queue, otlp, delay: delay.min(LONGEST_WAIT), failing: false }
    }

    /// Runs until nobody is left to ask. Ended before, it gives up what is under way and in the queue, and counts it.
    pub(super) async fn run(mut self, mut asked: Receiver<Asked>) {
        let mut due = Instant::now() + self.delay;
        loop {
            tokio::select! {
                biased;
                asked = asked.recv() => {
                    let Some(asked) = asked else {
                        return;
                    };
                    let outcome = self.export_all().await;
                    // Nobody listens any more if the caller's own time is up, and then it has its answer.
                    let _ = asked.try_send(outcome);
                    due = Instant::now() + self.delay;
                }
                () = sleep_until(due) => {
                    // Whoever did not ask reads the counts, or the log.
                    let _ = self.export_all().await;
                    due = Instant::now() + self.delay;
                }
                () = self.queue.ready() => {
                    while self.queue.is_ready() && let Some(batch) = self.queue.take() {
                        let _ = self.export(batch).await;
                    }
                }
            }
        }
    }

    /// Exports what is in the queue now, but not what comes meanwhile, which may never end.
    async fn export_all(&mut self) -> Outcome {
        let mut left = self.queue.len();
        let mut outcome = Ok(());
        while left > 0
            && let Some(batch) = self.queue.take()
        {
            left = left.saturating_sub(batch.spans.len());
            let exported = self.export(batch).await;
            outcome = outcome.and(exported);
        }
        outcome
    }

    /// Exports one batch, on a task of its own, so that a panic on its way ends nothing else.
    async fn export(&mut self, batch: Batch) -> Outcome {
        let (spans, bytes) = (batch.spans.len(), batch.bytes);
        let export = self.otlp.export(batch.spans);
        // From here on they count as being on their way.
        self.queue.left(spans);
        let outcome = match tokio::spawn(export).await {
            Ok(outcome) => outcome.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        self.queue.release(bytes);
        self.log_change(&outcome);
        outcome
    }

    fn log_change(&mut self, outcome: &Outcome) {
        match outcome {
            Err(why) if !self.failing => {
                tracing::warn!("spans are not delivered: {why}; those that are lost are counted");
            }
            Ok(()) if self.failing => tracing::info!("spans are delivered again"),
            Ok(()) | Err(_) => {}
        }
        self.failing = outcome.is_err();
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}
