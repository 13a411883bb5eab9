//! UCUM units as Prometheus writes them.

use std::borrow::Cow;

/// UCUM code and Prometheus word, from the OpenTelemetry specification, "Prometheus and OpenMetrics compatibility".
const WORDS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tebibytes"),
    ("kBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("%", "percent"),
    ("1", ""),
];

/// The word that Prometheus names use for a UCUM unit: `s` is `seconds`, `By/s` is `bytes_per_second`.
///
/// Annotations such as `{request}` are dropped and the unit `1` has no word, so the result may be empty. A unit that
/// the table does not know is passed on as it is: the caller replaces the characters that a name cannot have.
#[must_use]
pub fn prometheus_word(unit: &str) -> Cow<'_, str> {
    let Some((amount, per)) = unit.split_once('/') else {
        return amount_word(unit);
    };
    let (amount, per) = (amount_word(amount), amount_word(per));
    if per.is_empty() {
        return amount;
    }
    let per = singular(&per);
    Cow::Owned(if amount.is_empty() { format!("per_{per}") } else { format!("{amount}_per_{per}") })
}

/// Whether every part of the unit is in the table or an annotation: what a definition of ours must satisfy.
#[must_use]
pub fn is_known(unit: &str) -> bool {
    let mut parts = unit.split('/');
    let known = |part: &str| {
        let is_annotation = part.len() > 2
            && part.starts_with('{')
            && part.ends_with('}')
            && part[1..part.len() - 1]
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_annotation || WORDS.iter().any(|(code, _)| *code == part)
    };
    parts.by_ref().take(2).all(known) && parts.next().is_none()
}

fn amount_word(unit: &str) -> Cow<'_, str> {
    let bare = without_annotations(unit);
    match WORDS.iter().find(|(code, _)| *code == bare.as_ref()) {
        Some((_, word)) => Cow::Borrowed(*word),
        None => bare,
    }
}

fn without_annotations(unit: &str) -> Cow<'_, str> {
    if !unit.contains('{') {
        return Cow::Borrowed(unit.trim());
    }
    let mut bare = String::with_capacity(unit.len());
    let mut rest = unit;
    while let Some((before, after)) = rest.split_once('{') {
        bare.push_str(before);
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    bare.push_str(rest);
    Cow::Owned(bare.trim().to_owned())
}

/// The word after `per`; only the table's own plurals lose their `s`.
fn singular(word: &str) -> &str {
    let is_plural = WORDS.iter().any(|(_, known)| *known == word)
        && !matches!(word, "celsius" | "hertz" | "percent");
    if is_plural { word.strip_suffix('s').unwrap_or(word) } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &[(&str, &str)]) {
        for (unit, expected) in table {
            assert_eq!(prometheus_word(unit), *expected, "unit {unit:?}");
        }
    }

    #[test]
    fn a_ucum_code_becomes_its_word() {
        check(&[
            ("s", "seconds"),
            ("ms", "milliseconds"),
            ("By", "bytes"),
            ("MiBy", "mebibytes"),
            ("kBy", "kilobytes"),
        ]);
        check(&[
            ("Cel", "celsius"),
            ("Hz", "hertz"),
            ("J", "joules"),
            ("W", "watts"),
            ("%", "percent"),
            ("d", "days"),
        ]);
    }

    #[test]
    fn an_annotation_is_dropped() {
        check(&[
            ("{request}", ""),
            ("By{compressed}", "bytes"),
            ("{token}/s", "per_second"),
            ("{a}{b}", ""),
            ("{open", ""),
        ]);
    }

    #[test]
    fn the_unit_one_has_no_word() {
        check(&[("1", ""), ("", ""), ("1/s", "per_second")]);
    }

    #[test]
    fn a_rate_is_written_with_per_and_a_singular() {
        check(&[
            ("m/s", "meters_per_second"),
            ("By/s", "bytes_per_second"),
            ("W/Hz", "watts_per_hertz"),
            ("By/{req}", "bytes"),
        ]);
    }

    #[test]
    fn an_unknown_unit_is_passed_on() {
        check(&[
            ("furlong", "furlong"),
            ("furlong/s", "furlong_per_second"),
            ("bus/boss", "bus_per_boss"),
        ]);
    }

    #[test]
    fn only_tabled_units_and_annotations_are_known() {
        for unit in ["s", "By", "1", "{token}", "{data_point}", "By/s", "{token}/s"] {
            assert!(is_known(unit), "unit {unit:?}");
        }
        for unit in ["", "seconds", "{}", "{Token}", "S", "s/s/s", "{two words}", "By{x}"] {
            assert!(!is_known(unit), "unit {unit:?}");
        }
    }
}
