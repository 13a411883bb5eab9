//! The page in protobuf, as prost reads it.

mod native;

use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, Metric as SentMetric, NumberDataPoint, Summary as SentSummary,
    SummaryDataPoint, metric::Data, summary_data_point::ValueAtQuantile,
};
use prost_types::Timestamp;

pub(super) use super::super::model::client_model::families;
use super::super::{
    encoder::{Encoder, Options, PIECE_BYTES},
    format::Format,
    ingest::Ingest,
    model::client_model::{self, Metric, MetricFamily, MetricType},
};
use super::helpers::*;

pub(super) fn bytes(ingest: &Ingest, options: Options) -> Vec<u8> {
    let (mut encoder, mut page) = (Encoder::new(Format::Protobuf, options), Vec::new());
    while encoder.piece(ingest.store(), &mut page) {}
    page
}

fn read(ingest: &Ingest) -> Vec<MetricFamily> {
    families(&bytes(ingest, Options::default()))
}

/// The families after one request.
fn shown(metrics: Vec<SentMetric>) -> Vec<MetricFamily> {
    let ingest = ingest();
    let kept = apply(&ingest, metrics).kept;
    assert!(kept > 0);
    read(&ingest)
}

/// The only series after one request.
fn only(metric: SentMetric) -> Metric {
    let [mut family] = <[_; 1]>::try_from(shown(vec![metric])).unwrap();
    assert_eq!(family.metric.len(), 1);
    family.metric.remove(0)
}

fn summary(name: &str, quantiles: &[(f64, f64)]) -> SentMetric {
    let pair =
        |(quantile, value): &(f64, f64)| ValueAtQuantile { quantile: *quantile, value: *value };
    let point = SummaryDataPoint {
        start_time_unix_nano: 3_000_000_004,
        time_unix_nano: 5_000_000_000,
        count: 7,
        sum: 9.5,
        quantile_values: quantiles.iter().map(pair).collect(),
        ..SummaryDataPoint::default()
    };
    metric(name, "", Data::Summary(SentSummary { data_points: vec![point] }))
}

const CREATED: Option<Timestamp> = Some(Timestamp { seconds: 3, nanos: 4 });

#[test]
fn a_counter_has_its_name_value_start_and_exemplar() {
    let point = NumberDataPoint {
        start_time_unix_nano: 3_000_000_004,
        time_unix_nano: 5_000_000_000,
        exemplars: vec![sent(2.5, 4_000_000_005)],
        ..int(42, &[("stage", "decode \"1\"\n\\"), ("größe", "é")])
    };
    let mut sum = metric("tokens", "s", sum(vec![point], true, CUMULATIVE));
    sum.description = "How many\n\"tokens\".".to_owned();
    let [family] = <[_; 1]>::try_from(shown(vec![sum])).unwrap();
    assert_eq!(family.name(), "tokens_seconds_total");
    assert_eq!(family.help(), "How many\n\"tokens\".");
    assert_eq!((family.r#type(), family.unit()), (MetricType::Counter, "seconds"));
    let [metric] = <[_; 1]>::try_from(family.metric).unwrap();
    assert_eq!(metric.labels(), [("gr_e", "é"), ("stage", "decode \"1\"\n\\")]);
    let counter = metric.counter.unwrap();
    assert_eq!((counter.value(), counter.created_timestamp), (42.0, CREATED));
    let exemplar = counter.exemplar.unwrap();
    assert_eq!(exemplar.what_and_when(), (2.5, 4_000_000_005));
    let (span, trace) = ("02".repeat(8), "01".repeat(16));
    assert_eq!(exemplar.labels(), [("span_id", &*span), ("trace_id", &*trace)]);
}

#[test]
fn numbers_are_said_by_their_kind_also_where_they_are_zero() {
    let unknown = |name: &str| SentMetric {
        metadata: attributes(&[("prometheus.type", "unknown")]),
        ..gauge(name, vec![double(0.0, &[])])
    };
    let all = shown(vec![gauge("g", vec![int(0, &[])]), unknown("u")]);
    assert_eq!(all[0].r#type(), MetricType::Gauge);
    assert_eq!(all[0].metric[0].gauge.as_ref().unwrap().value, Some(0.0));
    assert_eq!(all[1].r#type(), MetricType::Untyped);
    assert_eq!(all[1].metric[0].untyped.as_ref().unwrap().value, Some(0.0));
    let zero = only(counter("c", vec![int(0, &[])])).counter.unwrap();
    assert_eq!((zero.value, zero.exemplar), (Some(0.0), None));
}

#[test]
fn a_summary_has_its_quantiles_count_sum_and_start() {
    let summary = only(summary("s", &[(0.0, 1.0), (0.5, f64::NAN)])).summary.unwrap();
    assert_eq!((summary.sample_count, summary.sample_sum), (Some(7), Some(9.5)));
    assert_eq!(summary.created_timestamp, CREATED);
    let quantiles: Vec<_> = summary.quantile.iter().map(|q| (q.quantile(), q.value())).collect();
    assert_eq!(quantiles[0], (0.0, 1.0));
    assert!(quantiles[1].0 == 0.5 && quantiles[1].1.is_nan());
}

#[test]
fn explicit_buckets_are_classic_ones_with_the_latest_exemplar_of_each() {
    let mut point = buckets(&[1.0, 2.0], &[1, 2, 3], 4.0, &[]);
    point.exemplars = vec![sent(1.0, 7), sent(0.5, 6), sent(9.0, 8)];
    let histogram = only(histogram("h", vec![point])).histogram.unwrap();
    assert_eq!((histogram.sample_count, histogram.sample_sum), (Some(6), Some(4.0)));
    let buckets: Vec<_> = histogram
        .bucket
        .iter()
        .map(|it| {
            let exemplar = it.exemplar.as_ref().map(|it| it.what_and_when());
            (it.upper_bound(), it.cumulative_count(), exemplar)
        })
        .collect();
    let last = (f64::INFINITY, 6, Some((9.0, 8)));
    assert_eq!(buckets, [(1.0, 1, Some((1.0, 7))), (2.0, 3, None), last]);
    assert_eq!((histogram.schema, histogram.zero_threshold), (None, None));
    assert!(histogram.exemplars.is_empty());
}

#[test]
fn a_sum_that_nobody_keeps_is_no_number() {
    let point = opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint {
        sum: None,
        ..buckets(&[1.0], &[1, 2], 0.0, &[])
    };
    let histogram = only(histogram("h", vec![point])).histogram.unwrap();
    assert!(histogram.sample_sum.unwrap().is_nan());
}

#[test]
fn times_are_shown_where_they_are_wanted_and_known() {
    let ingest = ingest();
    let point = |time| NumberDataPoint { time_unix_nano: time, ..int(1, &[]) };
    apply(&ingest, vec![gauge("known", vec![point(5_000_000)]), gauge("unknown", vec![point(0)])]);
    let times = |timestamps| {
        let options = Options { timestamps, ..Options::default() };
        families(&bytes(&ingest, options)).iter().map(|f| f.metric[0].timestamp_ms).collect()
    };
    let (with, without): (Vec<_>, Vec<_>) = (times(true), times(false));
    assert_eq!((with, without), (vec![Some(5), None], vec![None, None]));
}

#[test]
fn a_unit_is_told_only_where_the_name_ends_with_it() {
    let with_unit = |name: &str, data| metric(name, "s", data);
    let point = || vec![int(1, &[])];
    let of = |metric: SentMetric| {
        let family = shown(vec![metric]).remove(0);
        (family.name().to_owned(), family.unit)
    };
    let gauge = of(with_unit(
        "a",
        Data::Gauge(opentelemetry_proto::tonic::metrics::v1::Gauge { data_points: point() }),
    ));
    assert_eq!(gauge, ("a_seconds".to_owned(), Some("seconds".to_owned())));
    let ratio = of(with_unit("seconds", sum(point(), true, CUMULATIVE)));
    assert_eq!(ratio, ("seconds_total".to_owned(), None));
}

/// Every family and series of both formats, in their order.
#[test]
fn protobuf_shows_the_families_and_series_that_text_shows_in_the_same_order() {
    let ingest = ingest();
    let many =
        |from: i64| (from..from + 700).map(|n| int(n, &[("n", &format!("{n:04}"))])).collect();
    apply(
        &ingest,
        vec![
            gauge("b", many(0)),
            counter("a", many(5)),
            histogram("h", vec![buckets(&[1.0], &[1, 2], 3.0, &[("x", "y")])]),
            summary("s", &[]),
            gauge("z", vec![double(f64::NAN, &[]), double(1.0, &[("evil", "\u{0}\u{10ffff}")])]),
        ],
    );
    let page = read(&ingest);
    let series = |name: &str, labels: Vec<(&str, &str)>| {
        let labels = labels.iter().filter(|(name, _)| *name != "le");
        format!("{name} {}", labels.map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(","))
    };
    let in_protobuf: Vec<_> = page
        .iter()
        .flat_map(|family| family.metric.iter().map(|it| series(family.name(), it.labels())))
        .collect();
    let mut in_store = Vec::new();
    let mut cursor = crate::series::Cursor::default();
    while let Some(page) = ingest.store().page(&mut cursor, 100) {
        for it in &page.series {
            let labels: Vec<_> = it.labels().collect();
            let labels = labels.iter().map(|(name, value)| (*name, &**value)).collect();
            in_store.push(series(&page.family.name, labels));
        }
    }
    assert_eq!(in_protobuf, in_store);
    assert_eq!(in_protobuf.len(), 1404);
    assert!(bytes(&ingest, Options::default()) == bytes(&ingest, Options::default()));
}

#[test]
fn a_family_of_any_length_comes_in_messages_that_fit_a_piece() {
    let ingest = ingest();
    let long = "x".repeat(1000);
    let points = (0..1000).map(|n| int(n, &[("n", &format!("{n}")), ("long", &long)])).collect();
    apply(&ingest, vec![gauge("many", points), gauge("next", vec![int(1, &[])])]);
    let (mut encoder, mut pieces) = (Encoder::new(Format::Protobuf, Options::default()), 0);
    let mut page: Vec<MetricFamily> = Vec::new();
    loop {
        let mut piece = Vec::new();
        if !encoder.piece(ingest.store(), &mut piece) {
            break;
        }
        assert!(piece.len() < PIECE_BYTES + 2000, "{}", piece.len());
        // Whole messages each.
        page.extend(families(&piece));
        pieces += 1;
    }
    assert!(pieces > 5, "{pieces}");
    let (last, parts) = page.split_last().unwrap();
    assert_eq!((last.name(), last.metric.len()), ("next", 1));
    assert!(parts.iter().all(|part| part.name() == "many" && part.r#type() == MetricType::Gauge));
    let values = parts.iter().flat_map(|part| &part.metric);
    let mut values: Vec<_> = values.map(|it| it.gauge.as_ref().unwrap().value()).collect();
    values.sort_by(f64::total_cmp);
    assert!(values.iter().copied().eq((0..1000).map(f64::from)));
}

/// What is taken is the list of a page of series and the room that the first of each kind needs, however many follow.
#[test]
fn further_series_cost_no_allocation() {
    let allocations = |series: usize| {
        let ingest = ingest();
        let names: Vec<String> = (0..series).map(|n| n.to_string()).collect();
        let of = |n| [("n", n), ("stage", "decode")];
        let counted = |n| NumberDataPoint { exemplars: vec![sent(1.0, 5)], ..int(1, &of(n)) };
        let measured = |n| opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint {
            exemplars: vec![sent(0.5, 5), sent(1.5, 6)],
            ..buckets(&[1.0, 2.0], &[1, 2, 3], 4.0, &of(n))
        };
        let exponential = |n| {
            let point = native::point(10, 1, (0, &[1, 2, 0, 0, 0, 3, 4, 5, 6, 7]), (0, &[]));
            ExponentialHistogramDataPoint { attributes: attributes(&of(n)), ..point }
        };
        apply(
            &ingest,
            vec![
                counter("c", names.iter().map(|n| counted(n)).collect()),
                histogram("h", names.iter().map(|n| measured(n)).collect()),
                native::exponential(names.iter().map(|n| exponential(n)).collect()),
            ],
        );
        let mut page = Vec::with_capacity(4 * PIECE_BYTES);
        let allocated = allocation_counter::measure(|| {
            let mut encoder = Encoder::new(Format::Protobuf, Options::default());
            while encoder.piece(ingest.store(), &mut page) {}
        });
        assert_eq!(
            families(&page).iter().map(|family| family.metric.len()).sum::<usize>(),
            3 * series
        );
        allocated.count_total
    };
    assert_eq!(allocations(50), allocations(100));
}

#[test]
fn an_empty_store_is_an_empty_page() {
    assert!(bytes(&ingest(), Options::default()).is_empty());
}
