//! Records that leave as one stay records.

use super::*;

fn joining() -> QueueSettings {
    QueueSettings { batch: QueueBatchSettings::default(), ..settings() }
}

impl Under {
    async fn keep(&self, signal: Signal, tenant: &Tenant, bytes: impl Into<Bytes>) {
        let (item, acknowledged) = item(signal, bytes.into());
        let item = Item { tenant: tenant.clone(), ..item };
        self.queue.reserve(&item).expect("room").commit(item);
        assert_eq!(acknowledged.outcome().await.refusal, None);
    }

    /// What leaves next, as text.
    async fn next_text(&self) -> String {
        let joined = self.next_joined().await;
        joined.iter().map(|held| String::from_utf8_lossy(&held.waiting.bytes)).collect()
    }
}

#[tokio::test]
async fn records_of_one_signal_and_tenant_leave_as_one_past_those_of_others() {
    let under = start(&Simulated::default(), &joining());
    let (none, blue) = (Tenant::default(), Tenant::named("blue"));
    for (signal, tenant, text) in [
        (Signal::Traces, &none, "a"),
        (Signal::Logs, &none, "1"),
        (Signal::Traces, &blue, "x"),
        (Signal::Traces, &none, "b"),
        (Signal::Logs, &none, "2"),
        (Signal::Traces, &blue, "y"),
    ] {
        under.keep(signal, tenant, text).await;
    }
    for expected in ["ab", "12", "xy"] {
        assert_eq!(under.next_text().await, expected);
    }
    under.stop().await;
}

#[tokio::test]
async fn no_more_is_read_than_leaves_as_one_and_the_rest_keeps_its_place() {
    let mut settings = joining();
    settings.batch =
        QueueBatchSettings { min_size: 6, max_size: 6, sizer: Sizer::Items, ..settings.batch };
    let under = start(&Simulated::default(), &settings);
    for text in ["a", "b", "c", "d", "e"] {
        under.keep(Signal::Logs, &Tenant::default(), text).await;
    }
    for expected in ["abc", "de"] {
        assert_eq!(under.next_text().await, expected);
    }
    under.stop().await;
}

#[tokio::test]
async fn of_what_left_as_one_whatever_was_not_settled_is_sent_again_by_the_next_process() {
    let folder = Simulated::default();
    let before = start(&folder, &joining());
    for text in ["a", "b", "c", "d"] {
        before.keep(Signal::Traces, &Tenant::default(), text).await;
    }
    let joined = before.next_joined().await;
    assert_eq!(joined.len(), 4);
    before.queue.settle(&joined[1], Fate::KEPT);
    before.queue.settle(&joined[2], Fate::Lost(RejectReason::Remote));
    assert_eq!(before.counted(SelfCounter::Exported, None), 2);
    assert_eq!(before.counted(SelfCounter::Rejected, Some(RejectReason::Remote)), 2);
    before.stop().await;
    folder.lose_power(&mut Dice::new(1));
    let after = start(&folder, &joining());
    assert_eq!(after.next_text().await, "ad");
    after.stop().await;
}

#[tokio::test]
async fn metrics_that_leave_as_one_hold_up_all_their_resources() {
    let under = start(&Simulated::default(), &joining());
    for resource in [1, 2] {
        under.keep(Signal::Metrics, &Tenant::default(), metrics_of(resource)).await;
    }
    let joined = under.next_joined().await;
    assert_eq!(joined.len(), 2);
    under.keep(Signal::Metrics, &Tenant::default(), metrics_of(2)).await;
    let queue = Arc::clone(&under.queue);
    let next = tokio::spawn(async move { queue.next().await });
    under.queue.settle(&joined[0], Fate::KEPT);
    tokio::task::yield_now().await;
    assert!(!next.is_finished(), "the other of the two is being sent");
    under.queue.settle(&joined[1], Fate::KEPT);
    let next = time::timeout(PATIENCE, next).await.expect("in time").expect("it runs");
    assert_eq!(next.expect("one")[0].waiting.bytes, metrics_of(2));
    under.stop().await;
}

#[tokio::test]
async fn a_record_waits_for_company_until_there_is_enough() {
    let mut settings = joining();
    settings.batch = QueueBatchSettings {
        flush_timeout: PATIENCE * 100,
        min_size: 4,
        max_size: 0,
        sizer: Sizer::Items,
    };
    let under = start(&Simulated::default(), &settings);
    under.keep(Signal::Logs, &Tenant::default(), "a").await;
    let queue = Arc::clone(&under.queue);
    let next = tokio::spawn(async move { queue.next().await });
    tokio::task::yield_now().await;
    assert!(!next.is_finished());
    under.keep(Signal::Logs, &Tenant::default(), "b").await;
    let next = time::timeout(PATIENCE, next).await.expect("in time").expect("it runs");
    assert_eq!(next.expect("two").len(), 2);
    under.stop().await;
}
