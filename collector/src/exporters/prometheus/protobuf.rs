//! Writes the store in Prometheus' protobuf format, the one that has native histograms.
//!
//! Exponential histograms are native: at their own scale from -4 to 8, finer ones at 8 by joining buckets. Those that are
//! coarser have classic buckets, as have histograms with explicit bounds.
//! Source: `io/prometheus/client/metrics.proto` of github.com/prometheus/client_model.
//!
//! A page is a sequence of `MetricFamily`, each behind its length. One that is long comes in several of the same name, so
//! that a page of any length needs no more memory than a piece of it; Prometheus reads them as one.

mod metric;
mod native;
mod writer;

use std::{sync::Arc, vec};

use self::{
    metric::Metrics,
    writer::{Open, Writer},
};
use super::encoder::{Options, PAGE_SERIES, PIECE_BYTES};
use crate::series::{Cursor, Family, Kind, Series, Store};

/// Fields of `MetricFamily`.
const NAME: u32 = 1;
const HELP: u32 = 2;
const TYPE: u32 = 3;
const METRIC: u32 = 4;
const UNIT: u32 = 5;

/// Bytes that the length of a family takes, if it is one with many series.
const FAMILY_WIDTH: usize = 3;

/// One pass over the store, piece by piece; holds no lock between pieces, and none while it writes.
#[derive(Debug)]
pub(super) struct Encoder {
    cursor: Cursor,
    family: Option<Family>,
    rest: vec::IntoIter<Arc<Series>>,
    metrics: Metrics,
}

impl Encoder {
    /// Before the first piece.
    pub(super) fn new(options: Options) -> Self {
        Self {
            cursor: Cursor::default(),
            family: None,
            rest: Vec::new().into_iter(),
            metrics: Metrics::new(options),
        }
    }

    /// Appends the next piece of the page, whole messages; returns whether there was one.
    pub(super) fn piece(&mut self, store: &Store, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        while out.len() - start < PIECE_BYTES {
            if self.rest.as_slice().is_empty() {
                let Some(page) = store.page(&mut self.cursor, PAGE_SERIES) else {
                    break;
                };
                self.family = Some(page.family);
                self.rest = page.series.into_iter();
            }
            self.write_family(store, start + PIECE_BYTES, out);
        }
        out.len() > start
    }

    /// Appends one message: the rest of the family, or as much of it as there is room for.
    fn write_family(&mut self, store: &Store, until: usize, out: &mut Vec<u8>) {
        let Some(family) = &self.family else {
            return;
        };
        let mut writer = Writer::new(out);
        let open = begin(family, &mut writer);
        loop {
            for series in self.rest.by_ref() {
                self.metrics.write(METRIC, &series, &mut writer);
                if writer.len() >= until {
                    return writer.close(open);
                }
            }
            match store.page(&mut self.cursor, PAGE_SERIES) {
                Some(page) if !page.first => self.rest = page.series.into_iter(),
                next => {
                    (self.family, self.rest) = next.map_or_else(Default::default, |page| {
                        (Some(page.family), page.series.into_iter())
                    });
                    return writer.close(open);
                }
            }
        }
    }
}

/// Begins a family, with everything that is said once of all its series.
fn begin(family: &Family, writer: &mut Writer<'_>) -> Open {
    let kind = match family.kind {
        Kind::Counter => 0,
        Kind::Gauge => 1,
        Kind::Summary => 2,
        Kind::Unknown => 3,
        Kind::Histogram => 4,
    };
    let open = writer.open_message(FAMILY_WIDTH);
    writer.text(NAME, &family.name);
    if !family.help.is_empty() {
        writer.text(HELP, &family.help);
    }
    writer.uint(TYPE, kind);
    if let Some(unit) = unit(family) {
        writer.text(UNIT, unit);
    }
    open
}

/// The unit, if the name ends with it: readers refuse the whole page for one that does not.
fn unit(family: &Family) -> Option<&str> {
    let (name, unit) = (&*family.name, &*family.unit);
    let stem = name.strip_suffix("_total").filter(|_| family.kind == Kind::Counter);
    let before = stem.unwrap_or(name).strip_suffix(unit)?;
    (!unit.is_empty() && before.ends_with('_')).then_some(unit)
}
