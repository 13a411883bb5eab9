//! Whatever spans come, the totals are those that counting one by one gives.

use std::{collections::BTreeMap, time::Duration};

use opentelemetry_proto::tonic::trace::v1::Span;
use proptest::prelude::*;

use super::{
    super::{Dimension, DurationHistogram, DurationUnit, SpanMetricsSettings},
    support::{BEGIN, Bench, Labels, Shown, labels, of_resource, pair, settings, with_status},
};

const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];

/// A span as it is made up.
#[derive(Debug, Clone)]
struct Made {
    service: u8,
    name: u8,
    kind: i32,
    code: i32,
    model: Option<u8>,
    /// May be negative.
    nanos: i64,
}

fn made() -> impl Strategy<Value = Made> {
    let nanos = prop_oneof![
        4 => 0..20_000_000_000_i64,
        2 => 0..3000_i64,
        1 => -1000..1_i64,
        1 => (0..43_u32).prop_map(|power| 1000_i64 << power),
    ];
    let model = prop::option::of(0..3_u8);
    (0..3_u8, 0..4_u8, -1..8_i32, -1..5_i32, model, nanos).prop_map(
        |(service, name, kind, code, model, nanos)| Made {
            service,
            name,
            kind,
            code,
            model,
            nanos,
        },
    )
}

impl Made {
    fn span(&self) -> Span {
        let attributes = self.model.map(|model| pair("model", &format!("m{model}")));
        let span = Span {
            name: format!("n{}", self.name),
            kind: self.kind,
            start_time_unix_nano: BEGIN,
            end_time_unix_nano: BEGIN.saturating_add_signed(self.nanos),
            attributes: attributes.into_iter().collect(),
            ..Span::default()
        };
        with_status(span, self.code)
    }

    /// By the words of the protocol's own definition.
    fn labels(&self) -> Labels {
        let word = |words: &[&str], number: i32| {
            let known = usize::try_from(number).ok().and_then(|number| words.get(number));
            known.unwrap_or(&words[0]).to_string()
        };
        labels(&[
            ("service.name", &format!("s{}", self.service)),
            ("span.name", &format!("n{}", self.name)),
            ("span.kind", &format!("SPAN_KIND_{}", word(&KINDS, self.kind))),
            ("status.code", &format!("STATUS_CODE_{}", word(&CODES, self.code))),
            ("model", &self.model.map_or("none".to_owned(), |model| format!("m{model}"))),
        ])
    }

    fn duration(&self, unit: DurationUnit) -> f64 {
        let divisor = if unit == DurationUnit::Seconds { 1e9 } else { 1e6 };
        self.nanos.max(0) as f64 / divisor
    }
}

/// Spans in requests of a few resources each.
fn send(bench: &Bench, spans: &[Made]) {
    for request in spans.chunks(7) {
        let resource = |made: &Made| {
            let service = pair("service.name", &format!("s{}", made.service));
            of_resource(vec![pair("host.name", "h"), service], vec![made.span()])
        };
        bench.take(request.iter().map(resource).collect());
    }
}

fn with(histogram: DurationHistogram, unit: DurationUnit) -> SpanMetricsSettings {
    let model = Dimension { name: "model".to_owned(), default: Some("none".to_owned()) };
    SpanMetricsSettings { dimensions: vec![model], histogram, unit, ..settings() }
}

/// The durations of each series, one by one.
fn counted(spans: &[Made], unit: DurationUnit) -> BTreeMap<Labels, Vec<f64>> {
    let mut counted: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
    for made in spans {
        counted.entry(made.labels()).or_default().push(made.duration(unit));
    }
    counted
}

fn check_sum(sum: Option<f64>, durations: &[f64]) {
    let expected: f64 = durations.iter().sum();
    let sum = sum.expect("a sum");
    assert!((sum - expected).abs() <= 1e-9 * expected.max(1.0), "{sum} of {expected}");
}

/// Every bound of the buckets has as many durations below it as were counted there.
fn check_exponential(shown: &Shown, durations: &[f64], max_size: usize) {
    let point = shown.exponential.as_ref().expect("a histogram");
    assert_eq!(point.count, durations.len() as u64);
    check_sum(point.sum, durations);
    assert_eq!(point.zero_count, durations.iter().filter(|it| **it == 0.0).count() as u64);
    let buckets = point.positive.as_ref().expect("buckets");
    assert!(buckets.bucket_counts.len() <= max_size, "{buckets:?}");
    let mut below = point.zero_count;
    for (place, count) in buckets.bucket_counts.iter().enumerate() {
        below += count;
        let index = f64::from(buckets.offset) + place as f64 + 1.0;
        let bound = (index * f64::from(-point.scale).exp2()).exp2();
        let at_most = |bound: f64| durations.iter().filter(|it| **it <= bound).count() as u64;
        // Next to a bound that is no power of two, either bucket is right.
        let (least, most) = (at_most(bound * (1.0 - 1e-12)), at_most(bound * (1.0 + 1e-12)));
        assert!((least..=most).contains(&below), "{below} up to {bound} in {durations:?}");
    }
    assert_eq!(below, point.count, "every duration is in a bucket");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn totals_are_what_counting_one_by_one_gives(
        spans in prop::collection::vec(made(), 1..120),
        max_size in prop_oneof![Just(2_usize), Just(20), Just(160)],
        unit in prop_oneof![Just(DurationUnit::Milliseconds), Just(DurationUnit::Seconds)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _entered = runtime.enter();
        let bench = Bench::start(with(DurationHistogram::Exponential { max_size }, unit));
        let (first, rest) = spans.split_at(spans.len() / 2);
        send(&bench, first);
        prop_assert_eq!(bench.flush().len(), counted(first, unit).len());
        send(&bench, rest);
        let (shown, expected) = (bench.flush(), counted(&spans, unit));
        prop_assert!(shown.keys().eq(expected.keys()), "{:?}", shown.keys());
        for (labels, durations) in &expected {
            prop_assert_eq!(shown[labels].calls(), durations.len() as u64);
            check_exponential(&shown[labels], durations, max_size);
        }
        prop_assert_eq!(bench.exported(), spans.len() as u64);
    }

    #[test]
    fn explicit_buckets_hold_what_is_at_or_below_their_bounds(
        spans in prop::collection::vec(made(), 1..80),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _entered = runtime.enter();
        let bounds = [1, 2, 1024, 5_000_000_u64].map(Duration::from_micros);
        let unit = DurationUnit::Milliseconds;
        let bench = Bench::start(with(DurationHistogram::Explicit(bounds.to_vec()), unit));
        send(&bench, &spans);
        let (shown, expected) = (bench.flush(), counted(&spans, unit));
        prop_assert!(shown.keys().eq(expected.keys()), "{:?}", shown.keys());
        for (labels, durations) in &expected {
            let point = shown[labels].explicit.as_ref().expect("a histogram");
            prop_assert_eq!(&point.explicit_bounds, &[0.001, 0.002, 1.024, 5000.0]);
            prop_assert_eq!(point.bucket_counts.len(), 5);
            let mut below = 0;
            for (bound, count) in point.explicit_bounds.iter().zip(&point.bucket_counts) {
                below += count;
                let at_most = durations.iter().filter(|it| *it <= bound).count() as u64;
                prop_assert_eq!(below, at_most, "up to {}", bound);
            }
            prop_assert_eq!(point.count, durations.len() as u64);
            prop_assert_eq!(point.bucket_counts.iter().sum::<u64>(), point.count);
            check_sum(point.sum, durations);
        }
    }
}
