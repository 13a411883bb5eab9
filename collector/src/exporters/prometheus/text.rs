//! Writes the store in Prometheus' text format 0.0.4.

use std::{sync::Arc, vec};

use crate::series::{
    Cursor, Exponential, Family, Histogram, Kind, Series, Store, Summary, Value, write_double,
};

/// The content type of what [`Encoder`] writes; Prometheus 3 refuses a page without it.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A piece is sent once it has this many bytes; larger ones hardly save anything, smaller ones cost system calls.
const PIECE_BYTES: usize = 128 << 10;
/// Room for the line or histogram that crosses the mark.
const PIECE_SLACK: usize = 8 << 10;
/// Series taken from the store at a time: new series wait while they are picked, known ones do not.
const PAGE_SERIES: usize = 256;

/// One pass over the store, piece by piece; holds no lock between pieces, and none that known series need for long.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    cursor: Cursor,
    rest: vec::IntoIter<Arc<Series>>,
}

impl Encoder {
    /// The next piece of the page; none behind the last.
    pub(super) fn piece(&mut self, store: &Store) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(PIECE_BYTES + PIECE_SLACK);
        while out.len() < PIECE_BYTES {
            if let Some(series) = self.rest.next() {
                write_series(&series, &mut out);
                continue;
            }
            let Some(page) = store.page(&mut self.cursor, PAGE_SERIES) else {
                break;
            };
            if page.first {
                write_head(&page.family, &mut out);
            }
            self.rest = page.series.into_iter();
        }
        (!out.is_empty()).then_some(out)
    }
}

fn write_head(family: &Family, out: &mut Vec<u8>) {
    if !family.help.is_empty() {
        put(out, &["# HELP ", &family.name, " "]);
        for char in family.help.bytes() {
            match char {
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                other => out.push(other),
            }
        }
        out.push(b'\n');
    }
    let kind = match family.kind {
        Kind::Unknown => "untyped",
        kind => kind.as_str(),
    };
    put(out, &["# TYPE ", &family.name, " ", kind, "\n"]);
}

fn write_series(series: &Series, out: &mut Vec<u8>) {
    series.read(|value| match value {
        Value::Int(number) => {
            put(out, &[series.prefix(), itoa::Buffer::new().format(*number), "\n"]);
        }
        Value::Double(number) => {
            put(out, &[series.prefix()]);
            write_double(*number, out);
            out.push(b'\n');
        }
        Value::Histogram(histogram) => write_histogram(series, histogram, out),
        Value::Exponential(exponential) => write_exponential(series, exponential, out),
        Value::Summary(summary) => write_summary(series, summary, out),
    });
}

fn write_histogram(series: &Series, histogram: &Histogram, out: &mut Vec<u8>) {
    for (bound, below) in histogram.cumulative() {
        write_name_and_labels(series, "_bucket", Some(("le", bound)), out);
        put(out, &[itoa::Buffer::new().format(below), "\n"]);
    }
    if let Some(sum) = histogram.sum {
        write_sum(series, sum, out);
    }
    write_count(series, histogram.count, out);
}

/// The format has no exponential buckets, so they are shown as classic ones.
fn write_exponential(series: &Series, exponential: &Exponential, out: &mut Vec<u8>) {
    for (bound, below) in exponential.cumulative() {
        write_name_and_labels(series, "_bucket", Some(("le", bound)), out);
        put(out, &[itoa::Buffer::new().format(below), "\n"]);
    }
    if let Some(sum) = exponential.sum {
        write_sum(series, sum, out);
    }
    write_count(series, exponential.count, out);
}

fn write_summary(series: &Series, summary: &Summary, out: &mut Vec<u8>) {
    for (share, value) in &summary.quantiles {
        write_name_and_labels(series, "", Some(("quantile", *share)), out);
        write_double(*value, out);
        out.push(b'\n');
    }
    write_sum(series, summary.sum, out);
    write_count(series, summary.count, out);
}

fn write_sum(series: &Series, sum: f64, out: &mut Vec<u8>) {
    write_name_and_labels(series, "_sum", None, out);
    write_double(sum, out);
    out.push(b'\n');
}

fn write_count(series: &Series, count: u64, out: &mut Vec<u8>) {
    write_name_and_labels(series, "_count", None, out);
    put(out, &[itoa::Buffer::new().format(count), "\n"]);
}

fn write_name_and_labels(
    series: &Series,
    suffix: &str,
    extra: Option<(&str, f64)>,
    out: &mut Vec<u8>,
) {
    let labels = series.rendered_labels();
    put(out, &[series.name(), suffix]);
    if let Some((label, value)) = extra {
        put(out, &["{", labels, if labels.is_empty() { "" } else { "," }, label, "=\""]);
        write_double(value, out);
        put(out, &["\"} "]);
    } else if labels.is_empty() {
        out.push(b' ');
    } else {
        put(out, &["{", labels, "} "]);
    }
}

fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}
