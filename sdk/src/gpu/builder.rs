//! Says what a sampler samples, and starts its threads.

use std::{fmt, path::PathBuf, sync::Arc, thread, time::Duration};

use super::{
    driver::Driver,
    exchange::Exchange,
    sampler::{GpuSampler, Shared},
    session::Wanted,
};
use crate::{
    clock::{Clock, SystemClock},
    error::StartError,
    metrics::Scope,
    serving::Meters,
    telemetry::Telemetry,
};

/// Between two samples, unless said otherwise. NVML itself averages over up to a second.
pub const DEFAULT_GPU_INTERVAL: Duration = Duration::from_secs(5);

/// How long the driver may take for one sample, unless said otherwise.
pub const DEFAULT_GPU_TIMEOUT: Duration = Duration::from_secs(5);

const SCOPE: &str = "inferometer.gpu";
const DRIVER_THREAD: &str = "inferometer-nvml";
const INTERVAL_THREAD: &str = "inferometer-gpu";

/// Settings of a [`GpuSampler`].
pub struct GpuSamplerBuilder<M: Meters = Scope> {
    meters: M,
    /// `None`: on demand.
    interval: Option<Duration>,
    timeout: Duration,
    library: Option<PathBuf>,
    wanted: Wanted,
    clock: Option<Arc<dyn Clock>>,
}

impl<M: Meters> GpuSamplerBuilder<M> {
    pub(super) const fn new(meters: M) -> Self {
        Self {
            meters,
            interval: Some(DEFAULT_GPU_INTERVAL),
            timeout: DEFAULT_GPU_TIMEOUT,
            library: None,
            wanted: Wanted(None),
            clock: None,
        }
    }

    /// Time between two samples, the first at once. Default: [`DEFAULT_GPU_INTERVAL`].
    #[must_use]
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// No thread that samples by itself: only [`GpuSampler::sample`] does. What is shown is that of the last one.
    #[must_use]
    pub const fn on_demand(mut self) -> Self {
        self.interval = None;
        self
    }

    /// How long the driver may take for one sample. A sample that takes longer shows nothing and is counted as
    /// `timeout`. Default: [`DEFAULT_GPU_TIMEOUT`].
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// NVML's library, by path. Default: `libnvidia-ml.so.1`, where the system's loader finds it.
    #[must_use]
    pub fn library(mut self, path: impl Into<PathBuf>) -> Self {
        self.library = Some(path.into());
        self
    }

    /// Only the GPUs with these UUIDs. Default: all that the driver shows this process, whatever
    /// `CUDA_VISIBLE_DEVICES` says. Of several processes that sample the same GPU each shows it, and sums over them
    /// count it as often: let one process of a host sample, or each its own.
    #[must_use]
    pub fn only<I>(mut self, uuids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.wanted = Wanted(Some(uuids.into_iter().map(Into::into).collect()));
        self
    }

    /// What the time between two samples is measured by. Default: a [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts sampling. Whether there is a GPU is told by [`GpuSampler::state`], never by an error.
    ///
    /// # Errors
    /// If the process may not have another thread.
    pub fn start(self) -> Result<GpuSampler<M>, StartError> {
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let exchange = Arc::new(Exchange::new());
        let driver = Driver {
            exchange: Arc::clone(&exchange),
            library: self.library,
            wanted: self.wanted,
            clock: Arc::clone(&clock),
            absent: None,
            was_there: false,
        };
        let shared = Arc::new(Shared::new(self.meters, exchange, self.timeout));
        // Made before the threads, so that it ends the first if the second cannot be started.
        let sampler = GpuSampler::of(Arc::clone(&shared));
        spawn(&shared.exchange, DRIVER_THREAD, move || driver.run())?;
        if let Some(interval) = self.interval {
            let shared = Arc::clone(&shared);
            let run = move || shared.run(interval, &*clock);
            spawn(&sampler.shared.exchange, INTERVAL_THREAD, run)?;
        }
        Ok(sampler)
    }
}

/// Not joined: a thread that the driver holds never ends, and the others say when they do.
fn spawn(
    exchange: &Arc<Exchange>,
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<(), StartError> {
    let running = exchange.enter();
    let body = move || {
        run();
        drop(running);
    };
    thread::Builder::new().name(name.to_owned()).spawn(body).map(drop).map_err(|error| {
        StartError::new(format!(
            "the thread `{name}` cannot be started ({error}): allow the process one more thread"
        ))
    })
}

impl Telemetry {
    /// A sampler of this machine's NVIDIA GPUs, recorded by this telemetry's provider and clock.
    #[must_use]
    pub fn gpu(&self) -> GpuSamplerBuilder {
        let scope = opentelemetry::InstrumentationScope::builder(SCOPE)
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        GpuSampler::builder(self.meter_provider().scope_of(scope)).clock(Arc::clone(self.clock()))
    }
}

impl<M: Meters> fmt::Debug for GpuSamplerBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpuSamplerBuilder")
            .field("interval", &self.interval)
            .field("timeout", &self.timeout)
            .field("library", &self.library)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}
