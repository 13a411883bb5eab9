//! The ids of a sampled span.

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceId},
};

/// A span that is sampled, so that somebody may look it up: what an exemplar points to. 24 bytes, to be copied.
///
/// Code that works for a request without having its span current looks the span up once, and hands it in with each
/// record: see [`Histogram::record_in_span`](crate::Histogram::record_in_span).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SampledSpan {
    trace_id: [u8; 16],
    span_id: [u8; 8],
}

impl SampledSpan {
    /// The span in this context, if there is one and it is sampled; also a remote one.
    #[must_use]
    pub fn of(context: &Context) -> Option<Self> {
        Self::of_span_context(context.span().span_context())
    }

    /// This span, if it is valid and sampled.
    #[must_use]
    pub fn of_span_context(span: &SpanContext) -> Option<Self> {
        (span.is_sampled() && span.is_valid()).then(|| Self {
            trace_id: span.trace_id().to_bytes(),
            span_id: span.span_id().to_bytes(),
        })
    }

    /// The trace that it belongs to.
    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        TraceId::from_bytes(self.trace_id)
    }

    /// The span itself.
    #[must_use]
    pub const fn span_id(&self) -> SpanId {
        SpanId::from_bytes(self.span_id)
    }

    /// Both as OTLP has them.
    pub(crate) const fn id_bytes(&self) -> (&[u8; 16], &[u8; 8]) {
        (&self.trace_id, &self.span_id)
    }
}
