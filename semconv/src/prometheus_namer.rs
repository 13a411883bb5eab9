//! Names by a configured strategy: OpenTelemetry's four translation strategies, a namespace, and the customs of others.
//!
//! A name is made in two steps, in the order that the specification gives: the strategy first, then the escaping that a
//! scrape negotiated. [`Namer`] does the first; what it returns may hold any character if its strategy keeps them.
//! [`escaped_metric`] and [`escaped_label`] do the second for formats that know only the classic characters.

use std::borrow::Cow;

use crate::{
    otlptranslator,
    prometheus_name::{is_metric_char, label_name, metric_name, sanitized, with_suffixes},
    unit,
};

/// How names are translated; the values of `translation_strategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Strategy {
    /// Classic characters, unit and type as suffixes: `foo.bar` in `By` is `foo_bar_bytes_total`.
    #[default]
    UnderscoreEscapingWithSuffixes,
    /// Classic characters alone: `foo_bar`.
    UnderscoreEscapingWithoutSuffixes,
    /// Suffixes alone: `foo.bar_bytes_total`.
    NoUtf8EscapingWithSuffixes,
    /// The name as it came: `foo.bar`.
    NoTranslation,
}

impl Strategy {
    /// Every strategy with the word that configuration files use for it.
    pub const ALL: [(&str, Self); 4] = [
        ("UnderscoreEscapingWithSuffixes", Self::UnderscoreEscapingWithSuffixes),
        ("UnderscoreEscapingWithoutSuffixes", Self::UnderscoreEscapingWithoutSuffixes),
        ("NoUTF8EscapingWithSuffixes", Self::NoUtf8EscapingWithSuffixes),
        ("NoTranslation", Self::NoTranslation),
    ];

    /// Whether the words of unit and type are added.
    #[must_use]
    pub const fn adds_suffixes(self) -> bool {
        matches!(self, Self::UnderscoreEscapingWithSuffixes | Self::NoUtf8EscapingWithSuffixes)
    }

    /// Whether other characters than the classic ones are replaced.
    #[must_use]
    pub const fn escapes(self) -> bool {
        matches!(
            self,
            Self::UnderscoreEscapingWithSuffixes | Self::UnderscoreEscapingWithoutSuffixes
        )
    }
}

/// Whose names are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Custom {
    /// The OpenTelemetry specification, "Prometheus and OpenMetrics compatibility".
    #[default]
    Specification,
    /// Those of the library `prometheus/otlptranslator`, by which Prometheus, the OpenTelemetry Collector and Go's
    /// exporter name: `_ratio` on gauges of the unit `1`, words that occur anywhere in a name are not added to it,
    /// labels get `key_` before a leading digit and keep names of the form `__x__`.
    Otlptranslator,
}

/// What a metric is, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricType {
    /// A sum that only grows.
    Counter,
    /// A gauge; a sum that may fall is none.
    Gauge,
    /// Everything else.
    Other,
}

/// Makes names by one strategy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Namer {
    /// How.
    pub strategy: Strategy,
    /// By whose rules.
    pub custom: Custom,
    /// Stands before every metric's name with a `_` between; empty for none.
    pub namespace: String,
}

impl Namer {
    /// The name of a metric by the strategy, before any escaping; none if the custom knows no name for it.
    #[must_use]
    pub fn metric(&self, name: &str, unit: &str, metric: MetricType) -> Option<String> {
        match self.custom {
            Custom::Specification => Some(self.specified_metric(name, unit, metric)),
            Custom::Otlptranslator => {
                otlptranslator::metric(self.strategy, &self.namespace, name, unit, metric)
            }
        }
    }

    fn specified_metric(&self, name: &str, unit: &str, metric: MetricType) -> String {
        let full = if self.namespace.is_empty() {
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{}_{name}", self.namespace))
        };
        let is_monotonic_sum = metric == MetricType::Counter;
        match self.strategy {
            Strategy::UnderscoreEscapingWithSuffixes => metric_name(&full, unit, is_monotonic_sum),
            Strategy::UnderscoreEscapingWithoutSuffixes => sanitized(&full, is_metric_char),
            Strategy::NoUtf8EscapingWithSuffixes => {
                with_suffixes(full, &unit::prometheus_word(unit), is_monotonic_sum)
            }
            Strategy::NoTranslation => full,
        }
        .into_owned()
    }

    /// The name of a label by the strategy, before any escaping; none if the custom knows no name for it.
    #[must_use]
    pub fn label<'a>(&self, key: &'a str) -> Option<Cow<'a, str>> {
        match (self.custom, self.strategy.escapes()) {
            (Custom::Specification, true) => Some(label_name(key)),
            (Custom::Specification, false) => Some(Cow::Borrowed(key)),
            (Custom::Otlptranslator, escapes) => otlptranslator::label(escapes, key),
        }
    }
}

/// A metric's name by the escaping scheme `underscores` of Prometheus' content negotiation: a `_` for each character
/// that is not classic, a leading digit among them. Borrows when the name is classic.
#[must_use]
pub fn escaped_metric(name: &str) -> Cow<'_, str> {
    escaped(name, is_metric_char)
}

/// The same for a label, whose classic characters do not include `:`.
#[must_use]
pub fn escaped_label(name: &str) -> Cow<'_, str> {
    escaped(name, |char| is_metric_char(char) && char != ':')
}

fn escaped(name: &str, is_allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_right =
        |(index, char): (usize, char)| is_allowed(char) && (index > 0 || !char.is_ascii_digit());
    if name.is_empty() {
        return Cow::Borrowed("_");
    }
    if name.char_indices().all(is_right) {
        return Cow::Borrowed(name);
    }
    name.char_indices().map(|it| if is_right(it) { it.1 } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namer(strategy: Strategy) -> Namer {
        Namer { strategy, ..Namer::default() }
    }

    #[test]
    fn each_strategy_names_as_the_specification_tabulates() {
        let table = [
            (
                Strategy::UnderscoreEscapingWithSuffixes,
                "foo_bar_bytes_total",
                "foo_bar_bytes_total",
            ),
            (Strategy::UnderscoreEscapingWithoutSuffixes, "foo_bar", "foo_bar"),
            (Strategy::NoUtf8EscapingWithSuffixes, "foo.bar_bytes_total", "foo_bar_bytes_total"),
            (Strategy::NoTranslation, "foo.bar", "foo_bar"),
        ];
        for (strategy, kept, escaped) in table {
            for custom in [Custom::Specification, Custom::Otlptranslator] {
                let namer = Namer { custom, ..namer(strategy) };
                let name = namer.metric("foo.bar", "By", MetricType::Counter).unwrap();
                assert_eq!(name, kept, "{namer:?}");
                assert_eq!(escaped_metric(&name), escaped, "{namer:?}");
            }
        }
    }

    #[test]
    fn suffixes_are_added_to_kept_names_unless_they_are_there() {
        let namer = namer(Strategy::NoUtf8EscapingWithSuffixes);
        let table = [
            ("größe", "By", MetricType::Gauge, "größe_bytes"),
            ("a.seconds", "s", MetricType::Gauge, "a.seconds"),
            ("a.seconds.total", "s", MetricType::Counter, "a.seconds_total"),
            ("a.total", "", MetricType::Counter, "a_total"),
            ("a_total", "", MetricType::Counter, "a_total"),
            ("a.total", "By", MetricType::Gauge, "a.total_bytes"),
            ("a", "{token}/s", MetricType::Gauge, "a_per_second"),
            ("a", "1", MetricType::Gauge, "a"),
        ];
        for (name, unit, metric, expected) in table {
            assert_eq!(namer.metric(name, unit, metric).unwrap(), expected, "{name:?} in {unit:?}");
        }
    }

    #[test]
    fn a_namespace_stands_before_the_name() {
        for (strategy, expected) in [
            (Strategy::UnderscoreEscapingWithSuffixes, "my_app_2xx_total"),
            (Strategy::UnderscoreEscapingWithoutSuffixes, "my_app_2xx"),
            (Strategy::NoUtf8EscapingWithSuffixes, "my app_2xx_total"),
            (Strategy::NoTranslation, "my app_2xx"),
        ] {
            let namer = Namer { namespace: "my app".to_owned(), ..namer(strategy) };
            assert_eq!(namer.metric("2xx", "", MetricType::Counter).unwrap(), expected);
        }
    }

    #[test]
    fn labels_keep_their_keys_where_the_strategy_does() {
        let names = |strategy| namer(strategy).label("a.b:c").unwrap();
        assert_eq!(names(Strategy::UnderscoreEscapingWithoutSuffixes), "a_b_c");
        assert_eq!(names(Strategy::NoUtf8EscapingWithSuffixes), "a.b:c");
        assert_eq!(names(Strategy::NoTranslation), "a.b:c");
    }

    #[test]
    fn escaping_puts_one_underscore_for_each_other_character() {
        for (name, metric, label) in [
            ("a..b", "a__b", "a__b"),
            ("größe", "gr__e", "gr__e"),
            ("2xx", "_xx", "_xx"),
            ("a:b", "a:b", "a_b"),
            ("", "_", "_"),
        ] {
            assert_eq!(escaped_metric(name), metric);
            assert_eq!(escaped_label(name), label);
        }
        assert!(matches!(escaped_metric("up"), Cow::Borrowed("up")));
    }
}
