//! Files of other collectors: what we share is read, what we lack is listed, each with what to do.

use std::collections::HashSet;

use super::{super::foreign, check};

/// Modules whose components have a type of another name.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("awscontainerinsightreceiver", "awscontainerinsightreceiver"),
    ("asapauthextension", "asapclient"),
    ("oauth2clientauthextension", "oauth2client"),
    ("oidcauthextension", "oidc"),
    ("simpleprometheusreceiver", "prometheus_simple"),
    ("podmanreceiver", "podman_stats"),
    ("dockerstatsreceiver", "docker_stats"),
    ("filestorage", "file_storage"),
];
/// Types that are here, or of which the list of what is here says enough.
const OWN: [(&str, &str); 15] = [
    ("receiver", "otlp"),
    ("processor", "memorylimiter"),
    ("processor", "batch"),
    ("processor", "resource"),
    ("processor", "attributes"),
    ("processor", "filter"),
    ("processor", "tailsampling"),
    ("exporter", "prometheus"),
    ("exporter", "otlp"),
    ("exporter", "otlphttp"),
    ("exporter", "debug"),
    ("exporter", "file"),
    ("connector", "spanmetrics"),
    ("extension", "filestorage"),
    ("extension", "healthcheck"),
];
/// As above, and part of how listeners are protected.
const OF_LISTENERS: [&str; 2] = ["basicauth", "bearertokenauth"];

#[test]
fn every_component_of_otelcol_contrib_has_a_remedy() {
    let manifest = include_str!("otelcol_contrib.txt");
    let mut count = 0;
    for line in manifest.lines().filter(|line| !line.starts_with('#')) {
        let (role, module) = line.split_once(' ').expect("role and module");
        let other = OTHER_NAMES.iter().find(|(name, _)| *name == module);
        let bare = module.strip_suffix("extension").unwrap_or(module);
        let kind = other.map_or_else(|| bare.strip_suffix(role).unwrap_or(bare), |(_, kind)| *kind);
        let kind = kind.replace('_', "");
        let is_own = OWN.contains(&(role, kind.as_str()))
            || (role == "extension" && OF_LISTENERS.contains(&kind.as_str()));
        assert!(is_own || foreign::remedy(role, &kind).is_some(), "{role} {kind} has no remedy");
        count += 1;
    }
    assert!(count > 200, "{count} components were checked");
}

#[test]
fn no_type_is_in_the_table_twice_or_is_here() {
    for role in ["receiver", "processor", "exporter", "connector", "extension"] {
        let mut known = HashSet::new();
        for kind in foreign::types(role) {
            assert!(known.insert(kind.replace('_', "")), "{role} {kind} is there twice");
            assert!(!OWN.contains(&(role, kind)), "{role} {kind} is here");
        }
        assert!(known.len() > 5, "{role}: {known:?}");
    }
}

#[test]
fn a_slip_in_the_name_of_a_foreign_component_is_understood() {
    check(
        "receivers: {jeager: }\nexporters: {prometeus: }\nservice: {pipelines: {metrics: {receivers: [jeager], exporters: \
         [prometeus]}}}\n",
        &[
            "c.yaml:1:13: error: unknown receiver type \"jeager\", did you mean \"jaeger\"? It is not in this collector: \
             have its senders export OTLP to the receiver otlp, or run an OpenTelemetry Collector beside this one that \
             translates",
            "c.yaml:2:13: error: unknown exporter type \"prometeus\", did you mean \"prometheus\"?",
        ],
    );
}

/// A file as other collectors run it: what we share is read, what we lack is listed once each, and nothing else.
#[test]
fn a_foreign_file_gets_the_exact_list_of_what_is_missing() {
    check(
        include_str!("otelcol_agent.yaml"),
        &[
            "c.yaml:4:3: error: extension zpages is not in this collector: what pipelines do is counted on the page of the \
             exporter prometheus, and traces are at trace_ring: remove it",
            "c.yaml:6:3: error: extension pprof is not in this collector: it is a profile of Go programs: remove it, and use \
             perf or its like",
            "c.yaml:16:3: error: receiver prometheus is not in this collector: have Prometheus scrape these targets itself, \
             beside the page of the exporter prometheus; or run an OpenTelemetry Collector that does and sends here by OTLP",
            "c.yaml:18:3: error: receiver hostmetrics is not in this collector: a node's and a cluster's own metrics are not \
             collected here: run node_exporter, cAdvisor or kube-state-metrics for Prometheus, or an OpenTelemetry Collector \
             that sends here; the process's own CPU and memory are on the page",
            "c.yaml:20:3: error: receiver jaeger/old is not in this collector: have its senders export OTLP to the receiver \
             otlp, or run an OpenTelemetry Collector beside this one that translates",
            "c.yaml:29:3: error: processor k8s_attributes is not in this collector: pods are not looked up here: have the SDK \
             say k8s.* from the downward API (the SDK of this project does), or run an OpenTelemetry Collector in front",
            "c.yaml:41:3: error: exporter kafka is not in this collector: send by otlp or otlphttp to a collector that has it, \
             or to the backend if it takes OTLP itself",
            "c.yaml:43:3: error: exporter prometheusremotewrite is not in this collector: have Prometheus scrape the exporter \
             prometheus; or, with its OTLP receiver on, use otlphttp with http://HOST:9090/api/v1/otlp",
            "c.yaml:46:3: error: connector forward is not in this collector: name the receivers of the first pipeline in the \
             second, too",
        ],
    );
}
