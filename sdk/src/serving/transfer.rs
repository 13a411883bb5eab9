//! One transfer, from its start to its one end.

use std::{borrow::Cow, fmt, sync::Arc};

use inferometer_semconv::attributes::ERROR_TYPE;
use opentelemetry::{
    Context,
    trace::{Status, TraceContextExt},
};

use super::{
    correction::Correction,
    edge::EdgeState,
    formulas::seconds_between,
    labels::pair,
    meters::{Add, Meters, Record},
    tracer::system_time,
};
use crate::metrics::Scope;

/// The `error.type` of a transfer that was dropped without an end.
const DROPPED: &str = "dropped";

/// A transfer that has started. It ends once: finished, failed, or, if dropped, failed with the type `dropped`.
#[must_use = "dropping it records a failure"]
pub struct Transfer<M: Meters = Scope> {
    edge: Arc<EdgeState<M>>,
    context: Context,
    bytes: u64,
    started: u64,
    is_over: bool,
}

impl<M: Meters> Transfer<M> {
    pub(super) const fn started(
        edge: Arc<EdgeState<M>>,
        context: Context,
        bytes: u64,
        started: u64,
    ) -> Self {
        Self { edge, context, bytes, started, is_over: false }
    }

    /// The context to hand to the other end: that of its span, or for payloads without one the parent's.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// The last byte is in place: counts bytes, size and duration.
    pub fn finish(mut self) {
        self.end(None);
    }

    /// It failed: the duration is recorded under this `error.type`, a word from a small set; no bytes are counted,
    /// because nobody knows how many arrived.
    pub fn fail(mut self, error_type: &str) {
        self.end(Some(error_type));
    }

    fn end(&mut self, error_type: Option<&str>) {
        self.is_over = true;
        let edge = &*self.edge;
        let now = edge.engine.clock.unix_nanos();
        let ended = now.max(self.started);
        if ended > now {
            edge.engine.corrections.count(Correction::TimeWentBack);
        }
        let duration = seconds_between(self.started, ended);
        edge.active.add(-1);
        match error_type {
            None => {
                edge.io.add(self.bytes);
                edge.size.record(self.bytes);
                edge.duration.record(duration);
            }
            Some(error_type) => edge.record_failure(error_type, duration),
        }
        if edge.span_kind.is_some() {
            let span = self.context.span();
            if let Some(error_type) = error_type.filter(|_| span.is_recording()) {
                let error_type: Cow<'static, str> = error_type.to_owned().into();
                span.set_attribute(pair(&ERROR_TYPE, error_type.clone()));
                span.set_status(Status::error(error_type));
            }
            span.end_with_timestamp(system_time(ended));
        }
    }
}

impl<M: Meters> Drop for Transfer<M> {
    fn drop(&mut self) {
        if !self.is_over {
            self.end(Some(DROPPED));
        }
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
