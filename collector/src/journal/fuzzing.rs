//! Any bytes in a log's files, on a simulated disk.

use std::{collections::BTreeSet, sync::LazyLock};

use bytes::Bytes;

use super::{
    audit::{Depth, audit},
    checkpoint,
    log::{Damage, Durability, Journal, Settings},
    record::{CHECKED, Content, HEADER, MAGIC, Stored, checksum},
    segment,
    simulated::{NoFile, Simulated},
    storage::{Storage, StorageFile},
};
use crate::pipeline::{Signal, Tenant};

const SETTINGS: Settings = Settings { durability: Durability::Fsync, segment_bytes: 400, seed: 7 };
/// Records of the log that is damaged, of which the first is settled.
const RECORDS: usize = 7;
const DAMAGES_MAX: usize = 16;
/// Bytes that one damage is made of.
const DAMAGE: usize = 6;
const FILES_MAX: usize = 8;
const SALT: u64 = 0x5eed;

/// A log with three files, and a checkpoint that knows of all records.
static FILLED: LazyLock<(Simulated, Vec<String>)> = LazyLock::new(|| {
    let folder = Simulated::default();
    let mut journal = open(&folder);
    for id in 0..RECORDS {
        journal.append(&[content(id)], 1).unwrap_or_else(|cause| panic!("{cause}"));
    }
    let first = journal.take().ok().flatten();
    assert!(first.is_some_and(|first| journal.settle(&first.header)));
    journal.checkpoint().unwrap_or_else(|cause| panic!("{cause}"));
    let mut names = folder.names().unwrap_or_default();
    names.retain(|name| segment::parse(name).is_some());
    names.sort();
    assert_eq!(names.len(), 3);
    (folder, names)
});

fn content(id: usize) -> Content {
    let bytes = Bytes::from(format!("{id}:{}", ".".repeat(60)));
    let tenant = if id.is_multiple_of(3) { Tenant::named("a") } else { Tenant::default() };
    Content { signal: Signal::ALL[id % 3], items: 1, tenant, bytes, dead: None }
}

fn open(folder: &Simulated) -> Journal<Simulated> {
    match Journal::open(folder.clone(), SETTINGS) {
        Ok(opened) => opened.journal,
        Err(cause) => panic!("the disk can be read: {cause}"),
    }
}

/// Every six bytes bend a file of a log: which, how, from where, how far, and with what. What waited is handed out once as it
/// was written, or counted as corrupt or missing; an audit says the same before; and nothing is counted twice.
pub fn journal_damage(data: &[u8]) {
    let (filled, names) = &*FILLED;
    let folder = filled.copy();
    for damage in data.chunks_exact(DAMAGE).take(DAMAGES_MAX) {
        let name = &names[usize::from(damage[0]) % names.len()];
        folder.bend(name, |bytes| bend(damage, bytes));
    }
    let audited = audit(&folder, Depth::Contents, |_, _, _| {}).ok();
    let mut journal = open(&folder);
    let (mut whole, mut corrupt) = (BTreeSet::new(), 0);
    while let Ok(Some(place)) = journal.take() {
        match place.read() {
            Ok(Stored::Whole(read)) => {
                let id = (1..RECORDS).find(|id| content(*id) == read);
                assert!(id.is_some_and(|id| whole.insert(id)), "{read:?} after {whole:?}");
            }
            Ok(Stored::Corrupt(_)) => corrupt += 1,
            Err(cause) => panic!("the disk can be read: {cause}"),
        }
        assert!(journal.settle(&place.header));
    }
    assert!(journal.checkpoint().is_ok());
    let damage = journal.damage();
    let all = whole.len() as u64 + corrupt + damage.records;
    assert_eq!(all, RECORDS as u64 - 1, "{whole:?}, {corrupt}, {damage:?}");
    let told = audited.map(|audit| (audit.damage, audit.corrupt.records));
    assert_eq!(told, Some((damage, corrupt)), "what the audit said");
    assert_eq!(open(&folder).damage(), Damage::default(), "counted twice");
}

fn bend(damage: &[u8], bytes: &mut Vec<u8>) {
    let &[_, kind, low, high, length, with] = damage else { return };
    let at = usize::from(u16::from_le_bytes([low, high])).min(bytes.len());
    let end = (at + usize::from(length)).min(bytes.len());
    match kind % 7 {
        0 => bytes[at..end].iter_mut().for_each(|byte| *byte ^= with),
        1 => bytes[at..end].fill(with),
        2 => bytes.truncate(at),
        3 => drop(bytes.splice(at..at, vec![with; length.into()])),
        4 => drop(bytes.drain(at..end)),
        5 => {
            let copy = bytes[at..end].to_vec();
            let to = usize::from(with) * 2;
            let to = to.min(bytes.len());
            bytes.splice(to..to, copy);
        }
        _ => bytes.resize(bytes.len() + usize::from(length), with),
    }
}

/// The first byte chooses what is done with the log, the others are files: of which kind, the lowest number in it, whether
/// checksums are made to fit, a length of two bytes, and bytes. Whatever they are, the log opens, comes to an end, and keeps
/// what is appended to it.
pub fn journal_files(data: &[u8]) {
    let Some((does, files)) = data.split_first() else { return };
    let folder = Simulated::default();
    let bytes = fill(&folder, files);
    let audited = audit(&folder, Depth::Contents, |_, _, _| {});
    assert!(audited.is_ok(), "{audited:?}");
    // Each is as long as its header at least, and is handed out once.
    let records_max = bytes / HEADER;
    let mut journal = open(&folder);
    for _ in 0..=FILES_MAX {
        assert!(journal.survey().is_ok());
    }
    if does & 1 != 0 {
        assert!(journal.expire(|unix_millis| unix_millis & 1 == 0).is_ok());
    }
    for nth in 0.. {
        assert!(nth <= records_max, "more records than there is room for");
        if does & 2 != 0 && nth % 3 == 2 {
            if journal.evict().ok().flatten().is_none() {
                break;
            }
            continue;
        }
        let Ok(Some(place)) = journal.take() else { break };
        assert!(place.read().is_ok());
        if does & 4 == 0 || nth % 2 == 0 {
            journal.settle(&place.header);
        }
    }
    if does & 8 != 0 {
        assert!(journal.checkpoint().is_ok());
    }
    let new = content(1);
    assert!(journal.append(std::slice::from_ref(&new), 5).is_ok());
    assert!(journal.checkpoint().is_ok());
    drop(journal);
    let mut again = open(&folder);
    let mut is_there = false;
    for nth in 0.. {
        assert!(nth <= records_max + 1, "more records than there is room for");
        let Ok(Some(place)) = again.take() else { break };
        is_there |= matches!(place.read(), Ok(Stored::Whole(read)) if read == new);
        again.settle(&place.header);
    }
    assert!(is_there, "what was appended is gone");
    assert!(again.checkpoint().is_ok());
}

/// Makes files; returns how many bytes they have.
fn fill(folder: &Simulated, mut data: &[u8]) -> usize {
    let mut all = 0;
    for _ in 0..FILES_MAX {
        let Some((&[kind, first, seals, low, high], rest)) = data.split_first_chunk() else {
            break;
        };
        let length = usize::from(u16::from_le_bytes([low, high])).min(rest.len());
        let (bytes, rest) = rest.split_at(length);
        data = rest;
        // The highest numbers there are stand for the highest there can be.
        let first = if first < 0xf0 { first.into() } else { u64::MAX - u64::from(0xff - first) };
        let name = match kind % 8 {
            0..=3 => segment::name(first, SALT + u64::from(kind % 2)),
            4 | 5 => checkpoint::NAME.to_owned(),
            6 => checkpoint::NEW.to_owned(),
            _ => {
                folder.put(&segment::name(first, SALT), NoFile::Folder);
                continue;
            }
        };
        let mut bytes = bytes.to_vec();
        if seals & 1 != 0 {
            seal(&mut bytes, kind % 8 >= 4, seals & 2 != 0, SALT + u64::from(kind % 2));
        }
        // A name that is taken stays what it is.
        if let Ok(file) = folder.create(&name) {
            assert!(file.write_at(0, &bytes).is_ok());
            all += bytes.len();
        }
    }
    all
}

/// Makes the checksums of a checkpoint, or of everything that begins like a record, fit.
fn seal(bytes: &mut [u8], is_checkpoint: bool, with_contents: bool, salt: u64) {
    if is_checkpoint {
        if let Some((head, rest)) = bytes.split_first_chunk_mut::<CHECKED>() {
            head[..4].copy_from_slice(b"IFC1");
            head[4..].copy_from_slice(&crc32c::crc32c(rest).to_le_bytes());
        }
        return;
    }
    for at in 0..bytes.len() {
        let rest = &mut bytes[at..];
        if !rest.starts_with(&MAGIC) {
            continue;
        }
        let Some((header, content)) = rest.split_first_chunk_mut::<HEADER>() else { continue };
        let length = u32::from_le_bytes([header[12], header[13], header[14], header[15]]);
        if let Some(content) = content.get(..length as usize).filter(|_| with_contents) {
            header[8..12].copy_from_slice(&crc32c::crc32c(content).to_le_bytes());
        }
        let sum = checksum(header, salt);
        header[4..CHECKED].copy_from_slice(&sum.to_le_bytes());
    }
}
