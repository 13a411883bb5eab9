//! A sampler whose requests are on disk: what survives, and when it leaves.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::{
    super::{TailSampling, TailSamplingSettings, ledger::DISK_BYTES_MAX, shared::Shared},
    fixture::*,
    told::Told,
};
use crate::{
    config::{ComponentId, QueueStorage},
    journal::{Durability, Journal, Settings, simulated::Simulated},
    pipeline::{
        Ack, Acknowledged, Counts, Exporter, Item, Outcome, Pipeline, RefusalReason, RejectReason,
        Signal, Tenant, testing::Bin,
    },
    processors::Rule,
    self_metrics::SelfMetrics,
};

/// Longer than anything here takes, on a machine that has other work too.
const PATIENCE: Duration = Duration::from_secs(3600);

struct Under {
    sampler: TailSampling,
    bin: Arc<Bin>,
    metrics: Arc<SelfMetrics>,
}

fn on_disk(wait: Duration) -> TailSamplingSettings {
    let storage = QueueStorage {
        extension: ComponentId::of_type("file_storage"),
        folder: std::path::PathBuf::new(),
        durability: Durability::Fsync,
    };
    TailSamplingSettings { decision_wait: wait, storage: Some(storage), ..settings(vec![errors()]) }
}

impl Under {
    fn start(folder: &Simulated, wait: Duration, capacity: usize, disk_bytes_max: u64) -> Self {
        Self::with(&on_disk(wait), folder, capacity, disk_bytes_max)
    }

    fn with(
        settings: &TailSamplingSettings,
        folder: &Simulated,
        capacity: usize,
        disk_bytes_max: u64,
    ) -> Self {
        let log = Settings { durability: Durability::Fsync, segment_bytes: 500, seed: 1 };
        let journal = Journal::open(folder.clone(), log).expect("it can be read").journal;
        let metrics = Arc::new(SelfMetrics::default());
        let bin = Bin::with_room(capacity);
        bin.metrics.set(metrics.exporter("bin")).expect("once");
        let exporters: Vec<Arc<dyn Exporter>> = vec![Arc::clone(&bin) as _];
        let rest = Pipeline { signal: Signal::Traces, processors: Vec::new(), exporters };
        let counters = metrics.sampler("tail_sampling", settings.decisions());
        let shared = Arc::new(Shared::new("processors.tail_sampling", settings, rest, counters));
        let sampler = TailSampling::on_disk(shared, journal, disk_bytes_max).expect("it starts");
        Self { sampler, bin, metrics }
    }

    fn new(folder: &Simulated) -> Self {
        Self::start(folder, Duration::from_secs(3), usize::MAX, DISK_BYTES_MAX)
    }

    fn offer(&self, spans: Vec<Span>) -> Result<Acknowledged, RefusalReason> {
        let (ack, acknowledged) = Ack::new();
        let counts = Counts { items: spans.len() as u64 };
        let (signal, tenant) = (Signal::Traces, Tenant::named("a"));
        let item = Item {
            signal,
            bytes: request(spans).encode_to_vec().into(),
            counts,
            tenant,
            ack,
            traced: Default::default(),
        };
        let entrance = self.sampler.exporter();
        let place = entrance.reserve(&item).map_err(|refusal| refusal.reason)?;
        place.commit(item);
        Ok(acknowledged)
    }

    async fn send(&self, spans: Vec<Span>) -> Outcome {
        let acknowledged = self.offer(spans).expect("room");
        tokio::time::timeout(PATIENCE, acknowledged.outcome()).await.expect("an answer")
    }

    /// The ids that have arrived once there are so many.
    async fn arrived(&self, count: usize) -> BTreeSet<u64> {
        let seen =
            || arrived(&self.bin).iter().map(|sent| id_of(&sent.span)).collect::<BTreeSet<_>>();
        let all = async {
            while seen().len() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.unwrap_or_else(|_| panic!("{:?}", seen()));
        seen()
    }

    async fn dropped(&self, count: u64) {
        let all = async {
            while rejected(&self.metrics, RejectReason::SampledOut) < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.expect("they are dropped");
    }
}

/// Requests on disk that are not settled.
fn unsettled(folder: &Simulated) -> u64 {
    let log = Settings { durability: Durability::Fsync, segment_bytes: 500, seed: 1 };
    let mut journal = Journal::open(folder.clone(), log).expect("it can be read").journal;
    while journal.survey().expect("it can be read") {}
    journal.unsettled().records
}

#[tokio::test(start_paused = true)]
async fn what_is_undecided_when_the_process_ends_is_decided_by_the_next() {
    let folder = Simulated::default();
    let before = Under::new(&folder);
    assert_eq!(before.send(vec![child(1, 10), child(2, 20)]).await, Outcome::default());
    // What a kill leaves.
    let folder = folder.copy();
    drop(before);
    let after = Under::new(&folder);
    assert_eq!(after.sampler.queued(), 2);
    after.send(vec![failed(child(1, 11))]).await;
    assert_eq!(after.arrived(2).await, BTreeSet::from([10, 11]));
    assert!(arrived(&after.bin).iter().all(|sent| sent.tenant == Tenant::named("a")));
    after.dropped(1).await;
    after.sampler.shutdown(DEADLINE).await;
    assert_eq!(unsettled(&folder), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_stays_until_all_of_its_traces_are_decided() {
    let folder = Simulated::default();
    let under = Under::start(&folder, PATIENCE, usize::MAX, DISK_BYTES_MAX);
    under.send(vec![failed(child(1, 10)), child(2, 20)]).await;
    under.send(vec![failed(child(3, 30))]).await;
    under.arrived(2).await;
    under.sampler.shutdown(DEADLINE).await;
    assert_eq!(unsettled(&folder), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_stays_until_it_is_behind_the_sampler() {
    let folder = Simulated::default();
    let before = Under::start(&folder, PATIENCE, 0, DISK_BYTES_MAX);
    before.send(vec![failed(child(1, 10))]).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let metrics = Arc::clone(&before.metrics);
    before.sampler.shutdown(DEADLINE).await;
    assert_eq!(rejected(&metrics, RejectReason::Unreachable), 0);
    let after = Under::new(&folder);
    assert_eq!(after.arrived(1).await, BTreeSet::from([10]));
    after.sampler.shutdown(DEADLINE).await;
    assert_eq!(unsettled(&folder), 0);
}

#[tokio::test(start_paused = true)]
async fn a_disk_without_room_refuses_and_keeps_nothing() {
    let folder = Simulated::default();
    let under = Under::new(&folder);
    folder.room(Some(10));
    let refused = under.send(vec![failed(child(1, 10))]).await.refusal.expect("refused");
    assert_eq!(refused.reason, RefusalReason::StorageFailed);
    folder.room(None);
    under.send(vec![failed(child(1, 11))]).await;
    assert_eq!(under.arrived(1).await, BTreeSet::from([11]));
    assert_eq!(rejected(&under.metrics, RejectReason::WriteFailed), 1);
}

#[tokio::test(start_paused = true)]
async fn at_the_bound_on_disk_traces_are_decided_early() {
    let folder = Simulated::default();
    let under = Under::start(&folder, PATIENCE, usize::MAX, 4000);
    let mut sent = 0;
    for trace in 1..100 {
        if under.offer(vec![child(trace, trace)]).is_ok() {
            sent += 1;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(sent, 99, "there is always room");
    let (waiting, dropped) =
        (under.sampler.queued(), rejected(&under.metrics, RejectReason::SampledOut));
    assert_eq!(waiting + dropped, 99);
    assert!((5..30).contains(&waiting), "{waiting} requests of about 200 bytes");
}

#[tokio::test(start_paused = true)]
async fn with_nothing_leaving_the_bound_on_disk_refuses() {
    let folder = Simulated::default();
    let under = Under::start(&folder, PATIENCE, 0, 4000);
    let mut sent: u64 = 0;
    let refused = loop {
        match under.offer(vec![failed(child(sent + 1, sent + 1))]) {
            Ok(_) => sent += 1,
            Err(reason) => break reason,
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(sent < 100, "there is a bound");
    };
    assert_eq!(refused, RefusalReason::QueueFull);
    under.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    let all = usize::try_from(sent).expect("few");
    assert_eq!(under.arrived(all).await, (1..=sent).collect());
    assert_eq!(under.sampler.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_yet_is_no_reason_to_decide_a_trace_early() {
    let folder = Simulated::default();
    // Half of it for kept spans: then nothing more is read while nothing leaves.
    let settings = TailSamplingSettings { max_bytes: 40_000, ..on_disk(PATIENCE) };
    let under = Under::with(&settings, &folder, 0, 20_000);
    under.send(vec![child(1, 1)]).await;
    let mut sent: u64 = 1;
    while under.offer(vec![failed(child(sent + 1, sent + 1))]).is_ok() {
        sent += 1;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(sent < 500, "there is a bound");
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(rejected(&under.metrics, RejectReason::SampledOut), 0);
    under.bin.capacity.store(usize::MAX, Ordering::Relaxed);
    let all = usize::try_from(sent).expect("few");
    assert_eq!(under.arrived(all - 1).await, (2..=sent).collect());
    under.send(vec![failed(child(1, sent + 1))]).await;
    assert_eq!(under.arrived(all + 1).await, (1..=sent + 1).collect(), "the first is whole");
}

#[tokio::test(start_paused = true)]
async fn no_more_traces_are_decided_early_than_the_disk_needs() {
    let folder = Simulated::default();
    let quick = Rule::Latency { from: Duration::ZERO, to: Some(Duration::from_secs(1)) };
    let settings =
        TailSamplingSettings { policies: vec![policy("quick", quick)], ..on_disk(PATIENCE) };
    let under = Under::with(&settings, &folder, usize::MAX, 4000);
    let mut most = 0;
    for trace in 1..100 {
        under.send(vec![child(trace, trace)]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let waiting = under.sampler.queued();
        most = most.max(waiting);
        assert!(waiting + 2 >= most, "{waiting} of {most} are left after {trace}");
    }
    assert!((5..30).contains(&most), "{most} requests of about 200 bytes");
}

#[tokio::test(start_paused = true)]
async fn kept_traces_that_are_too_large_together_leave_the_disk_once_all_of_them_are_taken() {
    let folder = Simulated::default();
    let under = Under::new(&folder);
    under.bin.bytes_max.set(400).expect("once");
    under.send((1..=20).map(|id| failed(child(id, id))).collect()).await;
    assert_eq!(under.arrived(20).await, (1..=20).collect());
    under.sampler.shutdown(DEADLINE).await;
    assert_eq!(rejected(&under.metrics, RejectReason::TooLarge), 0);
    assert_eq!(unsettled(&folder), 0);
}

#[test]
fn a_disk_that_fails_is_told_of_when_it_begins_and_when_it_ends() {
    let told = Told::default();
    told.runtime().block_on(async {
        let folder = Simulated::default();
        let under = Under::new(&folder);
        for (room, sends) in [(None, 2), (Some(10), 5), (None, 2), (Some(10), 3)] {
            folder.room(room);
            for id in 1..=sends {
                let refused = under.send(vec![child(id, id)]).await.refusal;
                assert_eq!(refused.is_some(), room.is_some());
            }
        }
        assert_eq!(rejected(&under.metrics, RejectReason::WriteFailed), 8, "each is counted");
    });
    let lines = told.lines("processors.tail_sampling: its requests can");
    let ends: Vec<bool> = lines.iter().map(|line| line.ends_with("written again")).collect();
    assert_eq!(ends, [false, true, false], "{lines:?}");
}
