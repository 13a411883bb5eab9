//! One call and its span, from the head of the request to the last chunk of the response.

use std::{fmt, sync::Arc, thread};

use http::{HeaderMap, Request, header::CONTENT_LENGTH, response::Parts};
use http_body::Body;
use inferometer_semconv::{
    attributes::{ERROR_TYPE, INFER_RESPONSE_END, ResponseEnd},
    events::{INFER_RESPONSE_FIRST_CHUNK, INFER_RESPONSE_LAST_CHUNK},
};
use opentelemetry::{
    Context,
    trace::{SpanKind, SpanRef, Status, TraceContextExt},
};

use super::{
    grpc_call::GrpcCall,
    headers::{self, extract},
    http_call::HttpCall,
    layer::ServerLayer,
};
use crate::{
    clock::Clock,
    serving::{PANIC, pair, system_time},
};

/// Ends its span when it is told to, or else when it is dropped: a span that has ended notices nothing more.
pub(super) struct Call {
    context: Context,
    clock: Arc<dyn Clock>,
    protocol: Protocol,
    is_responding: bool,
    chunks: Chunks,
    /// Bytes of the body that the head of the response promised and that have not come yet.
    remaining: Option<u64>,
}

/// What names and judges a call.
pub(super) enum Protocol {
    Http(HttpCall),
    Grpc(GrpcCall),
}

/// Chunks that carried anything.
#[derive(Default)]
struct Chunks {
    count: u64,
    last: u64,
}

impl Call {
    pub(super) fn begin<B>(layer: &ServerLayer, request: &Request<B>) -> Self {
        // A layer further out was first.
        let outer = request.extensions().get::<Context>().filter(|outer| outer.has_active_span());
        let parent = outer.cloned().unwrap_or_else(|| extract(request.headers()));
        let (protocol, span) = match GrpcCall::of(request) {
            Some((call, span)) => (Protocol::Grpc(call), span),
            None => {
                let (call, span) = HttpCall::of(request, layer.route);
                (Protocol::Http(call), span)
            }
        };
        let started = system_time(layer.clock.unix_nanos());
        let span = span.with_kind(SpanKind::Server).with_start_time(started);
        Self {
            context: layer.tracer.start(span, &parent),
            clock: Arc::clone(&layer.clock),
            protocol,
            is_responding: layer.is_responding,
            chunks: Chunks::default(),
            remaining: None,
        }
    }

    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    /// There is a response. One without a body is over.
    pub(super) fn respond(&mut self, head: &mut Parts, body: &impl Body) {
        if self.is_responding {
            headers::respond(&self.context, &mut head.headers);
        }
        let has_body = match &mut self.protocol {
            Protocol::Http(call) => {
                call.respond(&self.context.span(), head.status);
                self.remaining = content_length(&head.headers);
                call.has_body(head.status) && self.remaining != Some(0)
            }
            Protocol::Grpc(call) => {
                call.look_for_status(&head.headers);
                true
            }
        };
        if !has_body || body.is_end_stream() {
            self.complete();
        }
    }

    /// A chunk of so many bytes.
    pub(super) fn chunk(&mut self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        self.chunks.last = self.clock.unix_nanos();
        self.chunks.count += 1;
        if self.chunks.count == 1 {
            let at = system_time(self.chunks.last);
            let event = INFER_RESPONSE_FIRST_CHUNK.name;
            self.context.span().add_event_with_timestamp(event, at, Vec::new());
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining = remaining.saturating_sub(bytes as u64);
            // A server drops a body that has kept the promise of its head, without asking for its end.
            if *remaining == 0 {
                self.complete();
            }
        }
    }

    pub(super) fn trailers(&mut self, trailers: &HeaderMap) {
        if let Protocol::Grpc(call) = &mut self.protocol {
            call.look_for_status(trailers);
        }
    }

    pub(super) fn complete(&self) {
        self.end(ResponseEnd::Complete, None);
    }

    /// The handler or the body broke.
    pub(super) fn fail(&self, error_type: &'static str) {
        self.end(ResponseEnd::Failed, Some(error_type));
    }

    pub(super) fn panicked(&self) {
        self.fail(PANIC);
    }

    fn end(&self, how: ResponseEnd, broke: Option<&'static str>) {
        let span = self.context.span();
        if span.is_recording() {
            self.describe(&span, how, broke);
        }
        span.end_with_timestamp(system_time(self.clock.unix_nanos()));
    }

    fn describe(&self, span: &SpanRef<'_>, how: ResponseEnd, broke: Option<&'static str>) {
        if self.chunks.count > 1 {
            let at = system_time(self.chunks.last);
            span.add_event_with_timestamp(INFER_RESPONSE_LAST_CHUNK.name, at, Vec::new());
        }
        span.set_attribute(pair(&INFER_RESPONSE_END, how.as_str()));
        let judged = match &self.protocol {
            Protocol::Http(call) => call.judge(),
            Protocol::Grpc(call) => call.judge(span),
        };
        if let Some(error_type) = broke.map(Into::into).or(judged) {
            span.set_attribute(pair(&ERROR_TYPE, error_type));
            // Upstream: no description where an attribute says it already.
            span.set_status(Status::error(""));
        }
    }
}

/// The length that a response promises, if it does.
fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl Drop for Call {
    fn drop(&mut self) {
        if thread::panicking() {
            self.panicked();
        } else {
            self.end(ResponseEnd::Cancelled, None);
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.context.span();
        f.debug_struct("Call").field("span", span.span_context()).finish_non_exhaustive()
    }
}
