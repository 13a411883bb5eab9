//! Patterns for instrument names.

use std::str::Chars;

/// `*` stands for any number of characters, also none, and `?` for exactly one. ASCII letters match in either case,
/// since instrument names are one name in either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamePattern(Box<str>);

/// From where matching goes on if the last `*` has to stand for one character more.
struct Retry<'a> {
    pattern: Chars<'a>,
    name: Chars<'a>,
}

impl NamePattern {
    pub(super) fn new(pattern: &str) -> Self {
        Self(pattern.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it may match more than one name.
    pub(super) fn is_wild(&self) -> bool {
        self.0.contains(['*', '?'])
    }

    /// Looks at each character of the name at most once for each of the pattern's.
    pub(super) fn matches(&self, name: &str) -> bool {
        let (mut pattern, mut name) = (self.0.chars(), name.chars());
        let mut retry: Option<Retry<'_>> = None;
        loop {
            match (pattern.next(), name.clone().next()) {
                (None, None) => return true,
                (Some('*'), _) => {
                    retry = Some(Retry { pattern: pattern.clone(), name: name.clone() });
                }
                (Some(wanted), Some(found))
                    if wanted == '?' || wanted.eq_ignore_ascii_case(&found) =>
                {
                    name.next();
                }
                _ => {
                    let Some(retry) = &mut retry else { return false };
                    if retry.name.next().is_none() {
                        return false;
                    }
                    (pattern, name) = (retry.pattern.clone(), retry.name.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word: exponential, and so plain that it is right.
    fn model(pattern: &[char], name: &[char]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            (['*', rest @ ..], _) => (0..=name.len()).any(|taken| model(rest, &name[taken..])),
            (['?', pattern @ ..], [_, name @ ..]) => model(pattern, name),
            ([wanted, pattern @ ..], [found, name @ ..]) => {
                wanted.eq_ignore_ascii_case(found) && model(pattern, name)
            }
            _ => false,
        }
    }

    #[test]
    fn letters_match_in_either_case_and_wildcards_stand_for_what_they_say() {
        for (pattern, name, is_match) in [
            ("infer.request.duration", "Infer.Request.Duration", true),
            ("infer.request.duration", "infer.request.duration2", false),
            ("*", "", true),
            ("?", "", false),
            ("?", "ß", true),
            ("infer.*", "infer.", true),
            ("infer.*", "infer", false),
            ("*.duration", "infer.duration.duration", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("a?c", "aBC", true),
            ("", "", true),
        ] {
            assert_eq!(NamePattern::new(pattern).matches(name), is_match, "{pattern} on {name}");
        }
    }

    #[test]
    fn many_wildcards_do_not_make_matching_slow() {
        let pattern = NamePattern::new(&"*a".repeat(128));
        assert!(!pattern.matches(&"a".repeat(127)));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(4096))));
    }

    proptest! {
        #[test]
        fn any_pattern_matches_what_its_definition_says(
            pattern in "[abAß.*?]{0,8}", name in "[abBß.]{0,10}",
        ) {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                NamePattern::new(&pattern).matches(&name),
                model(&chars(&pattern), &chars(&name)),
            );
        }
    }
}
