//! One transfer as one of its ends sees it, from its start to its one end.

use std::{borrow::Cow, fmt, sync::Arc, thread};

use inferometer_semconv::{
    attributes::{ERROR_TYPE, INFER_TRANSFER_SIZE},
    spans::INFER_TRANSFER,
};
use opentelemetry::{
    Context,
    trace::{Link, SpanBuilder, SpanKind, Status, TraceContextExt},
};

use super::{
    correction::Correction,
    edge::{EdgeState, Side},
    formulas::seconds_between,
    instruments::PANIC,
    labels::{count, pair},
    meters::{Add, Meters, Record},
    sent::Sent,
    timer::DROPPED,
    tracer::system_time,
};
use crate::metrics::{SampledSpan, Scope};

/// A transfer that has started. It ends once: finished, failed, or, if dropped, failed with the type `dropped`, or
/// `panic` if its thread is panicking.
///
/// | call | sender | receiver |
/// |---|---|---|
/// | [`sent`](Self::sent) | what to hand to the receiver | |
/// | [`moved`](Self::moved), [`moved_in_all`](Self::moved_in_all) | bytes that are through count at once | likewise |
/// | [`handed_over`](Self::handed_over) | transmit time ends here | decode time starts here |
/// | [`finish`](Self::finish) | the rest of the bytes, size, duration | likewise |
///
/// Without `handed_over`, all of the duration is transmit or decode time. Each call reads the clock once; those ending in
/// `_at` take nanoseconds since the Unix epoch instead.
#[must_use = "dropping it records a failure"]
pub struct Transfer<M: Meters = Scope> {
    edge: Arc<EdgeState<M>>,
    context: Context,
    /// Where its exemplars lead.
    span: Option<SampledSpan>,
    /// Whether `context` holds a span of its own.
    has_span: bool,
    /// Whether it counts towards the link's busy time.
    is_on_link: bool,
    bytes: u64,
    started: u64,
    handed_over: Option<u64>,
    latest: u64,
    is_over: bool,
}

impl<M: Meters> Transfer<M> {
    pub(super) fn started(
        edge: Arc<EdgeState<M>>,
        parent: &Context,
        sent: &Sent,
        unix_nanos: u64,
    ) -> Self {
        edge.active.add(1);
        let own = edge.start_span(parent, sent, unix_nanos);
        let has_span = own.is_some();
        let context = own.unwrap_or_else(|| parent.clone());
        let span = SampledSpan::of(&context);
        if span.is_some() {
            edge.expect_exemplars();
        }
        if let (Side::Receiver { in_flight, .. }, Some(sent)) = (&edge.side, sent.unix_nanos) {
            if sent > unix_nanos {
                edge.engine.corrections.count(Correction::ClockSkew);
            }
            in_flight.record_in_span(seconds_between(sent, unix_nanos), span);
        }
        Self {
            is_on_link: edge.link.begin(unix_nanos),
            has_span,
            context,
            span,
            edge,
            bytes: 0,
            started: unix_nanos,
            handed_over: None,
            latest: unix_nanos,
            is_over: false,
        }
    }

    /// The context that holds its span, or the parent's if it has none.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// What the receiver needs to know: hand it over with the bytes. The transfer counts as sent when it was handed
    /// over, or else now.
    #[must_use]
    pub fn sent(&self) -> Sent {
        let span = self.context.span().span_context().clone();
        let now = || self.edge.engine.clock.unix_nanos();
        Sent {
            span: span.is_valid().then_some(span),
            unix_nanos: Some(self.handed_over.unwrap_or_else(now)),
        }
    }

    /// This many more bytes are through. They count, also if the transfer fails later.
    pub fn moved(&mut self, bytes: u64) {
        self.moved_at(bytes, self.edge.engine.clock.unix_nanos());
    }

    /// As [`Transfer::moved`], at a time that the caller read.
    pub fn moved_at(&mut self, bytes: u64, unix_nanos: u64) {
        let at = self.advance(unix_nanos);
        if self.is_on_link {
            self.edge.link.carry(at);
        }
        self.count(bytes);
    }

    /// All in all, this many bytes are through: for a transport that tells running totals. One that fell is taken as
    /// unchanged, and counted as [`Correction::CumulativeDecrease`].
    pub fn moved_in_all(&mut self, bytes: u64) {
        if bytes < self.bytes {
            self.edge.engine.corrections.count(Correction::CumulativeDecrease);
        }
        self.moved(bytes.saturating_sub(self.bytes));
    }

    /// The transport has all that it needs of a sender, or has given all to a receiver. Said again it is ignored, and
    /// counted as [`Correction::RepeatedTransition`].
    pub fn handed_over(&mut self) {
        self.handed_over_at(self.edge.engine.clock.unix_nanos());
    }

    /// As [`Transfer::handed_over`], at a time that the caller read.
    pub fn handed_over_at(&mut self, unix_nanos: u64) {
        if self.handed_over.is_some() {
            return self.edge.engine.corrections.count(Correction::RepeatedTransition);
        }
        let at = self.advance(unix_nanos);
        self.handed_over = Some(at);
        if let Side::Sender { transmit } = &self.edge.side {
            transmit.record_in_span(seconds_between(self.started, at), self.span);
        }
    }

    /// The last `bytes` are through, besides those that [`moved`](Self::moved) reported.
    pub fn finish(self, bytes: u64) {
        let now = self.edge.engine.clock.unix_nanos();
        self.finish_at(bytes, now);
    }

    /// As [`Transfer::finish`], at a time that the caller read.
    pub fn finish_at(mut self, bytes: u64, unix_nanos: u64) {
        let at = self.end(unix_nanos);
        self.count(bytes);
        let edge = &*self.edge;
        if self.bytes > 0 {
            edge.size.record_in_span(self.bytes, self.span);
        }
        let took = seconds_between(self.started, at);
        edge.duration.record_in_span(&edge.engine, None, took, self.span);
        match (&edge.side, self.handed_over) {
            (Side::Sender { transmit }, None) => transmit.record_in_span(took, self.span),
            (Side::Receiver { decode, .. }, since) => {
                let since = since.unwrap_or(self.started);
                decode.record_in_span(seconds_between(since, at), self.span);
            }
            (Side::Sender { .. }, Some(_)) | (Side::Within, _) => {}
        }
        self.end_span(None, at);
    }

    /// It failed: the duration is recorded under this `error.type`, a word from a small set. Of its bytes those count
    /// that [`moved`](Self::moved) reported, because nobody knows about the others.
    pub fn fail(self, error_type: &str) {
        let now = self.edge.engine.clock.unix_nanos();
        self.fail_at(error_type, now);
    }

    /// As [`Transfer::fail`], at a time that the caller read.
    pub fn fail_at(mut self, error_type: &str, unix_nanos: u64) {
        self.end_failed(error_type, unix_nanos);
    }

    fn end_failed(&mut self, error_type: &str, unix_nanos: u64) {
        let at = self.end(unix_nanos);
        let edge = &*self.edge;
        let took = seconds_between(self.started, at);
        edge.duration.record_in_span(&edge.engine, Some(error_type), took, self.span);
        self.end_span(Some(error_type), at);
    }

    /// Leaves the link before its bytes count, so that these never show more than it carried.
    fn end(&mut self, unix_nanos: u64) -> u64 {
        self.is_over = true;
        let at = self.advance(unix_nanos);
        if self.is_on_link {
            self.edge.link.end(at);
        }
        self.edge.active.add(-1);
        at
    }

    fn count(&mut self, bytes: u64) {
        self.edge.io.add(bytes);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn advance(&mut self, unix_nanos: u64) -> u64 {
        if unix_nanos < self.latest {
            self.edge.engine.corrections.count(Correction::TimeWentBack);
        }
        self.latest = self.latest.max(unix_nanos);
        self.latest
    }

    fn end_span(&self, error_type: Option<&str>, at: u64) {
        if !self.has_span {
            return;
        }
        let span = self.context.span();
        if span.is_recording() {
            span.set_attribute(count(&INFER_TRANSFER_SIZE, self.bytes));
            if let Some(error_type) = error_type {
                let error_type: Cow<'static, str> = error_type.to_owned().into();
                span.set_attribute(pair(&ERROR_TYPE, error_type.clone()));
                span.set_status(Status::error(error_type));
            }
        }
        span.end_with_timestamp(system_time(at));
    }
}

impl<M: Meters> EdgeState<M> {
    /// The context of a new span under `parent` and linked to the sender's, or under the sender's; none without either.
    fn start_span(&self, parent: &Context, sent: &Sent, at: u64) -> Option<Context> {
        let own = parent.span().span_context().clone();
        let sender = sent.span.as_ref().filter(|span| span.span_id() != own.span_id());
        if !own.is_valid() && sender.is_none() {
            return None;
        }
        let kind = match &self.side {
            Side::Within => SpanKind::Internal,
            Side::Sender { .. } => SpanKind::Client,
            Side::Receiver { .. } => SpanKind::Server,
        };
        let span = SpanBuilder::from_name(INFER_TRANSFER.name)
            .with_kind(kind)
            .with_start_time(system_time(at))
            .with_attributes(self.span_attributes.clone());
        let tracer = &self.engine.tracer;
        Some(match sender {
            None => tracer.start(span, parent),
            Some(sender) if !own.is_valid() => {
                tracer.start(span, &parent.with_remote_span_context(sender.clone()))
            }
            Some(sender) => {
                let link = Link::with_context(sender.clone());
                tracer.start(span.with_links(vec![link]), parent)
            }
        })
    }
}

impl<M: Meters> Drop for Transfer<M> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let engine = &self.edge.engine;
        engine.corrections.count(Correction::DroppedUnfinished);
        let error_type = if thread::panicking() { PANIC } else { DROPPED };
        let now = engine.clock.unix_nanos();
        self.end_failed(error_type, now);
    }
}

impl<M: Meters> fmt::Debug for Transfer<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("edge", &self.edge.io)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
