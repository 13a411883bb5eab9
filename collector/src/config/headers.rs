//! Headers that go with every request of an exporter.

use http::{HeaderName, HeaderValue};

use super::{
    problem::{Position, Problems},
    secret_text::Secret,
    section::Section,
};

/// Reads `headers`, a mapping of names to values.
pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Vec<(String, Secret)> {
    let mut headers = Vec::new();
    for (name, value) in section.texts("headers", problems) {
        let value = Secret::new(value);
        check(&name.name, &value, name.at, problems);
        headers.push((name.name.clone(), value));
    }
    headers
}

/// Checks that a header can be sent. Its value may be a secret, so it is not shown.
pub(super) fn check(name: &str, value: &Secret, at: Position, problems: &mut Problems) {
    if HeaderName::try_from(name).is_err() {
        let expected = "expected letters, digits and -";
        problems.error(at, format!("header name {name:?} is not valid, {expected}"));
    }
    if HeaderValue::try_from(value.reveal()).is_err() {
        let expected = "expected printable characters in one line";
        problems.error(at, format!("the value of header {name:?} is not valid, {expected}"));
    }
}
