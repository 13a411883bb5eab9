//! One span, or none.

use std::fmt;

use opentelemetry::{
    KeyValue,
    trace::{Span, SpanContext, Status},
};

/// A span that is recorded, or nothing. It ends when it is dropped, also with a request that is cut off.
#[derive(Default)]
pub(crate) struct OwnSpan(Option<opentelemetry_sdk::trace::Span>);

impl OwnSpan {
    /// The span, if it is recorded.
    pub(super) fn of(span: Option<opentelemetry_sdk::trace::Span>) -> Self {
        Self(span.filter(Span::is_recording))
    }

    pub(super) fn context(&self) -> Option<SpanContext> {
        self.0.as_ref().map(|span| span.span_context().clone())
    }

    pub(super) fn set(&mut self, key: &'static str, number: u64) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(KeyValue::new(key, i64::try_from(number).unwrap_or(i64::MAX)));
        }
    }

    /// It failed, for one of few reasons, and in these words.
    pub(crate) fn failed(&mut self, reason: &'static str, words: impl FnOnce() -> String) {
        if let Some(span) = &mut self.0 {
            let key = inferometer_semconv::attributes::ERROR_TYPE.key;
            span.set_attribute(KeyValue::new(key, reason));
            span.set_status(Status::error(words()));
        }
    }
}

impl fmt::Debug for OwnSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnSpan").field(&self.context()).finish()
    }
}
