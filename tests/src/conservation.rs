//! The law of the collector's own page: for every exporter, accepted + recovered = exported + rejected + queued.

use crate::Scrape;

/// What a page says of one signal and one exporter that gets all of it, in items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conserved {
    /// What receivers let in.
    pub accepted: f64,
    /// What a former process has left in the exporter's queue on disk.
    pub recovered: f64,
    /// What the exporter stored or sent.
    pub exported: f64,
    /// What it lost, by any reason.
    pub rejected: f64,
    /// What waits.
    pub queued: f64,
}

impl Conserved {
    /// Reads it from the page alone. While items move, their counts are read one after another and need not agree.
    ///
    /// # Panics
    /// If a series is missing.
    #[track_caller]
    #[must_use]
    pub fn read(page: &Scrape, signal: &str, exporter: &str) -> Self {
        let labels = [("job", "inferometer"), ("infer_signal", signal)];
        let of_exporter = [labels[0], labels[1], ("infer_collector_exporter", exporter)];
        let total = |what: &str, labels: &[(&str, &str)]| {
            let name = format!("infer_collector_item_{what}");
            let (sum, series) = page.sum(&name, labels);
            assert!(series > 0, "{name} of {signal} and {exporter} is not on the page");
            sum
        };
        Self {
            accepted: total("accepted_total", &labels),
            recovered: page.sum("infer_collector_item_recovered_total", &of_exporter).0,
            exported: total("exported_total", &of_exporter),
            rejected: total("rejected_total", &of_exporter),
            queued: total("queued", &of_exporter),
        }
    }

    /// Whether every item is in one of the numbers.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let Self { accepted, recovered, exported, rejected, queued } = *self;
        queued >= 0.0 && accepted + recovered == exported + rejected + queued
    }
}

/// Reads it while nothing moves.
///
/// # Panics
/// If a series is missing, or an item is in none of the numbers.
#[track_caller]
#[must_use]
pub fn conserved(page: &Scrape, signal: &str, exporter: &str) -> Conserved {
    let seen = Conserved::read(page, signal, exporter);
    assert!(seen.is_balanced(), "{signal}, {exporter}: {seen:?}");
    seen
}
