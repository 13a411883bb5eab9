//! The span SDK's way into the queue.

use std::{
    sync::{Arc, mpsc::RecvTimeoutError},
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    error::{OTelSdkError, OTelSdkResult},
    trace::{Span, SpanData, SpanProcessor},
};

use super::{content, lane::SpanLanes, truncate::truncate};
use crate::{export::thread::is_export_thread, fork};

/// How long a flush waits that comes through the span SDK, which gives it no timeout.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes finished spans into a queue that is bounded in number and bytes, and counts those that it does not take.
/// Ending a span takes no lock, allocates nothing unless a text is to be cut,
/// and logs nothing. Clones are the same processor.
#[derive(Debug, Clone)]
pub(super) struct BoundedSpanProcessor {
    lanes: Arc<SpanLanes>,
    /// Whether prompts and answers may leave.
    content: bool,
    /// Characters of a text on a span.
    text_length: Option<usize>,
}

impl BoundedSpanProcessor {
    pub(super) const fn new(
        lanes: Arc<SpanLanes>,
        content: bool,
        text_length: Option<usize>,
    ) -> Self {
        Self { lanes, content, text_length }
    }

    fn flush_within(&self, timeout: Duration) -> OTelSdkResult {
        let failed = |error: &str| OTelSdkError::InternalFailure(error.to_owned());
        fork::settle();
        let lane = self.lanes.here().ok_or(OTelSdkError::AlreadyShutdown)?;
        let pending = lane.ask().map_err(|error| {
            if error.is_shut_down() {
                OTelSdkError::AlreadyShutdown
            } else {
                failed(&error.to_string())
            }
        })?;
        match pending.0.recv_timeout(timeout) {
            Ok(outcome) => outcome.map_err(|error| failed(&error)),
            Err(RecvTimeoutError::Timeout) => Err(OTelSdkError::Timeout(timeout)),
            Err(RecvTimeoutError::Disconnected) => Err(failed("the export was given up")),
        }
    }
}

impl SpanProcessor for BoundedSpanProcessor {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        // A sampler may have a span recorded for other processors only. What an export itself does, as `tracing` spans of
        // its HTTP client, would be the cause of the next one.
        if !span.span_context.is_sampled() || is_export_thread() {
            return;
        }
        let Some(lane) = self.lanes.here() else { return };
        lane.put(span, |span| {
            if !self.content {
                content::remove(span);
            }
            if let Some(characters) = self.text_length {
                truncate(span, characters);
            }
        });
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.flush_within(FLUSH_TIMEOUT)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        // Lets no further span in, and counts those that come all the same.
        if let Some(lane) = self.lanes.here() {
            lane.queue().close();
        }
        self.flush_within(timeout)
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::{
        KeyValue, TraceId,
        trace::{Link, SpanKind, TraceState, Tracer, TracerProvider},
    };
    use opentelemetry_sdk::trace::{
        SamplingDecision, SamplingResult, SdkTracerProvider, ShouldSample,
    };

    use super::{super::SpanLimits, *};
    use crate::clock::SystemClock;

    #[derive(Debug, Clone)]
    struct RecordOnly;

    impl ShouldSample for RecordOnly {
        fn should_sample(
            &self,
            _: Option<&Context>,
            _: TraceId,
            _: &str,
            _: &SpanKind,
            _: &[KeyValue],
            _: &[Link],
        ) -> SamplingResult {
            SamplingResult {
                decision: SamplingDecision::RecordOnly,
                attributes: Vec::new(),
                trace_state: TraceState::NONE,
            }
        }
    }

    #[test]
    fn a_span_that_is_recorded_but_not_sampled_is_not_exported() {
        let limits = SpanLimits { queue: 8, bytes: 1 << 20, batch: 8 };
        let lanes = Arc::new(SpanLanes::new(limits, Arc::new(SystemClock::new())));
        let processor = BoundedSpanProcessor::new(Arc::clone(&lanes), false, None);
        let provider = SdkTracerProvider::builder()
            .with_sampler(RecordOnly)
            .with_span_processor(processor)
            .build();
        drop(provider.tracer("test").start("recorded"));
        assert_eq!(lanes.here().unwrap().queue().len(), 0);
    }
}
