//! Headers that go with every request of an exporter.

use http::{HeaderMap, HeaderName, HeaderValue};

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

/// Checks that a header can be sent.
pub(super) fn check(name: &str, value: &Secret, at: Position, problems: &mut Problems) {
    if let Err(wrong) = header(name, value) {
        problems.error(at, wrong);
    }
}

/// Headers as they are sent.
///
/// # Errors
/// One of them cannot be; the message names it.
pub(crate) fn to_send(pairs: &[(String, Secret)]) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let (name, value) = header(name, value)?;
        headers.append(name, value);
    }
    Ok(headers)
}

/// The value may be a secret, so it is not shown.
fn header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::try_from(name).map_err(|_| {
        format!("header name {name:?} is not valid, expected letters, digits and -")
    })?;
    let mut value = HeaderValue::try_from(value.reveal()).map_err(|_| {
        format!(
            "the value of header {name:?} is not valid, expected printable characters in one line"
        )
    })?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_header_value_is_not_shown() {
        let pairs = [("authorization".to_owned(), Secret::new("secret\n"))];
        let message = to_send(&pairs).expect_err("a newline is not allowed");
        assert!(message.contains("authorization") && !message.contains("secret"));
    }
}
