//! The queue's bounds, under any order of what pipelines and consumers do.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::{
    config::{OnFull, Sizer},
    pipeline::{Ack, Counts, Exporter, Refusal, Tenant},
    self_metrics::SelfCounter,
};

fn queue(settings: &QueueSettings) -> (Queue, Arc<SelfMetrics>) {
    let metrics = Arc::new(SelfMetrics::default());
    (Queue::new("q", settings, &metrics), metrics)
}

fn item(signal: Signal, bytes: usize, items: u64) -> Item {
    Item {
        signal,
        bytes: Bytes::from(vec![0; bytes]),
        counts: Counts { items },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
        traced: Default::default(),
    }
}

fn offer(queue: &Queue, bytes: usize, items: u64) -> Result<(), Refusal> {
    let item = item(Signal::Traces, bytes, items);
    queue.reserve(&item)?.commit(item);
    Ok(())
}

fn counted(metrics: &SelfMetrics, counter: SelfCounter) -> u64 {
    let counts = metrics.counts().filter(|count| count.counter == counter);
    counts.map(|count| count.value).sum()
}

#[test]
fn a_queue_is_bounded_in_the_unit_of_its_sizer() {
    for (sizer, taken) in [(Sizer::Requests, 10), (Sizer::Items, 5), (Sizer::Bytes, 3)] {
        let (queue, _) = queue(&QueueSettings { size: 10, sizer, ..QueueSettings::default() });
        let offered = (0..20).filter(|_| offer(&queue, 3, 2).is_ok()).count();
        assert_eq!(offered, taken, "{sizer:?}");
    }
}

#[test]
fn a_refusal_names_unit_and_size() {
    let check = |sizer, expected| {
        let (queue, _) = queue(&QueueSettings { size: 10, sizer, ..QueueSettings::default() });
        let refusal = std::iter::repeat_with(|| offer(&queue, 3, 2)).find_map(Result::err);
        assert_eq!(
            refusal.expect("a bound").message,
            format!("q: the queue holds {expected}; wait until the other side has caught up")
        );
    };
    check(Sizer::Requests, "its 10 requests");
    check(Sizer::Items, "10 of 10 items and this request has 2");
    check(Sizer::Bytes, "9 of 10 bytes and this request has 3");
}

#[test]
fn nothing_is_evicted_for_a_request_that_another_exporter_refuses() {
    let settings =
        QueueSettings { size: 1, on_full: OnFull::EvictOldest, ..QueueSettings::default() };
    let (queue, metrics) = queue(&settings);
    offer(&queue, 1, 7).expect("room");
    drop(queue.reserve(&item(Signal::Traces, 1, 1)).expect("it would evict"));
    assert_eq!(counted(&metrics, SelfCounter::Rejected), 0);
    offer(&queue, 1, 1).expect("it evicts");
    assert_eq!(counted(&metrics, SelfCounter::Rejected), 7);
}

#[tokio::test]
async fn every_consumer_hears_of_the_end() {
    let (queue, _) = queue(&QueueSettings::default());
    let queue = Arc::new(queue);
    let consumers: Vec<_> = (0..3)
        .map(|_| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { while queue.next().await.is_some() {} })
        })
        .collect();
    offer(&queue, 1, 1).expect("room");
    tokio::task::yield_now().await;
    queue.stop();
    for consumer in consumers {
        let ended = tokio::time::timeout(Duration::from_secs(10), consumer).await;
        ended.expect("it ends").expect("without a panic");
    }
}

#[test]
fn what_was_given_up_is_not_counted_again_when_it_ends_after_all() {
    let (queue, metrics) = queue(&QueueSettings::default());
    offer(&queue, 1, 5).expect("room");
    let taken = queue.state.lock().take().expect("one waits");
    queue.abandon(RejectReason::Unreachable);
    queue.settle(&taken, Fate::KEPT);
    assert_eq!(counted(&metrics, SelfCounter::Rejected), 5);
    assert_eq!(counted(&metrics, SelfCounter::Exported), 0);
    assert!(queue.state.lock().has_ended());
}

/// What may happen to a queue.
#[derive(Debug, Clone)]
enum Event {
    Offer { bytes: usize, items: u64 },
    Promise { bytes: usize },
    Withdraw,
    Take,
    Settle,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0_usize..40, 0_u64..5).prop_map(|(bytes, items)| Event::Offer { bytes, items }),
        1 => (0_usize..40).prop_map(|bytes| Event::Promise { bytes }),
        1 => Just(Event::Withdraw),
        2 => Just(Event::Take),
        1 => Just(Event::Settle),
    ];
    proptest::collection::vec(event, 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_order_of_events_loses_an_item_or_breaks_a_bound(
        events in events(),
        evicts in any::<bool>(),
        sizer in prop_oneof![Just(Sizer::Requests), Just(Sizer::Items), Just(Sizer::Bytes)],
    ) {
        let on_full = if evicts { OnFull::EvictOldest } else { OnFull::Refuse };
        let size = 60;
        let (queue, metrics) =
            queue(&QueueSettings { size, sizer, on_full, ..QueueSettings::default() });
        let (mut accepted, mut promised, mut taken) = (0, Vec::new(), Vec::new());
        for event in events {
            match event {
                Event::Offer { bytes, items } => {
                    accepted += offer(&queue, bytes, items).map_or(0, |()| items);
                }
                Event::Promise { bytes } => {
                    promised.extend(queue.reserve(&item(Signal::Logs, bytes, 1)).ok());
                }
                Event::Withdraw => drop(promised.pop()),
                Event::Take => {
                    taken.extend(queue.state.lock().take());
                }
                Event::Settle => {
                    if let Some(waiting) = taken.pop() {
                        queue.settle(&waiting, Fate::KEPT);
                    }
                }
            }
            let held: u64 = queue.items().map(|(_, items)| items).sum();
            let sending: u64 = taken.iter().map(|waiting| waiting.items).sum();
            prop_assert!(sizer != Sizer::Items || held - sending <= size);
        }
        let held: u64 = queue.items().map(|(_, items)| items).sum();
        let ended = counted(&metrics, SelfCounter::Exported) + counted(&metrics, SelfCounter::Rejected);
        prop_assert_eq!(accepted, held + ended);
    }
}
