//! Threads that serve connections, each its own.
//!
//! A connection stays on the thread that it came to: nobody has to be woken for its requests, no thread takes work from
//! another, and the series of its sender stay in one processor's caches.

use std::{convert::Infallible, fmt, io, sync::Arc, thread};

use tokio::{
    runtime::{self, Handle, RuntimeFlavor},
    sync::oneshot,
};

/// Some threads, which end with the last clone of this. Without any, connections are served where they are accepted.
#[derive(Clone, Default)]
pub struct Threads(Arc<[Served]>);

struct Served {
    runtime: Handle,
    /// Nothing is sent: the thread ends once this is dropped.
    _running: oneshot::Sender<Infallible>,
}

impl Threads {
    /// As many threads as the current runtime has, beside them; none if that is of one thread only.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn beside_the_current_runtime() -> io::Result<Self> {
        let current = Handle::current();
        let count = match current.runtime_flavor() {
            RuntimeFlavor::MultiThread => current.metrics().num_workers(),
            _ => 0,
        };
        (0..count).map(|_| Served::start()).collect::<io::Result<_>>().map(Self)
    }

    /// The one that serves the `nth` connection.
    pub(super) fn of(&self, nth: u64) -> Option<&Handle> {
        let place = nth.checked_rem(self.0.len() as u64)?;
        self.0.get(usize::try_from(place).ok()?).map(|served| &served.runtime)
    }
}

impl Served {
    fn start() -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, until_dropped) = oneshot::channel();
        let serve = move || {
            let _ = runtime.block_on(until_dropped);
        };
        thread::Builder::new().name("connections".to_owned()).spawn(serve)?;
        Ok(Self { runtime: handle, _running: running })
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Threads").field(&self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn connections_are_dealt_out_to_threads_that_end_with_them() {
        let threads = Threads::beside_the_current_runtime().unwrap();
        let on = async |nth| {
            let here = async { thread::current().id() };
            threads.of(nth).unwrap().spawn(here).await.unwrap()
        };
        assert_eq!(on(0).await, on(2).await);
        assert_ne!(on(0).await, on(1).await);
        assert_ne!(on(0).await, thread::current().id());
        let unending = threads.of(0).unwrap().spawn(std::future::pending::<()>());
        drop(threads);
        assert!(unending.await.unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn a_runtime_of_one_thread_serves_connections_itself() {
        let threads = Threads::beside_the_current_runtime().unwrap();
        assert!(threads.of(0).is_none());
    }
}
