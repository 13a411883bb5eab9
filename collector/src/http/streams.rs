//! Who works on the requests of a connection: its own task on the first that is open, tasks of their own on others.
//!
//! Most senders have one request open at a time. Handing it to another task, and its answer back, would cost two
//! passages through the scheduler and often another thread that is woken for it. With several requests open they are
//! worked on side by side, by the threads of the runtime that the listener was started on.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use hyper::rt::Executor;
use parking_lot::Mutex;
use tokio::runtime::Handle;

/// How often connection and request are looked at before other tasks have a turn.
const ROUNDS: usize = 16;

/// The requests of one connection that are open. One that still is when this is dropped goes on in a task of its own,
/// and finds out for itself what became of its connection.
pub(super) struct Streams(Requests);

/// Hands requests out; what hyper calls an executor.
#[derive(Clone)]
pub(super) struct Requests {
    first: Arc<Mutex<First>>,
    /// Where the others are worked on.
    runtime: Handle,
}

/// The request that the connection's own task works on.
#[derive(Default)]
enum First {
    #[default]
    None,
    Open(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// It is being worked on right now.
    Busy,
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Requests {
    fn execute(&self, request: F) {
        let mut first = self.first.lock();
        match *first {
            First::None => *first = First::Open(Box::pin(request)),
            First::Open(_) | First::Busy => drop(self.runtime.spawn(request)),
        }
    }
}

impl Streams {
    /// None yet; `runtime` is for those that are open beside others.
    pub(super) fn new(runtime: Handle) -> Self {
        Self(Requests { first: Arc::default(), runtime })
    }

    pub(super) fn requests(&self) -> Requests {
        self.0.clone()
    }

    /// Drives the connection and its first request together.
    pub(super) async fn drive<C: Future>(&self, mut connection: Pin<&mut C>) -> C::Output {
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        std::future::poll_fn(|outer| {
            wakes.pass_on_to(outer.waker());
            let mut context = Context::from_waker(&waker);
            for _ in 0..ROUNDS {
                wakes.begin();
                let polled = connection.as_mut().poll(&mut context);
                if polled.is_ready() {
                    return polled;
                }
                self.poll_first(&mut context);
                if wakes.end() {
                    return Poll::Pending;
                }
            }
            wakes.end_early();
            Poll::Pending
        })
        .await
    }

    fn poll_first(&self, context: &mut Context<'_>) {
        let first = &self.0.first;
        let mut open = first.lock();
        if !matches!(*open, First::Open(_)) {
            return;
        }
        let First::Open(mut request) = std::mem::replace(&mut *open, First::Busy) else {
            return;
        };
        drop(open);
        let polled = request.as_mut().poll(context);
        *first.lock() = if polled.is_ready() { First::None } else { First::Open(request) };
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        let open = std::mem::take(&mut *self.0.first.lock());
        if let First::Open(request) = open {
            drop(self.0.runtime.spawn(request));
        }
    }
}

/// Wakes the task only if it is not at work anyway.
#[derive(Debug, Default)]
struct Wakes {
    state: AtomicU8,
    task: Mutex<Option<Waker>>,
}

/// Nothing is to be done.
const IDLE: u8 = 0;
/// The task is at work.
const WORKING: u8 = 1;
/// There is more to be done.
const WOKEN: u8 = 2;

impl Wakes {
    fn pass_on_to(&self, waker: &Waker) {
        let mut task = self.task.lock();
        if !task.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *task = Some(waker.clone());
        }
    }

    fn begin(&self) {
        self.state.store(WORKING, Ordering::SeqCst);
    }

    /// Whether nothing is left to be done.
    fn end(&self) -> bool {
        self.state.compare_exchange(WORKING, IDLE, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// There is more to be done, later.
    fn end_early(&self) {
        self.state.store(IDLE, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        if self.state.swap(WOKEN, Ordering::SeqCst) == IDLE
            && let Some(task) = &*self.task.lock()
        {
            task.wake_by_ref();
        }
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        Self::wake(&self);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        Self::wake(self);
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, thread, time::Duration};

    use tokio::{sync::oneshot, time};

    use super::*;

    /// A connection that hands out requests as they come through a channel, and ends with it.
    async fn connection(
        requests: Requests,
        mut coming: tokio::sync::mpsc::Receiver<oneshot::Receiver<()>>,
        ended: tokio::sync::mpsc::Sender<tokio::task::Id>,
    ) {
        while let Some(until) = coming.recv().await {
            let ended = ended.clone();
            requests.execute(async move {
                let _ = until.await;
                let _ = ended.send(tokio::task::id()).await;
            });
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_open_request_is_worked_on_by_the_connections_task_and_others_beside_it() {
        let streams = Streams::new(Handle::current());
        let (send, coming) = tokio::sync::mpsc::channel(8);
        let (ended, mut ends) = tokio::sync::mpsc::channel(8);
        let connection = connection(streams.requests(), coming, ended);
        let task = tokio::spawn(async move { streams.drive(pin!(connection)).await });
        let request = async || {
            let (done, until) = oneshot::channel();
            send.send(until).await.unwrap();
            done
        };
        let (first, second) = (request().await, request().await);
        second.send(()).unwrap();
        assert_ne!(ends.recv().await.unwrap(), task.id(), "the second does not wait for the first");
        first.send(()).unwrap();
        assert_eq!(ends.recv().await.unwrap(), task.id());
        let third = request().await;
        third.send(()).unwrap();
        assert_eq!(ends.recv().await.unwrap(), task.id(), "its place is free again");
        let last = request().await;
        // Until it was handed out.
        time::sleep(Duration::from_millis(1)).await;
        drop(send);
        task.await.unwrap();
        last.send(()).unwrap();
        assert!(ends.recv().await.is_some(), "what is open when the connection ends goes on");
    }

    #[test]
    fn a_wake_is_passed_on_once_and_only_between_rounds() {
        #[derive(Default)]
        struct Count(std::sync::atomic::AtomicUsize);
        impl Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let count = Arc::new(Count::default());
        let wakes = Arc::new(Wakes::default());
        wakes.pass_on_to(&Waker::from(Arc::clone(&count)));
        let waker = Waker::from(Arc::clone(&wakes));
        wakes.begin();
        waker.wake_by_ref();
        assert!(!wakes.end(), "there is more to be done");
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        wakes.begin();
        assert!(wakes.end());
        let from_elsewhere = waker.clone();
        thread::spawn(move || from_elsewhere.wake()).join().unwrap();
        waker.wake();
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        wakes.begin();
        wakes.end_early();
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
    }
}
