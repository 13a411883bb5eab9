//! Writes requests to a file as they came in, each behind its length.
//!
//! An item that was admitted waits in a queue and is acknowledged at once; a thread writes what
//! waits, several requests at a time. A request survives the end of this process once it is written, not a power loss.
//! What cannot be written is counted as `write_failed`, and the next is tried: no error stops the exporter.
//!
//! When the file is full, and at every start, it is renamed and a new one is begun, so that nothing is overwritten but
//! the oldest of the backups.

mod output;
mod record;
#[cfg(test)]
mod tests;
mod thread;

use std::{sync::Arc, time::Duration};

use self::{output::Output, thread::Thread};
use super::{queue::Queue, writer::Writer};
use crate::{
    config::{FileExporterSettings, QueueSettings},
    http::StartError,
    pipeline::Exporter,
    self_metrics::SelfMetrics,
};

/// An exporter to a file. Dropping it lets what waits be written in the background.
#[derive(Debug)]
pub struct FileExporter(Writer);

impl FileExporter {
    /// Begins a file and starts the thread that writes it.
    ///
    /// # Errors
    /// The file cannot be written, or there is no thread to be had.
    pub fn start(
        name: &str,
        settings: &FileExporterSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        let output = Output::begin(settings).map_err(|cause| {
            let path = settings.path.display();
            let message = format!(
                "cannot write {path}: {cause}; set path to a file that this user may write"
            );
            StartError::new(name, message)
        })?;
        let queue = QueueSettings { consumers: 1, ..QueueSettings::default() };
        let queue = Queue::start(name, &queue, metrics);
        let thread = Thread::new(name, settings, output);
        let writer = Writer::start(name, queue, move |queue| thread.run(&queue));
        let no_thread = |cause| StartError::new(name, format!("no thread to write on: {cause}"));
        Ok(Self(writer.map_err(no_thread)?))
    }

    /// The end that pipelines hand items to.
    #[must_use]
    pub fn exporter(&self) -> Arc<dyn Exporter> {
        self.0.exporter()
    }

    /// Takes no more, and writes what waits; what is left at `deadline` is counted as `write_failed`.
    pub async fn shutdown(self, deadline: Duration) {
        self.0.shutdown(deadline).await;
    }
}
