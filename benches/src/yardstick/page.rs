//! The page of all series.

use std::{fmt::Write, io::Write as _};

use flate2::{Compression, write::GzEncoder};

use super::points::{Point, Points};
use crate::error::BenchError;

/// Every series in the text format, sorted.
pub(super) fn render(points: &Points) -> Result<String, std::fmt::Error> {
    let mut sorted: Vec<_> = points.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    let (mut page, mut family) = (String::new(), "");
    for ((name, labels), point) in sorted {
        if family != name {
            let kind = match point {
                Point::Counter(_) => "counter",
                Point::Gauge(_) => "gauge",
                Point::Histogram(_) => "histogram",
            };
            writeln!(page, "# TYPE {name} {kind}")?;
            family = name;
        }
        match point {
            Point::Counter(value) | Point::Gauge(value) => {
                writeln!(page, "{name}{{{labels}}} {value}")?;
            }
            Point::Histogram(point) => {
                let mut total = 0;
                for (index, count) in point.bucket_counts.iter().enumerate() {
                    total += count;
                    match point.explicit_bounds.get(index) {
                        Some(bound) => {
                            writeln!(page, "{name}_bucket{{{labels},le=\"{bound}\"}} {total}")?;
                        }
                        None => writeln!(page, "{name}_bucket{{{labels},le=\"+Inf\"}} {total}")?,
                    }
                }
                writeln!(page, "{name}_sum{{{labels}}} {}", point.sum.unwrap_or_default())?;
                writeln!(page, "{name}_count{{{labels}}} {}", point.count)?;
            }
        }
    }
    Ok(page)
}

/// The page as gzip, at the level that is fastest.
pub(super) fn compress(page: &str) -> Result<Vec<u8>, BenchError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(page.as_bytes())?;
    Ok(encoder.finish()?)
}
