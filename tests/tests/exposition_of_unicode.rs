//! Whatever senders write into names, units, helps, keys and values: a page shows every series once, with its own value and
//! labels, and nothing else. Read by our strict parser, by the parsers of Python's client, and by prost.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use inferometer_collector::Serves;
use inferometer_tests::{CollectorUnderTest, Scrape, http, oracle};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, metric::Data,
        number_data_point::Value as Number,
    },
};
use prost::Message;

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

/// Metrics in which everything is noise but the attributes `case` and `text`. Names that have neither letter nor digit begin
/// with a word.
fn noisy(cases: usize, word: &str) -> Vec<(Metric, String)> {
    let mut noise = Noise(42);
    let metric = |case| {
        let text = noise.text(20);
        let others: Vec<KeyValue> = (0..noise.number(4))
            .map(|_| pair(&noise.text(6), &noise.text(10)))
            // What becomes one label is joined, which has tests of its own.
            .filter(|pair| pair.key != "case" && pair.key != "text")
            .collect();
        let data_points = vec![point(case, others.into_iter().chain([pair("text", &text)]))];
        let data = match noise.number(3) {
            0 => Data::Gauge(Gauge { data_points }),
            _ => Data::Sum(Sum { data_points, aggregation_temporality: 2, is_monotonic: true }),
        };
        let name = noise.text(12);
        let is_nameless = !name.chars().any(|char| char.is_ascii_alphanumeric());
        let metric = Metric {
            name: if is_nameless { format!("{word}{name}") } else { name },
            unit: noise.text(3),
            description: noise.text(40),
            data: Some(data),
            ..Metric::default()
        };
        (metric, text)
    };
    (0..cases).map(metric).collect()
}

/// Sends metrics; how many of their points were not kept.
fn send(collector: &CollectorUnderTest, metrics: Vec<Metric>) -> i64 {
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let resource = ResourceMetrics { scope_metrics, ..ResourceMetrics::default() };
    let request = ExportMetricsServiceRequest { resource_metrics: vec![resource] };
    let protobuf = [("content-type", "application/x-protobuf")];
    let address = collector.address(Serves::OtlpHttp);
    let reply = http::post(address, "/v1/metrics", &protobuf, &request.encode_to_vec());
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = ExportMetricsServiceResponse::decode(&*reply.body).expect("a response");
    reply.partial_success.map_or(0, |partial| partial.rejected_data_points)
}

/// Labels and value of a sample.
type Seen = (BTreeMap<String, String>, f64);

/// What our parser reads from the text.
fn strict(collector: &CollectorUnderTest) -> Vec<Seen> {
    let (_, text) = Scrape::page(collector.address(Serves::Metrics), TEXT);
    let page = Scrape::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    page.samples().map(|sample| (sample.labels.clone(), sample.value)).collect()
}

/// What prost reads from protobuf.
fn protobuf(collector: &CollectorUnderTest) -> Vec<Seen> {
    let (content_type, page) = Scrape::bytes(collector.address(Serves::Metrics), oracle::PROTOBUF);
    assert!(content_type.starts_with("application/vnd.google.protobuf"), "{content_type}");
    let numbers = oracle::protobuf_numbers(&page).into_iter();
    numbers.map(|sample| (sample.labels, sample.value)).collect()
}

/// What Python's client reads from the text and from OpenMetrics; nothing where it is not installed.
fn python(collector: &CollectorUnderTest) -> Vec<Vec<Seen>> {
    let address = collector.address(Serves::Metrics);
    let text = oracle::prometheus_client(&Scrape::page(address, TEXT).1);
    let open = oracle::prometheus_client_open_metrics(&Scrape::page(address, OPEN_METRICS).1);
    let seen = |samples: Vec<oracle::PythonSample>| {
        samples.into_iter().map(|sample| (sample.labels, sample.value)).collect()
    };
    [text, open].into_iter().flatten().map(seen).collect()
}

/// Every sample is one of the collector's own or that of a case, which shows its number and its text.
#[track_caller]
fn check(samples: Vec<Seen>, texts: &[String], kept: usize) {
    let mut cases = BTreeSet::new();
    for (labels, value) in samples {
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
    assert_eq!(send(&collector, vec![metric]), 0);
    let ours = [strict(&collector), protobuf(&collector)];
    for samples in python(&collector).into_iter().chain(ours) {
        check(samples, &texts, texts.len());
    }
}

fn check_noise(cases: usize, word: &str, read: impl Fn(&CollectorUnderTest) -> Vec<Vec<Seen>>) {
    let (metrics, texts): (Vec<_>, Vec<_>) = noisy(cases, word).into_iter().unzip();
    let collector = CollectorUnderTest::start();
    let rejected = usize::try_from(send(&collector, metrics)).expect("a count");
    assert!(rejected < cases / 4, "{rejected} of {cases} were rejected");
    for samples in read(&collector) {
        check(samples, &texts, cases - rejected);
    }
}

#[test]
fn noise_harms_no_series_and_makes_none() {
    check_noise(50_000, "", |collector| vec![strict(collector), protobuf(collector)]);
}

#[test]
fn noise_harms_no_series_for_the_python_client() {
    // To this client the counter `_total` has no name at all.
    check_noise(2_000, "m", python);
}
