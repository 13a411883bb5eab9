//! Whatever is done, and whenever power goes: what was acknowledged and not settled is there, and what a checkpoint says
//! is settled is not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::{
    super::{
        checkpoint,
        log::Damage,
        record::Header,
        simulated::{Dice, Lie},
    },
    *,
};

const STEPS: usize = 60;
const SEEDS: u64 = 400;

/// How a process ends without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crash {
    Killed,
    PowerLost,
}

/// A log, and what is known of it without it.
struct Run {
    dice: Dice,
    folder: Simulated,
    settings: Settings,
    journal: Journal<Simulated>,
    sent: usize,
    /// Acknowledged and not settled.
    owed: BTreeSet<usize>,
    /// Settled, and a checkpoint said so.
    over: BTreeSet<usize>,
    /// Settled since.
    settled: BTreeSet<usize>,
    taken: BTreeMap<usize, Header>,
    history: String,
}

impl Run {
    fn new(seed: u64, durability: Durability, lie: Option<Lie>) -> Self {
        let settings = Settings { durability, ..SETTINGS };
        let folder = Simulated::with(lie);
        Self {
            dice: Dice::new(seed),
            journal: open(&folder, settings),
            folder,
            settings,
            sent: 0,
            owed: BTreeSet::new(),
            over: BTreeSet::new(),
            settled: BTreeSet::new(),
            taken: BTreeMap::new(),
            history: String::new(),
        }
    }

    fn step(&mut self, crash: Crash) -> Result<(), String> {
        match self.dice.below(18) {
            0..=4 => self.append(),
            5..=7 => self.take(),
            8..=10 => self.settle(),
            11 => self.give_back(),
            12 | 13 => self.checkpoint(),
            14 => self.fault(),
            15 | 16 => self.begin_ahead(),
            _ => self.crash(crash)?,
        }
        Ok(())
    }

    fn append(&mut self) {
        let count = 1 + self.dice.below(3);
        let ids: Vec<usize> = (self.sent..self.sent + count).collect();
        self.sent += count;
        let longest = if self.dice.is_one_of(8) { 2000 } else { 120 };
        let batch: Vec<Content> =
            ids.iter().map(|id| content(*id, self.dice.below(longest))).collect();
        let is_kept = self.journal.append(&batch, 1).is_ok();
        let _ = write!(self.history, "append {ids:?} {is_kept}; ");
        if is_kept {
            self.owed.extend(ids);
        }
    }

    fn take(&mut self) {
        let Some(place) = self.journal.take().expect("it can be read") else { return };
        let Stored::Whole(content) = place.read().expect("it can be read") else {
            panic!("nothing is damaged: {}", self.history)
        };
        let _ = write!(self.history, "take {}; ", id(&content));
        self.taken.insert(id(&content), place.header);
    }

    fn any_taken(&mut self) -> Option<(usize, Header)> {
        let nth = self.dice.below(self.taken.len());
        let id = *self.taken.keys().nth(nth)?;
        self.taken.remove_entry(&id)
    }

    fn settle(&mut self) {
        let Some((id, header)) = self.any_taken() else { return };
        let _ = write!(self.history, "settle {id}; ");
        assert!(self.journal.settle(&header) && !self.journal.settle(&header), "{id}");
        self.owed.remove(&id);
        self.settled.insert(id);
    }

    fn give_back(&mut self) {
        let Some((id, header)) = self.any_taken() else { return };
        let _ = write!(self.history, "give back {id}; ");
        self.journal.give_back(header.sequence);
    }

    fn checkpoint(&mut self) {
        let is_kept = self.journal.checkpoint().is_ok();
        let _ = write!(self.history, "checkpoint {is_kept}; ");
        if is_kept {
            self.over.append(&mut self.settled);
        } else if !self.folder.names().expect("names").contains(&checkpoint::NAME.to_owned()) {
            // On a full disk it went before what was to make room for another.
            self.settled.append(&mut self.over);
        }
    }

    fn begin_ahead(&mut self) {
        let is_begun = self.journal.begin_ahead().is_ok();
        let _ = write!(self.history, "begin ahead {is_begun}; ");
    }

    fn fault(&mut self) {
        let room = self.dice.is_one_of(2).then(|| self.dice.below(600));
        let failing = self.dice.below(2);
        let _ = write!(self.history, "room {room:?}, {failing} failing syncs; ");
        self.folder.room(room);
        self.folder.fail_syncs(failing);
    }

    fn crash(&mut self, crash: Crash) -> Result<(), String> {
        let _ = write!(self.history, "{crash:?}; ");
        if crash == Crash::PowerLost {
            self.folder.lose_power(&mut self.dice);
        }
        self.folder.room(None);
        self.folder.fail_syncs(0);
        self.settings.seed += 1;
        self.journal = open(&self.folder, self.settings);
        self.taken.clear();
        self.check()?;
        // What was not synced may be gone in part, which looks like damage. Nothing else does.
        let damage = self.journal.damage();
        if crash == Crash::Killed && damage != Damage::default() {
            return Err(format!("{damage:?}: {}", self.history));
        }
        Ok(())
    }

    /// Takes all there is, compares it with what should be there, and gives it back.
    fn check(&mut self) -> Result<(), String> {
        let mut there = BTreeSet::new();
        let mut headers = Vec::new();
        while let Some(place) = self.journal.take().expect("it can be read") {
            let Stored::Whole(content) = place.read().expect("it can be read") else {
                // Its header was written before its content, and the power went between the two.
                assert!(self.journal.settle(&place.header));
                continue;
            };
            if !there.insert(id(&content)) {
                return Err(format!("{} is there twice: {}", id(&content), self.history));
            }
            headers.push(place.header);
        }
        let lost: Vec<_> = self.owed.difference(&there).collect();
        let again: Vec<_> = self.over.intersection(&there).collect();
        headers.iter().for_each(|header| self.journal.give_back(header.sequence));
        if lost.is_empty() && again.is_empty() {
            // Some were not acknowledged, or settled without a checkpoint that says so: both may be there.
            self.owed.extend(&there);
            self.settled.retain(|id| !there.contains(id));
            return Ok(());
        }
        Err(format!("lost {lost:?}, again {again:?}: {}", self.history))
    }
}

fn run(seed: u64, durability: Durability, crash: Crash, lie: Option<Lie>) -> Result<(), String> {
    let mut run = Run::new(seed, durability, lie);
    for _ in 0..STEPS {
        run.step(crash)?;
    }
    run.crash(crash)
}

#[test]
fn power_may_go_at_any_time_with_fsync() {
    for seed in 0..SEEDS {
        let ended = run(seed, Durability::Fsync, Crash::PowerLost, None);
        ended.unwrap_or_else(|fault| panic!("seed {seed}: {fault}"));
    }
}

#[test]
fn a_process_may_be_killed_at_any_time_without() {
    for seed in 0..SEEDS {
        let ended = run(seed, Durability::Os, Crash::Killed, None);
        ended.unwrap_or_else(|fault| panic!("seed {seed}: {fault}"));
    }
}

#[test]
fn without_any_one_of_the_syncs_something_is_lost_or_comes_again() {
    for lie in [Lie::Records, Lie::RecordsName, Lie::Checkpoint, Lie::CheckpointName] {
        let run = |seed| run(seed, Durability::Fsync, Crash::PowerLost, Some(lie));
        assert!((0..SEEDS).any(|seed| run(seed).is_err()), "nobody misses {lie:?}");
    }
}

#[test]
fn a_loss_of_power_loses_what_was_not_synced() {
    let ended = (0..SEEDS).map(|seed| run(seed, Durability::Os, Crash::PowerLost, None));
    assert!(ended.into_iter().any(|ended| ended.is_err()), "the simulation keeps everything");
}
