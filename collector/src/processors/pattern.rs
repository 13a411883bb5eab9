//! A regular expression of the configuration.

use std::fmt;

use regex::Regex;

/// A regular expression that matches anywhere in a text unless it is anchored, as in the Collector. Time is linear in
/// the text; a pattern that compiles to more than regex's own 10 MiB is refused.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn new(text: &str) -> Result<Self, String> {
        Regex::new(text).map(Self).map_err(|error| {
            // The library draws the pattern with a marker below it; the last line says what is wrong.
            let drawn = error.to_string();
            let last = drawn.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        })
    }

    /// Whether it matches somewhere in the text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Names of its groups; nothing for a group without one.
    pub(super) fn groups(&self) -> impl Iterator<Item = Option<&str>> {
        self.0.capture_names().skip(1)
    }

    /// Whether it has groups, and each has a name.
    #[must_use]
    pub fn names_all_groups(&self) -> bool {
        self.0.captures_len() > 1 && self.groups().all(|name| name.is_some())
    }

    /// What each named group matched; nothing if the whole does not match.
    pub(super) fn extract(&self, text: &str) -> Vec<(String, String)> {
        let Some(captures) = self.0.captures(text) else {
            return Vec::new();
        };
        let names = self.groups().flatten();
        names
            .filter_map(|name| Some((name.to_owned(), captures.name(name)?.as_str().to_owned())))
            .collect()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_matches_anywhere_unless_it_is_anchored() {
        assert!(Pattern::new("queue").unwrap().is_match("vllm.queue.depth"));
        assert!(!Pattern::new("^queue").unwrap().is_match("vllm.queue.depth"));
    }

    #[test]
    fn a_wrong_one_says_what_is_wrong_in_one_line() {
        assert_eq!(Pattern::new("a(b").unwrap_err(), "unclosed group");
    }

    #[test]
    fn named_groups_are_extracted() {
        let pattern = Pattern::new("^(?P<host>[^:]+):(?P<port>\\d+)?$").unwrap();
        assert!(pattern.names_all_groups());
        assert_eq!(
            pattern.extract("a:1"),
            [("host".into(), "a".into()), ("port".into(), "1".into())]
        );
        assert_eq!(pattern.extract("a:"), [("host".into(), "a".into())]);
        assert_eq!(pattern.extract("a"), []);
        assert!(!Pattern::new("(a)(?P<b>b)").unwrap().names_all_groups());
        assert!(!Pattern::new("ab").unwrap().names_all_groups());
    }
}
