//! What a test expects of one series or family, and what to say when it is not there.

use std::fmt;

use crate::{Kind, Sample, Scrape};

/// Candidates that a failure shows.
const CANDIDATES_MAX: usize = 3;

/// A series of this name; narrow it down with [`Expected::label`] and [`Expected::value`].
pub fn series(name: &str) -> Expected {
    Expected { name: name.to_owned(), labels: Vec::new(), value: None }
}

/// Checks type and help of a family.
///
/// # Panics
/// If it is not there, or says something else about itself.
#[track_caller]
pub fn family(scrape: &Scrape, name: &str, kind: Kind, help: &str) {
    let Some(family) = scrape.family(name) else {
        panic!("no family {name}\n{}", nearest_names(scrape, name));
    };
    let (seen_kind, seen_help) = (family.kind, family.help.as_deref());
    assert_eq!((seen_kind, seen_help), (kind, Some(help)), "{name}");
}

/// One series, by name, some labels and perhaps a value.
#[derive(Debug, Clone)]
#[must_use = "an expectation checks nothing before expect_in"]
pub struct Expected {
    name: String,
    labels: Vec<(String, String)>,
    value: Option<f64>,
}

impl Expected {
    /// It has this label; an empty value means that it has none of this name.
    pub fn label(mut self, key: &str, value: impl Into<String>) -> Self {
        self.labels.push((key.to_owned(), value.into()));
        self
    }

    /// It has exactly this value.
    pub const fn value(mut self, value: f64) -> Self {
        self.value = Some(value);
        self
    }

    /// The one series that is meant.
    ///
    /// # Panics
    /// If there is none or more than one; the message shows the nearest candidates and what is wrong with each.
    #[track_caller]
    pub fn expect_in<'a>(&self, scrape: &'a Scrape) -> &'a Sample {
        self.find_in(scrape).unwrap_or_else(|message| panic!("{message}"))
    }

    /// As [`Expected::expect_in`], for those who wait.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn find_in<'a>(&self, scrape: &'a Scrape) -> Result<&'a Sample, String> {
        let meant =
            |sample: &&Sample| sample.name == self.name && self.objections(sample).is_empty();
        let found: Vec<&Sample> = scrape.samples().filter(meant).collect();
        match found[..] {
            [one] => Ok(one),
            [] => Err(format!("no series {self}\n{}", self.candidates(scrape))),
            _ => {
                let lines: Vec<String> = found.iter().map(|sample| format!("  {sample}")).collect();
                Err(format!("{} series {self}, say which:\n{}", found.len(), lines.join("\n")))
            }
        }
    }

    /// What is wrong with a sample of the right name.
    fn objections(&self, sample: &Sample) -> Vec<String> {
        let labels = self.labels.iter().filter_map(|(key, value)| {
            let seen = sample.label(key);
            (seen != value).then(|| format!("{key} is {seen:?}, not {value:?}"))
        });
        let value = self.value.filter(|value| *value != sample.value);
        let value = value.map(|value| format!("value is {}, not {value}", sample.value));
        labels.chain(value).collect()
    }

    fn candidates(&self, scrape: &Scrape) -> String {
        let same_name = scrape.samples().filter(|sample| sample.name == self.name);
        let mut ranked: Vec<_> =
            same_name.map(|sample| (self.objections(sample), sample)).collect();
        if ranked.is_empty() {
            return nearest_names(scrape, &self.name);
        }
        ranked.sort_by_key(|(objections, _)| objections.len());
        let lines = ranked
            .iter()
            .take(CANDIDATES_MAX)
            .map(|(objections, sample)| format!("  {sample}    ({})", objections.join("; ")));
        format!("nearest of {}:\n{}", ranked.len(), lines.collect::<Vec<_>>().join("\n"))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<String> =
            self.labels.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
        write!(f, "{}{{{}}}", self.name, labels.join(","))?;
        match self.value {
            Some(value) => write!(f, " {value}"),
            None => Ok(()),
        }
    }
}

fn nearest_names(scrape: &Scrape, name: &str) -> String {
    let mut names: Vec<&str> = scrape.samples().map(|sample| &*sample.name).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return "the page has no series at all".to_owned();
    }
    names.sort_by_key(|candidate| distance(candidate, name));
    names.truncate(CANDIDATES_MAX);
    format!("nearest names: {}", names.join(", "))
}

/// Edits that turn one text into the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
