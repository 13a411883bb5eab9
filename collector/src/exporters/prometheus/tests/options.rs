//! What each option of the exporter does to the page.

use std::time::Duration;

use inferometer_semconv::prometheus_namer::{Custom, Strategy};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest, common::v1::any_value::Value as Any,
    metrics::v1::NumberDataPoint,
};

use prost::Message;

use super::{
    super::translate::{self, Scope, Target, Translation},
    helpers::*,
};
use crate::{
    config::{LabelLimitSettings, PrometheusSettings, ResourceLabelSettings},
    otlp::MetricView,
    pipeline::RejectReason,
};

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The samples of a page after one request.
fn shown(settings: &PrometheusSettings, request: &ExportMetricsServiceRequest) -> Vec<String> {
    let (ingest, translation) = (ingest(), Translation::new("prometheus", settings));
    let applied = ingest.apply(&translation, &request.encode_to_vec(), Duration::ZERO);
    assert_eq!(applied.message, None);
    samples(&ingest)
}

fn check(settings: &PrometheusSettings, request: &ExportMetricsServiceRequest, expected: &[&str]) {
    assert_eq!(shown(settings, request), expected, "{settings:?}");
}

fn by_strategy(translation_strategy: Strategy) -> PrometheusSettings {
    PrometheusSettings { translation_strategy, ..PrometheusSettings::default() }
}

fn with_resource_labels(included: &[&str], excluded: &[&str]) -> PrometheusSettings {
    let resource_labels =
        ResourceLabelSettings { included: texts(included), excluded: texts(excluded) };
    PrometheusSettings { resource_labels, ..PrometheusSettings::default() }
}

/// One gauge `m` of a resource, whose point has these attributes.
fn of(resource: &[(&str, &str)], point: &[(&str, &str)]) -> ExportMetricsServiceRequest {
    of_resource(resource, vec![of_scope(None, vec![gauge("m", vec![int(1, point)])])])
}

#[test]
fn a_strategy_decides_on_characters_and_suffixes() {
    let pairs = [("a..b", "1"), ("x:y", "2")];
    let metrics = vec![
        metric("foo..bar", "By", sum(vec![int(1, &pairs)], true, CUMULATIVE)),
        gauge("2é", vec![int(1, &[])]),
    ];
    let request = request(metrics);
    check(
        &by_strategy(Strategy::UnderscoreEscapingWithSuffixes),
        &request,
        &["_2_ 1", r#"foo_bar_bytes_total{a_b="1",x_y="2"} 1"#],
    );
    check(
        &by_strategy(Strategy::UnderscoreEscapingWithoutSuffixes),
        &request,
        &["_2_ 1", r#"foo_bar{a_b="1",x_y="2"} 1"#],
    );
    // Kept by the strategy, then escaped for a format of classic names: one `_` for each character.
    check(
        &by_strategy(Strategy::NoUtf8EscapingWithSuffixes),
        &request,
        &["__ 1", r#"foo__bar_bytes_total{a__b="1",x_y="2"} 1"#],
    );
    check(
        &by_strategy(Strategy::NoTranslation),
        &request,
        &["__ 1", r#"foo__bar{a__b="1",x_y="2"} 1"#],
    );
}

#[test]
fn labels_that_collide_once_escaped_are_joined_too() {
    let pairs = [("a_b", "2"), ("a.b", "1"), ("__name__", "x")];
    check(
        &by_strategy(Strategy::NoTranslation),
        &request(vec![gauge("m", vec![int(1, &pairs)])]),
        &[r#"m{a_b="1;2",exported___name__="x"} 1"#],
    );
}

#[test]
fn the_customs_of_otlptranslator_are_there_on_request() {
    let metrics = vec![
        metric(
            "kv.utilization",
            "1",
            gauge("", vec![int(1, &[("2xx", "a"), ("字", "b")])]).data.unwrap(),
        ),
        metric("total.io", "By", sum(vec![int(2, &[])], true, CUMULATIVE)),
        metric("level", "1", sum(vec![int(3, &[])], false, CUMULATIVE)),
    ];
    let settings =
        PrometheusSettings { custom: Custom::Otlptranslator, ..PrometheusSettings::default() };
    check(
        &settings,
        &request(metrics.clone()),
        &["io_bytes_total 2", r#"kv_utilization_ratio{_="b",key_2xx="a"} 1"#, "level 3"],
    );
    check(
        &PrometheusSettings::default(),
        &request(metrics),
        &[r#"kv_utilization{_="b",_2xx="a"} 1"#, "level 3", "total_io_bytes_total 2"],
    );
}

#[test]
fn a_name_that_otlptranslator_refuses_is_rejected_and_counted() {
    let settings =
        PrometheusSettings { custom: Custom::Otlptranslator, ..PrometheusSettings::default() };
    let ingest = ingest();
    let request = request(vec![gauge("字", vec![int(1, &[])])]);
    let translation = Translation::new("prometheus", &settings);
    let applied = ingest.apply(&translation, &request.encode_to_vec(), Duration::ZERO);
    let rejected: Vec<_> = applied.rejected().collect();
    assert_eq!(rejected, [(RejectReason::NotExpressible, 1)]);
}

#[test]
fn a_namespace_stands_before_every_name_but_target_info() {
    let settings =
        PrometheusSettings { namespace: "my app".to_owned(), ..PrometheusSettings::default() };
    check(
        &settings,
        &of(&[("service.name", "s"), ("host.name", "h")], &[]),
        &[r#"my_app_m{job="s"} 1"#, r#"target_info{host_name="h",job="s"} 1"#],
    );
}

#[test]
fn constant_labels_win_and_what_they_displace_moves_aside() {
    let settings = PrometheusSettings {
        const_labels: vec![("cluster".to_owned(), "c\"1".to_owned())],
        ..PrometheusSettings::default()
    };
    check(
        &settings,
        &of(&[("service.name", "s"), ("cluster", "r")], &[("cluster", "p")]),
        &[
            r#"m{cluster="c\"1",exported_cluster="p",job="s"} 1"#,
            r#"target_info{cluster="c\"1",exported_cluster="r",job="s"} 1"#,
        ],
    );
}

#[test]
fn chosen_resource_attributes_are_labels_of_every_series_and_stay_in_target_info() {
    let resource =
        [("service.name", "s"), ("k8s.pod.name", "p"), ("k8s.node.name", "n"), ("os.type", "")];
    let info = r#"target_info{job="s",k8s_node_name="n",k8s_pod_name="p"} 1"#;
    let request = of(&resource, &[]);
    for (included, excluded, series) in [
        (&["k8s.*"][..], &[][..], r#"m{job="s",k8s_node_name="n",k8s_pod_name="p"} 1"#),
        (&["k8s.*"], &["*.node.?ame"], r#"m{job="s",k8s_pod_name="p"} 1"#),
        (&[], &["k8s.*"], r#"m{job="s",service_name="s"} 1"#),
        (&[], &[], r#"m{job="s"} 1"#),
    ] {
        check(&with_resource_labels(included, excluded), &request, &[series, info]);
    }
}

#[test]
fn resource_scope_and_point_attributes_that_collide_are_joined() {
    let settings = with_resource_labels(&["*"], &[]);
    let resource = [("a.b", "resource"), ("same", "x"), ("job", "r"), ("otel_scope_name", "q")];
    let point = [("a_b", "2"), ("a.b", "1"), ("same", "x"), ("job", "p")];
    let scope = scope("lib", "", &[]);
    let metrics = vec![gauge("m", vec![int(1, &point)])];
    check(
        &settings,
        &of_resource(&resource, vec![of_scope(Some(scope), metrics)]),
        &[r#"m{a_b="resource;1;2",exported_job="r;p",otel_scope_name="q;lib",same="x"} 1"#],
    );
}

#[test]
fn targets_that_differ_in_a_chosen_attribute_are_different_series() {
    let settings = with_resource_labels(&["pod"], &[]);
    let (ingest, translation) = (ingest(), Translation::new("prometheus", &settings));
    for (pod, host) in [("1", "a"), ("2", "b"), ("2", "c")] {
        let request = of(&[("service.name", "s"), ("pod", pod), ("host", host)], &[]);
        let applied = ingest.apply(&translation, &request.encode_to_vec(), Duration::ZERO);
        assert_eq!(applied.message, None);
    }
    let expected = [
        r#"m{job="s",pod="1"} 1"#,
        r#"m{job="s",pod="2"} 1"#,
        r#"target_info{host="c",job="s",pod="2"} 1"#,
    ];
    assert_eq!(samples(&ingest), expected);
}

#[test]
fn the_key_of_a_target_is_what_its_series_show_of_it() {
    let translation = Translation::new("prometheus", &with_resource_labels(&["p", "q"], &[]));
    let key = |pairs: &[(&str, &str)]| Target::of(&translation, &attributes(pairs)).key();
    let base = key(&[("service.name", "s"), ("p", "1"), ("q", "2"), ("host", "a")]);
    for same in [
        &[("host", "b"), ("q", "2"), ("p", "1"), ("service.name", "s")][..],
        &[("service.name", "s"), ("p", "1"), ("q", "2"), ("p", "9")],
    ] {
        assert_eq!(key(same), base, "{same:?}");
    }
    for other in [
        &[("service.name", "s"), ("p", "1")][..],
        &[("service.name", "s"), ("p", "2"), ("q", "1")],
        &[("service.name", "s"), ("p", "1q2")],
        &[("service.name", "s"), ("service.instance.id", "1"), ("p", "1"), ("q", "2")],
        &[("service.instance.id", "s"), ("p", "1"), ("q", "2")],
    ] {
        assert_ne!(key(other), base, "{other:?}");
    }
}

#[test]
fn of_two_resource_attributes_with_one_key_the_first_counts_also_when_it_is_empty() {
    let settings = with_resource_labels(&["*"], &[]);
    let resource = [("service.instance.id", "i"), ("a", ""), ("a", "x")];
    check(&settings, &of(&resource, &[]), &[r#"m{instance="i",service_instance_id="i"} 1"#]);
}

#[test]
fn scope_labels_can_be_left_out() {
    let settings = PrometheusSettings { scope_info: false, ..PrometheusSettings::default() };
    let scope = scope("lib", "1", &[("a", "b")]);
    let metrics = vec![gauge("m", vec![int(1, &[])])];
    check(&settings, &of_resource(&[], vec![of_scope(Some(scope), metrics)]), &["m 1"]);
}

#[test]
fn target_info_can_be_left_out() {
    let settings = PrometheusSettings { target_info: false, ..PrometheusSettings::default() };
    check(&settings, &of(&[("service.name", "s"), ("host.name", "h")], &[]), &[r#"m{job="s"} 1"#]);
}

fn limited(default: u64, attributes: &[(&str, u64)], pinned: &[(&str, &[&str])]) -> Translation {
    let label_limits = LabelLimitSettings {
        default,
        attributes: attributes.iter().map(|(key, limit)| ((*key).to_owned(), *limit)).collect(),
        pinned: pinned.iter().map(|(key, values)| ((*key).to_owned(), texts(values))).collect(),
    };
    let settings = PrometheusSettings { label_limits, ..PrometheusSettings::default() };
    Translation::new("prometheus", &settings)
}

/// The labels of a series with this point, and whether they are folded.
fn described(translation: &Translation, point: &NumberDataPoint) -> (String, bool) {
    let metric = gauge("m", vec![point.clone()]);
    let target = Target::of(translation, &[]);
    let scope = Scope { scope: None, schema_url: "" };
    let shape = MetricView::read(&metric.encode_to_vec()).unwrap().shape;
    let description =
        translate::describe(translation, &target, scope, &metric, shape, &point.attributes);
    let description = description.unwrap();
    (description.labels, description.folded)
}

#[test]
fn values_beyond_a_limit_become_other_and_say_so() {
    let translation = limited(0, &[("user.id", 1)], &[("user.id", &["vip"])]);
    for (user, expected, folded) in [
        ("a", r#"user_id="a""#, false),
        ("b", r#"user_id="other""#, true),
        ("vip", r#"user_id="vip""#, false),
        ("a", r#"user_id="a""#, false),
        ("c", r#"user_id="other""#, true),
    ] {
        let seen = described(&translation, &int(1, &[("user.id", user)]));
        assert_eq!(seen, (expected.to_owned(), folded));
    }
    assert_eq!(translation.guard().replaced(), 2);
}

#[test]
fn a_repeated_key_is_limited_by_the_value_that_is_shown() {
    let translation = limited(0, &[("user.id", 1)], &[]);
    let twice = int(1, &[("user.id", "a"), ("user.id", "b")]);
    assert_eq!(described(&translation, &twice), (r#"user_id="a""#.to_owned(), false));
    assert_eq!(translation.guard().replaced(), 0);
}

#[test]
fn a_value_that_is_no_text_is_limited_by_the_text_that_shows_it() {
    let translation = limited(1, &[], &[("n", &["7"])]);
    let point = |value| NumberDataPoint { attributes: vec![pair("n", value)], ..int(1, &[]) };
    let shown = |value| described(&translation, &point(value)).0;
    assert_eq!(shown(Any::IntValue(1)), r#"n="1""#);
    assert_eq!(shown(Any::StringValue("1".to_owned())), r#"n="1""#);
    assert_eq!(shown(Any::IntValue(7)), r#"n="7""#);
    assert_eq!(shown(Any::BoolValue(true)), r#"n="other""#);
}

#[test]
fn without_limits_nothing_is_folded() {
    let translation = Translation::default();
    for user in 0..1000 {
        let user = user.to_string();
        let (labels, folded) = described(&translation, &int(1, &[("user.id", &user)]));
        assert_eq!((labels, folded), (format!("user_id=\"{user}\""), false));
    }
}

#[test]
fn no_point_of_streams_that_are_folded_into_one_goes_uncounted() {
    let translation = limited(0, &[("user.id", 1)], &[]);
    let ingest = ingest();
    let points = ["a", "b", "c"].map(|user| int(1, &[("user.id", user)]));
    let bytes = request(vec![gauge("m", points.to_vec())]).encode_to_vec();
    let applied = ingest.apply(&translation, &bytes, Duration::ZERO);
    let rejected: u64 = applied.rejected().map(|(_, points)| points).sum();
    assert_eq!(applied.kept + rejected, 3);
}
