//! Bytes that changed, or are missing.

use super::*;
use crate::journal::{checkpoint, log::Damage, record::HEADER};

const RECORDS: usize = 6;

fn filled() -> (Simulated, Vec<String>) {
    let folder = Simulated::default();
    let mut journal = open(&folder, SETTINGS);
    for id in 0..RECORDS {
        journal.append(&[content(id, 60)], 1).expect("there is room");
    }
    drop(journal);
    let mut names = folder.names().expect("names");
    names.sort();
    assert!(names.len() > 1, "{names:?}");
    (folder, names)
}

/// What is read of a folder, and what is said to be damaged.
fn read(folder: &Simulated) -> (Vec<usize>, usize, Damage) {
    let mut journal = open(folder, SETTINGS);
    let stored = take_all(&mut journal);
    let whole = ids(&stored);
    (whole.clone(), stored.len() - whole.len(), journal.damage())
}

#[test]
fn one_changed_byte_costs_one_record_at_most_and_is_told() {
    let (folder, names) = filled();
    let mut checked = 0;
    for name in &names {
        let mut length = 0;
        folder.bend(name, |bytes| length = bytes.len());
        for at in 0..length {
            let bent = folder.copy();
            bent.bend(name, |bytes| bytes[at] ^= 0x40);
            let (whole, corrupt, damage) = read(&bent);
            assert_eq!(whole.len(), RECORDS - 1, "{name} at {at}");
            let is_told = corrupt == 1 || damage.bytes > 0;
            assert!(is_told, "{name} at {at}: {damage:?}");
            checked += 1;
        }
    }
    assert!(checked > RECORDS * HEADER);
}

#[test]
fn a_file_that_was_cut_costs_what_was_cut_off() {
    let (folder, names) = filled();
    for name in &names {
        let mut length = 0;
        folder.bend(name, |bytes| length = bytes.len());
        for cut in 0..length {
            let bent = folder.copy();
            bent.bend(name, |bytes| bytes.truncate(cut));
            let (whole, corrupt, _) = read(&bent);
            let others = RECORDS - 3;
            assert!(whole.len() >= others && corrupt == 0, "{name} at {cut}: {whole:?}");
        }
    }
}

#[test]
fn a_file_that_could_not_be_read_whole_is_put_aside_and_eight_are_kept() {
    let folder = Simulated::default();
    for round in 0..10 {
        let mut journal = open(&folder, SETTINGS);
        journal.append(&[content(0, 60), content(1, 60)], 1).expect("there is room");
        drop(journal);
        let names = folder.names().expect("names");
        let name = names.iter().find(|name| name.ends_with(".segment")).expect("one");
        folder.bend(name, |bytes| bytes[0] ^= 1);
        let mut journal = open(&folder, SETTINGS);
        while let Some(place) = journal.take().expect("read") {
            assert!(journal.settle(&place.header), "round {round}");
        }
        journal.checkpoint().expect("there is room");
        assert_eq!(journal.damage().files, 1);
        assert_eq!(journal.damage().records, 1);
    }
    let names = folder.names().expect("names");
    assert_eq!(names.iter().filter(|name| name.ends_with(".damaged")).count(), 8);
    assert!(!names.iter().any(|name| name.ends_with(".segment")), "{names:?}");
}

#[test]
fn a_request_that_spells_a_record_is_not_taken_for_one() {
    let (folder, names) = filled();
    let mut record = Vec::new();
    folder.bend(&names[0], |bytes| record = bytes[..HEADER + 60].to_vec());
    let other = Simulated::default();
    // As somebody would who knows the format, but not the salt.
    let mut journal = open(&other, Settings { seed: 8, ..SETTINGS });
    let spelled = Content { bytes: record.into(), ..content(0, 0) };
    journal.append(&[spelled, content(1, 60)], 1).expect("there is room");
    drop(journal);
    let name = other.names().expect("names").remove(0);
    other.bend(&name, |bytes| bytes[9] ^= 1);
    other.bend(&name, |bytes| bytes[20] ^= 1);
    let (whole, corrupt, damage) = read(&other);
    assert_eq!((whole, corrupt, damage.records), (vec![1], 0, 1));
}

#[test]
fn without_its_checkpoint_a_log_begins_with_its_oldest_file() {
    let (folder, _) = filled();
    let mut journal = open(&folder, SETTINGS);
    let first = journal.take().expect("read").expect("one");
    assert!(journal.settle(&first.header));
    journal.checkpoint().expect("there is room");
    drop(journal);
    assert_eq!(read(&folder).0, [1, 2, 3, 4, 5]);
    let mut length = 0;
    folder.bend(checkpoint::NAME, |bytes| length = bytes.len());
    for at in 0..length {
        let bent = folder.copy();
        bent.bend(checkpoint::NAME, |bytes| bytes[at] ^= 1);
        let opened = Journal::open(bent.clone(), SETTINGS).expect("it can be read");
        assert!(opened.has_lost_checkpoint);
        drop(opened);
        assert_eq!(read(&bent).0, [0, 1, 2, 3, 4, 5]);
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let (folder, names) = filled();
    for name in ["lost+found", "1.segment", "00000000000000000001-zz.segment", "notes.txt"] {
        drop(folder.create(name).expect("there is room"));
    }
    assert_eq!(read(&folder).0.len(), RECORDS);
    assert_eq!(folder.names().expect("names").len(), names.len() + 4);
}
