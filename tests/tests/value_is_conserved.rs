//! What was recorded is what is shown: exactly, under threads, and summed over instances.

use std::{thread, time::Duration};

use inferometer_collector::self_metrics::SelfCounter;
use inferometer_sdk::Telemetry;
use inferometer_semconv::metrics::{INFER_REQUEST_QUEUE_DURATION, INFER_TOKEN_OUTPUT};
use inferometer_tests::{CollectorUnderTest, Scrape, wait};
use opentelemetry::KeyValue;

const THREADS: u64 = 4;
const RECORDS: u64 = 50_000;
/// Its sums are exact in binary.
const SECONDS: f64 = 0.25;

fn telemetry(collector: &CollectorUnderTest, instance: &'static str) -> Telemetry {
    Telemetry::builder()
        .service_name("engine")
        .resource_attributes([KeyValue::new("service.instance.id", instance)])
        .endpoint(collector.otlp_endpoint())
        // Often, so that many snapshots fall between records.
        .interval(Duration::from_millis(20))
        .build()
        .expect("telemetry starts")
}

/// Records on four threads: two on one handle, two on handles of their own.
fn record(telemetry: &Telemetry) {
    let scope = telemetry.meter_provider().scope("tests.conservation");
    let stage = [KeyValue::new("infer.stage", "decode")];
    let tokens = scope.counter::<u64>(&INFER_TOKEN_OUTPUT, &stage);
    let queue = scope.histogram::<f64>(&INFER_REQUEST_QUEUE_DURATION, &stage);
    thread::scope(|threads| {
        for thread in 0..THREADS {
            let own = thread % 2 == 1;
            let (tokens, queue) = if own {
                (
                    scope.counter(&INFER_TOKEN_OUTPUT, &stage),
                    scope.histogram(&INFER_REQUEST_QUEUE_DURATION, &stage),
                )
            } else {
                (tokens.clone(), queue.clone())
            };
            threads.spawn(move || {
                for i in 0..RECORDS {
                    tokens.add(i % 7);
                    queue.record(SECONDS);
                }
            });
        }
    });
}

fn tokens_recorded() -> u64 {
    THREADS * (0..RECORDS).map(|i| i % 7).sum::<u64>()
}

#[expect(clippy::cast_precision_loss, reason = "far below the 2^53 that are exact")]
fn check(page: &Scrape, instances: usize, labels: &[(&str, &str)]) {
    let records = (THREADS * RECORDS) as f64 * instances as f64;
    let tokens = tokens_recorded() as f64 * instances as f64;
    let queue = "infer_request_queue_duration_seconds";
    assert_eq!(page.sum("infer_token_output_total", labels), (tokens, instances));
    assert_eq!(page.sum(&format!("{queue}_count"), labels), (records, instances));
    assert_eq!(page.sum(&format!("{queue}_sum"), labels), (records * SECONDS, instances));
    let buckets = [labels, &[("le", "0.5")]].concat();
    assert_eq!(page.sum(&format!("{queue}_bucket"), &buckets), (records, instances));
}

/// Every item that the collector accepted was stored; none was rejected or refused. Nobody sends any more.
fn check_items(collector: &CollectorUnderTest) {
    let total = |counter| -> u64 {
        let counts = collector.counts().into_iter();
        counts.filter(|count| count.counter == counter).map(|count| count.value).sum()
    };
    let accepted = total(SelfCounter::Accepted);
    assert!(accepted > 0);
    assert_eq!(total(SelfCounter::Exported), accepted);
    for lost in [SelfCounter::Rejected, SelfCounter::RefusedItems, SelfCounter::RefusedRequests] {
        assert_eq!(total(lost), 0, "{lost:?}");
    }
}

#[test]
fn what_four_threads_record_is_what_is_scraped() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector, "a");
    record(&telemetry);
    telemetry.shutdown(wait::PATIENCE).expect("everything is delivered");
    check(&collector.scrape(), 1, &[("job", "engine"), ("instance", "a")]);
    check_items(&collector);
}

#[test]
fn two_instances_add_up() {
    let collector = CollectorUnderTest::start();
    let (first, second) = (telemetry(&collector, "a"), telemetry(&collector, "b"));
    thread::scope(|threads| {
        threads.spawn(|| record(&first));
        threads.spawn(|| record(&second));
    });
    for telemetry in [&first, &second] {
        telemetry.shutdown(wait::PATIENCE).expect("everything is delivered");
    }
    let page = collector.scrape();
    check(&page, 1, &[("instance", "a")]);
    check(&page, 1, &[("instance", "b")]);
    check(&page, 2, &[("job", "engine")]);
    check_items(&collector);
}

#[test]
fn a_page_read_meanwhile_never_shows_a_fall_or_a_torn_histogram() {
    let collector = CollectorUnderTest::start();
    let telemetry = telemetry(&collector, "a");
    thread::scope(|threads| {
        let recording = threads.spawn(|| record(&telemetry));
        let mut before = (0.0, 0.0);
        while !recording.is_finished() {
            // Parsing fails if a histogram's buckets and count differ.
            let page = collector.scrape();
            let (tokens, _) = page.sum("infer_token_output_total", &[]);
            let (count, _) = page.sum("infer_request_queue_duration_seconds_count", &[]);
            let (sum, _) = page.sum("infer_request_queue_duration_seconds_sum", &[]);
            assert_eq!(sum, count * SECONDS);
            assert!(tokens >= before.0 && count >= before.1, "{tokens} {count} after {before:?}");
            before = (tokens, count);
        }
    });
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    check(&collector.scrape(), 1, &[]);
}
