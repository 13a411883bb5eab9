//! Prometheus labels: joined where names collide, escaped once, and read back for those who look into the store.

use std::borrow::Cow;

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
        // Stable, so the first of a key stays the first; sorted once, as a sender may send any number of attributes.
        self.0.sort_by(|a, b| (&a.name, &a.key).cmp(&(&b.name, &b.key)));
        self.0.dedup_by(|later, first| (&later.name, &later.key) == (&first.name, &first.key));
        self.0.retain(|label| !label.value.is_empty());
        let mut text = String::with_capacity(self.0.len() * 32);
        for same in self.0.chunk_by(|a, b| a.name == b.name) {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&same[0].name);
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

fn escape_into(value: &str, text: &mut String) {
    for char in value.chars() {
        match char {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

/// Reads back what [`Labels::render`] wrote.
pub(super) fn parse(rendered: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = rendered;
    std::iter::from_fn(move || {
        let (name, quoted) = rest.split_once("=\"")?;
        let end = closing_quote(quoted)?;
        rest = quoted[end + 1..].trim_start_matches(',');
        Some((name, unescape(&quoted[..end])))
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

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        plain.push(match (char, char == '\\') {
            (_, true) => match chars.next() {
                Some('n') => '\n',
                Some(other) => other,
                None => '\\',
            },
            (other, false) => other,
        });
    }
    Cow::Owned(plain)
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
