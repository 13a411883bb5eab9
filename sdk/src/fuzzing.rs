//! What the fuzz target of `fuzz/` for headers calls: it takes any bytes, and panics if what must always hold of them does
//! not.

use std::collections::HashMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    baggage::BaggageExt,
    propagation::TextMapPropagator,
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::BaggagePropagator;

use crate::{
    serving::Sent,
    tower::{extract, inject},
};

/// What the lines of an input are the values of.
const NAMES: [&str; 4] = ["traceparent", "tracestate", "baggage", "infer-transfer-sent"];

/// Lines are the values of headers. A `traceparent` that follows W3C Trace Context to the letter is taken as it says; what
/// is taken goes on in headers that follow it, and comes out of them again as it was.
pub fn trace_context(data: &[u8]) {
    let mut headers = HeaderMap::new();
    let mut map = HashMap::new();
    for (name, value) in NAMES.into_iter().zip(data.split(|byte| *byte == b'\n')) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Ok(value) = std::str::from_utf8(value) {
            map.insert(name.to_owned(), value.to_owned());
        }
    }
    let seen = span_of(&extract(&headers));
    let text = headers.get(NAMES[0]).and_then(|value| value.to_str().ok());
    if let Some(expected) = text.and_then(strict) {
        assert_eq!(seen.as_ref().map(ids), Some(expected), "{text:?}");
    }
    goes_on(seen.as_ref());

    let sent = Sent::extract(&map);
    let mut again = HashMap::new();
    sent.inject(&mut again);
    assert_eq!(Sent::extract(&again), sent, "{map:?} as {again:?}");

    let baggage = BaggagePropagator::new().extract(&map);
    assert!(baggage.baggage().len() <= 64, "{map:?}");
}

/// What is taken goes on in headers, and comes out again.
fn goes_on(seen: Option<&SpanContext>) {
    let mut headers = HeaderMap::new();
    let context = seen
        .map_or_else(Context::new, |span| Context::new().with_remote_span_context(span.clone()));
    inject(&context, &mut headers);
    let text = headers.get(NAMES[0]).and_then(|value| value.to_str().ok());
    assert_eq!(text.and_then(strict), seen.map(ids), "{text:?}");
    if let Some(again) = span_of(&extract(&headers)) {
        assert_eq!(Some(ids(&again)), seen.map(ids));
        // A list that cannot be a header is left out.
        let is_left_out = !headers.contains_key(NAMES[1]);
        let states = (Some(again.trace_state()), seen.map(SpanContext::trace_state));
        assert!(is_left_out || states.0 == states.1, "{states:?}");
    }
}

fn span_of(context: &Context) -> Option<SpanContext> {
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// Trace, span, and whether it is sampled.
type Ids = (String, String, bool);

fn ids(span: &SpanContext) -> Ids {
    (span.trace_id().to_string(), span.span_id().to_string(), span.is_sampled())
}

/// What a `traceparent` of version 00 says that follows the specification to the letter.
fn strict(text: &str) -> Option<Ids> {
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, span, flags] = parts[..] else { return None };
    let is_hex = |part: &str, length| {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        part.len() == length && part.bytes().all(is_digit)
    };
    let is_set = |part: &str| part.bytes().any(|byte| byte != b'0');
    let is_whole = version == "00" && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (is_whole && is_set(trace) && is_set(span)).then(|| (trace.into(), span.into(), flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_kept_input_holds_what_its_target_asks() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/trace_context");
        let inputs = fs::read_dir(&folder).unwrap();
        let count = inputs.map(|entry| trace_context(&fs::read(entry.unwrap().path()).unwrap()));
        assert!(count.count() > 0, "{} is empty", folder.display());
        trace_context(&[]);
    }
}
