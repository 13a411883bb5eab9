//! What becomes of spans.

use std::time::Duration;

use opentelemetry_sdk::trace::{Sampler, SpanLimits};

use super::TelemetryBuilder;
use crate::{export::Exporter, telemetry::Sampling};

/// What becomes of spans.
impl TelemetryBuilder {
    /// The longest time that a finished span waits for its export; at least 1 ms. Default: 5 s.
    #[must_use]
    pub fn span_delay(mut self, delay: Duration) -> Self {
        self.settings.span_delay = delay.max(Duration::from_millis(1));
        self
    }

    /// Bytes that finished spans may hold until their export is over; further spans are dropped and counted as
    /// `queue_full`, one that alone holds more as `span_too_large`. An estimate: text by its length, lists by their room.
    /// What the request is made of comes on top, once for the batch that is on its way. Default: 16 MiB.
    #[must_use]
    pub fn span_queue_bytes(mut self, bytes: usize) -> Self {
        self.settings.span_limits.bytes = bytes;
        self
    }

    /// Whether what people say to a model, and what it answers, may leave on spans: the attributes
    /// `gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions` and `gen_ai.tool.definitions`.
    /// This crate sets none of them; other instrumentation in the process may. Default: no, they are removed from spans
    /// and their events, and counted there as dropped attributes.
    #[must_use]
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.settings.content = capture;
        self
    }

    /// Whether spans are recorded and exported. `false` is [`Exporter::None`] for traces. Default: yes.
    #[must_use]
    pub fn traces(mut self, traces: bool) -> Self {
        match (traces, &self.settings.traces.exporter) {
            (false, _) => self.settings.traces.exporter = Exporter::None,
            (true, Exporter::None) => self.settings.traces.exporter = Exporter::Otlp,
            (true, _) => {}
        }
        self
    }

    /// Time for one export of spans, whatever the exporter, retries included; the shorter of this and
    /// [`TelemetryBuilder::timeout`] holds. Default: 30 s.
    #[must_use]
    pub fn span_export_timeout(mut self, timeout: Duration) -> Self {
        self.settings.traces.timeout = timeout;
        self
    }

    /// Finished spans that may wait, from 1 to 65536; further ones are dropped and counted as `queue_full`. Default: 2048.
    #[must_use]
    pub fn span_queue_size(mut self, spans: usize) -> Self {
        self.settings.span_limits.queue = spans;
        self
    }

    /// Spans in one export, from 1 to as many as may wait. Default: 512.
    #[must_use]
    pub fn span_batch_size(mut self, spans: usize) -> Self {
        self.settings.span_limits.batch = spans;
        self
    }

    /// Which spans are recorded. Default: those whose parent is, and all without a parent.
    #[must_use]
    pub fn sampler(mut self, sampler: Sampler) -> Self {
        self.settings.sampling = Sampling::Given(sampler);
        self
    }

    /// How many attributes, events and links a span may have; further ones are dropped and counted on it. Default: 128 of
    /// each.
    #[must_use]
    pub fn trace_limits(mut self, limits: SpanLimits) -> Self {
        self.settings.trace_limits = limits;
        self
    }

    /// Characters of a text on a span, an event or a link; a longer one is cut off when the span ends, which allocates.
    /// Default: any number.
    #[must_use]
    pub fn span_text_length(mut self, characters: usize) -> Self {
        self.settings.text_length = Some(characters);
        self
    }
}
