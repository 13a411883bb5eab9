//! Pages from two sources, made comparable.

use std::collections::BTreeMap;

use inferometer_tests::{Kind, Sample, Scrape};

/// Labels of a series that tell who sent it, not what it is.
const OF_SENDER: [&str; 3] = ["job", "instance", "otel_scope_schema_url"];

/// Every series of one scope by name and labels, those of its sender left out.
///
/// Histograms that hold nothing are left out: the standard SDK shows one as soon as it is bound.
#[must_use]
pub fn of_scope(page: &Scrape, scope: &str) -> BTreeMap<String, f64> {
    let mut series = BTreeMap::new();
    for family in &page.families {
        let of_scope = |sample: &&Sample| sample.label("otel_scope_name") == scope;
        let counts = family.samples.iter().filter(|sample| sample.name.ends_with("_count"));
        let empty: Vec<_> = counts.filter(|count| count.value == 0.0).map(identity).collect();
        let is_histogram = family.kind == Kind::Histogram;
        for sample in family.samples.iter().filter(of_scope) {
            let labels = identity(sample);
            if !(is_histogram && empty.contains(&labels)) {
                let le = sample.label("le");
                let key = format!("{} le={le:?} {labels:?}", sample.name);
                assert_eq!(series.insert(key.clone(), sample.value), None, "{key} is one series");
            }
        }
    }
    series
}

fn identity(sample: &Sample) -> BTreeMap<String, String> {
    let mut labels = sample.labels.clone();
    labels.retain(|key, _| key != "le" && !OF_SENDER.contains(&key.as_str()));
    labels
}

/// The sums of some names over all their series.
#[must_use]
pub fn totals(page: &Scrape, names: &[&str]) -> Vec<f64> {
    names.iter().map(|name| page.sum(name, &[]).0).collect()
}
