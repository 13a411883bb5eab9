//! What the queue promises, over a disk that fills up, fails and loses power.

mod dead_letters;
mod joined;

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{ResourceMetrics, metric::Data, number_data_point::Value},
    resource::v1::Resource,
};
use prost::Message;

use super::*;
use crate::{
    config::QueueBatchSettings,
    journal::{
        Durability, Settings,
        simulated::{Dice, Simulated},
    },
    pipeline::{Ack, Acknowledged, Counts, Tenant},
    self_metrics::SelfCounter,
};

/// Longer than anything here takes, on a machine that has other work too.
const PATIENCE: Duration = Duration::from_secs(30);

struct Under {
    queue: Arc<DurableQueue<Simulated>>,
    metrics: Arc<SelfMetrics>,
}

fn start(folder: &Simulated, settings: &QueueSettings) -> Under {
    start_at(folder, settings, Clock::start())
}

fn start_at(folder: &Simulated, settings: &QueueSettings, clock: Clock) -> Under {
    let log = Settings { durability: Durability::Fsync, segment_bytes: 500, seed: 1 };
    let journal = Journal::open(folder.clone(), log).expect("it can be read").journal;
    let metrics = Arc::new(SelfMetrics::default());
    let disk = (folder.clone(), Durability::Fsync);
    let queue = DurableQueue::with("q", settings, journal, disk, clock, &metrics);
    let queue = queue.expect("a thread");
    Under { queue, metrics }
}

fn settings() -> QueueSettings {
    let batch = QueueBatchSettings { min_size: 0, ..QueueBatchSettings::default() };
    let on_full = OnFull::Refuse;
    QueueSettings { size: 1000, consumers: 2, on_full, batch, ..QueueSettings::default() }
}

fn item(signal: Signal, bytes: Bytes) -> (Item, Acknowledged) {
    let (ack, acknowledged) = Ack::new();
    let counts = Counts { items: 2 };
    (
        Item { signal, bytes, counts, tenant: Tenant::default(), ack, traced: Default::default() },
        acknowledged,
    )
}

impl Under {
    fn offer(&self, signal: Signal, bytes: Bytes) -> Result<Acknowledged, Refusal> {
        let (item, acknowledged) = item(signal, bytes);
        self.queue.reserve(&item)?.commit(item);
        Ok(acknowledged)
    }

    /// Offers spans and waits for the answer: nothing if they are kept.
    async fn answer(&self, nth: u8) -> Option<RefusalReason> {
        let acknowledged = match self.offer(Signal::Traces, Bytes::from(vec![nth; 100])) {
            Ok(acknowledged) => acknowledged,
            Err(refusal) => return Some(refusal.reason),
        };
        let outcome = time::timeout(PATIENCE, acknowledged.outcome()).await.expect("an answer");
        outcome.refusal.map(|refusal| refusal.reason)
    }

    async fn next(&self) -> Held {
        let mut joined = self.next_joined().await;
        assert_eq!(joined.len(), 1);
        joined.remove(0)
    }

    async fn next_joined(&self) -> Vec<Held> {
        time::timeout(PATIENCE, self.queue.next()).await.expect("in time").expect("one")
    }

    async fn stop(self) {
        self.queue.stop();
        self.queue.end(PATIENCE).await;
    }

    fn counted(&self, counter: SelfCounter, reason: Option<RejectReason>) -> u64 {
        let reason = reason.map(RejectReason::as_str);
        let of = |count: &crate::self_metrics::SelfCount| {
            count.counter == counter && count.reason == reason
        };
        self.metrics.counts().filter(of).map(|count| count.value).sum()
    }
}

#[tokio::test]
async fn what_was_acknowledged_and_not_delivered_is_there_after_power_was_lost() {
    let folder = Simulated::default();
    let before = start(&folder, &settings());
    for nth in 0..10 {
        assert_eq!(before.answer(nth).await, None);
    }
    let delivered = before.next().await;
    assert_eq!(delivered.waiting.bytes[0], 0);
    before.queue.settle(&delivered, Fate::KEPT);
    let under_way = before.next().await;
    assert_eq!(under_way.waiting.bytes[0], 1);
    before.stop().await;
    folder.lose_power(&mut Dice::new(1));
    let after = start(&folder, &settings());
    assert_eq!(
        after.queue.items(),
        [(Signal::Metrics, 0), (Signal::Traces, 18), (Signal::Logs, 0)]
    );
    for nth in 1..10 {
        let held = after.next().await;
        assert_eq!((held.waiting.bytes[0], held.waiting.items), (nth, 2));
        after.queue.settle(&held, Fate::Kept { rejected: 1 });
        after.queue.settle(&held, Fate::KEPT);
    }
    assert_eq!(after.counted(SelfCounter::Exported, None), 9);
    assert_eq!(after.counted(SelfCounter::Rejected, Some(RejectReason::Remote)), 9);
    assert_eq!(after.queue.items(), Signal::ALL.map(|signal| (signal, 0)));
    after.stop().await;
}

#[tokio::test]
async fn what_a_last_attempt_delivers_is_not_sent_again() {
    let folder = Simulated::default();
    let before = start(&folder, &settings());
    assert_eq!(before.answer(0).await, None);
    let last = before.next().await;
    before.queue.stop();
    before.queue.settle(&last, Fate::KEPT);
    before.queue.end(PATIENCE).await;
    let after = start(&folder, &settings());
    assert_eq!(after.queue.items(), Signal::ALL.map(|signal| (signal, 0)));
    after.stop().await;
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_and_taken_again_once_it_can() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    folder.room(Some(20));
    assert_eq!(under.answer(1).await, Some(RefusalReason::StorageFailed));
    folder.room(Some(0));
    assert_eq!(under.answer(1).await, Some(RefusalReason::StorageFailed));
    folder.room(None);
    folder.fail_syncs(1);
    assert_eq!(under.answer(1).await, Some(RefusalReason::StorageFailed));
    assert_eq!(under.answer(2).await, None);
    assert_eq!(under.counted(SelfCounter::Rejected, Some(RejectReason::WriteFailed)), 6);
    assert_eq!(under.next().await.waiting.bytes[0], 2);
    under.stop().await;
}

#[tokio::test]
async fn a_queue_that_refuses_keeps_what_it_has() {
    let under = start(&Simulated::default(), &QueueSettings { size: 3, ..settings() });
    for nth in 0..3 {
        assert_eq!(under.answer(nth).await, None);
    }
    assert_eq!(under.answer(3).await, Some(RefusalReason::QueueFull));
    let held = under.next().await;
    under.queue.settle(&held, Fate::KEPT);
    assert_eq!(under.answer(4).await, None);
    under.stop().await;
}

#[tokio::test]
async fn a_queue_that_evicts_counts_what_had_to_go() {
    let settings = QueueSettings {
        size: 2000,
        sizer: Sizer::Bytes,
        on_full: OnFull::EvictOldest,
        ..settings()
    };
    let under = start(&Simulated::default(), &settings);
    for nth in 0..100 {
        assert_eq!(under.answer(nth).await, None);
    }
    let evicted = under.counted(SelfCounter::Rejected, Some(RejectReason::Evicted));
    let left: u64 = under.queue.items().iter().map(|(_, items)| items).sum();
    assert_eq!(evicted + left, 200);
    assert!((10..=26).contains(&left), "{left} items of 74 bytes each on disk");
    let first = u64::from(under.next().await.waiting.bytes[0]);
    assert_eq!(first, evicted / 2, "the oldest went");
    under.stop().await;
}

#[tokio::test]
async fn a_request_that_never_fits_is_refused_for_good() {
    let settings =
        QueueSettings { size: 90, sizer: Sizer::Bytes, on_full: OnFull::EvictOldest, ..settings() };
    let under = start(&Simulated::default(), &settings);
    assert_eq!(under.answer(1).await, Some(RefusalReason::TooLarge));
    under.stop().await;
}

#[tokio::test]
async fn what_is_too_old_is_given_up_and_counted() {
    let folder = Simulated::default();
    let before = start(&folder, &settings());
    assert_eq!(before.answer(1).await, None);
    before.stop().await;
    let after = start(&folder, &QueueSettings { age_max: Duration::ZERO, ..settings() });
    let expired = async {
        while after.counted(SelfCounter::Rejected, Some(RejectReason::Expired)) < 2 {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, expired).await.expect("it is too old");
    after.stop().await;
}

/// Milliseconds of the wall in 2026.
const NOW: u64 = 1_790_000_000_000;

#[tokio::test]
async fn a_clock_that_jumps_between_two_processes_has_nothing_given_up() {
    const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60 * 1000;
    for then in
        [0, NOW - TEN_YEARS, NOW - 3_600_000, NOW, NOW + 3_600_000, NOW + TEN_YEARS, u64::MAX]
    {
        let folder = Simulated::default();
        for (clock, first) in [(NOW, 0), (then, 2), (NOW, 4)] {
            let under = start_at(&folder, &settings(), Clock::at(clock));
            for nth in [first, first + 1] {
                assert_eq!(under.answer(nth).await, None, "{then}");
            }
            under.stop().await;
        }
        let last = start_at(&folder, &settings(), Clock::at(NOW));
        for nth in 0..6 {
            assert_eq!(last.next().await.waiting.bytes[0], nth, "{then}: the oldest is first");
        }
        assert_eq!(last.counted(SelfCounter::Rejected, Some(RejectReason::Expired)), 0, "{then}");
        last.stop().await;
    }
}

#[tokio::test]
async fn what_changed_on_disk_is_counted_and_passed_over() {
    let folder = Simulated::default();
    let under = start(&folder, &settings());
    assert_eq!(under.answer(7).await, None);
    assert_eq!(under.answer(8).await, None);
    let names = journal::Storage::names(&folder).expect("names");
    let name = names.iter().find(|name| name.ends_with(".segment")).expect("one");
    folder.bend(name, |bytes| {
        let place = bytes.iter().position(|byte| *byte == 7).expect("the first");
        bytes[place + 50] = 0;
    });
    assert_eq!(under.next().await.waiting.bytes[0], 8);
    assert_eq!(under.counted(SelfCounter::Rejected, Some(RejectReason::Corrupt)), 2);
    under.stop().await;
}

fn metrics_of(resource: u32) -> Bytes {
    let resource = Resource { dropped_attributes_count: resource, ..Resource::default() };
    let resource_metrics =
        vec![ResourceMetrics { resource: Some(resource), ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }.encode_to_vec().into()
}

#[tokio::test]
async fn what_must_not_overtake_holds_up_nothing_else() {
    let under = start(&Simulated::default(), &settings());
    let stuck = under.offer(Signal::Metrics, metrics_of(1)).expect("room");
    assert_eq!(stuck.outcome().await.refusal, None);
    let stuck = under.next().await;
    for resource in [1, 2] {
        let acknowledged = under.offer(Signal::Metrics, metrics_of(resource)).expect("room");
        assert_eq!(acknowledged.outcome().await.refusal, None);
    }
    assert_eq!(under.answer(3).await, None);
    assert_eq!(under.next().await.waiting.bytes, metrics_of(2));
    assert_eq!(under.next().await.waiting.signal, Signal::Traces);
    under.queue.settle(&stuck, Fate::KEPT);
    assert_eq!(under.next().await.waiting.bytes, metrics_of(1));
    under.stop().await;
}

#[tokio::test]
async fn sixty_four_requests_of_a_stuck_resource_hold_up_what_is_behind_them() {
    let under = start(&Simulated::default(), &settings());
    let keep_metrics = async |requests: usize| {
        for _ in 0..requests {
            let acknowledged = under.offer(Signal::Metrics, metrics_of(1)).expect("room");
            assert_eq!(acknowledged.outcome().await.refusal, None);
        }
    };
    keep_metrics(1).await;
    let stuck = under.next().await;
    keep_metrics(63).await;
    assert_eq!(under.answer(3).await, None);
    let free = under.next().await;
    assert_eq!(free.waiting.signal, Signal::Traces);
    under.queue.settle(&free, Fate::KEPT);
    keep_metrics(1).await;
    assert_eq!(under.answer(4).await, None);
    time::pause();
    assert!(time::timeout(PATIENCE, under.queue.next()).await.is_err());
    time::resume();
    under.queue.settle(&stuck, Fate::KEPT);
    assert_eq!(under.next().await.waiting.bytes, metrics_of(1));
    under.stop().await;
}

#[tokio::test]
async fn metrics_of_one_resource_leave_one_after_another() {
    let under = start(&Simulated::default(), &settings());
    for resource in [1, 2, 1] {
        let acknowledged = under.offer(Signal::Metrics, metrics_of(resource)).expect("room");
        assert_eq!(acknowledged.outcome().await.refusal, None);
    }
    let first = under.next().await;
    let second = under.next().await;
    assert_eq!([&first.waiting.bytes, &second.waiting.bytes], [&metrics_of(1), &metrics_of(2)]);
    let queue = Arc::clone(&under.queue);
    let third = tokio::spawn(async move { queue.next().await });
    under.queue.settle(&second, Fate::KEPT);
    tokio::task::yield_now().await;
    assert!(!third.is_finished(), "the first of its resource is being sent");
    under.queue.settle(&first, Fate::KEPT);
    let third = time::timeout(PATIENCE, third).await.expect("in time").expect("it runs");
    assert_eq!(third.expect("one")[0].waiting.bytes, metrics_of(1));
    under.stop().await;
}

#[tokio::test]
async fn a_queue_that_stops_lets_its_consumers_go_and_takes_no_more() {
    let under = start(&Simulated::default(), &settings());
    let queue = Arc::clone(&under.queue);
    let waiting = tokio::spawn(async move { queue.next().await.is_none() });
    tokio::task::yield_now().await;
    under.queue.stop();
    assert!(time::timeout(PATIENCE, waiting).await.expect("in time").expect("it runs"));
    assert_eq!(under.answer(1).await, Some(RefusalReason::Stopping));
    under.stop().await;
}

#[tokio::test]
async fn what_cannot_be_found_any_more_is_counted() {
    let folder = Simulated::default();
    let before = start(&folder, &settings());
    assert_eq!(before.answer(7).await, None);
    assert_eq!(before.answer(8).await, None);
    before.stop().await;
    let names = journal::Storage::names(&folder).expect("names");
    let name = names.iter().find(|name| name.ends_with(".segment")).expect("one");
    folder.bend(name, |bytes| bytes[20] ^= 1);
    let after = start(&folder, &settings());
    assert_eq!(after.next().await.waiting.bytes[0], 8);
    let lost = async {
        while lost_requests(&after.metrics) == 0 {
            time::sleep(Duration::from_millis(1)).await;
        }
    };
    time::timeout(PATIENCE, lost).await.expect("it is told");
    assert_eq!(lost_requests(&after.metrics), 1);
    after.stop().await;
}

/// What the collector's own metrics say of requests that damage has taken.
fn lost_requests(metrics: &SelfMetrics) -> i64 {
    let mut lost = 0;
    metrics.collect(|request| {
        let scopes = request.resource_metrics.iter().flat_map(|it| &it.scope_metrics);
        let metrics = scopes.flat_map(|scope| &scope.metrics);
        let name = inferometer_semconv::metrics::INFER_COLLECTOR_QUEUE_LOST.name;
        for metric in metrics.filter(|metric| metric.name == name) {
            let Some(Data::Sum(sum)) = &metric.data else { continue };
            lost += sum
                .data_points
                .iter()
                .map(|point| match point.value {
                    Some(Value::AsInt(value)) => value,
                    _ => 0,
                })
                .sum::<i64>();
        }
    });
    lost
}
