//! What a configuration may take, and what is said of it.

use super::{Config, SOUND};
use crate::config::{MemoryBounds, MemoryVerdict};

const MEBIBYTE: u64 = 1 << 20;

fn bounds(text: &str) -> MemoryBounds {
    let config = Config::parse("c.yaml", text).unwrap_or_else(|error| panic!("{error}"));
    MemoryBounds::of(&config.resolved)
}

fn bytes(bounds: &MemoryBounds, key: &str) -> Option<u64> {
    bounds.list.iter().find(|bound| bound.key == key).map(|bound| bound.bytes / MEBIBYTE)
}

#[test]
fn every_bound_that_a_file_sets_is_in_the_sum() {
    let before = bounds(SOUND);
    for (from, to, key, mebibytes) in [
        (
            "  prometheus:\n",
            "  prometheus: {max_bytes: 1048576}\n",
            "exporters.prometheus.max_bytes",
            1,
        ),
        (
            "  trace_ring:\n",
            "  trace_ring: {max_bytes: 2097152}\n",
            "exporters.trace_ring.max_bytes",
            2,
        ),
        (
            "    protocols:",
            "    admission: {request_limit_mib: 77}\n    protocols:",
            "receivers.otlp.admission.request_limit_mib",
            77,
        ),
        (
            "      grpc:\n",
            "      grpc: {limits: {max_connections: 16}}\n",
            "receivers.otlp.protocols.grpc.limits.max_connections",
            1,
        ),
    ] {
        let after = bounds(&SOUND.replacen(from, to, 1));
        assert_eq!(bytes(&after, key), Some(mebibytes), "{key}");
        let less = before.total() - after.total();
        assert_eq!(less, (bytes(&before, key).unwrap() - mebibytes) * MEBIBYTE, "{key}");
    }
}

#[test]
fn queues_batches_samplers_connectors_and_extensions_are_in_the_sum() {
    let text = "
receivers: {otlp: {protocols: {grpc: }}}
processors:
  batch:
  tail_sampling: {max_bytes: 104857600, policies: [{name: a, type: always_sample}]}
  resource: {attributes: [{key: a, value: b, action: insert}]}
exporters:
  prometheus:
  otlp/a: {endpoint: \"http://a:1\", compression: gzip, sending_queue: {sizer: bytes, queue_size: 5242880}}
  otlp/b: {endpoint: \"http://b:1\", sending_queue: {storage: file_storage, queue_size: 1}}
connectors: {span_metrics: {aggregation_cardinality_limit: 1024}}
extensions: {file_storage: {directory: /tmp/q}, health_check: {limits: {max_connections: 32}}}
service:
  extensions: [file_storage, health_check]
  pipelines:
    traces: {receivers: [otlp], processors: [tail_sampling, batch], exporters: [otlp/a, span_metrics]}
    traces/b: {receivers: [otlp], processors: [tail_sampling, resource, batch], exporters: [otlp/b]}
    metrics: {receivers: [span_metrics], exporters: [prometheus]}
";
    let bounds = bounds(text);
    for (key, mebibytes) in [
        ("processors.batch", 128),
        ("processors.tail_sampling.max_bytes", 200),
        ("processors", 256),
        ("exporters.otlp/a.sending_queue.queue_size", 5),
        ("exporters.otlp/a.sending_queue.num_consumers", 10),
        ("exporters.otlp/b.sending_queue.storage", 64),
        ("connectors.span_metrics.aggregation_cardinality_limit", 3),
        ("extensions.health_check.limits.max_connections", 2),
    ] {
        assert_eq!(bytes(&bounds, key), Some(mebibytes), "{key} in {bounds}");
    }
}

#[test]
fn a_sum_near_the_limit_is_warned_of_and_a_bound_beyond_it_is_an_error() {
    let bounds = bounds(SOUND);
    let total = bounds.total();
    assert_eq!(bounds.verdict(None), MemoryVerdict::Fits);
    assert_eq!(bounds.verdict(Some(total * 2)), MemoryVerdict::Fits);
    let tight = bounds.verdict(Some(total));
    let MemoryVerdict::Tight(message) = &tight else { panic!("{tight:?}") };
    assert!(message.contains("exporters.prometheus.max_bytes (512.0 MiB)"), "{message}");
    let impossible = bounds.verdict(Some(400 * MEBIBYTE));
    assert_eq!(
        impossible,
        MemoryVerdict::Impossible(
            "exporters.prometheus.max_bytes is 512.0 MiB, more than the 400.0 MiB that this process may use: lower it, or put \
             memory_limiter into every pipeline"
                .to_owned()
        )
    );
}

#[test]
fn a_memory_limiter_sees_to_it() {
    let limiter = "processors: {memory_limiter: {limit_percentage: 80}}\nservice:";
    let text = SOUND.replace("service:", limiter);
    let text =
        text.replace("receivers: [otlp]", "receivers: [otlp]\n      processors: [memory_limiter]");
    assert_eq!(bounds(&text).verdict(Some(MEBIBYTE)), MemoryVerdict::Fits);
    // The pipeline of traces is without one.
    let text = text.replacen("      processors: [memory_limiter]\n", "", 1);
    assert_ne!(bounds(&text).verdict(Some(MEBIBYTE)), MemoryVerdict::Fits);
    assert_ne!(bounds(SOUND).verdict(Some(MEBIBYTE)), MemoryVerdict::Fits);
}
