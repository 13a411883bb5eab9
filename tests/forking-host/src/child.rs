//! What a forked child does, and how it ends.

use std::{fmt, mem, process::exit, thread, time::Duration};

use inferometer_sdk::{Counter, ExportFailure, Gauge, Histogram, Telemetry};
use inferometer_semconv::metrics::{
    INFER_KV_CACHE_UTILIZATION, INFER_MODALITY_ENCODE_DURATION, INFER_TOKEN_INPUT,
    INFER_TOKEN_OUTPUT,
};
use opentelemetry::{
    KeyValue,
    trace::{Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{SdkTracer, Span};

use crate::{
    Failure, WATCHDOG,
    process::{self, Ending},
    say,
};

const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;

/// The code of a child that something went wrong in.
pub(crate) const FAILED: i32 = 9;

/// Handles that were bound before the fork.
#[derive(Debug)]
pub(crate) struct Handles {
    pub(crate) tokens: Counter<u64>,
    durations: Histogram<f64>,
    utilization: Gauge<f64>,
    tracer: SdkTracer,
}

impl Handles {
    pub(crate) fn bind(telemetry: &Telemetry) -> Self {
        let scope = telemetry.meter_provider().scope("host");
        Self {
            tokens: scope.counter(&INFER_TOKEN_OUTPUT, &[]),
            durations: scope.histogram(&INFER_MODALITY_ENCODE_DURATION, &[]),
            utilization: scope.gauge(&INFER_KV_CACHE_UTILIZATION, &[]),
            tracer: telemetry.tracer_provider().tracer("host"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Flushes and leaves without another word.
    Flush,
    /// Drops the guard.
    Drop,
    /// Binds before it records anything, leaves the guard alone and exits.
    Exit,
    /// Never uses what it inherited, drops it and exits.
    Unused,
    /// Is killed after a flush.
    Killed,
    /// Aborts after a flush, as a panic does where panics abort.
    Aborted,
    /// Ends a span that its parent began.
    Inherits,
    /// Forks again.
    Parent,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Child {
    number: u64,
    kind: Kind,
}

impl fmt::Display for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "child-{}", self.number)
    }
}

impl Child {
    pub(crate) const fn new(number: u64) -> Self {
        let kind = match number % 8 {
            0 => Kind::Flush,
            1 => Kind::Drop,
            2 => Kind::Exit,
            3 => Kind::Unused,
            4 => Kind::Killed,
            5 => Kind::Aborted,
            6 => Kind::Inherits,
            _ => Kind::Parent,
        };
        Self { number, kind }
    }

    /// Where a child of a child begins to count.
    const fn grandchild(self) -> Self {
        Self { number: self.number + 1_000_000, kind: Kind::Flush }
    }

    pub(crate) const fn ending(self) -> Ending {
        match self.kind {
            Kind::Killed => Ending::Signal(SIGKILL),
            Kind::Aborted => Ending::Signal(SIGABRT),
            _ => Ending::Code(0),
        }
    }

    /// No other process has the same sum.
    const fn total(self) -> u64 {
        1000 + self.number
    }

    /// Tells what the collector must have got from it.
    pub(crate) fn say_expected(self) -> Result<(), Failure> {
        if self.kind == Kind::Unused {
            return Ok(());
        }
        say(format_args!("total {}", self.total()))?;
        if self.kind != Kind::Exit {
            say(format_args!("span {self}"))?;
        }
        if self.kind == Kind::Parent {
            self.grandchild().say_expected()?;
        }
        Ok(())
    }

    /// A span that both processes will end.
    pub(crate) fn starts_span_before(self, telemetry: &Telemetry) -> Option<Span> {
        let is_wanted = self.kind == Kind::Inherits;
        is_wanted.then(|| telemetry.tracer_provider().tracer("host").start("inherited"))
    }

    /// In the child.
    pub(crate) fn run(self, telemetry: Telemetry, handles: &Handles, inherited: Option<Span>) -> ! {
        if self.kind == Kind::Unused {
            drop(telemetry);
            exit(0);
        }
        self.record(&telemetry, handles);
        if inherited.is_some() {
            drop(inherited);
            check(telemetry.stats().spans.failed(ExportFailure::Forked) == 1);
        }
        match self.kind {
            Kind::Drop => drop(telemetry),
            Kind::Exit => {
                mem::forget(telemetry);
                exit(0);
            }
            Kind::Parent => {
                self.fork_again(telemetry, handles);
            }
            _ => flush(&telemetry),
        }
        match self.kind {
            Kind::Killed => process::kill_self(),
            Kind::Aborted => std::process::abort(),
            _ => process::leave(0),
        }
    }

    /// Through handles that were bound before, through new ones, on this thread and on a new one.
    fn record(self, telemetry: &Telemetry, handles: &Handles) {
        if self.kind == Kind::Exit {
            return self.record_after_binding(telemetry, handles);
        }
        (0..1000).for_each(|_| handles.tokens.add(1));
        (0..3).for_each(|_| handles.durations.record(0.5));
        handles.utilization.record(0.75);
        let (tokens, rest) = (handles.tokens.clone(), self.total() - 1000);
        check(thread::spawn(move || tokens.add(rest)).join().is_ok());
        let scope = telemetry.meter_provider().scope("host");
        let number = i64::try_from(self.number).unwrap_or(0);
        scope.counter::<u64>(&INFER_TOKEN_INPUT, &[KeyValue::new("number", number)]).add(7);
        drop(handles.tracer.start(self.to_string()));
    }

    /// As a worker that makes what it needs first, and then never leaves its thread. No span and no gauge, which would
    /// begin the export by themselves.
    fn record_after_binding(self, telemetry: &Telemetry, handles: &Handles) {
        let scope = telemetry.meter_provider().scope("host");
        let number = i64::try_from(self.number).unwrap_or(0);
        let input = scope.counter::<u64>(&INFER_TOKEN_INPUT, &[KeyValue::new("number", number)]);
        input.add(7);
        handles.tokens.add(self.total());
        (0..3).for_each(|_| handles.durations.record(0.5));
    }

    fn fork_again(self, telemetry: Telemetry, handles: &Handles) {
        match process::fork() {
            Ok(0) => self.grandchild().run(telemetry, handles, None),
            Ok(forked) => {
                flush(&telemetry);
                check(process::wait(forked, WATCHDOG / 2, Ending::Code(0)).is_ok());
            }
            Err(_) => process::leave(FAILED),
        }
    }
}

fn flush(telemetry: &Telemetry) {
    check(telemetry.flush(Duration::from_secs(5)).is_ok());
    let stats = telemetry.stats();
    check(stats.metrics.failed_total() == 0 && stats.metrics.exported > 0);
}

/// A child has nobody to tell but by its code.
#[track_caller]
fn check(is_so: bool) {
    if !is_so {
        let _ = say(format_args!("failed at {}", std::panic::Location::caller()));
        process::leave(FAILED);
    }
}
