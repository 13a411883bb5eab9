//! What consumers take from: a queue in memory, or one on disk.

use std::{sync::Arc, time::Duration};

use super::{
    Fate, Queue, Waiting,
    durable::{DurableQueue, Held},
    joining::Joining,
};
use crate::{
    config::QueueSettings,
    http::StartError,
    journal::Folder,
    pipeline::{Exporter, RejectReason, Signal},
    self_metrics::SelfMetrics,
};

/// The queue of one exporter.
#[derive(Debug, Clone)]
pub(in crate::exporters) enum Backlog {
    Memory(Arc<Queue>),
    Disk(Arc<DurableQueue<Folder>>),
}

/// A request that was taken, to be settled.
#[derive(Debug)]
pub(in crate::exporters) enum Taken {
    Memory(Waiting),
    Disk(Held),
}

impl Taken {
    pub(in crate::exporters) const fn waiting(&self) -> &Waiting {
        match self {
            Self::Memory(waiting) => waiting,
            Self::Disk(held) => &held.waiting,
        }
    }
}

impl Backlog {
    /// The queue that the settings ask for; must be called within a Tokio runtime.
    ///
    /// # Errors
    /// Its folder cannot be used; the message says why and what to do.
    pub(in crate::exporters) fn start(
        name: &str,
        settings: &QueueSettings,
        metrics: &SelfMetrics,
    ) -> Result<Self, StartError> {
        Ok(match &settings.storage {
            None => Self::Memory(Queue::start(name, settings, metrics)),
            Some(storage) => Self::Disk(DurableQueue::start(name, settings, storage, metrics)?),
        })
    }

    /// The end that pipelines hand items to.
    pub(in crate::exporters) fn exporter(&self) -> Arc<dyn Exporter> {
        match self {
            Self::Memory(queue) => Arc::clone(queue) as Arc<dyn Exporter>,
            Self::Disk(queue) => Arc::clone(queue) as Arc<dyn Exporter>,
        }
    }

    /// The next requests that may be sent as one, at least one of them; nothing once there will be none. Each is to be
    /// settled by itself.
    pub(in crate::exporters) async fn next(&self) -> Option<Vec<Taken>> {
        Some(match self {
            Self::Memory(queue) => queue.next().await?.into_iter().map(Taken::Memory).collect(),
            Self::Disk(queue) => queue.next().await?.into_iter().map(Taken::Disk).collect(),
        })
    }

    /// The other side has refused so many bytes as one, and taken a part of them: less is joined from now on.
    pub(in crate::exporters) fn too_many(&self, bytes: u64) {
        self.joining().too_many(bytes);
    }

    /// The other side has taken so many bytes as one: if less was joined than might be, it is a bit more now.
    pub(in crate::exporters) fn taken_as_one(&self, bytes: u64) {
        self.joining().taken(bytes);
    }

    fn joining(&self) -> &Joining {
        match self {
            Self::Memory(queue) => queue.joining(),
            Self::Disk(queue) => queue.joining(),
        }
    }

    /// Keeps a request that the other side refuses for good, with what it said, before it is settled; whether it does:
    /// only a queue on disk may.
    pub(in crate::exporters) fn keep_dead_letter(&self, taken: &Taken, said: &str) -> bool {
        match (self, taken) {
            (Self::Disk(queue), Taken::Disk(held)) => queue.keep_dead_letter(held, said),
            (Self::Memory(_) | Self::Disk(_), _) => false,
        }
    }

    /// Forgets a request that was taken, and counts what became of it.
    pub(in crate::exporters) fn settle(&self, taken: &Taken, fate: Fate) {
        match (self, taken) {
            (Self::Memory(queue), Taken::Memory(waiting)) => queue.settle(waiting, fate),
            (Self::Disk(queue), Taken::Disk(held)) => queue.settle(held, fate),
            (Self::Memory(_), Taken::Disk(_)) | (Self::Disk(_), Taken::Memory(_)) => {}
        }
    }

    /// Has a request that was taken wait again. One in memory stays with who has it.
    pub(in crate::exporters) fn give_back(&self, taken: &Taken) {
        if let (Self::Disk(queue), Taken::Disk(held)) = (self, taken) {
            queue.give_back(held);
        }
    }

    /// Hands out no more to the consumers that there are: others come, who are to be [engaged](Self::engage).
    /// Returns which dismissal this is.
    pub(in crate::exporters) fn dismiss(&self) -> u64 {
        match self {
            Self::Memory(_) => 0,
            Self::Disk(queue) => queue.dismiss(),
        }
    }

    /// Hands out to others, once those that were dismissed have ended.
    pub(in crate::exporters) fn engage(&self, dismissal: u64) {
        if let Self::Disk(queue) = self {
            queue.engage(dismissal);
        }
    }

    /// Resolves when a consumer that was dismissed has to give back what it has. Of a queue in memory none is.
    pub(in crate::exporters) async fn dismissal(&self) {
        match self {
            Self::Memory(_) => std::future::pending().await,
            Self::Disk(queue) => queue.dismissal().await,
        }
    }

    /// Items that wait or are being sent, by signal.
    pub(in crate::exporters) fn items(&self) -> [(Signal, u64); Signal::ALL.len()] {
        match self {
            Self::Memory(queue) => Signal::ALL.map(|signal| {
                (signal, queue.items().find(|(of, _)| *of == signal).map_or(0, |(_, items)| items))
            }),
            Self::Disk(queue) => queue.items(),
        }
    }

    /// Takes no more. What is in memory is then sent; what is on disk stays there for the next start.
    pub(in crate::exporters) fn stop(&self) {
        match self {
            Self::Memory(queue) => queue.stop(),
            Self::Disk(queue) => queue.stop(),
        }
    }

    /// Nobody takes or settles anything any more: a thread that writes may end.
    pub(in crate::exporters) fn finish(&self) {
        self.stop();
        if let Self::Disk(queue) = self {
            queue.finish();
        }
    }

    /// How long it is worth waiting for consumers.
    pub(in crate::exporters) fn patience(&self, deadline: Duration) -> Duration {
        match self {
            Self::Memory(_) => deadline,
            // An attempt under way may succeed; it is made again otherwise.
            Self::Disk(_) => deadline.min(DurableQueue::<Folder>::LAST_ATTEMPT),
        }
    }

    /// The consumers have ended. What is left in memory is given up and counted.
    pub(in crate::exporters) async fn end(&self, deadline: Duration) {
        match self {
            Self::Memory(queue) => queue.abandon(RejectReason::Unreachable),
            Self::Disk(queue) => queue.end(deadline).await,
        }
    }
}
