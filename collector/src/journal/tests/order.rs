//! What comes out, in which order, and what happens at the limits.

use super::*;
use crate::journal::log::Totals;

fn filled(count: usize) -> (Simulated, Journal<Simulated>) {
    let folder = Simulated::default();
    let mut journal = open(&folder, SETTINGS);
    for id in 0..count {
        journal.append(&[content(id, 100)], id as u64).expect("there is room");
    }
    (folder, journal)
}

fn segments(folder: &Simulated) -> usize {
    let names = folder.names().expect("names");
    names.iter().filter(|name| name.ends_with(".segment")).count()
}

#[test]
fn records_come_out_as_they_went_in_and_once() {
    let (_folder, mut journal) = filled(10);
    assert_eq!(ids(&take_all(&mut journal)), (0..10).collect::<Vec<_>>());
    assert_eq!(take_all(&mut journal), []);
    journal.append(&[content(10, 5)], 10).expect("there is room");
    assert_eq!(ids(&take_all(&mut journal)), [10]);
}

#[test]
fn one_that_is_given_back_comes_before_the_others() {
    let (_folder, mut journal) = filled(6);
    let places: Vec<_> = (0..4).map(|_| journal.take().expect("read").expect("one")).collect();
    assert!(journal.settle(&places[1].header));
    journal.give_back(places[0].header.sequence);
    journal.give_back(places[1].header.sequence);
    assert_eq!(ids(&take_all(&mut journal)), [0, 4, 5]);
}

#[test]
fn files_whose_records_are_settled_go_with_the_checkpoint() {
    let (folder, mut journal) = filled(12);
    assert!(segments(&folder) > 3, "{}", segments(&folder));
    while let Some(place) = journal.take().expect("read") {
        assert!(journal.settle(&place.header));
    }
    let before = segments(&folder);
    assert_eq!(journal.unsettled(), Totals::default());
    assert_eq!(segments(&folder), before, "not before the checkpoint");
    journal.checkpoint().expect("there is room");
    assert_eq!(segments(&folder), 1, "the one that is written to");
    drop(journal);
    let mut journal = open(&folder, SETTINGS);
    assert_eq!(take_all(&mut journal), []);
    journal.append(&[content(12, 5)], 12).expect("there is room");
    assert_eq!(ids(&take_all(&mut journal)), [12]);
}

#[test]
fn eviction_takes_the_oldest_file_and_counts_its_items() {
    let (folder, mut journal) = filled(12);
    let first = journal.take().expect("read").expect("one");
    let bytes = journal.bytes();
    let evicted = journal.evict().expect("read");
    let left = journal.unsettled();
    assert_eq!((evicted.records + left.records, evicted.bytes + left.bytes), (12, bytes));
    journal.checkpoint().expect("there is room");
    assert_eq!(journal.bytes(), bytes, "one of its records is being sent");
    assert!(journal.settle(&first.header));
    journal.checkpoint().expect("there is room");
    assert!(journal.bytes() < bytes);
    let waiting = 11 - usize::try_from(evicted.records).expect("few");
    assert_eq!(ids(&take_all(&mut journal)), (12 - waiting..12).collect::<Vec<_>>());
    let _ = folder;
}

#[test]
fn everything_can_be_evicted() {
    let (folder, mut journal) = filled(12);
    let mut evicted = 0;
    loop {
        let records = journal.evict().expect("read").records;
        if records == 0 {
            break;
        }
        evicted += records;
    }
    assert_eq!(evicted, 12);
    journal.checkpoint().expect("there is room");
    assert_eq!((segments(&folder), journal.bytes()), (0, 0));
    journal.append(&[content(12, 5)], 12).expect("there is room");
    drop(journal);
    assert_eq!(ids(&take_all(&mut open(&folder, SETTINGS))), [12]);
}

#[test]
fn what_is_too_old_is_settled_and_counted() {
    let (_folder, mut journal) = filled(12);
    let expired = journal.expire(7).expect("read");
    assert_eq!((expired.records, expired.items.iter().sum::<u64>()), (7, 7));
    assert!(journal.expire(7).expect("read").is_empty());
    assert_eq!(ids(&take_all(&mut journal)), [7, 8, 9, 10, 11]);
}

#[test]
fn a_full_disk_refuses_and_keeps_what_it_has() {
    let (folder, mut journal) = filled(3);
    for room in 0..396 {
        folder.room(Some(room));
        let batch = [content(100, 150), content(101, 150)];
        assert!(journal.append(&batch, 1).is_err(), "{room} bytes");
    }
    folder.room(None);
    journal.append(&[content(3, 100)], 1).expect("there is room again");
    assert_eq!(ids(&take_all(&mut journal)), [0, 1, 2, 3]);
    drop(journal);
    assert_eq!(ids(&take_all(&mut open(&folder, SETTINGS))), [0, 1, 2, 3]);
}

#[test]
fn what_another_process_left_is_counted_file_by_file() {
    let (folder, journal) = filled(12);
    drop(journal);
    let mut journal = open(&folder, SETTINGS);
    assert!(journal.unsettled().records < 12, "only the last file was looked into");
    while journal.survey().expect("read") {}
    assert_eq!((journal.unsettled().records, journal.unsettled().items), (12, [4; 3]));
    assert_eq!(ids(&take_all(&mut journal)).len(), 12);
    assert_eq!(journal.unsettled().items, [4; 3]);
}
