//! What must be shown of an exponential histogram, in either form.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Answer, count, spelled};
use crate::oracle::NativeHistogram;

/// The widest bucket that an SDK needs for what the scenario records, as a power of two: 160 buckets for 33 of them.
const WIDTH_MAX: f64 = 0.25;

/// A name, the labels without it, and a native histogram.
pub type NativeAnswer = (String, BTreeMap<String, String>, NativeHistogram);

/// An exponential histogram of which all values are known.
#[derive(Debug)]
pub(super) struct Exponential {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) values: Vec<f64>,
}

impl Exponential {
    /// Takes its buckets at powers of two out of an answer; what is wrong with them.
    pub(super) fn take_classic(&self, answer: &mut Vec<Answer>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut powers = BTreeSet::new();
        let bucket = format!("{}_bucket", self.name);
        let series = spelled(&bucket, &self.labels);
        answer.retain(|(name, labels, below)| {
            let mut labels = labels.clone();
            let bound = labels.remove("le");
            let (true, Some(bound)) = (*name == bucket && labels == self.labels, bound) else {
                return true;
            };
            let bound: f64 = bound.parse().expect("a bound is a number");
            let expected = count(&self.values, bound);
            let power = bound.log2();
            if bound.is_finite() && bound != 0.0 && bound != power.round().exp2() {
                wrong.push(format!("{series} has a bound at {bound}"));
            }
            if *below != expected {
                wrong.push(format!("{series} has {below} at or below {bound}, not {expected}"));
            }
            powers.insert(bound.to_bits());
            false
        });
        // A value between two neighbouring powers that are both shown is where it belongs.
        let above = self.values.iter().filter(|value| **value > 0.0);
        let needed = above.map(|value| value.log2().ceil().exp2()).chain([f64::INFINITY]);
        for missing in needed.map(f64::to_bits).collect::<BTreeSet<_>>().difference(&powers) {
            wrong.push(format!("{series} has no bound at {}", f64::from_bits(*missing)));
        }
        wrong
    }

    /// Takes it out of an answer as a native histogram; what is wrong with that.
    pub(super) fn take_native(&self, answer: &mut Vec<NativeAnswer>) -> Vec<String> {
        let place = answer
            .iter()
            .position(|(name, labels, _)| *name == self.name && *labels == self.labels);
        let Some(place) = place else {
            return vec![format!("{self} is no native histogram")];
        };
        let (_, _, seen) = answer.swap_remove(place);
        let mut wrong = Vec::new();
        let mut must_be = |what: &str, seen: f64, expected: f64| {
            if seen != expected {
                wrong.push(format!("{self} has {what} {seen}, not {expected}"));
            }
        };
        let all = count(&self.values, f64::INFINITY);
        must_be("the count", seen.count, all);
        must_be("the sum", seen.sum, self.values.iter().sum());
        must_be("in all buckets", seen.buckets.iter().map(|bucket| bucket.count).sum(), all);
        for bucket in &seen.buckets {
            let inside: Vec<f64> =
                self.values.iter().copied().filter(|value| bucket.holds(*value)).collect();
            must_be(
                &format!("{bucket}, in which are"),
                bucket.count,
                count(&inside, f64::INFINITY),
            );
        }
        let is_wide = |upper: f64, lower: f64| (upper / lower).log2() > WIDTH_MAX + f64::EPSILON;
        let wide = seen.buckets.iter().filter(|it| it.lower > 0.0 && is_wide(it.upper, it.lower));
        wrong.extend(wide.map(|bucket| format!("{self} has a bucket as wide as {bucket}")));
        wrong
    }
}

impl fmt::Display for Exponential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spelled(&self.name, &self.labels))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(count: &str, sum: &str, buckets: &serde_json::Value, expected: &[&str]) {
        let histogram = json!({"count": count, "sum": sum, "buckets": buckets});
        let labels = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        let values = vec![0.0, 1.0, 1.5, 1.5];
        let exponential = Exponential { name: "e".to_owned(), labels: labels.clone(), values };
        let mut answer = vec![("e".to_owned(), labels, NativeHistogram::read(&histogram))];
        assert_eq!(exponential.take_native(&mut answer), expected);
        assert!(answer.is_empty());
    }

    #[test]
    fn a_native_histogram_of_the_same_values_is_taken() {
        let buckets = json!([
            [3, "-1e-128", "1e-128", "1"],
            [0, "0.8408964152537144", "1", "1"],
            [0, "1.4142135623730951", "1.6817928305074292", "2"],
        ]);
        check("4", "4", &buckets, &[]);
    }

    #[test]
    fn wrong_counts_and_wide_buckets_of_a_native_histogram_are_told() {
        let buckets = json!([[0, "0.5", "1", "1"], [0, "1.4142135623730951", "1.68", "1"]]);
        let wrong = [
            "e{a=\"b\"} has the count 3, not 4",
            "e{a=\"b\"} has the sum 4.5, not 4",
            "e{a=\"b\"} has in all buckets 2, not 4",
            "e{a=\"b\"} has (1.4142135623730951, 1.68]: 1, in which are 1, not 2",
            "e{a=\"b\"} has a bucket as wide as (0.5, 1]: 1",
        ];
        check("3", "4.5", &buckets, &wrong);
    }
}
