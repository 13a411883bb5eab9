//! The law of the collector's own page: for every exporter, accepted = exported + rejected + queued.

use crate::Scrape;

/// What a page says of one signal and one exporter that gets all of it, in items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conserved {
    /// What receivers let in.
    pub accepted: f64,
    /// What the exporter stored or sent.
    pub exported: f64,
    /// What it lost, by any reason.
    pub rejected: f64,
    /// What waits.
    pub queued: f64,
}

/// Reads it from the page alone.
///
/// # Panics
/// If a series is missing, or an item is in none of the numbers.
#[track_caller]
#[must_use]
pub fn conserved(page: &Scrape, signal: &str, exporter: &str) -> Conserved {
    let labels = [("job", "inferometer"), ("infer_signal", signal)];
    let of_exporter = [labels[0], labels[1], ("infer_collector_exporter", exporter)];
    let total = |what: &str, labels: &[(&str, &str)]| {
        let name = format!("infer_collector_item_{what}");
        let (sum, series) = page.sum(&name, labels);
        assert!(series > 0, "{name} of {signal} and {exporter} is not on the page");
        sum
    };
    let seen = Conserved {
        accepted: total("accepted_total", &labels),
        exported: total("exported_total", &of_exporter),
        rejected: total("rejected_total", &of_exporter),
        queued: total("queued", &of_exporter),
    };
    let Conserved { accepted, exported, rejected, queued } = seen;
    assert_eq!(accepted, exported + rejected + queued, "{signal}, {exporter}: {seen:?}");
    seen
}
