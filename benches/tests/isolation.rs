//! What the exporter goes through changes no instruction of a record.

use std::{collections::BTreeSet, process::Command};

use clap::Parser;
use inferometer_benches::{Args, run};
use serde_json::Value;

const MODES: [&str; 4] = ["up", "refused", "hung", "trickle"];

fn rows() -> Vec<Value> {
    let mut args = Args::try_parse_from(["inferometer-benches", "isolation", "--quick", "--json"])
        .expect("the arguments are right");
    args.program = Some(env!("CARGO_BIN_EXE_inferometer-benches").into());
    let mut out = Vec::new();
    run(&args, &mut out, &mut Vec::new()).expect("the suite runs");
    let text = String::from_utf8(out).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn a_record_executes_the_same_instructions_whatever_the_collector_does() {
    let valgrind = Command::new("valgrind").arg("--version").output().is_ok();
    assert!(
        valgrind || std::env::var_os("INFEROMETER_REQUIRE_ORACLES").is_none(),
        "valgrind is missing: install Debian's package `valgrind`"
    );
    let rows = rows();
    let figures = ["p50", "p99", "p99.9"];
    let mut expected = BTreeSet::new();
    for mode in MODES {
        for operation in ["counter", "histogram", "empty"] {
            expected.extend(figures.map(|figure| format!("{operation}_{figure}/{mode}")));
        }
        if valgrind {
            expected
                .extend(["counter", "histogram"].map(|name| format!("{name}_instructions/{mode}")));
        }
    }
    let found = rows.iter().filter_map(|row| row["case"].as_str().map(str::to_owned)).collect();
    assert_eq!(expected, found);
    for row in &rows {
        assert_eq!(row["suite"], "isolation", "{row}");
        assert_eq!(row["peer"], "no_exporter", "{row}");
        assert!(row["ratio"].is_f64(), "{row}");
        if row["unit"] == "{instruction}" {
            assert!(row["ours"].as_f64() >= Some(1.0), "nothing was counted: {row}");
            assert_eq!(row["ours"], row["peer_value"], "an exporter is felt: {row}");
        } else {
            assert_eq!(row["unit"], "ns", "{row}");
        }
    }
    if !valgrind {
        eprintln!("SKIPPED: valgrind is not installed");
    }
}
