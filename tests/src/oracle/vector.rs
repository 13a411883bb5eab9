//! An instant vector of Prometheus' API: numbers and native histograms, each by its labels.

use std::{collections::BTreeMap, fmt, ops::RangeInclusive};

use serde_json::Value;

/// One series of an answer.
#[derive(Debug, Clone)]
pub struct Answered {
    /// With `__name__`, unless a function took it.
    pub labels: BTreeMap<String, String>,
    /// What it is at the moment of the query.
    pub value: Answer,
}

/// The value of a series.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A number.
    Float(f64),
    /// A native histogram.
    Histogram(NativeHistogram),
}

/// A native histogram as Prometheus shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeHistogram {
    /// All observations.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// Those buckets that are not empty, ascending.
    pub buckets: Vec<NativeBucket>,
}

/// A bucket of a native histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NativeBucket {
    includes_lower: bool,
    includes_upper: bool,
    /// Its lower bound.
    pub lower: f64,
    /// Its upper bound.
    pub upper: f64,
    /// Observations in it.
    pub count: f64,
}

/// How the API says which bounds belong to a bucket: 0 the upper, 1 the lower, 2 none, 3 both.
const RULES: RangeInclusive<u64> = 0..=3;

impl Answered {
    pub(super) fn read(series: &Value) -> Self {
        let labels = serde_json::from_value(series["metric"].clone()).expect("labels");
        let value = match &series["histogram"][1] {
            Value::Null => Answer::Float(number(&series["value"][1])),
            histogram => Answer::Histogram(NativeHistogram::read(histogram)),
        };
        Self { labels, value }
    }
}

impl NativeHistogram {
    pub(crate) fn read(histogram: &Value) -> Self {
        let buckets = histogram["buckets"].as_array().map_or(&[][..], Vec::as_slice);
        Self {
            count: number(&histogram["count"]),
            sum: number(&histogram["sum"]),
            buckets: buckets.iter().map(NativeBucket::read).collect(),
        }
    }
}

impl NativeBucket {
    fn read(bucket: &Value) -> Self {
        let rule = bucket[0].as_u64().filter(|rule| RULES.contains(rule)).expect("a rule");
        Self {
            includes_lower: rule == 1 || rule == 3,
            includes_upper: rule == 0 || rule == 3,
            lower: number(&bucket[1]),
            upper: number(&bucket[2]),
            count: number(&bucket[3]),
        }
    }

    /// Whether a value belongs into it.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        (value > self.lower || (self.includes_lower && value == self.lower))
            && (value < self.upper || (self.includes_upper && value == self.upper))
    }
}

/// As mathematics writes an interval, with its count.
impl fmt::Display for NativeBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { includes_lower, includes_upper, lower, upper, count } = self;
        let open = if *includes_lower { '[' } else { '(' };
        let close = if *includes_upper { ']' } else { ')' };
        write!(f, "{open}{lower}, {upper}{close}: {count}")
    }
}

fn number(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).expect("a number in quotes")
}
