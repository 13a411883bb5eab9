//! The lines of one series.

use std::{ops::Range, sync::Arc};

use super::{
    super::{encoder::Options, format::Format},
    claims::{CREATED, Shown, TOTAL},
    put,
};
use crate::series::{
    Exemplar, Exponential, Histogram, Kind, Prefix, Series, Summary, Times, Value, latest_exemplar,
    write_canonical, write_double, write_integer,
};

/// Nanoseconds in the text format's unit of time.
const MILLISECOND: u64 = 1_000_000;

/// Writes one series after the other, in room that is used again.
#[derive(Debug)]
pub(super) struct Lines {
    is_open_metrics: bool,
    options: Options,
    has_exemplars: bool,
    has_created: bool,
    /// What follows every value of a series: its timestamp, if wanted and known.
    time: Vec<u8>,
    exemplars: Vec<Arc<Exemplar>>,
    /// The value, copied under the series' lock and formatted behind it, so that ingest never waits for that.
    value: Value,
    /// The buckets that an exponential histogram is shown with.
    buckets: Vec<(f64, u64)>,
    /// The text of one bound or quantile.
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(format: Format, options: Options) -> Self {
        Self {
            is_open_metrics: format.is_open_metrics(),
            options,
            has_exemplars: false,
            has_created: false,
            time: Vec::new(),
            exemplars: Vec::new(),
            value: Value::Int(0),
            buckets: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Says of which family of OpenMetrics the series that follow are.
    pub(super) fn begin(&mut self, family: Shown<'_>) {
        self.has_exemplars = family.has_exemplars();
        self.has_created = self.options.created && family.has_created();
        self.exemplars.clear();
    }

    /// Appends all lines of a series, all from one point.
    pub(super) fn write(&mut self, series: &Series, prefix: Prefix<'_>, out: &mut Vec<u8>) {
        let Self { value, exemplars, .. } = self;
        let copy = |seen: &Value, times: Times| {
            seen.copy_to(value);
            times
        };
        let Times { start, time } = if self.has_exemplars {
            series.read_whole(exemplars, copy)
        } else {
            series.read_timed(copy)
        };
        self.time.clear();
        if self.options.timestamps && time > 0 {
            self.time.push(b' ');
            write_time(time, self.is_open_metrics, &mut self.time);
        }
        let Self { is_open_metrics, time, exemplars, value, buckets, text, .. } = self;
        let one = One { prefix, time, exemplars, is_open_metrics: *is_open_metrics };
        match value {
            Value::Int(number) => {
                put(out, &[prefix.text()]);
                write_integer(*number, out);
                one.end_with(exemplars.last(), out);
            }
            Value::Double(number) => {
                put(out, &[prefix.text()]);
                write_double(*number, out);
                one.end_with(exemplars.last(), out);
            }
            Value::Histogram(histogram) => one.write_histogram(histogram, out),
            Value::Exponential(exponential) => {
                exponential.cumulate(buckets);
                one.write_exponential(exponential, buckets, text, out);
            }
            Value::Summary(summary) => one.write_summary(summary, text, out),
        }
        if self.has_created && start > 0 {
            one.write_created(series.kind(), start, out);
        }
    }
}

/// Writes a time in nanoseconds in the format's unit: OpenMetrics counts seconds, to the same millisecond.
fn write_time(time: u64, is_open_metrics: bool, out: &mut Vec<u8>) {
    let milliseconds = time / MILLISECOND;
    if !is_open_metrics {
        return write_integer(milliseconds, out);
    }
    write_integer(milliseconds / 1000, out);
    // One digit more, which the point then takes the place of.
    let place = out.len();
    write_integer(1000 + milliseconds % 1000, out);
    out[place] = b'.';
}

/// A series of several lines.
struct One<'a> {
    prefix: Prefix<'a>,
    time: &'a [u8],
    exemplars: &'a [Arc<Exemplar>],
    is_open_metrics: bool,
}

impl One<'_> {
    fn write_histogram(&self, histogram: &Histogram, out: &mut Vec<u8>) {
        if self.is_open_metrics {
            self.write_buckets(histogram, histogram.bounds.canonical_texts(), out);
        } else {
            self.write_buckets(histogram, histogram.bounds.texts(), out);
        }
        let lowest = histogram.bounds.first().copied();
        self.write_sum_and_count(lowest, histogram.sum, histogram.count, out);
    }

    fn write_buckets<'b>(
        &self,
        histogram: &Histogram,
        bounds: impl Iterator<Item = &'b str>,
        out: &mut Vec<u8>,
    ) {
        let mut lines = self.varying("_bucket", "le");
        let (mut below, mut above) = (0_u64, f64::NEG_INFINITY);
        for ((text, bound), count) in bounds.zip(&**histogram.bounds).zip(&histogram.counts) {
            below = below.saturating_add(*count);
            lines.write(text.as_bytes(), out);
            self.write_bucket(below, above, *bound, out);
            above = *bound;
        }
        lines.write(b"+Inf", out);
        self.write_bucket(histogram.count, above, f64::INFINITY, out);
    }

    /// The rest of a bucket's line, with the latest exemplar of those that it counted.
    #[inline]
    fn write_bucket(&self, below: u64, above: f64, up_to: f64, out: &mut Vec<u8>) {
        write_integer(below, out);
        self.end_with(latest_exemplar(self.exemplars, above, up_to), out);
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
        let mut above = f64::NEG_INFINITY;
        for (bound, below) in buckets {
            lines.write(self.label_value(*bound, text), out);
            self.write_bucket(*below, above, *bound, out);
            above = *bound;
        }
        let lowest = buckets.first().map(|bucket| bucket.0);
        self.write_sum_and_count(lowest, exponential.sum, exponential.count, out);
    }

    fn write_summary(&self, summary: &Summary, text: &mut Vec<u8>, out: &mut Vec<u8>) {
        let mut lines = self.varying("", "quantile");
        for (share, value) in &summary.quantiles {
            // OpenMetrics has no place for quantiles below zero.
            if !(self.is_open_metrics && *value < 0.0) {
                lines.write(self.label_value(*share, text), out);
                self.write_last_double(*value, out);
            }
        }
        self.write_sum(Some(summary.sum), out);
        self.write_count(summary.count, out);
    }

    /// Sum and count of a histogram whose lowest bound is `lowest`. OpenMetrics shows either both or none, and none of a
    /// histogram whose sum might fall: the count stands in the last bucket too.
    fn write_sum_and_count(
        &self,
        lowest: Option<f64>,
        sum: Option<f64>,
        count: u64,
        out: &mut Vec<u8>,
    ) {
        let may_fall = lowest.is_some_and(|bound| bound < 0.0);
        let has_sum = !may_fall && sum.is_some_and(|sum| sum >= 0.0);
        if self.is_open_metrics && !has_sum {
            return;
        }
        self.write_sum(sum, out);
        self.write_count(count, out);
    }

    fn write_sum(&self, sum: Option<f64>, out: &mut Vec<u8>) {
        // There it counts up, so that it is neither below zero nor no number.
        if let Some(sum) = sum.filter(|sum| *sum >= 0.0 || !self.is_open_metrics) {
            self.write_name_and_labels("_sum", out);
            self.write_last_double(sum, out);
        }
    }

    /// When it began to count.
    fn write_created(&self, kind: Kind, start: u64, out: &mut Vec<u8>) {
        let (name, rest) = self.prefix.split();
        let stem = name.strip_suffix(TOTAL).filter(|_| kind == Kind::Counter).unwrap_or(name);
        put(out, &[stem, CREATED, rest]);
        write_time(start, true, out);
        self.end_with(None, out);
    }

    fn write_count(&self, count: u64, out: &mut Vec<u8>) {
        self.write_name_and_labels("_count", out);
        self.write_last_integer(count, out);
    }

    /// A bound or a share as the value of a label.
    fn label_value<'b>(&self, number: f64, text: &'b mut Vec<u8>) -> &'b [u8] {
        text.clear();
        if self.is_open_metrics {
            write_canonical(number, text);
        } else {
            write_double(number, text);
        }
        text
    }

    fn write_name_and_labels(&self, suffix: &str, out: &mut Vec<u8>) {
        let (name, rest) = self.prefix.split();
        put(out, &[name, suffix, rest]);
    }

    fn write_last_integer(&self, number: u64, out: &mut Vec<u8>) {
        write_integer(number, out);
        self.end_with(None, out);
    }

    fn write_last_double(&self, number: f64, out: &mut Vec<u8>) {
        write_double(number, out);
        self.end_with(None, out);
    }

    /// What stands behind a value.
    #[inline]
    fn end_with(&self, exemplar: Option<&Arc<Exemplar>>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.time);
        if let Some(exemplar) = exemplar {
            put(out, &[" # {", exemplar.rendered_labels(), "} "]);
            write_double(exemplar.value, out);
            if exemplar.time > 0 {
                out.push(b' ');
                write_time(exemplar.time, self.is_open_metrics, out);
            }
        }
        out.push(b'\n');
    }

    fn varying(&self, suffix: &'static str, label: &'static str) -> Varying<'_> {
        Varying { prefix: self.prefix, suffix, label, head: None }
    }
}

/// Lines that differ in one label, which comes last: what is before its value is put together once and then copied.
struct Varying<'a> {
    prefix: Prefix<'a>,
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
            let (name, rest) = self.prefix.split();
            // Without its closing brace it is what the label follows, which may be the name in quotes.
            let (before, comma) = rest.strip_suffix("} ").map_or(("{", ""), |rest| (rest, ","));
            put(out, &[name, self.suffix, before, comma, self.label, "=\""]);
            self.head = Some(start..out.len());
        }
        out.extend_from_slice(value);
        out.extend_from_slice(b"\"} ");
    }
}
