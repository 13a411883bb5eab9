//! Which of the collector's own spans an item comes from.

use opentelemetry::trace::SpanContext;

/// The spans of the requests that are in an item, those that are traced; a few of them where many are joined. Usually there
/// are none, and it takes no memory of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traced(Vec<SpanContext>);

impl Traced {
    /// Spans that are kept; a span of what was joined leads to no more.
    pub const MAX: usize = 32;

    /// The spans, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &SpanContext> {
        self.0.iter()
    }
}

impl FromIterator<SpanContext> for Traced {
    fn from_iter<T: IntoIterator<Item = SpanContext>>(spans: T) -> Self {
        Self(spans.into_iter().take(Self::MAX).collect())
    }
}
