//! Prometheus labels: joined where names collide, escaped once, and read back for those who look into the store.

use std::borrow::Cow;

use inferometer_semconv::{
    prometheus_escaping::{Part, is_classic},
    prometheus_namer::escaped_label,
};

/// One label before it is joined with others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Prometheus name.
    pub name: String,
    /// The OpenTelemetry key that it was translated from.
    pub key: String,
    /// Any text; an empty one means no label.
    pub value: String,
}

/// The labels of one series.
#[derive(Debug, Clone, Default)]
pub struct Labels(Vec<Label>);

impl Labels {
    /// No labels.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one. The first of two with one key stays, an empty one too; the specification forbids the second.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) {
        self.0.push(Label { name: name.into(), key: key.into(), value: value.into() });
    }

    /// `name="value"` with commas between, ordered by name, ready for the page.
    ///
    /// Values of colliding names are joined with `;` in the order of their keys.
    #[must_use]
    pub fn render(mut self) -> String {
        self.settle();
        self.text()
    }

    /// The same for readers of classic names, and for readers of any names if that differs.
    #[must_use]
    pub fn render_both(mut self) -> (String, Option<String>) {
        if self.0.iter().all(|label| is_classic(label.name.chars(), Part::Label)) {
            return (self.render(), None);
        }
        self.settle();
        // From what the others see, so that two series which they see as one are one here as well.
        let mut classic = Self::new();
        for same in self.0.chunk_by(|a, b| a.name == b.name) {
            let values: Vec<&str> = same.iter().map(|label| &*label.value).collect();
            classic.add(escaped_label(&same[0].name), &*same[0].name, values.join(";"));
        }
        (classic.render(), Some(self.text()))
    }

    /// Sorts them by name and key, and leaves out what is no label.
    fn settle(&mut self) {
        // Stable, so the first of a key stays the first; sorted once, as a sender may send any number of attributes.
        self.0.sort_by(|a, b| (&a.name, &a.key).cmp(&(&b.name, &b.key)));
        self.0.dedup_by(|later, first| (&later.name, &later.key) == (&first.name, &first.key));
        self.0.retain(|label| !label.value.is_empty());
    }

    fn text(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 32);
        for same in self.0.chunk_by(|a, b| a.name == b.name) {
            if !text.is_empty() {
                text.push(',');
            }
            write_name(&same[0].name, &mut text);
            text.push_str("=\"");
            for (index, label) in same.iter().enumerate() {
                if index > 0 {
                    text.push(';');
                }
                escape_into(&label.value, &mut text);
            }
            text.push('"');
        }
        text
    }
}

fn write_name(name: &str, text: &mut String) {
    if is_classic(name.chars(), Part::Label) {
        text.push_str(name);
    } else {
        text.push('"');
        escape_into(name, text);
        text.push('"');
    }
}

/// Appends what stands between quotes.
pub(super) fn escape_into(value: &str, text: &mut String) {
    for char in value.chars() {
        match char {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

/// Reads back what [`Labels::render`] wrote of classic names.
pub(super) fn parse(rendered: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    pairs(rendered).map(|(name, value)| (name, unescape(value)))
}

/// Names and values as they stand there: without their quotes, but escaped as between them.
pub(super) fn pairs(rendered: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = rendered;
    std::iter::from_fn(move || {
        let (name, behind) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                (&quoted[..end], quoted[end + 1..].strip_prefix("=\"")?)
            }
            None => rest.split_once("=\"")?,
        };
        let end = closing_quote(behind)?;
        rest = behind[end + 1..].trim_start_matches(',');
        Some((name, &behind[..end]))
    })
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains('\\') { unescaped(text).collect() } else { Cow::Borrowed(text) }
}

/// The characters of what stands between quotes.
pub(super) fn unescaped(text: &str) -> impl Iterator<Item = char> + Clone {
    let mut chars = text.chars();
    std::iter::from_fn(move || match chars.next()? {
        '\\' => match chars.next() {
            Some('n') => Some('\n'),
            other => other.or(Some('\\')),
        },
        plain => Some(plain),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(labels: &[(&str, &str, &str)], expected: &str) {
        let mut set = Labels::new();
        for (name, key, value) in labels {
            set.add(*name, *key, *value);
        }
        assert_eq!(set.render(), expected);
    }

    #[test]
    fn labels_are_ordered_joined_escaped_and_dropped_when_empty() {
        check(&[], "");
        check(&[("b", "b", "2"), ("a", "a", "1")], r#"a="1",b="2""#);
        check(&[("a_b", "a_b", "2"), ("a_b", "a.b", "1"), ("a_b", "a-b", "0")], r#"a_b="0;1;2""#);
        check(&[("a", "a", "first"), ("a", "a", "second")], r#"a="first""#);
        check(&[("a", "a", ""), ("b", "b.c", ""), ("b", "b_c", "x")], r#"b="x""#);
        check(&[("a", "a", ""), ("a", "a", "second")], "");
        check(&[("a", "a", "q\" b\\ n\n,=\u{e9}")], "a=\"q\\\" b\\\\ n\\n,=\u{e9}\"");
    }

    #[test]
    fn names_that_are_not_classic_are_quoted_for_those_who_read_them() {
        let mut set = Labels::new();
        for (name, value) in [("a.b", "1"), ("a_b", "2"), ("c", "3"), ("\"\\\n", "4")] {
            set.add(name, name, value);
        }
        let (classic, utf8) = set.render_both();
        assert_eq!(classic, r#"___="4",a_b="1;2",c="3""#);
        let expected = r#""\"\\\n"="4","a.b"="1",a_b="2",c="3""#;
        assert_eq!(utf8.as_deref(), Some(expected));
        let mut set = Labels::new();
        set.add("a", "a.b", "1");
        assert_eq!(set.render_both(), ("a=\"1\"".to_owned(), None));
    }

    #[test]
    fn what_was_rendered_reads_back() {
        let values = ["plain", "\"", "\\", "\\\"", "a\nb", "x=\"y\",z", "\u{e9};\\n"];
        let mut labels = Labels::new();
        for (index, value) in values.iter().enumerate() {
            labels.add(format!("l{index}"), "k", *value);
        }
        let rendered = labels.render();
        let read: Vec<String> = parse(&rendered).map(|(_, value)| value.into_owned()).collect();
        assert_eq!(read, values);
    }
}
