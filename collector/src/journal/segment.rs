//! One file of records, and what is known of each.

use std::{io, ops::Range, sync::Arc};

use super::{
    checkpoint::Checkpoint,
    record::{Header, NUMBERS_END},
    scan::{Found, Scan, scan},
    storage::{Storage, StorageFile},
};

const SUFFIX: &str = ".segment";

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    /// Somebody is sending it.
    Taken,
    Settled,
}

/// A record of a segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) found: Found,
    pub(super) state: State,
}

/// A file of records. It knows them from the time they are asked for.
#[derive(Debug)]
pub(super) struct Segment<F> {
    /// The lowest number that may be in it.
    pub(super) first: u64,
    /// The lowest above it that may not: that of the file behind it when the log was opened.
    end: u64,
    salt: u64,
    pub(super) file: Arc<F>,
    /// Where its last record ends, or the file if that is not known yet.
    pub(super) length: u64,
    /// `None` until they are looked for.
    pub(super) entries: Option<Vec<Entry>>,
    /// Behind its last record are bytes that look like some.
    pub(super) has_rest: bool,
    /// Its records were counted once.
    pub(super) is_counted: bool,
    /// Not all of it could be read.
    pub(super) is_damaged: bool,
    /// All before it were taken.
    next: usize,
    unsettled: usize,
}

impl<F: StorageFile> Segment<F> {
    /// A new file for records from `first` on.
    pub(super) fn create<S: Storage<File = F>>(
        storage: &S,
        first: u64,
        salt: u64,
    ) -> io::Result<Self> {
        let file = Arc::new(storage.create(&name(first, salt))?);
        let segment = Self::of(first..NUMBERS_END, salt, file, 0);
        Ok(Self { entries: Some(Vec::new()), is_counted: true, ..segment })
    }

    /// A file that is there, for records of these numbers.
    pub(super) fn open<S: Storage<File = F>>(
        storage: &S,
        numbers: Range<u64>,
        salt: u64,
    ) -> io::Result<Self> {
        let file = Arc::new(storage.open(&name(numbers.start, salt))?);
        let length = file.length()?;
        Ok(Self::of(numbers, salt, file, length))
    }

    const fn of(numbers: Range<u64>, salt: u64, file: Arc<F>, length: u64) -> Self {
        Self {
            first: numbers.start,
            end: numbers.end,
            salt,
            file,
            length,
            entries: None,
            has_rest: false,
            is_counted: false,
            is_damaged: false,
            next: 0,
            unsettled: 0,
        }
    }

    pub(super) fn name(&self) -> String {
        name(self.first, self.salt)
    }

    pub(super) const fn salt(&self) -> u64 {
        self.salt
    }

    /// Looks for its records, unless they are known. What the checkpoint says is settled is not asked for again.
    pub(super) fn look(&mut self, checkpoint: &Checkpoint) -> io::Result<Option<Scan>> {
        if self.entries.is_some() {
            return Ok(None);
        }
        let scan = scan(&*self.file, &(self.first..self.end), self.salt)?;
        let entry = |found: &Found| {
            let is_settled = checkpoint.is_settled(found.header.sequence);
            let state = if is_settled { State::Settled } else { State::Waiting };
            Entry { found: *found, state }
        };
        let entries: Vec<Entry> = scan.records.iter().map(entry).collect();
        self.unsettled = entries.iter().filter(|entry| entry.state != State::Settled).count();
        self.next = 0;
        self.entries = Some(entries);
        Ok(Some(scan))
    }

    /// Lets go of what can be looked for again.
    pub(super) fn forget(&mut self) {
        let is_untouched =
            |entries: &Vec<Entry>| entries.iter().all(|it| it.state == State::Waiting);
        if !self.has_rest && self.entries.as_ref().is_some_and(is_untouched) {
            self.entries = None;
        }
    }

    /// Adds a record that was written behind the others.
    pub(super) fn push(&mut self, header: Header) {
        let found = Found { header, at: self.length };
        self.length += header.bytes();
        self.unsettled += 1;
        if let Some(entries) = &mut self.entries {
            entries.push(Entry { found, state: State::Waiting });
        }
    }

    /// The next one that waits, which is taken now.
    pub(super) fn take(&mut self) -> Option<Found> {
        let entries = self.entries.as_mut()?;
        while let Some(entry) = entries.get_mut(self.next) {
            self.next += 1;
            if entry.state == State::Waiting {
                entry.state = State::Taken;
                return Some(entry.found);
            }
        }
        None
    }

    /// The oldest one that waits, which is settled now if `is_due`.
    pub(super) fn settle_waiting(&mut self, is_due: impl Fn(&Header) -> bool) -> Option<Header> {
        let entries = self.entries.as_mut()?;
        while entries.get(self.next).is_some_and(|entry| entry.state != State::Waiting) {
            self.next += 1;
        }
        let entry = entries.get_mut(self.next)?;
        let header = entry.found.header;
        if !is_due(&header) {
            return None;
        }
        entry.state = State::Settled;
        self.unsettled -= 1;
        Some(header)
    }

    /// Whether the record was not settled before.
    pub(super) fn settle(&mut self, sequence: u64) -> bool {
        let Some(entry) = self.entry(sequence) else { return false };
        let is_first = entry.state != State::Settled;
        entry.state = State::Settled;
        self.unsettled -= usize::from(is_first);
        is_first
    }

    /// Has a record that was taken wait again.
    pub(super) fn give_back(&mut self, sequence: u64) {
        let Some(entries) = &mut self.entries else { return };
        let place = entries.partition_point(|entry| entry.found.header.sequence < sequence);
        if let Some(entry) = entries.get_mut(place)
            && entry.found.header.sequence == sequence
            && entry.state == State::Taken
        {
            entry.state = State::Waiting;
            self.next = self.next.min(place);
        }
    }

    fn entry(&mut self, sequence: u64) -> Option<&mut Entry> {
        let entries = self.entries.as_mut()?;
        let place = entries.binary_search_by_key(&sequence, |it| it.found.header.sequence).ok()?;
        entries.get_mut(place)
    }

    /// The number behind that of its last record; nothing if it has none.
    pub(super) fn end(&self) -> Option<u64> {
        Some(self.entries.as_ref()?.last()?.found.header.sequence + 1)
    }

    /// The records that are not settled.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &Header> {
        let entries = self.entries.iter().flatten().filter(|entry| entry.state != State::Settled);
        entries.map(|entry| &entry.found.header)
    }

    /// Adds the numbers above `low` and below `end` that are settled, or that no record has any more, which was counted;
    /// of a file that was not looked into, those that were settled before.
    pub(super) fn settled_above(
        &self,
        low: u64,
        end: u64,
        before: &Checkpoint,
        out: &mut Checkpoint,
    ) {
        match &self.entries {
            Some(entries) => {
                let mut from = self.first.max(low);
                let unsettled = entries.iter().filter(|entry| entry.state != State::Settled);
                for sequence in unsettled.map(|entry| entry.found.header.sequence) {
                    out.push(from..sequence);
                    from = from.max(sequence + 1);
                }
                out.push(from..end);
            }
            None => {
                let here = self.first.max(low)..end;
                let runs =
                    before.runs.iter().map(|run| run.start.max(here.start)..run.end.min(here.end));
                runs.for_each(|run| out.push(run));
            }
        }
    }

    /// Whether it is known that nothing of it is needed.
    pub(super) fn is_done(&self) -> bool {
        self.entries.is_some() && self.unsettled == 0
    }

    /// The lowest number in it that is not settled, or may not be.
    pub(super) fn low(&self) -> Option<u64> {
        match &self.entries {
            None => Some(self.first),
            Some(entries) => entries
                .iter()
                .find(|entry| entry.state != State::Settled)
                .map(|entry| entry.found.header.sequence),
        }
    }
}

/// `first` and `salt` of a file of ours.
pub(super) fn parse(name: &str) -> Option<(u64, u64)> {
    let (first, salt) = name.strip_suffix(SUFFIX)?.split_once('-')?;
    let parsed = (first.parse().ok()?, u64::from_str_radix(salt, 16).ok()?);
    (parsed.0 < NUMBERS_END && self::name(parsed.0, parsed.1) == name).then_some(parsed)
}

/// The files of ours among these names, in the order of their numbers: the numbers that may be in each, and its salt.
pub(super) fn files(names: &[String]) -> Vec<(Range<u64>, u64)> {
    let mut found: Vec<_> = names.iter().filter_map(|name| parse(name)).collect();
    found.sort_unstable();
    let numbers = |nth: usize, first: u64| {
        let behind = found[nth..].iter().map(|file| file.0).find(|behind| *behind > first);
        first..behind.unwrap_or(NUMBERS_END)
    };
    found.iter().enumerate().map(|(nth, (first, salt))| (numbers(nth, *first), *salt)).collect()
}

/// The name of a file of ours.
pub(super) fn name(first: u64, salt: u64) -> String {
    format!("{first:020}-{salt:016x}{SUFFIX}")
}
