//! How names are escaped for a reader: the schemes of Prometheus' content negotiation.
//!
//! A name is made by a strategy first ([`prometheus_namer`](crate::prometheus_namer)), and may then hold any character.
//! The classic ones are `[a-zA-Z0-9_:]` in a metric's name, and the same without `:` in a label's, with no digit first.

use std::{cmp::Ordering, fmt::Write};

/// What a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// A metric.
    Metric,
    /// A label.
    Label,
}

/// A scheme; the values of the parameter `escaping`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Escaping {
    /// None: the reader takes any characters.
    AllowUtf8,
    /// A `_` for each other character. Different names may become one.
    #[default]
    Underscores,
    /// `_dot_` for a dot, `__` for each `_` and each other character.
    Dots,
    /// `_` and the character's number in hexadecimal and `_` for each other character, `__` for `_`, and `U__` before it
    /// all; a classic name stays as it is, unless it begins so. No two names become one.
    Values,
}

/// What tells a classic name that was escaped by [`Escaping::Values`].
const VALUES_PREFIX: &str = "U__";

impl Escaping {
    /// Every scheme with the word for it.
    pub const ALL: [(&str, Self); 4] = [
        ("allow-utf-8", Self::AllowUtf8),
        ("underscores", Self::Underscores),
        ("dots", Self::Dots),
        ("values", Self::Values),
    ];

    /// The scheme of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, scheme)| *scheme)
    }

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AllowUtf8 => "allow-utf-8",
            Self::Underscores => "underscores",
            Self::Dots => "dots",
            Self::Values => "values",
        }
    }

    /// Appends a name, escaped.
    pub fn write(self, name: impl Iterator<Item = char> + Clone, part: Part, out: &mut String) {
        match self {
            Self::AllowUtf8 => out.extend(name),
            Self::Underscores => {
                let one = |(at, char)| if is_classic_char(at, char, part) { char } else { '_' };
                out.extend(name.enumerate().map(one));
            }
            Self::Dots => {
                for (at, char) in name.enumerate() {
                    match char {
                        '.' => out.push_str("_dot_"),
                        '_' => out.push_str("__"),
                        _ if is_classic_char(at, char, part) => out.push(char),
                        _ => out.push_str("__"),
                    }
                }
            }
            Self::Values => write_values(name, part, out),
        }
    }
}

fn write_values(name: impl Iterator<Item = char> + Clone, part: Part, out: &mut String) {
    let looks_escaped = || name.clone().take(VALUES_PREFIX.len()).eq(VALUES_PREFIX.chars());
    if is_classic(name.clone(), part) && !looks_escaped() {
        return out.extend(name);
    }
    out.push_str(VALUES_PREFIX);
    for (at, char) in name.enumerate() {
        match char {
            '_' => out.push_str("__"),
            _ if is_classic_char(at, char, part) => out.push(char),
            other => {
                // Into a text this cannot fail.
                let _ = write!(out, "_{:x}_", u32::from(other));
            }
        }
    }
}

/// Whether a name is classic as it stands.
#[must_use]
pub fn is_classic(name: impl IntoIterator<Item = char>, part: Part) -> bool {
    let mut chars = name.into_iter().enumerate().peekable();
    chars.peek().is_some() && chars.all(|(at, char)| is_classic_char(at, char, part))
}

/// An order of metrics' names in which those that one scheme or another makes the same stand side by side, if they are
/// the same by [`Escaping::Underscores`].
pub fn order(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> Ordering {
    let class = |(at, char): (usize, char)| {
        let is_itself = char == '.' || is_classic_char(at, char, Part::Metric);
        if is_itself { char } else { '_' }
    };
    a.enumerate().map(class).cmp(b.enumerate().map(class))
}

const fn is_classic_char(at: usize, char: char, part: Part) -> bool {
    match char {
        '_' => true,
        ':' => matches!(part, Part::Metric),
        '0'..='9' => at > 0,
        _ => char.is_ascii_alphabetic(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(scheme: Escaping, name: &str, part: Part) -> String {
        let mut out = String::new();
        scheme.write(name.chars(), part, &mut out);
        out
    }

    #[test]
    fn each_scheme_escapes_as_prometheus_documents() {
        for (name, underscores, dots, values) in [
            ("up", "up", "up", "up"),
            ("a_b", "a_b", "a__b", "a_b"),
            ("a.b", "a_b", "a_dot_b", "U__a_2e_b"),
            ("a.b_c-d", "a_b_c_d", "a_dot_b__c__d", "U__a_2e_b__c_2d_d"),
            ("größe", "gr__e", "gr____e", "U__gr_f6__df_e"),
            ("字", "_", "__", "U___5b57_"),
            ("2xx", "_xx", "__xx", "U___32_xx"),
            ("U__x", "U__x", "U____x", "U__U____x"),
            ("a:b", "a:b", "a:b", "a:b"),
        ] {
            assert_eq!(escaped(Escaping::AllowUtf8, name, Part::Metric), name);
            assert_eq!(escaped(Escaping::Underscores, name, Part::Metric), underscores, "{name}");
            assert_eq!(escaped(Escaping::Dots, name, Part::Metric), dots, "{name}");
            assert_eq!(escaped(Escaping::Values, name, Part::Metric), values, "{name}");
        }
        assert_eq!(escaped(Escaping::Values, "a:b", Part::Label), "U__a_3a_b");
        assert_eq!(escaped(Escaping::Underscores, "a:b", Part::Label), "a_b");
    }

    #[test]
    fn every_scheme_makes_classic_names_of_all() {
        for name in ["a.b", "größe", "2", "\"\\\n", "\u{10ffff}", "_", "."] {
            for scheme in [Escaping::Underscores, Escaping::Dots, Escaping::Values] {
                for part in [Part::Metric, Part::Label] {
                    let shown = escaped(scheme, name, part);
                    assert!(is_classic(shown.chars(), part), "{name:?} by {scheme:?} is {shown}");
                }
            }
        }
        assert!(!is_classic("".chars(), Part::Metric));
    }

    #[test]
    fn names_that_become_one_stand_side_by_side() {
        let mut names = ["a_b", "a.b", "a-b", "a_c", "a b", "a.c"];
        names.sort_by(|a, b| order(a.chars(), b.chars()).then(a.cmp(b)));
        let dots = names.map(|name| escaped(Escaping::Dots, name, Part::Metric));
        assert_eq!(dots, ["a_dot_b", "a_dot_c", "a__b", "a__b", "a__b", "a__c"]);
    }

    #[test]
    fn words_are_read_back() {
        for (word, scheme) in Escaping::ALL {
            assert_eq!((Escaping::named(word), scheme.as_str()), (Some(scheme), word));
        }
        assert_eq!(Escaping::named("none"), None);
    }
}
