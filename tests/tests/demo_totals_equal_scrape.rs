//! The demo's account is true: what it prints at the end is what a scrape shows, and what its fleet recorded.

use std::{fs, path::Path, process::Command};

use inferometer_tests::{Child, Ended, Scrape, collector_program, oracle};
use serde_json::Value;

fn demo(arguments: &[&str]) -> Child {
    Child::spawn(Command::new(collector_program()).arg("demo").args(arguments))
}

/// Runs it for ten seconds; its totals and its last page.
fn run() -> (Value, Scrape) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scrape.txt");
    let ended = demo(&["--for", "10s", "--json", "--scrape-to", path(&file)]).wait();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let [totals] = &*ended.stdout else { panic!("one line was expected: {:?}", ended.stdout) };
    let page = fs::read_to_string(&file).expect("the page was saved");
    let scrape = Scrape::parse(&page).unwrap_or_else(|error| panic!("{error} in\n{page}"));
    (serde_json::from_str(totals).expect("JSON"), scrape)
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A total of one stage equals the sum of the series with these labels.
#[expect(clippy::cast_precision_loss, reason = "far below the 2^53 that are exact")]
fn check(page: &Scrape, total: &Value, name: &str, labels: &[(&str, &str)]) {
    let (sum, series) = page.sum(name, labels);
    let total = total.as_u64().unwrap_or_else(|| panic!("{name} {labels:?} has no total"));
    assert!(series > 0, "no series {name} {labels:?}");
    assert_eq!(sum, total as f64, "{name} {labels:?}");
}

fn check_stage(page: &Scrape, stage: &str, totals: &Value) {
    let of_stage = ("infer_stage", stage);
    let (received, recorded) = (&totals["received"][stage], &totals["recorded"][stage]);
    assert_eq!(received, recorded);
    for (key, name) in [
        ("input_tokens", "infer_token_input_total"),
        ("output_tokens", "infer_token_output_total"),
        ("transfers", "infer_transfer_size_bytes_count"),
        ("transfer_bytes", "infer_transfer_io_bytes_total"),
    ] {
        check(page, &received[key], name, &[of_stage]);
    }
    for (key, name, label) in [
        ("requests", "infer_request_finished_total", "infer_request_finish_reason"),
        ("prompt_tokens", "infer_kv_cache_prompt_tokens_total", "infer_kv_cache_source"),
    ] {
        for (value, total) in received[key].as_object().expect("totals by value") {
            // A reason that never occurred may have no series.
            if total != 0 {
                check(page, total, name, &[of_stage, (label, value)]);
            }
        }
    }
}

/// What the collector counted about itself.
fn check_items(page: &Scrape, signal: &str, totals: &Value) {
    for (key, name) in [
        ("accepted", "infer_collector_item_accepted_total"),
        ("refused", "infer_collector_item_refused_total"),
        ("rejected", "infer_collector_item_rejected_total"),
    ] {
        check(page, &totals[key], name, &[("infer_signal", signal)]);
    }
}

#[test]
fn what_it_prints_is_what_a_scrape_shows_and_what_was_recorded() {
    let (totals, page) = run();
    assert_eq!(totals["conserved"], true, "{totals}");
    for stage in ["prefill", "decode"] {
        check_stage(&page, stage, &totals);
    }
    check_items(&page, "metrics", &totals["points"]);
    check_items(&page, "traces", &totals["spans"]);
    for stage_tokens in ["/received/decode/output_tokens", "/received/prefill/input_tokens"] {
        let tokens = totals.pointer(stage_tokens).and_then(Value::as_u64);
        assert!(tokens.is_some_and(|tokens| tokens > 0), "{stage_tokens} in {totals}");
    }
    assert_eq!(
        (&totals["points"]["refused"], &totals["points"]["rejected"]),
        (&0.into(), &0.into())
    );
    oracle::promtool_check(&page.text);
}

/// Arrivals and lengths come from the seed, so what clients bring does not depend on the machine.
#[test]
fn one_seed_brings_the_same_requests() {
    let input_tokens = |seed| {
        let ended = demo(&["--for", "1s", "--rate", "8", "--json", "--seed", seed]).wait();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let totals: Value = serde_json::from_str(&ended.stdout.concat()).expect("JSON");
        totals["recorded"]["decode"]["input_tokens"].as_u64()
    };
    let first = input_tokens("3");
    assert!(first > Some(0), "{first:?}");
    assert_eq!(first, input_tokens("3"));
    assert_ne!(first, input_tokens("4"));
}

#[test]
fn a_wrong_time_is_refused_with_its_format() {
    let ended = demo(&["--for", "soon"]).wait();
    assert_eq!(ended.code, Some(2), "{ended:?}");
    let said = ended.stderr.join("\n");
    for part in ["--for", "\"soon\"", "10s"] {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
}

#[test]
fn it_ends_cleanly_on_ctrl_c_and_prints_plain_lines_to_a_pipe() {
    let mut demo = demo(&[]);
    demo.wait_for("the page's address", |line| line.contains("/metrics").then_some(()));
    let Ended { code, stdout, stderr } = demo.interrupt();
    assert_eq!(code, Some(0), "{stderr:?}");
    assert!(!stdout.is_empty());
    let escapes: Vec<&String> = stdout.iter().filter(|line| line.contains('\u{1b}')).collect();
    assert_eq!(escapes, [""; 0]);
}
