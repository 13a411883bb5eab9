//! What the official SDKs of Python and Node record is what PromQL answers: every value, bucket, quantile and label of it,
//! after every export, over each protocol, in each format of the page. `tests/foreign/scenario.json` says what they
//! record.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use inferometer_tests::{
    CollectorProcess, ForeignSdk, Kind, LOOPBACK_CONFIG, Scrape, Sdk, conserved, family,
    oracle::{self, Prometheus, StoredExemplar},
    scenario::{Answer, Exponentials, Instrument, NativeAnswer, Scenario, Sender},
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

/// The round in which something is recorded inside a span.
const EXEMPLARS_ROUND: usize = 2;

/// Selects everything of a sender.
fn selector(sender: &Sender) -> String {
    let target = sender.target();
    let labels: Vec<String> =
        target.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    labels.join(",")
}

/// A Prometheus that asks for one of the formats.
struct Reader {
    prometheus: Prometheus,
    shown: Exponentials,
    has_exemplars: bool,
}

/// An exporter that knows the text format alone, beside the default one.
fn config() -> String {
    let endpoint = "endpoint: \"127.0.0.1:0\"";
    let text = format!("  prometheus/text: {{{endpoint}, enable_open_metrics: false}}\n");
    LOOPBACK_CONFIG
        .replace("exporters:\n", &format!("exporters:\n{text}"))
        .replace("[prometheus]", "[prometheus, prometheus/text]")
}

/// What Prometheus reads as text, as OpenMetrics and as protobuf; nothing if it is not installed.
fn readers(collector: &mut CollectorProcess) -> Option<Vec<Reader>> {
    let text = collector.address_of("metrics", "exporters.prometheus/text");
    let all = collector.address_of("metrics", "exporters.prometheus");
    let reader = |target, features: &[&str], shown| {
        let prometheus = Prometheus::with_features(target, features)?;
        Some(Reader { prometheus, shown, has_exemplars: features.contains(&"exemplar-storage") })
    };
    Some(vec![
        reader(text, &[], Exponentials::Classic)?,
        reader(all, &["exemplar-storage"], Exponentials::Classic)?,
        reader(all, &["native-histograms"], Exponentials::Native)?,
    ])
}

impl Reader {
    /// Everything of a sender: its numbers, and its native histograms.
    fn answer(&self, promql: &str) -> (Vec<Answer>, Vec<NativeAnswer>) {
        let (mut numbers, mut native) = (Vec::new(), Vec::new());
        for mut one in self.prometheus.vector(promql) {
            let name = one.labels.remove("__name__").unwrap_or_default();
            match one.value {
                oracle::Answer::Float(value) => numbers.push((name, one.labels, value)),
                oracle::Answer::Histogram(value) => native.push((name, one.labels, value)),
            }
        }
        (numbers, native)
    }

    fn wait_for(&self, scenario: &Scenario, sender: &Sender, round: usize) {
        let expected = scenario.expectation(sender, round, self.shown);
        let promql = format!("{{{}}}", selector(sender));
        wait::until(&promql, || {
            let (numbers, native) = self.answer(&promql);
            expected.check(numbers, native)
        });
    }

    /// The value of a query that has one.
    fn one(&self, promql: &str) -> f64 {
        match &*self.prometheus.query(promql) {
            [(_, value)] => *value,
            other => panic!("{promql}: {other:?}"),
        }
    }

    #[track_caller]
    fn check_quantile(&self, q: f64, of: &str, expected: f64) {
        let promql = format!("histogram_quantile({q}, {of})");
        let seen = self.one(&promql);
        assert!((seen - expected).abs() < 1e-9, "{promql} is {seen}, not {expected}");
    }

    /// The names of an instrument that never fall.
    fn counters(&self, instrument: &Instrument) -> Vec<String> {
        let name = &instrument.prometheus;
        match instrument.prometheus_kind() {
            Kind::Counter => vec![name.clone()],
            Kind::Histogram
                if self.shown == Exponentials::Native && instrument.is_exponential() =>
            {
                vec![name.clone()]
            }
            Kind::Histogram => {
                ["bucket", "sum", "count"].map(|part| format!("{name}_{part}")).into()
            }
            _ => Vec::new(),
        }
    }

    /// What dashboards ask, with answers from the scenario.
    fn check_promql(&self, scenario: &Scenario, sender: &str) {
        // No counter ever fell, not even where an export had nothing of it.
        for name in scenario.instruments.iter().flat_map(|one| self.counters(one)) {
            let resets = format!("sum(resets({name}{{{sender}}}[5m]))");
            assert_eq!(self.one(&resets), 0.0, "{resets}");
        }
        let orders = format!("sum by (instance) (shop_orders_total{{{sender}}})");
        let expected = 1 + 2 + 2 + 1 + 5 + 3 + 4 + 9 + (1_u64 << 40) + 7 + 1 + 1 + 8;
        assert_eq!(self.one(&orders), expected as f64);
        let joined = format!(
            "sum by (service_version) (energy_used_joules_total{{{sender}}} * on (job, instance) group_left \
             (service_version) target_info)"
        );
        match &*self.prometheus.query(&joined) {
            [(labels, value)] => {
                assert_eq!((labels["service_version"].as_str(), *value), ("4.5", 1003.125));
            }
            other => panic!("{joined}: {other:?}"),
        }
        // Of 0, 5, 5.5, 10, 75, 75.25, 99.75, 100, 7500 and 20000 the fifth is the one in (50, 75], and the sixth the
        // first of three in (75, 100]; the last lies beyond the bounds.
        let explicit = format!("order_duration_milliseconds_bucket{{shelf=\"top\",{sender}}}");
        for (q, expected) in [(0.5, 75.0), (0.6, 75.0 + 25.0 / 3.0), (0.8, 100.0), (1.0, 10_000.0)]
        {
            self.check_quantile(q, &explicit, expected);
        }
        match self.shown {
            Exponentials::Classic => self.check_powers_of_two(sender),
            Exponentials::Native => self.check_native(sender),
        }
    }

    /// Of 0, 1/512, 0.25, 0.3125, 0.5, 0.5 and a little, 0.75, 1 and 1000.5, in buckets between powers of two.
    fn check_powers_of_two(&self, sender: &str) {
        let of = format!("order_wait_seconds_bucket{{shelf=\"top\",{sender}}}");
        for (q, expected) in [
            (0.25, 0.125 + 0.125 * 0.25),
            (0.5, 0.25 + 0.25 * 1.5 / 2.0),
            (0.8, 0.5 + 0.5 * 2.2 / 3.0),
            (1.0, 1024.0),
        ] {
            self.check_quantile(q, &of, expected);
        }
    }

    /// The same in buckets of which eight lie between powers of two, in each of which Prometheus 2 goes straight.
    fn check_native(&self, sender: &str) {
        let of = format!("order_wait_seconds{{shelf=\"top\",{sender}}}");
        let in_bucket = |upper: f64, share: f64| {
            let lower = (upper.log2() - 0.125).exp2();
            lower + (upper - lower) * share
        };
        for (q, expected) in [
            (0.25, in_bucket(0.25, 0.25)),
            (0.5, in_bucket(0.5, 0.5)),
            (0.95, in_bucket(1024.0, 0.55)),
            (1.0, 1024.0),
        ] {
            self.check_quantile(q, &of, expected);
        }
        assert_eq!(self.one(&format!("histogram_count({of})")), 9.0);
        let sum =
            0.25 + 0.3125 + 1.0 + 0.001_953_125 + 1000.5 + 0.75 + 0.5 + 0.500_000_119_209_289_6;
        assert_eq!(self.one(&format!("histogram_sum({of})")), sum);
    }

    /// The trace behind what one round recorded, on the buckets that it fell into.
    fn wait_for_exemplars(&self, sender: &str) {
        let promql = format!("order_duration_milliseconds_bucket{{{sender}}}");
        let expected = [(75.0, 75.0), (100.0, 75.25), (7500.0, 7500.0)];
        wait::until("exemplars", || {
            let mut seen = BTreeMap::new();
            for StoredExemplar { series, labels, value } in self.prometheus.exemplars(&promql) {
                let trace = labels.get("trace_id").zip(labels.get("span_id"));
                assert_eq!(
                    trace.map(|(trace, span)| (trace.as_str(), span.as_str())),
                    Some(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"))
                );
                let bound: f64 = series["le"].parse().expect("a bound");
                seen.insert(bound.to_bits(), (bound, value));
            }
            let seen: Vec<_> = seen.into_values().collect();
            if seen == expected { Ok(()) } else { Err(format!("prometheus keeps {seen:?}")) }
        });
    }
}

fn check(sdk: Sdk, cells: &[&str]) {
    if !sdk.is_there() {
        return;
    }
    let scenario = Scenario::read();
    let mut collector = CollectorProcess::with_config(&config());
    let (grpc, http) = (collector.address("OTLP over gRPC"), collector.address("OTLP over HTTP"));
    let Some(readers) = readers(&mut collector) else {
        return;
    };
    let mut recorder = ForeignSdk::start(sdk, grpc, http, cells);
    for round in 1..=scenario.rounds.len() {
        let senders = recorder.record_round();
        assert!(senders.keys().eq(BTreeSet::from_iter(cells)), "{senders:?}");
        for reader in &readers {
            for sender in senders.values() {
                reader.wait_for(&scenario, sender, round);
                if sdk.sends_exemplars() && reader.has_exemplars && round == EXEMPLARS_ROUND {
                    reader.wait_for_exemplars(&selector(sender));
                }
            }
        }
    }
    let senders: Vec<Sender> = recorder.finish().into_values().collect();
    for reader in &readers {
        for sender in &senders {
            reader.check_promql(&scenario, &selector(sender));
        }
    }
    check_page(&collector.scrape(), &scenario, &senders);
}

/// The page after the end: as before, accepted by all judges, and nothing is missing.
fn check_page(page: &Scrape, scenario: &Scenario, senders: &[Sender]) {
    for sender in senders {
        let target = sender.target();
        let of_sender = page.samples().filter(|sample| {
            target.iter().all(|(key, value)| sample.labels.get(key) == Some(value))
        });
        let rounds = scenario.rounds.len();
        let expected = scenario.expectation(sender, rounds, Exponentials::Classic);
        let checked = expected.check(of_sender.map(Answer::from), Vec::new());
        checked.unwrap_or_else(|wrong| panic!("{wrong}"));
    }
    for one in &scenario.instruments {
        family(page, &one.prometheus, one.prometheus_kind(), &one.description);
    }
    let sent: f64 = senders.iter().map(|sender| sender.sent).sum();
    for exporter in ["prometheus", "prometheus/text"] {
        assert_eq!(conserved(page, "metrics", exporter).accepted, sent);
    }
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
