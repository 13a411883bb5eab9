//! The table.

use std::fmt::Write;

use crate::{Distribution, Measures};

const NAME_WIDTH: usize = 38;
const WIDTH: usize = 10;

/// A line per measure that has a value, under the registry's names. Quantiles are estimated from the buckets, as
/// Prometheus does it.
#[must_use]
pub fn table(measures: &Measures) -> String {
    let mut table = format!("{:NAME_WIDTH$}", "");
    for title in ["count", "mean", "p50", "p95", "p99"] {
        let _ = write!(table, "{title:>WIDTH$}");
    }
    table.push('\n');
    for values in measures.all().into_iter().filter(|values| values.count() > 0) {
        let definition = values.definition();
        let name = format!("{} [{}]", definition.name, definition.unit);
        let _ = write!(table, "{name:NAME_WIDTH$}{:>WIDTH$}", values.count());
        for value in
            [values.mean(), values.quantile(0.5), values.quantile(0.95), values.quantile(0.99)]
        {
            let _ = write!(table, "{:>WIDTH$}", shown(values, value));
        }
        table.push('\n');
    }
    table
}

/// Four decimals of seconds and ratios, one of counts.
fn shown(of: &Distribution, value: Option<f64>) -> String {
    let is_fine = matches!(of.definition().unit, "s" | "1");
    match value {
        Some(value) if is_fine => format!("{value:.4}"),
        Some(value) => format!("{value:.1}"),
        None => "-".to_owned(),
    }
}
