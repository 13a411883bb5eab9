//! An independent, strict parser of Prometheus' text format 0.0.4, written from its description and sharing no code
//! with the collector. It refuses more than Prometheus does: what a page repeats, splits or contradicts.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use crate::{Family, Kind, Sample};

/// The first line that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// A family while its lines are read.
struct Open {
    family: Family,
    typed: bool,
}

pub(crate) fn families(text: &str) -> Result<Vec<Family>, ParseError> {
    let mut page = Page::default();
    for (i, line) in text.split('\n').enumerate() {
        page.line(line, i + 1).map_err(|message| ParseError { line: i + 1, message })?;
    }
    let lines = text.split('\n').count();
    let whole = |message| ParseError { line: lines, message };
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(whole("the last line does not end".to_owned()));
    }
    page.close();
    for family in &page.done {
        if family.kind == Kind::Histogram {
            histogram_is_sound(family).map_err(whole)?;
        }
    }
    Ok(page.done)
}

#[derive(Default)]
struct Page {
    done: Vec<Family>,
    open: Option<Open>,
    names: HashSet<String>,
    series: HashSet<(String, BTreeMap<String, String>)>,
}

impl Page {
    fn line(&mut self, line: &str, number: usize) -> Result<(), String> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            let open = self.open(name)?;
            if open.family.help.is_some() {
                return Err(format!("a second HELP for {name}"));
            }
            open.family.help = Some(unescape(help, false)?);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or("TYPE without a type")?;
            let known = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
            let kind = known.ok_or_else(|| format!("unknown type {kind:?}"))?;
            let open = self.open(name)?;
            if open.typed || !open.family.samples.is_empty() {
                return Err(format!("TYPE of {name} is repeated or comes after a sample"));
            }
            (open.typed, open.family.kind) = (true, kind);
        } else if !line.is_empty() && !line.starts_with('#') {
            let sample = sample(line, number)?;
            let family = self.family_of(&sample.name);
            if !self.series.insert((sample.name.clone(), sample.labels.clone())) {
                return Err(format!("the series is there twice: {sample}"));
            }
            self.open(&family)?.family.samples.push(sample);
        }
        Ok(())
    }

    /// The family that a sample belongs to: its own name, or that of the histogram or summary it is a part of.
    fn family_of(&self, name: &str) -> String {
        let open = self.open.iter().map(|open| &open.family);
        let mut part = open.filter(|family| {
            let suffix = name.strip_prefix(&*family.name);
            match family.kind {
                Kind::Histogram => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
                Kind::Summary => matches!(suffix, Some("_sum" | "_count")),
                _ => false,
            }
        });
        part.next().map_or(name, |family| &family.name).to_owned()
    }

    /// The family of this name, which must be the one that is being read or a new one: its lines stand together.
    fn open(&mut self, name: &str) -> Result<&mut Open, String> {
        let is_open = self.open.as_ref().is_some_and(|open| open.family.name == name);
        if !is_open {
            self.close();
            is_name(name, true)
                .then_some(())
                .ok_or_else(|| format!("{name:?} is no metric name"))?;
            if !self.names.insert(name.to_owned()) {
                return Err(format!("the lines of {name} do not stand together"));
            }
        }
        Ok(self.open.get_or_insert_with(|| Open {
            family: Family {
                name: name.to_owned(),
                kind: Kind::Untyped,
                help: None,
                samples: Vec::new(),
            },
            typed: false,
        }))
    }

    fn close(&mut self) {
        self.done.extend(self.open.take().map(|open| open.family));
    }
}

fn sample(line: &str, number: usize) -> Result<Sample, String> {
    let end = line.find(['{', ' ']).ok_or("a sample without a value")?;
    let (name, rest) = line.split_at(end);
    if !is_name(name, true) {
        return Err(format!("{name:?} is no metric name"));
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (BTreeMap::new(), rest),
    };
    let mut fields = rest.split(' ').filter(|field| !field.is_empty());
    let value = number_of(fields.next().ok_or("a sample without a value")?)?;
    if let Some(timestamp) = fields.next() {
        timestamp.parse::<i64>().map_err(|_| format!("{timestamp:?} is no timestamp"))?;
    }
    if let Some(more) = fields.next() {
        return Err(format!("{more:?} follows the sample"));
    }
    Ok(Sample { name: name.to_owned(), labels, value, line: number })
}

/// Labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Result<(BTreeMap<String, String>, &str), String> {
    let mut labels = BTreeMap::new();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((labels, after));
        }
        let (name, after) = rest.split_once("=\"").ok_or("a label without a quoted value")?;
        if !is_name(name, false) {
            return Err(format!("{name:?} is no label name"));
        }
        let end =
            closing_quote(after).ok_or_else(|| format!("the value of {name} does not end"))?;
        let value = unescape(&after[..end], true)?;
        if labels.insert(name.to_owned(), value).is_some() {
            return Err(format!("label {name} is there twice"));
        }
        rest = &after[end + 1..];
        rest = match rest.strip_prefix(',') {
            Some(more) => more,
            None if rest.starts_with('}') => rest,
            None => return Err("labels without a comma between them".to_owned()),
        };
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return Some(i),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn unescape(text: &str, quoted: bool) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('\\') => plain.push('\\'),
            Some('n') => plain.push('\n'),
            Some('"') if quoted => plain.push('"'),
            other => return Err(format!("unknown escape of {other:?}")),
        }
    }
    Ok(plain)
}

fn is_name(text: &str, colons: bool) -> bool {
    let mut bytes = text.bytes();
    let is_start =
        |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || (colons && byte == b':');
    bytes.next().is_some_and(is_start) && bytes.all(|byte| is_start(byte) || byte.is_ascii_digit())
}

fn number_of(text: &str) -> Result<f64, String> {
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        // Rust reads words that Go's parser would take too, but that no exporter should write.
        _ if text
            .bytes()
            .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) =>
        {
            Err(format!("{text:?} is no number"))
        }
        _ => text.parse().map_err(|_| format!("{text:?} is no number")),
    }
}

/// Buckets rise with their bounds, and the last is `+Inf` and equals the count. A sum is there if the sender had one.
fn histogram_is_sound(family: &Family) -> Result<(), String> {
    #[derive(Default)]
    struct Parts {
        buckets: Vec<(f64, f64)>,
        count: Option<f64>,
    }
    let mut all: HashMap<BTreeMap<String, String>, Parts> = HashMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        let bound = labels.remove("le");
        let parts = all.entry(labels).or_default();
        match (sample.name.strip_prefix(&*family.name), bound) {
            (Some("_bucket"), Some(bound)) => {
                parts.buckets.push((number_of(&bound)?, sample.value))
            }
            (Some("_sum"), None) => {}
            (Some("_count"), None) => parts.count = Some(sample.value),
            _ => return Err(format!("{sample} is no part of a histogram")),
        }
    }
    for (labels, parts) in all {
        let rises = parts.buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
        let last = parts.buckets.last().copied();
        let ends =
            last.is_some_and(|(bound, below)| bound == f64::INFINITY && Some(below) == parts.count);
        if !rises || !ends {
            return Err(format!("histogram {} {labels:?} contradicts itself", family.name));
        }
    }
    Ok(())
}
