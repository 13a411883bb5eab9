//! The harness's own tests: one that never fails proves nothing.

use std::{
    panic::{self, UnwindSafe},
    process::Command,
};

use inferometer_tests::{Child, Expected, Kind, Scrape, Span, family, oracle, series, tree, wait};

const PAGE: &str = "\
# HELP tokens_total Tokens.
# TYPE tokens_total counter
tokens_total{stage=\"decode\",replica=\"0\"} 5
tokens_total{stage=\"decode\",replica=\"1\"} 7
tokens_total{stage=\"prefill\",replica=\"0\"} 5
# TYPE wait_seconds histogram
wait_seconds_bucket{le=\"0.5\"} 1
wait_seconds_bucket{le=\"+Inf\"} 2
wait_seconds_sum 3.5
wait_seconds_count 2
";

fn page() -> Scrape {
    Scrape::parse(PAGE).expect("a sound page")
}

/// What a panic says.
fn message_of(run: impl FnOnce() + UnwindSafe) -> String {
    let panic = panic::catch_unwind(run).expect_err("it fails");
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).expect("a text").to_owned()
}

fn check_missing(expected: &Expected, message: &str) {
    let said = expected.find_in(&page()).expect_err("it is not there");
    assert_eq!(said, message);
}

#[test]
fn a_series_that_is_there_is_found() {
    let page = page();
    let decode = || series("tokens_total").label("stage", "decode");
    assert_eq!(decode().label("replica", "1").value(7.0).expect_in(&page).line, 4);
    series("wait_seconds_count").value(2.0).expect_in(&page);
    series("wait_seconds_bucket").label("le", "+Inf").value(2.0).expect_in(&page);
    family(&page, "tokens_total", Kind::Counter, "Tokens.");
}

#[test]
fn a_missing_series_shows_the_nearest_with_what_is_wrong() {
    check_missing(
        &series("tokens_total").label("stage", "decode").label("replica", "0").value(6.0),
        "no series tokens_total{stage=\"decode\",replica=\"0\"} 6\n\
         nearest of 3:\n  \
           tokens_total{replica=\"0\",stage=\"decode\"} 5    (value is 5, not 6)\n  \
           tokens_total{replica=\"1\",stage=\"decode\"} 7    (replica is \"1\", not \"0\"; value is 7, not 6)\n  \
           tokens_total{replica=\"0\",stage=\"prefill\"} 5    (stage is \"prefill\", not \"decode\"; value is 5, not 6)",
    );
    check_missing(
        &series("token_total"),
        "no series token_total{}\nnearest names: tokens_total, wait_seconds_count, wait_seconds_sum",
    );
}

#[test]
fn an_expectation_that_fits_two_series_is_a_failure() {
    check_missing(
        &series("tokens_total").label("stage", "decode"),
        "2 series tokens_total{stage=\"decode\"}, say which:\n  \
           tokens_total{replica=\"0\",stage=\"decode\"} 5\n  \
           tokens_total{replica=\"1\",stage=\"decode\"} 7",
    );
}

#[test]
fn a_wrong_type_or_help_is_a_failure() {
    let said = message_of(|| family(&page(), "tokens_total", Kind::Gauge, "Tokens."));
    assert!(said.contains("tokens_total") && said.contains("Gauge"), "{said}");
    let said = message_of(|| family(&page(), "tokens", Kind::Counter, "Tokens."));
    assert!(said.starts_with("no family tokens\nnearest names: tokens_total"), "{said}");
}

#[test]
fn the_parser_refuses_bad_text() {
    for (text, message) in [
        ("a 1", "line 1: the last line does not end"),
        ("a\n", "line 1: a sample without a value"),
        ("a one\n", "line 1: \"one\" is no number"),
        ("a infinity\n", "line 1: \"infinity\" is no number"),
        ("0a 1\n", "line 1: \"0a\" is no metric name"),
        ("a{0=\"x\"} 1\n", "line 1: \"0\" is no label name"),
        ("a{b:c=\"x\"} 1\n", "line 1: \"b:c\" is no label name"),
        ("a{b=\"x} 1\n", "line 1: the value of b does not end"),
        ("a{b=\"\\x\"} 1\n", "line 1: unknown escape of Some('x')"),
        ("a{b=\"x\"c=\"y\"} 1\n", "line 1: labels without a comma between them"),
        ("a{b=\"x\",b=\"y\"} 1\n", "line 1: label b is there twice"),
        ("a 1 soon\n", "line 1: \"soon\" is no timestamp"),
        ("a 1 2 3\n", "line 1: \"3\" follows the sample"),
        ("a 1\na 2\n", "line 2: the series is there twice: a 2"),
        ("a 1\nb 1\na{c=\"d\"} 1\n", "line 3: the lines of a do not stand together"),
        ("a 1\n# TYPE a gauge\n", "line 2: TYPE of a is repeated or comes after a sample"),
        ("# TYPE a number\n", "line 1: unknown type \"number\""),
        ("# HELP a x\n# HELP a y\n", "line 2: a second HELP for a"),
    ] {
        let error = Scrape::parse(text).expect_err(text);
        assert_eq!(error.to_string(), message, "{text:?}");
    }
}

#[test]
fn the_parser_refuses_a_histogram_that_contradicts_itself() {
    for (from, to) in [
        ("le=\"0.5\"} 1", "le=\"0.5\"} 3"),
        ("wait_seconds_count 2", "wait_seconds_count 3"),
        ("le=\"+Inf\"", "le=\"7\""),
        ("wait_seconds_sum 3.5", "wait_seconds 3.5"),
    ] {
        let broken = PAGE.replace(from, to);
        assert_ne!(broken, PAGE);
        assert!(Scrape::parse(&broken).is_err(), "{to}");
    }
}

#[test]
fn escapes_are_read_back() {
    let page = Scrape::parse("# HELP a back\\\\slash\\nline\na{b=\"\\\"\\\\\\n,}\"} +Inf\n")
        .expect("a sound page");
    assert_eq!(page.families[0].help.as_deref(), Some("back\\slash\nline"));
    series("a").label("b", "\"\\\n,}").value(f64::INFINITY).expect_in(&page);
}

#[test]
fn waiting_ends_at_the_deadline_and_says_what_was_seen() {
    let said = message_of(|| {
        wait::until_within(std::time::Duration::from_millis(20), "a sign", || {
            Err::<(), _>("nothing moved".to_owned())
        });
    });
    assert_eq!(said, "waited 20ms for a sign, but nothing moved");
}

#[test]
fn a_program_that_ends_early_is_a_failure_with_what_it_said() {
    let said = message_of(|| {
        let mut child = Child::spawn(Command::new("sh").args(["-c", "echo broken >&2; exit 3"]));
        child.wait_for("its address", |line| line.strip_prefix("listening on ").map(str::to_owned));
    });
    assert!(
        said.contains("ended with exit status: 3 before its address") && said.contains("broken"),
        "{said}"
    );
}

#[test]
fn an_oracle_refuses_a_bad_page() {
    if oracle::prometheus_client("a 1\n").is_some() {
        let said = message_of(|| drop(oracle::prometheus_client("a{b=\"c} 1\n")));
        assert!(said.starts_with("prometheus_client refuses the page"), "{said}");
    }
    if oracle::promtool_check("# HELP a_total A.\n# TYPE a_total counter\na_total 1\n") {
        let said = message_of(|| {
            oracle::promtool_check("# HELP a A.\n# TYPE a counter\na 1\n");
        });
        assert!(said.contains("_total"), "{said}");
    }
}

#[test]
fn a_tree_shows_children_under_their_parent_and_orphans_apart() {
    let span = |id: &str, parent: &str, start| Span {
        trace_id: "t".to_owned(),
        id: id.to_owned(),
        parent_id: parent.to_owned(),
        name: format!("span {id}"),
        kind: if parent.is_empty() { "server" } else { "internal" }.to_owned(),
        start_nanos: start,
        duration_nanos: 1,
        attributes: [("n".to_owned(), start.to_string())].into(),
        service: String::new(),
    };
    let spans = [
        span("d", "b", 4),
        span("c", "a", 3),
        span("b", "a", 2),
        span("a", "", 1),
        span("x", "gone", 5),
    ];
    let expected = "\
span a [server] n=1
|- span b n=2
|  `- span d n=4
`- span c n=3
span x n=5 (child of gone)
";
    assert_eq!(tree(&spans, &["n", "m"]), expected);
}
