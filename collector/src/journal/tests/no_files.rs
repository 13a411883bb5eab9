//! What has the name of a file of the log and is none that can be opened.

use std::{fs, os::unix, path::Path};

use super::{
    damage::{Outcome, drain, filled},
    *,
};
use crate::journal::{Folder, checkpoint, log::Damage, simulated::NoFile};

const KINDS: [NoFile; 3] = [NoFile::Folder, NoFile::Link, NoFile::Foreign];

#[test]
fn in_the_place_of_records_it_is_put_aside_at_once_and_they_are_counted() {
    let (folder, segments) = filled();
    for (segment, kind) in segments.iter().flat_map(|it| KINDS.map(|kind| (it, kind))) {
        let bent = folder.copy();
        bent.put(&segment.name, kind);
        let opened = open(&bent, SETTINGS);
        assert_eq!(opened.damage().files, 1, "{kind:?}");
        let names = bent.names().expect("names");
        assert!(names.contains(&format!("{}.damaged", segment.name)), "{names:?}");
        let bent = folder.copy();
        bent.put(&segment.name, kind);
        let Outcome { whole, corrupt, damage } = drain(&bent);
        let lost = segment.waiting_from(0);
        let expected = Damage { records: lost.len() as u64, files: 1, ..Damage::default() };
        assert_eq!((corrupt, damage), (0, expected), "{kind:?}");
        assert!(!whole.iter().any(|id| lost.contains(id)), "{kind:?}");
        assert_eq!(whole.len() + lost.len(), Outcome::of_all().whole.len());
    }
}

#[test]
fn in_the_place_of_the_checkpoint_it_is_as_good_as_none_and_another_can_be_written() {
    let (folder, _) = filled();
    for kind in KINDS {
        let bent = folder.copy();
        bent.put(checkpoint::NAME, kind);
        let opened = Journal::open(bent.clone(), SETTINGS).expect("it can be read");
        assert!(opened.has_lost_checkpoint, "{kind:?}");
        let mut journal = opened.journal;
        while let Some(place) = journal.take().expect("read") {
            assert!(journal.settle(&place.header));
        }
        journal.checkpoint().expect("it can be written");
        drop(journal);
        let opened = Journal::open(bent, SETTINGS).expect("it can be read");
        assert!(!opened.has_lost_checkpoint, "{kind:?}");
        assert_eq!(opened.journal.unsettled().records, 0);
    }
}

#[test]
fn in_the_place_of_a_checkpoint_that_is_being_written_it_is_in_nobodys_way() {
    let (folder, _) = filled();
    for kind in KINDS {
        let bent = folder.copy();
        bent.put(checkpoint::NEW, kind);
        let damage = Damage { files: 1, ..Damage::default() };
        assert_eq!(drain(&bent), Outcome { damage, ..Outcome::of_all() }, "{kind:?}");
    }
}

/// A folder with records 0 to 5 in two files or more; the first of them.
fn on_disk(path: &Path) -> String {
    let folder = Folder::take(path).expect("a folder");
    let mut journal = Journal::open(folder, SETTINGS).expect("it can be read").journal;
    for id in 0..6 {
        journal.append(&[content(id, 60)], 1).expect("there is room");
    }
    let names = Folder::read(path).expect("it is there").names().expect("names");
    names.into_iter().filter(|name| name.ends_with(".segment")).min().expect("one")
}

fn check_on_disk(what: &str, put: impl Fn(&Path), may_be_read: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let first = on_disk(folder.path());
    let place = folder.path().join(&first);
    put(&place);
    let taken = Folder::take(folder.path()).expect("nobody has it");
    let mut journal = Journal::open(taken, SETTINGS).expect(what).journal;
    let whole = ids(&take_all(&mut journal));
    if may_be_read && whole.len() == 6 {
        return;
    }
    assert_eq!(whole, [3, 4, 5], "{what}");
    assert_eq!(journal.damage().files, 1, "{what}");
    let aside = folder.path().join(format!("{first}.damaged"));
    assert!(fs::symlink_metadata(aside).is_ok(), "{what}");
    assert!(fs::symlink_metadata(place).is_err(), "{what}");
}

#[test]
fn a_real_folder_link_socket_or_foreign_file_keeps_no_log_from_opening() {
    let remove = |place: &Path| fs::remove_file(place).expect("it is there");
    check_on_disk(
        "a folder",
        |place| {
            remove(place);
            fs::create_dir(place).expect("a folder");
            fs::write(place.join("x"), "x").expect("a file in it");
        },
        false,
    );
    check_on_disk(
        "a link that leads to a file",
        |place| {
            let other = place.with_file_name("other");
            fs::rename(place, &other).expect("it is there");
            unix::fs::symlink(other, place).expect("a link");
        },
        false,
    );
    check_on_disk(
        "a link that leads nowhere",
        |place| {
            remove(place);
            unix::fs::symlink("/nowhere/at/all", place).expect("a link");
        },
        false,
    );
    check_on_disk(
        "a socket",
        |place| {
            remove(place);
            drop(unix::net::UnixListener::bind(place).expect("a socket"));
        },
        false,
    );
    // Root may read everything.
    check_on_disk(
        "a file without permissions",
        |place| {
            use unix::fs::PermissionsExt;
            fs::set_permissions(place, fs::Permissions::from_mode(0o000)).expect("it is ours");
        },
        true,
    );
}

#[test]
fn a_reserve_of_which_a_kill_left_a_part_is_made_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let reserve = folder.path().join("reserve");
    let length = || fs::metadata(&reserve).expect("it is there").len();
    let _ = on_disk(folder.path());
    let whole = length();
    for part in [0, 1, whole - 1] {
        fs::OpenOptions::new()
            .write(true)
            .open(&reserve)
            .expect("ours")
            .set_len(part)
            .expect("ours");
        let taken = Folder::take(folder.path()).expect("nobody has it");
        drop(Journal::open(taken, SETTINGS).expect("it can be read"));
        assert_eq!(length(), whole, "{part}");
    }
}

#[test]
fn something_else_in_the_place_of_the_reserve_keeps_no_record_out() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("reserve")).expect("a folder in its place");
    assert!(!on_disk(folder.path()).is_empty());
}
