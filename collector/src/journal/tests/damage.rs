//! Bytes that changed, moved, came or went: a log opens whatever its files hold, loses what is damaged and no more, counts
//! it exactly, and an audit says the same before.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::journal::{
    audit::{Depth, audit},
    checkpoint,
    log::Damage,
    record::{HEADER, MAGIC},
    simulated::Dice,
};

/// Records of a folder, of which the first is settled.
const RECORDS: usize = 7;
/// Those that wait.
const WAITING: [usize; RECORDS - 1] = [1, 2, 3, 4, 5, 6];
/// Bytes of a request.
const LENGTH: usize = 60;

/// A file of records: its name, and where each of them is.
pub(super) struct Segment {
    pub(super) name: String,
    pub(super) records: Vec<(usize, std::ops::Range<usize>)>,
}

impl Segment {
    fn length(&self) -> usize {
        self.records.last().map_or(0, |(_, place)| place.end)
    }

    /// The records that wait, of those that are at or behind a place.
    pub(super) fn waiting_from(&self, at: usize) -> Vec<usize> {
        let behind = self.records.iter().filter(|(id, place)| *id > 0 && place.end > at);
        behind.map(|(id, _)| *id).collect()
    }
}

/// A folder with three files, and a checkpoint that knows of all records.
pub(super) fn filled() -> (Simulated, Vec<Segment>) {
    let folder = Simulated::default();
    let mut journal = open(&folder, SETTINGS);
    let mut segments: Vec<Segment> = Vec::new();
    for id in 0..RECORDS {
        let content = content(id, LENGTH);
        let length = usize::try_from(content.stored_bytes()).expect("short");
        journal.append(&[content], 1).expect("there is room");
        let name = folder.names().expect("names").into_iter().max().expect("one");
        if segments.last().is_none_or(|last| last.name != name) {
            segments.push(Segment { name, records: Vec::new() });
        }
        let segment = segments.last_mut().expect("one");
        let at = segment.length();
        segment.records.push((id, at..at + length));
    }
    let first = journal.take().expect("read").expect("one");
    assert!(journal.settle(&first.header));
    journal.checkpoint().expect("there is room");
    assert_eq!(segments.iter().map(|it| it.records.len()).collect::<Vec<_>>(), [3, 3, 1]);
    (folder, segments)
}

/// What a collector finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) whole: Vec<usize>,
    pub(super) corrupt: usize,
    pub(super) damage: Damage,
}

impl Outcome {
    pub(super) fn of_all() -> Self {
        Self { whole: WAITING.to_vec(), corrupt: 0, damage: Damage::default() }
    }

    fn without(lost: &[usize]) -> Self {
        let whole = WAITING.into_iter().filter(|id| !lost.contains(id)).collect();
        let damage = Damage { records: lost.len() as u64, ..Damage::default() };
        Self { whole, corrupt: 0, damage }
    }

    fn with_damaged(mut self, bytes: usize) -> Self {
        self.damage = Damage { bytes: bytes as u64, files: 1, ..self.damage };
        self
    }
}

/// Opens a folder, takes and settles all there is; before that an audit must have said the same.
pub(super) fn drain(folder: &Simulated) -> Outcome {
    let audited = audit(folder, Depth::Contents, |_, _, _| {}).expect("it can be read");
    let mut journal = open(folder, SETTINGS);
    let mut stored = Vec::new();
    while let Some(place) = journal.take().expect("it can be read") {
        stored.push(place.read().expect("it can be read"));
        assert!(journal.settle(&place.header));
    }
    journal.checkpoint().expect("there is room");
    let whole = ids(&stored);
    let corrupt = stored.len() - whole.len();
    assert_eq!(audited.damage, journal.damage(), "the audit says so too");
    assert_eq!(audited.corrupt.records, corrupt as u64);
    let waiting = audited.waiting.iter().map(|share| share.records).sum::<u64>();
    assert_eq!(waiting, stored.len() as u64);
    assert!(!audited.has_changed);
    let left = folder.names().expect("names");
    assert!(!left.iter().any(|name| name.ends_with(".segment")), "{left:?}");
    let aside = left.iter().filter(|name| name.ends_with(".damaged")).count();
    assert_eq!(aside as u64, journal.damage().files);
    // Opened again, there is nothing that would be counted twice.
    let again = open(folder, SETTINGS).damage();
    assert_eq!(again, Damage::default(), "{left:?}");
    Outcome { whole, corrupt, damage: journal.damage() }
}

fn check(what: &str, folder: &Simulated, bend: impl Fn(&Simulated), expected: &Outcome) {
    let bent = folder.copy();
    bend(&bent);
    let seen = catch_unwind(AssertUnwindSafe(|| drain(&bent)));
    let seen = seen.unwrap_or_else(|_| panic!("{what}"));
    assert_eq!(seen, *expected, "{what}");
}

#[test]
fn nothing_is_damaged_where_nothing_was_changed() {
    let (folder, _) = filled();
    check("as it is", &folder, |_| {}, &Outcome::of_all());
}

#[test]
fn a_changed_byte_costs_its_record_and_no_more() {
    let (folder, segments) = filled();
    let mutations: [fn(u8) -> u8; 4] = [|it| it ^ 0x40, |_| 0, |_| 0xff, |it| it.wrapping_add(1)];
    let mut checked = 0;
    for Segment { name, records } in &segments {
        for (id, place) in records {
            for (at, mutate) in place.clone().flat_map(|at| mutations.map(|mutate| (at, mutate))) {
                let mut is_same = false;
                folder.bend(name, |bytes| is_same = mutate(bytes[at]) == bytes[at]);
                if is_same {
                    continue;
                }
                let lost: Vec<usize> = [*id].into_iter().filter(|id| *id > 0).collect();
                let expected = match (at - place.start < HEADER, *id) {
                    (true, _) => Outcome::without(&lost).with_damaged(place.len()),
                    // Nobody reads it again.
                    (false, 0) => Outcome::of_all(),
                    (false, id) => {
                        Outcome { corrupt: 1, damage: Damage::default(), ..Outcome::without(&[id]) }
                    }
                };
                let bend =
                    |bent: &Simulated| bent.bend(name, |bytes| bytes[at] = mutate(bytes[at]));
                check(&format!("{name} at {at}"), &folder, bend, &expected);
                checked += 1;
            }
        }
    }
    assert!(checked > RECORDS * 3 * HEADER, "{checked}");
}

#[test]
fn a_file_that_was_cut_costs_what_was_cut_off_and_that_is_counted() {
    let (folder, segments) = filled();
    for segment in &segments {
        for cut in 0..segment.length() {
            let expected = Outcome::without(&segment.waiting_from(cut));
            let bend = |bent: &Simulated| bent.bend(&segment.name, |bytes| bytes.truncate(cut));
            check(&format!("{} cut at {cut}", segment.name), &folder, bend, &expected);
        }
    }
}

#[test]
fn a_file_that_is_gone_is_counted_by_the_numbers_that_were_in_it() {
    let (folder, segments) = filled();
    for segment in &segments {
        let expected = Outcome::without(&segment.waiting_from(0));
        let bend = |bent: &Simulated| bent.remove(&segment.name).expect("it is there");
        check(&segment.name, &folder, bend, &expected);
    }
    let bend = |bent: &Simulated| {
        segments.iter().for_each(|it| bent.remove(&it.name).expect("it is there"));
    };
    check("all of them", &folder, bend, &Outcome::without(&WAITING));
}

#[test]
fn bytes_behind_the_last_record_cost_nothing() {
    let (folder, segments) = filled();
    for Segment { name, .. } in &segments {
        for more in [1, HEADER - 1, HEADER, HEADER + 1, 500] {
            for byte in [0, 0xaa] {
                // Fewer than a header, or zeros, are what a crash leaves.
                let is_damage = byte != 0 && more >= HEADER;
                let expected = Outcome::of_all();
                let expected = if is_damage { expected.with_damaged(more) } else { expected };
                let bend = |bent: &Simulated| {
                    bent.bend(name, |bytes| bytes.resize(bytes.len() + more, byte))
                };
                check(&format!("{name} with {more} times {byte}"), &folder, bend, &expected);
            }
        }
    }
}

#[test]
fn a_record_that_is_there_twice_comes_out_once() {
    let (folder, segments) = filled();
    for Segment { name, records } in &segments {
        for (id, place) in records {
            for before in records.iter().map(|(_, place)| place.start) {
                let expected = Outcome::of_all().with_damaged(place.len());
                let bend = |bent: &Simulated| {
                    bent.bend(name, |bytes| {
                        let record = bytes[place.clone()].to_vec();
                        bytes.splice(before..before, record);
                    });
                };
                check(&format!("{name}: {id} before {before}"), &folder, bend, &expected);
            }
        }
    }
}

#[test]
fn records_that_changed_places_within_a_file_come_out_in_their_order() {
    let (folder, segments) = filled();
    for Segment { name, records } in &segments {
        for (one, other) in records.iter().flat_map(|one| records.iter().map(move |it| (one, it))) {
            let bend = |bent: &Simulated| {
                bent.bend(name, |bytes| {
                    let mut places: Vec<_> = records.iter().map(|(_, place)| place).collect();
                    places.swap(records[0].0.abs_diff(one.0), records[0].0.abs_diff(other.0));
                    *bytes =
                        places.iter().flat_map(|place| bytes[(*place).clone()].to_vec()).collect();
                });
            };
            check(&format!("{name}: {} and {}", one.0, other.0), &folder, bend, &Outcome::of_all());
        }
    }
}

#[test]
fn a_record_in_another_file_is_not_taken_for_one_of_its_own() {
    let (folder, segments) = filled();
    let (from, to) = (&segments[0], &segments[1]);
    let (_, place) = &from.records[1];
    let bend = |bent: &Simulated| {
        let mut record = Vec::new();
        bent.bend(&from.name, |bytes| record = bytes[place.clone()].to_vec());
        bent.bend(&to.name, |bytes| bytes.extend_from_slice(&record));
    };
    check("a copy", &folder, bend, &Outcome::of_all().with_damaged(place.len()));
}

#[test]
fn a_file_of_another_version_or_of_anything_is_put_aside_and_counted() {
    let (folder, segments) = filled();
    for segment in &segments {
        let expected = Outcome::without(&segment.waiting_from(0)).with_damaged(segment.length());
        let bend = |bent: &Simulated| {
            bent.bend(&segment.name, |bytes| {
                for at in 0..bytes.len() - 3 {
                    if bytes[at..at + 4] == MAGIC {
                        bytes[at + 3] = b'2';
                    }
                }
            });
        };
        check("another version", &folder, bend, &expected);
        let bend = |bent: &Simulated| bent.bend(&segment.name, |bytes| bytes.fill(b'I'));
        check("somebody's text", &folder, bend, &expected);
    }
}

/// A file that is full of what headers begin with must not be read once for each of them.
#[test]
fn what_merely_begins_like_a_record_costs_no_time() {
    let (folder, segments) = filled();
    let size = 4 << 20;
    let bend = |bent: &Simulated| {
        bent.bend(&segments[1].name, |bytes| *bytes = MAGIC.repeat(size / MAGIC.len()));
    };
    let expected = Outcome::without(&[3, 4, 5]).with_damaged(size);
    check("four megabytes of beginnings", &folder, bend, &expected);
}

#[test]
fn whatever_happens_to_it_each_record_is_there_or_counted() {
    let (folder, segments) = filled();
    for seed in 0..1000 {
        let mut dice = Dice::new(seed);
        let bent = folder.copy();
        let mut history = String::new();
        for _ in 0..1 + dice.below(4) {
            let name = &segments[dice.below(segments.len())].name;
            bent.bend(name, |bytes| history.push_str(&bend_any(&mut dice, bytes)));
        }
        let seen = catch_unwind(AssertUnwindSafe(|| drain(&bent)));
        let Ok(Outcome { whole, corrupt, damage }) = seen else {
            panic!("seed {seed}: {history}");
        };
        let all = whole.len() + corrupt + usize::try_from(damage.records).expect("few");
        assert_eq!(all, WAITING.len(), "seed {seed}: {history}: {whole:?}, {corrupt}, {damage:?}");
    }
}

fn bend_any(dice: &mut Dice, bytes: &mut Vec<u8>) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let (at, end) = (dice.below(bytes.len()), dice.below(bytes.len()));
    let (from, to) = (at.min(end), at.max(end));
    let kind = dice.below(6);
    match kind {
        0 => bytes[at] = u8::try_from(dice.below(256)).expect("a byte"),
        1 => bytes[from..to].fill(0),
        2 => bytes.truncate(at),
        3 => bytes.extend(vec![7; end]),
        4 => drop(bytes.drain(from..to)),
        _ => {
            let copy = bytes[from..to].to_vec();
            bytes.splice(at..at, copy);
        }
    }
    format!("{kind} at {from} to {to}; ")
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
    let (folder, segments) = filled();
    let mut record = Vec::new();
    let (_, place) = &segments[0].records[0];
    folder.bend(&segments[0].name, |bytes| record = bytes[place.clone()].to_vec());
    let other = Simulated::default();
    // As somebody would who knows the format, but not the salt.
    let mut journal = open(&other, Settings { seed: 8, ..SETTINGS });
    let spelled = Content { bytes: record.into(), ..content(0, 0) };
    journal.append(&[spelled, content(1, 60)], 1).expect("there is room");
    drop(journal);
    let name = other.names().expect("names").remove(0);
    other.bend(&name, |bytes| bytes[9] ^= 1);
    other.bend(&name, |bytes| bytes[20] ^= 1);
    let Outcome { whole, corrupt, damage } = drain(&other);
    assert_eq!((whole, corrupt, damage.records), (vec![1], 0, 1));
}

#[test]
fn without_its_checkpoint_a_log_begins_with_its_oldest_file() {
    let (folder, _) = filled();
    let mut length = 0;
    folder.bend(checkpoint::NAME, |bytes| length = bytes.len());
    let bends: [fn(&mut Vec<u8>, usize); 3] = [
        |bytes, at| bytes[at] ^= 1,
        |bytes, at| bytes.truncate(at),
        |bytes, at| bytes.insert(at, 0),
    ];
    for (at, bend) in (0..length).flat_map(|at| bends.map(|bend| (at, bend))) {
        let bent = folder.copy();
        bent.bend(checkpoint::NAME, |bytes| bend(bytes, at));
        let opened = Journal::open(bent.copy(), SETTINGS).expect("it can be read");
        assert!(opened.has_lost_checkpoint);
        let Outcome { whole, corrupt, damage } = drain(&bent);
        assert_eq!((whole, corrupt), ((0..RECORDS).collect(), 0), "at {at}");
        assert_eq!(damage, Damage { files: 1, ..Damage::default() });
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let (folder, segments) = filled();
    let names = ["lost+found", "1.segment", "00000000000000000001-zz.segment", "notes.txt"];
    for name in names {
        drop(folder.create(name).expect("there is room"));
    }
    let mut journal = open(&folder, SETTINGS);
    assert_eq!(ids(&take_all(&mut journal)), WAITING);
    // With the checkpoint.
    assert_eq!(folder.names().expect("names").len(), segments.len() + 1 + names.len());
}
