//! The law of the collector's own page: accepted = exported + rejected + queued.

use crate::Scrape;

/// Items of a signal that the page of a collector without queues says were accepted.
///
/// # Panics
/// If they are not those that were exported or rejected.
#[track_caller]
pub fn conserved(page: &Scrape, signal: &str) -> f64 {
    let labels = [("job", "inferometer"), ("infer_signal", signal)];
    let total = |what: &str| {
        let name = format!("infer_collector_item_{what}_total");
        let (sum, series) = page.sum(&name, &labels);
        assert!(series > 0, "{name} of {signal} is not on the page");
        sum
    };
    let accepted = total("accepted");
    let (exported, rejected) = (total("exported"), total("rejected"));
    assert_eq!(accepted, exported + rejected, "{signal}: {exported} exported, {rejected} rejected");
    accepted
}
