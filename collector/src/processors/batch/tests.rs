//! A batch between a sender and an exporter, under a clock that the test turns.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;

use super::*;
use crate::{
    pipeline::{
        Ack, Counts, Graph, Intake, Item, Pipeline, Processor, Refusal, RefusalReason,
        RejectReason, Signal, Tenant,
        testing::{Bin, refusal},
    },
    processors::request::{Request, samples},
    self_metrics::{SelfCounter, SelfMetrics},
};

const TRACES: Signal = Signal::Traces;
const DEADLINE: Duration = Duration::from_secs(10);

struct Fixture {
    graph: Graph,
    batch: Batch,
    bin: Arc<Bin>,
    metrics: Arc<SelfMetrics>,
}

impl Fixture {
    fn new(settings: BatchSettings, capacity: usize) -> Self {
        Self::with(settings, capacity, usize::MAX, Vec::new())
    }

    fn with(
        settings: BatchSettings,
        capacity: usize,
        bytes_max: usize,
        processors: Vec<Arc<dyn Processor>>,
    ) -> Self {
        let metrics = Arc::new(SelfMetrics::default());
        let bin = Bin::with_room(capacity);
        bin.metrics.set(metrics.exporter("bin")).unwrap();
        let pipeline = |processors, exporter| Pipeline {
            signal: TRACES,
            processors,
            exporters: vec![exporter],
        };
        let rest = pipeline(processors, Arc::clone(&bin) as _);
        let batch = Batch::with_room("processors.batch", settings, rest, bytes_max);
        let graph = Graph::new([pipeline(Vec::new(), batch.exporter())]);
        Self { graph, batch, bin, metrics }
    }

    fn send(&self, items: i64) -> Result<(), Refusal> {
        self.graph.admit(item(items, Tenant::default()))
    }

    /// Items of the requests that have arrived.
    fn arrived(&self) -> Vec<u64> {
        let kept = self.bin.kept.lock();
        let items = |bytes: &Bytes| Request::decode(TRACES, bytes.clone()).unwrap().items();
        kept.iter().map(items).collect()
    }

    /// What has arrived after the tasks have done all that they can.
    async fn settled(&self) -> Vec<u64> {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.arrived()
    }

    fn lost(&self, reason: RejectReason) -> u64 {
        let mut counts = self.metrics.counts().filter(|count| {
            count.counter == SelfCounter::Rejected && count.reason == Some(reason.as_str())
        });
        counts.find(|count| count.signal == TRACES).unwrap().value
    }
}

fn item(items: i64, tenant: Tenant) -> Item {
    Item {
        signal: TRACES,
        bytes: samples::request(TRACES, items).encode(),
        counts: Counts { items: items as u64 },
        tenant,
        ack: Ack::ignored(),
        traced: Default::default(),
    }
}

fn settings(send_batch_size: u64, send_batch_max_size: u64) -> BatchSettings {
    BatchSettings { send_batch_size, send_batch_max_size, ..BatchSettings::default() }
}

#[tokio::test(start_paused = true)]
async fn small_requests_leave_as_one_when_the_time_is_up() {
    let fixture = Fixture::new(settings(100, 0), 9);
    for items in [1, 2, 3] {
        fixture.send(items).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(199)).await;
    assert_eq!(fixture.settled().await, [0; 0]);
    assert_eq!(fixture.batch.queued(), 6);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(fixture.settled().await, [6]);
    assert_eq!(fixture.batch.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_full_does_not_wait() {
    let fixture = Fixture::new(settings(5, 0), 9);
    for _ in 0..4 {
        fixture.send(2).unwrap();
    }
    assert_eq!(fixture.settled().await, [6]);
    tokio::time::sleep(Duration::from_millis(201)).await;
    assert_eq!(fixture.settled().await, [6, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_large_request_passes_straight_through_and_keeps_its_sender() {
    let fixture = Fixture::new(settings(5, 0), 1);
    let large = item(5, Tenant::default());
    let address = large.bytes.as_ptr();
    fixture.graph.admit(large).unwrap();
    assert_eq!(fixture.bin.kept.lock()[0].as_ptr(), address, "no copy, and no task in between");
    let full = fixture.send(5).unwrap_err();
    assert_eq!(full.reason, RefusalReason::QueueFull, "the refusal is the exporter's own");
}

#[tokio::test(start_paused = true)]
async fn a_large_request_does_not_overtake_what_waits() {
    let fixture = Fixture::new(settings(5, 0), 9);
    fixture.send(1).unwrap();
    fixture.send(7).unwrap();
    assert_eq!(fixture.settled().await, [8]);
}

#[tokio::test(start_paused = true)]
async fn no_batch_is_larger_than_the_maximum() {
    let fixture = Fixture::new(settings(5, 5), 99);
    fixture.send(3).unwrap();
    fixture.send(4).unwrap();
    fixture.send(12).unwrap();
    tokio::time::sleep(Duration::from_millis(201)).await;
    assert_eq!(fixture.settled().await, [3, 4, 5, 5, 2]);
    assert_eq!(fixture.batch.queued(), 0);
    assert!(fixture.send(5).is_ok() && fixture.arrived().len() == 6, "all room is free again");
}

#[tokio::test(start_paused = true)]
async fn without_time_or_size_nothing_waits() {
    for immediate in [
        BatchSettings { timeout: Duration::ZERO, ..settings(100, 0) },
        BatchSettings { timeout: Duration::from_secs(9), ..settings(0, 0) },
    ] {
        let fixture = Fixture::new(immediate, 9);
        fixture.send(1).unwrap();
        fixture.send(2).unwrap();
        assert_eq!(fixture.arrived(), [1, 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn requests_of_two_tenants_are_never_joined() {
    let fixture = Fixture::new(settings(100, 0), 9);
    for tenant in ["a", "b", "a"] {
        fixture.graph.admit(item(1, Tenant::named(tenant))).unwrap();
    }
    tokio::time::sleep(Duration::from_millis(201)).await;
    assert_eq!(fixture.settled().await, [2, 1]);
    assert_eq!(*fixture.bin.tenants.lock(), [Tenant::named("a"), Tenant::named("b")]);
}

#[tokio::test(start_paused = true)]
async fn a_rest_without_room_fills_the_batch_and_then_refuses() {
    let request_bytes = item(1, Tenant::default()).bytes.len();
    let room = 3 * (request_bytes + 256);
    let fixture = Fixture::with(settings(2, 0), 0, room, Vec::new());
    for _ in 0..3 {
        fixture.send(1).unwrap();
    }
    tokio::time::sleep(DEADLINE).await;
    let refused = fixture.send(1).unwrap_err();
    assert_eq!(refused.reason, RefusalReason::QueueFull);
    assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
    assert!(refused.message.starts_with("processors.batch: the batch holds "), "{refused}");
    fixture.bin.capacity.store(9, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(fixture.settled().await, [2, 1]);
    assert_eq!(fixture.send(1), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_request_larger_than_the_room_is_taken_while_nothing_else_waits() {
    let fixture = Fixture::with(settings(100, 0), 9, 1, Vec::new());
    assert_eq!(fixture.send(3), Ok(()));
    assert_eq!(fixture.send(1).unwrap_err().reason, RefusalReason::QueueFull);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_sends_on_what_waits() {
    let fixture = Fixture::new(settings(100, 0), 9);
    fixture.send(1).unwrap();
    fixture.send(2).unwrap();
    let Fixture { graph, batch, bin, metrics } = fixture;
    batch.shutdown(DEADLINE).await;
    assert_eq!(bin.kept.lock().len(), 1);
    let late = graph.admit(item(1, Tenant::default())).unwrap_err();
    assert_eq!(late.reason, RefusalReason::Stopping);
    drop(metrics);
}

#[tokio::test(start_paused = true)]
async fn what_a_shutdown_cannot_send_on_is_counted() {
    let fixture = Fixture::new(settings(2, 0), 0);
    for _ in 0..5 {
        fixture.send(1).unwrap();
    }
    let Fixture { batch, metrics, .. } = fixture;
    let started = tokio::time::Instant::now();
    batch.shutdown(DEADLINE).await;
    assert_eq!(started.elapsed(), DEADLINE);
    let reason = Some(RejectReason::Unreachable.as_str());
    let lost: u64 =
        metrics.counts().filter(|count| count.reason == reason).map(|count| count.value).sum();
    assert_eq!(lost, 5);
}

/// A processor that refuses for good.
#[derive(Debug)]
struct Wall;

impl Processor for Wall {
    fn process(&self, _: Item) -> Result<Item, Refusal> {
        Err(refusal(RefusalReason::Malformed))
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_never_be_taken_is_counted_and_does_not_block() {
    let fixture = Fixture::with(settings(100, 0), 9, usize::MAX, vec![Arc::new(Wall)]);
    fixture.send(1).unwrap();
    fixture.send(2).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fixture.settled().await, [0; 0]);
    assert_eq!(fixture.lost(RejectReason::InvalidPoint), 3);
    assert_eq!(fixture.batch.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_without_room_keeps_the_batch_of_another_empty() {
    let fixture = Fixture::new(settings(100, 0), 9);
    let full = Bin::with_room(0);
    let side =
        |exporter| Pipeline { signal: TRACES, processors: Vec::new(), exporters: vec![exporter] };
    let graph = Graph::new([side(fixture.batch.exporter()), side(full)]);
    let refused = graph.admit(item(1, Tenant::default())).unwrap_err();
    assert_eq!(refused.reason, RefusalReason::QueueFull);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fixture.settled().await, [0; 0]);
    assert_eq!(fixture.batch.queued(), 0);
    assert_eq!(fixture.send(100), Ok(()), "its room is free, so this goes straight through");
    assert_eq!(fixture.arrived(), [100]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_too_large_for_what_is_behind_leaves_in_parts() {
    let fixture = Fixture::new(settings(100, 0), usize::MAX);
    let of_three = item(3, Tenant::default()).bytes.len();
    fixture.bin.bytes_max.set(of_three).unwrap();
    for items in [3, 1, 1, 5, 2] {
        fixture.send(items).unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let arrived = fixture.settled().await;
    assert_eq!(arrived.iter().sum::<u64>(), 12, "{arrived:?}");
    assert_eq!(fixture.lost(RejectReason::TooLarge), 0);
    assert_eq!(fixture.batch.queued(), 0);
    assert_eq!(fixture.send(100), Err(refusal(RefusalReason::TooLarge)), "all room is free again");
}

#[tokio::test(start_paused = true)]
async fn an_item_that_alone_is_too_large_is_counted_and_holds_up_no_other() {
    let fixture = Fixture::new(settings(100, 0), usize::MAX);
    fixture.bin.bytes_max.set(1).unwrap();
    fixture.send(2).unwrap();
    fixture.send(1).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fixture.settled().await, [0; 0]);
    assert_eq!(fixture.lost(RejectReason::TooLarge), 3);
    assert_eq!(fixture.batch.queued(), 0);
}
