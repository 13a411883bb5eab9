//! Which of the collector's own spans an item comes from.

use opentelemetry::trace::SpanContext;

/// The spans of the requests that are in an item, those that are recorded; a few of them where many are joined. If none is,
/// one that is not, so that nobody begins to trace what its sender does not. Usually the collector has no spans, and this
/// takes no memory of its own.
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
        let (mut recorded, mut other) = (Vec::new(), None);
        for span in spans {
            if recorded.len() == Self::MAX {
                break;
            }
            if span.is_sampled() {
                recorded.push(span);
            } else {
                other = Some(span);
            }
        }
        if recorded.is_empty() {
            recorded.extend(other);
        }
        Self(recorded)
    }
}
