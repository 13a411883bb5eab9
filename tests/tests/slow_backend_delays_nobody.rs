//! A backend that is slow or hangs delays neither another pipeline nor the page, nor the senders of either: what waits for
//! it waits in its own queue.

use std::{net::SocketAddr, time::Duration};

use inferometer_tests::{
    CollectorProcess,
    faults::{Account, Script, ScriptedBackend, all_arrived, empty_queue, say, scaled},
    wait,
};

const REQUESTS: usize = 100;
const SPANS: u64 = 2;
/// For a scrape, on a machine that has other work too; the backends that are slow need minutes.
const SCRAPE_MAX: Duration = Duration::from_secs(2);

fn config(slow: &ScriptedBackend, fast: &ScriptedBackend) -> String {
    format!(
        "\
receivers:
  otlp: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
  otlp/other: {{protocols: {{http: {{endpoint: \"127.0.0.1:0\"}}}}}}
exporters:
  prometheus: {{endpoint: \"127.0.0.1:0\"}}
  otlp/slow:
    endpoint: \"{}\"
    timeout: 60s
    sending_queue: {{queue_size: 20, num_consumers: 2, on_full: evict_oldest}}
  otlphttp/fast: {{endpoint: \"{}\", sending_queue: {{queue_size: 100000}}}}
service:
  pipelines:
    metrics: {{receivers: [otlp], exporters: [prometheus]}}
    traces/slow: {{receivers: [otlp], exporters: [otlp/slow]}}
    traces/fast: {{receivers: [otlp], exporters: [otlphttp/fast]}}
    traces/other: {{receivers: [otlp/other], exporters: [otlphttp/fast]}}
",
        slow.endpoint(),
        fast.endpoint()
    )
}

fn check(script: Script) {
    let (slow, fast) = (ScriptedBackend::start(), ScriptedBackend::start());
    slow.set(script);
    let account = Account::of_requests(SPANS, 5_000);
    let mut collector = CollectorProcess::with_config(&config(&slow, &fast));
    let shared: SocketAddr = collector.address_of("OTLP over HTTP", "receivers.otlp");
    let other = collector.address_of("OTLP over HTTP", "receivers.otlp/other");
    let requests = scaled(REQUESTS);
    let sent = wait::stopwatch();
    account.send_all(shared, requests);
    account.send_all(other, requests);
    let sent = sent();
    let scraping = wait::stopwatch();
    let page = collector.scrape();
    let scraped = scraping();
    assert!(scraped <= SCRAPE_MAX, "the page took {scraped:?}");
    all_arrived(&fast, &account);
    let balance = account.balance(&fast.arrived());
    assert_eq!((balance.missing, balance.duplicates), (0, 0), "{balance}");
    let through_slow = page.sum(
        "infer_collector_item_exported_total",
        &[("infer_collector_exporter", "otlp/slow"), ("infer_signal", "traces")],
    );
    assert!(through_slow.0 < (requests as u64 * SPANS) as f64, "it was not slow: {through_slow:?}");
    say(format_args!(
        "one backend {script:?}: {balance} by the other, lost 0, sent in {sent:.1?}, page in {scraped:.1?}"
    ));
    assert!(collector.is_running());
}

#[test]
fn a_backend_that_hangs_delays_nobody() {
    check(Script::Hangs);
}

#[test]
fn a_backend_that_reads_a_few_bytes_a_second_delays_nobody() {
    check(Script::ReadsSlowly(1_000));
}

#[test]
fn a_backend_that_answers_late_delays_nobody() {
    check(Script::KeepsAfter(Duration::from_secs(20)));
}

#[test]
fn a_backend_that_reads_slowly_gets_everything_in_the_end() {
    let (slow, fast) = (ScriptedBackend::start(), ScriptedBackend::start());
    slow.set(Script::ReadsSlowly(200_000));
    let account = Account::of_requests(SPANS, 20_000);
    let mut collector = CollectorProcess::with_config(&config(&slow, &fast));
    // As many as its queue has room for.
    account.send_all(collector.address_of("OTLP over HTTP", "receivers.otlp"), 20);
    all_arrived(&slow, &account);
    all_arrived(&fast, &account);
    let _ = empty_queue(&mut collector, "otlp/slow");
    let balance = account.balance(&slow.arrived());
    say(format_args!("a backend that reads 200 kB a second: {balance}, lost 0"));
    assert_eq!((balance.missing, balance.duplicates), (0, 0), "{balance}");
}
