//! Those who ask over HTTP for a reload, in a short line for whoever does it.
//!
//! An ask stays in the line until a reload takes it, which then needs nothing of the listener that it came to, and can be
//! withdrawn until then. So a listener that a reload replaces can end before the next reload, which waits for its end.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

/// Asks that wait, of all listeners together; one more is told to come back.
pub(super) const WAITING_MAX: usize = 16;

/// What became of a reload: why the configuration was not taken, a line for each error.
pub type ReloadAnswer = Result<(), String>;

/// The line, which takes nobody before it is opened and after it was closed.
#[derive(Debug, Default)]
pub struct ReloadAsks {
    line: Mutex<Line>,
    asked: Notify,
}

#[derive(Debug, Default)]
struct Line {
    is_open: bool,
    next: u64,
    waiting: Vec<(u64, oneshot::Sender<ReloadAnswer>)>,
}

/// One that asks. Dropping it withdraws it.
#[derive(Debug)]
pub(super) struct Ask {
    id: u64,
    asks: Arc<ReloadAsks>,
    answer: oneshot::Receiver<ReloadAnswer>,
}

/// Why nobody more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotTaken {
    Full,
    Closed,
}

/// Those whom one reload answers. Whom it does not answer is told that the collector ends.
#[derive(Debug, Default)]
pub struct TakenAsks(Vec<oneshot::Sender<ReloadAnswer>>);

impl ReloadAsks {
    /// From here on [`ReloadAsks::take`] is called for whoever asks.
    pub fn open(&self) {
        self.line.lock().is_open = true;
    }

    /// Nobody is answered any more, those who wait included.
    pub fn close(&self) {
        let mut line = self.line.lock();
        line.is_open = false;
        line.waiting.clear();
    }

    /// Waits until somebody asks. For one caller at a time.
    pub async fn asked(&self) {
        while self.line.lock().waiting.is_empty() {
            self.asked.notified().await;
        }
    }

    /// All who wait, for one reload that begins now.
    #[must_use]
    pub fn take(&self) -> TakenAsks {
        let waiting = std::mem::take(&mut self.line.lock().waiting);
        TakenAsks(waiting.into_iter().map(|(_, answer)| answer).collect())
    }

    pub(super) fn ask(self: &Arc<Self>) -> Result<Ask, NotTaken> {
        let (sender, answer) = oneshot::channel();
        let mut line = self.line.lock();
        if !line.is_open {
            return Err(NotTaken::Closed);
        }
        if line.waiting.len() >= WAITING_MAX {
            return Err(NotTaken::Full);
        }
        let id = line.next;
        line.next += 1;
        line.waiting.push((id, sender));
        drop(line);
        self.asked.notify_one();
        Ok(Ask { id, asks: Arc::clone(self), answer })
    }
}

impl Ask {
    /// What became of it; nothing if it never will be known.
    pub(super) async fn answer(&mut self) -> Option<ReloadAnswer> {
        (&mut self.answer).await.ok()
    }

    /// Whether it still waited, which it does no more.
    pub(super) fn withdraw(&self) -> bool {
        let mut line = self.asks.line.lock();
        let before = line.waiting.len();
        line.waiting.retain(|(id, _)| *id != self.id);
        line.waiting.len() < before
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl TakenAsks {
    /// Whether all have gone who had asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells all of them; who has gone is not waited for.
    pub fn answer(self, answer: &ReloadAnswer) {
        for asking in self.0 {
            let _ = asking.send(answer.clone());
        }
    }
}
