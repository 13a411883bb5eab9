//! Names and labels of a series as one reader wants them escaped.

use std::ops::Range;

use inferometer_semconv::prometheus_escaping::{Escaping, Part};

use crate::series::{Cursor, Prefix, Series};

/// What labels of Prometheus' own begin with. Only the scheme `dots` makes such a name, of one that begins with `_`.
const RESERVED: &str = "__";
/// What stands before it then; no other name becomes the same.
const ASIDE: &str = "exported_";

/// Shows one series after the other, in room that is used again. Readers of classic or of any names get what was rendered
/// with the series; for the others it is escaped anew each time.
#[derive(Debug)]
pub(super) struct Names {
    escaping: Escaping,
    text: String,
    /// Names and values of labels, escaped, one behind the other.
    parts: String,
    labels: Vec<Label>,
}

/// Where in the parts a label of the series that is shown has its own.
#[derive(Debug)]
struct Label {
    name: Range<usize>,
    value: Range<usize>,
}

impl Names {
    pub(super) const fn new(escaping: Escaping) -> Self {
        Self { escaping, text: String::new(), parts: String::new(), labels: Vec::new() }
    }

    /// Begins a pass over a store in which all series of one name come together.
    pub(super) fn cursor(&self) -> Cursor {
        if self.escaping == Escaping::Underscores { Cursor::default() } else { Cursor::by_utf8() }
    }

    /// What stands before the numbers of a series.
    #[inline]
    pub(super) fn of<'a>(&'a mut self, series: &'a Series) -> Prefix<'a> {
        let (classic, utf8) = (series.classic_prefix(), series.utf8_prefix());
        match self.escaping {
            Escaping::Underscores => classic,
            Escaping::AllowUtf8 => utf8,
            // The scheme changes classic names only where they, and no value, hold this.
            Escaping::Values if series.is_classic() && !classic.text().contains("U__") => classic,
            Escaping::Dots | Escaping::Values => self.escaped(utf8),
        }
    }

    fn escaped<'a>(&'a mut self, prefix: Prefix<'a>) -> Prefix<'a> {
        let Self { escaping, text, parts, labels } = self;
        text.clear();
        parts.clear();
        labels.clear();
        escaping.write(prefix.name_chars(), Part::Metric, text);
        let name_end = text.len();
        for (name, value) in prefix.raw_labels() {
            let start = parts.len();
            escaping.write(name, Part::Label, parts);
            if parts[start..].starts_with(RESERVED) {
                parts.insert_str(start, ASIDE);
            }
            let middle = parts.len();
            parts.push_str(value);
            labels.push(Label { name: start..middle, value: middle..parts.len() });
        }
        let name_of = |label: &Label| &parts[label.name.clone()];
        // By their places too, so that values of names that became one are joined in the order of the names.
        labels.sort_unstable_by(|a, b| {
            name_of(a).cmp(name_of(b)).then_with(|| a.name.start.cmp(&b.name.start))
        });
        let mut before = "{";
        for same in labels.chunk_by(|a, b| name_of(a) == name_of(b)) {
            text.push_str(before);
            text.push_str(name_of(&same[0]));
            text.push_str("=\"");
            for (index, label) in same.iter().enumerate() {
                text.push_str(if index > 0 { ";" } else { "" });
                text.push_str(&parts[label.value.clone()]);
            }
            text.push('"');
            before = ",";
        }
        text.push_str(if labels.is_empty() { " " } else { "} " });
        Prefix::new(text, name_end)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::series::{Description, Kind, Labels, Limits, Point, Reading, Store, Utf8Names};

    /// What readers of each escaping see of a series.
    fn check(family: (&str, &str), labels: &[&str], expected: [(Escaping, &str); 4]) {
        let mut set = Labels::new();
        labels.iter().for_each(|name| set.add(*name, *name, "v"));
        let (classic, utf8) = set.render_both();
        let description = Description {
            family: family.0.to_owned(),
            kind: Kind::Gauge,
            utf8: Some(Utf8Names {
                family: family.1.to_owned(),
                labels: utf8.unwrap_or_else(|| classic.clone()),
            }),
            labels: classic,
            ..Description::default()
        };
        let store = Store::new(Limits::default());
        let point = Point::plain(Reading::Int(1));
        let series = store.admit(&description, &point, Duration::ZERO).unwrap().unwrap();
        for (escaping, expected) in expected {
            let mut names = Names::new(escaping);
            for _ in 0..2 {
                let prefix = names.of(&series);
                assert_eq!(prefix.text(), expected, "{escaping:?}");
                assert!(prefix.split().0.ends_with(prefix.name()));
            }
        }
    }

    #[test]
    fn every_reader_gets_the_names_that_it_asked_for() {
        check(
            ("a_b", "a.b"),
            &["c.d", "e"],
            [
                (Escaping::Underscores, "a_b{c_d=\"v\",e=\"v\"} "),
                (Escaping::AllowUtf8, "{\"a.b\",\"c.d\"=\"v\",e=\"v\"} "),
                (Escaping::Dots, "a_dot_b{c_dot_d=\"v\",e=\"v\"} "),
                (Escaping::Values, "U__a_2e_b{U__c_2e_d=\"v\",e=\"v\"} "),
            ],
        );
        check(
            ("a_b", "a_b"),
            &["c_d"],
            [
                (Escaping::Underscores, "a_b{c_d=\"v\"} "),
                (Escaping::AllowUtf8, "a_b{c_d=\"v\"} "),
                (Escaping::Dots, "a__b{c__d=\"v\"} "),
                (Escaping::Values, "a_b{c_d=\"v\"} "),
            ],
        );
        check(
            ("_", "字"),
            &[],
            [
                (Escaping::Underscores, "_ "),
                (Escaping::AllowUtf8, "{\"字\"} "),
                (Escaping::Dots, "__ "),
                (Escaping::Values, "U___5b57_ "),
            ],
        );
    }

    #[test]
    fn no_label_becomes_one_of_prometheus_own() {
        check(
            ("a", "a"),
            &["_name_", "字"],
            [
                (Escaping::Underscores, "a{_=\"v\",_name_=\"v\"} "),
                (Escaping::AllowUtf8, "a{_name_=\"v\",\"字\"=\"v\"} "),
                (Escaping::Dots, "a{exported___=\"v\",exported___name__=\"v\"} "),
                (Escaping::Values, "a{U___5b57_=\"v\",_name_=\"v\"} "),
            ],
        );
    }

    #[test]
    fn labels_that_become_one_are_joined() {
        check(
            ("a", "a"),
            &["x-y", "x.y", "x_y", "U__x"],
            [
                (Escaping::Underscores, "a{U__x=\"v\",x_y=\"v;v;v\"} "),
                (Escaping::AllowUtf8, "a{U__x=\"v\",\"x-y\"=\"v\",\"x.y\"=\"v\",x_y=\"v\"} "),
                (Escaping::Dots, "a{U____x=\"v\",x__y=\"v;v\",x_dot_y=\"v\"} "),
                (Escaping::Values, "a{U__U____x=\"v\",U__x_2d_y=\"v\",U__x_2e_y=\"v\",x_y=\"v\"} "),
            ],
        );
    }
}
