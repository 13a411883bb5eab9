//! What the foreign SDKs record, `tests/foreign/scenario.json`, and what must be answered once they did.

mod exponential;

use std::{collections::BTreeMap, fs};

use serde::Deserialize;
use serde_json::Value;

use self::exponential::Exponential;
pub use self::exponential::NativeAnswer;
use crate::{Kind, Sample, workspace_root};

/// Buckets of a histogram that names none, as the specification has them.
const DEFAULT_BOUNDS: [f64; 15] = [
    0.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 7500.0,
    10_000.0,
];
/// Differences that a failure shows.
const DIFFERENCES_MAX: usize = 10;

/// Instruments and what is recorded with them, in rounds.
#[derive(Debug, Deserialize)]
pub struct Scenario {
    attributes: BTreeMap<String, Attributes>,
    /// Everything that is recorded with.
    pub instruments: Vec<Instrument>,
    /// What is recorded between two exports.
    pub rounds: Vec<Vec<Measurements>>,
}

#[derive(Debug, Deserialize)]
struct Attributes {
    /// As Prometheus shall show them; the SDKs read what they record.
    labels: BTreeMap<String, String>,
}

/// One instrument.
#[derive(Debug, Deserialize)]
pub struct Instrument {
    name: String,
    /// Its name in Prometheus.
    pub prometheus: String,
    kind: InstrumentKind,
    /// Its help.
    pub description: String,
    bounds: Option<Vec<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InstrumentKind {
    Counter,
    UpDownCounter,
    Gauge,
    ObservableCounter,
    ObservableUpDownCounter,
    ObservableGauge,
    Histogram,
    ExponentialHistogram,
}

/// Values that are recorded one after the other with the same attributes.
#[derive(Debug, Deserialize)]
pub struct Measurements {
    instrument: String,
    attributes: String,
    values: Vec<f64>,
}

/// Who recorded it, as the foreign SDK says itself.
#[derive(Debug, Deserialize)]
pub struct Sender {
    resource: BTreeMap<String, Value>,
    scope: Scope,
    /// Points that were acknowledged so far.
    pub sent: f64,
}

#[derive(Debug, Deserialize)]
struct Scope {
    name: String,
    version: String,
    schema_url: String,
    attributes: BTreeMap<String, Value>,
}

/// A name, the labels without it, and a value.
pub type Answer = (String, BTreeMap<String, String>, f64);

/// How exponential histograms are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exponentials {
    /// In buckets at powers of two.
    Classic,
    /// As native histograms.
    Native,
}

/// All series of one sender, no more and no less.
#[derive(Debug)]
pub struct Expectation {
    shown: Exponentials,
    series: BTreeMap<String, f64>,
    exponential: Vec<Exponential>,
}

impl Instrument {
    /// The type that Prometheus is told.
    #[must_use]
    pub const fn prometheus_kind(&self) -> Kind {
        match self.kind {
            InstrumentKind::Counter | InstrumentKind::ObservableCounter => Kind::Counter,
            InstrumentKind::UpDownCounter
            | InstrumentKind::Gauge
            | InstrumentKind::ObservableUpDownCounter
            | InstrumentKind::ObservableGauge => Kind::Gauge,
            InstrumentKind::Histogram | InstrumentKind::ExponentialHistogram => Kind::Histogram,
        }
    }

    /// Whether its buckets are exponential.
    #[must_use]
    pub fn is_exponential(&self) -> bool {
        self.kind == InstrumentKind::ExponentialHistogram
    }
}

impl Sender {
    /// `job` and `instance`.
    #[must_use]
    pub fn target(&self) -> BTreeMap<String, String> {
        let attribute = |key: &str| text(&self.resource[key]);
        let job = format!("{}/{}", attribute("service.namespace"), attribute("service.name"));
        [("job", job), ("instance", attribute("service.instance.id"))].map(owned).into()
    }

    /// What every series of it is told by.
    fn labels(&self) -> BTreeMap<String, String> {
        let Scope { name, version, schema_url, attributes } = &self.scope;
        let scope = [("name", name), ("version", version), ("schema_url", schema_url)];
        let scope = scope.map(|(key, value)| (format!("otel_scope_{key}"), value.clone()));
        let more = attributes.iter().map(|(key, value)| (format!("otel_scope_{key}"), text(value)));
        self.target().into_iter().chain(scope).chain(more).collect()
    }

    fn info(&self) -> BTreeMap<String, String> {
        let identity = ["service.namespace", "service.name", "service.instance.id"];
        let others = self.resource.iter().filter(|(key, _)| !identity.contains(&&***key));
        let others = others.map(|(key, value)| (key.replace('.', "_"), text(value)));
        self.target().into_iter().chain(others).collect()
    }
}

impl Scenario {
    /// Reads it.
    ///
    /// # Panics
    /// If it contradicts itself.
    #[must_use]
    pub fn read() -> Self {
        let file = workspace_root().join("tests/foreign/scenario.json");
        let text = fs::read_to_string(file).expect("the scenario can be read");
        serde_json::from_str(&text).expect("a scenario")
    }

    /// What must be shown of a sender that has recorded so many rounds.
    #[must_use]
    pub fn expectation(&self, sender: &Sender, rounds: usize, shown: Exponentials) -> Expectation {
        let mut expected = Expectation::new(shown);
        expected.add("target_info", &sender.info(), 1.0);
        for instrument in &self.instruments {
            for (attributes, values) in self.recorded(instrument, rounds) {
                let labels = &self.attributes[attributes].labels;
                let labels = sender.labels().into_iter().chain(labels.clone()).collect();
                expected.add_instrument(instrument, &labels, values);
            }
        }
        expected
    }

    /// Everything that was recorded with an instrument, by the name of the attributes.
    fn recorded(&self, instrument: &Instrument, rounds: usize) -> BTreeMap<&str, Vec<f64>> {
        let mut recorded: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let measurements = self.rounds[..rounds].iter().flatten();
        for one in measurements.filter(|one| one.instrument == instrument.name) {
            recorded.entry(&one.attributes).or_default().extend(&one.values);
        }
        recorded
    }
}

impl Expectation {
    const fn new(shown: Exponentials) -> Self {
        Self { shown, series: BTreeMap::new(), exponential: Vec::new() }
    }

    fn add(&mut self, name: &str, labels: &BTreeMap<String, String>, value: f64) {
        self.series.insert(spelled(name, labels), value);
    }

    fn add_instrument(
        &mut self,
        instrument: &Instrument,
        labels: &BTreeMap<String, String>,
        values: Vec<f64>,
    ) {
        let name = &instrument.prometheus;
        let sum = values.iter().sum();
        match instrument.kind {
            InstrumentKind::Counter | InstrumentKind::UpDownCounter => self.add(name, labels, sum),
            InstrumentKind::Gauge
            | InstrumentKind::ObservableCounter
            | InstrumentKind::ObservableUpDownCounter
            | InstrumentKind::ObservableGauge => self.add(name, labels, values[values.len() - 1]),
            InstrumentKind::ExponentialHistogram => {
                if self.shown == Exponentials::Classic {
                    self.add(&format!("{name}_sum"), labels, sum);
                    self.add(&format!("{name}_count"), labels, count(&values, f64::INFINITY));
                }
                let name = name.clone();
                self.exponential.push(Exponential { name, labels: labels.clone(), values });
            }
            InstrumentKind::Histogram => {
                self.add(&format!("{name}_sum"), labels, sum);
                self.add(&format!("{name}_count"), labels, count(&values, f64::INFINITY));
                let bucket = format!("{name}_bucket");
                let bounds = instrument.bounds.as_deref().unwrap_or(&DEFAULT_BOUNDS);
                for bound in bounds.iter().copied().chain([f64::INFINITY]) {
                    let mut labels = labels.clone();
                    labels.insert("le".to_owned(), bound.to_string());
                    self.add(&bucket, &labels, count(&values, bound));
                }
            }
        }
    }

    /// What is wrong with an answer of numbers and native histograms.
    ///
    /// # Errors
    /// The differences, the first few of them.
    pub fn check(
        &self,
        answer: impl IntoIterator<Item = Answer>,
        mut native: Vec<NativeAnswer>,
    ) -> Result<(), String> {
        let mut answer: Vec<Answer> = answer.into_iter().collect();
        let mut wrong: Vec<String> = Vec::new();
        for one in &self.exponential {
            wrong.extend(match self.shown {
                Exponentials::Classic => one.take_classic(&mut answer),
                Exponentials::Native => one.take_native(&mut native),
            });
        }
        let unexpected = native.iter().map(|(name, labels, _)| spelled(name, labels));
        wrong.extend(unexpected.map(|series| format!("{series} is a new native histogram")));
        let mut seen = BTreeMap::new();
        for (name, labels, value) in &answer {
            let series = spelled(name, labels);
            if seen.insert(series.clone(), *value).is_some() {
                wrong.push(format!("{series} is there twice"));
            }
        }
        for (series, value) in &self.series {
            match seen.remove(series) {
                None => wrong.push(format!("{series} {value} is missing")),
                Some(seen) if seen != *value => {
                    wrong.push(format!("{series} is {seen}, not {value}"));
                }
                Some(_) => {}
            }
        }
        wrong.extend(seen.into_iter().map(|(series, value)| format!("{series} {value} is new")));
        if wrong.is_empty() {
            return Ok(());
        }
        let more = wrong.len().saturating_sub(DIFFERENCES_MAX);
        wrong.truncate(DIFFERENCES_MAX);
        Err(format!("{}\nand {more} more differences", wrong.join("\n")))
    }
}

/// A sample of a page, as an answer.
impl From<&Sample> for Answer {
    fn from(sample: &Sample) -> Self {
        (sample.name.clone(), sample.labels.clone(), sample.value)
    }
}

/// A series as PromQL writes it, with the bound of a bucket in one spelling.
fn spelled(name: &str, labels: &BTreeMap<String, String>) -> String {
    let labels = labels.iter().map(|(key, value)| {
        let bound = value.parse::<f64>().ok().filter(|_| key == "le");
        bound.map_or_else(|| format!("{key}={value:?}"), |bound| format!("le={bound}"))
    });
    format!("{name}{{{}}}", labels.collect::<Vec<_>>().join(","))
}

/// An attribute's value as a label.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn owned((key, value): (&str, String)) -> (String, String) {
    (key.to_owned(), value)
}

#[expect(clippy::cast_precision_loss, reason = "a handful of values")]
fn count(values: &[f64], bound: f64) -> f64 {
    values.iter().filter(|value| **value <= bound).count() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An expectation of a counter and an exponential histogram of 0, 1, 3 and 3.5.
    fn expectation(shown: Exponentials) -> Expectation {
        let instrument = |prometheus: &str, kind| Instrument {
            name: String::new(),
            prometheus: prometheus.to_owned(),
            kind,
            description: String::new(),
            bounds: None,
        };
        let mut expected = Expectation::new(shown);
        let labels = [("a", "b".to_owned())].map(owned).into();
        expected.add_instrument(&instrument("c", InstrumentKind::Counter), &labels, vec![1.0, 2.5]);
        let exponential = instrument("e", InstrumentKind::ExponentialHistogram);
        expected.add_instrument(&exponential, &labels, vec![0.0, 1.0, 3.0, 3.5]);
        expected
    }

    /// The answer that fits.
    const FITS: [(&str, &str, f64); 7] = [
        ("c", "", 3.5),
        ("e_sum", "", 7.5),
        ("e_count", "", 4.0),
        ("e_bucket", "1.0", 2.0),
        ("e_bucket", "2", 2.0),
        ("e_bucket", "4", 4.0),
        ("e_bucket", "+Inf", 4.0),
    ];

    fn check(answer: &[(&str, &str, f64)], expected: Result<(), &str>) {
        let answer = answer.iter().map(|(name, bound, value)| {
            let mut labels = BTreeMap::from([("a", "b".to_owned())].map(owned));
            if !bound.is_empty() {
                labels.insert("le".to_owned(), (*bound).to_owned());
            }
            ((*name).to_owned(), labels, *value)
        });
        let checked = expectation(Exponentials::Classic).check(answer, Vec::new());
        assert_eq!(checked, expected.map_err(|wrong| format!("{wrong}\nand 0 more differences")));
    }

    #[test]
    fn an_answer_that_fits_is_taken() {
        check(&FITS, Ok(()));
    }

    #[test]
    fn a_missing_a_wrong_and_a_new_series_are_told() {
        let mut answer = FITS.to_vec();
        answer.remove(2);
        (answer[0].2, answer[1].0) = (4.0, "e_summe");
        let wrong = [
            "c{a=\"b\"} is 4, not 3.5",
            "e_count{a=\"b\"} 4 is missing",
            "e_sum{a=\"b\"} 7.5 is missing",
            "e_summe{a=\"b\"} 7.5 is new",
        ];
        check(&answer, Err(&wrong.join("\n")));
    }

    #[test]
    fn buckets_at_other_bounds_and_wrong_counts_are_told() {
        let mut answer = FITS.to_vec();
        (answer[3].2, answer[5].1) = (1.0, "5");
        let wrong = [
            "e_bucket{a=\"b\"} has 1 at or below 1, not 2",
            "e_bucket{a=\"b\"} has a bound at 5",
            "e_bucket{a=\"b\"} has no bound at 4",
        ];
        check(&answer, Err(&wrong.join("\n")));
    }
}
