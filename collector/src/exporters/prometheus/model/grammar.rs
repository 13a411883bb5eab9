//! Whether a page is one: the text format and OpenMetrics, read strictly and by their descriptions alone.
//!
//! Sources: <https://prometheus.io/docs/instrumenting/exposition_formats/>,
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

type Labels = BTreeMap<String, String>;

/// Characters that the names and values of an exemplar's labels may have together.
const EXEMPLAR_CHARS_MAX: usize = 128;

/// One line that is no comment.
struct Sample {
    name: String,
    labels: Labels,
    value: f64,
    exemplar: Option<(Labels, f64)>,
}

/// What is known of a page while its lines are read.
#[derive(Default)]
struct Page {
    is_open_metrics: bool,
    families: HashSet<String>,
    name: String,
    kind: Option<String>,
    said: BTreeSet<&'static str>,
    series: HashSet<(String, Labels)>,
    /// Names of samples by the family that has them.
    samples: HashMap<String, String>,
    /// The last bucket of each histogram of this family: its bound and its count.
    buckets: BTreeMap<Labels, (f64, f64)>,
    counts: BTreeMap<Labels, f64>,
}

/// Reads a page; the error names the line.
pub(in super::super) fn check(page: &str, is_open_metrics: bool) -> Result<(), String> {
    let body = match (is_open_metrics, page.is_empty()) {
        (true, _) => page.strip_suffix("# EOF\n").ok_or("the page has no end")?,
        (false, true) => return Ok(()),
        (false, false) => page,
    };
    let mut seen = Page { is_open_metrics, ..Page::default() };
    if let Some(lines) = body.strip_suffix('\n') {
        for line in lines.split('\n') {
            seen.line(line).map_err(|fault| format!("{fault}: {line:?}"))?;
        }
    } else if !body.is_empty() {
        return Err("the last line does not end".to_owned());
    }
    seen.close()
}

impl Page {
    fn line(&mut self, line: &str) -> Result<(), String> {
        for what in ["HELP", "TYPE", "UNIT"] {
            if let Some(rest) = line.strip_prefix("# ").and_then(|line| line.strip_prefix(what)) {
                let rest = rest.strip_prefix(' ').ok_or("no space behind the word")?;
                return self.comment(what, rest);
            }
        }
        if line.is_empty() || line.starts_with('#') {
            return Err("neither a sample nor said of a family".to_owned());
        }
        self.sample(read_sample(line)?)
    }

    fn comment(&mut self, what: &'static str, rest: &str) -> Result<(), String> {
        let (name, rest) = read_name(rest)?;
        let text = rest.strip_prefix(' ').ok_or("nothing is said")?;
        if self.name != name {
            self.close()?;
            if !self.families.insert(name.clone()) {
                return Err("the family was there before".to_owned());
            }
            (self.name, self.kind) = (name, None);
            self.said.clear();
        }
        if !self.said.insert(what) {
            return Err("it was said before".to_owned());
        }
        match what {
            "TYPE" => self.kind = Some(read_kind(text, self.is_open_metrics)?.to_owned()),
            "UNIT" if !self.is_open_metrics || !self.name.ends_with(&format!("_{text}")) => {
                return Err("a unit that the name does not end with".to_owned());
            }
            "HELP" => drop(unescaped(text, self.is_open_metrics)?),
            _ => {}
        }
        Ok(())
    }

    fn sample(&mut self, sample: Sample) -> Result<(), String> {
        let kind = self.kind.clone().ok_or("a sample before its type")?;
        let suffix = sample.name.strip_prefix(&*self.name).ok_or("a sample of another family")?;
        let suffix = suffix.to_owned();
        let allowed: &[&str] = match (&*kind, self.is_open_metrics) {
            ("counter", true) => &["_total", "_created"],
            ("histogram", true) => &["_bucket", "_sum", "_count", "_created"],
            ("summary", true) => &["", "_sum", "_count", "_created"],
            ("info", true) => &["_info"],
            ("histogram", false) => &["_bucket", "_sum", "_count"],
            ("summary", false) => &["", "_sum", "_count"],
            _ => &[""],
        };
        if !allowed.contains(&&*suffix) {
            return Err(format!("{suffix:?} is no part of a {kind}"));
        }
        let of = self.samples.entry(sample.name.clone()).or_insert_with(|| self.name.clone());
        if *of != self.name {
            return Err(format!("the name is one of family {of} too"));
        }
        if self.is_open_metrics && matches!(&*suffix, "_total" | "_bucket" | "_count" | "_sum") {
            // Sums of summaries and histograms count up there, or are left out.
            if sample.value.is_nan() || sample.value < 0.0 {
                return Err("what counts up is below zero, or no number".to_owned());
            }
        }
        if let Some((labels, value)) = &sample.exemplar {
            self.exemplar(&suffix, &sample, labels, *value)?;
        }
        let mut labels = sample.labels.clone();
        match (&*kind, &*suffix) {
            ("histogram", "_bucket") => {
                let bound = labels.remove("le").ok_or("a bucket without a bound")?;
                self.bucket(labels, read_number(&bound)?, sample.value)?;
            }
            ("histogram", "_count") => {
                self.counts.insert(labels, sample.value);
            }
            ("summary", "") => {
                let share = labels.get("quantile").ok_or("a quantile without its share")?;
                if !(0.0..=1.0).contains(&read_number(share)?) {
                    return Err("a share that is none".to_owned());
                }
            }
            _ => {}
        }
        if !self.series.insert((sample.name, sample.labels)) {
            return Err("the series was there before".to_owned());
        }
        Ok(())
    }

    fn exemplar(
        &self,
        suffix: &str,
        sample: &Sample,
        labels: &Labels,
        value: f64,
    ) -> Result<(), String> {
        if !self.is_open_metrics || !matches!(suffix, "_total" | "_bucket") {
            return Err("an exemplar where none may be".to_owned());
        }
        let chars = labels.iter().map(|(name, value)| name.chars().count() + value.chars().count());
        if chars.sum::<usize>() > EXEMPLAR_CHARS_MAX {
            return Err("an exemplar with too many characters".to_owned());
        }
        let bound = sample.labels.get("le").filter(|_| suffix == "_bucket");
        let bound = bound.map_or(Ok(f64::INFINITY), |bound| read_number(bound))?;
        if value > bound {
            return Err("an exemplar above its bucket".to_owned());
        }
        Ok(())
    }

    fn bucket(&mut self, labels: Labels, bound: f64, count: f64) -> Result<(), String> {
        let last = self.buckets.insert(labels, (bound, count));
        match last {
            Some((before, fewer)) if before >= bound || fewer > count => {
                Err("buckets that do not rise".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Ends a family: the last bucket of each histogram has all observations.
    fn close(&mut self) -> Result<(), String> {
        let counts = std::mem::take(&mut self.counts);
        for (labels, (bound, all)) in std::mem::take(&mut self.buckets) {
            let is_count = counts.get(&labels).is_none_or(|count| *count == all);
            if bound != f64::INFINITY || !is_count {
                return Err(format!("the histogram {} {labels:?} contradicts itself", self.name));
            }
        }
        Ok(())
    }
}

fn read_kind(text: &str, is_open_metrics: bool) -> Result<&str, String> {
    let known = match text {
        "counter" | "gauge" | "histogram" | "summary" => true,
        "untyped" => !is_open_metrics,
        "unknown" | "info" => is_open_metrics,
        _ => false,
    };
    known.then_some(text).ok_or_else(|| format!("{text:?} is no type"))
}

fn read_sample(line: &str) -> Result<Sample, String> {
    let (name, labels, rest) = match line.strip_prefix('{') {
        Some(inside) => {
            let (name, rest) = read_quoted(inside)?;
            let (labels, rest) = match rest.strip_prefix(',') {
                Some(rest) => read_labels(rest)?,
                None => (Labels::new(), rest.strip_prefix('}').ok_or("braces do not close")?),
            };
            (name, labels, rest)
        }
        None => {
            let (name, rest) = read_name(line)?;
            match rest.strip_prefix('{') {
                Some(inside) => {
                    let (labels, rest) = read_labels(inside)?;
                    (name, labels, rest)
                }
                None => (name, Labels::new(), rest),
            }
        }
    };
    let (own, exemplar) = match rest.split_once(" # {") {
        Some((own, exemplar)) => (own, Some(exemplar)),
        None => (rest, None),
    };
    let value = value_and_time(own.strip_prefix(' ').ok_or("no space before the value")?)?;
    let exemplar = match exemplar {
        Some(text) => {
            let (labels, rest) = match text.strip_prefix('}') {
                Some(rest) => (Labels::new(), rest),
                None => read_labels(text)?,
            };
            let value = rest.strip_prefix(' ').ok_or("no space before an exemplar's value")?;
            Some((labels, value_and_time(value)?))
        }
        None => None,
    };
    Ok(Sample { name, labels, value, exemplar })
}

fn value_and_time(text: &str) -> Result<f64, String> {
    match text.split_once(' ') {
        None => read_number(text),
        Some((value, time)) => {
            let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if !is_time || read_number(time).is_err() {
                return Err(format!("{time:?} is no time"));
            }
            read_number(value)
        }
    }
}

/// A name, in quotes or plain, and what is behind it.
fn read_name(text: &str) -> Result<(String, &str), String> {
    if let Some(inside) = text.strip_prefix('"') {
        return quoted_rest(inside);
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    if end == 0 || text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("a name that is none".to_owned());
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

/// Labels behind an opening brace, and what is behind the closing one; at least one.
fn read_labels(mut text: &str) -> Result<(Labels, &str), String> {
    let mut labels = Labels::new();
    loop {
        let (label, rest) = read_name(text)?;
        if label.contains(':') && !text.starts_with('"') {
            return Err("a label with a colon".to_owned());
        }
        let (value, rest) = read_quoted(rest.strip_prefix('=').ok_or("a label without a value")?)?;
        if labels.insert(label, value).is_some() {
            return Err("a label is there twice".to_owned());
        }
        match rest.split_at_checked(1) {
            Some((",", rest)) => text = rest,
            Some(("}", rest)) => return Ok((labels, rest)),
            _ => return Err("braces do not close".to_owned()),
        }
    }
}

fn read_quoted(text: &str) -> Result<(String, &str), String> {
    quoted_rest(text.strip_prefix('"').ok_or("no quote")?)
}

/// What is in quotes of which the first is passed, and what is behind them.
fn quoted_rest(text: &str) -> Result<(String, &str), String> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !is_escaped => return Ok((unescaped(&text[..at], true)?, &text[at + 1..])),
            b'\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    Err("quotes do not close".to_owned())
}

fn unescaped(text: &str, has_quotes: bool) -> Result<String, String> {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (char, char == '\\') {
            (_, true) => plain.push(match chars.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if has_quotes => '"',
                other => return Err(format!("an escape of {other:?}")),
            }),
            (other, _) => plain.push(other),
        }
    }
    Ok(plain)
}

fn read_number(text: &str) -> Result<f64, String> {
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-');
    match text {
        "+Inf" => Ok(f64::INFINITY),
        "-Inf" => Ok(f64::NEG_INFINITY),
        "NaN" => Ok(f64::NAN),
        _ if text.bytes().all(is_plain) => text.parse().map_err(|_| format!("{text:?}: no number")),
        _ => Err(format!("{text:?} is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_none_is_found() {
        let sound = "# TYPE a counter\na{b=\"c\\n\"} 1 5\na{b=\"d\"} NaN\n";
        assert_eq!(check(sound, false), Ok(()));
        for (from, to) in [
            ("a{b=\"d\"}", "a{b=\"c\\n\"}"),
            ("a{b=\"d\"}", "b{b=\"d\"}"),
            ("b=\"d\"", "b=\"d\",b=\"d\""),
            ("b=\"d\"", "b=\"\\d\""),
            ("b=\"d\"", "b=\"d\""[..4].trim_end()),
            ("NaN\n", "NaN"),
            ("NaN", "nan"),
            (" 5", " 5 # {x=\"y\"} 1"),
            ("# TYPE a counter\n", ""),
            ("counter", "meter"),
        ] {
            let broken = sound.replacen(from, to, 1);
            assert!(check(&broken, false).is_err(), "{broken}");
        }
    }

    #[test]
    fn open_metrics_asks_for_more() {
        let sound = "# TYPE a_s counter\n# UNIT a_s s\n# HELP a_s \\\"\na_s_total 1 # {x=\"y\"} 2 1.5\n\
                     # TYPE h histogram\nh_bucket{le=\"1.0\"} 1 # {} 0.5\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 1\n# EOF\n";
        assert_eq!(check(sound, true), Ok(()));
        for (from, to) in [
            ("# EOF\n", ""),
            ("_total 1", " 1"),
            ("_total 1", "_total -1"),
            ("UNIT a_s s", "UNIT a_s t"),
            ("h_count 2", "h_count 3"),
            ("{} 0.5", "{} 1.5"),
            ("{le=\"+Inf\"} 2", "{le=\"2\"} 2"),
            ("h_sum 1", "h_sum 1 # {} 1"),
            ("# TYPE h histogram", "# TYPE a_s_total gauge"),
        ] {
            let broken = sound.replacen(from, to, 1);
            assert!(check(&broken, true).is_err(), "{broken}");
        }
        let quoted = "# TYPE \"a b\" gauge\n{\"a b\",\"c d\"=\"e\"} 1\n{\"a b\"} 2\n# EOF\n";
        assert_eq!(check(quoted, true), Ok(()));
    }
}
