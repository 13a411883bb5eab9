//! The rules of the compatibility specification, one by one.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    common::v1::any_value::Value as Any,
    metrics::v1::{
        Metric, NumberDataPoint, ScopeMetrics, Summary, SummaryDataPoint, metric::Data,
        summary_data_point::ValueAtQuantile,
    },
};

use super::helpers::*;
use crate::pipeline::RejectReason;

#[test]
fn a_page_has_help_and_type_once_per_family_in_the_order_of_names() {
    let ingest = ingest();
    let requests = Metric {
        description: "Requests \\ served.\nAll of them.".to_owned(),
        ..counter("b.requests", vec![int(2, &[("x", "2")]), int(1, &[("x", "1")])])
    };
    let busy = Metric {
        description: "Share of time.".to_owned(),
        ..metric("a.busy", "s", gauge("", vec![double(0.5, &[])]).data.unwrap())
    };
    apply(&ingest, vec![requests, busy]);
    let expected = "\
# HELP a_busy_seconds Share of time.
# TYPE a_busy_seconds gauge
a_busy_seconds 0.5
# HELP b_requests_total Requests \\\\ served.\\nAll of them.
# TYPE b_requests_total counter
b_requests_total{x=\"1\"} 1
b_requests_total{x=\"2\"} 2
";
    assert_eq!(page(&ingest), expected);
}

#[test]
fn each_kind_of_metric_has_its_prometheus_type() {
    let unknown = Metric {
        metadata: attributes(&[("prometheus.type", "unknown")]),
        ..gauge("unknown", vec![int(1, &[])])
    };
    let up_down = metric("up_down", "", sum(vec![int(-1, &[])], false, CUMULATIVE));
    let summary = metric(
        "summary",
        "",
        Data::Summary(Summary { data_points: vec![SummaryDataPoint::default()] }),
    );
    let ingest = ingest();
    apply(
        &ingest,
        vec![
            unknown,
            up_down,
            summary,
            gauge("gauge", vec![int(1, &[])]),
            counter("counter", vec![int(1, &[])]),
            histogram("histogram", vec![buckets(&[], &[], 0.0, &[])]),
        ],
    );
    let page = page(&ingest);
    let types: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let expected = [
        "counter_total counter",
        "gauge gauge",
        "histogram histogram",
        "summary summary",
        "unknown untyped",
        "up_down gauge",
    ];
    assert_eq!(types, expected);
}

#[test]
fn integers_keep_their_precision_and_doubles_their_spelling() {
    check(
        vec![
            counter("a", vec![int(i64::MAX, &[])]),
            gauge("b", vec![int(i64::MIN, &[])]),
            gauge("c", vec![double(f64::NAN, &[])]),
            gauge("d", vec![double(f64::NEG_INFINITY, &[])]),
            counter("e", vec![double(1e21, &[])]),
        ],
        &[
            "a_total 9223372036854775807",
            "b -9223372036854775808",
            "c NaN",
            "d -Inf",
            "e_total 1e21",
        ],
    );
}

#[test]
fn a_histogram_shows_cumulative_buckets_sum_and_count() {
    let point = buckets(&[0.005, 1.0, 2.5], &[1, 2, 0, 4], 9.75, &[("stage", "decode")]);
    check(
        vec![histogram("h", vec![point])],
        &[
            "h_bucket{stage=\"decode\",le=\"0.005\"} 1",
            "h_bucket{stage=\"decode\",le=\"1\"} 3",
            "h_bucket{stage=\"decode\",le=\"2.5\"} 3",
            "h_bucket{stage=\"decode\",le=\"+Inf\"} 7",
            "h_sum{stage=\"decode\"} 9.75",
            "h_count{stage=\"decode\"} 7",
        ],
    );
}

#[test]
fn a_histogram_without_sum_or_buckets_shows_what_it_has() {
    let mut bare = buckets(&[], &[], 0.0, &[]);
    (bare.sum, bare.count) = (None, 3);
    check(vec![histogram("h", vec![bare])], &["h_bucket{le=\"+Inf\"} 3", "h_count 3"]);
}

#[test]
fn a_summary_shows_its_quantiles() {
    let quantile = |quantile, value| ValueAtQuantile { quantile, value };
    let point = SummaryDataPoint {
        attributes: attributes(&[("a", "b")]),
        count: 4,
        sum: 2.5,
        quantile_values: vec![quantile(0.5, 1.0), quantile(1.0, f64::INFINITY)],
        ..SummaryDataPoint::default()
    };
    check(
        vec![metric("s", "", Data::Summary(Summary { data_points: vec![point] }))],
        &[
            "s{a=\"b\",quantile=\"0.5\"} 1",
            "s{a=\"b\",quantile=\"1\"} +Inf",
            "s_sum{a=\"b\"} 2.5",
            "s_count{a=\"b\"} 4",
        ],
    );
}

#[test]
fn keys_that_collide_once_translated_are_joined_in_their_order() {
    let pairs = [("a_b", "3"), ("a.b", "2"), ("a-b", "1"), ("c", "\"\\\n")];
    check(vec![gauge("m", vec![int(1, &pairs)])], &[r#"m{a_b="1;2;3",c="\"\\\n"} 1"#]);
}

#[test]
fn empty_values_are_no_labels() {
    check(
        vec![gauge("m", vec![int(1, &[("a", ""), ("b.c", ""), ("b_c", "x")])])],
        &["m{b_c=\"x\"} 1"],
    );
}

#[test]
fn values_that_are_no_strings_become_text() {
    let point = NumberDataPoint {
        attributes: vec![
            pair("b", Any::BoolValue(true)),
            pair("d", Any::DoubleValue(0.5)),
            pair("i", Any::IntValue(-3)),
            pair("y", Any::BytesValue(b"foo".to_vec())),
        ],
        ..int(1, &[])
    };
    check(vec![gauge("m", vec![point])], &[r#"m{b="true",d="0.5",i="-3",y="Zm9v"} 1"#]);
}

#[test]
fn labels_that_prometheus_needs_are_not_given_to_attributes() {
    let pairs =
        [("job", "j"), ("instance", "i"), ("le", "l"), ("quantile", "q"), ("__name__", "n")];
    check(
        vec![gauge("m", vec![int(1, &pairs)])],
        &[r#"m{_name_="n",exported_instance="i",exported_job="j",le="l",quantile="q"} 1"#],
    );
    check(
        vec![histogram("h", vec![buckets(&[], &[1], 0.5, &[("le", "l"), ("exported_le", "e")])])],
        &[
            "h_bucket{exported_le=\"e;l\",le=\"+Inf\"} 1",
            "h_sum{exported_le=\"e;l\"} 0.5",
            "h_count{exported_le=\"e;l\"} 1",
        ],
    );
}

#[test]
fn the_order_of_attributes_does_not_matter() {
    check_in_turn(
        vec![
            gauge("m", vec![int(1, &[("a", "1"), ("b", "2")])]),
            gauge("m", vec![int(2, &[("b", "2"), ("a", "1")])]),
        ],
        &["m{a=\"1\",b=\"2\"} 2"],
        &[],
    );
}

fn check_resource(resource: &[(&str, &str)], expected: &[&str]) {
    let ingest = ingest();
    let request = of_resource(resource, vec![of_scope(None, vec![gauge("m", vec![int(1, &[])])])]);
    apply_at(&ingest, &request, Duration::ZERO);
    assert_eq!(samples(&ingest), expected);
}

#[test]
fn a_resource_becomes_job_instance_and_target_info() {
    check_resource(
        &[
            ("service.name", "vllm"),
            ("service.namespace", "prod"),
            ("service.instance.id", "i-1"),
            ("host.name", "h"),
            ("job", "x"),
        ],
        &[
            r#"m{instance="i-1",job="prod/vllm"} 1"#,
            r#"target_info{exported_job="x",host_name="h",instance="i-1",job="prod/vllm"} 1"#,
        ],
    );
    check_resource(&[("service.name", "vllm")], &["m{job=\"vllm\"} 1"]);
    check_resource(&[("host.name", "h")], &["m 1"]);
    check_resource(&[], &["m 1"]);
}

#[test]
fn a_changed_resource_has_one_target_info() {
    let ingest = ingest();
    for host in ["h1", "h2"] {
        let metrics = vec![gauge("m", vec![int(1, &[])])];
        let resource = [("service.name", "vllm"), ("host.name", host)];
        apply_at(&ingest, &of_resource(&resource, vec![of_scope(None, metrics)]), Duration::ZERO);
    }
    assert_eq!(
        samples(&ingest),
        ["m{job=\"vllm\"} 1", "target_info{host_name=\"h2\",job=\"vllm\"} 1"]
    );
}

#[test]
fn every_point_carries_its_scope() {
    let scope = scope(
        "lib",
        "1.2",
        &[("team.name", "a"), ("name", "x"), ("schema.url", "y"), ("version", "z")],
    );
    let metrics = vec![gauge("m", vec![int(1, &[("otel.scope.name", "own")])])];
    let scoped =
        ScopeMetrics { scope: Some(scope), schema_url: "https://schema".to_owned(), metrics };
    let ingest = ingest();
    apply_at(&ingest, &of_resource(&[], vec![scoped]), Duration::ZERO);
    let expected = concat!(
        r#"m{otel_scope_name="own;lib",otel_scope_schema_url="https://schema","#,
        r#"otel_scope_team_name="a",otel_scope_version="1.2"} 1"#
    );
    assert_eq!(samples(&ingest), [expected]);
}

#[test]
fn one_name_in_two_scopes_is_two_series() {
    let of = |name: &str, value| {
        of_scope(Some(scope(name, "", &[])), vec![gauge("m", vec![int(value, &[])])])
    };
    let ingest = ingest();
    apply_at(&ingest, &of_resource(&[], vec![of("b", 2), of("a", 1)]), Duration::ZERO);
    assert_eq!(samples(&ingest), ["m{otel_scope_name=\"a\"} 1", "m{otel_scope_name=\"b\"} 2"]);
}

#[test]
fn streams_that_look_the_same_once_translated_are_not_mixed() {
    let typed = |value| NumberDataPoint { attributes: vec![pair("a", value)], ..int(2, &[]) };
    check_in_turn(
        vec![
            gauge("m.x", vec![int(1, &[("a", "1")])]),
            gauge("m.x", vec![typed(Any::IntValue(1))]),
            gauge("m_x", vec![int(3, &[("a", "1")])]),
        ],
        &["m_x{a=\"1\"} 1"],
        &[(RejectReason::NotExpressible, 1), (RejectReason::NotExpressible, 1)],
    );
}

#[test]
fn what_prometheus_cannot_show_is_rejected_and_counted() {
    let unspecified = sum(vec![int(1, &[])], true, 0);
    check_in_turn(
        vec![
            metric("u", "", unspecified),
            gauge("n", vec![NumberDataPoint::default()]),
            counter("negative", vec![int(-1, &[])]),
            counter("", vec![int(1, &[])]),
            histogram("h", vec![buckets(&[2.0, 1.0], &[1, 1, 1], 1.0, &[])]),
            gauge("target.info", vec![int(1, &[])]),
        ],
        &[],
        &[
            (RejectReason::InvalidPoint, 1),
            (RejectReason::InvalidPoint, 1),
            (RejectReason::InvalidPoint, 1),
            (RejectReason::InvalidPoint, 1),
            (RejectReason::InvalidPoint, 1),
            (RejectReason::TypeConflict, 1),
        ],
    );
}
