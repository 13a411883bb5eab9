//! A thread that empties a queue by calls that may block for as long as a disk or a terminal does.

use std::{fmt, io, sync::Arc, thread, time::Duration};

use tokio::{sync::oneshot, time};

use super::queue::Queue;
use crate::pipeline::{Exporter, RejectReason};

/// The thread of one exporter. Dropping it lets the thread end by itself once the queue is empty.
pub(super) struct Writer {
    queue: Arc<Queue>,
    /// Resolves when the thread has ended.
    ended: Option<oneshot::Receiver<()>>,
}

impl Writer {
    /// Starts the thread, which must end when the queue does.
    ///
    /// # Errors
    /// The operating system has no thread to give.
    pub(super) fn start(
        name: &str,
        queue: Arc<Queue>,
        run: impl FnOnce(Arc<Queue>) + Send + 'static,
    ) -> io::Result<Self> {
        let (end, ended) = oneshot::channel();
        let (of_thread, worker) = (Arc::clone(&queue), queue.begin());
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _worker = worker;
            run(of_thread);
            // Nobody waits if the exporter was dropped.
            let _ = end.send(());
        })?;
        Ok(Self { queue, ended: Some(ended) })
    }

    /// The end that pipelines hand items to.
    pub(super) fn exporter(&self) -> Arc<dyn Exporter> {
        Arc::clone(&self.queue) as Arc<dyn Exporter>
    }

    /// Takes no more and writes what waits; what is left at `deadline` is counted as [`RejectReason::WriteFailed`], and
    /// a thread that hangs in a call is left behind.
    pub(super) async fn shutdown(mut self, deadline: Duration) {
        self.queue.stop();
        if let Some(ended) = self.ended.take() {
            let _ = time::timeout(deadline, ended).await;
        }
        self.queue.abandon(RejectReason::WriteFailed);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.stop();
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("queue", &self.queue).finish_non_exhaustive()
    }
}
