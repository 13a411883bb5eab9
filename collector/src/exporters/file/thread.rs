//! Gathers what waits, and writes it.

use std::{io, time::Duration};

use tokio::time::Instant;
use tracing::{info, warn};

use super::{output::Output, record};
use crate::{
    config::FileExporterSettings,
    exporters::queue::{Fate, Next, Queue, Waiting},
    pipeline::RejectReason,
};

/// Bytes that are gathered before they are written; one request may go beyond them.
const BATCH_BYTES: usize = 256 << 10;
/// How long the thread sleeps at a time when there is nothing to write.
const IDLE: Duration = Duration::from_secs(60);

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Thread {
    name: String,
    path: String,
    output: Output,
    compress: bool,
    flush_interval: Duration,
    batch: Batch,
    /// Whether the last write failed: an error is one line, not one for each request.
    is_failing: bool,
}

/// Requests that are written together.
#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    requests: Vec<Waiting>,
    /// When the first of them has waited long enough.
    due: Option<Instant>,
}

impl Thread {
    pub(super) fn new(name: &str, settings: &FileExporterSettings, output: Output) -> Self {
        Self {
            name: name.to_owned(),
            path: settings.path.display().to_string(),
            output,
            compress: settings.compress,
            flush_interval: settings.flush_interval,
            batch: Batch::default(),
            is_failing: false,
        }
    }

    /// Writes until the queue has ended.
    pub(super) fn run(mut self, queue: &Queue) {
        loop {
            let left = self.batch.due.map(|due| due.saturating_duration_since(Instant::now()));
            match queue.next_within(left.unwrap_or(IDLE)) {
                Next::Waiting(waiting) => self.gather(waiting, queue),
                Next::Nothing => {}
                Next::Ended => return self.write(queue),
            }
            let is_due = self.batch.due.is_some_and(|due| due <= Instant::now());
            if is_due || self.batch.bytes.len() >= BATCH_BYTES {
                self.write(queue);
            }
        }
    }

    fn gather(&mut self, waiting: Waiting, queue: &Queue) {
        match record::write(&waiting.bytes, self.compress, &mut self.batch.bytes) {
            Ok(()) => {
                self.batch.due.get_or_insert_with(|| Instant::now() + self.flush_interval);
                self.batch.requests.push(waiting);
            }
            Err(cause) => {
                self.note(Some(&cause));
                queue.settle(&waiting, Fate::Lost(RejectReason::WriteFailed));
            }
        }
    }

    fn write(&mut self, queue: &Queue) {
        let Batch { bytes, requests, .. } = std::mem::take(&mut self.batch);
        if requests.is_empty() {
            return;
        }
        let written = self.output.write(&bytes);
        self.note(written.as_ref().err());
        let fate = match written {
            Ok(()) => Fate::KEPT,
            Err(_) => Fate::Lost(RejectReason::WriteFailed),
        };
        for request in &requests {
            queue.settle(request, fate);
        }
    }

    /// Logs when things get better or worse.
    fn note(&mut self, failure: Option<&io::Error>) {
        if self.is_failing == failure.is_some() {
            return;
        }
        self.is_failing = failure.is_some();
        let Self { name, path, .. } = self;
        match failure {
            None => info!("{name}: writing {path} again"),
            Some(cause) => {
                warn!(
                    "{name}: cannot write {path}: {cause}; what comes meanwhile is lost and counted"
                );
            }
        }
    }
}
