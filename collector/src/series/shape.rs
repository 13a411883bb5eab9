//! What streams must have in common so that their sum is one series.

use std::sync::Arc;

use super::{bounds::Bounds, point::Reading, rejection::Rejection, value::Value};

/// The buckets of a histogram, without what is in them.
#[derive(Debug, PartialEq)]
pub(super) enum Shape {
    /// No buckets: any two numbers can be added, and of any two summaries what they share.
    Plain,
    /// Buckets with bounds of their own; of histograms with other bounds nothing but the count could be added.
    Explicit {
        /// Upper inclusive bounds.
        bounds: Arc<Bounds>,
        /// One more than bounds, or 0.
        buckets: usize,
    },
    /// Buckets at powers of one base, of which the finer ones join into the coarser ones.
    Exponential,
}

impl Shape {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Int(_) | Value::Double(_) | Value::Summary(_) => Self::Plain,
            Value::Histogram(histogram) => Self::Explicit {
                bounds: Arc::clone(&histogram.bounds),
                buckets: histogram.counts.len(),
            },
            Value::Exponential(_) => Self::Exponential,
        }
    }

    /// Whether a stream still has this shape with its next reading. A family has one kind, so a number stays one.
    pub(super) fn fits(&self, reading: &Reading<'_>) -> Result<(), Rejection> {
        let has_same = match (self, reading) {
            (Self::Explicit { bounds, buckets }, Reading::Histogram(next)) => {
                *buckets == next.counts.len() && bounds.are(next.bounds)
            }
            (Self::Explicit { .. }, Reading::Exponential(_))
            | (Self::Exponential, Reading::Histogram(_)) => false,
            _ => true,
        };
        if has_same {
            return Ok(());
        }
        if let Reading::Histogram(next) = reading {
            next.check_bounds()?;
        }
        Err(Rejection::OtherBuckets)
    }
}
