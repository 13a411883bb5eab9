//! Which names a family takes in OpenMetrics, and what becomes of those that are taken.
//!
//! There a counter's family is called as its samples are without `_total`, and each type claims names beside its own:
//! `x_created` belongs to the counter, histogram or summary `x`, whether it is shown or not. The store knows neither, so
//! that two of its families can want one name. A counter that does is shown as of unknown type, under its full name, and
//! `target_info` as a gauge; only what is called like a histogram or summary with `_created` behind it has no place.

use super::super::translate::TARGET_INFO;
use crate::series::{Family, Kind};

pub(super) const TOTAL: &str = "_total";
pub(super) const CREATED: &str = "_created";
const INFO: &str = "_info";

/// A family as OpenMetrics shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown<'a> {
    /// Without what the type appends.
    pub(super) name: &'a str,
    /// The word of its type.
    pub(super) kind: &'static str,
}

impl Shown<'_> {
    /// Whether the format has a place for exemplars in it.
    pub(super) fn has_exemplars(self) -> bool {
        matches!(self.kind, "counter" | "histogram")
    }

    /// Whether the format has a place in it for what it was created at.
    pub(super) fn has_created(self) -> bool {
        self.has_exemplars() || self.kind == "summary"
    }
}

/// How a family that is called `name` is shown beside the others, of which `kind_of` knows the kinds; none if it cannot
/// be.
///
/// Whether a name is taken is asked in classic characters, whichever are shown: what is told apart there is so
/// everywhere.
pub(super) fn shown<'a>(
    family: &Family,
    name: &'a str,
    kind_of: impl Fn(&str) -> Option<Kind>,
) -> Option<Shown<'a>> {
    let stem = |suffix| stems(&family.name, name, suffix);
    if stem(CREATED).is_some_and(|(classic, _)| has_created(kind_of(classic))) {
        return None;
    }
    let (name, kind) = match family.kind {
        Kind::Counter => match stem(TOTAL) {
            Some((classic, shown)) if is_free(classic, &kind_of) => (shown, "counter"),
            _ => (name, "unknown"),
        },
        Kind::Gauge if &*family.name == TARGET_INFO => match stem(INFO) {
            Some((classic, shown)) if kind_of(classic).is_none() => (shown, "info"),
            _ => (name, "gauge"),
        },
        kind => (name, kind.as_str()),
    };
    Some(Shown { name, kind })
}

/// What is left of both names without a suffix, if both have it and something before it.
fn stems<'a, 'b>(classic: &'a str, shown: &'b str, suffix: &str) -> Option<(&'a str, &'b str)> {
    let classic = classic.strip_suffix(suffix).filter(|stem| !stem.is_empty())?;
    let shown = shown.strip_suffix(suffix).filter(|stem| !stem.is_empty())?;
    Some((classic, shown))
}

const fn has_created(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Histogram | Kind::Summary))
}

/// Whether a counter can be called so: nothing else is, and nothing else is called as what it would claim.
fn is_free(stem: &str, kind_of: &impl Fn(&str) -> Option<Kind>) -> bool {
    let is_taken = |name: &str| kind_of(name).is_some();
    let is_derived = Kind::Histogram.suffixes().iter().any(|suffix| {
        let owner = stem.strip_suffix(suffix).and_then(kind_of);
        owner.is_some_and(|kind| kind.suffixes().contains(suffix))
    });
    let is_created = stem.strip_suffix(CREATED).is_some_and(|owner| {
        has_created(kind_of(owner)) || kind_of(&[owner, TOTAL].concat()) == Some(Kind::Counter)
    });
    let is_info = is_taken(TARGET_INFO) && TARGET_INFO.strip_suffix(INFO) == Some(stem);
    !(is_taken(stem) || is_taken(&[stem, CREATED].concat()) || is_derived || is_created || is_info)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How each family of a store is shown; nothing where it has no place.
    fn check(families: &[(&str, Kind, &str)]) {
        let kind_of =
            |name: &str| families.iter().find(|family| family.0 == name).map(|family| family.1);
        for (name, kind, expected) in families {
            let family = Family::named(name, *kind);
            let shown = shown(&family, name, kind_of);
            let seen = shown.map_or(String::new(), |it| format!("{} {}", it.name, it.kind));
            assert_eq!(seen, *expected, "{name} in {families:?}");
        }
    }

    #[test]
    fn a_family_is_called_without_what_its_type_appends() {
        check(&[
            ("a_total", Kind::Counter, "a counter"),
            ("b", Kind::Counter, "b unknown"),
            ("_total", Kind::Counter, "_total unknown"),
            ("c_total", Kind::Gauge, "c_total gauge"),
            ("h", Kind::Histogram, "h histogram"),
            ("s", Kind::Summary, "s summary"),
            ("u", Kind::Unknown, "u unknown"),
            ("target_info", Kind::Gauge, "target info"),
        ]);
    }

    #[test]
    fn a_counter_whose_name_is_taken_keeps_its_full_name() {
        for (name, kind) in [("a", Kind::Gauge), ("a", Kind::Histogram), ("a_created", Kind::Gauge)]
        {
            let shown = format!("{name} {}", kind.as_str());
            check(&[(name, kind, &shown), ("a_total", Kind::Counter, "a_total unknown")]);
        }
        check(&[
            ("h", Kind::Histogram, "h histogram"),
            ("h_count_total", Kind::Counter, "h_count_total unknown"),
            ("h_created_total", Kind::Counter, "h_created_total unknown"),
            ("s", Kind::Summary, "s summary"),
            ("s_sum_total", Kind::Counter, "s_sum_total unknown"),
            ("s_bucket_total", Kind::Counter, "s_bucket counter"),
        ]);
        check(&[
            ("a_total", Kind::Counter, "a counter"),
            ("a_created_total", Kind::Counter, "a_created_total unknown"),
        ]);
    }

    #[test]
    fn what_belongs_to_a_histogram_has_no_place_beside_it() {
        check(&[
            ("h", Kind::Histogram, "h histogram"),
            ("h_created", Kind::Gauge, ""),
            ("g", Kind::Gauge, "g gauge"),
            ("g_created", Kind::Gauge, "g_created gauge"),
            ("s", Kind::Summary, "s summary"),
            ("s_created", Kind::Histogram, ""),
        ]);
    }

    #[test]
    fn the_target_is_a_gauge_where_its_name_is_taken() {
        check(&[
            ("target", Kind::Gauge, "target gauge"),
            ("target_info", Kind::Gauge, "target_info gauge"),
        ]);
        check(&[
            ("target_total", Kind::Counter, "target_total unknown"),
            ("target_info", Kind::Gauge, "target info"),
        ]);
    }
}
