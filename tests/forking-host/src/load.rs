//! Threads that keep the parent's telemetry busy, so that forks happen in the middle of everything.

use std::{
    sync::{
        Arc,
        atomic::{
            AtomicBool, AtomicI64, AtomicU64,
            Ordering::{Relaxed, SeqCst},
        },
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use inferometer_sdk::{Scope, Telemetry};
use inferometer_semconv::metrics::{INFER_MODALITY_ENCODE_DURATION, INFER_SCHEDULER_PREEMPTIONS};
use opentelemetry::{
    KeyValue,
    trace::{Tracer, TracerProvider},
};

const THREADS: u64 = 8;

/// Sets of attributes that each thread binds in turn.
const SETS: u64 = 4;

/// Records for each that is bound.
const RECORDS: u64 = 64;

/// Spans of all threads for each time that they go on: fewer than may wait for an export.
const SPANS: i64 = 256;

/// The threads, until they are stopped.
#[derive(Debug)]
pub(crate) struct Load {
    state: Arc<State>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct State {
    is_paused: AtomicBool,
    is_over: AtomicBool,
    rounds: AtomicU64,
    spans: AtomicU64,
    /// That may be ended until the next time.
    spans_left: AtomicI64,
}

/// What all threads have done.
#[derive(Debug)]
pub(crate) struct Counted {
    /// Each a count of one.
    pub(crate) rounds: u64,
    pub(crate) spans: u64,
}

impl Load {
    pub(crate) fn start(telemetry: &Telemetry) -> Self {
        let state = Arc::<State>::default();
        state.is_paused.store(true, SeqCst);
        let threads = (0..THREADS).map(|number| {
            let scope = telemetry.meter_provider().scope("load");
            let tracer = telemetry.tracer_provider().tracer("load");
            let state = Arc::clone(&state);
            thread::spawn(move || {
                state.run(|round| {
                    work(&scope, number, round);
                    if state.spans_left.fetch_sub(1, SeqCst) > 0 {
                        drop(tracer.start("load"));
                        state.spans.fetch_add(1, SeqCst);
                    }
                });
            })
        });
        Self { threads: threads.collect(), state }
    }

    pub(crate) fn go_on(&self) {
        let before = self.state.rounds.load(Relaxed);
        self.state.spans_left.store(SPANS, SeqCst);
        self.state.is_paused.store(false, SeqCst);
        self.threads.iter().for_each(|thread| thread.thread().unpark());
        // So that a fork happens among records, not before them.
        while self.state.rounds.load(Relaxed) == before {
            thread::yield_now();
        }
    }

    pub(crate) fn pause(&self) {
        self.state.is_paused.store(true, SeqCst);
    }

    pub(crate) fn stop(self) -> Counted {
        self.state.is_over.store(true, SeqCst);
        for thread in self.threads {
            thread.thread().unpark();
            // It does not panic.
            let _ = thread.join();
        }
        let State { rounds, spans, .. } = &*self.state;
        Counted { rounds: rounds.load(SeqCst), spans: spans.load(SeqCst) }
    }
}

impl State {
    fn run(&self, mut work: impl FnMut(u64)) {
        let mut round = 0;
        while !self.is_over.load(SeqCst) {
            if self.is_paused.load(SeqCst) {
                thread::park_timeout(Duration::from_millis(10));
                continue;
            }
            work(round);
            round += 1;
            self.rounds.fetch_add(1, SeqCst);
        }
    }
}

/// Binds and records.
fn work(scope: &Scope, thread: u64, round: u64) {
    let set = i64::try_from(thread * SETS + round % SETS).unwrap_or(0);
    let attributes = [KeyValue::new("set", set)];
    let durations = scope.histogram::<f64>(&INFER_MODALITY_ENCODE_DURATION, &attributes);
    for _ in 0..RECORDS {
        durations.record(0.25);
    }
    scope.counter::<u64>(&INFER_SCHEDULER_PREEMPTIONS, &attributes).add(1);
}
