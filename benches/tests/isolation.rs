//! What the exporter goes through changes no instruction of a record.

use std::{collections::BTreeSet, process::Command};

use clap::Parser;
use inferometer_benches::{Args, run};
use serde_json::Value;

const MODES: [&str; 6] = ["up", "refused", "hung", "trickle", "panicking", "queue_full"];
const OPERATIONS: [&str; 3] = ["counter", "histogram", "end_span"];

/// Instructions of one call that are no difference at the end of a span: it reads the clock, and what that shows decides
/// a branch in one of hundreds of calls. Whatever an exporter changed would be in each of them.
const OF_THE_CLOCK: f64 = 0.05;

/// What a busy allocator may make of the exporter's own work, far below what a leak would.
const MOST_GROWTH_KIB: f64 = 8192.0;

fn rows() -> Vec<Value> {
    let mut args = Args::try_parse_from(["inferometer-benches", "isolation", "--quick", "--json"])
        .expect("the arguments are right");
    args.program = Some(env!("CARGO_BIN_EXE_inferometer-benches").into());
    let mut out = Vec::new();
    run(&args, &mut out, &mut Vec::new()).expect("the suite runs");
    let text = String::from_utf8(out).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// Whether an exporter in this mode must make no difference to the operation. A span that does not fit is freed
/// where it ends instead of by the exporter.
fn is_gated(case: &str) -> bool {
    case != "end_span_instructions/queue_full"
}

fn check(row: &Value) {
    assert_eq!(row["suite"], "isolation", "{row}");
    assert!(row["ratio"].is_f64(), "{row}");
    let case = row["case"].as_str().expect("a case");
    let of_time = case.starts_with("end_span_p") || case.starts_with("end_span_i");
    assert_eq!(row["peer"], if of_time { "up" } else { "no_exporter" }, "{row}");
    let (ours, unit) = (row["ours"].as_f64().expect("a number"), row["unit"].as_str());
    match unit.expect("a unit") {
        "{instruction}" => {
            assert!(ours >= 1.0, "nothing was counted: {row}");
            let most = if of_time { OF_THE_CLOCK } else { 0.0 };
            let difference = ours - row["peer_value"].as_f64().expect("a number");
            if is_gated(case) {
                assert!(difference.abs() <= most, "an exporter is felt: {row}");
            }
        }
        "{allocation}" => assert!(ours < 0.5, "{row}"),
        "KiB" => assert!(ours <= MOST_GROWTH_KIB, "{row}"),
        unit => assert_eq!(unit, "ns", "{row}"),
    }
}

#[test]
fn what_the_collector_does_changes_no_instruction_allocation_or_memory() {
    let valgrind = Command::new("valgrind").arg("--version").output().is_ok();
    assert!(
        valgrind || std::env::var_os("INFEROMETER_REQUIRE_ORACLES").is_none(),
        "valgrind is missing: install Debian's package `valgrind`"
    );
    let rows = rows();
    let mut expected = BTreeSet::new();
    for mode in MODES {
        expected.insert(format!("resident_growth/{mode}"));
        expected.extend(["p50", "p99", "p99.9"].map(|figure| format!("empty_{figure}/{mode}")));
        for operation in OPERATIONS {
            let figures = ["p50", "p99", "p99.9", "allocations"];
            expected.extend(figures.map(|figure| format!("{operation}_{figure}/{mode}")));
            if valgrind {
                expected.insert(format!("{operation}_instructions/{mode}"));
            }
        }
    }
    let found = rows.iter().filter_map(|row| row["case"].as_str().map(str::to_owned)).collect();
    assert_eq!(expected, found);
    rows.iter().for_each(check);
    if !valgrind {
        eprintln!("SKIPPED: valgrind is not installed");
    }
}
