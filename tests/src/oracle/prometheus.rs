//! A real Prometheus that scrapes what is under test, and its answers.

use std::{collections::BTreeMap, fmt::Write, fs, net::SocketAddr, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    is_there,
    vector::{Answer, Answered},
};
use crate::{Child, http, wait, workspace_root};

/// The scrape configuration that users are given, from the root.
pub const SCRAPE_CONFIGURATION: &str = "examples/prometheus/prometheus.yml";

/// Prometheus with one target and a data folder of its own. Dropping it kills it.
#[derive(Debug)]
pub struct Prometheus {
    address: SocketAddr,
    _server: Child,
    _data: TempDir,
}

/// The value of one series of an answer, by its labels.
pub type QueryResult = Vec<(BTreeMap<String, String>, f64)>;

/// An exemplar that Prometheus keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredExemplar {
    /// The labels of its series.
    pub series: BTreeMap<String, String>,
    /// Its own.
    pub labels: BTreeMap<String, String>,
    /// What was observed.
    pub value: f64,
}

impl Prometheus {
    /// Starts it on a free port, scraping `target` every second; nothing if it is not installed.
    ///
    /// # Panics
    /// If it does not get ready.
    #[must_use]
    pub fn scraping(target: SocketAddr) -> Option<Self> {
        Self::with_features(target, &[])
    }

    /// The same with features that have to be enabled.
    ///
    /// # Panics
    /// If it does not get ready.
    #[must_use]
    pub fn with_features(target: SocketAddr, features: &[&str]) -> Option<Self> {
        if !is_there("prometheus", &["--version"], "apt-get install prometheus") {
            return None;
        }
        let data = tempfile::tempdir().expect("a folder");
        let config = data.path().join("prometheus.yml");
        fs::write(&config, configuration(target)).expect("a file");
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", data.path().join("data").display()))
            .arg("--web.listen-address=127.0.0.1:0");
        if !features.is_empty() {
            command.arg(format!("--enable-feature={}", features.join(",")));
        }
        let mut server = Child::spawn(&mut command);
        let address = server.wait_for("the port of prometheus", |line| {
            let (_, address) = line.split_once("msg=\"Listening on\" address=")?;
            address.parse().ok()
        });
        server.wait_for("prometheus to be ready", |line| {
            line.contains("Server is ready").then_some(())
        });
        Some(Self { address, _server: server, _data: data })
    }

    /// Evaluates a query that gives an instant vector of numbers.
    ///
    /// # Panics
    /// If Prometheus refuses the query, or answers with a native histogram.
    #[must_use]
    #[track_caller]
    pub fn query(&self, promql: &str) -> QueryResult {
        let number = |one: Answered| match one.value {
            Answer::Float(value) => (one.labels, value),
            Answer::Histogram(value) => panic!("{promql}: {:?} is {value:?}", one.labels),
        };
        self.vector(promql).into_iter().map(number).collect()
    }

    /// Evaluates a query that gives an instant vector.
    ///
    /// # Panics
    /// If Prometheus refuses the query.
    #[must_use]
    #[track_caller]
    pub fn vector(&self, promql: &str) -> Vec<Answered> {
        let data = self.ask("/api/v1/query", promql);
        let series = data["result"].as_array().expect("an instant vector");
        series.iter().map(Answered::read).collect()
    }

    /// The exemplars that are kept for the series of a query, by the feature `exemplar-storage`.
    ///
    /// # Panics
    /// If Prometheus refuses the query.
    #[must_use]
    #[track_caller]
    pub fn exemplars(&self, promql: &str) -> Vec<StoredExemplar> {
        let data = self.ask("/api/v1/query_exemplars", promql);
        let mut exemplars = Vec::new();
        for one in data.as_array().expect("series with exemplars") {
            let labels = |of: &Value| serde_json::from_value(of.clone()).expect("labels");
            for exemplar in one["exemplars"].as_array().expect("exemplars") {
                let value = exemplar["value"].as_str().and_then(|text| text.parse().ok());
                exemplars.push(StoredExemplar {
                    series: labels(&one["seriesLabels"]),
                    labels: labels(&exemplar["labels"]),
                    value: value.expect("a value"),
                });
            }
        }
        exemplars
    }

    #[track_caller]
    fn ask(&self, path: &str, promql: &str) -> Value {
        let body = format!("query={}", form_encoded(promql));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let reply = http::post(self.address, path, &form, body.as_bytes());
        let reply = reply.expect("prometheus answers");
        assert_eq!(reply.status, 200, "{promql}: {}", reply.text());
        reply.json()["data"].clone()
    }

    /// The value of a query that has exactly one, once it satisfies `is_it`.
    ///
    /// # Panics
    /// If it never does.
    #[track_caller]
    pub fn wait_for_value(&self, promql: &str, is_it: impl Fn(f64) -> bool) -> f64 {
        wait::until(promql, || match &*self.query(promql) {
            [(_, value)] if is_it(*value) => Ok(*value),
            other => Err(format!("prometheus answers {other:?}")),
        })
    }
}

/// The configuration that users are given, for this target and with less patience.
fn configuration(target: SocketAddr) -> String {
    let file = workspace_root().join(SCRAPE_CONFIGURATION);
    let mut text = fs::read_to_string(file).expect("the scrape configuration can be read");
    for (theirs, ours) in [
        ("\"127.0.0.1:9464\"", &*format!("\"{target}\"")),
        ("\n  scrape_interval: 15s\n", "\n  scrape_interval: 1s\n"),
        ("\n  scrape_timeout: 10s\n", "\n  scrape_timeout: 1s\n"),
    ] {
        assert_eq!(text.matches(theirs).count(), 1, "{theirs:?} in\n{text}");
        text = text.replace(theirs, ours);
    }
    text
}

fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
