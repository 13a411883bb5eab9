//! Which instrument names the specification allows.

/// Longest name of an instrument, in bytes.
///
/// Source: OpenTelemetry specification, metrics API, "Instrument name syntax".
const MAX_NAME_BYTES: usize = 255;

/// What is wrong with a name; `None` if nothing is.
pub(crate) fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > MAX_NAME_BYTES {
        return Some("it is longer than 255 characters");
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return Some("it does not begin with an ASCII letter");
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    if !name.chars().all(is_allowed) {
        return Some("it has characters other than ASCII letters, digits, `_`, `.`, `-` and `/`");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_by_the_specification() {
        let longest = "a".repeat(MAX_NAME_BYTES);
        for name in ["a", "A9", "http.server/request-duration_2", &longest] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["", "9a", "_a", "a b", "a:b", "größe", &format!("{longest}a")] {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}
