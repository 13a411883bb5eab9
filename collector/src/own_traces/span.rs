//! One span, or none.

use std::fmt;

use opentelemetry::{
    KeyValue,
    trace::{Span, SpanContext, Status, TraceState},
};

/// A span that is recorded, or one that is not, or none. It ends when it is dropped, also with a request that is cut off.
#[derive(Default)]
pub(crate) struct OwnSpan {
    span: Option<opentelemetry_sdk::trace::Span>,
    context: Option<SpanContext>,
}

impl OwnSpan {
    pub(super) fn of(span: Option<opentelemetry_sdk::trace::Span>) -> Self {
        let context = span.as_ref().map(|span| {
            let of = span.span_context();
            // Without what its sender says of it beside, which nobody is told and may be long.
            let said = TraceState::default();
            SpanContext::new(of.trace_id(), of.span_id(), of.trace_flags(), false, said)
        });
        Self { span: span.filter(Span::is_recording), context }
    }

    /// Which it is, and whether it is recorded.
    pub(super) const fn context(&self) -> Option<&SpanContext> {
        self.context.as_ref()
    }

    pub(super) fn set(&mut self, key: &'static str, number: u64) {
        if let Some(span) = &mut self.span {
            span.set_attribute(KeyValue::new(key, i64::try_from(number).unwrap_or(i64::MAX)));
        }
    }

    /// It failed, for one of few reasons, and in these words.
    pub(crate) fn failed(&mut self, reason: &'static str, words: impl FnOnce() -> String) {
        if let Some(span) = &mut self.span {
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
