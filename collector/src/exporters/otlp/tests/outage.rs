//! A backend that is away: one request at a time finds out, and then all are sent.

use super::*;

/// Consumers, each with a request under way.
const CONSUMERS: usize = 8;

#[tokio::test]
async fn one_request_is_sent_for_each_wait_while_a_backend_fails() {
    let (backend, address) = Backend::start([]).await;
    let mut settings = settings(address);
    settings.queue =
        QueueSettings { consumers: CONSUMERS as u64, batch: ALONE, ..QueueSettings::default() };
    settings.retry.initial_interval = Duration::from_millis(20);
    settings.retry.max_interval = Duration::from_millis(20);
    let bench = Bench::start(&settings);
    // The first to fail may find all others under way; then there are waits of 10 ms at least.
    let failures = CONSUMERS + 10;
    backend.0.answers.lock().extend((0..failures).map(|_| Err(Status::unavailable("down"))));
    let before = time::Instant::now();
    for _ in 0..CONSUMERS * 3 {
        bench.offer(item(1)).expect("room");
    }
    bench.settled().await;
    assert!(before.elapsed() >= Duration::from_millis(10 * 10), "{:?}", before.elapsed());
    assert_eq!(*backend.0.calls.lock(), (failures + CONSUMERS * 3) as u64);
    Bench::check(&bench.metrics, CONSUMERS as u64 * 3, &[]);
}

#[tokio::test]
async fn what_waited_while_a_backend_was_away_leaves_the_oldest_first() {
    let (backend, address) = Backend::start([]).await;
    let mut settings = settings(address);
    settings.queue =
        QueueSettings { consumers: CONSUMERS as u64, batch: ALONE, ..QueueSettings::default() };
    let bench = Bench::start(&settings);
    backend.0.answers.lock().extend((0..CONSUMERS * 2).map(|_| Err(Status::unavailable("down"))));
    let requests = CONSUMERS * 4;
    for nth in 0..requests {
        bench.offer(item(nth)).expect("room");
    }
    bench.settled().await;
    let received = backend.0.received.lock();
    let order: Vec<_> =
        received.iter().map(|it| it.resource_spans[0].scope_spans[0].spans.len()).collect();
    for (place, nth) in order.iter().enumerate() {
        // Those that are under way together may overtake each other.
        assert!(place.abs_diff(*nth) <= CONSUMERS * 2, "{order:?}");
    }
    assert_eq!(received.len(), requests);
}
