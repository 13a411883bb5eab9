//! How much memory a finished span holds, closely enough for a limit.

use opentelemetry::{
    Array, KeyValue, StringValue, Value,
    trace::{Event, Link, Status, TraceState},
};
use opentelemetry_sdk::trace::SpanData;

/// The bytes that a span holds while it waits. Text counts by its length, also where it is a constant of the program;
/// what allocators add does not count.
pub(super) fn held_bytes(span: &SpanData) -> usize {
    let events: usize = span.events.iter().map(event).sum();
    let links: usize = span.links.iter().map(link).sum();
    size_of::<SpanData>()
        + span.name.len()
        + attributes(&span.attributes, span.attributes.capacity())
        + events
        + span.events.events.capacity() * size_of::<Event>()
        + links
        + span.links.links.capacity() * size_of::<Link>()
        + trace_state(span.span_context.trace_state())
        + status(&span.status)
}

fn attributes(attributes: &[KeyValue], capacity: usize) -> usize {
    let held: usize = attributes.iter().map(attribute).sum();
    held + capacity * size_of::<KeyValue>()
}

fn attribute(attribute: &KeyValue) -> usize {
    let value = match &attribute.value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::Bool(values)) => values.capacity(),
        Value::Array(Array::I64(values)) => values.capacity() * size_of::<i64>(),
        Value::Array(Array::F64(values)) => values.capacity() * size_of::<f64>(),
        Value::Array(Array::String(values)) => {
            let texts: usize = values.iter().map(|text| text.as_str().len()).sum();
            texts + values.capacity() * size_of::<StringValue>()
        }
        // Numbers are inside; a kind that the API may add one day counts as one.
        _ => 0,
    };
    attribute.key.as_str().len() + value
}

fn event(event: &Event) -> usize {
    event.name.len() + attributes(&event.attributes, event.attributes.capacity())
}

fn link(link: &Link) -> usize {
    let state = trace_state(link.span_context.trace_state());
    state + attributes(&link.attributes, link.attributes.capacity())
}

/// Its text is made for this, but only where there is one.
fn trace_state(state: &TraceState) -> usize {
    if *state == TraceState::NONE { 0 } else { state.header().len() }
}

fn status(status: &Status) -> usize {
    match status {
        Status::Error { description } => description.len(),
        Status::Unset | Status::Ok => 0,
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;
    use opentelemetry::trace::{Span as _, SpanContext, SpanId, Tracer, TracerProvider};
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

    use super::*;

    /// A span with something of everything, none of it constant text.
    fn span(scale: usize) -> SpanData {
        let text = |name: &str| name.repeat(scale);
        let texts = Value::Array(Array::String(vec![text("a").into(), text("b").into()]));
        let attributes = vec![
            KeyValue::new(text("key"), text("value")),
            KeyValue::new(text("texts"), texts),
            KeyValue::new(text("numbers"), Value::Array(Array::I64(vec![1; scale]))),
            KeyValue::new(text("number"), 1),
        ];
        let state = TraceState::from_key_value([("vendor", text("state"))]).unwrap();
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let tracer = provider.tracer("test");
        let link = SpanContext::new(
            opentelemetry::TraceId::from(1),
            SpanId::from(1),
            opentelemetry::TraceFlags::SAMPLED,
            true,
            state,
        );
        let builder = tracer
            .span_builder(text("name"))
            .with_attributes(attributes.clone())
            .with_links(vec![Link::new(link, attributes.clone(), 0)])
            .with_events(vec![Event::new(text("event"), std::time::UNIX_EPOCH, attributes, 0)]);
        let mut span = tracer.build(builder);
        span.set_status(Status::error(text("status")));
        drop(span);
        exporter.get_finished_spans().unwrap().remove(0)
    }

    /// A copy allocates what the span holds, which the allocator tells.
    #[test]
    fn the_estimate_is_what_a_span_allocates() {
        for scale in [1, 50] {
            let span = span(scale);
            let mut copy = None;
            let allocated = measure(|| copy = Some(span.clone())).bytes_current;
            let copy = copy.unwrap();
            let estimate = held_bytes(&copy) - size_of::<SpanData>();
            let allocated = usize::try_from(allocated).unwrap();
            let off = estimate.abs_diff(allocated);
            assert!(off * 20 <= allocated, "{estimate} of {allocated} at scale {scale}");
        }
    }
}
