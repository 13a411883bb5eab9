//! One series as a `Metric`.

use std::{borrow::Cow, sync::Arc};

use super::{super::encoder::Options, native::Native, writer::Writer};
use crate::series::{
    Exemplar, Exponential, Histogram, Kind, Prefix, Series, Summary, Times, Value, latest_exemplar,
};

/// Nanoseconds in the format's unit of a point's time, and in a second.
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

/// Fields of `Metric`.
const LABEL: u32 = 1;
const GAUGE: u32 = 2;
const COUNTER: u32 = 3;
const SUMMARY: u32 = 4;
const UNTYPED: u32 = 5;
const TIMESTAMP_MS: u32 = 6;
const HISTOGRAM: u32 = 7;
/// Fields of `LabelPair`.
const NAME: u32 = 1;
const LABEL_VALUE: u32 = 2;
/// The field of `Gauge`, `Counter` and `Untyped`.
const VALUE: u32 = 1;
/// Further fields of `Counter`.
const COUNTER_EXEMPLAR: u32 = 2;
const COUNTER_CREATED: u32 = 3;
/// Fields of `Summary` and `Histogram`.
const COUNT: u32 = 1;
const SUM: u32 = 2;
const QUANTILE: u32 = 3;
const SUMMARY_CREATED: u32 = 4;
const BUCKET: u32 = 3;
const HISTOGRAM_CREATED: u32 = 15;
const HISTOGRAM_EXEMPLAR: u32 = 16;
/// Fields of `Bucket` and `Quantile`.
const BUCKET_COUNT: u32 = 1;
const UPPER_BOUND: u32 = 2;
const BUCKET_EXEMPLAR: u32 = 3;
const SHARE: u32 = 1;
const QUANTILE_VALUE: u32 = 2;
/// Fields of `Exemplar`.
const EXEMPLAR_LABEL: u32 = 1;
const EXEMPLAR_VALUE: u32 = 2;
const EXEMPLAR_TIME: u32 = 3;
/// Fields of `google.protobuf.Timestamp`.
const SECONDS: u32 = 1;
const NANOS: u32 = 2;

/// Bytes that the length of a message takes: of a small one, and of one with buckets.
const NARROW: usize = 1;
const WIDE: usize = 2;

/// Writes one series after the other, in room that is used again.
#[derive(Debug)]
pub(super) struct Metrics {
    options: Options,
    /// The value and its exemplars, copied under the series' lock and written behind it.
    value: Value,
    exemplars: Vec<Arc<Exemplar>>,
    /// The classic buckets of an exponential histogram.
    buckets: Vec<(f64, u64)>,
}

impl Metrics {
    pub(super) const fn new(options: Options) -> Self {
        Self { options, value: Value::Int(0), exemplars: Vec::new(), buckets: Vec::new() }
    }

    /// Appends a series as a field of its family, all from one point.
    pub(super) fn write(
        &mut self,
        number: u32,
        series: &Series,
        prefix: Prefix<'_>,
        writer: &mut Writer<'_>,
    ) {
        let times = series.read_whole(&mut self.exemplars, |value, times| {
            value.copy_to(&mut self.value);
            times
        });
        let Self { options, value, exemplars, buckets } = self;
        let one = One { times, exemplars, classic_buckets: options.classic_buckets };
        let open = writer.open(number, WIDE);
        write_labels(LABEL, prefix.labels(), writer);
        match value {
            Value::Int(value) => one.write_number(series.kind(), *value as f64, writer),
            Value::Double(value) => one.write_number(series.kind(), *value, writer),
            Value::Summary(summary) => one.write_summary(summary, writer),
            Value::Histogram(histogram) => one.write_histogram(histogram, writer),
            Value::Exponential(histogram) => one.write_exponential(histogram, buckets, writer),
        }
        if options.timestamps && times.time > 0 {
            writer.uint(TIMESTAMP_MS, times.time / MILLISECOND);
        }
        writer.close(open);
    }
}

/// A series without its labels.
struct One<'a> {
    times: Times,
    exemplars: &'a [Arc<Exemplar>],
    classic_buckets: bool,
}

impl One<'_> {
    fn write_number(&self, kind: Kind, value: f64, writer: &mut Writer<'_>) {
        let number = match kind {
            Kind::Counter => COUNTER,
            Kind::Unknown => UNTYPED,
            // The others have no numbers.
            Kind::Gauge | Kind::Histogram | Kind::Summary => GAUGE,
        };
        let open = writer.open(number, NARROW);
        writer.double(VALUE, value);
        if kind == Kind::Counter {
            if let Some(exemplar) = self.exemplars.last() {
                write_exemplar(COUNTER_EXEMPLAR, exemplar, writer);
            }
            write_time(COUNTER_CREATED, self.times.start, writer);
        }
        writer.close(open);
    }

    fn write_summary(&self, summary: &Summary, writer: &mut Writer<'_>) {
        let open = writer.open(SUMMARY, WIDE);
        writer.uint(COUNT, summary.count);
        writer.double(SUM, summary.sum);
        for (share, value) in &summary.quantiles {
            let open = writer.open(QUANTILE, NARROW);
            writer.double(SHARE, *share);
            writer.double(QUANTILE_VALUE, *value);
            writer.close(open);
        }
        write_time(SUMMARY_CREATED, self.times.start, writer);
        writer.close(open);
    }

    fn write_histogram(&self, histogram: &Histogram, writer: &mut Writer<'_>) {
        let open = writer.open(HISTOGRAM, WIDE);
        write_totals(histogram.count, histogram.sum, writer);
        self.write_classic(histogram.cumulative(), writer);
        write_time(HISTOGRAM_CREATED, self.times.start, writer);
        writer.close(open);
    }

    fn write_exponential(
        &self,
        histogram: &Exponential,
        buckets: &mut Vec<(f64, u64)>,
        writer: &mut Writer<'_>,
    ) {
        let native = Native::of(histogram);
        let open = writer.open(HISTOGRAM, WIDE);
        write_totals(histogram.count, histogram.sum, writer);
        if self.classic_buckets || native.is_none() {
            histogram.cumulate(buckets);
            self.write_classic(buckets.iter().copied(), writer);
        }
        if let Some(native) = native {
            native.write(writer);
        }
        write_time(HISTOGRAM_CREATED, self.times.start, writer);
        if native.is_some() {
            // The format has none without a time here.
            for exemplar in self.exemplars.iter().filter(|exemplar| exemplar.time > 0) {
                write_exemplar(HISTOGRAM_EXEMPLAR, exemplar, writer);
            }
        }
        writer.close(open);
    }

    fn write_classic(&self, buckets: impl Iterator<Item = (f64, u64)>, writer: &mut Writer<'_>) {
        let mut above = f64::NEG_INFINITY;
        for (bound, below) in buckets {
            let open = writer.open(BUCKET, NARROW);
            writer.uint(BUCKET_COUNT, below);
            writer.double(UPPER_BOUND, bound);
            if let Some(exemplar) = latest_exemplar(self.exemplars, above, bound) {
                write_exemplar(BUCKET_EXEMPLAR, exemplar, writer);
            }
            writer.close(open);
            above = bound;
        }
    }
}

/// A sum that the sender does not keep is no number, rather than the zero that a reader takes for one that is left out.
fn write_totals(count: u64, sum: Option<f64>, writer: &mut Writer<'_>) {
    writer.uint(COUNT, count);
    writer.double(SUM, sum.unwrap_or(f64::NAN));
}

fn write_exemplar(number: u32, exemplar: &Exemplar, writer: &mut Writer<'_>) {
    let open = writer.open(number, NARROW);
    write_labels(EXEMPLAR_LABEL, exemplar.labels(), writer);
    writer.double(EXEMPLAR_VALUE, exemplar.value);
    write_time(EXEMPLAR_TIME, exemplar.time, writer);
    writer.close(open);
}

fn write_labels<'a>(
    number: u32,
    labels: impl Iterator<Item = (impl AsRef<str>, Cow<'a, str>)>,
    writer: &mut Writer<'_>,
) {
    for (name, value) in labels {
        let open = writer.open(number, NARROW);
        writer.text(NAME, name.as_ref());
        writer.text(LABEL_VALUE, &value);
        writer.close(open);
    }
}

/// A time in nanoseconds since 1970, if it is known.
fn write_time(number: u32, time: u64, writer: &mut Writer<'_>) {
    if time > 0 {
        let open = writer.open(number, NARROW);
        writer.uint(SECONDS, time / SECOND);
        writer.uint(NANOS, time % SECOND);
        writer.close(open);
    }
}
