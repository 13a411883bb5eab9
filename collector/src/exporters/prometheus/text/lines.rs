//! The lines of one series.

use std::ops::Range;

use super::put;
use crate::series::{Exponential, Histogram, Series, Summary, Value, write_double, write_integer};

/// Nanoseconds in the format's unit of time.
const MILLISECOND: u64 = 1_000_000;

/// Writes one series after the other, in room that is used again.
#[derive(Debug)]
pub(super) struct Lines {
    has_timestamps: bool,
    /// What follows every value of a series: its timestamp, if wanted and known, and the end of the line.
    tail: Vec<u8>,
    /// The value, copied under the series' lock and formatted behind it, so that ingest never waits for that.
    value: Value,
    /// The buckets that an exponential histogram is shown with.
    buckets: Vec<(f64, u64)>,
    /// The text of one bound or quantile.
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(has_timestamps: bool) -> Self {
        Self {
            has_timestamps,
            tail: Vec::new(),
            value: Value::Int(0),
            buckets: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Appends all lines of a series, all from one point.
    pub(super) fn write(&mut self, series: &Series, out: &mut Vec<u8>) {
        let time = series.read_timed(|value, time| {
            value.copy_to(&mut self.value);
            time
        });
        self.tail.clear();
        if self.has_timestamps && time > 0 {
            self.tail.push(b' ');
            write_integer(time / MILLISECOND, &mut self.tail);
        }
        self.tail.push(b'\n');
        let Self { tail, value, buckets, text, .. } = self;
        let one = One { series, tail };
        match value {
            Value::Int(number) => {
                put(out, &[series.prefix()]);
                write_integer(*number, out);
                out.extend_from_slice(tail);
            }
            Value::Double(number) => {
                put(out, &[series.prefix()]);
                write_double(*number, out);
                out.extend_from_slice(tail);
            }
            Value::Histogram(histogram) => one.write_histogram(histogram, out),
            Value::Exponential(exponential) => {
                exponential.cumulate(buckets);
                one.write_exponential(exponential, buckets, text, out);
            }
            Value::Summary(summary) => one.write_summary(summary, text, out),
        }
    }
}

/// A series of several lines.
struct One<'a> {
    series: &'a Series,
    tail: &'a [u8],
}

impl One<'_> {
    fn write_histogram(&self, histogram: &Histogram, out: &mut Vec<u8>) {
        let mut lines = self.varying("_bucket", "le");
        let mut below = 0_u64;
        for (bound, count) in histogram.bounds.texts().zip(&histogram.counts) {
            below = below.saturating_add(*count);
            lines.write(bound.as_bytes(), out);
            self.write_last_integer(below, out);
        }
        lines.write(b"+Inf", out);
        self.write_last_integer(histogram.count, out);
        self.write_sum_and_count(histogram.sum, histogram.count, out);
    }

    /// The format has no exponential buckets, so they are shown as classic ones.
    fn write_exponential(
        &self,
        exponential: &Exponential,
        buckets: &[(f64, u64)],
        text: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) {
        let mut lines = self.varying("_bucket", "le");
        for (bound, below) in buckets {
            text.clear();
            write_double(*bound, text);
            lines.write(text, out);
            self.write_last_integer(*below, out);
        }
        self.write_sum_and_count(exponential.sum, exponential.count, out);
    }

    fn write_summary(&self, summary: &Summary, text: &mut Vec<u8>, out: &mut Vec<u8>) {
        let mut lines = self.varying("", "quantile");
        for (share, value) in &summary.quantiles {
            text.clear();
            write_double(*share, text);
            lines.write(text, out);
            self.write_last_double(*value, out);
        }
        self.write_sum_and_count(Some(summary.sum), summary.count, out);
    }

    fn write_sum_and_count(&self, sum: Option<f64>, count: u64, out: &mut Vec<u8>) {
        if let Some(sum) = sum {
            self.write_name_and_labels("_sum", out);
            self.write_last_double(sum, out);
        }
        self.write_name_and_labels("_count", out);
        self.write_last_integer(count, out);
    }

    fn write_name_and_labels(&self, suffix: &str, out: &mut Vec<u8>) {
        let (name, rest) = self.series.prefix().split_at(self.series.name().len());
        put(out, &[name, suffix, rest]);
    }

    fn write_last_integer(&self, number: u64, out: &mut Vec<u8>) {
        write_integer(number, out);
        out.extend_from_slice(self.tail);
    }

    fn write_last_double(&self, number: f64, out: &mut Vec<u8>) {
        write_double(number, out);
        out.extend_from_slice(self.tail);
    }

    fn varying(&self, suffix: &'static str, label: &'static str) -> Varying<'_> {
        Varying { series: self.series, suffix, label, head: None }
    }
}

/// Lines that differ in one label, which comes last: what is before its value is put together once and then copied.
struct Varying<'a> {
    series: &'a Series,
    suffix: &'static str,
    label: &'static str,
    /// Where it stands in the first of the lines.
    head: Option<Range<usize>>,
}

impl Varying<'_> {
    /// Appends everything before the number, with this value of the label.
    #[inline]
    fn write(&mut self, value: &[u8], out: &mut Vec<u8>) {
        if let Some(head) = &self.head {
            out.extend_from_within(head.clone());
        } else {
            let start = out.len();
            let labels = self.series.rendered_labels();
            let comma = if labels.is_empty() { "" } else { "," };
            put(out, &[self.series.name(), self.suffix, "{", labels, comma, self.label, "=\""]);
            self.head = Some(start..out.len());
        }
        out.extend_from_slice(value);
        out.extend_from_slice(b"\"} ");
    }
}
