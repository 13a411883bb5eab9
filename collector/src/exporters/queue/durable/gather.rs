//! Reads what leaves next as one.
//!
//! The oldest record that waits is taken, and those behind it that join it; what is passed over on the way is given back
//! and waits in its old place. Each stays a record of its own: it is settled by itself, and sent again by the next
//! process if this one ends before.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    task::spawn_blocking,
    time::{self, Instant},
};

use super::{super::joining::Size, DurableQueue, Held, Lanes, Waiting};
use crate::{
    journal::{self, Header, Place, Stored, unix_millis},
    pipeline::Traced,
};

/// Before a folder that could not be read is read again.
const READ_PAUSE: Duration = Duration::from_secs(1);

/// Records of others that are passed over in one look for company.
const PASSED_MAX: usize = 64;

/// What leaves as one, as far as it is there.
#[derive(Debug, Default)]
struct Group {
    held: Vec<Held>,
    size: Size,
    /// Until when it waits for company; nothing if it does not.
    due: Option<Instant>,
    /// What comes next does not fit.
    is_full: bool,
}

impl<S: journal::Storage> DurableQueue<S> {
    /// The next requests that may be sent as one, at least one of them; nothing once the queue has stopped, or while
    /// consumers are dismissed.
    pub(in crate::exporters::queue) async fn next(self: &Arc<Self>) -> Option<Vec<Held>> {
        let _turn = self.turn.lock().await;
        let mut group = Group::default();
        loop {
            // Made before the look, so that what comes between the two wakes it.
            let (changed, freed) = (self.changed.notified(), self.freed.notified());
            // What is held then waits for the next process.
            if self.pending.is_stopping() {
                return None;
            }
            if self.dismissed.borrow().is_some() {
                let mut journal = self.journal.lock();
                group.held.iter().for_each(|held| journal.give_back(held.header.sequence));
                return None;
            }
            let queue = Arc::clone(self);
            let read = spawn_blocking(move || {
                let read = queue.gather(&mut group);
                (group, read)
            });
            // An error means that the runtime ends.
            let (gathered, read) = read.await.ok()?;
            group = gathered;
            if let Err(cause) = &read {
                tracing::warn!("{}: its queue cannot be read: {cause}", self.name);
            }
            let is_ready = group.is_full || self.joining.is_enough(&group.size);
            match (group.held.is_empty(), group.due.filter(|_| !is_ready)) {
                (true, _) if read.is_err() => time::sleep(READ_PAUSE).await,
                (true, _) => tokio::select! {
                    () = changed => {}
                    () = freed => {}
                },
                (false, Some(due)) if due > Instant::now() => tokio::select! {
                    () = changed => {}
                    () = time::sleep_until(due) => {}
                },
                (false, _) => {
                    self.hold_lanes(&group.held);
                    self.in_flight.fetch_add(group.held.len() as u64, Ordering::Relaxed);
                    return Some(group.held);
                }
            }
        }
    }

    /// Takes what joins the group, the oldest first; what must not overtake others is passed over.
    fn gather(&self, group: &mut Group) -> io::Result<()> {
        let mut passed = Vec::new();
        // Nobody else takes any while this consumer looks, so that those of the group stay free.
        let mut busy = Lanes::NONE;
        self.sending.lock().iter().for_each(|lanes| busy.add(lanes));
        let mut gathered = Ok(());
        while !group.is_full
            && passed.len() < PASSED_MAX
            && (group.held.is_empty() || !self.joining.is_enough(&group.size))
        {
            match self.gather_next(group, &mut passed, &mut busy) {
                Ok(true) => {}
                Ok(false) => break,
                Err(cause) => {
                    gathered = Err(cause);
                    break;
                }
            }
        }
        let mut journal = self.journal.lock();
        passed.into_iter().for_each(|sequence| journal.give_back(sequence));
        gathered
    }

    /// Looks at the oldest record that waits; `false` if there is none.
    fn gather_next(
        &self,
        group: &mut Group,
        passed: &mut Vec<u64>,
        busy: &mut Lanes,
    ) -> io::Result<bool> {
        let Some(place) = self.journal.lock().take()? else {
            return Ok(false);
        };
        let header = place.header;
        let size = Size { requests: 1, items: header.items, bytes: header.bytes() };
        if let Some(first) = group.held.first() {
            let is_alike = first.waiting.signal == header.signal;
            group.is_full = is_alike && !self.joining.fits(&group.size, size);
            if !is_alike || group.is_full {
                passed.push(header.sequence);
                return Ok(true);
            }
        }
        let Some(held) = self.read(&place)? else {
            return Ok(true);
        };
        let joins = group.held.first().is_none_or(|first| held.waiting.joins(&first.waiting));
        if !joins || busy.meets(&held.waiting.lanes) {
            busy.add(&held.waiting.lanes);
            passed.push(header.sequence);
            return Ok(true);
        }
        match group.held.first() {
            Some(_) => group.add(held, size),
            None => {
                group.due = self.due(&header);
                group.add(held, size);
            }
        }
        Ok(true)
    }

    /// Reads a record; nothing if it is corrupt, which is counted.
    fn read(&self, place: &Place<S::File>) -> io::Result<Option<Held>> {
        let header = place.header;
        let stored =
            place.read().inspect_err(|_| self.journal.lock().give_back(header.sequence))?;
        let content = match stored {
            Stored::Whole(content) => content,
            Stored::Corrupt(left) => {
                self.give_up_corrupt(&header, &left);
                return Ok(None);
            }
        };
        let lanes = if self.is_parallel {
            Lanes::of(content.signal, &content.bytes, &self.hasher)
        } else {
            Lanes::NONE
        };
        let journal::Content { signal, items, tenant, bytes, .. } = content;
        let (traced, since) = (Traced::default(), Instant::now());
        let waiting = Waiting { signal, bytes, items, traced, tenant, lanes, since, due: None };
        Ok(Some(Held { waiting, header }))
    }

    /// Until when a record waits for company: no longer than the settings say since it was written, nor since now.
    fn due(&self, header: &Header) -> Option<Instant> {
        let patience = self.joining.patience()?;
        let waited = Duration::from_millis(unix_millis().saturating_sub(header.unix_millis));
        Some(Instant::now() + patience.saturating_sub(waited))
    }

    /// Nothing that must not overtake these is sent from now on.
    fn hold_lanes(&self, group: &[Held]) {
        let lanes = group.iter().map(|held| held.waiting.lanes);
        self.sending.lock().extend(lanes.filter(|lanes| *lanes != Lanes::NONE));
    }
}

impl Group {
    fn add(&mut self, held: Held, size: Size) {
        self.size.add(size);
        self.held.push(held);
    }
}
