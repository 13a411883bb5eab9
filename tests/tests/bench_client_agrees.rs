//! The bench client and the server's own telemetry measure the same: both use the registry's definitions and the SDK's
//! formulas. Between them is a pipe without delay, and time moves only when a token is due, so that nothing may differ.

use std::{sync::Arc, time::Duration};

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use inferometer_bench_client::{Connection, Distribution, Measures, Question, table};
use inferometer_sdk::{Clock, Telemetry};
use inferometer_semconv::prometheus_name::metric_name;
use inferometer_tests::{
    CollectorUnderTest, Scrape,
    fake_model::{AUDIO_RATE, TokioClock, paused_runtime, router},
    series, wait,
};

/// No export comes by itself within a test.
const NEVER: Duration = Duration::from_secs(3600);
/// Bytes that the pipe holds: speech of a token takes 1.3 KiB.
const PIPE_BYTES: usize = 1 << 16;

fn question(max_tokens: u64, answers: u64, is_spoken: bool) -> Question {
    let prompt = "one two three four five six".to_owned();
    Question { model: "tiny".to_owned(), prompt, max_tokens, answers, is_spoken }
}

/// Three clients at the same time, with answers of every kind.
async fn measure(telemetry: &Telemetry) -> Measures {
    let clock: Arc<dyn Clock> = Arc::new(TokioClock::new());
    let engine = telemetry.engine("tiny").clock(Arc::clone(&clock)).build();
    let router = router(engine, telemetry.server_layer().clock(Arc::clone(&clock)));
    let ask = async |question: Question| {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(theirs), service));
        let connection = Connection::over(TokioIo::new(ours), "pipe", Arc::clone(&clock)).await;
        let mut connection = connection.expect("the server speaks HTTP");
        let mut measures = Measures::new();
        for _ in 0..2 {
            let answer = connection.ask(&question).await.expect("an answer");
            measures.record(&answer, AUDIO_RATE);
        }
        measures
    };
    let asked = tokio::join!(
        ask(question(1, 1, false)),
        ask(question(7, 2, false)),
        ask(question(20, 1, true))
    );
    let mut all = Measures::new();
    for measures in [asked.0, asked.1, asked.2] {
        all.merge(&measures);
    }
    all
}

/// Buckets, count and sum of a family, over all of its series.
#[track_caller]
fn check(page: &Scrape, measured: &Distribution) {
    let definition = measured.definition();
    let name = metric_name(definition.name, definition.unit, false);
    let part =
        |suffix: &str, labels: &[(&str, &str)]| page.sum(&format!("{name}{suffix}"), labels).0;
    for (bound, count) in measured.cumulative() {
        let le = if bound.is_infinite() { "+Inf".to_owned() } else { bound.to_string() };
        let bucket = series(&format!("{name}_bucket")).label("le", &le).expect_in(page);
        assert_eq!(bucket.value, f64::from(u32::try_from(count).expect("a few")), "{bucket}");
    }
    let (sum, expected) = (part("_sum", &[]), measured.sum());
    assert!((sum - expected).abs() < 1e-9, "{name}: the server says {sum}, the client {expected}");
}

#[test]
fn client_and_server_measure_the_same() {
    let collector = CollectorUnderTest::start();
    let telemetry = Telemetry::builder()
        .service_name("api")
        .endpoint(collector.otlp_endpoint())
        .interval(NEVER)
        .build()
        .expect("telemetry starts");
    let measures = paused_runtime().block_on(measure(&telemetry));
    telemetry.flush(wait::PATIENCE).expect("everything is delivered");
    let page = collector.scrape();
    for (measured, count) in measures.all().into_iter().zip([6, 2 * (6 * 2 + 19), 4, 6, 6, 2]) {
        assert_eq!(measured.count(), count, "{}", measured.definition().name);
        check(&page, measured);
    }
    let table = table(&measures);
    for measured in measures.all() {
        assert!(table.contains(measured.definition().name), "{table}");
    }
}
