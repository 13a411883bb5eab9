//! Names as the library `prometheus/otlptranslator` makes them, where it differs from the specification.
//!
//! Written after its behaviour, of which the tests hold a table. A name for which it reports an error has none here.

use std::borrow::Cow;

use crate::{
    prometheus_name::is_metric_char,
    prometheus_namer::{MetricType, Strategy},
};

/// Units that it writes as a word. `KBy` and `tibibytes` are as it has them.
const UNITS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("1", ""),
    ("%", "percent"),
];

/// Units behind the `/` of a rate.
const RATES: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// The name of a metric.
pub(crate) fn metric(
    strategy: Strategy,
    namespace: &str,
    name: &str,
    unit: &str,
    metric: MetricType,
) -> Option<String> {
    if !strategy.escapes() {
        return Some(kept(strategy.adds_suffixes(), namespace, name, unit, metric));
    }
    let full = if strategy.adds_suffixes() {
        from_words(namespace, name, unit, metric)
    } else {
        bare(namespace, name)
    };
    let has_letter = full == name || full.chars().any(|char| char != '_');
    (!full.is_empty() && has_letter).then_some(full)
}

/// The name in classic characters, unit and type among its words.
fn from_words(namespace: &str, name: &str, unit: &str, metric: MetricType) -> String {
    let is_word_char = |char| is_metric_char(char) && char != '_';
    let mut words: Vec<&str> =
        name.split(|char| !is_word_char(char)).filter(|word| !word.is_empty()).collect();
    let (amount, rate) = unit_words(unit);
    let (amount, rate) = (cleaned(&amount), cleaned(&rate));
    let mut rate = if rate == "per_" { "" } else { rate.strip_suffix('_').unwrap_or(&rate) };
    let mut amount = &*amount;
    if words.contains(&amount) {
        amount = "";
    }
    if words.contains(&rate) {
        rate = "";
    }
    if !rate.is_empty() {
        amount = amount.strip_suffix('_').unwrap_or(amount);
    }
    words.extend([amount, rate].into_iter().filter(|word| !word.is_empty()));
    if let Some(suffix) = type_suffix(unit, metric) {
        words.retain(|word| *word != suffix);
        words.push(suffix);
    }
    if !namespace.is_empty() {
        words.insert(0, namespace);
    }
    after_digit(words.join("_"))
}

const fn type_suffix(unit: &str, metric: MetricType) -> Option<&'static str> {
    match metric {
        MetricType::Counter => Some("total"),
        MetricType::Gauge if matches!(unit.as_bytes(), b"1") => Some("ratio"),
        MetricType::Gauge | MetricType::Other => None,
    }
}

/// The name in classic characters alone; runs of `_` that it came with stay.
fn bare(namespace: &str, name: &str) -> String {
    let joined = |text: &str| {
        let parts: Vec<&str> =
            text.split(|char| !is_metric_char(char)).filter(|part| !part.is_empty()).collect();
        parts.join("_")
    };
    if namespace.is_empty() {
        after_digit(joined(name))
    } else {
        format!("{}_{}", joined(namespace), joined(name))
    }
}

fn after_digit(name: String) -> String {
    if name.starts_with(|char: char| char.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The name with its own characters.
fn kept(
    adds_suffixes: bool,
    namespace: &str,
    name: &str,
    unit: &str,
    metric: MetricType,
) -> String {
    let full = if namespace.is_empty() { name.to_owned() } else { format!("{namespace}_{name}") };
    if !adds_suffixes {
        return full;
    }
    let suffix = type_suffix(unit, metric);
    let (amount, rate) = unit_words(unit);
    let mut head = suffix.map_or(&*full, |suffix| without(&full, suffix));
    if !rate.is_empty() {
        head = without(head, &rate);
    }
    let has_amount = amount.is_empty() || head.ends_with(&*amount);
    let mut made = head.to_owned();
    let words = [if has_amount { "" } else { &*amount }, &rate, suffix.unwrap_or("")];
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        made.push('_');
        made.push_str(word);
    }
    made
}

/// The name before a suffix and the one character before that, unless nothing would be left.
fn without<'a>(name: &'a str, suffix: &str) -> &'a str {
    let head = name.strip_suffix(suffix).map(str::chars);
    let before = head.and_then(|mut head| head.next_back().map(|_| head.as_str()));
    before.filter(|before| !before.is_empty()).unwrap_or(name)
}

/// The words of a unit before and behind its `/`, the latter with `per_`.
fn unit_words(unit: &str) -> (String, String) {
    let (amount, rate) = unit.split_once('/').unwrap_or((unit, ""));
    let word = |unit: &str, table: &[(&str, &'static str)]| -> String {
        let unit = unit.trim();
        if unit.contains(['{', '}']) {
            return String::new();
        }
        let known = table.iter().find(|(code, _)| *code == unit);
        known.map_or(unit, |(_, word)| word).to_owned()
    };
    let rate = word(rate, &RATES);
    let rate = if rate.is_empty() { rate } else { format!("per_{rate}") };
    (word(amount, &UNITS), rate)
}

/// The word in classic characters, runs of `_` as one, none at its start.
fn cleaned(word: &str) -> String {
    let mut clean = String::with_capacity(word.len());
    for char in word.chars() {
        let char = if is_metric_char(char) { char } else { '_' };
        if char != '_' || !(clean.is_empty() || clean.ends_with('_')) {
            clean.push(char);
        }
    }
    clean
}

/// The name of a label.
pub(crate) fn label(escapes: bool, key: &str) -> Option<Cow<'_, str>> {
    let name = if escapes { classic_label(key) } else { Cow::Borrowed(key) };
    name.chars().any(|char| char != '_').then_some(name)
}

fn classic_label(key: &str) -> Cow<'_, str> {
    let inner = key.strip_prefix("__").and_then(|rest| rest.strip_suffix("__"));
    let is_word_char = |char: char| char.is_ascii_alphanumeric();
    let mut name = String::with_capacity(key.len() + 4);
    let mut after_other = false;
    for char in inner.unwrap_or(key).chars() {
        if is_word_char(char) {
            name.push(char);
        } else if !after_other {
            name.push('_');
        }
        after_other = !is_word_char(char);
    }
    if inner.is_some() {
        name = format!("__{name}__");
    } else if name.starts_with(|char: char| char.is_ascii_digit()) {
        name.insert_str(0, "key_");
    }
    if name == key { Cow::Borrowed(key) } else { Cow::Owned(name) }
}

#[cfg(test)]
mod tests;
