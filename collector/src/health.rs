//! Whether the collector works: its worker tasks, the backends and queues of its exporters, and where it is between its
//! start and its end.
//!
//! [`Health`] is what all components tell and everybody asks: the listener of the extension `health_check`, the gRPC
//! service of the receiver `otlp`, and the program's watchdog ([`Health::is_alive`]). Three questions are kept apart:
//! it is *alive* unless only a restart helps; *ready* unless senders do better elsewhere; and its *status* says what is
//! wrong with which component, whose remedy is often elsewhere.

mod counts;
mod exporter;
mod extension;
mod page;
mod pipelines;
mod pulse;
mod reload_asks;
mod reload_page;
mod status;
#[cfg(test)]
mod tests;
mod timestamp;
mod workers;

use std::{collections::BTreeMap, fmt, sync::Arc};

use parking_lot::Mutex;
use tokio::time::Instant;

pub use self::{
    exporter::{ExporterHealth, Gauged, QueueLevel, Trouble},
    reload_asks::{ReloadAnswer, ReloadAsks, TakenAsks},
    workers::{Fault, Worker, Workers},
};
pub(crate) use self::{extension::HealthCheck, pulse::Pulse};
use crate::{
    config::{PipelineSettings, Resolved},
    journal::unix_millis,
};

/// What is known of the health of one collector, shared by all its components.
pub struct Health {
    workers: Workers,
    started: u64,
    exporters: Mutex<BTreeMap<String, Arc<ExporterHealth>>>,
    state: Mutex<State>,
    reload_asks: Arc<ReloadAsks>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: u64,
    pipelines: Arc<[PipelineSettings]>,
    /// Ids of the extensions that run.
    extensions: Arc<[String]>,
}

/// Where a collector is between its start and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not everything listens yet.
    Starting,
    /// Everything listens.
    Running,
    /// It was told to end; listeners close.
    Stopping,
}

/// Why senders do better elsewhere for now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unready {
    /// The component's place in the configuration; nothing if it is the collector itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Default for Health {
    fn default() -> Self {
        let started = unix_millis();
        let (pipelines, extensions) = (Arc::new([]), Arc::new([]));
        Self {
            workers: Workers::default(),
            started,
            exporters: Mutex::default(),
            state: Mutex::new(State {
                phase: Phase::Starting,
                since: started,
                pipelines,
                extensions,
            }),
            reload_asks: Arc::default(),
        }
    }
}

impl Health {
    /// Whether every worker goes on. If not, only a restart helps.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.faults(Instant::now()).is_empty()
    }

    /// Whether everything listens and takes requests, as far as is known.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.unready(Instant::now()).is_empty()
    }

    /// The tasks and threads that must go on.
    #[must_use]
    pub const fn workers(&self) -> &Workers {
        &self.workers
    }

    /// The health of an exporter, by its id. It is known from the first time on that it is asked for.
    #[must_use]
    pub fn exporter(&self, id: &str) -> Arc<ExporterHealth> {
        let mut exporters = self.exporters.lock();
        let new = || Arc::new(ExporterHealth::new(self.workers.clone()));
        Arc::clone(exporters.entry(id.to_owned()).or_insert_with(new))
    }

    /// Those who ask the extension `health_check` for a reload.
    #[must_use]
    pub const fn reload_asks(&self) -> &Arc<ReloadAsks> {
        &self.reload_asks
    }

    /// Says which components there are and what they are connected to, from now on.
    pub fn shows(&self, config: &Resolved) {
        let extensions = config.health_checks.iter().map(|it| it.id.to_string()).collect();
        let mut state = self.state.lock();
        (state.pipelines, state.extensions) = (config.pipelines.as_slice().into(), extensions);
    }

    /// Goes on to another phase.
    pub fn enters(&self, phase: Phase) {
        let mut state = self.state.lock();
        (state.phase, state.since) = (phase, unix_millis());
    }

    /// Why it is not alive, at this time; nothing if it is.
    #[must_use]
    pub fn faults(&self, now: Instant) -> Vec<Fault> {
        self.workers.faults(now)
    }

    /// Why it is not ready, at this time; nothing if it is.
    #[must_use]
    pub fn unready(&self, now: Instant) -> Vec<Unready> {
        let itself = |message: &str| Unready { component: None, message: message.to_owned() };
        let mut reasons = match self.phase().0 {
            Phase::Starting => vec![itself("the collector is starting")],
            Phase::Stopping => vec![itself("the collector is stopping")],
            Phase::Running => Vec::new(),
        };
        reasons.extend(self.faults(now).into_iter().map(|fault| Unready {
            component: Some(fault.worker.clone()),
            message: fault.message().to_owned(),
        }));
        let pipelines = self.pipelines();
        // Asked without the lock: a queue may be waiting for its disk.
        let exporters = self.exporters.lock().clone();
        for (id, exporter) in &exporters {
            let is_used =
                pipelines.iter().any(|it| it.exporters.iter().any(|of| of.to_string() == *id));
            if let Some(message) = exporter.refuses(now).filter(|_| is_used) {
                reasons.push(Unready { component: Some(format!("exporters.{id}")), message });
            }
        }
        reasons
    }

    /// Where it is, and since when in milliseconds of 1970.
    #[must_use]
    pub fn phase(&self) -> (Phase, u64) {
        let state = self.state.lock();
        (state.phase, state.since)
    }

    /// Which components are connected to what.
    #[must_use]
    pub fn pipelines(&self) -> Arc<[PipelineSettings]> {
        Arc::clone(&self.state.lock().pipelines)
    }

    /// The ids of the extensions that run.
    pub(super) fn extensions(&self) -> Arc<[String]> {
        Arc::clone(&self.state.lock().extensions)
    }

    /// When it started, in milliseconds since 1970.
    #[must_use]
    pub const fn started(&self) -> u64 {
        self.started
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("state", &*self.state.lock()).finish_non_exhaustive()
    }
}
