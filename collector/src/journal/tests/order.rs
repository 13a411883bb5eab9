//! What comes out, in which order, and what happens at the limits.

use super::*;
use crate::journal::{
    log::{Damage, Totals},
    simulated::Dice,
};

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
fn eviction_takes_the_oldest_that_waits_and_its_file_stays_while_one_is_being_sent() {
    let (folder, mut journal) = filled(12);
    let before = segments(&folder);
    let first = journal.take().expect("read").expect("one");
    let evicted: Vec<_> = (0..6).map(|_| journal.evict().expect("read").expect("one")).collect();
    assert!(evicted.windows(2).all(|two| two[0].sequence + 1 == two[1].sequence));
    assert_eq!(evicted[0].sequence, first.header.sequence + 1);
    journal.checkpoint().expect("there is room");
    let between = segments(&folder);
    assert!(between < before, "those without any record that is needed are gone");
    assert!(journal.settle(&first.header));
    journal.checkpoint().expect("there is room");
    assert_eq!(segments(&folder), between - 1);
    assert_eq!(ids(&take_all(&mut journal)), [7, 8, 9, 10, 11]);
}

#[test]
fn everything_can_be_evicted() {
    let (folder, mut journal) = filled(12);
    let mut evicted = 0;
    while journal.evict().expect("read").is_some() {
        evicted += 1;
    }
    assert_eq!((evicted, journal.unsettled()), (12, Totals::default()));
    journal.checkpoint().expect("there is room");
    assert_eq!(segments(&folder), 1, "the one that is written to");
    journal.append(&[content(12, 5)], 12).expect("there is room");
    drop(journal);
    assert_eq!(ids(&take_all(&mut open(&folder, SETTINGS))), [12]);
}

#[test]
fn what_is_settled_while_a_checkpoint_is_written_waits_for_the_next() {
    let (folder, mut journal) = filled(12);
    let mut places = Vec::new();
    while let Some(place) = journal.take().expect("read") {
        places.push(place);
    }
    assert!(journal.settle(&places[0].header));
    let saving = journal.begin_checkpoint().expect("something was settled");
    let before = segments(&folder);
    places[1..].iter().for_each(|place| assert!(journal.settle(&place.header)));
    let stored = saving.store();
    journal.finish_checkpoint(saving, stored).expect("there is room");
    assert_eq!(segments(&folder), before);
    journal.checkpoint().expect("there is room");
    assert_eq!(segments(&folder), 1);
}

#[test]
fn what_is_too_old_is_settled_and_counted() {
    let (_folder, mut journal) = filled(12);
    let expired = journal.expire(|stamp| stamp < 7).expect("read");
    assert_eq!((expired.records, expired.items.iter().sum::<u64>()), (7, 7));
    assert!(journal.expire(|stamp| stamp < 7).expect("read").is_empty());
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
fn the_next_file_is_begun_before_it_is_needed() {
    let (folder, mut journal) = filled(1);
    journal.begin_ahead().expect("nothing is to be done");
    assert_eq!(segments(&folder), 1, "there is room in it");
    journal.append(&[content(1, 160)], 1).expect("there is room");
    assert_eq!(segments(&folder), 1);
    for _ in 0..2 {
        journal.begin_ahead().expect("it can be begun");
        assert_eq!(segments(&folder), 2, "one, which has nothing yet");
    }
    journal.append(&[content(2, 100)], 2).expect("there is room");
    assert_eq!(segments(&folder), 2);
    settle_all(&mut journal);
    journal.checkpoint().expect("there is room");
    assert_eq!(segments(&folder), 1, "the first file goes");
}

#[test]
fn a_file_on_a_full_disk_goes_once_nothing_of_it_is_needed() {
    let (folder, mut journal) = filled(1);
    folder.room(Some(50));
    assert!(journal.append(&[content(1, 100)], 1).is_err());
    folder.room(None);
    let place = journal.take().expect("read").expect("one");
    journal.checkpoint().expect("there is room for it");
    assert_eq!(segments(&folder), 1, "a record of it is being sent");
    assert!(journal.settle(&place.header));
    journal.checkpoint().expect("there is room for it");
    assert_eq!(segments(&folder), 0);
    journal.append(&[content(3, 100)], 3).expect("there is room again");
    assert_eq!(ids(&take_all(&mut journal)), [3]);
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

/// Takes and settles all there is.
fn settle_all(journal: &mut Journal<Simulated>) {
    while let Some(place) = journal.take().expect("read") {
        assert!(journal.settle(&place.header));
    }
}

#[test]
fn a_disk_full_of_what_was_delivered_gets_free_though_no_checkpoint_fits() {
    let (folder, mut journal) = filled(12);
    journal.checkpoint().expect("nothing is to be written");
    folder.room(Some(0));
    settle_all(&mut journal);
    journal.checkpoint().expect("what nobody needs makes room");
    assert_eq!(segments(&folder), 1, "the one that is written to");
    journal.append(&[content(12, 100)], 12).expect("there is room");
    drop(journal);
    let mut journal = open(&folder, SETTINGS);
    assert_eq!((ids(&take_all(&mut journal)), journal.damage()), (vec![12], Damage::default()));
}

#[test]
fn a_process_that_starts_on_such_a_disk_gets_it_free_too() {
    let (folder, journal) = filled(12);
    drop(journal);
    folder.room(Some(0));
    let mut journal = open(&folder, SETTINGS);
    settle_all(&mut journal);
    journal.checkpoint().expect("what nobody needs makes room");
    assert_eq!(segments(&folder), 0);
    assert_eq!(open(&folder, SETTINGS).damage(), Damage::default());
}

#[test]
fn a_kill_while_it_gets_free_loses_nothing_and_looks_like_no_damage() {
    let (folder, mut journal) = filled(12);
    let first = journal.take().expect("read").expect("one");
    assert!(journal.settle(&first.header));
    journal.checkpoint().expect("there is room");
    // The sixth stays in the middle, while it is being sent.
    let mut kept = None;
    while let Some(place) = journal.take().expect("read") {
        let Stored::Whole(content) = place.read().expect("read") else { panic!("it is whole") };
        match id(&content) {
            6 => kept = Some(place),
            _ => assert!(journal.settle(&place.header)),
        }
    }
    assert!(kept.is_some());
    folder.room(Some(0));
    folder.keep_copies();
    journal.checkpoint().expect("what nobody needs makes room");
    let copies = folder.copies();
    assert!(copies.len() > 5, "{} moments", copies.len());
    for copy in copies {
        let mut journal = open(&copy, SETTINGS);
        let left = ids(&take_all(&mut journal));
        assert!(left.contains(&6), "{left:?}");
        assert_eq!(journal.damage(), Damage::default(), "{left:?}");
    }
    assert_eq!(ids(&take_all(&mut open(&folder, SETTINGS))), [6]);
}

#[test]
fn nor_does_a_loss_of_power_before_the_checkpoint_that_it_makes_room_for() {
    for seed in 0..100 {
        let (folder, mut journal) = filled(12);
        let first = journal.take().expect("read").expect("one");
        assert!(journal.settle(&first.header));
        journal.checkpoint().expect("there is room");
        settle_all(&mut journal);
        folder.room(Some(0));
        folder.fail_syncs(1);
        assert!(journal.checkpoint().is_err(), "it is not synced");
        folder.lose_power(&mut Dice::new(seed));
        let mut journal = open(&folder, SETTINGS);
        let left = ids(&take_all(&mut journal));
        assert_eq!(journal.damage(), Damage::default(), "seed {seed}: {left:?}");
    }
}
