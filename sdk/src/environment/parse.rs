//! Values as the specification writes them.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use super::variable::{Complaint, Outcome};

/// Sets what makes sense.
pub(super) fn set<T>(field: &mut T, parsed: Option<T>) -> Outcome {
    *field = parsed.ok_or(Complaint::NotAValue)?;
    Ok(())
}

pub(super) fn said<T>(said: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint::Said(said.into()))
}

/// Only the word `true` in any case is true. All else is false, and what is not that word either is complained of.
pub(super) fn boolean(field: &mut bool, value: &str) -> Outcome {
    *field = value.eq_ignore_ascii_case("true");
    if *field || value.eq_ignore_ascii_case("false") {
        return Ok(());
    }
    said("is taken for `false`: use true or false")
}

/// A time between two things in milliseconds.
pub(super) fn interval(value: &str) -> Option<Duration> {
    let millis = value.parse().ok().filter(|millis| *millis > 0)?;
    Some(Duration::from_millis(millis))
}

/// A time for one thing in milliseconds; 0 is no limit.
pub(super) fn timeout(value: &str) -> Option<Duration> {
    match value.parse().ok()? {
        0 => Some(Duration::MAX),
        millis => Some(Duration::from_millis(millis)),
    }
}

/// A number of things of which there is one at least.
pub(super) fn count(value: &str) -> Option<usize> {
    value.parse().ok().filter(|count| *count > 0)
}

/// The words of a comma-separated list in lower case, each once.
pub(super) fn words(value: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in value.split(',').map(|word| word.trim().to_ascii_lowercase()) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// `key=value,key=value`, percent-decoded; `None` if any part of it is not.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let decode = |text: &str| {
        let text = percent_decode_str(text.trim()).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=')?;
            let key = decode(key)?;
            (!key.is_empty()).then_some((key, decode(value)?))
        })
        .collect()
}

/// Request headers; their values are marked sensitive, so that no debug output shows them.
pub(super) fn headers(text: &str) -> Option<HeaderMap> {
    pairs(text)?
        .into_iter()
        .map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            let mut value = HeaderValue::try_from(value).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        })
        .collect()
}
