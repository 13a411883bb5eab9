//! Shows what passes by on standard error, through the log.
//!
//! A thread of its own decodes and writes, so that a slow terminal holds nobody up: when it cannot follow, the oldest
//! requests make room, counted as `evicted`. What sampling passes over counts as shown.

mod sampler;
#[cfg(test)]
mod tests;
mod text;

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::info;

use self::sampler::Sampler;
use super::{
    queue::{Fate, Next, Queue},
    writer::Writer,
};
use crate::{
    config::{DebugExporterSettings, OnFull, QueueSettings},
    http::StartError,
    pipeline::Exporter,
    self_metrics::SelfMetrics,
};

/// The target of what is shown, for filters of the log.
pub const LOG_TARGET: &str = module_path!();
/// How long the thread sleeps at a time when there is nothing to show.
const IDLE: Duration = Duration::from_secs(60);

/// An exporter to the log. Dropping it lets what waits be shown in the background.
#[derive(Debug)]
pub struct DebugExporter(Writer);

impl DebugExporter {
    /// Starts the thread that shows.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(
        name: &str,
        settings: &DebugExporterSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let queue = QueueSettings {
            consumers: 1,
            on_full: OnFull::EvictOldest,
            ..QueueSettings::default()
        };
        let queue = Queue::start(name, &queue, metrics);
        let (component, settings) = (name.to_owned(), settings.clone());
        let writer = Writer::start(name, queue, move |queue| show(&component, &settings, &queue));
        let no_thread = |cause| StartError::new(name, format!("no thread to write on: {cause}"));
        Ok(Self(writer.map_err(no_thread)?))
    }

    /// The end that pipelines hand items to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        self.0.exporter()
    }

    /// Takes no more, and shows what waits; what is left at `deadline` is counted as `write_failed`.
    pub async fn shutdown(self, deadline: Duration) {
        self.0.shutdown(deadline).await;
    }
}

fn show(component: &str, settings: &DebugExporterSettings, queue: &Queue) {
    let mut sampler = Sampler::new(settings.sampling_initial, settings.sampling_thereafter);
    loop {
        match queue.next_within(IDLE) {
            Next::Waiting(waiting) => {
                if sampler.takes(Instant::now()) {
                    info!(target: LOG_TARGET, "{component}: {}", text::of(&waiting, settings.verbosity));
                }
                queue.settle(&waiting, Fate::KEPT);
            }
            Next::Nothing => {}
            Next::Ended => return,
        }
    }
}
