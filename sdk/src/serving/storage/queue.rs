//! A bounded queue between those who report and an observer with a thread of its own.

use std::{
    fmt, io, mem,
    sync::{
        Arc,
        atomic::{
            AtomicBool,
            Ordering::{Relaxed, SeqCst},
        },
        mpsc::{Receiver, sync_channel},
    },
    thread::{self, Thread},
    time::Duration,
};

use crossbeam_queue::ArrayQueue;
use inferometer_semconv::{
    attributes::{INFER_SDK_OBSERVER_DROP_REASON, INFER_SDK_OBSERVER_NAME, SdkObserverDropReason},
    metrics as def,
};

use super::observers::{isolate, panics};
use crate::{
    clock::Clock,
    fork::Birth,
    serving::{
        formulas::seconds_between,
        labels::pair,
        meters::{Add, Meters, Record},
    },
};

/// How often an observer's thread looks for events. Whoever reports does not wake it: that would be a system call.
const DRAIN_INTERVAL: Duration = Duration::from_millis(20);

/// How long dropping an [`ObserverThread`] waits for its observer to take what is queued.
pub const OBSERVER_DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Events on their way to one observer. A full queue drops the newest; one whose observer was shut down drops all. Both
/// are counted.
pub(super) struct Queue<M: Meters, T> {
    entries: ArrayQueue<Entry<T>>,
    /// Nothing is taken any more.
    is_closed: AtomicBool,
    /// Nobody looks any more.
    is_left: AtomicBool,
    birth: Birth,
    clock: Arc<dyn Clock>,
    queued: M::UpDownCounter,
    lag: M::Gauge,
    dropped: [M::Counter; SdkObserverDropReason::ALL.len()],
    panics: M::Counter,
}

struct Entry<T> {
    item: T,
    /// When the event was reported.
    unix_nanos: u64,
}

impl<M: Meters, T: Send + 'static> Queue<M, T> {
    /// A queue for `capacity` items, at least one.
    pub(super) fn new(
        meters: &M,
        clock: &Arc<dyn Clock>,
        name: &str,
        capacity: usize,
    ) -> Arc<Self> {
        let name_label = pair(&INFER_SDK_OBSERVER_NAME, name.to_owned());
        let labels = std::slice::from_ref(&name_label);
        Arc::new(Self {
            entries: ArrayQueue::new(capacity.max(1)),
            is_closed: AtomicBool::new(false),
            is_left: AtomicBool::new(false),
            birth: Birth::now(),
            clock: Arc::clone(clock),
            queued: meters.up_down_counter(&def::INFER_SDK_OBSERVER_EVENT_QUEUED, labels),
            lag: meters.gauge(&def::INFER_SDK_OBSERVER_EVENT_LAG, labels),
            dropped: SdkObserverDropReason::ALL.map(|reason| {
                let reason = pair(&INFER_SDK_OBSERVER_DROP_REASON, reason.as_str());
                meters
                    .counter(&def::INFER_SDK_OBSERVER_EVENT_DROPPED, &[name_label.clone(), reason])
            }),
            panics: panics(meters, name),
        })
    }

    /// Takes an item, or drops and counts it. Never waits.
    pub(super) fn push(&self, item: T, unix_nanos: u64) {
        // In a forked child nobody looks, and a slot that another thread was at stays taken.
        if self.is_closed.load(Relaxed) || !self.birth.is_here() {
            return self.count_dropped(SdkObserverDropReason::ShutDown);
        }
        if self.entries.push(Entry { item, unix_nanos }).is_err() {
            return self.count_dropped(SdkObserverDropReason::QueueFull);
        }
        self.queued.add(1);
        // The thread looks a last time after it has said that it leaves: either it sees this item, or this sees that.
        if self.is_left.load(SeqCst) {
            self.drop_the_rest();
        }
    }

    pub(super) fn count_dropped(&self, reason: SdkObserverDropReason) {
        self.dropped[reason as usize].add(1);
    }

    /// Hands what is queued to `take`, each apart, until there is nothing.
    fn drain(&self, take: &mut impl FnMut(T)) {
        while let Some(Entry { item, unix_nanos }) = self.entries.pop() {
            self.queued.add(-1);
            self.lag.record(seconds_between(unix_nanos, self.clock.unix_nanos()));
            isolate(&self.panics, || take(item));
        }
    }

    fn drop_the_rest(&self) {
        while self.entries.pop().is_some() {
            self.queued.add(-1);
            self.count_dropped(SdkObserverDropReason::ShutDown);
        }
    }

    fn run(&self, mut take: impl FnMut(T)) {
        loop {
            let is_closed = self.is_closed.load(SeqCst);
            self.drain(&mut take);
            if is_closed {
                break;
            }
            thread::park_timeout(DRAIN_INTERVAL);
        }
        self.is_left.store(true, SeqCst);
        self.drop_the_rest();
    }

    /// Starts the thread that hands items to `take`.
    pub(super) fn start(
        self: Arc<Self>,
        take: impl FnMut(T) + Send + 'static,
    ) -> io::Result<ObserverThread> {
        let (ends, ended) = sync_channel(0);
        let queue = Arc::clone(&self);
        let thread = thread::Builder::new().name("infer-observer".to_owned()).spawn(move || {
            queue.run(take);
            // Disconnects, which is what the other side waits for.
            drop::<std::sync::mpsc::SyncSender<()>>(ends);
        })?;
        Ok(ObserverThread {
            close: self,
            thread: thread.thread().clone(),
            ended: Some(ended),
            birth: Birth::now(),
        })
    }
}

trait Close: Send + Sync {
    fn close(&self);
}

impl<M: Meters, T: Send + 'static> Close for Queue<M, T> {
    fn close(&self) {
        self.is_closed.store(true, SeqCst);
    }
}

/// An observer that has a thread of its own. Dropping it lets the observer take what is queued, waits for that up to
/// [`OBSERVER_DRAIN_TIMEOUT`], and ends the thread; later events are dropped and counted as `shut_down`. So are all events
/// in a child of `fork`, which does not have the thread.
#[must_use = "the observer is shut down once this is dropped"]
pub struct ObserverThread {
    close: Arc<dyn Close>,
    thread: Thread,
    /// Until it is dropped.
    ended: Option<Receiver<()>>,
    birth: Birth,
}

impl Drop for ObserverThread {
    fn drop(&mut self) {
        let Some(ended) = self.ended.take() else { return };
        if !self.birth.is_here() {
            // There is no thread to wait for, and the channel may be locked by it.
            return mem::forget(ended);
        }
        self.close.close();
        self.thread.unpark();
        // A timeout leaves the thread to its observer, which hangs; nothing waits for it any more.
        let _ = ended.recv_timeout(OBSERVER_DRAIN_TIMEOUT);
    }
}

impl fmt::Debug for ObserverThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ObserverThread").field(&self.thread.id()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::ManualClock,
        metrics::{MeterProvider, PointValue, Scope, Snapshot, Value},
    };

    /// The sum over all points of an instrument.
    fn sum(provider: &MeterProvider, name: &str) -> i64 {
        let mut snapshot = Snapshot::default();
        provider.snapshot(&mut snapshot);
        let instruments = snapshot.scopes().iter().flat_map(|scope| snapshot.streams(scope));
        let own = instruments.filter(|points| points.stream.descriptor.name == name);
        let values =
            own.flat_map(|points| snapshot.points(points)).map(|point| match point.value {
                Value::Number(PointValue::Int(value)) => value,
                _ => panic!("{name} is no integer"),
            });
        values.sum()
    }

    #[test]
    fn an_item_that_comes_when_nobody_looks_any_more_is_counted() {
        let provider = MeterProvider::builder().build();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(0));
        let queue: Arc<Queue<Scope, u64>> = Queue::new(&provider.scope("test"), &clock, "test", 4);
        // As if the thread had left between the look at `is_closed` and the push.
        queue.is_left.store(true, SeqCst);
        queue.push(1, 0);
        assert_eq!(sum(&provider, "infer.sdk.observer.event.dropped"), 1);
        assert_eq!(sum(&provider, "infer.sdk.observer.event.queued"), 0);
    }
}
