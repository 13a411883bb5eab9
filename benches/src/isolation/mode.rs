//! What the exporter has to do with while a thread records.

use std::{
    thread,
    time::{Duration, Instant},
};

use inferometer_sdk::{Counter, Exporter, Histogram, Protocol, Telemetry, TelemetryStats};

use super::collector::{FakeCollector, Manner, closed_port};
use crate::{
    error::BenchError,
    fixture::{COUNTER, HISTOGRAM, attributes},
};

/// The peer that every other mode is compared with.
pub(super) const NO_EXPORTER: &str = "no_exporter";

/// Time between two exports.
const INTERVAL: Duration = Duration::from_millis(10);

/// Time for one export: a collector that trickles says two or three bytes within.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long the exporter may take to meet its collector: long, for it may be running under valgrind.
const PATIENCE: Duration = Duration::from_secs(60);

/// A collector's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    NoExporter,
    Up,
    Refused,
    Hung,
    Trickle,
}

impl Mode {
    pub(super) const ALL: [Self; 5] =
        [Self::NoExporter, Self::Up, Self::Refused, Self::Hung, Self::Trickle];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NoExporter => NO_EXPORTER,
            Self::Up => "up",
            Self::Refused => "refused",
            Self::Hung => "hung",
            Self::Trickle => "trickle",
        }
    }

    /// Whether the exporter has come to know this mode.
    fn is_met(self, stats: &TelemetryStats) -> bool {
        let stats = &stats.metrics;
        let nothing_arrived = stats.exported == 0;
        match self {
            Self::NoExporter => nothing_arrived,
            Self::Up => !nothing_arrived,
            Self::Refused => nothing_arrived && (stats.retries > 0 || stats.failed_total() > 0),
            Self::Hung | Self::Trickle => {
                nothing_arrived && (stats.in_flight > 0 || stats.failed_total() > 0)
            }
        }
    }
}

/// Telemetry whose exporter is in one mode, and the handles to record with.
#[derive(Debug)]
pub(super) struct Scene {
    mode: Mode,
    telemetry: Telemetry,
    pub(super) counter: Counter<u64>,
    pub(super) histogram: Histogram<f64>,
    /// Dropped after the telemetry.
    _collector: Option<FakeCollector>,
}

impl Scene {
    /// Returns when the exporter has met its collector.
    pub(super) fn set(mode: Mode) -> Result<Self, BenchError> {
        let manner = match mode {
            Mode::Up => Some(Manner::Answers),
            Mode::Hung => Some(Manner::Hangs),
            Mode::Trickle => Some(Manner::Trickles),
            Mode::NoExporter | Mode::Refused => None,
        };
        let collector = manner.map(FakeCollector::start).transpose()?;
        let address = match &collector {
            Some(collector) => collector.address(),
            None => closed_port()?,
        };
        let mut builder = Telemetry::builder()
            .endpoint(format!("http://{address}"))
            .protocol(Protocol::HttpProtobuf)
            .interval(INTERVAL)
            .timeout(TIMEOUT)
            .traces(false);
        if mode == Mode::NoExporter {
            builder = builder.exporter(Exporter::None);
        }
        let telemetry =
            builder.build().map_err(|error| BenchError::library("inferometer", error))?;
        let scope = telemetry.meter_provider().scope("benches");
        let counter = scope.counter::<u64>(&COUNTER, &attributes(0));
        let histogram = scope.histogram::<f64>(&HISTOGRAM, &attributes(0));
        counter.add(1);
        histogram.record(0.1);
        let scene = Self { mode, telemetry, counter, histogram, _collector: collector };
        scene.meet()?;
        Ok(scene)
    }

    /// Leaves the exporter time for a few intervals.
    pub(super) fn let_it_export() {
        thread::park_timeout(INTERVAL * 3);
    }

    #[expect(clippy::disallowed_methods, reason = "waits for a real exporter")]
    fn meet(&self) -> Result<(), BenchError> {
        let start = Instant::now();
        while !self.mode.is_met(&self.telemetry.stats()) {
            if start.elapsed() > PATIENCE {
                return self.check();
            }
            thread::park_timeout(INTERVAL);
        }
        Ok(())
    }

    /// Otherwise something else was measured.
    pub(super) fn check(&self) -> Result<(), BenchError> {
        let stats = self.telemetry.stats();
        if self.mode.is_met(&stats) {
            return Ok(());
        }
        let message = format!("its exporter is not in the mode `{}`: {stats:?}", self.mode.name());
        Err(BenchError::library("inferometer", message))
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // Most of these collectors never take the last export.
        let _ = self.telemetry.shutdown(INTERVAL);
    }
}
