//! Every processor between an OTLP/gRPC client and the page, and where each point went.

use inferometer_collector::self_metrics::SelfCounter;
use inferometer_tests::{CollectorUnderTest, wait};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    },
    common::v1::{AnyValue, KeyValue, any_value::Value},
    metrics::v1::{
        Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, metric, number_data_point,
    },
    resource::v1::Resource,
};

const CONFIG: &str = r#"
receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}}}
processors:
  memory_limiter: {limit_percentage: 100, spike_limit_percentage: 1}
  engine_identity:
    attribute: engine
    table: [{index: 0, stage: prefill, replica: 0}, {index: 1, stage: decode, replica: 0}]
  resource:
    attributes:
      - {key: service.name, value: fleet, action: update}
      - {key: secret, action: delete}
  attributes:
    include: {match_type: strict, metric_names: [queue.depth]}
    actions: [{key: user, action: hash}]
  filter:
    metrics:
      exclude: {match_type: regexp, metric_names: ['^python_gc']}
      datapoint: ['attributes["model"] == "warm-up"']
  batch: {timeout: 50ms, send_batch_size: 1000, send_batch_max_size: 1000}
exporters:
  prometheus: {endpoint: "127.0.0.1:0"}
service:
  pipelines:
    metrics:
      receivers: [otlp]
      processors: [memory_limiter, engine_identity, resource, attributes, filter, batch]
      exporters: [prometheus]
"#;

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn gauge(name: &str, points: impl IntoIterator<Item = (i64, Vec<KeyValue>)>) -> Metric {
    let point = |(value, attributes)| NumberDataPoint {
        attributes,
        time_unix_nano: 1,
        value: Some(number_data_point::Value::AsInt(value)),
        ..NumberDataPoint::default()
    };
    let data_points = points.into_iter().map(point).collect();
    let data = Some(metric::Data::Gauge(Gauge { data_points }));
    Metric { name: name.to_owned(), data, ..Metric::default() }
}

fn request(metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    let attributes = vec![text("service.name", "engine"), text("secret", "s3cr3t")];
    let resource = Some(Resource { attributes, ..Resource::default() });
    let scope_metrics = vec![ScopeMetrics { metrics, ..ScopeMetrics::default() }];
    let of = ResourceMetrics { resource, scope_metrics, ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of] }
}

/// Points by engine, a secret, and what nobody wants: 4 points that stay and 3 that do not.
fn requests() -> Vec<ExportMetricsServiceRequest> {
    let engine = |index: Value| attribute("engine", index);
    let depth = gauge(
        "queue.depth",
        [
            (3, vec![engine(Value::IntValue(0)), text("user", "two")]),
            (5, vec![engine(Value::StringValue("1".to_owned()))]),
            (7, vec![engine(Value::IntValue(9))]),
            (9, vec![text("model", "warm-up")]),
        ],
    );
    let gc = gauge("python_gc_objects", [(1, Vec::new()), (2, vec![text("generation", "1")])]);
    let users = gauge("users", [(1, vec![text("user", "two")])]);
    vec![request(vec![depth]), request(vec![gc]), request(vec![users])]
}

fn send(collector: &CollectorUnderTest, requests: Vec<ExportMetricsServiceRequest>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let client = MetricsServiceClient::connect(collector.otlp_endpoint()).await;
        let mut client = client.expect("the listener answers");
        for request in requests {
            let answer = client.export(request).await.expect("the request is taken");
            assert_eq!(answer.into_inner().partial_success, None, "a filter is no failure");
        }
    });
}

fn counted(collector: &CollectorUnderTest, counter: SelfCounter, reason: Option<&str>) -> u64 {
    let counts = collector.counts();
    let matching = counts.iter().filter(|count| count.counter == counter && count.reason == reason);
    matching.map(|count| count.value).sum()
}

#[test]
fn what_processors_leave_is_on_the_page_and_every_point_is_accounted_for() {
    let collector = CollectorUnderTest::with_config(CONFIG);
    send(&collector, requests());
    wait::until("the batch to leave", || match counted(&collector, SelfCounter::Exported, None) {
        4 => Ok(()),
        other => Err(format!("{other} of 4 points")),
    });
    let page = collector.scrape();
    let prefill = [("infer_stage", "prefill"), ("infer_replica", "0"), ("job", "fleet")];
    assert_eq!(page.sum("queue_depth", &prefill), (3.0, 1));
    // `printf two | sha256sum`
    let hash = "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3";
    assert_eq!(page.sum("queue_depth", &[("user", hash)]), (3.0, 1));
    let decode = [("infer_stage", "decode"), ("infer_replica", "0")];
    assert_eq!(page.sum("queue_depth", &decode), (5.0, 1));
    assert_eq!(page.sum("queue_depth", &[("engine", "9")]), (7.0, 1), "it is in no table");
    assert_eq!(page.sum("queue_depth", &[]), (15.0, 3), "the warm-up is not there");
    assert_eq!(page.sum("users", &[("user", "two")]), (1.0, 1), "it is not included");
    assert!(page.family("python_gc_objects").is_none());
    assert!(!page.samples().any(|sample| sample.label("secret") == "s3cr3t"));
    assert_eq!(page.sum("infer_collector_engine_index_unknown_total", &[]), (1.0, 1));
    let filtered = [("infer_signal", "metrics"), ("infer_collector_rejection_reason", "filtered")];
    assert_eq!(page.sum("infer_collector_item_rejected_total", &filtered), (3.0, 1));
    assert_eq!(counted(&collector, SelfCounter::Accepted, None), 7, "4 exported and 3 filtered");
}
