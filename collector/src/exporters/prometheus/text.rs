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
    encoder::{Options, PAGE_SERIES, PIECE_BYTES},
    format::{Format, Wanted},
    names::Names,
};
use crate::series::{Cursor, Family, Prefix, Series, Store};

/// What ends a page of OpenMetrics, so that a reader knows that it has all of it.
const END: &[u8] = b"# EOF\n";

/// One pass over the store, piece by piece; holds no lock between pieces, and none while it formats.
#[derive(Debug)]
pub(super) struct Encoder {
    format: Format,
    names: Names,
    cursor: Cursor,
    rest: vec::IntoIter<Arc<Series>>,
    lines: Lines,
    head: Head,
    has_ended: bool,
}

/// What was said last of a family.
#[derive(Debug, Default)]
struct Head {
    family: Option<Family>,
    /// The name under which, as it stands in [`Prefix::name`]; empty before the first series of a family.
    name: String,
    /// The family has no place in the format beside the others.
    is_omitted: bool,
    /// How many had none.
    omitted: u64,
}

impl Encoder {
    /// Before the first piece.
    pub(super) fn new(wanted: Wanted, options: Options) -> Self {
        let names = Names::new(wanted.escaping());
        Self {
            format: wanted.format,
            cursor: names.cursor(),
            names,
            rest: Vec::new().into_iter(),
            lines: Lines::new(wanted.format, options),
            head: Head::default(),
            has_ended: false,
        }
    }

    /// Appends the next piece of the page; returns whether there was one.
    pub(super) fn piece(&mut self, store: &Store, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        while !self.has_ended && out.len() - start < PIECE_BYTES {
            if let Some(series) = self.rest.next() {
                self.write(&series, store, out);
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
                self.head.name.clear();
                self.head.family = Some(page.family);
            }
            self.rest = page.series.into_iter();
        }
        out.len() > start
    }

    /// Families that the format had no place for until now.
    pub(super) const fn omitted(&self) -> u64 {
        self.head.omitted
    }

    #[inline]
    fn write(&mut self, series: &Series, store: &Store, out: &mut Vec<u8>) {
        let Self { format, names, lines, head, .. } = self;
        let prefix = names.of(series);
        // What is one family to the store may have several names for this reader.
        if head.name != prefix.name() {
            head.begin(*format, prefix, store, lines, out);
        }
        if !head.is_omitted {
            lines.write(series, prefix, out);
        }
    }
}

impl Head {
    fn begin(
        &mut self,
        format: Format,
        prefix: Prefix<'_>,
        store: &Store,
        lines: &mut Lines,
        out: &mut Vec<u8>,
    ) {
        let Some(family) = &self.family else {
            return;
        };
        self.name.clear();
        self.name.push_str(prefix.name());
        self.is_omitted = false;
        if !format.is_open_metrics() {
            return head::write_text(family, prefix, out);
        }
        match claims::shown(family, prefix.name(), |name| store.kind_of(name)) {
            Some(shown) => {
                lines.begin(shown);
                head::write_open_metrics(family, prefix, shown, out);
            }
            None => (self.is_omitted, self.omitted) = (true, self.omitted + 1),
        }
    }
}

#[inline]
fn put(out: &mut Vec<u8>, texts: &[&str]) {
    for text in texts {
        out.extend_from_slice(text.as_bytes());
    }
}
