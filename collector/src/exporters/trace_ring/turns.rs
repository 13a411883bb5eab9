//! Work on many spans, done beside the runtime's own threads.

use std::sync::Arc;

use tokio::{sync::Semaphore, task::spawn_blocking};

/// Searches, and traces that are written, at once. Further ones wait: the processors belong to what receives.
const AT_ONCE: usize = 2;

/// Turns at such work.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Waits for its turn and does the work; nothing if it panicked, or the runtime ends.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let turn = Arc::clone(&self.0).acquire_owned().await.ok()?;
        // The turn ends with the work, even if nobody waits for it any more.
        let in_turn = move || {
            let done = work();
            drop(turn);
            done
        };
        spawn_blocking(in_turn).await.ok()
    }
}
