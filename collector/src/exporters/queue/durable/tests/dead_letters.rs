//! What becomes of requests that nobody will deliver.

use inferometer_semconv::{attributes, metrics};

use super::*;
use crate::journal::{Content, DEAD_LETTERS, DeadLetterReason, Storage, Stored};

/// What one of the counters of dead letters stands at, of one loss if it has losses.
fn counted(under: &Under, name: &str, loss: Option<&str>) -> i64 {
    let mut sum = 0;
    under.metrics.collect(|request| {
        let scopes = request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
        for metric in scopes.flat_map(|it| &it.metrics).filter(|metric| metric.name == name) {
            let Some(Data::Sum(data)) = &metric.data else { continue };
            for point in &data.data_points {
                let mut text = point.attributes.iter().filter_map(|it| {
                    let value = it.value.as_ref()?.value.as_ref()?;
                    Some((it.key.as_str(), format!("{value:?}")))
                });
                let key = attributes::INFER_COLLECTOR_DEAD_LETTER_LOSS.key;
                let is_it = loss.is_none_or(|loss| {
                    text.any(|(of, value)| of == key && value.contains(&format!("\"{loss}\"")))
                });
                if let (true, Some(Value::AsInt(value))) = (is_it, point.value) {
                    sum += value;
                }
            }
        }
    });
    sum
}

impl Under {
    fn kept(&self) -> i64 {
        counted(self, metrics::INFER_COLLECTOR_DEAD_LETTER_KEPT.name, None)
    }

    fn lost(&self, loss: &str) -> i64 {
        counted(self, metrics::INFER_COLLECTOR_DEAD_LETTER_LOST.name, Some(loss))
    }

    fn rejected(&self, reason: RejectReason) -> u64 {
        self.counted(SelfCounter::Rejected, Some(reason))
    }

    /// Offers a request, takes it and has the other side refuse it for good.
    async fn refuse(&self, nth: u8, said: &str) {
        assert_eq!(self.answer(nth).await, None);
        let held = self.next().await;
        assert_eq!(held.waiting.bytes[0], nth);
        self.queue.keep_dead_letter(&held, said);
        self.queue.settle(&held, Fate::Lost(RejectReason::Remote));
    }

    /// Waits until something is so.
    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let so = async {
            while !is_so(self) {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, so).await.expect(what);
    }
}

/// The dead letters in a folder, the oldest first.
fn letters(folder: &Simulated) -> Vec<Content> {
    let dead = folder.folder(DEAD_LETTERS).expect("a folder");
    let log = Settings { durability: Durability::Fsync, segment_bytes: 500, seed: 9 };
    let mut journal = Journal::open(dead, log).expect("it can be read").journal;
    let mut letters = Vec::new();
    while let Some(place) = journal.take().expect("it can be read") {
        match place.read().expect("it can be read") {
            Stored::Whole(letter) => letters.push(letter),
            Stored::Corrupt(_) => panic!("nothing was damaged"),
        }
    }
    letters
}

#[tokio::test]
async fn what_the_other_side_refuses_is_kept_with_what_it_said_and_counted_once() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    under.refuse(7, "InvalidArgument: no such tenant").await;
    assert_eq!(under.rejected(RejectReason::Remote), 2, "at once");
    under.until("it is kept", |under| under.kept() == 1).await;
    under.stop().await;
    folder.lose_power(&mut Dice::new(3));
    let letters = letters(&folder);
    assert_eq!(letters.len(), 1);
    let Content { signal, items, bytes, dead, .. } = &letters[0];
    assert_eq!((*signal, *items, bytes.as_ref()), (Signal::Traces, 2, &[7; 100][..]));
    let dead = dead.as_ref().expect("it is one");
    assert_eq!(dead.reason, DeadLetterReason::Remote);
    assert_eq!(dead.said, "InvalidArgument: no such tenant");
    let after = start(&folder, &settings());
    assert_eq!(after.queue.items(), Signal::ALL.map(|signal| (signal, 0)), "it waits no more");
    assert_eq!(after.rejected(RejectReason::Remote), 0);
    let usage = metrics::INFER_COLLECTOR_DEAD_LETTER_USAGE.name;
    after.until("it is shown", |after| counted(after, usage, None) > 100).await;
    after.stop().await;
}

#[tokio::test]
async fn a_tenants_dead_letter_is_the_tenants() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    let (mut item, acknowledged) = item(Signal::Logs, Bytes::from_static(b"bytes"));
    item.tenant = Tenant::named("a");
    under.queue.reserve(&item).expect("room").commit(item);
    assert_eq!(acknowledged.outcome().await.refusal, None);
    let held = under.next().await;
    under.queue.keep_dead_letter(&held, "no");
    under.queue.settle(&held, Fate::Lost(RejectReason::Remote));
    under.stop().await;
    let letters = letters(&folder);
    assert_eq!(letters[0].tenant, Tenant::named("a"));
}

#[tokio::test]
async fn what_changed_on_disk_is_kept_as_it_is_now() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    assert_eq!(under.answer(7).await, None);
    let names = journal::Storage::names(&folder).expect("names");
    let name = names.iter().find(|name| name.ends_with(".segment")).expect("one");
    folder.bend(name, |bytes| {
        let place = bytes.iter().position(|byte| *byte == 7).expect("the first");
        bytes[place + 50] = 9;
    });
    assert_eq!(under.answer(8).await, None);
    assert_eq!(under.next().await.waiting.bytes[0], 8);
    assert_eq!(under.rejected(RejectReason::Corrupt), 2);
    under.stop().await;
    let letters = letters(&folder);
    assert_eq!(letters.len(), 1);
    assert!(letters[0].bytes.contains(&9) && letters[0].bytes.len() == 100);
    let dead = letters[0].dead.as_ref().expect("it is one");
    assert_eq!(dead.reason, DeadLetterReason::Corrupt);
}

#[tokio::test]
async fn the_oldest_goes_when_there_are_too_many_bytes_and_is_counted() {
    let folder = Simulated::default();
    let under = start(&folder, &QueueSettings { dead_letter_bytes_max: 400, ..settings() });
    for nth in 0..5 {
        under.refuse(nth, "no").await;
        under.until("it is kept", |under| under.kept() == i64::from(nth) + 1).await;
    }
    // Each has a header of 48 bytes, two of what was said and 100 of its own.
    assert_eq!(under.lost("evicted"), 3);
    assert_eq!(under.rejected(RejectReason::Remote), 10);
    under.stop().await;
    let left: Vec<u8> = letters(&folder).iter().map(|letter| letter.bytes[0]).collect();
    assert_eq!(left, [3, 4]);
}

#[tokio::test]
async fn one_that_is_larger_than_all_may_be_is_counted() {
    let folder = Simulated::default();
    let under = start(&folder, &QueueSettings { dead_letter_bytes_max: 100, ..settings() });
    under.refuse(1, "no").await;
    under.until("it is counted", |under| under.lost("too_large") == 1).await;
    assert_eq!(under.kept(), 0);
    under.stop().await;
}

#[tokio::test]
async fn none_is_kept_if_none_may_be() {
    let folder = Simulated::default();
    let under = start(&folder, &QueueSettings { dead_letter_bytes_max: 0, ..settings() });
    under.refuse(1, "no").await;
    assert_eq!(under.rejected(RejectReason::Remote), 2);
    under.stop().await;
    assert_eq!(letters(&folder), []);
}

#[tokio::test]
async fn a_full_or_failing_disk_costs_letters_and_delays_nobody() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    for nth in 0..4 {
        assert_eq!(under.answer(nth).await, None);
    }
    let first = under.next().await;
    folder.room(Some(10));
    under.queue.keep_dead_letter(&first, "no");
    under.queue.settle(&first, Fate::Lost(RejectReason::Remote));
    under.until("it is counted", |under| under.lost("write_failed") == 1).await;
    let second = under.next().await;
    under.queue.settle(&second, Fate::KEPT);
    folder.room(None);
    let third = under.next().await;
    folder.fail_syncs(1000);
    under.queue.keep_dead_letter(&third, "no");
    under.queue.settle(&third, Fate::Lost(RejectReason::Remote));
    under.until("it is counted", |under| under.lost("write_failed") == 2).await;
    folder.fail_syncs(0);
    under.refuse_next("no").await;
    under.until("the disk works again", |under| under.kept() == 1).await;
    assert_eq!(under.rejected(RejectReason::Remote), 6);
    assert_eq!(under.counted(SelfCounter::Exported, None), 2);
    under.stop().await;
}

impl Under {
    async fn refuse_next(&self, said: &str) {
        let held = self.next().await;
        self.queue.keep_dead_letter(&held, said);
        self.queue.settle(&held, Fate::Lost(RejectReason::Remote));
    }
}

#[tokio::test]
async fn something_in_the_place_of_the_folder_costs_letters_and_keeps_no_queue_from_starting() {
    let folder = Simulated::default();
    drop(folder.create(DEAD_LETTERS).expect("there is room"));
    let under = start(&folder, &settings());
    under.refuse(1, "no").await;
    under.until("it is counted", |under| under.lost("write_failed") == 1).await;
    folder.remove(DEAD_LETTERS).expect("it is there");
    under.refuse(2, "no").await;
    under.until("it is kept", |under| under.kept() == 1).await;
    under.stop().await;
}

/// Requests that a process which starts now finds: those that wait, and the dead letters.
fn left(folder: &Simulated) -> (u64, u64) {
    let log = Settings { durability: Durability::Fsync, segment_bytes: 500, seed: 9 };
    let mut journal = Journal::open(folder.clone(), log).expect("it can be read").journal;
    while journal.survey().expect("it can be read") {}
    (journal.unsettled().records, letters(folder).len() as u64)
}

#[tokio::test]
async fn whenever_it_is_killed_what_does_not_wait_any_more_is_a_dead_letter() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    for nth in 0..6 {
        assert_eq!(under.answer(nth).await, None);
    }
    folder.keep_copies();
    for refused in 1..=6 {
        under.refuse_next("no").await;
        under.until("it is kept", |under| under.kept() == refused).await;
    }
    under.stop().await;
    // As a kill leaves it at the moment at which a checkpoint is there.
    let copies = folder.copies();
    assert!(!copies.is_empty(), "there was a checkpoint");
    for copy in copies {
        let (waiting, kept) = left(&copy);
        assert!(waiting + kept >= 6, "{waiting} wait, {kept} are kept");
    }
    assert_eq!(left(&folder), (0, 6));
}
