//! Looks through a folder without changing anything, also while a collector writes there, and says what a collector that
//! opens it would find.
//!
//! What is settled meanwhile may be gone before it is read, and what is appended may not be there yet. Neither is taken for
//! damage: a record is missing only if the checkpoint that was read first knew of it and the one that was read last does
//! not say that it is settled.

use std::{io, ops::Range};

use super::{
    checkpoint::{self, Checkpoint, Loaded},
    log::{Damage, Totals},
    quarantine::{DAMAGED, is_unfit},
    record::{HEADER, Header, Stored},
    scan::{Found, Scan, Spot, scan},
    segment,
    storage::{Storage, StorageFile},
};
use crate::pipeline::Signal;

/// Faults of one file that are listed; further ones are counted alone.
const FAULTS_MAX: usize = 1000;

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What is known of each record: its header.
    Headers,
    /// Contents too, which are compared with their checksums.
    Contents,
}

/// What is in a folder.
#[derive(Debug)]
pub struct Audit {
    /// Its checkpoint.
    pub checkpoint: Checkpointed,
    /// Its files of records, the oldest first.
    pub segments: Vec<SegmentAudit>,
    /// What is not settled, by [signal](Signal::ALL).
    pub waiting: [Share; Signal::ALL.len()],
    /// What a collector that reads all of it counts as damage.
    pub damage: Damage,
    /// What it counts as corrupt: records that wait, and whose content is not as it was written. Empty unless contents
    /// were read.
    pub corrupt: Totals,
    /// Files that could not be read now; nothing is known of what they hold.
    pub unreadable: u64,
    /// Files that were put aside before.
    pub aside: Vec<String>,
    /// Somebody wrote there meanwhile.
    pub has_changed: bool,
}

/// What waits of one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Requests.
    pub records: u64,
    /// Points, spans or log records.
    pub items: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

/// What a checkpoint says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checkpointed {
    /// There is none, as before the first request was settled.
    None,
    /// It is not as it was written, or no file: all is sent again.
    Damaged,
    /// It is whole.
    Whole {
        /// All numbers below it are settled.
        low: u64,
        /// So many above are too.
        above: u64,
        /// The number that the next record gets, at least.
        next: u64,
    },
}

/// What is in one file of records.
#[derive(Debug)]
pub struct SegmentAudit {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its records, settled or not.
    pub records: u64,
    /// Those that are not settled.
    pub waiting: Totals,
    /// When the oldest and the newest of those were appended, milliseconds since 1970.
    pub appended: Option<(u64, u64)>,
    /// The end that a crash, or a write under way, left; no damage.
    pub torn: Option<Spot>,
    /// What is damaged, in the order of its places: the first thousand.
    pub faults: Vec<Fault>,
    /// How many there are.
    pub fault_count: u64,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where in the file.
    pub at: u64,
    /// What.
    pub kind: FaultKind,
}

/// What is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// So many bytes are of no record.
    Bytes(u64),
    /// The content of a record is not what its checksum says.
    Content {
        /// Its number.
        sequence: u64,
        /// Nothing of it is needed any more.
        is_settled: bool,
    },
    /// The file cannot be opened or read: why.
    Unreadable(String),
}

/// Looks through a folder, and shows each record to `visit`: its header, whether it is settled, and its content if contents
/// are read.
///
/// # Errors
/// The folder or its checkpoint cannot be read.
pub fn audit<S: Storage>(
    storage: &S,
    depth: Depth,
    mut visit: impl FnMut(&Header, bool, Option<&Stored>),
) -> io::Result<Audit> {
    let before = Checkpoint::load(storage)?;
    let names = storage.names()?;
    let files = segment::files(&names);
    let checkpoint = before.clone().or_none();
    let obstacles = [before == Loaded::Damaged, checkpoint::is_obstructed(storage)];
    let mut walk = Walk {
        audit: Audit {
            checkpoint: Checkpointed::of(&before),
            segments: Vec::with_capacity(files.len()),
            waiting: Default::default(),
            damage: Damage { files: obstacles.map(u64::from).iter().sum(), ..Damage::default() },
            corrupt: Totals::default(),
            unreadable: 0,
            aside: names.iter().filter(|name| name.ends_with(DAMAGED)).cloned().collect(),
            has_changed: false,
        },
        depth,
        checkpoint: &checkpoint,
        last: None,
        missing: Vec::new(),
    };
    for (numbers, salt) in files {
        walk.file(storage, &numbers, salt, &mut visit)?;
    }
    walk.is_followed_by(None);
    let Walk { mut audit, missing, .. } = walk;
    let after = Checkpoint::load(storage)?;
    audit.has_changed |= after != before || storage.names()? != names;
    let settled = if let Loaded::Whole(after) = &after { after } else { &checkpoint };
    // On a disk without any room it goes before files of which nothing is needed: nobody knows then what was in those.
    if after != Loaded::None || before == Loaded::None {
        let missing = missing.into_iter().map(|gap| settled.unsettled_in(gap));
        audit.damage.records = missing.fold(0, u64::saturating_add);
    }
    Ok(audit)
}

/// An audit under way.
struct Walk<'a> {
    audit: Audit,
    depth: Depth,
    checkpoint: &'a Checkpoint,
    /// The last file that could be read: its first number, and what is in it.
    last: Option<(u64, Scan)>,
    /// Numbers that no record has.
    missing: Vec<Range<u64>>,
}

impl Walk<'_> {
    fn file<S: Storage>(
        &mut self,
        storage: &S,
        numbers: &Range<u64>,
        salt: u64,
        visit: &mut impl FnMut(&Header, bool, Option<&Stored>),
    ) -> io::Result<()> {
        let first = numbers.start;
        let mut segment = SegmentAudit::named(segment::name(first, salt));
        let file = match storage.open(&segment.name) {
            Ok(file) => file,
            // All of it was settled meanwhile.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                self.audit.has_changed = true;
                return Ok(());
            }
            Err(cause) => {
                self.unreadable(segment, &cause);
                return Ok(());
            }
        };
        segment.bytes = file.length()?;
        match scan(&file, numbers, salt) {
            Ok(scan) => {
                self.records(&mut segment, &scan, &file, visit);
                self.audit.has_changed |= file.length()? != segment.bytes;
                self.audit.damage.bytes += scan.damaged();
                self.audit.damage.files += u64::from(!scan.spots.is_empty());
                self.audit.segments.push(segment);
                self.is_followed_by(Some(first));
                self.last = Some((first, scan));
            }
            Err(cause) => self.unreadable(segment, &cause),
        }
        Ok(())
    }

    /// What is missing at the end of the last file, or before the first, is known once it is known where the next begins.
    fn is_followed_by(&mut self, first: Option<u64>) {
        let known = self.checkpoint.next;
        match self.last.take() {
            Some((of, scan)) => self.missing.extend(scan.missing(of, first, known)),
            None => self.missing.push(self.checkpoint.low..first.unwrap_or(known).min(known)),
        }
    }

    fn unreadable(&mut self, mut segment: SegmentAudit, cause: &io::Error) {
        if is_unfit(cause) {
            self.audit.damage.files += 1;
        } else {
            self.audit.unreadable += 1;
        }
        segment.fault(0, FaultKind::Unreadable(cause.to_string()));
        self.audit.segments.push(segment);
    }

    fn records(
        &mut self,
        segment: &mut SegmentAudit,
        scan: &Scan,
        file: &impl StorageFile,
        visit: &mut impl FnMut(&Header, bool, Option<&Stored>),
    ) {
        segment.torn = scan.torn;
        scan.spots.iter().for_each(|spot| segment.fault(spot.at, FaultKind::Bytes(spot.bytes)));
        for Found { header, at } in &scan.records {
            let is_settled = self.checkpoint.is_settled(header.sequence);
            segment.records += 1;
            if !is_settled {
                segment.wait(header);
                self.audit.waiting[header.signal as usize].add(header);
            }
            let stored = match self.depth {
                Depth::Headers => None,
                Depth::Contents => Some(content(file, header, *at)),
            };
            match &stored {
                Some(Ok(Stored::Corrupt(_))) => {
                    let sequence = header.sequence;
                    segment.fault(*at, FaultKind::Content { sequence, is_settled });
                    if !is_settled {
                        self.audit.corrupt.add(header);
                    }
                }
                Some(Err(cause)) => {
                    self.audit.unreadable += 1;
                    segment.fault(*at, FaultKind::Unreadable(cause.to_string()));
                }
                Some(Ok(Stored::Whole(_))) | None => {}
            }
            visit(header, is_settled, stored.as_ref().and_then(|stored| stored.as_ref().ok()));
        }
        segment.faults.sort_by_key(|fault| fault.at);
    }
}

fn content(file: &impl StorageFile, header: &Header, at: u64) -> io::Result<Stored> {
    let mut content = vec![0; usize::try_from(header.bytes()).unwrap_or(0) - HEADER];
    let read = file.read_at(at + HEADER as u64, &mut content)?;
    content.truncate(read);
    Ok(header.stored(content))
}

impl Checkpointed {
    fn of(loaded: &Loaded) -> Self {
        match loaded {
            Loaded::None => Self::None,
            Loaded::Damaged => Self::Damaged,
            Loaded::Whole(Checkpoint { next, low, runs }) => {
                let above = runs.iter().map(|run| run.end - run.start).sum();
                Self::Whole { low: *low, above, next: *next }
            }
        }
    }
}

impl Share {
    fn add(&mut self, header: &Header) {
        self.records += 1;
        self.items = self.items.saturating_add(header.items);
        self.bytes += header.bytes();
    }
}

impl SegmentAudit {
    fn named(name: String) -> Self {
        Self {
            name,
            bytes: 0,
            records: 0,
            waiting: Totals::default(),
            appended: None,
            torn: None,
            faults: Vec::new(),
            fault_count: 0,
        }
    }

    fn wait(&mut self, header: &Header) {
        let (oldest, newest) = self.appended.unwrap_or((u64::MAX, 0));
        self.appended = Some((oldest.min(header.unix_millis), newest.max(header.unix_millis)));
        self.waiting.add(header);
    }

    fn fault(&mut self, at: u64, kind: FaultKind) {
        self.fault_count += 1;
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Fault { at, kind });
        }
    }
}
