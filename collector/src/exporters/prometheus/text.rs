//! Writes the store in Prometheus' text formats and in OpenMetrics.
//!
//! They differ in what is said of a family (`head`), and in how some numbers of a series are spelled (`lines`); what stands
//! before a number is rendered once, with the series, for all of them.

mod claims;
mod head;
mod lines;

use std::{sync::Arc, vec};

use self::lines::Lines;
use super::{
    encoder::{PAGE_SERIES, PIECE_BYTES},
    format::Format,
};
use crate::series::{Cursor, Family, Series, Store};

/// What ends a page of OpenMetrics, so that a reader knows that it has all of it.
const END: &[u8] = b"# EOF\n";

/// One pass over the store, piece by piece; holds no lock between pieces, and none while it formats.
#[derive(Debug)]
pub(super) struct Encoder {
    format: Format,
    cursor: Cursor,
    rest: vec::IntoIter<Arc<Series>>,
    lines: Lines,
    /// The family whose series come has no place in the format beside the others.
    is_omitted: bool,
    has_ended: bool,
}

impl Encoder {
    /// Before the first piece. With timestamps, every sample shows the time of its point, if the sender told it.
    pub(super) fn new(format: Format, has_timestamps: bool) -> Self {
        Self {
            format,
            cursor: Cursor::default(),
            rest: Vec::new().into_iter(),
            lines: Lines::new(format, has_timestamps),
            is_omitted: false,
            has_ended: false,
        }
    }

    /// Appends the next piece of the page; returns whether there was one.
    pub(super) fn piece(&mut self, store: &Store, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        while !self.has_ended && out.len() - start < PIECE_BYTES {
            if let Some(series) = self.rest.next() {
                self.lines.write(&series, out);
                continue;
            }
            let Some(page) = store.page(&mut self.cursor, PAGE_SERIES) else {
                self.has_ended = true;
                if self.format.is_open_metrics() {
                    out.extend_from_slice(END);
                }
                break;
            };
            if page.first {
                self.begin(&page.family, store, out);
            }
            if !self.is_omitted {
                self.rest = page.series.into_iter();
            }
        }
        out.len() > start
    }

    fn begin(&mut self, family: &Family, store: &Store, out: &mut Vec<u8>) {
        self.is_omitted = false;
        if !self.format.is_open_metrics() {
            return head::write_text(family, out);
        }
        match claims::shown(family, |name| store.kind_of(name)) {
            Some(shown) => {
                self.lines.show_exemplars(shown.has_exemplars());
                head::write_open_metrics(family, shown, out);
            }
            None => self.is_omitted = true,
        }
    }
}

#[inline]
fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}
