//! Senders side by side, until they are told to stop or nobody answers any more.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::account::{Account, Answer};
use crate::wait;

/// What one sender sends at most.
const REQUESTS_MAX: usize = 100_000;

/// Before a sender that was refused comes back.
const PAUSE: Duration = Duration::from_millis(20);

/// Senders on threads of their own. Dropping it stops them.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stops: AtomicBool,
    acknowledged: AtomicU64,
}

impl Load {
    /// Starts them.
    #[must_use]
    pub fn start(account: &Arc<Account>, collector: SocketAddr, senders: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let sender = |_| {
            let (account, shared) = (Arc::clone(account), Arc::clone(&shared));
            thread::spawn(move || shared.send(&account, collector))
        };
        Self { threads: (0..senders).map(sender).collect(), shared }
    }

    /// Waits until so many requests were acknowledged.
    ///
    /// # Panics
    /// If they are not in time.
    #[track_caller]
    pub fn wait_for(&self, requests: u64) {
        wait::until("acknowledgements", || {
            let acknowledged = self.shared.acknowledged.load(Ordering::Relaxed);
            if acknowledged >= requests {
                return Ok(());
            }
            Err(format!("{acknowledged} of {requests} requests were acknowledged"))
        });
    }

    /// Waits until every sender has its last answer.
    ///
    /// # Panics
    /// If a sender has.
    pub fn stop(mut self) {
        self.shared.stops.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().expect("a sender does not panic");
        }
    }
}

impl Shared {
    fn send(&self, account: &Account, collector: SocketAddr) {
        for _ in 0..REQUESTS_MAX {
            if self.stops.load(Ordering::Relaxed) {
                return;
            }
            match account.send(collector) {
                Answer::Acknowledged => {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                }
                Answer::Refused(_) => wait::pass(PAUSE),
                Answer::Unanswered => return,
            }
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.shared.stops.store(true, Ordering::Relaxed);
    }
}
