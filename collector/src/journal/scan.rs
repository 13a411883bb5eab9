//! Finds the records of a segment by their headers, also behind damage.

use std::io;

use super::{
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

/// What a segment holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// In the order of their numbers.
    pub(super) records: Vec<Found>,
    /// Bytes between records that are of none.
    pub(super) damaged: u64,
    /// Bytes behind the last record.
    pub(super) tail: u64,
    /// Numbers that are missing where there is damage.
    pub(super) lost: u64,
}

/// Looks through a segment whose numbers begin at `first`. Contents are not read.
pub(super) fn scan(file: &impl StorageFile, first: u64, salt: u64) -> io::Result<Scan> {
    let length = file.length()?;
    let mut scan = Scan::default();
    let (mut at, mut expected) = (0, first);
    while let Some(found) = next_from(file, at, length, expected, salt)? {
        if found.at > at {
            scan.damaged += found.at - at;
            scan.lost += found.header.sequence - expected;
        }
        at = found.at + found.header.bytes();
        expected = found.header.sequence.saturating_add(1);
        scan.records.push(found);
    }
    scan.tail = length - at;
    Ok(scan)
}

/// The first record at or behind a place whose number is no lower than expected.
fn next_from(
    file: &impl StorageFile,
    mut at: u64,
    length: u64,
    expected: u64,
    salt: u64,
) -> io::Result<Option<Found>> {
    while at + HEADER as u64 <= length {
        if let Some(header) = header_at(file, at, salt)?
            && header.sequence >= expected
            && at + header.bytes() <= length
        {
            return Ok(Some(Found { header, at }));
        }
        match magic_behind(file, at + 1)? {
            Some(place) => at = place,
            None => break,
        }
    }
    Ok(None)
}

fn header_at(file: &impl StorageFile, at: u64, salt: u64) -> io::Result<Option<Header>> {
    let mut bytes = [0; HEADER];
    let read = file.read_at(at, &mut bytes)?;
    Ok((read == HEADER).then(|| Header::decode(&bytes, salt)).flatten())
}

/// Where the next header may begin.
fn magic_behind(file: &impl StorageFile, mut at: u64) -> io::Result<Option<u64>> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read_at(at, &mut piece)?;
        if let Some(place) = memchr::memmem::find(&piece[..read], &MAGIC) {
            return Ok(Some(at + place as u64));
        }
        if read < piece.len() {
            return Ok(None);
        }
        // The next may begin in the last bytes of this piece.
        at += (read - (MAGIC.len() - 1)) as u64;
    }
}
