//! The tasks and threads that go on for as long as their component does: which of them have died, and which hang.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;

/// A worker that has to give signs of life hangs after so long without one.
const HANGS_AFTER: Duration = Duration::from_secs(30);

/// The workers of one collector; clones are of the same. There are as many as components and their consumers.
#[derive(Debug, Clone, Default)]
pub struct Workers(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    running: BTreeMap<u64, Running>,
    /// By name, so that there are no more than names.
    died: BTreeSet<String>,
}

#[derive(Debug)]
struct Running {
    name: String,
    /// The last sign of life, of those who give some.
    beat: Option<Instant>,
}

/// What a worker holds while it goes on. Dropping it says that it has ended as it should; unless that is by a panic.
#[derive(Debug)]
#[must_use = "move it into the task or thread"]
pub struct Worker {
    workers: Workers,
    key: u64,
}

/// What is wrong with a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whose work it did: a component's place in the configuration.
    pub worker: String,
    /// Whether it hangs, or else has died.
    pub hangs: bool,
}

impl Fault {
    /// What is said of it.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        if self.hangs {
            "a worker has given no sign of life for 30 s: restart the collector"
        } else {
            "a worker has died of a panic, which the log shows: restart the collector"
        }
    }
}

impl Workers {
    /// A worker begins, for the component at this place.
    pub fn begin(&self, name: &str) -> Worker {
        let mut state = self.0.lock();
        let key = state.next;
        state.next += 1;
        state.running.insert(key, Running { name: name.to_owned(), beat: None });
        Worker { workers: self.clone(), key }
    }

    /// Those that are not as they should be, at this time.
    pub(super) fn faults(&self, now: Instant) -> Vec<Fault> {
        let state = self.0.lock();
        let died = state.died.iter().map(|name| Fault { worker: name.clone(), hangs: false });
        let hang = state.running.values().filter(|worker| {
            worker.beat.is_some_and(|beat| now.saturating_duration_since(beat) >= HANGS_AFTER)
        });
        died.chain(hang.map(|worker| Fault { worker: worker.name.clone(), hangs: true })).collect()
    }
}

impl Worker {
    /// A sign of life at this time. From the first on there has to be another within 30 s.
    pub fn beat(&self, now: Instant) {
        if let Some(running) = self.workers.0.lock().running.get_mut(&self.key) {
            running.beat = Some(now);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let mut state = self.workers.0.lock();
        let running = state.running.remove(&self.key);
        // A task that is cancelled, or returns, was told to.
        if thread::panicking() {
            state.died.extend(running.map(|worker| worker.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(workers: &Workers, now: Instant) -> Vec<(String, bool)> {
        workers.faults(now).into_iter().map(|fault| (fault.worker, fault.hangs)).collect()
    }

    #[tokio::test]
    async fn a_task_that_panics_is_missed_and_one_that_ends_or_is_cancelled_is_not() {
        let workers = Workers::default();
        let ends = workers.begin("processors.batch");
        tokio::spawn(async move { drop(ends) }).await.expect("it ends");
        let cancelled = workers.begin("exporters.otlp");
        let cancelled = tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(cancelled);
        });
        cancelled.abort();
        assert!(cancelled.await.is_err());
        assert_eq!(faults(&workers, Instant::now()), []);
        let dies = workers.begin("receivers.otlp");
        let died = tokio::spawn(async move {
            let _dies = dies;
            tokio::task::yield_now().await;
            panic!("as the test wants");
        });
        assert!(died.await.is_err());
        let expected = [("receivers.otlp".to_owned(), false)];
        assert_eq!(faults(&workers, Instant::now()), expected);
    }

    #[test]
    fn a_thread_that_panics_is_missed() {
        let workers = Workers::default();
        let worker = workers.begin("exporters.file");
        let died = thread::spawn(move || {
            let _worker = worker;
            panic!("as the test wants");
        });
        assert!(died.join().is_err());
        assert_eq!(faults(&workers, Instant::now()), [("exporters.file".to_owned(), false)]);
    }

    #[test]
    fn a_worker_hangs_once_its_last_sign_of_life_is_too_long_ago() {
        let workers = Workers::default();
        let (silent, beating) = (workers.begin("a"), workers.begin("b"));
        let start = Instant::now();
        beating.beat(start);
        assert_eq!(faults(&workers, start + HANGS_AFTER - Duration::from_millis(1)), []);
        assert_eq!(faults(&workers, start + HANGS_AFTER), [("b".to_owned(), true)]);
        beating.beat(start + HANGS_AFTER);
        assert_eq!(faults(&workers, start + HANGS_AFTER), []);
        drop((silent, beating));
        assert_eq!(faults(&workers, start + 3 * HANGS_AFTER), []);
    }
}
