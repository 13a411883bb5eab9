//! Writes the store in Prometheus' text format 0.0.4.

mod lines;

use std::{sync::Arc, vec};

use self::lines::Lines;
use crate::series::{Cursor, Family, Kind, Series, Store};

/// The content type of what [`Encoder`] writes; Prometheus 3 refuses a page without it.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A piece ends once it has this many bytes; larger ones hardly save anything, smaller ones cost system calls.
const PIECE_BYTES: usize = 128 << 10;
/// What a piece usually takes: room for the series that crosses the mark. A longer one makes its buffer grow.
pub(super) const PIECE_ROOM: usize = PIECE_BYTES + (8 << 10);
/// Series taken from the store at a time: new series wait while they are picked, known ones do not.
const PAGE_SERIES: usize = 256;

/// One pass over the store, piece by piece; holds no lock between pieces, and none while it formats.
#[derive(Debug)]
pub(super) struct Encoder {
    cursor: Cursor,
    rest: vec::IntoIter<Arc<Series>>,
    lines: Lines,
}

impl Encoder {
    /// Before the first piece. With timestamps, every sample shows the time of its point, if the sender told it.
    pub(super) fn new(has_timestamps: bool) -> Self {
        Self {
            cursor: Cursor::default(),
            rest: Vec::new().into_iter(),
            lines: Lines::new(has_timestamps),
        }
    }

    /// Appends the next piece of the page; returns whether there was one.
    pub(super) fn piece(&mut self, store: &Store, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        while out.len() - start < PIECE_BYTES {
            if let Some(series) = self.rest.next() {
                self.lines.write(&series, out);
                continue;
            }
            let Some(page) = store.page(&mut self.cursor, PAGE_SERIES) else {
                break;
            };
            if page.first {
                write_head(&page.family, out);
            }
            self.rest = page.series.into_iter();
        }
        out.len() > start
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

#[inline]
fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}
