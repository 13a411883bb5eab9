//! The only place where an OpenTelemetry name becomes a Prometheus name.
//!
//! The rules are those of the OpenTelemetry specification, "Prometheus and OpenMetrics compatibility", strategy
//! `UnderscoreEscapingWithSuffixes`. A gauge of the unit `1` gets no `_ratio`: that suffix is a custom of some
//! translators, not a rule. Other strategies and customs are those of a `Namer`.

use std::borrow::Cow;

use crate::unit;

const TOTAL: &str = "total";

/// The Prometheus name of a metric: `infer.transfer.io` in `By` is `infer_transfer_io_bytes_total`.
///
/// Characters outside `[a-zA-Z0-9_:]` become `_` and runs of `_` one; the unit's word follows unless the name ends
/// with it; `_total` ends the name of a monotonic sum, once; a leading digit is preceded by `_`. A histogram's
/// `_bucket`, `_sum` and `_count` are not part of it. Borrows when the name is right as it stands.
#[must_use]
pub fn metric_name<'a>(name: &'a str, unit: &str, is_monotonic_sum: bool) -> Cow<'a, str> {
    with_suffixes(sanitized(name, is_metric_char), &unit_name(unit), is_monotonic_sum)
}

/// The Prometheus name of a unit, as metrics' names end with it: `By/s` is `bytes_per_second`; empty if it has none.
#[must_use]
pub fn unit_name(unit: &str) -> Cow<'_, str> {
    let clean = |word: &str| sanitized(word, is_metric_char).trim_matches('_').to_owned();
    match unit::prometheus_word(unit) {
        Cow::Borrowed(word) if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Cow::Borrowed(word)
        }
        word => Cow::Owned(clean(&word)),
    }
}

/// The name with the word of its unit and `_total`, where it lacks them; neither is looked at for characters.
pub(crate) fn with_suffixes<'a>(
    name: Cow<'a, str>,
    word: &str,
    is_monotonic_sum: bool,
) -> Cow<'a, str> {
    let has_total = ends_with_word(&name, TOTAL);
    let has_all = (word.is_empty() || ends_with_word(&name, word)) && !is_monotonic_sum;
    // A dot before `total` passes for the end of a word, but a counter's name ends in `_total`.
    let is_whole_counter = word.is_empty() && (name == TOTAL || name.ends_with("_total"));
    if has_all || (is_monotonic_sum && is_whole_counter) {
        return name;
    }
    let mut full = name.into_owned();
    if is_monotonic_sum && has_total {
        full.truncate(full.len() - TOTAL.len());
        full.truncate(full.trim_end_matches(is_boundary).len());
    }
    if !word.is_empty() && !ends_with_word(&full, word) {
        append(&mut full, word);
    }
    if is_monotonic_sum {
        append(&mut full, TOTAL);
    }
    Cow::Owned(full)
}

/// The Prometheus name of a label: `infer.kv_cache.tier` is `infer_kv_cache_tier`.
///
/// Characters outside `[a-zA-Z0-9_]` become `_` and runs of `_` one, so no label gets the reserved `__`; a leading
/// digit is preceded by `_`. Different keys may become one label: joining their values is the caller's work. Borrows
/// when the key is right as it stands.
#[must_use]
pub fn label_name(key: &str) -> Cow<'_, str> {
    sanitized(key, |char| is_metric_char(char) && char != ':')
}

pub(crate) const fn is_metric_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | ':')
}

/// The name with one `_` for every run of other characters, and one before a leading digit.
pub(crate) fn sanitized(name: &str, is_allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    let starts_with_digit = name.starts_with(|char: char| char.is_ascii_digit());
    let is_clean = !name.is_empty()
        && !starts_with_digit
        && name.chars().all(&is_allowed)
        && !name.contains("__");
    if is_clean {
        return Cow::Borrowed(name);
    }
    let mut clean = String::with_capacity(name.len() + 1);
    if starts_with_digit || name.is_empty() {
        clean.push('_');
    }
    for char in name.chars() {
        if is_allowed(char) && char != '_' {
            clean.push(char);
        } else if !clean.ends_with('_') {
            clean.push('_');
        }
    }
    Cow::Owned(clean)
}

/// Whether the last word of the name is this one: `kilobytes` does not end with `bytes`.
fn ends_with_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|head| head.is_empty() || head.ends_with(is_boundary))
}

/// Whether a word ends here; in a sanitized name only `_` is such a character.
fn is_boundary(char: char) -> bool {
    !char.is_alphanumeric() && char != ':'
}

fn append(name: &mut String, word: &str) {
    if !name.is_empty() && !name.ends_with('_') {
        name.push('_');
    }
    name.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: bool = true;
    const OTHER: bool = false;

    fn check(table: &[(&str, &str, bool, &str)]) {
        for (name, unit, is_monotonic_sum, expected) in table {
            assert_eq!(
                metric_name(name, unit, *is_monotonic_sum),
                *expected,
                "{name:?} in {unit:?}"
            );
        }
    }

    fn check_labels(table: &[(&str, &str)]) {
        for (key, expected) in table {
            assert_eq!(label_name(key), *expected, "key {key:?}");
        }
    }

    #[test]
    fn discouraged_characters_become_an_underscore() {
        check(&[
            ("a.b-c/d", "", OTHER, "a_b_c_d"),
            ("a b", "", OTHER, "a_b"),
            ("größe", "", OTHER, "gr_e"),
        ]);
        check(&[("rule:a.b", "", OTHER, "rule:a_b")]);
    }

    #[test]
    fn runs_of_underscores_collapse() {
        check(&[
            ("a..b", "", OTHER, "a_b"),
            ("a_.b", "", OTHER, "a_b"),
            ("a__b", "", OTHER, "a_b"),
            ("__a__", "", OTHER, "_a_"),
        ]);
    }

    #[test]
    fn the_unit_follows_the_name() {
        check(&[
            ("a", "s", OTHER, "a_seconds"),
            ("a.", "s", OTHER, "a_seconds"),
            ("a", "By/s", OTHER, "a_bytes_per_second"),
        ]);
        check(&[
            ("a", "{thing}", OTHER, "a"),
            ("a", "1", OTHER, "a"),
            ("a", "°F", OTHER, "a_F"),
            ("a", "€", OTHER, "a"),
        ]);
    }

    #[test]
    fn a_unit_that_is_there_is_not_repeated() {
        check(&[
            ("a.seconds", "s", OTHER, "a_seconds"),
            ("a_seconds", "s", OTHER, "a_seconds"),
            ("seconds", "s", OTHER, "seconds"),
        ]);
        check(&[
            ("a.bytes", "By", SUM, "a_bytes_total"),
            ("a.bytes.total", "By", SUM, "a_bytes_total"),
        ]);
    }

    #[test]
    fn a_unit_inside_another_word_does_not_count() {
        check(&[
            ("a.kilobytes", "By", OTHER, "a_kilobytes_bytes"),
            ("a.milliseconds", "s", OTHER, "a_milliseconds_seconds"),
        ]);
    }

    #[test]
    fn total_ends_a_monotonic_sum_once() {
        check(&[
            ("a", "", SUM, "a_total"),
            ("a.total", "", SUM, "a_total"),
            ("a.total", "By", SUM, "a_bytes_total"),
        ]);
        check(&[("a_total", "{thing}", SUM, "a_total"), ("subtotal", "", SUM, "subtotal_total")]);
        check(&[("total", "", SUM, "total"), ("total", "By", SUM, "bytes_total")]);
    }

    #[test]
    fn total_is_only_for_monotonic_sums() {
        check(&[
            ("a", "By", OTHER, "a_bytes"),
            ("a.total", "By", OTHER, "a_total_bytes"),
            ("a.total", "", OTHER, "a_total"),
        ]);
    }

    #[test]
    fn a_leading_digit_is_preceded_by_an_underscore() {
        check(&[
            ("2xx", "", OTHER, "_2xx"),
            ("2xx", "", SUM, "_2xx_total"),
            ("", "", OTHER, "_"),
            ("", "s", SUM, "_seconds_total"),
        ]);
        check_labels(&[("2xx", "_2xx"), ("", "_")]);
    }

    #[test]
    fn a_ratio_gets_no_suffix() {
        check(&[("infer.kv_cache.utilization", "1", OTHER, "infer_kv_cache_utilization")]);
    }

    #[test]
    fn the_names_of_serving_metrics_are_as_documented() {
        check(&[
            ("infer.transfer.io", "By", SUM, "infer_transfer_io_bytes_total"),
            ("infer.request.queue.duration", "s", OTHER, "infer_request_queue_duration_seconds"),
            ("infer.gpu.throttle.time", "s", SUM, "infer_gpu_throttle_time_seconds_total"),
            ("infer.request.active", "{request}", OTHER, "infer_request_active"),
            ("hw.energy", "J", SUM, "hw_energy_joules_total"),
            ("hw.temperature", "Cel", OTHER, "hw_temperature_celsius"),
            ("infer.gpu.clock.frequency", "Hz", OTHER, "infer_gpu_clock_frequency_hertz"),
            (
                "gen_ai.server.time_to_first_token",
                "s",
                OTHER,
                "gen_ai_server_time_to_first_token_seconds",
            ),
        ]);
    }

    #[test]
    fn a_label_has_no_colon_and_no_run_of_underscores() {
        check_labels(&[
            ("infer.kv_cache.tier", "infer_kv_cache_tier"),
            ("a:b", "a_b"),
            ("__name__", "_name_"),
            ("a..b", "a_b"),
        ]);
    }

    #[test]
    fn a_name_that_is_right_is_borrowed() {
        assert!(matches!(metric_name("up_seconds", "s", OTHER), Cow::Borrowed(_)));
        assert!(matches!(metric_name("a_total", "", SUM), Cow::Borrowed(_)));
        assert!(matches!(label_name("job"), Cow::Borrowed(_)));
    }
}
