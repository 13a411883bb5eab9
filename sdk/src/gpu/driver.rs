//! The thread that talks to the driver: the only one that may wait for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use inferometer_semconv::attributes::{GpuFailureReason, GpuQuery};
use nvml_wrapper::{Nvml, error::NvmlError};

use super::{
    exchange::{Answer, Exchange, Question},
    failure::{self, Failure},
    session::{self, Session, Wanted},
    state::GpuState,
};
use crate::clock::Clock;

/// Between two looks for a driver that was never there.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) exchange: Arc<Exchange>,
    /// `None`: the one that the system's loader finds.
    pub(super) library: Option<PathBuf>,
    pub(super) wanted: Wanted,
    pub(super) clock: Arc<dyn Clock>,
    /// When and with what result a driver was looked for in vain.
    pub(super) absent: Option<(u64, GpuState)>,
    /// Whether there ever was one.
    pub(super) was_there: bool,
}

impl Driver {
    /// The thread's body: answers until the sampler ends.
    pub(super) fn run(mut self) {
        let exchange = Arc::clone(&self.exchange);
        while exchange.is_asked() {
            let served = catch_unwind(AssertUnwindSafe(|| self.serve()));
            if served.is_err() {
                tracing::error!("sampling of GPUs panicked and goes on with the next sample");
                exchange.answered(Answer::nothing(
                    GpuState::DriverGone,
                    vec![Failure {
                        device: None,
                        query: GpuQuery::Devices,
                        reason: GpuFailureReason::Other,
                    }],
                ));
            }
        }
    }

    /// Answers at least the question that is asked.
    fn serve(&mut self) {
        let exchange = Arc::clone(&self.exchange);
        if let Some(absent) = self.known_absent() {
            return exchange.answered(Answer::nothing(absent, Vec::new()));
        }
        exchange.asking(Question { device: None, query: GpuQuery::Devices });
        let nvml = match self.open() {
            Ok(nvml) => nvml,
            Err(error) => return exchange.answered(self.not_there(&error)),
        };
        let mut log = session::log(&exchange);
        let mut session = match Session::open(&nvml, &self.wanted, &mut log) {
            Ok(session) => session,
            Err(state) => {
                self.absent = match state {
                    GpuState::NoGpu(_) => Some((self.clock.unix_nanos(), state)),
                    _ => None,
                };
                return exchange.answered(Answer::nothing(state, log.failures));
            }
        };
        self.was_there = true;
        loop {
            let (answer, goes_on) = session.sample(self.clock.unix_nanos(), log);
            if !goes_on {
                // The answer comes last, so that whoever has it finds the driver closed.
                drop(session);
                drop(nvml);
                return exchange.answered(answer);
            }
            exchange.answered(answer);
            if !exchange.is_asked() {
                return;
            }
            log = session::log(&exchange);
        }
    }

    fn open(&self) -> Result<Nvml, NvmlError> {
        match &self.library {
            Some(path) => Nvml::builder().lib_path(path.as_os_str()).init(),
            None => Nvml::init(),
        }
    }

    /// That there is no driver is no failure; that it did not come back is one.
    fn not_there(&mut self, error: &NvmlError) -> Answer {
        if self.was_there {
            let reason = match failure::reason(error) {
                GpuFailureReason::NoPermission => GpuFailureReason::NoPermission,
                _ => GpuFailureReason::DriverGone,
            };
            let failure = Failure { device: None, query: GpuQuery::Devices, reason };
            return Answer::nothing(GpuState::DriverGone, vec![failure]);
        }
        let state = GpuState::NoGpu(failure::no_gpu(error));
        if self.absent.is_none() {
            tracing::info!("{state} ({error}); it is looked for again every {LOOK_AGAIN_AFTER:?}");
        }
        self.absent = Some((self.clock.unix_nanos(), state));
        Answer::nothing(state, Vec::new())
    }

    /// What is known of a driver that was looked for not long ago.
    fn known_absent(&self) -> Option<GpuState> {
        let (since, state) = self.absent.filter(|_| !self.was_there)?;
        let passed = self.clock.unix_nanos().saturating_sub(since);
        (Duration::from_nanos(passed) < LOOK_AGAIN_AFTER).then_some(state)
    }
}
