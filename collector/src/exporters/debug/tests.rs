//! What is said about a request, and which requests are shown.

use bytes::Bytes;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

use super::*;
use crate::{
    config::Verbosity,
    pipeline::{Ack, Counts, Item, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
};

fn item(spans: usize) -> Item {
    let span = Span { name: "prefill\n".to_owned(), trace_id: vec![0xab; 2], ..Span::default() };
    let scope_spans = vec![ScopeSpans { spans: vec![span; spans], ..ScopeSpans::default() }];
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }],
    };
    Item {
        signal: Signal::Traces,
        bytes: Bytes::from(request.encode_to_vec()),
        counts: Counts { items: spans as u64 },
        tenant: Tenant::default(),
        ack: Ack::ignored(),
        traced: Default::default(),
    }
}

/// What is said about a request of so many spans.
fn text(spans: usize, verbosity: Verbosity) -> String {
    let queue = Queue::new("debug", &QueueSettings::default(), &SelfMetrics::default());
    let item = item(spans);
    let place = crate::pipeline::Exporter::reserve(&queue, &item).unwrap();
    place.commit(item);
    let Next::Waiting(waiting) = queue.next_within(Duration::ZERO) else {
        panic!("one waits");
    };
    text::of(&waiting, verbosity)
}

#[test]
fn more_is_said_the_more_is_asked_for() {
    let basic = "1 spans of 1 resources in 20 bytes";
    assert_eq!(text(1, Verbosity::Basic), basic);
    let normal = format!("{basic}\n  span \"prefill\\n\": trace abab, id ");
    assert_eq!(text(1, Verbosity::Normal), normal);
    let detailed = text(1, Verbosity::Detailed);
    assert!(detailed.contains("name: \"prefill\\n\""), "{detailed}");
}

#[test]
fn what_is_said_is_bounded() {
    let normal = text(500, Verbosity::Normal);
    assert!(normal.ends_with("\n  and 300 further ones"), "{normal}");
    let detailed = text(500, Verbosity::Detailed);
    assert!(detailed.len() < 65 << 10);
    assert!(detailed.ends_with("... and more"));
}

#[test]
fn a_request_that_becomes_huge_is_not_decoded() {
    for verbosity in [Verbosity::Normal, Verbosity::Detailed] {
        let text = text(200_000, verbosity);
        assert!(text.starts_with("200000 spans"), "{text}");
        assert!(text.ends_with(", too large to be shown"), "{text}");
    }
}

#[test]
fn the_first_requests_of_a_second_are_shown_and_then_each_so_manieth() {
    let mut sampler = Sampler::new(2, 3);
    let begin = Instant::now();
    let shown = |sampler: &mut Sampler, now| (0..9).map(|_| sampler.takes(now)).collect::<Vec<_>>();
    let expected = [true, true, false, false, true, false, false, true, false];
    assert_eq!(shown(&mut sampler, begin), expected);
    assert_eq!(shown(&mut sampler, begin + Duration::from_secs(1)), expected);
    let mut first_only = Sampler::new(1, 0);
    assert_eq!(shown(&mut first_only, begin).iter().filter(|shown| **shown).count(), 1);
}

#[tokio::test]
async fn what_was_shown_or_passed_over_is_counted_as_exported() {
    let metrics = Arc::new(SelfMetrics::default());
    let settings = DebugExporterSettings { sampling_thereafter: 0, ..Default::default() };
    let debug = DebugExporter::start("debug", &settings, &metrics).unwrap();
    for _ in 0..10 {
        let (exporter, item) = (debug.exporter(), item(2));
        let place = exporter.reserve(&item).unwrap();
        place.commit(item);
    }
    debug.shutdown(Duration::from_secs(10)).await;
    let exported = metrics.counts().filter(|count| count.counter == SelfCounter::Exported);
    assert_eq!(exported.map(|count| count.value).sum::<u64>(), 20);
}
