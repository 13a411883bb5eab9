//! How contexts are carried between processes: the words of `OTEL_PROPAGATORS`.

use opentelemetry::propagation::{TextMapCompositePropagator, TextMapPropagator};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

/// A way in which contexts are carried in the headers of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Propagator {
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext,
    /// W3C Baggage: `baggage`.
    Baggage,
}

impl Propagator {
    /// What is used where nobody chose.
    pub(crate) const DEFAULT: [Self; 2] = [Self::TraceContext, Self::Baggage];

    /// By its word in `OTEL_PROPAGATORS`, in lower case.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "tracecontext" => Some(Self::TraceContext),
            "baggage" => Some(Self::Baggage),
            _ => None,
        }
    }

    /// Makes these the ones that `opentelemetry::global` hands out; none of them: contexts are not carried.
    pub(crate) fn install_global(propagators: &[Self]) {
        let all = propagators.iter().map(|propagator| propagator.boxed()).collect();
        opentelemetry::global::set_text_map_propagator(TextMapCompositePropagator::new(all));
    }

    fn boxed(self) -> Box<dyn TextMapPropagator + Send + Sync> {
        match self {
            Self::TraceContext => Box::new(TraceContextPropagator::new()),
            Self::Baggage => Box::new(BaggagePropagator::new()),
        }
    }
}
