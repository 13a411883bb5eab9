//! What waits for a backend leaves joined, as a file says; how dead connections are found out.

use std::time::Duration;

use super::*;

fn with(kind: &str, settings: &str) -> String {
    let exporter = format!("{kind}: {{endpoint: \"http://next.example:4318\", {settings}}}");
    SOUND.replace("trace_ring:", &exporter).replace("trace_ring", kind)
}

fn read(kind: &str, settings: &str) -> OtlpExporterSettings {
    let text = with(kind, settings);
    check(&text, &[]);
    let resolved = Config::parse("c.yaml", &text).unwrap().resolved;
    let ExporterSettings::Otlp(read) = &resolved.exporters[1].settings else {
        panic!("{resolved:?}");
    };
    read.clone()
}

fn batch(queue: &str) -> (Duration, u64, u64, Sizer) {
    let QueueBatchSettings { flush_timeout, min_size, max_size, sizer } =
        read("otlp", &format!("sending_queue: {{{queue}}}")).queue.batch;
    (flush_timeout, min_size, max_size, sizer)
}

#[test]
fn what_waits_is_joined_without_a_wait_unless_a_batch_is_asked_for() {
    let mib = 1 << 20;
    assert_eq!(batch(""), (Duration::ZERO, mib, mib, Sizer::Bytes));
    let patient = Duration::from_millis(200);
    assert_eq!(batch("batch: {}"), (patient, 8192, 0, Sizer::Items));
    assert_eq!(
        batch("sizer: bytes, queue_size: 9000, batch: {max_size: 8200}"),
        (patient, 8192, 8200, Sizer::Bytes)
    );
    assert_eq!(
        batch("batch: {flush_timeout: 0s, min_size: 5, max_size: 7, sizer: bytes}"),
        (Duration::ZERO, 5, 7, Sizer::Bytes)
    );
    assert_eq!(batch("batch: {enabled: false}").1, 0);
}

#[test]
fn sizes_that_contradict_each_other_get_a_remedy() {
    check(
        &with("otlp", "sending_queue: {sizer: items, queue_size: 10, batch: {max_size: 9}}"),
        &[
            "c.yaml:8:94: error: exporters.otlp.sending_queue.batch.min_size is 8192, more than the whole queue holds: \
             set it to at most queue_size, which is 10",
            "c.yaml:8:112: error: exporters.otlp.sending_queue.batch.max_size is 9, expected 0 for no limit, or at \
             least min_size, which is 8192",
        ],
    );
    check(
        &with(
            "otlp",
            "sending_queue: {wait_for_result: true, batch: {partition: {metadata_keys: [a]}}}",
        ),
        &[
            "c.yaml:8:81: error: exporters.otlp.sending_queue.wait_for_result is true, expected false or no such key: \
             a sender is answered once its request is in the queue",
            "c.yaml:8:95: error: exporters.otlp.sending_queue.batch.partition is not supported, as requests of two \
             tenants are never joined, and no other metadata is passed on; remove it",
        ],
    );
}

#[test]
fn a_dead_connection_is_found_out_as_the_file_says() {
    let expected = KeepAliveSettings {
        time: Duration::from_secs(60),
        timeout: Duration::from_secs(5),
        permit_without_stream: true,
    };
    let keys = "keepalive: {time: 1m, timeout: 5s, permit_without_stream: true}";
    assert_eq!(read("otlp", keys).keep_alive, expected);
    assert_eq!(read("otlp", "").keep_alive, KeepAliveSettings::default());
    check(
        &with("otlphttp", "keepalive: {time: 1m}"),
        &[
            "c.yaml:8:52: error: unknown key \"keepalive\" in exporters.otlphttp, expected one of: tls, endpoint, \
             timeout, headers, auth, compression, sending_queue, retry_on_failure",
        ],
    );
}
