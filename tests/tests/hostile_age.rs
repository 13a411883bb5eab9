//! Connections that are asked to leave because of their age lose nothing: every call is answered, at the second attempt
//! at the latest, and none is taken twice.
//!
//! The second attempt is for tonic's sake: a call that it has handed to a connection whose end is known by then fails
//! there as cancelled, without having been sent. OTLP has senders repeat such calls.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use inferometer_tests::{
    hostile::{self, CONFIG, MIB, Victim, scaled},
    wait,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use tonic::{Code, transport::Endpoint};

/// Clients, each with a connection.
const CLIENTS: usize = 4;

/// Calls that each client has under way.
const CALLS_AT_ONCE: usize = 4;

/// Points of a call.
const POINTS: usize = 5;

/// Attempts at one call.
const ATTEMPTS: usize = 2;

/// How often every client's connection is replaced, about.
const REPLACED: usize = 10;

#[derive(Debug, Default)]
struct Counted {
    stops: AtomicBool,
    answered: AtomicU64,
    repeated: AtomicU64,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [answered, repeated] =
            [&self.answered, &self.repeated].map(|n| n.load(Ordering::Relaxed));
        write!(f, "{answered} calls answered, {repeated} at the second attempt")
    }
}

/// Calls until told to stop, always with several calls under way.
async fn call(endpoint: String, nth: usize, counted: &Counted) {
    let channel = Endpoint::from_shared(endpoint).expect("a URL").connect_lazy();
    let caller = async |part: usize| {
        let mut client = MetricsServiceClient::new(channel.clone());
        let mut time = 0;
        while !counted.stops.load(Ordering::Relaxed) {
            time += 1;
            let service = format!("aging-{nth}-{part}");
            let request = hostile::gauges("age", &service, 0..POINTS, time);
            let mut attempt = 1;
            while let Err(status) = client.export(request.clone()).await {
                let is_retryable = matches!(status.code(), Code::Cancelled | Code::Unavailable);
                assert!(is_retryable && attempt < ATTEMPTS, "attempt {attempt}: {status:?}");
                attempt += 1;
                counted.repeated.fetch_add(1, Ordering::Relaxed);
            }
            counted.answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    futures_util::future::join_all((0..CALLS_AT_ONCE).map(caller)).await;
}

fn connections(victim: &Victim) -> f64 {
    let labels = [("infer_collector_listener", "otlp_grpc")];
    victim.scrape().sum("infer_collector_connection_accepted_total", &labels).0
}

#[test]
fn callers_lose_nothing_when_their_connections_age() {
    let aged = CONFIG.replace("max_connection_idle: 4s", "max_connection_age: 300ms");
    assert_ne!(aged, CONFIG);
    let victim = Victim::with_config(&aged);
    let counted = Arc::new(Counted::default());
    let report = victim.attack("S17 connections asked to leave", || {
        let start = connections(&victim);
        let goal = start + (CLIENTS * scaled(REPLACED)) as f64;
        let endpoint = format!("http://{}", victim.grpc);
        let clients = (0..CLIENTS).map(|nth| {
            let (endpoint, counted) = (endpoint.clone(), Arc::clone(&counted));
            thread::spawn(move || hostile::runtime().block_on(call(endpoint, nth, &counted)))
        });
        let clients: Vec<_> = clients.collect();
        let opened = wait::until_within(2 * wait::PATIENCE, "connections to be replaced", || {
            let opened = connections(&victim);
            if opened >= goal { Ok(opened) } else { Err(format!("{opened} of {goal} were opened")) }
        });
        counted.stops.store(true, Ordering::Relaxed);
        clients.into_iter().for_each(|client| client.join().expect("a client does not panic"));
        format!("{counted}, {} connections", opened - start)
    });
    report.grew_at_most(16 * MIB);
    // The bystander makes one attempt at a call.
    let is_cancelled =
        |error: &String| error.contains("Cancelled") || error.contains("Unavailable");
    assert!(report.during.errors.iter().all(is_cancelled), "{:?}", report.during.errors);
    victim.settles([counted.answered.load(Ordering::Relaxed) * POINTS as u64, 0]);
}
