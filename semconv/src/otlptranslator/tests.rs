//! What the library answers: its public cases, and some at its edges.

use super::*;
use crate::prometheus_namer::{Custom, Namer};

use MetricType::{Counter, Gauge, Other};
use Strategy::{
    NoTranslation, NoUtf8EscapingWithSuffixes as Utf8Suffixes,
    UnderscoreEscapingWithSuffixes as Suffixes, UnderscoreEscapingWithoutSuffixes as Bare,
};

type Case<'a> = (&'a str, &'a str, &'a str, MetricType, Option<&'a str>);

fn check(strategy: Strategy, table: &[Case<'_>]) {
    for (namespace, name, unit, metric, expected) in table {
        let namespace = (*namespace).to_owned();
        let namer = Namer { strategy, custom: Custom::Otlptranslator, namespace };
        let seen = namer.metric(name, unit, *metric);
        assert_eq!(seen.as_deref(), *expected, "{name:?} in {unit:?} by {namer:?}");
    }
}

#[test]
fn names_without_suffixes() {
    check(
        Bare,
        &[
            ("", "simple_metric", "", Gauge, Some("simple_metric")),
            ("", "metric@with#special$chars", "", Gauge, Some("metric_with_special_chars")),
            ("", "123metric", "", Gauge, Some("_123metric")),
            ("test_namespace", "simple_metric", "", Gauge, Some("test_namespace_simple_metric")),
            ("test@namespace!!??", "metric", "", Gauge, Some("test_namespace_metric")),
            ("", "metric@@##$$name", "", Gauge, Some("metric_name")),
            ("", "", "", Gauge, None),
            ("", "@#$%", "", Gauge, None),
            ("", "@_#_$_%", "", Gauge, None),
            ("", "___", "", Gauge, Some("___")),
            ("", "a__b", "By", Counter, Some("a__b")),
            ("ns", "1a", "", Gauge, Some("ns_1a")),
        ],
    );
}

#[test]
fn names_with_type_suffixes() {
    check(
        Suffixes,
        &[
            ("", "requests", "", Counter, Some("requests_total")),
            ("", "requests_total", "", Counter, Some("requests_total")),
            ("", "total.requests", "", Counter, Some("requests_total")),
            ("", "items", "1", Counter, Some("items_total")),
            ("", "http.requests", "1", Counter, Some("http_requests_total")),
            ("", "cpu_usage", "1", Gauge, Some("cpu_usage_ratio")),
            ("", "cpu_usage_ratio", "1", Gauge, Some("cpu_usage_ratio")),
            ("", "ratio.of.hits", "1", Gauge, Some("of_hits_ratio")),
            ("", "up_down", "1", Other, Some("up_down")),
            ("", "active_connections", "", Other, Some("active_connections")),
            ("app", "requests", "1/s", Counter, Some("app_requests_per_second_total")),
            ("app", "123_requests", "", Counter, Some("app_123_requests_total")),
            ("", "123_requests", "", Counter, Some("_123_requests_total")),
            ("", "@#$%", "", Gauge, None),
            ("", "@#$%", "", Counter, Some("total")),
        ],
    );
}

#[test]
fn names_with_units() {
    check(
        Suffixes,
        &[
            ("", "response_time", "ms", Gauge, Some("response_time_milliseconds")),
            ("", "response_time_seconds", "s", Gauge, Some("response_time_seconds")),
            ("", "a.seconds.spent", "s", Gauge, Some("a_seconds_spent")),
            ("", "request_duration", "s", Other, Some("request_duration_seconds")),
            ("", "requests", "1/s", Gauge, Some("requests_per_second")),
            ("", "throughput", "By/s", Gauge, Some("throughput_bytes_per_second")),
            ("", "metric", " By / s ", Gauge, Some("metric_bytes_per_second")),
            ("", "custom_metric", "custom_unit", Gauge, Some("custom_metric_custom_unit")),
            ("", "custom_metric", "{custom}", Gauge, Some("custom_metric")),
            ("", "custom_metric", "By/{custom}", Gauge, Some("custom_metric_bytes")),
            ("", "tokens", "{token}/s", Gauge, Some("tokens_per_second")),
            ("", "metric", "/", Gauge, Some("metric")),
            ("", "metric", "By/", Gauge, Some("metric_bytes")),
            ("", "custom", "1/custom_unit", Gauge, Some("custom_per_custom_unit")),
            ("", "custom", "a@/@", Gauge, Some("custom_a_")),
            (
                "",
                "metric__with__multiple__underscores",
                "unit__multiple__underscores",
                Gauge,
                Some("metric_with_multiple_underscores_unit_multiple_underscores"),
            ),
            (
                "",
                "custom_metric",
                "unit@with#special/chars",
                Gauge,
                Some("custom_metric_unit_with_special_per_chars"),
            ),
        ],
    );
}

#[test]
fn every_unit_has_its_word() {
    for (units, before) in [
        ("d days, h hours, min minutes, s seconds, ms milliseconds, us microseconds", ""),
        ("ns nanoseconds, By bytes, KiBy kibibytes, MiBy mebibytes, GiBy gibibytes", ""),
        ("TiBy tibibytes, KBy kilobytes, kBy kBy, MBy megabytes, GBy gigabytes", ""),
        ("TBy terabytes, m meters, V volts, A amperes, J joules, W watts, g grams", ""),
        ("Cel celsius, Hz hertz, % percent", ""),
        ("s second, m minute, h hour, d day, w week, mo month, y year, x x", "1/"),
    ] {
        for (unit, word) in units.split(", ").filter_map(|pair| pair.split_once(' ')) {
            let per = if before.is_empty() { "" } else { "per_" };
            let (unit, expected) = (format!("{before}{unit}"), format!("a_{per}{word}"));
            check(Suffixes, &[("", "a", &unit, Gauge, Some(&expected))]);
        }
    }
}

#[test]
fn names_that_keep_their_characters() {
    check(
        NoTranslation,
        &[
            ("", "métric_with_ñ_chars", "", Gauge, Some("métric_with_ñ_chars")),
            ("test_namespace", "métric", "", Gauge, Some("test_namespace_métric")),
            ("", "___", "", Gauge, Some("___")),
            ("", "http.request.duration", "ms", Other, Some("http.request.duration")),
            ("", "http.requests", "1", Counter, Some("http.requests")),
        ],
    );
    check(
        Utf8Suffixes,
        &[
            ("", "requêsts", "", Counter, Some("requêsts_total")),
            ("", "cpu_usagé", "1", Gauge, Some("cpu_usagé_ratio")),
            ("", "cpu_usage_ratio", "1", Gauge, Some("cpu_usage_ratio")),
            ("", "respønse_time", "ms", Gauge, Some("respønse_time_milliseconds")),
            ("", "response_time_seconds", "s", Gauge, Some("response_time_seconds")),
            ("", "cpu_seconds_total", "s", Counter, Some("cpu_seconds_total")),
            ("", "requests_total", "", Counter, Some("requests_total")),
            (
                "",
                "otelcol_process_cpu_seconds",
                "s",
                Counter,
                Some("otelcol_process_cpu_seconds_total"),
            ),
            ("", "requêsts", "1/s", Gauge, Some("requêsts_per_second")),
            ("ñamespace", "requêsts", "1/s", Counter, Some("ñamespace_requêsts_per_second_total")),
            ("", "@#$%", "", Counter, Some("@#$%_total")),
            ("test@namespace", "metric", "", Counter, Some("test@namespace_metric_total")),
            ("", "total", "", Counter, Some("total_total")),
        ],
    );
}

fn check_labels(strategy: Strategy, table: &[(&str, Option<&str>)]) {
    let namer = Namer { strategy, custom: Custom::Otlptranslator, ..Namer::default() };
    for (key, expected) in table {
        assert_eq!(namer.label(key).as_deref(), *expected, "key {key:?}");
    }
}

#[test]
fn labels() {
    check_labels(
        Suffixes,
        &[
            ("label:with:colons", Some("label_with_colons")),
            ("LabelWithCapitalLetters", Some("LabelWithCapitalLetters")),
            ("label!with&special$chars)", Some("label_with_special_chars_")),
            ("label_with_foreign_characters_字符", Some("label_with_foreign_characters_")),
            ("label.with.dots", Some("label_with_dots")),
            (".foo", Some("_foo")),
            ("123label", Some("key_123label")),
            ("_label_starting_with_underscore", Some("_label_starting_with_underscore")),
            ("__label_starting_with_2underscores", Some("_label_starting_with_2underscores")),
            ("label__with__double__underscores", Some("label_with_double_underscores")),
            ("label.name__with&&special##chars", Some("label_name_with_special_chars")),
            ("__reserved__label__name__", Some("__reserved_label_name__")),
            ("trailing_underscores___", Some("trailing_underscores_")),
            ("ようこそ", None),
            ("__", None),
            ("____", None),
            ("", None),
        ],
    );
    check_labels(
        NoTranslation,
        &[("a.b", Some("a.b")), ("ようこそ", Some("ようこそ")), ("__", None), ("", None)],
    );
}
