//! Which records are settled, as one small file that is replaced whole.
//!
//! `IFC1`, CRC-32C of what follows, the next number, the lowest number that is not settled, then pairs of a number and a
//! length: runs of settled numbers above it. A file that is not so is as good as none: everything is read again.

use std::{io, ops::Range};

use super::{
    quarantine,
    record::NUMBERS_END,
    storage::{Storage, StorageFile},
};
use crate::failpoint::{self, FailPoint};

pub(super) const NAME: &str = "checkpoint";
/// Until it is whole.
pub(super) const NEW: &str = "checkpoint.new";

const MAGIC: [u8; 4] = *b"IFC1";
/// Magic and checksum, and both numbers.
const HEAD: usize = 8;
const FIXED: usize = HEAD + 16;
const RUN: usize = 16;
/// A longer one is none of ours: sixteen million runs.
const BYTES_MAX: u64 = 256 << 20;

/// What was settled when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Checkpoint {
    /// The number that the next record gets, at least.
    pub(super) next: u64,
    /// All numbers below it are settled.
    pub(super) low: u64,
    /// So are these, ascending, without overlap.
    pub(super) runs: Vec<Range<u64>>,
}

/// What there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loaded {
    None,
    Whole(Checkpoint),
    /// It is not as it was written, of a format that is not known, or no file.
    Damaged,
}

impl Loaded {
    /// What it says; nothing is settled if it says nothing.
    pub(super) fn or_none(self) -> Checkpoint {
        match self {
            Self::Whole(checkpoint) => checkpoint,
            Self::None | Self::Damaged => Checkpoint::default(),
        }
    }
}

impl Checkpoint {
    pub(super) fn is_settled(&self, sequence: u64) -> bool {
        let behind = self.runs.partition_point(|run| run.end <= sequence);
        sequence < self.low || self.runs.get(behind).is_some_and(|run| run.contains(&sequence))
    }

    /// How many of these numbers are not.
    pub(super) fn unsettled_in(&self, numbers: Range<u64>) -> u64 {
        let numbers = numbers.start.max(self.low)..numbers.end;
        if numbers.is_empty() {
            return 0;
        }
        let from = self.runs.partition_point(|run| run.end <= numbers.start);
        let runs = self.runs[from..].iter().take_while(|run| run.start < numbers.end);
        let settled = runs.map(|run| run.end.min(numbers.end) - run.start.max(numbers.start));
        numbers.end - numbers.start - settled.sum::<u64>()
    }

    /// Adds numbers above all that are in it.
    pub(super) fn push(&mut self, numbers: Range<u64>) {
        match self.runs.last_mut() {
            _ if numbers.is_empty() => {}
            Some(run) if run.end == numbers.start => run.end = numbers.end,
            _ => self.runs.push(numbers),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = vec![0; HEAD];
        let mut put = |number: u64| out.extend_from_slice(&number.to_le_bytes());
        put(self.next);
        put(self.low);
        for run in &self.runs {
            put(run.start);
            put(run.end);
        }
        out[..4].copy_from_slice(&MAGIC);
        let checksum = crc32c::crc32c(&out[HEAD..]);
        out[4..HEAD].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<HEAD>()?;
        let checksum = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if head[..4] != MAGIC || checksum != crc32c::crc32c(rest) || bytes.len() < FIXED {
            return None;
        }
        let mut numbers = rest
            .chunks_exact(8)
            .map(|number| u64::from_le_bytes(std::array::from_fn(|at| number[at])));
        let (next, low) = (numbers.next()?, numbers.next()?);
        let mut runs = Vec::with_capacity((bytes.len() - FIXED) / RUN);
        while let (Some(start), Some(end)) = (numbers.next(), numbers.next()) {
            runs.push(start..end);
        }
        let checkpoint = Self { next, low, runs };
        checkpoint.is_in_order().then_some(checkpoint)
    }

    /// Whether its numbers are such as are written: those of runs ascend, and all are below the next.
    fn is_in_order(&self) -> bool {
        let mut end = self.low;
        let ascend = self.runs.iter().all(|run| {
            let is_behind = end <= run.start && run.start < run.end;
            end = run.end;
            is_behind
        });
        ascend && end <= self.next && self.next <= NUMBERS_END
    }

    /// The last one that was written.
    pub(super) fn load(storage: &impl Storage) -> io::Result<Loaded> {
        let file = match storage.open(NAME) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Loaded::None),
            Err(cause) if quarantine::is_unfit(&cause) => return Ok(Loaded::Damaged),
            Err(cause) => return Err(cause),
        };
        let length = file.length()?;
        if length > BYTES_MAX {
            return Ok(Loaded::Damaged);
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let read = file.read_at(0, &mut bytes)?;
        Ok(Self::decode(&bytes[..read]).map_or(Loaded::Damaged, Loaded::Whole))
    }

    /// Puts it in the place of the last one; if `survives_power_loss`, returns once it does.
    pub(super) fn store(
        &self,
        storage: &impl Storage,
        survives_power_loss: bool,
    ) -> io::Result<()> {
        remove_if_there(storage, NEW)?;
        let file = storage.create(NEW)?;
        failpoint::hit(FailPoint::CheckpointCreated);
        file.write_at(0, &self.encode())?;
        failpoint::hit(FailPoint::CheckpointWritten);
        if survives_power_loss {
            file.sync()?;
        }
        storage.rename(NEW, NAME)?;
        failpoint::hit(FailPoint::CheckpointRenamed);
        if survives_power_loss {
            storage.sync_names()?;
        }
        Ok(())
    }
}

/// Removes the last one; if `survives_power_loss`, it is gone for good once this returns.
pub(super) fn remove(storage: &impl Storage, survives_power_loss: bool) -> io::Result<()> {
    remove_if_there(storage, NAME)?;
    if survives_power_loss {
        storage.sync_names()?;
    }
    Ok(())
}

fn remove_if_there(storage: &impl Storage, name: &str) -> io::Result<()> {
    match storage.remove(name) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
        _ => Ok(()),
    }
}

/// Whether something is in the place of a checkpoint that is being written, which would keep every one from it.
pub(super) fn is_obstructed(storage: &impl Storage) -> bool {
    matches!(storage.open(NEW), Err(cause) if quarantine::is_unfit(&cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_back_and_any_changed_bit_is_seen() {
        let mut checkpoint = Checkpoint { next: 40, low: 10, runs: Vec::new() };
        for numbers in [12..13, 13..15, 17..17, 20..21] {
            checkpoint.push(numbers);
        }
        assert_eq!(checkpoint.runs, [12..15, 20..21]);
        let bytes = checkpoint.encode();
        assert_eq!(Checkpoint::decode(&bytes), Some(checkpoint));
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Checkpoint::decode(&bent), None, "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert_eq!(Checkpoint::decode(&bytes[..length]), None, "the first {length} bytes");
        }
    }

    #[test]
    fn it_knows_what_is_settled() {
        let checkpoint = Checkpoint { next: 40, low: 10, runs: vec![12..15, 20..21] };
        let settled: Vec<u64> = (8..24).filter(|number| checkpoint.is_settled(*number)).collect();
        assert_eq!(settled, [8, 9, 12, 13, 14, 20]);
        for start in 0..30 {
            for end in start..30 {
                let unsettled = (start..end).filter(|number| !checkpoint.is_settled(*number));
                let counted = checkpoint.unsettled_in(start..end);
                assert_eq!(counted, unsettled.count() as u64, "{start}..{end}");
            }
        }
    }
}
