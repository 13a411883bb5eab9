//! Bad input to the real program: a clear message with value and remedy, the right code, and everyone else is served.

use std::{net::TcpListener, process::Command};

use inferometer_tests::{
    Child, CollectorProcess, Ended, LOOPBACK_CONFIG, Scrape, collector_program, http,
};

/// Starts the program with the loopback configuration after one replacement.
fn start_with(from: &str, to: &str) -> CollectorProcess {
    assert!(LOOPBACK_CONFIG.contains(from), "{from:?} is not in the configuration");
    CollectorProcess::with_config(&LOOPBACK_CONFIG.replacen(from, to, 1))
}

/// It ends with exit code 2 and these lines, each behind the file's name.
fn check_refused(from: &str, to: &str, expected: &[&str]) {
    let collector = start_with(from, to);
    let file = collector.file();
    let expected: Vec<String> = expected.iter().map(|line| format!("{file}:{line}")).collect();
    check_ended(&collector.wait(), 2, &expected);
}

fn check_ended(ended: &Ended, code: i32, stderr: &[String]) {
    assert_eq!((ended.code, &*ended.stderr, &*ended.stdout), (Some(code), stderr, &[][..]));
}

fn run(arguments: &[&str]) -> Ended {
    Child::spawn(Command::new(collector_program()).args(arguments)).wait()
}

#[test]
fn an_unknown_key_is_named_with_the_nearest() {
    check_refused(
        "grpc: {endpoint",
        "grpc: {endpont",
        &[
            "4:14: error: unknown key \"endpont\" in receivers.otlp.protocols.grpc, did you mean \"endpoint\"?",
        ],
    );
}

#[test]
fn a_wrong_type_is_named_with_value_and_expectation() {
    check_refused(
        "prometheus: {endpoint: \"127.0.0.1:0\"}",
        "prometheus: {endpoint: \"127.0.0.1:0\", max_series: many}",
        &[
            "7:53: error: exporters.prometheus.max_series is \"many\", expected a whole number from 1 to 100000000",
        ],
    );
}

#[test]
fn all_errors_come_at_once() {
    check_refused(
        "exporters: [prometheus]}",
        "exporters: [promethues], procesors: []}",
        &[
            "11:46: error: service.pipelines.metrics.exporters names \"promethues\", which exporters does not define, \
             did you mean \"prometheus\"?",
            "11:59: error: unknown key \"procesors\" in service.pipelines.metrics, did you mean \"processors\"?",
        ],
    );
}

#[test]
fn a_missing_file_is_a_configuration_error() {
    let ended = run(&["--config", "/nowhere/collector.yaml"]);
    let cause = "cannot read this file: No such file or directory (os error 2)";
    check_ended(&ended, 2, &[format!("/nowhere/collector.yaml: error: {cause}")]);
}

#[test]
fn wrong_usage_ends_with_two() {
    let ended = run(&["--confg", "collector.yaml"]);
    assert_eq!(ended.code, Some(2));
    let said = ended.stderr.join("\n");
    assert!(
        said.contains("unexpected argument '--confg'") && said.contains("'--config'"),
        "{said}"
    );
}

#[test]
fn a_port_in_use_is_a_run_time_error_with_the_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound address");
    let ended = start_with(
        "prometheus: {endpoint: \"127.0.0.1:0\"}",
        &format!("prometheus: {{endpoint: \"{address}\"}}"),
    )
    .wait();
    check_ended(
        &ended,
        1,
        &[format!(
            "inferometer: error: exporters.prometheus: cannot listen on {address}: Address already in use (os error \
             98); another process listens there; stop it, or name another address in the configuration or by --set \
             exporters.prometheus.endpoint=HOST:PORT"
        )],
    );
}

#[test]
fn bad_requests_get_the_right_status_and_the_next_sender_is_served() {
    let mut collector = CollectorProcess::start();
    let (otlp, metrics) = (collector.address("OTLP over HTTP"), collector.address("metrics"));
    let protobuf = ("content-type", "application/x-protobuf");
    let check = |path: &str, content_type: (&str, &str), body: &[u8], status: u16, part: &str| {
        let reply = http::post(otlp, path, &[content_type], body).expect("an answer");
        assert_eq!(reply.status, status, "{}", reply.text());
        assert!(reply.text().contains(part), "{part:?} is not in {:?}", reply.text());
    };
    check("/v1/metrics", protobuf, b"\xff\xff\xff", 400, "/v1/metrics");
    let text = "content type text/plain is not supported";
    check("/v1/metrics", ("content-type", "text/plain"), b"{}", 415, text);
    check("/v1/metrics", ("content-type", "application/json"), b"{", 400, "in JSON");
    let known = "unknown path /v1/metric; send POST to /v1/metrics, /v1/traces or /v1/logs\n";
    check("/v1/metric", ("content-type", "text/plain"), b"", 404, known);
    let page = http::get(metrics, "/metric").expect("an answer");
    assert_eq!(
        (page.status, &*page.text()),
        (404, "nothing at this path; the metrics are at /metrics\n")
    );

    assert!(collector.is_running());
    check("/v1/metrics", protobuf, b"", 200, "");
    let _ = Scrape::of(metrics);
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_malformed_grpc_body_is_an_invalid_argument_and_the_next_sender_is_served() {
    use opentelemetry_proto::tonic::collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    };

    let mut collector = CollectorProcess::start();
    let endpoint = format!("http://{}", collector.address("OTLP over gRPC"));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let channel =
            tonic::transport::Endpoint::from_shared(endpoint).expect("a URL").connect().await;
        let channel = channel.expect("the collector is there");
        let refused = raw_export(channel.clone(), b"\xff\xff\xff").await.expect_err("malformed");
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{refused:?}");
        let taken =
            MetricsServiceClient::new(channel).export(ExportMetricsServiceRequest::default()).await;
        assert!(taken.is_ok(), "{taken:?}");
    });
    assert!(collector.is_running());
}

/// Sends bytes where a request with metrics is expected.
async fn raw_export(
    channel: tonic::transport::Channel,
    body: &'static [u8],
) -> Result<(), tonic::Status> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.map_err(|cause| tonic::Status::unknown(cause.to_string()))?;
    let path = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    let path = path.parse().expect("a path");
    client.unary(tonic::Request::new(body), path, inferometer_tests::RawCodec).await.map(drop)
}
