//! A page of metrics as a reader sees it: families with samples.

use std::{collections::BTreeMap, fmt, net::SocketAddr};

use crate::{ParseError, http, parse};

/// The content type of Prometheus' text format 0.0.4.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Scrape {
    /// In the order of the page.
    pub families: Vec<Family>,
    /// The page itself.
    pub text: String,
}

/// All lines of one metric name.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The name, without `_bucket`, `_sum` and `_count`.
    pub name: String,
    /// The `# TYPE` line, or untyped.
    pub kind: Kind,
    /// The `# HELP` line, unescaped.
    pub help: Option<String>,
    /// In the order of the page.
    pub samples: Vec<Sample>,
}

/// The types of the text format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `counter`
    Counter,
    /// `gauge`
    Gauge,
    /// `histogram`
    Histogram,
    /// `summary`
    Summary,
    /// `untyped`
    Untyped,
}

/// One line with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The name as it stands there, with `_bucket`, `_sum` or `_count`.
    pub name: String,
    /// Unescaped.
    pub labels: BTreeMap<String, String>,
    /// May be infinite or no number.
    pub value: f64,
    /// The line, from 1.
    pub line: usize,
}

impl Kind {
    /// Every type.
    pub const ALL: [Self; 5] =
        [Self::Counter, Self::Gauge, Self::Histogram, Self::Summary, Self::Untyped];

    /// The word in the `# TYPE` line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        }
    }
}

impl Scrape {
    /// Reads a page, strictly: what Prometheus would refuse or silently misread is an error.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(Self { families: parse::families(text)?, text: text.to_owned() })
    }

    /// Scrapes a listener.
    ///
    /// # Panics
    /// If it does not answer with a sound page of format 0.0.4.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        let (content_type, text) = Self::page(address, "text/plain");
        assert_eq!(content_type, CONTENT_TYPE);
        Self::parse(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"))
    }

    /// The content type and the page that a listener has for readers with this `Accept`.
    ///
    /// # Panics
    /// If it does not answer with a page.
    #[must_use]
    pub fn page(address: SocketAddr, accept: &str) -> (String, String) {
        let (content_type, page) = Self::bytes(address, accept);
        (content_type, String::from_utf8(page).expect("the page is UTF-8"))
    }

    /// The same for formats that are no text.
    ///
    /// # Panics
    /// If it does not answer with a page.
    #[must_use]
    pub fn bytes(address: SocketAddr, accept: &str) -> (String, Vec<u8>) {
        let reply = http::send(address, "GET", "/metrics", &[("accept", accept)], b"");
        let reply = reply.expect("the scrape is answered");
        assert_eq!(reply.status, 200, "{}", reply.text());
        let content_type = reply.header("content-type").unwrap_or_default().to_owned();
        (content_type, reply.body)
    }

    /// The family of this name.
    #[must_use]
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.iter().find(|family| family.name == name)
    }

    /// Every sample, in the order of the page.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.families.iter().flat_map(|family| &family.samples)
    }

    /// The sum over all samples of a name that have these labels, and how many there are.
    #[must_use]
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> (f64, usize) {
        let has = |sample: &&Sample| {
            sample.name == name && labels.iter().all(|(key, value)| sample.label(key) == *value)
        };
        let found = self.samples().filter(has);
        found.fold((0.0, 0), |(sum, count), sample| (sum + sample.value, count + 1))
    }
}

impl Sample {
    /// A label's value; empty if there is none, which is the same to Prometheus.
    #[must_use]
    pub fn label(&self, key: &str) -> &str {
        self.labels.get(key).map_or("", String::as_str)
    }
}

/// As PromQL writes it.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (i, (key, value)) in self.labels.iter().enumerate() {
            let before = if i == 0 { '{' } else { ',' };
            write!(f, "{before}{key}={value:?}")?;
        }
        let end = if self.labels.is_empty() { "" } else { "}" };
        write!(f, "{end} {}", self.value)
    }
}
