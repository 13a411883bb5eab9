//! What the official SDKs of Python and Node record is what PromQL answers: every value, bucket and label of it, after
//! every export, over each protocol. `tests/foreign/scenario.json` says what they record.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use inferometer_tests::{
    CollectorProcess, ForeignSdk, Kind, Scrape, Sdk, conserved, family,
    oracle::{self, Prometheus},
    scenario::{Answer, Instrument, Scenario, Sender},
    wait, workspace_root,
};

/// `PROTOCOL-TEMPORALITY-COMPRESSION` that the SDK of Python exports with at once.
const PYTHON: [&str; 4] =
    ["grpc-cumulative-gzip", "grpc-delta-none", "protobuf-cumulative-none", "protobuf-delta-gzip"];
/// The same for Node.
const NODE: [&str; 6] = [
    "grpc-cumulative-none",
    "grpc-delta-gzip",
    "protobuf-cumulative-gzip",
    "protobuf-delta-none",
    "json-cumulative-gzip",
    "json-delta-none",
];

/// Selects everything of a sender.
fn selector(sender: &Sender) -> String {
    let target = sender.target();
    let labels: Vec<String> =
        target.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    labels.join(",")
}

fn answer(prometheus: &Prometheus, promql: &str) -> Vec<Answer> {
    let named = |(mut labels, value): (BTreeMap<String, String>, f64)| {
        (labels.remove("__name__").unwrap_or_default(), labels, value)
    };
    prometheus.query(promql).into_iter().map(named).collect()
}

fn check(sdk: Sdk, cells: &[&str]) {
    if !sdk.is_there() {
        return;
    }
    let scenario = Scenario::read();
    let mut collector = CollectorProcess::start();
    let (grpc, http) = (collector.address("OTLP over gRPC"), collector.address("OTLP over HTTP"));
    let Some(prometheus) = Prometheus::scraping(collector.address("metrics")) else {
        return;
    };
    let mut recorder = ForeignSdk::start(sdk, grpc, http, cells);
    for round in 1..=scenario.rounds.len() {
        let senders = recorder.record_round();
        assert!(senders.keys().eq(BTreeSet::from_iter(cells)), "{senders:?}");
        for sender in senders.values() {
            let expected = scenario.expectation(sender, round);
            let promql = format!("{{{}}}", selector(sender));
            wait::until(&promql, || expected.check(answer(&prometheus, &promql)));
        }
    }
    let senders: Vec<Sender> = recorder.finish().into_values().collect();
    for sender in &senders {
        check_promql(&prometheus, &scenario, &selector(sender));
    }
    check_page(&collector.scrape(), &scenario, &senders);
}

/// The names of an instrument that never fall.
fn counters(instrument: &Instrument) -> Vec<String> {
    let name = &instrument.prometheus;
    match instrument.prometheus_kind() {
        Kind::Counter => vec![name.clone()],
        Kind::Histogram => ["bucket", "sum", "count"].map(|part| format!("{name}_{part}")).into(),
        _ => Vec::new(),
    }
}

/// What dashboards ask, with answers from the scenario.
fn check_promql(prometheus: &Prometheus, scenario: &Scenario, sender: &str) {
    let one = |promql: &str| match &*prometheus.query(promql) {
        [(_, value)] => *value,
        other => panic!("{promql}: {other:?}"),
    };
    // No counter ever fell, not even where an export had nothing of it.
    for name in scenario.instruments.iter().flat_map(counters) {
        let resets = format!("sum(resets({name}{{{sender}}}[5m]))");
        assert_eq!(one(&resets), 0.0, "{resets}");
    }
    let orders = format!("sum by (instance) (shop_orders_total{{{sender}}})");
    assert_eq!(
        one(&orders),
        (1 + 2 + 2 + 1 + 5 + 3 + 4 + 9 + (1_u64 << 40) + 7 + 1 + 1 + 8) as f64
    );
    let joined = format!(
        "sum by (service_version) (energy_used_joules_total{{{sender}}} * on (job, instance) group_left \
         (service_version) target_info)"
    );
    match &*prometheus.query(&joined) {
        [(labels, value)] => {
            assert_eq!((labels["service_version"].as_str(), *value), ("4.5", 1003.125));
        }
        other => panic!("{joined}: {other:?}"),
    }
    // Of 0, 5, 5.5, 10, 75, 75.25, 99.75, 100, 7500 and 20000 the fifth is the one in (50, 75], and the sixth the first
    // of three in (75, 100]; the last lies beyond the bounds.
    for (q, expected) in [(0.5, 75.0), (0.6, 75.0 + 25.0 / 3.0), (0.8, 100.0), (1.0, 10_000.0)] {
        let promql = format!(
            "histogram_quantile({q}, order_duration_milliseconds_bucket{{shelf=\"top\",{sender}}})"
        );
        let seen = one(&promql);
        assert!((seen - expected).abs() < 1e-9, "{promql} is {seen}, not {expected}");
    }
}

/// The page after the end: as before, accepted by all judges, and nothing is missing.
fn check_page(page: &Scrape, scenario: &Scenario, senders: &[Sender]) {
    for sender in senders {
        let target = sender.target();
        let of_sender = page.samples().filter(|sample| {
            target.iter().all(|(key, value)| sample.labels.get(key) == Some(value))
        });
        let expected = scenario.expectation(sender, scenario.rounds.len());
        expected.check(of_sender.map(Answer::from)).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
    for one in &scenario.instruments {
        family(page, &one.prometheus, one.prometheus_kind(), &one.description);
    }
    let sent: f64 = senders.iter().map(|sender| sender.sent).sum();
    assert_eq!(conserved(page, "metrics", "prometheus").accepted, sent);
    let (rejected, _) = page.sum("infer_collector_item_rejected_total", &[]);
    assert_eq!(rejected, 0.0);
    oracle::prometheus_client_agrees(page);
    if let Some(lints) = oracle::promtool_lints(&page.text) {
        let file = workspace_root().join("tests/foreign/lints.txt");
        let known = fs::read_to_string(file).expect("the list of lints can be read");
        assert_eq!(
            lints.iter().map(String::as_str).collect::<BTreeSet<_>>(),
            known.lines().collect()
        );
    }
}

#[test]
fn promql_answers_what_the_python_sdk_recorded() {
    check(Sdk::Python, &PYTHON);
}

#[test]
fn promql_answers_what_the_node_sdk_recorded() {
    check(Sdk::Node, &NODE);
}
