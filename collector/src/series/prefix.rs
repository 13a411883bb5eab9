//! What stands before the number of a sample: name and labels, rendered, for readers of classic names and of any.

use std::{borrow::Cow, cmp::Ordering};

use inferometer_semconv::prometheus_escaping;

use super::label;

/// `name{labels} `, or `name ` without labels. A name that is not classic stands in quotes with the labels:
/// `{"a.b",labels} `.
#[derive(Debug, Clone, Copy)]
pub struct Prefix<'a> {
    text: &'a str,
    name_end: usize,
}

/// What begins one whose name stands in quotes.
const QUOTE: &str = "{\"";

impl<'a> Prefix<'a> {
    /// Of a text whose name ends at `name_end`, which is before the closing quote if it has any.
    pub(crate) const fn new(text: &'a str, name_end: usize) -> Self {
        Self { text, name_end }
    }

    /// All of it.
    #[must_use]
    pub const fn text(self) -> &'a str {
        self.text
    }

    /// Everything before a suffix of the name and everything behind it.
    #[inline]
    #[must_use]
    pub fn split(self) -> (&'a str, &'a str) {
        self.text.split_at(self.name_end)
    }

    /// Whether the name stands in quotes.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        self.text.starts_with(QUOTE)
    }

    /// The name as it stands there, without the quotes but escaped as between them.
    #[inline]
    #[must_use]
    pub fn name(self) -> &'a str {
        let start = if self.is_quoted() { QUOTE.len() } else { 0 };
        &self.text[start..self.name_end]
    }

    /// The name's characters.
    pub fn name_chars(self) -> impl Iterator<Item = char> + Clone + 'a {
        label::unescaped(self.name())
    }

    /// The rendered labels without braces; empty if there are none.
    #[must_use]
    pub fn rendered_labels(self) -> &'a str {
        let rest = &self.text[self.name_end..];
        let rest = rest.strip_suffix("} ").unwrap_or("");
        if self.is_quoted() {
            rest.strip_prefix("\",").unwrap_or("")
        } else {
            rest.strip_prefix('{').unwrap_or("")
        }
    }

    /// Its labels: the characters of their names, and their values as they stand there, escaped.
    pub fn raw_labels(self) -> impl Iterator<Item = (impl Iterator<Item = char> + Clone, &'a str)> {
        let pairs = label::pairs(self.rendered_labels());
        pairs.map(|(name, value)| (label::unescaped(name), value))
    }

    /// Its labels, by name.
    pub fn labels(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        let pairs = label::pairs(self.rendered_labels());
        pairs.map(|(name, value)| (label::unescape(name), label::unescape(value)))
    }

    /// The order of readers of any names: by name, and then by the classic text, which no other series has.
    pub(super) fn order(self, classic: &str, other: Self, other_classic: &str) -> Ordering {
        let names = || {
            prometheus_escaping::order(self.name_chars(), other.name_chars())
                .then_with(|| self.name().cmp(other.name()))
        };
        let are_classic = !self.is_quoted() && !other.is_quoted();
        let by_name = if are_classic { self.name().cmp(other.name()) } else { names() };
        by_name.then_with(|| classic.cmp(other_classic))
    }
}

/// Names that are not all classic, as a strategy has left them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utf8Names {
    /// The family's.
    pub family: String,
    /// The labels, rendered.
    pub labels: String,
}

/// A rendered prefix with such names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utf8Prefix {
    text: Box<str>,
    name_end: usize,
}

impl Utf8Prefix {
    /// `is_classic` tells whether the family's name is.
    pub(super) fn new(names: &Utf8Names, is_classic: bool) -> Self {
        let Utf8Names { family, labels } = names;
        let mut text = String::with_capacity(family.len() + labels.len() + 8);
        if is_classic {
            text.push_str(family);
        } else {
            text.push_str(QUOTE);
            label::escape_into(family, &mut text);
        }
        let name_end = text.len();
        text.push_str(match (is_classic, labels.is_empty()) {
            (true, true) => " ",
            (true, false) => "{",
            (false, true) => "\"} ",
            (false, false) => "\",",
        });
        if !labels.is_empty() {
            text.push_str(labels);
            text.push_str("} ");
        }
        Self { text: text.into(), name_end }
    }

    pub(super) const fn as_prefix(&self) -> Prefix<'_> {
        Prefix::new(&self.text, self.name_end)
    }

    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: &str, labels: &str, is_classic: bool, text: &str, name: &str) {
        let names = Utf8Names { family: family.to_owned(), labels: labels.to_owned() };
        let rendered = Utf8Prefix::new(&names, is_classic);
        let prefix = rendered.as_prefix();
        assert_eq!((prefix.text(), prefix.name()), (text, name));
        assert_eq!((prefix.rendered_labels(), prefix.is_quoted()), (labels, !is_classic));
        assert!(prefix.name_chars().eq(family.chars()));
        let (before, behind) = prefix.split();
        assert!(before.ends_with(name) && format!("{before}{behind}") == text);
    }

    #[test]
    fn a_name_that_is_not_classic_stands_with_the_labels() {
        check("a", "", true, "a ", "a");
        check("a", "\"x.y\"=\"1\"", true, "a{\"x.y\"=\"1\"} ", "a");
        check("a.b", "", false, "{\"a.b\"} ", "a.b");
        check("a.b", "x=\"1\"", false, "{\"a.b\",x=\"1\"} ", "a.b");
        check("\"\\\n{", "x=\"1\"", false, "{\"\\\"\\\\\\n{\",x=\"1\"} ", "\\\"\\\\\\n{");
    }

    #[test]
    fn labels_read_back_whatever_they_are_called() {
        let labels = "\"a.b\"=\"1\",\"q\\\"=\\\"\\n,\"=\"v\\\"\",c=\"\\\\\"";
        let names = Utf8Names { family: "a.b".to_owned(), labels: labels.to_owned() };
        let rendered = Utf8Prefix::new(&names, false);
        let read: Vec<_> = rendered.as_prefix().labels().collect();
        let read: Vec<_> = read.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(read, [("a.b", "1"), ("q\"=\"\n,", "v\""), ("c", "\\")]);
    }
}
