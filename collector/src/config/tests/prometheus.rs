//! The settings of the exporter `prometheus`: what each comes to, and what is said about wrong ones.

use inferometer_semconv::prometheus_namer::{Custom, Strategy};

use super::{Config, SOUND};
use crate::{
    config::{ExporterSettings, LabelLimitSettings, PrometheusSettings, ResourceLabelSettings},
    http::Limits,
};

/// The sound file with these settings of the exporter, which stand from column 16 of line 7.
fn with(settings: &str) -> String {
    SOUND.replace("  prometheus:\n", &format!("  prometheus: {{{settings}}}\n"))
}

fn read(settings: &str) -> PrometheusSettings {
    let config = Config::parse("c.yaml", &with(settings)).unwrap();
    let found = config.resolved.exporters.into_iter().find_map(|it| match it.settings {
        ExporterSettings::Prometheus(settings) => Some(settings),
        _ => None,
    });
    found.unwrap()
}

fn check(settings: &str, expected: &[&str]) {
    super::check(&with(settings), expected);
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_option_reaches_the_settings() {
    let default = PrometheusSettings::default();
    assert_eq!(read(""), default);
    let seen = read(
        "namespace: my_team, const_labels: {cluster: a, another label: 7}, max_series: 5, \
         translation_strategy: NoTranslation, compatibility: otlptranslator, without_scope_info: true, \
         resource_constant_labels: {included: [\"k8s.*\"], excluded: [k8s.pod.uid]}, target_info: {enabled: false}, \
         label_limits: {default: 100, attributes: {user.id: 10, session: 0}, pinned: {user.id: [root, 0]}}, \
         enable_open_metrics: false, enable_created_samples: true, always_classic_histograms: true, \
         write_timeout: 2s, idle_timeout: 3s, limits: {max_connections: 4}",
    );
    let seconds = std::time::Duration::from_secs;
    let expected = PrometheusSettings {
        namespace: "my_team".to_owned(),
        const_labels: vec![
            ("cluster".to_owned(), "a".to_owned()),
            ("another_label".to_owned(), "7".to_owned()),
        ],
        max_series: 5,
        limits: Limits {
            connections: 4,
            write_timeout: seconds(2),
            idle_timeout: seconds(3),
            http2_idle_timeout: seconds(3),
            ..Limits::DEFAULT
        },
        open_metrics: false,
        created_samples: true,
        always_classic_histograms: true,
        translation_strategy: Strategy::NoTranslation,
        custom: Custom::Otlptranslator,
        resource_labels: ResourceLabelSettings {
            included: texts(&["k8s.*"]),
            excluded: texts(&["k8s.pod.uid"]),
        },
        scope_info: false,
        target_info: false,
        label_limits: LabelLimitSettings {
            default: 100,
            attributes: vec![("user.id".to_owned(), 10), ("session".to_owned(), 0)],
            pinned: vec![("user.id".to_owned(), texts(&["root", "0"]))],
        },
        ..default
    };
    assert_eq!(seen, expected);
}

#[test]
fn an_empty_namespace_is_none() {
    for empty in ["namespace:", "namespace: \"\""] {
        assert_eq!(read(empty), PrometheusSettings::default(), "{empty}");
    }
    check(
        "namespace: [a]",
        &[
            "c.yaml:7:27: error: exporters.prometheus.namespace is a list, expected text such as my_team",
        ],
    );
}

#[test]
fn the_older_key_for_suffixes_gives_way_to_the_strategy() {
    let strategy = |settings| read(settings).translation_strategy;
    let bare = Strategy::UnderscoreEscapingWithoutSuffixes;
    assert_eq!(strategy("add_metric_suffixes: true"), Strategy::default());
    assert_eq!(strategy("add_metric_suffixes: false"), bare);
    let both = "translation_strategy: NoTranslation, add_metric_suffixes: true";
    assert_eq!(strategy(both), Strategy::NoTranslation);
    check(
        both,
        &[
            "c.yaml:7:53: warning: exporters.prometheus.add_metric_suffixes is true, but translation_strategy decides: \
           remove it",
        ],
    );
    check("translation_strategy: NoTranslation, add_metric_suffixes: false", &[]);
    check(
        "translation_strategy: underscores",
        &[
            "c.yaml:7:38: error: exporters.prometheus.translation_strategy is \"underscores\", expected one of: \
           UnderscoreEscapingWithSuffixes, UnderscoreEscapingWithoutSuffixes, NoUTF8EscapingWithSuffixes, NoTranslation",
        ],
    );
}

#[test]
fn the_older_key_for_resource_attributes_is_read_in_the_terms_of_the_newer() {
    let labels = |settings| read(settings).resource_labels;
    let all = ResourceLabelSettings { included: texts(&["*"]), ..Default::default() };
    assert_eq!(labels("resource_to_telemetry_conversion: {enabled: true}"), all);
    assert_eq!(
        labels(
            "resource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}"
        ),
        ResourceLabelSettings {
            excluded: texts(&["service.name", "service.instance.id", "service.namespace"]),
            ..all
        }
    );
    let none = ResourceLabelSettings::default();
    assert_eq!(labels("resource_to_telemetry_conversion: {enabled: false}"), none);
    check(
        "resource_to_telemetry_conversion: {enabled: true}, resource_constant_labels: {included: [a]}",
        &[
            "c.yaml:7:67: error: exporters.prometheus.resource_constant_labels and resource_to_telemetry_conversion say \
           the same: keep this one",
        ],
    );
    check(
        "resource_constant_labels: {included: a, excluded: [[b]]}",
        &[
            "c.yaml:7:53: error: exporters.prometheus.resource_constant_labels.included is \"a\", expected a list such as \
           [k8s.*]",
            "c.yaml:7:67: error: an entry of exporters.prometheus.resource_constant_labels.excluded is a list, expected \
             text",
        ],
    );
}

#[test]
fn constant_labels_take_no_label_that_is_needed_or_taken() {
    check(
        "const_labels: {job: a, le: b, x.y: c, x_y: d, __z: e}, translation_strategy: NoTranslation",
        &[
            "c.yaml:7:31: error: exporters.prometheus.const_labels names \"job\", a label that Prometheus needs for itself: \
           choose another name",
            "c.yaml:7:39: error: exporters.prometheus.const_labels names \"le\", a label that Prometheus needs for itself: \
           choose another name",
            "c.yaml:7:54: error: exporters.prometheus.const_labels names \"x_y\", which is shown as x_y, as another is: \
           keep one",
            "c.yaml:7:62: error: exporters.prometheus.const_labels names \"__z\", a label that Prometheus needs for itself: \
           choose another name",
        ],
    );
}

#[test]
fn open_metrics_is_on_unless_it_is_switched_off() {
    assert!(read("").open_metrics && read("enable_open_metrics: true").open_metrics);
    assert!(!read("enable_open_metrics: false").open_metrics);
}

#[test]
fn limits_of_labels_are_numbers_and_pins_need_one() {
    check(
        "label_limits: {default: -1, attributes: {a: many}, pinned: {b: [x], a: [y]}}",
        &[
            "c.yaml:7:40: error: exporters.prometheus.label_limits.default is -1, expected a whole number from 0 to 100000",
            "c.yaml:7:60: error: exporters.prometheus.label_limits.attributes.a is \"many\", expected a whole number from 0 \
           to 100000",
            "c.yaml:7:76: error: exporters.prometheus.label_limits.pinned names \"b\", which has no limit: give it one under \
           attributes, or set default",
        ],
    );
    check(
        "label_limits: {atributes: {}}",
        &[
            "c.yaml:7:31: error: unknown key \"atributes\" in exporters.prometheus.label_limits, did you mean \"attributes\"?",
        ],
    );
}
