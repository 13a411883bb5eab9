//! Cuts long texts on spans, where the program set a limit; the span SDK has none for them.

use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// Leaves at most so many characters of every text on the span, its events and its links.
pub(super) fn truncate(span: &mut SpanData, characters: usize) {
    let events = span.events.events.iter_mut().flat_map(|event| &mut event.attributes);
    let links = span.links.links.iter_mut().flat_map(|link| &mut link.attributes);
    for attribute in span.attributes.iter_mut().chain(events).chain(links) {
        truncate_value(attribute, characters);
    }
}

fn truncate_value(attribute: &mut KeyValue, characters: usize) {
    match &mut attribute.value {
        Value::String(text) => truncate_text(text, characters),
        Value::Array(Array::String(texts)) => {
            texts.iter_mut().for_each(|text| truncate_text(text, characters));
        }
        // Numbers have no length.
        _ => {}
    }
}

fn truncate_text(text: &mut StringValue, characters: usize) {
    // No text has more characters than bytes.
    if text.as_str().len() > characters
        && let Some((end, _)) = text.as_str().char_indices().nth(characters)
    {
        *text = text.as_str()[..end].to_owned().into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: impl Into<Value>, characters: usize, expected: impl Into<Value>) {
        let mut attribute = KeyValue::new("key", value);
        truncate_value(&mut attribute, characters);
        assert_eq!(attribute.value, expected.into());
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        check("h\u{e4}\u{df}lich", 3, "h\u{e4}\u{df}");
        check("short", 5, "short");
        check("\u{1f600}\u{1f600}", 2, "\u{1f600}\u{1f600}");
        check("gone", 0, "");
    }

    #[test]
    fn each_text_of_a_list_is_cut_and_nothing_else() {
        let list = |texts: [&'static str; 2]| {
            Value::Array(Array::String(texts.map(StringValue::from).to_vec()))
        };
        check(list(["long", "s"]), 2, list(["lo", "s"]));
        check(123_456, 2, 123_456);
    }
}
