//! What a program holds while its GPUs are sampled.

use std::{fmt, sync::Arc, time::Duration};

use parking_lot::Mutex;

use super::{
    builder::GpuSamplerBuilder, exchange::Exchange, publisher::Publisher, state::GpuState,
};
use crate::{clock::Clock, fork::Birth, metrics::Scope, serving::Meters};

/// How long dropping a [`GpuSampler`] may wait for its threads.
pub const GPU_DROP_TIMEOUT: Duration = Duration::from_secs(1);

/// Samples the GPUs of this machine until it is dropped.
///
/// It never fails: no driver, a lost GPU, a restarted driver or one that hangs are states, and what they cost is
/// counted. Only its own threads wait for the driver. A child of `fork`, which has neither the threads nor a driver that
/// works, finds it stopped, and may build its own.
#[must_use = "dropping it ends the sampling"]
pub struct GpuSampler<M: Meters = Scope> {
    pub(super) shared: Arc<Shared<M>>,
}

/// What the sampler and its threads have in common.
pub(super) struct Shared<M: Meters> {
    pub(super) exchange: Arc<Exchange>,
    publisher: Mutex<Publisher<M>>,
    state: Mutex<GpuState>,
    timeout: Duration,
    birth: Birth,
}

impl<M: Meters> Shared<M> {
    pub(super) fn new(meters: M, exchange: Arc<Exchange>, timeout: Duration) -> Self {
        let publisher = Mutex::new(Publisher::new(meters));
        Self {
            exchange,
            publisher,
            state: Mutex::new(GpuState::Starting),
            timeout,
            birth: Birth::now(),
        }
    }

    fn sample(&self) -> GpuState {
        if !self.birth.is_here() {
            return GpuState::Stopped;
        }
        let Some(mut publisher) = self.publisher.try_lock_for(self.timeout) else {
            return *self.state.lock();
        };
        if self.exchange.is_stopped() {
            return GpuState::Stopped;
        }
        let state = publisher.sample(&self.exchange, self.timeout);
        *self.state.lock() = state;
        state
    }

    /// The body of the thread that samples by itself.
    pub(super) fn run(&self, interval: Duration, clock: &dyn Clock) {
        loop {
            let started = clock.unix_nanos();
            self.sample();
            let took = Duration::from_nanos(clock.unix_nanos().saturating_sub(started));
            if self.exchange.is_stopped_within(interval.saturating_sub(took)) {
                return;
            }
        }
    }
}

impl<M: Meters> GpuSampler<M> {
    /// Starts with the defaults.
    #[must_use]
    pub const fn builder(meters: M) -> GpuSamplerBuilder<M> {
        GpuSamplerBuilder::new(meters)
    }

    pub(super) const fn of(shared: Arc<Shared<M>>) -> Self {
        Self { shared }
    }

    /// How the last sample went.
    #[must_use]
    pub fn state(&self) -> GpuState {
        match !self.shared.birth.is_here() || self.shared.exchange.is_stopped() {
            true => GpuState::Stopped,
            false => *self.shared.state.lock(),
        }
    }

    /// Takes a sample now, or waits for the one that is under way, and says how it went. Blocks this thread, at most for
    /// twice the timeout: once until another caller is done, once for the driver.
    #[expect(
        clippy::must_use_candidate,
        reason = "the sample is wanted, whether or not how it went is"
    )]
    pub fn sample(&self) -> GpuState {
        self.shared.sample()
    }

    /// Ends the sampling; waits for the threads at most `timeout`. `false` if they have not ended by then, because the
    /// driver holds them: they are left to it. Either way what comes and goes is not shown any more, and counts leave
    /// as those of any dropped handle. A second call does nothing new.
    #[expect(
        clippy::must_use_candidate,
        reason = "a driver that hangs is nothing that a program could mend"
    )]
    pub fn shutdown(&self, timeout: Duration) -> bool {
        if !self.shared.birth.is_here() {
            return true;
        }
        self.shared.exchange.stop();
        // At most as long as a sampler takes to see that it was stopped.
        self.shared.publisher.lock().clear();
        self.shared.exchange.is_left_within(timeout)
    }
}

impl<M: Meters> Drop for GpuSampler<M> {
    fn drop(&mut self) {
        if !self.shutdown(GPU_DROP_TIMEOUT) {
            tracing::warn!(
                "a thread that samples GPUs waits for the driver still and is left to it"
            );
        }
    }
}

impl<M: Meters> fmt::Debug for GpuSampler<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpuSampler").field("state", &self.state()).finish_non_exhaustive()
    }
}
