//! A line of the log as a JSON object.

use std::{error::Error, fmt};

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::now;

/// The field that is the text of an event.
pub(super) const MESSAGE: &str = "message";

/// Writes events as objects. Fields are below `fields`, so that none takes the place of another key.
#[derive(Debug)]
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut read = Read::default();
        event.record(&mut read);
        let metadata = event.metadata();
        let message = read.message.unwrap_or_default();
        let level = metadata.level().as_str();
        writeln!(writer, "{}", line(&now(), level, metadata.target(), &message, read.fields))
    }
}

/// One line, without its end.
pub(super) fn line(
    timestamp: &str,
    level: &str,
    target: &str,
    message: &str,
    fields: Map<String, Value>,
) -> String {
    let line = Line { timestamp, level, target, message, fields };
    // Fails for keys that are no text, of which there are none.
    serde_json::to_string(&line).unwrap_or_default()
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: &'a str,
    level: &'a str,
    target: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    fields: Map<String, Value>,
}

/// What an event says.
#[derive(Debug, Default)]
struct Read {
    message: Option<String>,
    fields: Map<String, Value>,
}

impl Read {
    fn set(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            // The text comes first; a field may have the same name.
            (MESSAGE, Value::String(text)) if self.message.is_none() => self.message = Some(text),
            (name, value) => {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Read {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // What JSON has no number for is text.
        let number = serde_json::Number::from_f64(value).map(Value::Number);
        self.set(field, number.unwrap_or_else(|| Value::String(value.to_string())));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.set(field, value.to_string().into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{layer::SubscriberExt, registry};

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The one line that this logs.
    fn logged(log: impl FnOnce()) -> Value {
        let memory = Memory::default();
        let written = memory.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || memory.clone());
        let subscriber = registry().with(layer.event_format(JsonLines));
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        let mut line: Value = serde_json::from_str(&text).unwrap();
        let timestamp = line["timestamp"].take();
        assert!(timestamp.as_str().is_some_and(|text| text.ends_with('Z')), "{timestamp}");
        line
    }

    #[test]
    fn an_event_keeps_its_text_and_the_kinds_of_its_fields() {
        let cause = io::Error::other("a\n\u{1b}[31m\"b\"");
        let line = logged(|| {
            tracing::warn!(target: "t", items = 7_u64, gap = -1_i64, ratio = 0.5, nan = f64::NAN,
                is_full = true, name = "otlp", %cause, "{} failed", "it");
        });
        let expected = serde_json::json!({
            "timestamp": null, "level": "WARN", "target": "t", "message": "it failed",
            "fields": {
                "items": 7, "gap": -1, "ratio": 0.5, "nan": "NaN", "is_full": true, "name": "otlp",
                "cause": "a\n\u{1b}[31m\"b\"",
            },
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn a_field_takes_the_place_of_no_other_key() {
        let message = "of the field";
        let line = logged(|| tracing::info!(target: "t", message, level = 1, "of the event"));
        assert_eq!(line["message"], "of the event");
        assert_eq!(line["fields"], serde_json::json!({"message": "of the field", "level": 1}));
        assert_eq!(line["level"], "INFO");
    }
}
