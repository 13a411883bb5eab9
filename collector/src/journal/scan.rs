//! Finds the records of a segment by their headers, also behind damage.

use std::{io, iter, ops::Range};

use super::{
    checkpoint::Checkpoint,
    record::{HEADER, Header, MAGIC},
    storage::StorageFile,
};

/// Bytes that are searched for a header at a time.
const PIECE: usize = 64 << 10;

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) header: Header,
    pub(super) at: u64,
}

/// Bytes that are of no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Where they begin.
    pub at: u64,
    /// How many they are.
    pub bytes: u64,
}

/// What a segment holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// In the order of their numbers, which differ.
    pub(super) records: Vec<Found>,
    /// What is damaged.
    pub(super) spots: Vec<Spot>,
    /// The end, if it is what a crash leaves of a write that nobody was told of.
    pub(super) torn: Option<Spot>,
    /// The last bytes are among those that are damaged, so that nobody knows how many records were there.
    has_damaged_end: bool,
}

/// Looks through a segment that has these numbers; a record with another is none of its own. Contents are not read.
pub(super) fn scan(file: &impl StorageFile, numbers: &Range<u64>, salt: u64) -> io::Result<Scan> {
    let length = file.length()?;
    let mut scan = Scan::default();
    let mut search = Search { file, salt, piece: Vec::new() };
    let mut at = 0;
    while let Some(found) = search.next(at, length, numbers)? {
        scan.spot(at..found.at);
        at = found.at + found.header.bytes();
        scan.records.push(found);
    }
    scan.order();
    scan.end(file, at..length, salt)?;
    Ok(scan)
}

impl Scan {
    fn spot(&mut self, place: Range<u64>) {
        if !place.is_empty() {
            self.spots.push(Spot { at: place.start, bytes: place.end - place.start });
        }
    }

    /// Records that changed places are all there; of one that is there twice, the second is damage.
    fn order(&mut self) {
        let is_next = |two: &[Found]| two[0].header.sequence < two[1].header.sequence;
        if self.records.windows(2).all(is_next) {
            return;
        }
        self.records.sort_by_key(|found| (found.header.sequence, found.at));
        let mut again = Vec::new();
        self.records.dedup_by(|next, first| {
            let is_same = next.header.sequence == first.header.sequence;
            if is_same {
                again.push(next.at..next.at + next.header.bytes());
            }
            is_same
        });
        again.into_iter().for_each(|place| self.spot(place));
        self.spots.sort_by_key(|spot| spot.at);
    }

    /// What is behind the last record: the beginning of another, or room for one that was never written, is no damage.
    fn end(&mut self, file: &impl StorageFile, rest: Range<u64>, salt: u64) -> io::Result<()> {
        if rest.is_empty() {
            return Ok(());
        }
        let mut bytes = [0; HEADER];
        let read = file.read_at(rest.start, &mut bytes)?;
        let is_header = Header::decode(&bytes, salt).is_some();
        if read < HEADER || is_header || bytes == [0; HEADER] {
            self.torn = Some(Spot { at: rest.start, bytes: rest.end - rest.start });
        } else {
            self.has_damaged_end = true;
            self.spot(rest);
        }
        Ok(())
    }

    /// Damaged bytes.
    pub(super) fn damaged(&self) -> u64 {
        self.spots.iter().map(|spot| spot.bytes).sum()
    }

    /// Numbers that records of this file had, and none has any more. `next` is the first number of the file behind it,
    /// `known` the number that a checkpoint says was the next: both that far, records are known to have been.
    pub(super) fn missing(&self, first: u64, next: Option<u64>, known: u64) -> Vec<Range<u64>> {
        let behind = |found: &Found| found.header.sequence.saturating_add(1);
        let last = self.records.last().map_or(first, behind);
        let end = match next {
            Some(next) if self.has_damaged_end => next,
            Some(next) => next.min(known),
            None => known,
        };
        let starts = iter::once(first).chain(self.records.iter().map(behind));
        let ends = self.records.iter().map(|found| found.header.sequence).chain([end.max(last)]);
        let gaps = starts.zip(ends).map(|(start, end)| start..end);
        gaps.filter(|gap| !gap.is_empty()).collect()
    }

    /// How many of those had not been settled.
    pub(super) fn lost(
        &self,
        first: u64,
        next: Option<u64>,
        known: u64,
        settled: &Checkpoint,
    ) -> u64 {
        let missing = self.missing(first, next, known);
        missing.into_iter().map(|gap| settled.unsettled_in(gap)).sum()
    }
}

/// Looks for headers in one file.
struct Search<'a, F> {
    file: &'a F,
    salt: u64,
    piece: Vec<u8>,
}

impl<F: StorageFile> Search<'_, F> {
    /// The first record at or behind a place that ends within the file and whose number is one of its own.
    fn next(&mut self, at: u64, length: u64, numbers: &Range<u64>) -> io::Result<Option<Found>> {
        let mut candidate = self.at(at)?;
        let mut at = at;
        loop {
            if let Some(header) = candidate
                && numbers.contains(&header.sequence)
                && at + header.bytes() <= length
            {
                return Ok(Some(Found { header, at }));
            }
            match self.behind(at + 1)? {
                Some((header, place)) => (candidate, at) = (Some(header), place),
                None => return Ok(None),
            }
        }
    }

    fn at(&self, at: u64) -> io::Result<Option<Header>> {
        let mut bytes = [0; HEADER];
        let read = self.file.read_at(at, &mut bytes)?;
        Ok((read == HEADER).then(|| Header::decode(&bytes, self.salt)).flatten())
    }

    /// The next header that fits its checksum, and where it is.
    fn behind(&mut self, mut at: u64) -> io::Result<Option<(Header, u64)>> {
        self.piece.resize(PIECE, 0);
        loop {
            let read = self.file.read_at(at, &mut self.piece)?;
            let piece = &self.piece[..read];
            for place in memchr::memmem::find_iter(piece, &MAGIC) {
                let Some(bytes) = piece[place..].first_chunk::<HEADER>() else { break };
                if let Some(header) = Header::decode(bytes, self.salt) {
                    return Ok(Some((header, at + place as u64)));
                }
            }
            if read < PIECE {
                return Ok(None);
            }
            // One may begin in the last bytes of this piece.
            at += (read - (HEADER - 1)) as u64;
        }
    }
}
