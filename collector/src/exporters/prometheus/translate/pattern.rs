//! Patterns of attribute keys: `*` stands for any characters, `?` for one.

/// One pattern, such as `k8s.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<char>);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether the whole text fits. Takes at most as many steps as the product of both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        let pattern = &self.0;
        let (mut at, mut rest) = (0, text.chars());
        // Behind the last star, and the text that it left over; it takes one character more after each failure.
        let mut star = None;
        loop {
            let mut ahead = rest.clone();
            match (pattern.get(at), ahead.next()) {
                (Some('*'), _) => {
                    at += 1;
                    star = Some((at, rest.clone()));
                    continue;
                }
                (Some('?'), Some(_)) => {
                    (at, rest) = (at + 1, ahead);
                    continue;
                }
                (Some(wanted), Some(char)) if *wanted == char => {
                    (at, rest) = (at + 1, ahead);
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            let Some((behind, left)) = &mut star else {
                return false;
            };
            if left.next().is_none() {
                return false;
            }
            (at, rest) = (*behind, left.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_characters_and_a_question_mark_one() {
        for (pattern, fits, fails) in [
            ("*", &["", "a", "größe"][..], &[][..]),
            ("", &[""], &["a"]),
            ("k8s.*", &["k8s.", "k8s.pod.name"], &["k8s", "xk8s.pod"]),
            ("*.name", &["a.name", ".name", "name.name"], &["name", "a.names"]),
            ("a*b*c", &["abc", "axbxc", "abbcc", "abcbc"], &["ab", "acb", "abcd"]),
            ("h?st", &["host", "hüst"], &["hst", "hoost"]),
            ("?*", &["a", "ab"], &[""]),
            ("host.name", &["host.name"], &["host_name", "host.name2"]),
        ] {
            for text in fits {
                assert!(Pattern::new(pattern).matches(text), "{pattern:?} {text:?}");
            }
            for text in fails {
                assert!(!Pattern::new(pattern).matches(text), "{pattern:?} {text:?}");
            }
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_the_product_of_the_lengths() {
        let pattern = Pattern::new(&"*a".repeat(1000));
        assert!(!pattern.matches(&"a".repeat(999)));
        assert!(!pattern.matches(&format!("{}b", "a".repeat(5000))));
    }
}
