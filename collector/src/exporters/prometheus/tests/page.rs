//! Any page is one that a strict reader of the format accepts.

use std::{collections::HashSet, time::Duration};

use opentelemetry_proto::tonic::metrics::v1::{
    HistogramDataPoint, Metric, NumberDataPoint, Summary, SummaryDataPoint, metric::Data,
    summary_data_point::ValueAtQuantile,
};
use proptest::prelude::*;

use super::{super::format::Format, helpers::*};

/// Name, labels and value.
type Sample = (String, Vec<(String, String)>, f64);

/// Splits a sample into name, labels and value by the format's grammar, written here on its own.
fn parse_sample(line: &str) -> Result<Sample, String> {
    let name_end = line.find(['{', ' ']).ok_or("no end of the name")?;
    let (name, mut rest) = line.split_at(name_end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        loop {
            if let Some(behind) = rest.strip_prefix('}') {
                rest = behind;
                break;
            }
            let (label, quoted) = rest.split_once("=\"").ok_or("a label without a value")?;
            let (value, behind) = parse_quoted(quoted)?;
            labels.push((label.to_owned(), value));
            rest = behind.strip_prefix(',').unwrap_or(behind);
        }
    }
    let number = rest.strip_prefix(' ').ok_or("no space before the value")?;
    let number = match number {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        plain if plain.bytes().all(|byte| b"0123456789+-.e".contains(&byte)) => {
            plain.parse().map_err(|cause| format!("{plain}: {cause}"))?
        }
        other => return Err(format!("{other} is no number")),
    };
    Ok((name.to_owned(), labels, number))
}

fn parse_quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &text[index + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('\\' | '"'))) => value.push(escaped),
                other => return Err(format!("escape {other:?}")),
            },
            plain => value.push(plain),
        }
    }
    Err("no closing quote".to_owned())
}

fn is_name(name: &str, extra: &str) -> bool {
    let first = |char: char| char.is_ascii_alphabetic() || char == '_' || extra.contains(char);
    name.starts_with(first) && name.chars().all(|char| first(char) || char.is_ascii_digit())
}

/// Checks names, labels, order and uniqueness of a whole page, and returns its samples.
fn check_page(page: &str) -> Result<Vec<Sample>, String> {
    if !page.is_empty() && !page.ends_with('\n') {
        return Err("the last line does not end".to_owned());
    }
    let (mut family, mut families, mut seen) = (String::new(), HashSet::new(), HashSet::new());
    let mut helped = HashSet::new();
    let mut samples = Vec::new();
    for line in page.split_terminator('\n') {
        if let Some(typed) = line.strip_prefix("# TYPE ") {
            family = typed.split(' ').next().unwrap_or_default().to_owned();
            if !families.insert(family.clone()) {
                return Err(format!("a second TYPE for {family}"));
            }
            continue;
        }
        if let Some(help) = line.strip_prefix("# HELP ") {
            let of = help.split(' ').next().unwrap_or_default();
            if families.contains(of) || !helped.insert(of.to_owned()) {
                return Err(format!("a second or late HELP for {of}"));
            }
            continue;
        }
        let sample = parse_sample(line).map_err(|why| format!("{line:?}: {why}"))?;
        let (name, labels, _) = &sample;
        let names: HashSet<&String> = labels.iter().map(|(name, _)| name).collect();
        let labels_are_names =
            names.iter().all(|name| is_name(name, "") && !name.starts_with("__"));
        if !is_name(name, ":") || !labels_are_names || names.len() != labels.len() {
            return Err(format!("{line:?} has a wrong or double name"));
        }
        let suffixes = ["", "_bucket", "_sum", "_count"];
        if !suffixes.iter().any(|suffix| *name == format!("{family}{suffix}")) {
            return Err(format!("{line:?} is not of the family {family}"));
        }
        if !seen.insert((name.clone(), labels.clone())) {
            return Err(format!("{line:?} comes twice"));
        }
        samples.push(sample);
    }
    Ok(samples)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_strings_give_a_page_that_a_strict_reader_accepts(
        metrics in prop::collection::vec((".{0,12}", "\\PC{0,6}", ".{0,20}", 0_u8..4), 1..8),
        pairs in prop::collection::vec(("[a-z._\\-:]{0,6}|.{0,8}", ".{0,12}|[\\\\\"\n]{0,6}"), 0..6),
        scope_name in ".{0,8}",
        number in any::<f64>(),
    ) {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
        let metrics = metrics.iter().map(|(name, unit, help, kind)| {
            let made = match kind {
                0 => gauge(name, vec![double(number, &pairs), double(1.0, &[])]),
                1 => counter(name, vec![int(3, &pairs)]),
                2 => metric(name, unit, sum(vec![double(number, &pairs)], false, CUMULATIVE)),
                _ => histogram(name, vec![buckets(&[0.5, 1.0], &[1, 2, 3], number, &pairs)]),
            };
            opentelemetry_proto::tonic::metrics::v1::Metric { unit: unit.clone(), description: help.clone(), ..made }
        });
        let scoped = of_scope(Some(scope(&scope_name, "", &pairs)), metrics.collect());
        let ingest = ingest();
        apply_at(&ingest, &of_resource(&pairs, vec![scoped]), Duration::ZERO);
        let page = page(&ingest);
        prop_assert!(check_page(&page).is_ok(), "{:?}\n{page}", check_page(&page));
    }

    #[test]
    fn a_label_value_survives_the_page(value in ".{1,20}|[\\\\\"\nn]{1,8}") {
        let ingest = ingest();
        apply(&ingest, vec![gauge("m", vec![int(1, &[("a", &value)])])]);
        let samples = check_page(&page(&ingest)).unwrap();
        prop_assert_eq!(&samples[0].1, &[("a".to_owned(), value)]);
    }
}

#[test]
fn a_page_of_many_pieces_has_every_series_once_in_order() {
    const SERIES: usize = 5000;
    let ingest = ingest();
    for name in ["b", "a"] {
        let points = (0..SERIES)
            .map(|x| int(7, &[("x", &format!("{x:05} {}", "long ".repeat(8)))]))
            .collect();
        assert_eq!(apply(&ingest, vec![gauge(name, points)]).kept, SERIES as u64);
    }
    let page = page(&ingest);
    assert!(page.len() > 500_000, "{} bytes are too few for several pieces", page.len());
    let samples = check_page(&page).unwrap();
    assert_eq!(samples.len(), 2 * SERIES);
    assert!(samples.is_sorted_by(|a, b| (&a.0, &a.1) < (&b.0, &b.1)));
}

/// A histogram with labels and one without, a summary, and numbers.
fn one_of_each() -> Vec<Metric> {
    let quantile = |quantile, value| ValueAtQuantile { quantile, value };
    let summary = SummaryDataPoint {
        attributes: attributes(&[("a", "x")]),
        time_unix_nano: 3_000_000,
        count: 4,
        sum: 2.5,
        quantile_values: vec![quantile(0.5, 1.0), quantile(0.99, f64::NAN)],
        ..SummaryDataPoint::default()
    };
    let timed = |pairs: &[(&str, &str)], bounds: &[f64], counts: &[u64]| HistogramDataPoint {
        time_unix_nano: 2_999_999,
        ..buckets(bounds, counts, 0.5, pairs)
    };
    vec![
        gauge("g", vec![NumberDataPoint { time_unix_nano: 0, ..int(-7, &[]) }]),
        histogram("h", vec![timed(&[], &[0.25, 1.0], &[1, 2, 3])]),
        histogram("i", vec![timed(&[("a", "x")], &[1.0, f64::INFINITY], &[2, 3, 0])]),
        histogram("j", vec![timed(&[("a", "x")], &[], &[])]),
        metric("s", "", Data::Summary(Summary { data_points: vec![summary] })),
    ]
}

#[test]
fn every_kind_has_its_lines() {
    let expected = [
        "g -7",
        "h_bucket{le=\"0.25\"} 1",
        "h_bucket{le=\"1\"} 3",
        "h_bucket{le=\"+Inf\"} 6",
        "h_sum 0.5",
        "h_count 6",
        "i_bucket{a=\"x\",le=\"1\"} 2",
        "i_bucket{a=\"x\",le=\"+Inf\"} 5",
        "i_sum{a=\"x\"} 0.5",
        "i_count{a=\"x\"} 5",
        "j_bucket{a=\"x\",le=\"+Inf\"} 0",
        "j_sum{a=\"x\"} 0.5",
        "j_count{a=\"x\"} 0",
        "s{a=\"x\",quantile=\"0.5\"} 1",
        "s{a=\"x\",quantile=\"0.99\"} NaN",
        "s_sum{a=\"x\"} 2.5",
        "s_count{a=\"x\"} 4",
    ];
    check(one_of_each(), &expected);
}

#[test]
fn with_timestamps_every_line_has_that_of_its_point_in_milliseconds() {
    let ingest = ingest();
    apply(&ingest, one_of_each());
    let plain = page(&ingest);
    let timed = whole_page(&ingest, Format::Text004, true);
    for (plain, timed) in plain.lines().zip(timed.lines()) {
        let expected = match plain.as_bytes()[0] {
            b'#' | b'g' => plain.to_owned(),
            b's' => format!("{plain} 3"),
            _ => format!("{plain} 2"),
        };
        assert_eq!(timed, expected);
    }
    assert_eq!(plain.lines().count(), timed.lines().count());
}
