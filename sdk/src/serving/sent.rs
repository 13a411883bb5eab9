//! What a sender tells the receiver of a transfer, beside its bytes.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;

/// The key under which the time of sending travels, as decimal nanoseconds since the Unix epoch.
const SENT_KEY: &str = "infer-transfer-sent";

/// When a transfer was sent and as which span; [`Transfer::sent`](super::Transfer::sent) gives it, the receiver's
/// [`Edge::receive`](super::Edge::receive) takes it.
///
/// Within a process it is handed over as it is. Between processes it travels in any text map, such as the header of a
/// message: `traceparent` and `tracestate` by W3C Trace Context, and `infer-transfer-sent`. A part that is missing or
/// malformed is not known, and nothing is recorded for it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sent {
    pub(super) span: Option<SpanContext>,
    pub(super) unix_nanos: Option<u64>,
}

impl Sent {
    /// A context in the sender's span, for a request that the receiver makes of the transfer; empty if there is none.
    #[must_use]
    pub fn context(&self) -> Context {
        let context = Context::new();
        match &self.span {
            Some(span) => context.with_remote_span_context(span.clone()),
            None => context,
        }
    }

    /// Writes it into a text map.
    pub fn inject(&self, map: &mut dyn Injector) {
        TraceContextPropagator::new().inject_context(&self.context(), map);
        if let Some(unix_nanos) = self.unix_nanos {
            map.set(SENT_KEY, unix_nanos.to_string());
        }
    }

    /// Reads it from a text map.
    #[must_use]
    pub fn extract(map: &dyn Extractor) -> Self {
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), map);
        let span = context.span().span_context().clone();
        Self {
            span: span.is_valid().then_some(span),
            unix_nanos: map.get(SENT_KEY).and_then(|text| text.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    fn a_span() -> SpanContext {
        let state = TraceState::from_key_value([("vendor", "7")]).unwrap();
        SpanContext::new(TraceId::from(7), SpanId::from(9), TraceFlags::SAMPLED, true, state)
    }

    #[test]
    fn a_text_map_carries_the_trace_and_the_time() {
        let sent = Sent { span: Some(a_span()), unix_nanos: Some(1_700_000_000_123_456_789) };
        let mut map = HashMap::new();
        sent.inject(&mut map);
        let trace = "00-00000000000000000000000000000007-0000000000000009-01";
        assert_eq!(map["traceparent"], trace, "W3C Trace Context");
        assert_eq!(Sent::extract(&map), sent);
    }

    #[test]
    fn what_is_missing_or_malformed_is_not_known() {
        let map: HashMap<String, String> = [("traceparent", "00-zz-0-1"), (SENT_KEY, "-5")]
            .map(|(k, v)| (k.into(), v.into()))
            .into();
        assert_eq!(Sent::extract(&map), Sent::default());
        let mut nothing = HashMap::new();
        Sent::default().inject(&mut nothing);
        assert_eq!(nothing, HashMap::<String, String>::new());
    }
}
