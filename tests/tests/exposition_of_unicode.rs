//! Whatever senders write into names, units, helps, keys and values: a page shows every series once, with its own value and
//! labels, and nothing else. Read by our strict parser, by the parsers of Python's client, and by prost.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use inferometer_collector::Serves;
use inferometer_tests::{CollectorUnderTest, LOOPBACK_CONFIG, Scrape, oracle};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, Sum, metric::Data, number_data_point::Value as Number,
    },
};

const TEXT: &str = "text/plain;version=0.0.4";
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0";
/// Characters that end something in one of the formats, or that programs like to normalise.
const AWKWARD: [char; 24] = [
    '"',
    '\\',
    '\n',
    '\r',
    '\0',
    '\t',
    ' ',
    '{',
    '}',
    '=',
    ',',
    '#',
    '.',
    '_',
    ':',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{2028}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{1f600}',
    '\u{10ffff}',
];
/// Characters of one label value.
const VALUE_CHARS: usize = 4096;

/// Strings of all kinds, always the same ones.
struct Noise(u64);

impl Noise {
    /// Below `limit`.
    fn number(&mut self, limit: u32) -> u32 {
        // Knuth's generator, of which the high bits are the good ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(((self.0 >> 32) * u64::from(limit)) >> 32).expect("less than the limit")
    }

    fn char(&mut self) -> char {
        match self.number(8) {
            0..4 => char::from(b'a' + u8::try_from(self.number(26)).expect("a letter")),
            4..7 => AWKWARD[self.number(24) as usize],
            _ => iter::repeat_with(|| char::from_u32(self.number(0x11_0000)))
                .flatten()
                .next()
                .expect("most numbers are characters"),
        }
    }

    fn text(&mut self, length_max: u32) -> String {
        (0..self.number(length_max + 1)).map(|_| self.char()).collect()
    }
}

fn pair(key: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn point(case: usize, attributes: impl IntoIterator<Item = KeyValue>) -> NumberDataPoint {
    let case_of = pair("case", &case.to_string());
    NumberDataPoint {
        attributes: iter::once(case_of).chain(attributes).collect(),
        value: Some(Number::AsInt(i64::try_from(case).expect("a few"))),
        time_unix_nano: 1,
        ..NumberDataPoint::default()
    }
}

/// What a series must show.
struct Case {
    name: String,
    text: String,
    labels: BTreeMap<String, String>,
}

/// Metrics in which everything is noise but the attribute `case`. Names that have neither letter nor digit begin with a word.
fn noisy(cases: usize, word: &str) -> Vec<(Metric, Case)> {
    let mut noise = Noise(42);
    let metric = |case| {
        let text = noise.text(20);
        let mut attributes = vec![pair("text", &text)];
        let mut labels = BTreeMap::new();
        for _ in 0..noise.number(4) {
            let (key, value) = (noise.text(6), noise.text(10));
            let is_reserved = ["case", "text", "job", "instance"].contains(&&*key);
            // What begins with two underscores, if shown in classic characters, is Prometheus' own.
            let is_internal = key.chars().take(2).all(|char| !char.is_ascii_alphanumeric());
            if !is_reserved && !is_internal {
                attributes.push(pair(&key, &value));
                // Of two with one key the first counts.
                labels.entry(key).or_insert(value);
            }
        }
        labels.retain(|_, value| !value.is_empty());
        let data_points = vec![point(case, attributes)];
        let data = match noise.number(3) {
            0 => Data::Gauge(Gauge { data_points }),
            _ => Data::Sum(Sum { data_points, aggregation_temporality: 2, is_monotonic: true }),
        };
        let mut name = noise.text(12);
        if !name.chars().any(|char| char.is_ascii_alphanumeric()) {
            name.insert_str(0, word);
        }
        let metric = Metric {
            name: name.clone(),
            unit: noise.text(3),
            description: noise.text(40),
            data: Some(data),
            ..Metric::default()
        };
        (metric, Case { name, text, labels })
    };
    (0..cases).map(metric).collect()
}

/// Name, labels and value of a sample.
type Seen = (String, BTreeMap<String, String>, f64);

/// What our parser reads from the text.
fn strict(collector: &CollectorUnderTest) -> Vec<Seen> {
    let (_, text) = Scrape::page(collector.address(Serves::Metrics), TEXT);
    let page = Scrape::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let samples = page.samples();
    samples.map(|it| (it.name.clone(), it.labels.clone(), it.value)).collect()
}

/// What prost reads from protobuf.
fn protobuf(collector: &CollectorUnderTest, escaping: &str) -> Vec<Seen> {
    let accept = format!("{}{escaping}", oracle::PROTOBUF);
    let (content_type, page) = Scrape::bytes(collector.address(Serves::Metrics), &accept);
    assert!(content_type.starts_with("application/vnd.google.protobuf"), "{content_type}");
    let numbers = oracle::protobuf_numbers(&page).into_iter();
    numbers.map(|sample| (sample.name, sample.labels, sample.value)).collect()
}

/// What Python's client reads from a text and from OpenMetrics; nothing where it is not installed.
fn python(collector: &CollectorUnderTest, text: &str, open_metrics: &str) -> Vec<Vec<Seen>> {
    let address = collector.address(Serves::Metrics);
    let text = oracle::prometheus_client(&Scrape::page(address, text).1);
    let page = Scrape::page(address, open_metrics).1;
    let open_metrics = oracle::prometheus_client_open_metrics(&page);
    let seen = |samples: Vec<oracle::PythonSample>| {
        samples.into_iter().map(|it| (it.name, it.labels, it.value)).collect()
    };
    [text, open_metrics].into_iter().flatten().map(seen).collect()
}

/// Every sample is one of the collector's own or that of a case, which shows its number and its text.
#[track_caller]
fn check(samples: Vec<Seen>, texts: &[String], kept: usize) {
    let mut cases = BTreeSet::new();
    for (_, labels, value) in samples {
        let Some(case) = labels.get("case") else {
            assert_eq!(labels.get("job").map(String::as_str), Some("inferometer"), "{labels:?}");
            continue;
        };
        let case: usize = case.parse().expect("a case");
        assert_eq!(value, case as f64);
        assert_eq!(labels.get("text").map_or("", String::as_str), texts[case], "case {case}");
        assert!(cases.insert(case), "case {case} is there twice");
    }
    assert_eq!(cases.len(), kept);
}

#[test]
fn every_character_is_read_back_from_a_label() {
    let characters: Vec<char> = ('\0'..=char::MAX).collect();
    let texts: Vec<String> = characters.chunks(VALUE_CHARS).map(String::from_iter).collect();
    let points = texts.iter().enumerate().map(|(case, text)| point(case, [pair("text", text)]));
    let gauge = Data::Gauge(Gauge { data_points: points.collect() });
    let metric = Metric { name: "unicode".to_owned(), data: Some(gauge), ..Metric::default() };
    let collector = CollectorUnderTest::start();
    assert_eq!(collector.take(vec![metric]), 0);
    let ours = [strict(&collector), protobuf(&collector, "")];
    for samples in python(&collector, TEXT, OPEN_METRICS).into_iter().chain(ours) {
        check(samples, &texts, texts.len());
    }
}

fn check_noise(cases: usize, word: &str, read: impl Fn(&CollectorUnderTest) -> Vec<Vec<Seen>>) {
    let (metrics, cases): (Vec<_>, Vec<_>) = noisy(cases, word).into_iter().unzip();
    let texts: Vec<String> = cases.into_iter().map(|case| case.text).collect();
    let collector = CollectorUnderTest::start();
    let rejected = usize::try_from(collector.take(metrics)).expect("a count");
    assert!(rejected < texts.len() / 4, "{rejected} were rejected");
    for samples in read(&collector) {
        check(samples, &texts, texts.len() - rejected);
    }
}

#[test]
fn noise_harms_no_series_and_makes_none() {
    check_noise(50_000, "", |collector| vec![strict(collector), protobuf(collector, "")]);
}

#[test]
fn noise_harms_no_series_for_the_python_client() {
    // To this client the counter `_total` has no name at all.
    check_noise(2_000, "m", |collector| python(collector, TEXT, OPEN_METRICS));
}

/// A collector that keeps names as they are.
fn untranslated() -> CollectorUnderTest {
    let config = LOOPBACK_CONFIG.replace(
        "  prometheus: {endpoint: \"127.0.0.1:0\"}",
        "  prometheus: {endpoint: \"127.0.0.1:0\", translation_strategy: NoTranslation}",
    );
    CollectorUnderTest::with_config(&config)
}

/// Every case is shown with the name and the labels that its sender gave it.
#[track_caller]
fn check_names(samples: Vec<Seen>, cases: &[Case], kept: usize) {
    // No name of Prometheus may have one.
    let shown = |name: &str| name.replace('\0', "_");
    let mut count = 0;
    for (name, labels, _) in samples {
        let Some(case) = labels.get("case") else {
            continue;
        };
        let case = &cases[case.parse::<usize>().expect("a case")];
        // Python's client calls every counter so.
        let plain = name.strip_suffix("_total").unwrap_or(&name);
        let expected = shown(&case.name);
        assert!(plain == expected || name == expected, "{name:?} is not {expected:?}");
        for (key, value) in &case.labels {
            assert_eq!(labels.get(&shown(key)), Some(value), "{key:?} of {labels:?}");
        }
        count += 1;
    }
    assert_eq!(count, kept);
}

#[test]
fn names_of_any_characters_are_read_back_by_readers_who_take_them() {
    const UTF_8: &str = ";escaping=allow-utf-8";
    let (metrics, cases): (Vec<_>, Vec<_>) = noisy(2_000, "m").into_iter().unzip();
    let collector = untranslated();
    let rejected = usize::try_from(collector.take(metrics)).expect("a count");
    assert!(rejected < cases.len() / 4, "{rejected} were rejected");
    let text = format!("text/plain;version=1.0.0{UTF_8}");
    let pages = python(&collector, &text, &format!("{OPEN_METRICS}{UTF_8}"));
    for samples in pages.into_iter().chain([protobuf(&collector, UTF_8)]) {
        check_names(samples, &cases, cases.len() - rejected);
    }
}
