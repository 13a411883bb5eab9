//! Keeps what people say to a model, and what it answers, out of telemetry.
//!
//! Nothing in this crate puts content on a span. Instrumentations beside it may, and a `tracing` span takes whatever is
//! among its fields; so the attributes that the conventions define for content are removed from every span before it
//! is queued, unless the program asked for them.

use inferometer_semconv::attributes::{
    GEN_AI_INPUT_MESSAGES, GEN_AI_OUTPUT_MESSAGES, GEN_AI_SYSTEM_INSTRUCTIONS,
    GEN_AI_TOOL_DEFINITIONS,
};
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;

/// The attributes that hold content.
const CONTENT: [&str; 4] = [
    GEN_AI_INPUT_MESSAGES.key,
    GEN_AI_OUTPUT_MESSAGES.key,
    GEN_AI_SYSTEM_INSTRUCTIONS.key,
    GEN_AI_TOOL_DEFINITIONS.key,
];

/// How long their keys are, so that most other keys are told apart without reading them.
const SHORTEST: usize = GEN_AI_INPUT_MESSAGES.key.len();
const LONGEST: usize = GEN_AI_SYSTEM_INSTRUCTIONS.key.len();

const _: () = {
    let mut index = 0;
    while index < CONTENT.len() {
        assert!(SHORTEST <= CONTENT[index].len() && CONTENT[index].len() <= LONGEST);
        index += 1;
    }
};

/// Removes content from the span and its events, and counts it among their dropped attributes.
pub(super) fn remove(span: &mut SpanData) {
    span.dropped_attributes_count += remove_from(&mut span.attributes);
    for event in &mut span.events.events {
        event.dropped_attributes_count += remove_from(&mut event.attributes);
    }
}

#[inline]
fn is_content(key: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&key.len()) && CONTENT.contains(&key)
}

fn remove_from(attributes: &mut Vec<KeyValue>) -> u32 {
    if !attributes.iter().any(|attribute| is_content(attribute.key.as_str())) {
        return 0;
    }
    let before = attributes.len();
    attributes.retain(|attribute| !is_content(attribute.key.as_str()));
    u32::try_from(before - attributes.len()).unwrap_or(u32::MAX)
}
