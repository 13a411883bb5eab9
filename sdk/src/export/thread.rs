//! The export thread and its runtime.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SendError, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use parking_lot::Mutex;
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc::{self, error::TrySendError},
};

use super::{
    reader::{Flush, MAX_WAITING_FLUSHES, Outcome, Reader},
    sender::{Route, Sender},
    signal::Signal,
    spans::SpanTask,
    stats::Counters,
};
use crate::{
    error::{FlushError, StartError},
    metrics::{MeterProvider, MetricReader, TemporalityPreference},
    self_metrics::{OperationDurations, SelfMetrics},
    telemetry::Deadline,
};

const NAME: &str = "inferometer-export";

/// Threads for what blocks: name lookups.
const MAX_BLOCKING_THREADS: usize = 2;

thread_local! {
    static EXPORTS: Cell<bool> = const { Cell::new(false) };
}

/// Whether an exporter runs on this thread, of whichever telemetry.
pub(crate) fn is_export_thread() -> bool {
    EXPORTS.try_with(Cell::get).unwrap_or(false)
}

fn mark_thread() {
    EXPORTS.set(true);
}

/// Exports metrics from its own thread, and spans too.
#[derive(Debug)]
pub(crate) struct ExportThread {
    /// `None` once stopped; dropping it stops the thread.
    flushes: Mutex<Option<mpsc::Sender<Flush>>>,
    /// Disconnected by the thread's last act.
    ended: Mutex<Receiver<()>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Everything that the thread does.
#[derive(Debug)]
pub(crate) struct ExportPlan {
    pub(crate) metrics: MetricExportSettings,
    /// `None` if spans go nowhere.
    pub(crate) spans: Option<SpanTask>,
}

/// The first news from the thread: that it exports, or why it does not.
pub(crate) type Started = Receiver<Result<(), StartError>>;

/// What the thread exports, and where to.
#[derive(Debug)]
pub(crate) struct MetricExportSettings {
    pub(crate) provider: MeterProvider,
    /// What the metrics are about.
    pub(crate) resource: Resource,
    /// `None` if metrics go nowhere.
    pub(crate) route: Option<Route>,
    /// For one export, retries included.
    pub(crate) timeout: Duration,
    pub(crate) interval: Duration,
    pub(crate) temporality: TemporalityPreference,
    pub(crate) counters: Arc<Counters>,
    pub(crate) durations: OperationDurations,
    pub(crate) self_metrics: SelfMetrics,
}

impl ExportThread {
    /// Starts the thread, which makes its plan and exports for the first time after one interval. Whoever does not wait
    /// for the second half of the result leaves it to the thread to log why it does not export.
    pub(crate) fn start(
        plan: impl FnOnce() -> Result<ExportPlan, StartError> + Send + 'static,
    ) -> Result<(Self, Started), StartError> {
        let (flushes, received) = mpsc::channel(MAX_WAITING_FLUSHES);
        let (starts, started) = sync_channel(1);
        let (alive, ended) = sync_channel(0);
        let thread = thread::Builder::new()
            .name(NAME.to_owned())
            .spawn(move || run(plan, received, &starts, alive))
            .map_err(|error| cannot_start(&error))?;
        let thread = Self {
            flushes: Mutex::new(Some(flushes)),
            ended: Mutex::new(ended),
            thread: Mutex::new(Some(thread)),
        };
        Ok((thread, started))
    }

    /// Asks for an export of everything recorded so far.
    pub(crate) fn flush(&self, timeout: Duration) -> Result<PendingFlush, FlushError> {
        let (reply, outcome) = sync_channel(1);
        let flushes = self.flushes.lock();
        let flushes = flushes.as_ref().ok_or_else(FlushError::shut_down)?;
        match flushes.try_send(Flush { timeout, reply }) {
            Ok(()) => Ok(PendingFlush(outcome)),
            Err(TrySendError::Full(_)) => Err(FlushError::busy()),
            Err(TrySendError::Closed(_)) => Err(FlushError::shut_down()),
        }
    }

    /// Ends the thread, giving up what is under way. `false` if it does not end in time; it is left alone then.
    pub(crate) fn stop(&self, timeout: Duration) -> bool {
        drop(self.flushes.lock().take());
        let ended = self.ended.lock().recv_timeout(timeout) == Err(RecvTimeoutError::Disconnected);
        if let Some(thread) = self.thread.lock().take().filter(|_| ended) {
            // The thread's last act is done, so this does not wait; what it panicked about was caught and logged.
            let _ = thread.join();
        }
        ended
    }
}

/// The answer to a flush, to come.
#[derive(Debug)]
pub(crate) struct PendingFlush(pub(super) Receiver<Outcome>);

impl PendingFlush {
    /// Waits for it. `timeout` is what the caller had in total, for the message.
    pub(crate) fn wait(&self, deadline: &Deadline, timeout: Duration) -> Result<(), FlushError> {
        match self.0.recv_timeout(deadline.remaining()) {
            Ok(outcome) => outcome.map_err(FlushError::not_delivered),
            Err(RecvTimeoutError::Timeout) => Err(FlushError::timed_out(timeout)),
            Err(RecvTimeoutError::Disconnected) => {
                Err(FlushError::not_delivered("the export was given up: see the log"))
            }
        }
    }
}

/// Must be called inside the runtime that will drive it.
fn reader(settings: MetricExportSettings) -> Reader {
    let MetricExportSettings {
        provider,
        resource,
        route,
        timeout,
        interval,
        temporality,
        counters,
        durations,
        self_metrics,
    } = settings;
    let sender = route.map(|route| {
        Sender::new(Signal::Metrics, route, timeout, Arc::clone(&counters), durations)
    });
    let reader = MetricReader::new(temporality);
    Reader::new((provider, resource), reader, sender, self_metrics, counters, interval)
}

/// The runtime, and what it drives. The runtime is made on the thread, because dropping one where another runtime runs
/// would panic.
fn prepare(
    plan: impl FnOnce() -> Result<ExportPlan, StartError>,
) -> Result<(Runtime, Reader), StartError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .on_thread_start(mark_thread)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .thread_name(NAME)
        .build()
        .map_err(|error| cannot_start(&error))?;
    let ExportPlan { metrics, spans } = plan()?;
    if let Some(spans) = spans {
        spans.spawn(runtime.handle());
    }
    let reader = {
        let _guard = runtime.enter();
        reader(metrics)
    };
    Ok((runtime, reader))
}

/// The thread's body. `alive` is dropped at the very end.
fn run(
    plan: impl FnOnce() -> Result<ExportPlan, StartError>,
    mut flushes: mpsc::Receiver<Flush>,
    starts: &SyncSender<Result<(), StartError>>,
    alive: SyncSender<()>,
) {
    // The exporter's own spans and logs would otherwise be exported, and cause more. A bridge from another library may
    // enter contexts of its own, so the processor of spans looks at the mark.
    let _suppressed = Context::enter_telemetry_suppressed_scope();
    mark_thread();
    let (runtime, mut reader) = match prepare(plan) {
        Ok(prepared) => prepared,
        Err(error) => {
            if let Err(SendError(Err(error))) = starts.send(Err(error)) {
                tracing::warn!("a forked process exports nothing: {error}");
            }
            return;
        }
    };
    // Whoever does not wait for it does not want to know.
    let _ = starts.send(Ok(()));
    while let Err(panic) = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(reader.run(&mut flushes));
    })) {
        // The next export is an interval away, so a panic that repeats does not spin.
        tracing::error!("the export of metrics panicked and goes on: {}", text(&*panic));
        reader.recover();
    }
    drop(reader);
    // Lookups that block must not hold up the host's shutdown.
    runtime.shutdown_background();
    drop(alive);
}

fn text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

fn cannot_start(error: &dyn std::fmt::Display) -> StartError {
    StartError::new(format!(
        "the thread `{NAME}` cannot be started ({error}): allow the process one more thread"
    ))
}
