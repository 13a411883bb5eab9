//! Whatever metrics and labels are called, a strategy that keeps names shows them to each reader as it asked: as they are, or
//! escaped by any scheme; every page is read by the parsers of Python's client, and no series is missing on any.

use std::collections::{BTreeMap, BTreeSet};

use inferometer_collector::Serves;
use inferometer_tests::{CollectorUnderTest, LOOPBACK_CONFIG, Scrape, oracle};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, Sum, metric::Data,
        number_data_point::Value as Number,
    },
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

const CASES: usize = 1500;
/// The label that tells every case from all others.
const CASE: &str = "case";

/// One metric with one point.
#[derive(Debug)]
struct Case {
    name: String,
    help: String,
    unit: &'static str,
    kind: u8,
    /// Beside the label that numbers the case; no key twice.
    attributes: BTreeMap<String, String>,
}

/// Any characters, those that the formats have a use for, and plain words.
fn text(most: usize) -> impl Strategy<Value = String> {
    let any = prop::collection::vec(any::<char>(), 0..=most).prop_map(String::from_iter);
    prop_oneof![any, "[\\x00-\\x7f]{0,8}", "[\"\\\\\n\r{}=,#._: ]{0,6}", "[a-c._-]{1,4}"]
}

/// The same cases each time.
fn cases() -> Vec<Case> {
    let attributes = prop::collection::btree_map(text(6), text(10), 0..4);
    let unit = prop::sample::select(vec!["", "By", "s", "1", "{x}/s", "°F"]);
    let case = (text(12), text(30), unit, 0_u8..3, attributes);
    let mut runner = TestRunner::deterministic();
    let mut next = || {
        let tree = case.new_tree(&mut runner).expect("a case");
        let (name, help, unit, kind, mut attributes) = tree.current();
        attributes.retain(|key, _| key != CASE);
        // No two kinds share a name, which would be rejected.
        let name = format!("{name}{}", ["g", "c", "h"][usize::from(kind)]);
        Case { name, help, unit, kind, attributes }
    };
    (0..CASES).map(|_| next()).collect()
}

fn metric(number: usize, case: &Case) -> Metric {
    let pair = |(key, value): (&str, &str)| {
        let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
        KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
    };
    let n = number.to_string();
    let attributes = case.attributes.iter().map(|(key, value)| (&**key, &**value));
    let attributes: Vec<_> = attributes.chain([(CASE, &*n)]).map(pair).collect();
    let (time_unix_nano, aggregation_temporality) = (2, 2);
    let point = NumberDataPoint {
        attributes: attributes.clone(),
        time_unix_nano,
        value: Some(Number::AsInt(number as i64)),
        ..NumberDataPoint::default()
    };
    let data = match case.kind {
        0 => Data::Gauge(Gauge { data_points: vec![point] }),
        1 => {
            let (data_points, is_monotonic) = (vec![point], true);
            Data::Sum(Sum { data_points, aggregation_temporality, is_monotonic })
        }
        _ => {
            let point = HistogramDataPoint {
                attributes,
                time_unix_nano,
                count: number as u64,
                sum: Some(2.5),
                bucket_counts: vec![number as u64, 0],
                explicit_bounds: vec![1e6],
                ..HistogramDataPoint::default()
            };
            Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality })
        }
    };
    Metric {
        name: case.name.clone(),
        description: case.help.clone(),
        unit: case.unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

/// A collector that has all cases, and how many of them it rejected.
fn filled(strategy: &str, cases: &[Case]) -> (CollectorUnderTest, usize) {
    let options = format!("endpoint: \"127.0.0.1:0\", translation_strategy: {strategy}");
    let config = LOOPBACK_CONFIG
        .replace("prometheus: {endpoint: \"127.0.0.1:0\"}", &format!("prometheus: {{{options}}}"));
    let collector = CollectorUnderTest::with_config(&config);
    let metrics = cases.iter().enumerate().map(|(number, case)| metric(number, case)).collect();
    let rejected = collector.take(metrics);
    (collector, usize::try_from(rejected).expect("a count"))
}

/// What Python's client reads for an escaping from OpenMetrics and from text, by case; nothing where it is not installed.
fn read(
    collector: &CollectorUnderTest,
    escaping: &str,
) -> Option<[BTreeMap<usize, oracle::PythonSample>; 2]> {
    let page = |media: &str| {
        let accept = format!("{media};version=1.0.0;escaping={escaping}");
        let (content_type, page) = Scrape::page(collector.address(Serves::Metrics), &accept);
        let expected = format!("{media}; version=1.0.0; charset=utf-8; escaping={escaping}");
        assert_eq!(content_type, expected);
        page
    };
    let open = oracle::prometheus_client_open_metrics(&page("application/openmetrics-text"))?;
    let text = oracle::prometheus_client(&page("text/plain"))?;
    Some([by_case(open), by_case(text)])
}

/// The one sample of each case that has its number for a value.
fn by_case(samples: Vec<oracle::PythonSample>) -> BTreeMap<usize, oracle::PythonSample> {
    let mut cases = BTreeMap::new();
    for sample in samples {
        let Some(case) = sample.labels.get(CASE) else {
            assert_eq!(sample.labels.get("job").map(String::as_str), Some("inferometer"));
            continue;
        };
        let case = case.parse().expect("a number");
        if sample.labels.contains_key("le") || sample.name.ends_with("_sum") {
            continue;
        }
        assert_eq!(sample.value, case as f64, "{sample:?}");
        let twice = cases.insert(case, sample);
        assert!(twice.is_none(), "case {case} is there twice: {twice:?}");
    }
    cases
}

/// Whether a name means something to Prometheus, so that an attribute of this key is shown under another.
fn moves_aside(key: &str) -> bool {
    let mut chars = key.chars();
    // A digit is no first character.
    let first = chars.next().is_none_or(|char| !char.is_ascii_alphabetic());
    first && chars.next().is_none_or(|char| !char.is_ascii_alphanumeric())
}

#[test]
fn a_reader_of_any_names_sees_every_name_and_key_as_it_is() {
    let cases = cases();
    let (collector, rejected) = filled("NoTranslation", &cases);
    assert!(rejected < CASES / 100, "{rejected} were rejected");
    let Some(pages) = read(&collector, "allow-utf-8") else {
        return;
    };
    for (seen, is_text) in pages.iter().zip([false, true]) {
        assert_eq!(seen.len(), CASES - rejected);
        for (number, sample) in seen {
            let case = &cases[*number];
            let name = case.name.replace('\0', "_");
            // That client calls every counter of the text so.
            let total =
                if case.kind == 1 && is_text && !name.ends_with("_total") { "_total" } else { "" };
            let suffix = if case.kind == 2 { "_count" } else { total };
            assert_eq!(sample.name, format!("{name}{suffix}"), "case {number}");
            let shown = case.attributes.iter().filter(|(_, value)| !value.is_empty());
            for (key, value) in shown.filter(|(key, _)| !moves_aside(key)) {
                let seen = sample.labels.get(&key.replace('\0', "_"));
                // Two keys that differ in NUL alone are joined.
                assert!(
                    seen.is_some_and(|seen| seen == value || key.contains('\0')),
                    "case {number}: {key:?} is {seen:?}"
                );
            }
        }
    }
}

#[test]
fn every_scheme_shows_every_series_in_classic_characters() {
    let cases = cases();
    for strategy in ["NoTranslation", "NoUTF8EscapingWithSuffixes"] {
        let (collector, rejected) = filled(strategy, &cases);
        for escaping in ["underscores", "dots", "values"] {
            for seen in read(&collector, escaping).into_iter().flatten() {
                assert_eq!(seen.len(), CASES - rejected, "{strategy} {escaping}");
                let is_classic = |name: &str| {
                    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_:".contains(&byte))
                };
                for sample in seen.values() {
                    assert!(is_classic(&sample.name), "{sample:?}");
                    assert!(sample.labels.keys().all(|name| is_classic(name)), "{sample:?}");
                }
            }
        }
    }
}

/// The name that was escaped by `values`.
fn decoded(name: &str) -> String {
    let Some(mut rest) = name.strip_prefix("U__") else {
        return name.to_owned();
    };
    let mut decoded = String::new();
    while let Some(char) = rest.chars().next() {
        rest = &rest[char.len_utf8()..];
        if char != '_' {
            decoded.push(char);
        } else if let Some(behind) = rest.strip_prefix('_') {
            decoded.push('_');
            rest = behind;
        } else {
            let (hex, behind) = rest.split_once('_').expect("an end of the number");
            let number = u32::from_str_radix(hex, 16).expect("a number");
            decoded.push(char::from_u32(number).expect("a character"));
            rest = behind;
        }
    }
    decoded
}

#[test]
fn names_escaped_as_values_are_decoded_to_what_they_were() {
    let cases = cases();
    let (collector, rejected) = filled("NoTranslation", &cases);
    let Some([open, _]) = read(&collector, "values") else {
        return;
    };
    assert_eq!(open.len(), CASES - rejected);
    let mut names = BTreeSet::new();
    for (number, sample) in &open {
        let case = &cases[*number];
        let name = if case.kind == 2 {
            sample.name.strip_suffix("_count").expect("the suffix of a count")
        } else {
            &sample.name
        };
        assert_eq!(decoded(name), case.name.replace('\0', "_"), "case {number}: {name}");
        names.insert(name);
    }
    assert!(names.len() > CASES / 2);
}
