//! Names in any characters, for readers who take them and for those who do not.

use std::{collections::HashSet, time::Duration};

use inferometer_semconv::{prometheus_escaping::Escaping, prometheus_namer::Strategy};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use prost::Message;

use super::{
    super::{
        encoder::{Encoder, Options},
        format::{Format, Wanted},
        ingest::{Applied, Ingest},
        translate::Translation,
    },
    helpers::*,
    protobuf::families,
};
use crate::config::PrometheusSettings;

/// Sends metrics to a store that keeps names as they are.
fn send(ingest: &Ingest, metrics: Vec<Metric>) -> Applied {
    let settings = PrometheusSettings {
        translation_strategy: Strategy::NoTranslation,
        scope_info: false,
        ..PrometheusSettings::default()
    };
    let translation = Translation::new("prometheus", &settings);
    ingest.apply(&translation, &request(metrics).encode_to_vec(), Duration::ZERO)
}

fn page(ingest: &Ingest, format: Format, escaping: Escaping) -> String {
    let wanted = Wanted { format, escaping: Some(escaping) };
    let (mut encoder, mut page) = (Encoder::new(wanted, Options::default()), Vec::new());
    while encoder.piece(ingest.store(), &mut page) {}
    String::from_utf8(page).unwrap()
}

#[test]
fn a_reader_of_any_names_sees_them_as_they_are() {
    let ingest = ingest();
    let help = Metric { description: "h".to_owned(), ..gauge("größe", vec![int(1, &[])]) };
    send(
        &ingest,
        vec![
            help,
            histogram("a.h", vec![buckets(&[1.0], &[1, 2], 0.5, &[("x.y", "q\"")])]),
            counter("b.c_total", vec![int(2, &[])]),
            counter("c.d.total", vec![int(3, &[("z", "1")])]),
        ],
    );
    let text = "# TYPE \"a.h\" histogram\n\
                {\"a.h_bucket\",\"x.y\"=\"q\\\"\",le=\"1\"} 1\n\
                {\"a.h_bucket\",\"x.y\"=\"q\\\"\",le=\"+Inf\"} 3\n\
                {\"a.h_sum\",\"x.y\"=\"q\\\"\"} 0.5\n\
                {\"a.h_count\",\"x.y\"=\"q\\\"\"} 3\n\
                # TYPE \"b.c_total\" counter\n{\"b.c_total\"} 2\n\
                # TYPE \"c.d.total\" counter\n{\"c.d.total\",z=\"1\"} 3\n\
                # HELP \"größe\" h\n# TYPE \"größe\" gauge\n{\"größe\"} 1\n";
    assert_eq!(page(&ingest, Format::Text100, Escaping::AllowUtf8), text);
    let open_metrics = page(&ingest, Format::OpenMetrics100, Escaping::AllowUtf8);
    for expected in [
        "# TYPE \"b.c\" counter\n{\"b.c_total\"} 2\n",
        "# TYPE \"c.d.total\" unknown\n{\"c.d.total\",z=\"1\"} 3\n",
        "{\"a.h_bucket\",\"x.y\"=\"q\\\"\",le=\"1.0\"} 1\n",
        "# TYPE \"größe\" gauge\n# HELP \"größe\" h\n{\"größe\"} 1\n",
    ] {
        assert!(open_metrics.contains(expected), "{open_metrics}");
    }
    let values = page(&ingest, Format::Text100, Escaping::Values);
    assert!(values.contains("U__a_2e_h_bucket{U__x_2e_y=\"q\\\"\",le=\"1\"} 1\n"), "{values}");
    let dots = page(&ingest, Format::OpenMetrics100, Escaping::Dots);
    assert!(dots.contains("# TYPE b_dot_c_ counter\nb_dot_c__total 2\n"), "{dots}");
    let classic = page(&ingest, Format::Text004, Escaping::Underscores);
    assert!(classic.contains("a_h_bucket{x_y=\"q\\\"\",le=\"1\"} 1\n"), "{classic}");
}

#[test]
fn names_that_are_one_to_some_readers_are_all_shown_to_all() {
    const SERIES: usize = 1000;
    let ingest = ingest();
    // In turn, so that no order but the right one puts them together.
    for x in 0..SERIES {
        let name = ["a.b", "a_b", "a-b"][x % 3];
        let point = int(x as i64, &[("x", &format!("{x:04}"))]);
        assert_eq!(send(&ingest, vec![gauge(name, vec![point])]).kept, 1);
    }
    for (_, escaping) in Escaping::ALL {
        for format in [Format::Text100, Format::OpenMetrics100] {
            let page = page(&ingest, format, escaping);
            let mut seen = HashSet::new();
            let mut heads = HashSet::new();
            let mut head = "";
            for line in page.lines().filter(|line| *line != "# EOF") {
                if let Some(typed) = line.strip_prefix("# TYPE ") {
                    head = typed.split(' ').next().unwrap().trim_matches('"');
                    assert!(heads.insert(head), "{escaping:?}: a second head of {head}");
                } else {
                    assert!(line.trim_start_matches("{\"").starts_with(head), "{line}");
                    assert!(seen.insert(line), "{line}");
                }
            }
            assert_eq!(seen.len(), SERIES);
            let names = match escaping {
                Escaping::Underscores => 1,
                Escaping::Dots => 2,
                Escaping::AllowUtf8 | Escaping::Values => 3,
            };
            assert_eq!(heads.len(), names, "{escaping:?}: {heads:?}");
        }
    }
}

#[test]
fn protobuf_has_the_names_that_were_asked_for() {
    let ingest = ingest();
    for x in 0..6 {
        let name = ["a.b", "a_b"][x % 2];
        let point = int(x as i64, &[("x.y", &x.to_string())]);
        send(&ingest, vec![gauge(name, vec![point])]);
    }
    for (escaping, names, label) in [
        (Escaping::Underscores, &[("a_b", 6)][..], "x_y"),
        (Escaping::AllowUtf8, &[("a.b", 3), ("a_b", 3)], "x.y"),
        (Escaping::Dots, &[("a_dot_b", 3), ("a__b", 3)], "x_dot_y"),
        (Escaping::Values, &[("U__a_2e_b", 3), ("a_b", 3)], "U__x_2e_y"),
    ] {
        let wanted = Wanted { format: Format::Protobuf, escaping: Some(escaping) };
        let (mut encoder, mut page) = (Encoder::new(wanted, Options::default()), Vec::new());
        while encoder.piece(ingest.store(), &mut page) {}
        let families = families(&page);
        let seen: Vec<_> =
            families.iter().map(|family| (family.name(), family.metric.len())).collect();
        assert_eq!(seen, names, "{escaping:?}");
        let mut labels = families.iter().flat_map(|family| &family.metric);
        assert!(labels.all(|metric| metric.label[0].name() == label), "{escaping:?}");
    }
}

#[test]
fn of_two_series_that_are_one_to_some_readers_all_see_the_first() {
    let ingest = ingest();
    assert_eq!(send(&ingest, vec![gauge("a.b", vec![int(1, &[("x.y", "1")])])]).kept, 1);
    for (name, label) in [("a_b", "x.y"), ("a.b", "x_y")] {
        let applied = send(&ingest, vec![gauge(name, vec![int(2, &[(label, "1")])])]);
        assert_eq!(applied.kept, 0, "{name}");
        assert!(applied.message.is_some());
    }
    for (_, escaping) in Escaping::ALL {
        let page = page(&ingest, Format::Text100, escaping);
        assert!(page.ends_with(" 1\n") && page.lines().count() == 2, "{page}");
    }
}

#[test]
fn a_series_that_ended_is_seen_by_nobody() {
    let ingest = ingest();
    let metrics = |flags| {
        let points = ["1", "2"].map(|x| int(1, &[("x", x)]));
        let mut points = points.to_vec();
        points[0].flags = flags;
        points.iter_mut().for_each(|point| point.time_unix_nano += u64::from(flags));
        vec![gauge("a.b", points)]
    };
    send(&ingest, metrics(0));
    send(&ingest, metrics(GONE));
    for (_, escaping) in Escaping::ALL {
        let page = page(&ingest, Format::Text100, escaping);
        assert!(!page.contains("x=\"1\"") && page.contains("x=\"2\""), "{page}");
    }
}

#[test]
fn a_label_that_another_needs_moves_aside_however_it_is_spelled() {
    let ingest = ingest();
    send(&ingest, vec![gauge("g", vec![int(1, &[(".._x", "1"), ("", "2"), ("a\0b", "3")])])]);
    let page = page(&ingest, Format::Text100, Escaping::AllowUtf8);
    let expected = "g{_=\"2\",a_b=\"3\",\"exported_.._x\"=\"1\"} 1\n";
    assert!(page.ends_with(expected), "{page}");
}

#[test]
fn no_series_costs_an_allocation_to_show() {
    const SERIES: usize = 5000;
    let ingest = ingest();
    let points = (0..SERIES).map(|x| int(1, &[("x.y", &format!("{x:04}")), ("z_z", "1")]));
    send(&ingest, vec![gauge("a.b", points.collect())]);
    for (_, escaping) in Escaping::ALL {
        for format in [Format::Text100, Format::OpenMetrics100] {
            let wanted = Wanted { format, escaping: Some(escaping) };
            let mut page = Vec::with_capacity(SERIES * 64);
            let counted = allocation_counter::measure(|| {
                let mut encoder = Encoder::new(wanted, Options::default());
                while encoder.piece(ingest.store(), &mut page) {}
            });
            assert_eq!(page.split(|byte| *byte == b'\n').count() / SERIES, 1);
            // One for each few hundred series that are taken from the store together.
            let allocations = usize::try_from(counted.count_total).unwrap();
            assert!(allocations < SERIES / 50, "{allocations} for {format:?} {escaping:?}");
        }
    }
}
