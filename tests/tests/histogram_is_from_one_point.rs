//! While two points alternate in many series, over gRPC and as fast as they are taken, every page shows each series as
//! the one or the other, whole: never a bucket of the one beside the count of the other.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use inferometer_tests::{CollectorUnderTest, Scrape, conserved, oracle};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    },
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, Histogram, HistogramDataPoint, Metric, ResourceMetrics,
        ScopeMetrics, Summary, SummaryDataPoint, metric::Data, summary_data_point::ValueAtQuantile,
    },
    resource::v1::Resource,
};

/// Who sends, each on a connection of its own.
const SENDERS: [&str; 2] = ["a", "b"];
/// Histograms, and as many summaries, of a sender.
const SERIES: u64 = 16;
/// Pages that are looked at. More are taken until both points have been seen, up to the second number.
const PAGES: usize = 100;
const PAGES_MAX: usize = 10_000;
/// Pages that the foreign parser reads as well.
const PAGES_JUDGED: usize = 3;

/// A point that is sent, in both shapes.
struct Point {
    bounds: &'static [f64],
    counts: &'static [u64],
    sum: f64,
    quantiles: &'static [(f64, f64)],
}

/// They have nothing in common, not even bounds, so that a mixture is neither.
const POINTS: [Point; 2] = [
    Point {
        bounds: &[1.0, 2.0, 4.0],
        counts: &[3, 0, 5, 2],
        sum: 25.5,
        quantiles: &[(0.5, 2.5), (0.99, 7.0)],
    },
    Point {
        bounds: &[0.5, 1.5, 2.0, 8.0, 16.0, 32.0, 64.0, 128.0],
        counts: &[7, 7, 7, 7, 7, 7, 7, 7, 7],
        sum: 1000.25,
        quantiles: &[(0.25, 1.25), (0.5, 20.0), (0.9, 100.0)],
    },
];

/// What a page shows of one series: suffix, bound or quantile, and value.
type Shown = Vec<(String, String, f64)>;

impl Point {
    fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    fn ends(&self) -> [(String, String, f64); 2] {
        let end = |suffix: &str, value| (suffix.to_owned(), String::new(), value);
        [end("_sum", self.sum), end("_count", self.count() as f64)]
    }

    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    fn histogram(&self) -> Shown {
        let mut below = 0;
        let bounds = self.bounds.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
        let buckets = bounds.zip(self.counts).map(|(bound, count)| {
            below += count;
            ("_bucket".to_owned(), bound, below as f64)
        });
        buckets.chain(self.ends()).collect()
    }

    fn summary(&self) -> Shown {
        let quantile = |(share, value): &(f64, f64)| (String::new(), share.to_string(), *value);
        self.quantiles.iter().map(quantile).chain(self.ends()).collect()
    }

    fn metrics(&self, time: u64) -> [Metric; 2] {
        let attributes = |i: u64| vec![attribute("series", &i.to_string())];
        let histograms = (0..SERIES).map(|i| HistogramDataPoint {
            attributes: attributes(i),
            // Its own start makes every point a restart, whose counts may be lower than those before.
            start_time_unix_nano: time,
            time_unix_nano: time,
            count: self.count(),
            sum: Some(self.sum),
            bucket_counts: self.counts.to_vec(),
            explicit_bounds: self.bounds.to_vec(),
            ..HistogramDataPoint::default()
        });
        let summaries = (0..SERIES).map(|i| SummaryDataPoint {
            attributes: attributes(i),
            start_time_unix_nano: time,
            time_unix_nano: time,
            count: self.count(),
            sum: self.sum,
            quantile_values: self
                .quantiles
                .iter()
                .map(|&(quantile, value)| ValueAtQuantile { quantile, value })
                .collect(),
            ..SummaryDataPoint::default()
        });
        let histogram = Histogram {
            data_points: histograms.collect(),
            aggregation_temporality: AggregationTemporality::Cumulative.into(),
        };
        let metric = |name: &str, data| Metric {
            name: name.to_owned(),
            data: Some(data),
            ..Metric::default()
        };
        [
            metric("histogram", Data::Histogram(histogram)),
            metric("summary", Data::Summary(Summary { data_points: summaries.collect() })),
        ]
    }
}

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn request(sender: &str, time: u64) -> ExportMetricsServiceRequest {
    let point = &POINTS[usize::from(time.is_multiple_of(2))];
    let scope = ScopeMetrics { metrics: point.metrics(time).into(), ..ScopeMetrics::default() };
    let resource = Resource {
        attributes: vec![
            attribute("service.name", "alternating"),
            attribute("service.instance.id", sender),
        ],
        ..Resource::default()
    };
    let metrics = ResourceMetrics {
        resource: Some(resource),
        scope_metrics: vec![scope],
        ..ResourceMetrics::default()
    };
    ExportMetricsServiceRequest { resource_metrics: vec![metrics] }
}

/// Sends the two points in turns until it is stopped; counts what was acknowledged.
fn send(endpoint: String, sender: &str, is_over: &AtomicBool, sent: &AtomicU64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let client = MetricsServiceClient::connect(endpoint).await;
        let mut client = client.expect("the collector is there");
        for time in 1.. {
            let answer = client.export(request(sender, time)).await.expect("it is accepted");
            assert_eq!(answer.into_inner().partial_success, None);
            sent.fetch_add(2 * SERIES, Ordering::Relaxed);
            if is_over.load(Ordering::Relaxed) {
                break;
            }
        }
    });
}

/// Which of the points each series of a page shows, by its number in [`POINTS`].
fn points_of(page: &Scrape) -> Vec<usize> {
    let mut shown: BTreeMap<(&str, BTreeMap<String, String>), Shown> = BTreeMap::new();
    for family in
        page.families.iter().filter(|family| ["histogram", "summary"].contains(&&*family.name))
    {
        for sample in &family.samples {
            let mut labels = sample.labels.clone();
            let part = labels.remove("le").or_else(|| labels.remove("quantile"));
            let suffix = sample.name[family.name.len()..].to_owned();
            let part = (suffix, part.unwrap_or_default(), sample.value);
            shown.entry((&family.name, labels)).or_default().push(part);
        }
    }
    let expected = [POINTS.each_ref().map(Point::histogram), POINTS.each_ref().map(Point::summary)];
    let which = |((family, labels), shown): ((&str, _), Shown)| {
        let expected = &expected[usize::from(family == "summary")];
        let found = expected.iter().position(|point| *point == shown);
        found.unwrap_or_else(|| panic!("{family} {labels:?} is of no one point: {shown:?}"))
    };
    shown.into_iter().map(which).collect()
}

/// Ends the senders also when an expectation fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_page_taken_meanwhile_shows_each_series_as_it_was_sent() {
    let collector = CollectorUnderTest::start();
    let (is_over, sent) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|threads| {
        let over = Over(&is_over);
        for sender in SENDERS {
            let endpoint = collector.otlp_endpoint();
            let (is_over, sent) = (over.0, &sent);
            threads.spawn(move || send(endpoint, sender, is_over, sent));
        }
        let mut seen = [0; POINTS.len()];
        let mut pages = 0;
        while pages < PAGES || seen.contains(&0) {
            assert!(pages < PAGES_MAX, "only one point was ever shown: {seen:?}");
            let page = collector.scrape();
            points_of(&page).into_iter().for_each(|point| seen[point] += 1);
            if pages < PAGES_JUDGED {
                oracle::prometheus_client_agrees(&page);
            }
            pages += 1;
        }
    });
    let page = collector.scrape();
    assert_eq!(points_of(&page).len() as u64, 2 * SERIES * SENDERS.len() as u64);
    assert_eq!(
        conserved(&page, "metrics", "prometheus").accepted,
        sent.load(Ordering::Relaxed) as f64
    );
}
