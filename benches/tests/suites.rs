//! Every suite runs, in the shape that is promised, with every case and peer that is promised.

use std::{collections::BTreeSet, process::Command, thread::available_parallelism};

use clap::Parser;
use inferometer_benches::{Args, run};
use inferometer_tests::collector_program;
use serde_json::Value;

const PEERS: [&str; 5] =
    ["opentelemetry_sdk_bound", "prometheus", "prometheus_client", "metrics", "measured"];

/// Runs a suite and gives its rows.
fn rows(arguments: &[&str]) -> Vec<Value> {
    let words = ["inferometer-benches"].iter().chain(arguments).chain(&["--quick", "--json"]);
    let mut args = Args::try_parse_from(words).expect("the arguments are right");
    args.program = Some(env!("CARGO_BIN_EXE_inferometer-benches").into());
    let (mut out, mut warnings) = (Vec::new(), Vec::new());
    run(&args, &mut out, &mut warnings).expect("the suite runs");
    let text = String::from_utf8(out).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// As [`rows`], of a suite that starts the program `inferometer`.
fn rows_of_collector(arguments: &[&str]) -> Vec<Value> {
    let program = collector_program().to_str().expect("a path in UTF-8");
    rows(&[arguments, &["--collector", program]].concat())
}

fn check_keys(rows: &[Value], keys: &[&str]) {
    for row in rows {
        let object = row.as_object().expect("an object a line");
        let found: BTreeSet<&str> = object.keys().map(String::as_str).collect();
        assert_eq!(found, keys.iter().copied().collect(), "{row}");
        for key in keys.iter().filter(|key| !["suite", "case", "peer", "unit"].contains(*key)) {
            assert!(object[*key].as_f64().is_some_and(f64::is_finite), "`{key}` of {row}");
        }
    }
}

fn pairs(rows: &[Value]) -> BTreeSet<(&str, &str)> {
    let text = |row: &'_ Value, key: &str| row[key].as_str().map(str::to_owned).expect("text");
    for row in rows {
        assert!(!text(row, "suite").is_empty(), "{row}");
    }
    rows.iter().filter_map(|row| Some((row["case"].as_str()?, row["peer"].as_str()?))).collect()
}

/// The cases and peers of single records, which two suites share.
fn check_record_pairs(rows: &[Value]) {
    let mut expected = BTreeSet::from([
        ("counter_unbound4", "opentelemetry_sdk_unbound4"),
        ("counter_api_bound", "inferometer_handle"),
        ("histogram_api_bound", "inferometer_handle"),
        ("exemplars_counter_no_span", "exemplars_off"),
        ("exemplars_counter_in_span", "no_span"),
        ("exemplars_histogram_no_span", "exemplars_off"),
        ("exemplars_histogram_in_span", "no_span"),
        ("exemplars_histogram_handed_span", "no_span"),
        ("exemplars_api_no_span", "context_looked_up"),
        ("exemplars_api_in_span", "no_span"),
    ]);
    for case in ["counter_bound", "histogram_explicit", "gauge"] {
        expected.extend(PEERS.map(|peer| (case, peer)));
    }
    let found = pairs(rows);
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn record_has_a_row_for_every_case_peer_and_thread_count() {
    let threads = available_parallelism().map_or(1, usize::from).min(2);
    let list = if threads == 1 { "1" } else { "1,2" };
    let rows = rows(&["record", "--threads", list]);
    check_keys(&rows, &["suite", "case", "threads", "ours_ns", "peer", "peer_ns", "ratio"]);
    for threads in 1..=threads {
        let of_threads: Vec<Value> =
            rows.iter().filter(|row| row["threads"] == threads).cloned().collect();
        check_record_pairs(&of_threads);
    }
    for row in &rows {
        assert!(
            row["ours_ns"].as_f64() > Some(0.0) && row["peer_ns"].as_f64() > Some(0.0),
            "{row}"
        );
    }
}

#[test]
fn request_has_a_row_for_every_case_and_peer() {
    let rows = rows(&["request", "--threads", "1"]);
    check_keys(&rows, &["suite", "case", "threads", "ours_ns", "peer", "peer_ns", "ratio"]);
    let (unbound, bound) = ("opentelemetry_sdk_unbound", "opentelemetry_sdk_bound");
    let expected = [
        ("token_step", unbound),
        ("token_step", bound),
        ("request_128_steps", unbound),
        ("request_128_steps", bound),
        ("token_step_over_sdk", bound),
    ];
    assert_eq!(pairs(&rows), expected.into());
    assert!(rows.iter().all(|row| row["suite"] == "request"));
}

#[test]
fn snapshot_has_a_row_for_every_case() {
    let rows = rows(&["snapshot"]);
    check_keys(&rows, &["suite", "case", "ours", "peer", "peer_value", "unit", "ratio"]);
    let expected = [
        "collect_encode_10k_histograms",
        "allocations_per_cycle",
        "encoded_bytes_per_series",
        "memory_per_series_1_thread",
        "memory_per_series_8_threads",
    ];
    assert_eq!(pairs(&rows), expected.map(|case| (case, "opentelemetry_sdk")).into());
}

#[test]
fn gpu_has_a_row_for_time_and_one_for_calls() {
    let rows = rows(&["gpu"]);
    check_keys(&rows, &["suite", "case", "ours", "peer", "peer_value", "unit", "ratio"]);
    assert_eq!(
        pairs(&rows),
        ["sample_8_gpus", "driver_calls_8_gpus"].map(|case| (case, "limit")).into()
    );
}

#[test]
fn init_has_a_row_for_every_case() {
    let rows = rows(&["init"]);
    check_keys(&rows, &["suite", "case", "ours", "peer", "peer_value", "unit", "ratio"]);
    let expected = [
        "init",
        "init_without_detectors",
        "init_cpu",
        "init_without_detectors_cpu",
        "init_threads",
    ];
    assert_eq!(pairs(&rows), expected.map(|case| (case, "opentelemetry_sdk")).into());
    assert!(rows.iter().all(|row| row["ours"].as_f64() > Some(0.0)), "{rows:?}");
}

#[test]
fn instructions_has_a_row_for_every_case_and_peer() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("INFEROMETER_REQUIRE_ORACLES").is_none(),
            "valgrind is missing: install Debian's package `valgrind`"
        );
        eprintln!("SKIPPED: valgrind is not installed");
        return;
    }
    let rows = rows(&["instructions"]);
    check_keys(&rows, &["suite", "case", "ours", "peer", "peer_value", "unit", "ratio"]);
    check_record_pairs(&rows);
    for row in &rows {
        assert!(row["ours"].as_f64() >= Some(1.0), "nothing was counted: {row}");
    }
}

#[test]
fn ingest_has_a_row_for_every_mode_and_subject_and_a_limit_for_ours() {
    let rows = rows_of_collector(&["ingest", "--subject", "inferometer,yardstick"]);
    let measured: BTreeSet<_> = rows
        .iter()
        .filter_map(|row| Some((row["mode"].as_str()?, row["subject"].as_str()?)))
        .collect();
    let modes = ["saturated", "paced", "small", "shuffled", "resource-changing"];
    let subjects = ["inferometer", "yardstick"];
    let expected = modes.iter().flat_map(|mode| subjects.map(|subject| (*mode, subject)));
    assert_eq!(measured, expected.collect());
    for row in rows.iter().filter(|row| row["subject"].is_string()) {
        assert!(row["cpu_s_per_mpoint"].as_f64() > Some(0.0), "{row}");
        assert!(row["mpoints_per_s"].as_f64() > Some(0.0), "{row}");
        assert_eq!(row["rejected_points"], 0, "{row}");
    }
    let limits = rows.iter().filter(|row| row["limit"].as_f64() > Some(0.0));
    assert_eq!(limits.count(), modes.len());
}

#[test]
fn scrape_has_the_same_page_plain_and_compressed() {
    let rows = rows_of_collector(&["scrape"]);
    let value = |case: &str, key: &str| {
        let mut found = rows.iter().filter(|row| row["case"] == case);
        let row = found.next().unwrap_or_else(|| panic!("no row {case}"));
        row[key].as_f64().expect("a number")
    };
    // A thousand series of which 240 are histograms of 18 lines; ours shows itself and its targets beside them.
    assert_eq!(value("lines/1k", "peer_value"), 5080.0);
    assert!(value("lines/1k", "ours") >= 5080.0);
    for case in ["plain_wall_first/1k", "gzip_wall_tenth/1k", "requests_p99_scraped/1k"] {
        assert!(value(case, "ours") > 0.0 && value(case, "peer_value") > 0.0, "{case}");
    }
    assert!(value("gzip_bytes/1k", "ours") < value("plain_bytes/1k", "ours") / 4.0);
}

#[test]
fn forward_ends_with_all_that_was_taken_at_the_sink() {
    let rows = rows_of_collector(&["forward", "--subject", "inferometer,relay"]);
    let of = |subject: &str| {
        let rows = rows.iter().filter(|row| row["subject"] == subject);
        rows.map(|row| (row["mode"].as_str().expect("text"), row)).collect::<Vec<_>>()
    };
    let modes = |subject| of(subject).into_iter().map(|(mode, _)| mode).collect::<Vec<_>>();
    let both = ["saturated", "paced", "saturated", "paced"];
    assert_eq!(modes("relay"), both);
    assert_eq!(
        modes("inferometer"),
        [&both[..], &["disk", "disk-paced", "synced-paced", "one-of-100"]].concat()
    );
    for (mode, row) in of("inferometer").into_iter().chain(of("relay")) {
        assert!(row["accepted"].as_u64() > Some(0), "{row}");
        assert_eq!(row["accepted"] == row["arrived"], mode != "one-of-100", "{row}");
    }
    let outages = rows
        .iter()
        .filter_map(|row| row["case"].as_str())
        .filter(|case| case.contains("outage/") || case.contains("kill/"));
    assert_eq!(outages.count(), 5, "{rows:?}");
}

#[test]
fn a_subject_that_is_not_there_is_an_error_with_a_remedy() {
    let arguments = ["inferometer-benches", "ingest", "--collector", "/nowhere/inferometer"];
    let args = Args::try_parse_from(arguments).expect("the arguments are right");
    let error = run(&args, &mut Vec::new(), &mut Vec::new()).expect_err("it is not there");
    let message = error.to_string();
    assert!(message.contains("/nowhere/inferometer"), "{message}");
    assert!(message.contains("cargo build --release -p inferometer-collector"), "{message}");
}

#[test]
fn loads_out_of_bounds_are_refused() {
    for (key, value) in
        [("--series", "150"), ("--series", "2000000"), ("--seconds", "0"), ("--mode", "calm")]
    {
        let refused = Args::try_parse_from(["inferometer-benches", "ingest", key, value]);
        assert_eq!(refused.expect_err("out of bounds").exit_code(), 2, "{key} {value}");
    }
}

#[test]
fn an_unknown_suite_is_refused_with_a_list_of_those_that_exist() {
    let error = Args::try_parse_from(["inferometer-benches", "speed"]).expect_err("no such suite");
    assert_eq!(error.exit_code(), 2);
    let message = error.to_string();
    for suite in ["speed", "record", "snapshot", "instructions"] {
        assert!(message.contains(suite), "{message}");
    }
}

#[test]
fn threads_without_a_processor_each_are_refused() {
    let args = Args::try_parse_from(["inferometer-benches", "record", "--threads", "256"]);
    let error = run(&args.expect("256 is a number"), &mut Vec::new(), &mut Vec::new());
    if available_parallelism().map_or(1, usize::from) < 256 {
        let error = error.expect_err("too few processors");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("256 threads"), "{error}");
    }
    assert!(Args::try_parse_from(["inferometer-benches", "record", "--threads", "0"]).is_err());
}
