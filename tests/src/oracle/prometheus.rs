//! A real Prometheus that scrapes what is under test, and its answers to PromQL.

use std::{collections::BTreeMap, fmt::Write, fs, net::SocketAddr, process::Command};

use tempfile::TempDir;

use super::is_there;
use crate::{Child, http, wait};

/// Prometheus with one target and a data folder of its own. Dropping it kills it.
#[derive(Debug)]
pub struct Prometheus {
    address: SocketAddr,
    _server: Child,
    _data: TempDir,
}

/// The value of one series of an answer, by its labels.
pub type QueryResult = Vec<(BTreeMap<String, String>, f64)>;

impl Prometheus {
    /// Starts it on a free port, scraping `target` every second; nothing if it is not installed.
    ///
    /// # Panics
    /// If it does not get ready.
    #[must_use]
    pub fn scraping(target: SocketAddr) -> Option<Self> {
        if !is_there("prometheus", &["--version"], "apt-get install prometheus") {
            return None;
        }
        let data = tempfile::tempdir().expect("a folder");
        let config = data.path().join("prometheus.yml");
        // Labels of the page win over those of the target, as they tell the services apart.
        let text = format!(
            "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n  - job_name: collector\n    \
             honor_labels: true\n    static_configs: [{{targets: [\"{target}\"]}}]\n"
        );
        fs::write(&config, text).expect("a file");
        let mut server = Child::spawn(
            Command::new("prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", data.path().join("data").display()))
                .arg("--web.listen-address=127.0.0.1:0"),
        );
        let address = server.wait_for("the port of prometheus", |line| {
            let (_, address) = line.split_once("msg=\"Listening on\" address=")?;
            address.parse().ok()
        });
        server.wait_for("prometheus to be ready", |line| {
            line.contains("Server is ready").then_some(())
        });
        Some(Self { address, _server: server, _data: data })
    }

    /// Evaluates a query that gives an instant vector.
    ///
    /// # Panics
    /// If Prometheus refuses the query.
    #[must_use]
    #[track_caller]
    pub fn query(&self, promql: &str) -> QueryResult {
        let body = format!("query={}", form_encoded(promql));
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let reply = http::post(self.address, "/api/v1/query", &form, body.as_bytes());
        let reply = reply.expect("prometheus answers");
        assert_eq!(reply.status, 200, "{promql}: {}", reply.text());
        let answer = reply.json();
        let series = answer["data"]["result"].as_array().expect("an instant vector");
        let read = |one: &serde_json::Value| {
            let labels = serde_json::from_value(one["metric"].clone()).expect("labels");
            let value = one["value"][1].as_str().and_then(|text| text.parse().ok());
            (labels, value.expect("a value"))
        };
        series.iter().map(read).collect()
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
