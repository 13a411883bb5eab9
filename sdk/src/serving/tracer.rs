//! Any OpenTelemetry tracer behind one small interface.

use std::{
    any::TypeId,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    Context,
    trace::{Span, SpanBuilder, TraceContextExt, Tracer, noop::NoopTracer},
};

/// What the serving layer needs of a tracer. Every [`Tracer`] has it.
pub(crate) trait StartSpan: Send + Sync {
    /// The context of a new span under `parent`.
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context;

    /// A span that is over already.
    fn emit(&self, span: SpanBuilder, parent: &Context, ended: SystemTime);

    /// Whether it is known to make no span, so that nothing need be put together for one.
    fn is_noop(&self) -> bool;
}

impl<T> StartSpan for T
where
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync + 'static,
{
    fn start(&self, span: SpanBuilder, parent: &Context) -> Context {
        parent.with_span(self.build_with_context(span, parent))
    }

    fn emit(&self, span: SpanBuilder, parent: &Context, ended: SystemTime) {
        self.build_with_context(span, parent).end_with_timestamp(ended);
    }

    fn is_noop(&self) -> bool {
        TypeId::of::<T>() == TypeId::of::<NoopTracer>()
    }
}

/// A clock reading as spans want it.
pub(crate) fn system_time(unix_nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix_nanos)
}
