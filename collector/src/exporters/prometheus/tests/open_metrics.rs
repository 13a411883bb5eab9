//! What a page of OpenMetrics says otherwise than one of text.

use std::time::Duration;

use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, HistogramDataPoint, Metric, NumberDataPoint, Summary, SummaryDataPoint, exemplar,
    metric::Data, summary_data_point::ValueAtQuantile,
};

use super::{
    super::{
        encoder::{Encoder, Options},
        format::Format,
    },
    helpers::*,
};

/// The page of these metrics, without its end.
fn page_of(metrics: Vec<Metric>) -> String {
    let ingest = ingest();
    apply(&ingest, metrics);
    let page = whole_page(&ingest, Format::OpenMetrics100, false);
    page.strip_suffix("# EOF\n").expect("an end").to_owned()
}

fn described(help: &str, unit: &str, metric: Metric) -> Metric {
    Metric { description: help.to_owned(), unit: unit.to_owned(), ..metric }
}

#[test]
fn what_counts_says_since_when_on_request_alone() {
    const START: u64 = 1_700_000_000_250_999_999;
    let ingest = ingest();
    let since = |point: NumberDataPoint| NumberDataPoint {
        start_time_unix_nano: START,
        time_unix_nano: START + 1,
        ..point
    };
    let summary = SummaryDataPoint {
        start_time_unix_nano: START,
        time_unix_nano: START + 1,
        ..SummaryDataPoint::default()
    };
    let unknown = NumberDataPoint { start_time_unix_nano: 0, ..int(2, &[("x", "unknown")]) };
    let distribution = HistogramDataPoint {
        start_time_unix_nano: START,
        time_unix_nano: START + 1,
        ..buckets(&[1.0], &[1, 2], 0.5, &[])
    };
    apply(
        &ingest,
        vec![
            counter("a", vec![since(int(7, &[("x", "y")])), unknown]),
            gauge("g", vec![since(int(1, &[]))]),
            histogram("h_total", vec![distribution]),
            metric("s", "", Data::Summary(Summary { data_points: vec![summary] })),
        ],
    );
    let shown = |created| {
        let options = Options { created, ..Options::default() };
        let page = page_with(&ingest, Format::OpenMetrics100, options);
        page.lines().filter(|line| line.contains("_created")).map(str::to_owned).collect()
    };
    let (asked, unasked): (Vec<String>, Vec<String>) = (shown(true), shown(false));
    let expected = [
        "a_created{x=\"y\"} 1700000000.250",
        "h_total_created 1700000000.250",
        "s_created 1700000000.250",
    ];
    assert_eq!(asked, expected);
    assert_eq!(unasked, [""; 0]);
    let text = page_with(&ingest, Format::Text004, Options { created: true, ..Options::default() });
    assert!(!text.contains("_created"), "{text}");
}

#[test]
fn an_empty_page_is_its_end() {
    assert_eq!(page_of(Vec::new()), "");
}

#[test]
fn a_counter_is_described_without_what_its_samples_append() {
    let metrics =
        vec![described("a \"b\" \\ \n", "By", counter("a.io", vec![int(7, &[("x", "y")])]))];
    let expected = "# TYPE a_io_bytes counter\n# UNIT a_io_bytes bytes\n\
                    # HELP a_io_bytes a \\\"b\\\" \\\\ \\n\n\
                    a_io_bytes_total{x=\"y\"} 7\n";
    assert_eq!(page_of(metrics), expected);
}

#[test]
fn bounds_and_quantiles_are_spelled_as_doubles() {
    let summary = SummaryDataPoint {
        time_unix_nano: 3,
        count: 4,
        sum: 2.5,
        quantile_values: [(0.0, -1.0), (0.5, 2.0), (1.0, f64::NAN)]
            .map(|(quantile, value)| ValueAtQuantile { quantile, value })
            .to_vec(),
        ..SummaryDataPoint::default()
    };
    let page = page_of(vec![
        histogram("h", vec![buckets(&[1.0, 2.5, 1e6], &[1, 2, 3, 4], 0.5, &[])]),
        metric("s", "", Data::Summary(Summary { data_points: vec![summary] })),
    ]);
    let expected = "# TYPE h histogram\n\
                    h_bucket{le=\"1.0\"} 1\n\
                    h_bucket{le=\"2.5\"} 3\n\
                    h_bucket{le=\"1e+06\"} 6\n\
                    h_bucket{le=\"+Inf\"} 10\n\
                    h_sum 0.5\n\
                    h_count 10\n\
                    # TYPE s summary\n\
                    s{quantile=\"0.5\"} 2\n\
                    s{quantile=\"1.0\"} NaN\n\
                    s_sum 2.5\n\
                    s_count 4\n";
    assert_eq!(page, expected);
}

#[test]
fn a_sum_that_might_fall_is_not_shown() {
    for (bounds, sum) in [(&[-1.0, 1.0], 5.0), (&[0.5, 1.0], -0.5), (&[0.5, 1.0], f64::NAN)] {
        let page = page_of(vec![histogram("h", vec![buckets(bounds, &[1, 2, 3], sum, &[])])]);
        assert!(!page.contains("h_sum") && !page.contains("h_count"), "{page}");
        assert!(page.contains("h_bucket{le=\"+Inf\"} 6\n"), "{page}");
    }
}

#[test]
fn resources_are_information_about_the_target() {
    let ingest = ingest();
    let scoped = of_scope(None, vec![gauge("g", vec![int(1, &[])])]);
    let resource = [("service.name", "s"), ("host.name", "h")];
    apply_at(&ingest, &of_resource(&resource, vec![scoped]), Duration::ZERO);
    let page = whole_page(&ingest, Format::OpenMetrics100, false);
    assert!(page.contains("# TYPE target info\n"), "{page}");
    assert!(page.contains("\ntarget_info{host_name=\"h\",job=\"s\"} 1\n"), "{page}");
}

#[test]
fn what_has_no_place_beside_a_histogram_is_left_out_alone() {
    let ingest = ingest();
    let metrics = vec![
        gauge("h.created", vec![int(7, &[]), int(7, &[("x", "y")])]),
        gauge("i", vec![int(8, &[])]),
        histogram("h", vec![buckets(&[1.0], &[1, 2], 0.5, &[])]),
    ];
    assert_eq!(apply(&ingest, metrics).kept, 4);
    let mut encoder = Encoder::new(Format::OpenMetrics100, Options::default());
    let mut page = Vec::new();
    while encoder.piece(ingest.store(), &mut page) {}
    assert_eq!(encoder.omitted(), 1);
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("created"), "{page}");
    assert!(page.contains("h_count 3\n") && page.contains("\ni 8\n"), "{page}");
}

#[test]
fn timestamps_are_seconds() {
    for (nanoseconds, expected) in
        [(1_700_000_000_123_999_999, "g 7 1700000000.123\n"), (5_000_000, "g 7 0.005\n")]
    {
        let ingest = ingest();
        let point = NumberDataPoint { time_unix_nano: nanoseconds, ..int(7, &[]) };
        apply(&ingest, vec![gauge("g", vec![point])]);
        let page = whole_page(&ingest, Format::OpenMetrics100, true);
        assert!(page.contains(expected), "{page}");
    }
}

#[test]
fn the_end_comes_once_also_while_series_appear() {
    let ingest = ingest();
    apply(&ingest, vec![gauge("a", vec![int(1, &[])])]);
    let mut encoder = Encoder::new(Format::OpenMetrics100, Options::default());
    let mut page = Vec::new();
    assert!(encoder.piece(ingest.store(), &mut page));
    apply(&ingest, vec![gauge("b", vec![int(2, &[])])]);
    assert!(!encoder.piece(ingest.store(), &mut page));
    assert!(page.ends_with(b"a 1\n# EOF\n"));
}

#[test]
fn exemplars_stand_behind_counters_and_the_buckets_that_counted_them() {
    let at = |value: f64, time: u64| Exemplar {
        time_unix_nano: time,
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        value: Some(exemplar::Value::AsDouble(value)),
        ..Exemplar::default()
    };
    let (counted, gauged) = (
        NumberDataPoint { exemplars: vec![at(1.0, 2_500_000_000)], ..int(7, &[]) },
        NumberDataPoint { exemplars: vec![at(9.0, 1)], ..int(8, &[]) },
    );
    let point = buckets(&[1.0, 2.0], &[1, 2, 3], 0.5, &[]);
    let exemplars = vec![at(0.5, 3_000_000_000), at(7.25, 4_000_000_000)];
    let observed = HistogramDataPoint { exemplars, ..point };
    let metrics =
        vec![counter("c", vec![counted]), gauge("g", vec![gauged]), histogram("h", vec![observed])];
    let ids = format!("trace_id=\"{}\"", "ab".repeat(16));
    let ids = format!("span_id=\"{}\",{ids}", "cd".repeat(8));
    let expected = format!(
        "# TYPE c counter\nc_total 7 # {{{ids}}} 1 2.500\n\
         # TYPE g gauge\ng 8\n\
         # TYPE h histogram\n\
         h_bucket{{le=\"1.0\"}} 1 # {{{ids}}} 0.5 3.000\n\
         h_bucket{{le=\"2.0\"}} 3\n\
         h_bucket{{le=\"+Inf\"}} 6 # {{{ids}}} 7.25 4.000\n\
         h_sum 0.5\nh_count 6\n"
    );
    let ingest = ingest();
    apply(&ingest, metrics);
    let page = whole_page(&ingest, Format::OpenMetrics100, false);
    assert_eq!(page.strip_suffix("# EOF\n"), Some(&*expected));
    assert!(!whole_page(&ingest, Format::Text004, false).contains(" # "));
}
