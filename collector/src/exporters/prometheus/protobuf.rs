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

use inferometer_semconv::prometheus_escaping::Escaping;

use self::{
    metric::Metrics,
    writer::{Open, Writer},
};
use super::{
    encoder::{Options, PAGE_SERIES, PIECE_BYTES},
    names::Names,
};
use crate::series::{Cursor, Family, Kind, Prefix, Series, Store};

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
    names: Names,
    cursor: Cursor,
    family: Option<Family>,
    rest: vec::IntoIter<Arc<Series>>,
    metrics: Metrics,
    /// What the family is called in its message, as it stands in [`Prefix::name`].
    name: String,
}

impl Encoder {
    /// Before the first piece.
    pub(super) fn new(escaping: Escaping, options: Options) -> Self {
        let names = Names::new(escaping);
        Self {
            cursor: names.cursor(),
            names,
            family: None,
            rest: Vec::new().into_iter(),
            metrics: Metrics::new(options),
            name: String::new(),
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

    /// Appends one message: the rest of the family, or as much of it as there is room for. What is one family to the store
    /// may have several names for this reader, and then a message for each.
    fn write_family(&mut self, store: &Store, until: usize, out: &mut Vec<u8>) {
        let Self { names, cursor, family: Some(family), rest, metrics, name } = self else {
            return;
        };
        let Some(first) = rest.as_slice().first() else {
            return;
        };
        let mut writer = Writer::new(out);
        let prefix = names.of(first);
        name.clear();
        name.push_str(prefix.name());
        let open = begin(family, prefix, &mut writer);
        loop {
            while let Some(series) = rest.as_slice().first() {
                let prefix = names.of(series);
                if prefix.name() != *name {
                    return writer.close(open);
                }
                metrics.write(METRIC, series, prefix, &mut writer);
                rest.next();
                if writer.len() >= until {
                    return writer.close(open);
                }
            }
            match store.page(cursor, PAGE_SERIES) {
                Some(page) if !page.first => *rest = page.series.into_iter(),
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
fn begin(family: &Family, prefix: Prefix<'_>, writer: &mut Writer<'_>) -> Open {
    let kind = match family.kind {
        Kind::Counter => 0,
        Kind::Gauge => 1,
        Kind::Summary => 2,
        Kind::Unknown => 3,
        Kind::Histogram => 4,
    };
    let open = writer.open_message(FAMILY_WIDTH);
    let name: String = prefix.name_chars().collect();
    writer.text(NAME, &name);
    if !family.help.is_empty() {
        writer.text(HELP, &family.help);
    }
    writer.uint(TYPE, kind);
    if let Some(unit) = unit(family, &name) {
        writer.text(UNIT, unit);
    }
    open
}

/// The unit, if the name ends with it: readers refuse the whole page for one that does not.
fn unit<'a>(family: &'a Family, name: &str) -> Option<&'a str> {
    let unit = &*family.unit;
    let stem = name.strip_suffix("_total").filter(|_| family.kind == Kind::Counter);
    let before = stem.unwrap_or(name).strip_suffix(unit)?;
    (!unit.is_empty() && before.ends_with('_')).then_some(unit)
}
