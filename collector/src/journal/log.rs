//! The log: appended to at its end, taken from in order, settled in any.

use std::{collections::VecDeque, io, sync::Arc};

use super::{
    checkpoint::{self, Checkpoint, Loaded},
    quarantine::{is_unfit, put_aside},
    record::{Content, HEADER, Header, Stored},
    scan::Found,
    segment::{self, Segment},
    storage::{Storage, StorageFile, is_full},
};
use crate::{
    failpoint::{self, FailPoint},
    pipeline::Signal,
};

/// The share of a file that is used where the next one can be begun before it is needed.
const AHEAD: (u64, u64) = (7, 8);

/// What an append's buffer keeps for the next one.
const BUFFER_KEPT: usize = 4 << 20;

/// What an acknowledged record survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process, however it comes.
    #[default]
    Os,
    /// A loss of power too.
    Fsync,
}

/// How a log is kept.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// What an append waits for.
    pub durability: Durability,
    /// A file that would become longer is followed by another; a record that is longer has one to itself.
    pub segment_bytes: u64,
    /// A random number of this process.
    pub seed: u64,
}

/// What was not as it had been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Damage {
    /// Bytes that are of no record.
    pub bytes: u64,
    /// Records that are missing, as the numbers of others and of the checkpoint say, and had not been settled.
    pub records: u64,
    /// Files that were put aside, or removed if there were eight such before; those that cannot be opened at once.
    pub files: u64,
}

/// What a log had when it was opened.
#[derive(Debug)]
pub struct Opened<S: Storage> {
    /// The log.
    pub journal: Journal<S>,
    /// Whether there was a checkpoint but none that could be read: everything is sent a second time.
    pub has_lost_checkpoint: bool,
}

/// A record that was taken, and where its content is.
#[derive(Debug)]
pub struct Place<F> {
    /// What is known of it.
    pub header: Header,
    at: u64,
    file: Arc<F>,
}

/// What some records come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Points, spans and log records, by [signal](Signal::ALL).
    pub items: [u64; Signal::ALL.len()],
    /// The records themselves.
    pub records: u64,
    /// Their bytes on disk.
    pub bytes: u64,
}

impl Totals {
    pub(super) fn add(&mut self, header: &Header) {
        let items = &mut self.items[header.signal as usize];
        *items = items.saturating_add(header.items);
        self.records += 1;
        self.bytes += header.bytes();
    }

    fn subtract(&mut self, header: &Header) {
        let items = &mut self.items[header.signal as usize];
        *items = items.saturating_sub(header.items);
        self.records = self.records.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(header.bytes());
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records == 0
    }
}

/// Records that are about to be written.
#[derive(Debug)]
pub struct Append<F> {
    file: Arc<F>,
    at: u64,
    bytes: Vec<u8>,
    headers: Vec<Header>,
    durability: Durability,
}

/// What became of them.
#[derive(Debug)]
pub enum Written {
    /// They are there, and survive what the log's durability says.
    Whole,
    /// None of them is.
    Nothing(io::Error),
    /// Some of them may be, and nothing more can be written behind them.
    Unknown(io::Error),
}

/// A checkpoint that is about to be written.
#[derive(Debug)]
pub struct Saving<S> {
    storage: Arc<S>,
    durability: Durability,
    checkpoint: Checkpoint,
    /// The first numbers of files of which nothing is needed once it is.
    done: Vec<u64>,
}

impl<F: StorageFile> Append<F> {
    /// The second third of [`Journal::append`], which takes as long as the disk does; the log can be read meanwhile.
    #[must_use]
    pub fn write(&self) -> Written {
        if let Err(cause) = self.file.write_at(self.at, &self.bytes) {
            return match self.file.truncate(self.at) {
                Ok(()) => Written::Nothing(cause),
                Err(_) => Written::Unknown(cause),
            };
        }
        failpoint::hit(FailPoint::RecordWritten);
        if self.durability == Durability::Fsync {
            if let Err(cause) = self.file.sync() {
                return Written::Unknown(cause);
            }
            failpoint::hit(FailPoint::RecordSynced);
        }
        Written::Whole
    }
}

impl<S: Storage> Saving<S> {
    /// The second third of [`Journal::checkpoint`], which takes as long as the disk does.
    ///
    /// # Errors
    /// The storage is full or fails.
    pub fn store(&self) -> io::Result<()> {
        let store = || {
            let survives_power_loss = self.durability == Durability::Fsync;
            self.checkpoint.store(&*self.storage, survives_power_loss)
        };
        match store() {
            // Files that this checkpoint has done with are all that could make room.
            Err(cause) if is_full(&cause) && self.storage.release_reserve() => {
                failpoint::hit(FailPoint::ReserveReleased);
                store()
            }
            stored => stored,
        }
    }
}

/// A log in a folder.
#[derive(Debug)]
pub struct Journal<S: Storage> {
    storage: Arc<S>,
    settings: Settings,
    /// The oldest first.
    segments: VecDeque<Segment<S::File>>,
    /// Whether the last of them takes records.
    is_open: bool,
    /// The number of the next record.
    next: u64,
    /// What was settled at the last checkpoint: those that were not looked at since are in it alone.
    checkpoint: Checkpoint,
    /// The number that was the next at the last checkpoint of the process before: records below it were there.
    known: u64,
    /// The first number of the last file that was removed from the end when the log was opened.
    removed: Option<u64>,
    /// Something was settled since.
    has_changed: bool,
    /// The room for a checkpoint on a full disk is kept: records never take it, or nothing could ever go again.
    has_reserve: bool,
    damage: Damage,
    unsettled: Totals,
    buffer: Vec<u8>,
}

impl<F: StorageFile> Place<F> {
    /// Reads the content and compares it with its checksum.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self) -> io::Result<Stored> {
        let length = self.header.bytes() - HEADER as u64;
        let mut content = vec![0; usize::try_from(length).unwrap_or(0)];
        let read = self.file.read_at(self.at + HEADER as u64, &mut content)?;
        content.truncate(read);
        Ok(self.header.stored(content))
    }
}

impl<S: Storage> Journal<S> {
    /// Opens what is in a folder. Only its last file is looked into; contents are read when they are taken.
    ///
    /// # Errors
    /// The folder or its last file cannot be read now; what they hold is no reason.
    pub fn open(storage: S, settings: Settings) -> io::Result<Opened<S>> {
        let names = storage.names()?;
        let mut damage = Damage::default();
        let loaded = Checkpoint::load(&storage)?;
        let has_lost_checkpoint = loaded == Loaded::Damaged;
        if has_lost_checkpoint {
            damage.files += 1;
            // Where it stays, the next checkpoint takes its place.
            let _ = put_aside(&storage, checkpoint::NAME);
        }
        if checkpoint::is_obstructed(&storage) {
            damage.files += 1;
            let _ = put_aside(&storage, checkpoint::NEW);
        }
        let checkpoint = loaded.or_none();
        let found = segment::files(&names);
        let mut segments = VecDeque::with_capacity(found.len());
        for (numbers, salt) in found {
            let first = numbers.start;
            match Segment::open(&storage, numbers, salt) {
                Ok(segment) => segments.push_back(segment),
                Err(cause) if is_unfit(&cause) => {
                    damage.files += 1;
                    // Where it stays, it is passed over again the next time.
                    let _ = put_aside(&storage, &segment::name(first, salt));
                }
                Err(cause) => return Err(cause),
            }
        }
        damage.records = lost_before(segments.front().map(|it| it.first), &checkpoint);
        let mut journal = Self {
            segments,
            storage: Arc::new(storage),
            settings,
            is_open: false,
            next: checkpoint.next.max(1),
            known: checkpoint.next,
            removed: None,
            checkpoint,
            has_changed: damage.records > 0,
            has_reserve: false,
            damage,
            unsettled: Totals::default(),
            buffer: Vec::new(),
        };
        journal.find_end()?;
        journal.has_reserve = journal.storage.keep_reserve();
        Ok(Opened { journal, has_lost_checkpoint })
    }

    /// Looks for the last record there is; files without any behind it go.
    fn find_end(&mut self) -> io::Result<()> {
        while let Some(last) = self.segments.len().checked_sub(1) {
            self.look(last)?;
            let segment = &self.segments[last];
            self.next = self.next.max(segment.first);
            if let Some(end) = segment.end() {
                self.next = self.next.max(end);
                break;
            }
            let Some(segment) = self.segments.pop_back() else { break };
            self.removed = Some(segment.first);
            self.remove(&segment)?;
            failpoint::hit(FailPoint::EndRemoved);
        }
        Ok(())
    }

    /// Appends records; once it returns they survive what the log's [`Durability`] says.
    ///
    /// # Errors
    /// The storage is full or fails; none of them is in the log, though what they held may be handed out after a crash.
    pub fn append(&mut self, batch: &[Content], unix_millis: u64) -> io::Result<()> {
        let append = self.begin_append(batch, unix_millis)?;
        let written = append.write();
        self.finish_append(append, written)
    }

    /// The first third of [`Journal::append`]: what is to be written, and where. There may be one at a time.
    ///
    /// # Errors
    /// A file was to be begun and could not be, a record has four gigabytes, or all numbers are used up.
    pub fn begin_append(
        &mut self,
        batch: &[Content],
        unix_millis: u64,
    ) -> io::Result<Append<S::File>> {
        let too_long = || {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "a record of four gigabytes, or one without a number",
            )
        };
        let headers =
            (self.next..).zip(batch).map(|(nth, content)| Header::of(content, nth, unix_millis));
        let headers = headers.collect::<Option<Vec<_>>>().ok_or_else(too_long)?;
        if !self.has_reserve {
            self.has_reserve = self.storage.keep_reserve();
        }
        if !self.has_reserve {
            self.leave_what_may_go();
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.make_room(headers.iter().map(Header::bytes).sum())?;
        let Some(segment) = self.segments.back_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        for (header, content) in headers.iter().zip(batch) {
            bytes.extend_from_slice(&header.encode(segment.salt()));
            content.parts().into_iter().for_each(|part| bytes.extend_from_slice(part));
        }
        let (file, at) = (Arc::clone(&segment.file), segment.length);
        Ok(Append { file, at, bytes, headers, durability: self.settings.durability })
    }

    /// The last third: the records are in the log if they were written.
    ///
    /// # Errors
    /// Those of the writing.
    pub fn finish_append(&mut self, append: Append<S::File>, written: Written) -> io::Result<()> {
        let Append { headers, mut bytes, .. } = append;
        bytes.shrink_to(BUFFER_KEPT);
        self.buffer = bytes;
        match written {
            Written::Whole => {}
            Written::Nothing(cause) => {
                if is_full(&cause) {
                    self.leave_what_may_go();
                }
                return Err(cause);
            }
            Written::Unknown(cause) => {
                self.leave(headers.len());
                return Err(cause);
            }
        }
        let Some(segment) = self.segments.back_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        for header in &headers {
            segment.push(*header);
            self.unsettled.add(header);
        }
        self.next += headers.len() as u64;
        Ok(())
    }

    /// Writes no more behind what is in an unknown state, nor uses its numbers again.
    fn leave(&mut self, records: usize) {
        if let Some(segment) = self.segments.back_mut() {
            segment.has_rest = true;
        }
        self.is_open = false;
        self.has_changed = true;
        self.next += records as u64;
    }

    /// Writes no more to a file on a full disk, so that it can go once nothing of it is needed. An empty one takes no room.
    fn leave_what_may_go(&mut self) {
        if self.is_open && self.segments.back().is_some_and(|segment| segment.length > 0) {
            self.is_open = false;
            self.has_changed = true;
        }
    }

    /// Begins the next file if the last one is nearly full, so that an append need not wait for that: to be called when
    /// none is under way.
    ///
    /// # Errors
    /// The storage is full or fails; the last file goes on as if this had not been called.
    pub fn begin_ahead(&mut self) -> io::Result<()> {
        let nearly_full = self.settings.segment_bytes / AHEAD.1 * AHEAD.0;
        let is_nearly_full = self.segments.back().is_some_and(|last| last.length >= nearly_full);
        if self.is_open && self.has_reserve && is_nearly_full {
            self.begin_file()?;
            // The one before may go once nothing of it is needed.
            self.has_changed = true;
        }
        Ok(())
    }

    /// Begins a file, unless the last one has room.
    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        if let Some(segment) = self.segments.back().filter(|_| self.is_open)
            && (segment.length == 0 || segment.length + bytes <= self.settings.segment_bytes)
        {
            return Ok(());
        }
        // Also if the next file cannot be begun: this one may go once nothing of it is needed.
        self.has_changed |= self.is_open;
        self.is_open = false;
        self.begin_file()
    }

    fn begin_file(&mut self) -> io::Result<()> {
        let salt = salt(self.settings.seed, self.next);
        let segment = Segment::create(&*self.storage, self.next, salt)?;
        failpoint::hit(FailPoint::SegmentCreated);
        if self.settings.durability == Durability::Fsync
            && let Err(cause) = self.storage.sync_names()
        {
            // One that stays is empty, and is removed when the folder is opened again.
            let _ = self.storage.remove(&segment.name());
            return Err(cause);
        }
        // Whoever reads is not there yet.
        if self.segments.len() > 2
            && let Some(full) = self.segments.back_mut()
        {
            full.forget();
        }
        self.segments.push_back(segment);
        self.is_open = true;
        Ok(())
    }

    /// The oldest record that waits, which is then taken: it is handed out again only after [`Journal::give_back`], or
    /// when the log is opened anew.
    ///
    /// # Errors
    /// A file cannot be read; the next call tries again.
    pub fn take(&mut self) -> io::Result<Option<Place<S::File>>> {
        for nth in 0..self.segments.len() {
            self.look(nth)?;
            let segment = &mut self.segments[nth];
            if let Some(Found { header, at }) = segment.take() {
                return Ok(Some(Place { header, at, file: Arc::clone(&segment.file) }));
            }
        }
        Ok(None)
    }

    /// Has a record that was taken wait again, before those behind it.
    pub fn give_back(&mut self, sequence: u64) {
        if let Some(segment) = self.segment_of(sequence) {
            segment.give_back(sequence);
        }
    }

    /// A record was delivered, or rejected and counted. Whether it was not settled before.
    pub fn settle(&mut self, header: &Header) -> bool {
        let is_first =
            self.segment_of(header.sequence).is_some_and(|segment| segment.settle(header.sequence));
        if is_first {
            self.has_changed = true;
            self.unsettled.subtract(header);
        }
        is_first
    }

    /// Settles the oldest record that waits, which is the caller's to count. Its file goes with the
    /// [`Journal::checkpoint`] after which nothing of it is needed.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn evict(&mut self) -> io::Result<Option<Header>> {
        for nth in 0..self.segments.len() {
            self.look(nth)?;
            if let Some(header) = self.segments[nth].settle_waiting(|_| true) {
                self.has_changed = true;
                self.unsettled.subtract(&header);
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    /// Settles the records that wait and whose `unix_millis` are due, up to the first that is not; they are the caller's
    /// to count.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn expire(&mut self, is_due: impl Fn(u64) -> bool) -> io::Result<Totals> {
        let mut all = Totals::default();
        for nth in 0..self.segments.len() {
            self.look(nth)?;
            let segment = &mut self.segments[nth];
            while let Some(header) = segment.settle_waiting(|it| is_due(it.unix_millis)) {
                self.has_changed = true;
                self.unsettled.subtract(&header);
                all.add(&header);
            }
            if !segment.is_done() {
                break;
            }
        }
        Ok(all)
    }

    /// Writes down what is settled, and removes files of which nothing is needed. Does nothing if nothing has changed.
    ///
    /// # Errors
    /// The storage is full or fails; what is settled is written down with the next one.
    pub fn checkpoint(&mut self) -> io::Result<()> {
        let Some(checkpoint) = self.begin_checkpoint() else {
            return Ok(());
        };
        let stored = checkpoint.store();
        self.finish_checkpoint(checkpoint, stored)
    }

    /// The first third of [`Journal::checkpoint`]: what is to be written down; nothing if nothing has changed.
    pub fn begin_checkpoint(&mut self) -> Option<Saving<S>> {
        if !std::mem::take(&mut self.has_changed) {
            return None;
        }
        let is_written_to = |nth| self.is_open && nth + 1 == self.segments.len();
        let done = self.segments.iter().enumerate();
        let done = done.filter(|(nth, segment)| segment.is_done() && !is_written_to(*nth));
        Some(Saving {
            storage: Arc::clone(&self.storage),
            durability: self.settings.durability,
            checkpoint: self.settled(),
            done: done.map(|(_, segment)| segment.first).collect(),
        })
    }

    /// The last third: files of which nothing is needed are removed. On a full disk that is what makes room for a checkpoint
    /// that could not be stored, which is written then.
    ///
    /// # Errors
    /// Those of the writing, or of the removal.
    pub fn finish_checkpoint(
        &mut self,
        saving: Saving<S>,
        stored: io::Result<()>,
    ) -> io::Result<()> {
        self.has_reserve = false;
        let stored = match stored {
            Err(cause) if is_full(&cause) && !saving.done.is_empty() => {
                self.store_in_their_place(&saving)
            }
            stored => stored,
        };
        if let Err(cause) = stored {
            self.has_changed = true;
            return Err(cause);
        }
        failpoint::hit(FailPoint::CheckpointStored);
        self.checkpoint = saving.checkpoint;
        self.remove_all(&saving.done)?;
        self.has_reserve = self.storage.keep_reserve();
        Ok(())
    }

    /// Removes files of which nothing is needed before a checkpoint says so, where it would find no room otherwise. The last
    /// checkpoint goes first, which would have their records counted as lost. What is left of others is read again after
    /// a crash in between.
    fn store_in_their_place(&mut self, saving: &Saving<S>) -> io::Result<()> {
        checkpoint::remove(&*self.storage, saving.durability == Durability::Fsync)?;
        failpoint::hit(FailPoint::CheckpointRemoved);
        self.remove_all(&saving.done)?;
        saving.store()
    }

    /// Removes the files that begin with these numbers, as far as they are there.
    fn remove_all(&mut self, firsts: &[u64]) -> io::Result<()> {
        for first in firsts {
            let place = self.segments.iter().position(|segment| segment.first == *first);
            if let Some(segment) = place.and_then(|place| self.segments.remove(place)) {
                self.remove(&segment)?;
                failpoint::hit(FailPoint::SegmentRemoved);
            }
        }
        Ok(())
    }

    fn settled(&self) -> Checkpoint {
        let low = self.segments.iter().find_map(Segment::low).unwrap_or(self.next);
        let low = low.max(self.checkpoint.low);
        let mut settled = Checkpoint { next: self.next, low, runs: Vec::new() };
        let ends = self.segments.iter().skip(1).map(|segment| segment.first).chain([self.next]);
        for (segment, end) in self.segments.iter().zip(ends) {
            segment.settled_above(low, end, &self.checkpoint, &mut settled);
        }
        settled
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.length).sum()
    }

    /// What is not settled, as far as the files were looked into: see [`Journal::survey`].
    #[must_use]
    pub const fn unsettled(&self) -> Totals {
        self.unsettled
    }

    /// When the oldest record that is not settled was written, as far as the files were looked into.
    #[must_use]
    pub fn oldest_unix_millis(&self) -> Option<u64> {
        let mut segments = self.segments.iter();
        segments.find_map(|segment| segment.unsettled().next().map(|header| header.unix_millis))
    }

    /// Looks into one more file that a process before this one left, so that [`Journal::unsettled`] knows of it. Whether
    /// there may be more.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn survey(&mut self) -> io::Result<bool> {
        let Some(nth) = self.segments.iter().position(|segment| !segment.is_counted) else {
            return Ok(false);
        };
        self.look(nth)?;
        if nth > 0 {
            self.segments[nth].forget();
        }
        Ok(true)
    }

    /// What was found damaged until now.
    #[must_use]
    pub const fn damage(&self) -> Damage {
        self.damage
    }

    fn segment_of(&mut self, sequence: u64) -> Option<&mut Segment<S::File>> {
        let behind = self.segments.partition_point(|segment| segment.first <= sequence);
        self.segments.get_mut(behind.checked_sub(1)?)
    }

    /// Finds the records of a file, unless they are known.
    fn look(&mut self, nth: usize) -> io::Result<()> {
        let behind = self.segments.get(nth + 1).map(|segment| segment.first).or(self.removed);
        let segment = &mut self.segments[nth];
        let Some(scan) = segment.look(&self.checkpoint)? else {
            return Ok(());
        };
        if std::mem::replace(&mut segment.is_counted, true) {
            return Ok(());
        }
        segment.unsettled().for_each(|header| self.unsettled.add(header));
        let lost = scan.lost(segment.first, behind, self.known, &self.checkpoint);
        self.damage.records = self.damage.records.saturating_add(lost);
        self.damage.bytes += scan.damaged();
        segment.is_damaged |= !scan.spots.is_empty();
        // The next checkpoint says that they are gone, so that they are counted once.
        self.has_changed |= lost > 0 || segment.is_damaged;
        Ok(())
    }

    /// Removes a file, or puts it aside if not all of it could be read.
    fn remove(&mut self, segment: &Segment<S::File>) -> io::Result<()> {
        let name = segment.name();
        if !segment.is_damaged {
            return self.storage.remove(&name);
        }
        self.damage.files += 1;
        put_aside(&*self.storage, &name)
    }
}

/// Records that a checkpoint knew of and that were before the first file there is.
fn lost_before(first: Option<u64>, checkpoint: &Checkpoint) -> u64 {
    let end = first.unwrap_or(checkpoint.next).min(checkpoint.next);
    checkpoint.unsettled_in(checkpoint.low..end)
}

/// Another for each file, from which no other can be told: SplitMix64, <https://prng.di.unimi.it/splitmix64.c>.
const fn salt(seed: u64, first: u64) -> u64 {
    let mut mixed = seed.wrapping_add(first.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
