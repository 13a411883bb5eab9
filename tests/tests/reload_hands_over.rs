//! What a component has that only one may have passes to the component that replaces it: its address, while clients
//! connect all the time, and its queue on disk, while requests come in.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use inferometer_tests::{
    CollectorProcess,
    faults::{Account, Disk, Load, Script, ScriptedBackend, Setup, all_arrived, empty_queue},
    http::{self, Reply},
    reload::reload,
    wait,
};

const SENDERS: usize = 2;
const SPANS: u64 = 2;
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

/// What is changed from one configuration to the next.
#[derive(Clone, Copy)]
struct Listeners<'a> {
    receiver: &'a str,
    http: SocketAddr,
    /// Further keys of its listener.
    keys: &'a str,
    /// Further keys of the page.
    page: &'a str,
    /// Where the status is, in another page.
    status: &'a str,
}

impl Listeners<'_> {
    fn yaml(&self, backend: &str) -> String {
        let Self { receiver, http, keys, page, status } = self;
        let loopback = "endpoint: \"127.0.0.1:0\"";
        format!(
            "\
extensions:
  bearertokenauth: {{token: sesame}}
  health_check: {{{loopback}, path: {status}}}
receivers:
  {receiver}: {{protocols: {{grpc: {{{loopback}}}, http: {{endpoint: \"{http}\"{keys}}}}}}}
exporters:
  prometheus: {{{loopback}{page}}}
  otlp: {{endpoint: \"{backend}\", sending_queue: {{queue_size: 100000}}}}
service:
  extensions: [bearertokenauth, health_check]
  pipelines:
    metrics: {{receivers: [{receiver}], exporters: [prometheus]}}
    traces: {{receivers: [{receiver}], exporters: [otlp]}}
"
        )
    }
}

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
const FIRST: Listeners<'_> =
    Listeners { receiver: "otlp", http: ANY, keys: "", page: "", status: "/" };

/// The answer to so many bytes that are no request: few enough to be read with the head, so that nothing is left to read
/// where they are refused.
fn junk(collector: SocketAddr, bytes: usize, headers: &[(&str, &str)]) -> Reply {
    let headers = [&[PROTOBUF], headers].concat();
    http::post(collector, "/v1/traces", &headers, &vec![0xff; bytes]).expect("an answer")
}

/// Asks a page until it is told to stop; how often it has.
fn ask(page: SocketAddr, stops: &AtomicBool) -> u64 {
    let mut asked = 0;
    while !stops.load(Ordering::Relaxed) {
        let answer = http::get(page, "/metrics").expect("the page is served");
        assert_eq!(answer.status, 200);
        asked += 1;
    }
    asked
}

#[test]
fn components_with_other_settings_keep_their_ports_and_refuse_nobody() {
    let backend = ScriptedBackend::start();
    let endpoint = backend.endpoint();
    let mut collector = CollectorProcess::with_config(&FIRST.yaml(&endpoint));
    let http = collector.address("OTLP over HTTP");
    let (page, health) = (collector.address("metrics"), collector.address("health"));
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let stops = Arc::new(AtomicBool::new(false));
    let load = Load::start(&account, http, SENDERS);
    let asking = {
        let stops = Arc::clone(&stops);
        thread::spawn(move || ask(page, &stops))
    };
    let limited = Listeners { keys: ", max_request_body_size: 4000", ..FIRST };
    let renamed = Listeners { receiver: "otlp/other", http, ..limited };
    let other_pages = Listeners { page: ", metric_expiration: 4m", status: "/ready", ..renamed };
    for (setup, status) in [(limited, 413), (FIRST, 400), (renamed, 413), (other_pages, 413)] {
        let acknowledged = account.acknowledged();
        reload(&collector, page, &setup.yaml(&endpoint), true);
        wait::until("requests", || match account.acknowledged() {
            now if now > acknowledged => Ok(()),
            now => Err(format!("{now} were acknowledged")),
        });
        // The one before may still take what came at the last moment.
        wait::until("the new limit", || match junk(http, 5000, &[]).status {
            now if now == status => Ok(()),
            now => Err(format!("{now} instead of {status}")),
        });
    }
    wait::until("the new path", || match http::get(health, "/ready") {
        Ok(reply) if reply.status == 200 => Ok(()),
        other => Err(format!("{other:?}")),
    });
    load.stop();
    stops.store(true, Ordering::Relaxed);
    assert!(asking.join().expect("the page was always served") > 0);
    all_arrived(&backend, &account);
    let _ = empty_queue(&mut collector, "otlp");
    let balance = account.balance(&backend.arrived());
    assert!(balance.acknowledged > 0 && balance.missing == 0, "{balance}");
    assert_eq!((balance.refused, balance.unanswered, balance.duplicates), (0, 0, 0), "{balance}");
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_port_asks_for_credentials_from_a_reload_on_and_a_reload_that_fails_leaves_it_as_it_is() {
    let backend = ScriptedBackend::start();
    let endpoint = backend.endpoint();
    let mut collector = CollectorProcess::with_config(&FIRST.yaml(&endpoint));
    let (http, page) = (collector.address("OTLP over HTTP"), collector.address("metrics"));
    let asks = Listeners { keys: ", auth: {authenticator: bearertokenauth}", ..FIRST };
    // This needs a port that the page of another component has.
    let receivers =
        format!("receivers:\n  otlp/2: {{protocols: {{http: {{endpoint: \"{page}\"}}}}}}");
    let fails = asks.yaml(&endpoint).replace("receivers:\n", &format!("{receivers}\n"));
    let fails = fails.replace("traces: {receivers: [otlp]", "traces: {receivers: [otlp, otlp/2]");
    reload(&collector, page, &fails, false);
    for _ in 0..20 {
        assert_eq!(junk(http, 10, &[]).status, 400, "nobody is asked who it is");
    }
    reload(&collector, page, &asks.yaml(&endpoint), true);
    wait::until("a question", || match junk(http, 10, &[]).status {
        401 => Ok(()),
        other => Err(other.to_string()),
    });
    for _ in 0..20 {
        assert_eq!(junk(http, 10, &[]).status, 401);
    }
    assert_eq!(junk(http, 10, &[("authorization", "Bearer sesame")]).status, 400);
    assert_eq!(collector.terminate().code, Some(0));
}

#[test]
fn a_queue_on_disk_goes_on_at_another_endpoint_and_stays_where_a_reload_fails() {
    const RELOADS: usize = 4;
    let (down, up) = (ScriptedBackend::start(), ScriptedBackend::start());
    down.set(Script::IsUnavailable);
    let folder = tempfile::tempdir().expect("a folder");
    let disk = Some(Disk { folder: folder.path(), fsync: false });
    let queue = "queue_size: 100000";
    let yaml = |endpoint: &str| Setup { disk, queue, ..Setup::to(endpoint) }.yaml();
    let mut collector = CollectorProcess::with_config(&yaml(&down.endpoint()));
    let (http, page) = (collector.address("OTLP over HTTP"), collector.address("metrics"));
    let account = Arc::new(Account::of_requests(SPANS, 300));
    let load = Load::start(&account, http, SENDERS);
    load.wait_for(20);
    // This needs a port that the page of another component has.
    let two = format!("otlp/2: {{protocols: {{http: {{endpoint: \"{page}\"}}}}}}");
    let fails = yaml(&up.endpoint()).replace("receivers:\n", &format!("receivers:\n  {two}\n"));
    reload(
        &collector,
        page,
        &fails.replace("receivers: [otlp]", "receivers: [otlp, otlp/2]"),
        false,
    );
    let asked = down.requests();
    wait::until("the one before to go on", || match down.requests() {
        now if now > asked => Ok(()),
        now => Err(format!("{now} requests")),
    });
    assert_eq!(up.requests(), 0, "a reload that fails sends nothing");
    // There and back again, as often as two follow each other at once.
    for nth in 1..=RELOADS {
        let endpoint = if nth % 2 == 0 { down.endpoint() } else { up.endpoint() };
        reload(&collector, page, &yaml(&endpoint), true);
    }
    reload(&collector, page, &yaml(&up.endpoint()), true);
    let acknowledged = account.acknowledged();
    wait::until("requests", || match account.acknowledged() {
        now if now > acknowledged => Ok(()),
        now => Err(format!("{now} were acknowledged")),
    });
    load.stop();
    all_arrived(&up, &account);
    let _ = empty_queue(&mut collector, "otlp");
    let balance = account.balance(&up.arrived());
    assert!(balance.acknowledged > 0 && balance.missing == 0, "{balance}");
    assert_eq!((balance.refused, balance.unanswered), (0, 0), "{balance}");
    assert_eq!(collector.terminate().code, Some(0));
}
