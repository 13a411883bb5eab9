//! The demo from its parts' seams: what the view makes of a store, and a whole short run.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use inferometer_sdk::{
    Cached, Encoder, Engine, FinishReason, KvCache, KvCacheTier, KvStats, ManualClock,
    MeterProvider, Prompt, Snapshot, TransferEdge, TransferPayload,
};
use opentelemetry::{Context, trace::noop::NoopTracer};
use opentelemetry_sdk::Resource;

use super::{
    Demo, MODEL, Options, Ports, Screen, Stage,
    intake::Intake,
    prefill::LINK_BANDWIDTH,
    rates::Rate,
    received,
    replica::PROVIDER,
    summary::Summary,
    view::{Mood, View},
};
use crate::{
    Listening, Serves,
    config::PrometheusSettings,
    exporters::prometheus::PrometheusExporter,
    pipeline::{Ack, Counts, Exporter, Item, Signal, Tenant},
    self_metrics::SelfMetrics,
    series::Store,
};

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Replicas whose clock is turned by hand.
struct Recorded {
    meters: MeterProvider,
    clock: ManualClock,
    /// Shown for as long as they are kept.
    caches: Vec<KvCache>,
}

impl Recorded {
    fn new() -> Self {
        let clock = ManualClock::at(1);
        let meters = MeterProvider::builder().with_clock(Arc::new(clock.clone())).build();
        Self { meters, clock, caches: Vec::new() }
    }

    fn engine(&self, provider: &'static str, stage: Stage, index: u32) -> Engine {
        Engine::builder(self.meters.serving_scope(), NoopTracer::new(), MODEL)
            .provider(provider)
            .stage(stage.as_str())
            .replica(index)
            .clock(Arc::new(self.clock.clone()))
            .build()
    }

    /// 800 tokens, 80 ms in the queue, 160 ms of prefill, then 20 tokens in 15 ms each.
    fn request(&self, engine: &Engine, cached: Cached, tokens: u32) {
        let prompt = Prompt { tokens: 800, ..Prompt::default() };
        let mut request = engine.request(&Context::new(), prompt);
        self.clock.advance(Duration::from_millis(80));
        request.scheduled();
        self.clock.advance(Duration::from_millis(160));
        request.prefilled(cached);
        for _ in 0..tokens {
            self.clock.advance(Duration::from_millis(15));
            request.tokens(1);
        }
        request.finish(FinishReason::Stop);
    }

    /// Everything recorded so far, as the Prometheus exporter keeps it.
    fn received(&self) -> Arc<Store> {
        let settings = PrometheusSettings { endpoint: LOOPBACK, ..PrometheusSettings::default() };
        let exporter = PrometheusExporter::start("exporters.prometheus", &settings, Arc::default());
        let exporter = exporter.unwrap();
        let mut snapshot = Snapshot::default();
        self.meters.snapshot(&mut snapshot);
        let resource = Resource::builder_empty().build();
        let mut encoder = Encoder::new(&resource, Encoder::DEFAULT_MAX_REQUEST_BYTES);
        encoder.encode(&snapshot, |request, items| {
            let item = Item {
                signal: Signal::Metrics,
                bytes: Bytes::copy_from_slice(request),
                counts: Counts { items: items as u64 },
                tenant: Tenant::default(),
                ack: Ack::ignored(),
                traced: Default::default(),
            };
            exporter.reserve(&item).unwrap().commit(item.clone());
        });
        Arc::clone(exporter.store())
    }
}

fn a_fleet() -> Recorded {
    let mut recorded = Recorded::new();
    let prefill = recorded.engine(PROVIDER, Stage::Prefill, 0);
    recorded.request(&prefill, Cached { device: 600, ..Cached::default() }, 0);
    let decode = recorded.engine(PROVIDER, Stage::Decode, 1);
    recorded.request(&decode, Cached { remote: 800, ..Cached::default() }, 20);
    let mut cache = decode.kv_cache(KvCacheTier::Device);
    cache.publish(KvStats { active_blocks: 307, total_blocks: 1000, ..Default::default() });
    recorded.caches.push(cache);
    let edge = TransferEdge::from(Stage::Prefill.as_str(), 0, TransferPayload::Kv);
    let edge = decode.transfer_edge(&edge);
    edge.start(&Context::new()).finish(262_144_000);
    drop(edge.start(&Context::new()));
    // Somebody else who sends to the same collector.
    let foreign = recorded.engine("vllm", Stage::Decode, 1);
    recorded.request(&foreign, Cached::default(), 3);
    recorded
}

fn listening() -> Vec<Listening> {
    let at = |serves, port| Listening {
        is_secured: false,
        component: String::new(),
        serves,
        address: SocketAddr::new(LOOPBACK.ip(), port),
    };
    vec![
        at(Serves::Metrics, 9464),
        at(Serves::Traces, 16686),
        at(Serves::OtlpGrpc, 4317),
        at(Serves::OtlpHttp, 4318),
    ]
}

fn check(summary: &Summary, render: fn(&View<'_>) -> String, expected: &str) {
    let listening = listening();
    let view = View {
        since_start: Duration::from_secs(12),
        mood: Mood::Running,
        listening: &listening,
        summary,
        rate: Rate { input_tokens: 9876.0, output_tokens: 1234.4, transfer_bytes: 4.514e9 },
    };
    let text = render(&view);
    assert_eq!(text.trim(), expected.trim(), "seen:\n{text}");
}

const SCREEN: &str = "
inferometer demo: llama-3-70b, simulated, 2 replicas per stage, 12 s                 Ctrl-C ends
metrics http://127.0.0.1:9464/metrics                  OTLP over gRPC http://127.0.0.1:4317
 traces http://127.0.0.1:16686/api/traces?limit=5      OTLP over HTTP http://127.0.0.1:4318

requests      waiting  running  transferring     stop   length    abort    error  KV blocks used
prefill 0           0        0             0        1        0        0        0               -
prefill 1           0        0             0        0        0        0        0               -
decode 0            0        0             0        0        0        0        0               -
decode 1            0        0             0        1        0        0        0          30.7 %

since start                                  p50         p95         p99       count
llama-3-70b   time to first token         375 ms      488 ms      498 ms           1
llama-3-70b   end to end                  480 ms      624 ms      637 ms           1
decode 0      between tokens                   -           -           -           0
decode 1      between tokens             12.5 ms     14.8 ms     14.9 ms          19
prefill 0     queue                      75.0 ms     97.5 ms     99.5 ms           1
prefill 0     prefill                     150 ms      195 ms      199 ms           1
prefill 1     queue                            -           -           -           0
prefill 1     prefill                          -           -           -           0

last 5 s      tokens/s 9876 in, 1234 out    KV transfer 4.51 GB/s    prefix hits since start 75.0 %
received 5678 points, 910 spans    refused 1    points rejected 2
";

#[tokio::test]
async fn the_view_shows_what_was_received_of_the_fleet_alone() {
    let mut summary = Summary::read(&a_fleet().received(), &SelfMetrics::default());
    summary.points = Intake { accepted: 5678, refused: 1, rejected: 2 };
    summary.spans = Intake { accepted: 910, refused: 0, rejected: 3 };
    check(&summary, |view| view.screen(), SCREEN);
    assert!(SCREEN.lines().count() <= 24 && SCREEN.lines().all(|line| line.len() <= 100));
    let line = "12 s  0 waiting, 0 running, 1 ended, TTFT p50 375 ms p99 498 ms, \
                1234 tokens/s, hits 75.0 %, 4.51 GB/s";
    check(&summary, |view| view.line(), line);
}

#[tokio::test]
async fn before_anything_is_received_nothing_is_made_up() {
    let summary = Summary::read(&Recorded::new().received(), &SelfMetrics::default());
    let line = "12 s  0 waiting, 0 running, 0 ended, TTFT -, 1234 tokens/s, hits -, 4.51 GB/s";
    check(&summary, |view| view.line(), line);
}

#[tokio::test]
async fn a_ledger_is_read_from_one_stage_of_the_fleet() {
    let store = a_fleet().received();
    let decode = received::ledger(&store, Stage::Decode);
    assert_eq!((decode.requests_total(), decode.requests["stop"]), (1, 1));
    assert_eq!((decode.input_tokens, decode.output_tokens), (800, 20));
    assert_eq!((decode.prompt_tokens["remote"], decode.prompt_tokens["computed"]), (800, 0));
    assert_eq!((decode.transfers, decode.transfer_bytes), (1, 262_144_000));
    let prefill = received::ledger(&store, Stage::Prefill);
    assert_eq!((prefill.requests_total(), prefill.output_tokens), (1, 0));
    assert_eq!((prefill.prompt_tokens["device"], prefill.prompt_tokens["computed"]), (600, 200));
}

/// What the demo writes on its screen.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Scenario: clients ask for two seconds, many of them; then everything ends.
///
/// Guarantees: what was recorded was received and is on the page; every request ends once; the run ends in time; no
/// link shows more than it carries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_run_conserves_what_it_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.txt");
    let demo = Demo::start(Options {
        seed: 5,
        rate: 10.0,
        lasts: Some(Duration::from_secs(2)),
        ports: Ports::Free,
        scrape_to: Some(page.clone()),
    });
    let written = Captured::default();
    let mut screen = Screen::new(Box::new(written.clone()), false);
    let ending = demo.unwrap().run(&mut screen, std::future::pending()).await;

    let errors: Vec<_> = ending.errors.iter().map(ToString::to_string).collect();
    let totals = ending.totals;
    assert!(errors.is_empty(), "{errors:?} {totals:?}");
    assert!(totals.conserved, "{totals:?}");
    let decode = &totals.received.decode;
    assert!(decode.requests_total() > 5, "{totals:?}");
    for (sent, items) in [(totals.sent.points, totals.points), (totals.sent.spans, totals.spans)] {
        assert!(sent.delivered <= items.accepted, "{totals:?}");
        if (sent.unconfirmed, sent.retries) == (0, 0) {
            assert_eq!(sent.delivered, items.accepted, "{totals:?}");
        }
    }

    let page = std::fs::read_to_string(page).unwrap();
    let values = |start: &str, part: &str| -> f64 {
        let lines = page.lines().filter(|line| line.starts_with(start) && line.contains(part));
        lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    };
    let output = values("infer_token_output_total{", "infer_stage=\"decode\"");
    assert_eq!(output, decode.output_tokens as f64);

    let mut sent_bytes = 0.0;
    for replica in ["0", "1"] {
        let sent = format!("infer_replica=\"{replica}\",infer_stage=\"prefill\"");
        let bytes = values("infer_transfer_io_bytes_total{", &sent);
        let nanos = values("infer_transfer_busy_time_seconds_total{", &sent) * 1e9;
        let carried = LINK_BANDWIDTH * nanos;
        assert!(bytes <= carried * (1.0 + 1e-6), "prefill {replica}: {bytes} of {carried} bytes");
        sent_bytes += bytes;
    }
    assert_eq!(sent_bytes, decode.transfer_bytes as f64);

    let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(written.starts_with("metrics http://127.0.0.1:"), "{written}");
    assert!(written.contains("inferometer demo: llama-3-70b"), "{written}");
    assert!(!written.contains('\x1b'), "no terminal, no escapes: {written:?}");
}

/// Scenario: somebody wants to end it while requests are open and a long time is left.
///
/// Guarantees: it ends, and every request is accounted for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_stop_ends_it_cleanly() {
    let options = Options {
        rate: 40.0,
        lasts: Some(Duration::from_secs(3600)),
        ports: Ports::Free,
        ..Options::default()
    };
    let demo = Demo::start(options).unwrap();
    let mut screen = Screen::new(Box::new(io::sink()), false);
    let stop = tokio::time::sleep(Duration::from_millis(700));
    let ending = demo.run(&mut screen, stop).await;
    assert!(ending.errors.is_empty(), "{ending:?}");
    assert!(ending.totals.conserved, "{ending:?}");
    assert!(ending.totals.seconds < 10.0, "{ending:?}");
}
