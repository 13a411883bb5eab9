//! The thread that writes: requests, checkpoints, and what has to go.

use std::{io, sync::Arc, thread, time::Duration};

use tokio::{sync::oneshot, time::Instant};

use super::{
    super::bounds::Load, DurableQueue, RETRY_AFTER, SEGMENTS, clock::Clock,
    dead_letters::DeadLetters, pending::Work,
};
use crate::{
    config::OnFull,
    failpoint::{self, FailPoint},
    journal::{Content, Damage, Durability, Journal, Storage},
    pipeline::{Item, Refusal, RefusalReason, RejectReason, Signal},
};

/// Between two checkpoints: what was delivered since the last one is delivered again after a kill.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(100);

/// The same where power losses are survived, unless a file's worth was written since: a checkpoint then is two syncs, which
/// hold up those of requests.
const SYNCED_CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// Works until the queue has stopped.
#[derive(Debug)]
pub(super) struct Writer<S: Storage> {
    queue: Arc<DurableQueue<S>>,
    /// Nothing if none are kept.
    dead_letters: Option<DeadLetters<S>>,
    clock: Clock,
    durability: Durability,
    /// Whether files of a former process are yet to be counted.
    has_unknown: bool,
    /// Failures are told of when they begin and when they end.
    is_failing: bool,
    tidied: Option<Instant>,
    /// Bytes since then.
    written: u64,
    /// What was told of.
    told: Damage,
}

impl<S: Storage> Writer<S> {
    pub(super) fn new(
        queue: Arc<DurableQueue<S>>,
        dead_letters: Option<DeadLetters<S>>,
        durability: Durability,
        clock: Clock,
    ) -> Self {
        Self {
            queue,
            dead_letters,
            clock,
            durability,
            has_unknown: true,
            is_failing: false,
            tidied: None,
            written: 0,
            told: Damage::default(),
        }
    }

    /// Starts the thread; `end` is told when it has ended.
    pub(super) fn start(mut self, end: oneshot::Sender<()>) -> io::Result<()> {
        // Before anything comes in, so that the bounds hold for what is there.
        while self.has_unknown {
            self.survey();
        }
        self.recover();
        let worker = self.queue.metrics.health().begin(&self.queue.name);
        thread::Builder::new().name("inferometer-queue".to_owned()).spawn(move || {
            let _worker = worker;
            self.run();
            // Nobody waits if the exporter was dropped.
            let _ = end.send(());
        })?;
        Ok(())
    }

    fn run(&mut self) {
        loop {
            match self.queue.pending.next(CHECKPOINT_EVERY) {
                Work::Write(batch, load) => self.write(batch, load),
                Work::Nothing => {}
                Work::End => break,
            }
            let now = Instant::now();
            if self.queue.pending.is_empty() {
                // Where it cannot be begun, the append that needs it tells why.
                let _ = self.queue.journal.lock().begin_ahead();
            }
            if self.is_untidy(now) {
                (self.tidied, self.written) = (Some(now), 0);
                self.tidy();
            }
        }
        self.tidy();
    }

    fn is_untidy(&self, now: Instant) -> bool {
        let has_filled_a_file = self.written >= self.queue.disk_bytes_max / SEGMENTS;
        self.tidied
            .is_none_or(|last| now - last >= checkpoint_every(self.durability, has_filled_a_file))
    }

    fn write(&mut self, batch: Vec<Item>, load: Load) {
        let contents: Vec<Content> = batch.iter().map(Content::from).collect();
        self.written += load.bytes;
        let written = self.append(&contents);
        // Before its senders are answered, who may come back at once.
        self.queue.pending.release(load);
        match written {
            Ok(()) => {
                failpoint::hit(FailPoint::RecordAppended);
                self.note(None);
            }
            Err(cause) => {
                self.note(Some(&cause));
                self.refuse(&batch, &cause);
            }
        }
        // With the last shares of their acknowledgements, their senders are answered: before anybody else is woken, as they
        // wait.
        drop(batch);
        self.queue.changed.notify_one();
    }

    /// Nobody who reads or settles waits for the disk meanwhile.
    fn append(&self, contents: &[Content]) -> io::Result<()> {
        let queue = &*self.queue;
        let append = {
            let mut journal = queue.journal.lock();
            self.make_room(&mut journal, contents)?;
            journal.begin_append(contents, self.clock.unix_millis())?
        };
        let written = append.write();
        let mut journal = queue.journal.lock();
        journal.finish_append(append, written)?;
        for content in contents {
            queue.metrics.queued(content.signal, content.items);
        }
        queue.show(&journal);
        Ok(())
    }

    /// Gives up the oldest until these fit, if the queue is one that does. What is being sent stays.
    fn make_room(&self, journal: &mut Journal<S>, contents: &[Content]) -> io::Result<()> {
        let queue = &*self.queue;
        if queue.bounds.on_full == OnFull::Refuse {
            return Ok(());
        }
        let loads = contents.iter().map(|it| queue.bounds.load(it.bytes.len(), it.items));
        let (units, bytes) =
            loads.fold((0, 0), |sum, load| (sum.0 + load.units, sum.1 + load.bytes));
        let is_too_full = |journal: &Journal<S>| {
            let stored = journal.unsettled();
            stored.bytes + bytes > queue.disk_bytes_max
                || queue.units(&stored) + units > queue.bounds.units_max
        };
        while is_too_full(journal) {
            let Some(oldest) = journal.evict()? else { break };
            queue.metrics.dequeued(oldest.signal, oldest.items);
            queue.metrics.rejected(oldest.signal, RejectReason::Evicted, oldest.items);
        }
        Ok(())
    }

    fn refuse(&self, batch: &[Item], cause: &io::Error) {
        for item in batch {
            self.queue.metrics.rejected(item.signal, RejectReason::WriteFailed, item.counts.items);
            item.ack.refuse(Refusal {
                reason: RefusalReason::StorageFailed,
                message: format!(
                    "{}: its queue could not be written: {cause}; come back",
                    self.queue.name
                ),
                retry_after: Some(RETRY_AFTER),
            });
        }
    }

    /// Gives up what is too old, and writes down what is settled.
    fn tidy(&mut self) {
        // Before a checkpoint says that what is lost is over.
        self.tell_damage();
        let tidied = self.expire().and_then(|()| self.checkpoint());
        // Where nothing was to be written, it says nothing of the disk.
        if let Err(cause) = tidied {
            self.note(Some(&cause));
        }
    }

    fn expire(&self) -> io::Result<()> {
        let queue = &*self.queue;
        let mut journal = queue.journal.lock();
        let expired = journal.expire(|stamp| self.clock.is_too_old(stamp, queue.age_max))?;
        queue.give_up(&expired, RejectReason::Expired);
        queue.show(&journal);
        Ok(())
    }

    fn checkpoint(&mut self) -> io::Result<()> {
        let saving = self.queue.journal.lock().begin_checkpoint();
        // A dead letter came before its request was settled, so those of all that this checkpoint settles are here. None
        // is lost by a kill between the two: its request is refused, and kept, a second time.
        if let Some(letters) = &mut self.dead_letters {
            letters.write(&self.queue.dead_letters, self.clock.unix_millis());
        }
        let Some(saving) = saving else {
            return Ok(());
        };
        let stored = saving.store();
        self.queue.journal.lock().finish_checkpoint(saving, stored)
    }

    /// Looks into one more file of a former process.
    fn survey(&mut self) {
        let surveyed = self.queue.journal.lock().survey();
        self.has_unknown = matches!(surveyed, Ok(true));
        self.note(surveyed.err().as_ref());
    }

    /// Counts what a former process has left.
    fn recover(&self) {
        let queue = &*self.queue;
        let journal = queue.journal.lock();
        for (signal, items) in Signal::ALL.into_iter().zip(journal.unsettled().items) {
            queue.metrics.recovered(signal, items);
        }
        queue.show(&journal);
    }

    /// What was found damaged since it was told last.
    fn tell_damage(&mut self) {
        let damage = self.queue.journal.lock().damage();
        let before = std::mem::replace(&mut self.told, damage);
        if damage == before {
            return;
        }
        let (records, bytes) = (damage.records - before.records, damage.bytes - before.bytes);
        self.queue.metrics.queue_lost(records);
        tracing::warn!(
            "{}: its queue is damaged: {bytes} bytes are of no request, {records} requests are lost, {} files were put aside \
             as ….damaged",
            self.queue.name,
            damage.files - before.files
        );
    }

    fn note(&mut self, failure: Option<&io::Error>) {
        let (name, health) = (&self.queue.name, self.queue.metrics.health());
        match failure {
            Some(cause) => health.storage_fails(&cause.to_string(), Instant::now()),
            None => health.storage_works(),
        }
        match failure {
            Some(cause) if !self.is_failing => {
                tracing::warn!(
                    "{name}: its queue cannot be written: {cause}; requests are refused until it can"
                );
            }
            None if self.is_failing => tracing::info!("{name}: its queue can be written again"),
            _ => {}
        }
        self.is_failing = failure.is_some();
    }
}

/// How long a checkpoint may be away. Where syncs make it dear, sooner if files that are delivered may be waiting for it.
fn checkpoint_every(durability: Durability, has_filled_a_file: bool) -> Duration {
    match durability {
        Durability::Fsync if !has_filled_a_file => SYNCED_CHECKPOINT_EVERY,
        Durability::Fsync | Durability::Os => CHECKPOINT_EVERY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syncs_of_checkpoints_are_rare_unless_files_wait_to_be_removed() {
        assert_eq!(checkpoint_every(Durability::Os, false), CHECKPOINT_EVERY);
        assert_eq!(checkpoint_every(Durability::Fsync, false), SYNCED_CHECKPOINT_EVERY);
        assert_eq!(checkpoint_every(Durability::Fsync, true), CHECKPOINT_EVERY);
    }
}
