//! The client that nobody may hurt: it exports metrics over gRPC on a connection that it keeps, and over HTTP on a new
//! one each time, and times every answer.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::metrics::v1::{
        ExportMetricsServiceRequest, metrics_service_client::MetricsServiceClient,
    },
    metrics::v1::{Metric, NumberDataPoint, Sum, metric::Data, number_data_point},
};
use prost::Message;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{self, Instant},
};
use tonic::transport::{Channel, Endpoint};

use super::{request, socket};
use crate::{Scrape, http, wait};

/// Between two rounds of one request over each protocol.
const PAUSE: Duration = Duration::from_millis(10);

/// For one answer; a later one is an error.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// Points of one request.
const POINTS: u8 = 10;

/// What became of requests.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How long the good answers took.
    pub latencies: Vec<Duration>,
    /// What was said instead of the others.
    pub errors: Vec<String>,
}

impl Seen {
    /// The time within which so many of a hundred answers came; zero if there was none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get((sorted.len() * percent / 100).min(last)).copied().unwrap_or_default()
    }
}

/// The two ways to the collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Via {
    Grpc,
    Http,
}

/// What the client knows for certain.
#[derive(Debug, Default)]
struct Shared {
    stops: AtomicBool,
    /// Since it was last taken.
    seen: Mutex<Seen>,
    /// The number in the last acknowledged request, over gRPC and over HTTP.
    acknowledged: Mutex<[u64; 2]>,
    /// Points of acknowledged requests.
    items: Mutex<u64>,
}

/// The client on a thread of its own. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Bystander {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Bystander {
    pub(super) fn start(grpc: SocketAddr, http: SocketAddr) -> Self {
        let shared = Arc::new(Shared::default());
        let client = Client { shared: Arc::clone(&shared), http };
        let thread = thread::spawn(move || socket::runtime().block_on(client.run(grpc)));
        Self { shared, thread: Some(thread) }
    }

    /// Waits for `answers` further ones, errors included, and takes what was seen since it was last taken.
    #[track_caller]
    pub(super) fn take_after(&self, answers: usize) -> Seen {
        let count = || {
            let seen = lock(&self.shared.seen);
            seen.latencies.len() + seen.errors.len()
        };
        let goal = count() + answers;
        wait::until("answers to the bystander", || {
            let answers = count();
            if answers >= goal { Ok(()) } else { Err(format!("{answers} of {goal} came")) }
        });
        self.take()
    }

    /// Takes what was seen since it was last taken.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *lock(&self.shared.seen))
    }

    /// Stops it; the points that were acknowledged to it.
    pub(super) fn stop(&mut self) -> u64 {
        self.shared.stops.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the bystander does not panic");
        }
        *lock(&self.shared.items)
    }

    /// What was acknowledged last is what the page shows.
    #[track_caller]
    pub(super) fn is_shown(&self, page: &Scrape) {
        for (via, number) in
            [Via::Grpc, Via::Http].into_iter().zip(*lock(&self.shared.acknowledged))
        {
            let labels = [("via", via.as_str())];
            let shown = page.sum("bystander_requests_total", &labels);
            let expected = number as f64 * f64::from(POINTS);
            assert_eq!(shown, (expected, usize::from(POINTS)), "{via:?}");
        }
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.shared.stops.store(true, Ordering::Relaxed);
    }
}

impl Via {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http",
        }
    }
}

struct Client {
    shared: Arc<Shared>,
    http: SocketAddr,
}

impl Client {
    async fn run(self, grpc: SocketAddr) {
        let endpoint = Endpoint::from_shared(format!("http://{grpc}")).expect("a URL");
        let channel = endpoint.timeout(ANSWER_TIME_MAX).connect_lazy();
        let mut client = MetricsServiceClient::new(channel);
        let mut pause = time::interval(PAUSE);
        pause.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        let mut number = 0;
        while !self.shared.stops.load(Ordering::Relaxed) {
            pause.tick().await;
            number += 1;
            let start = Instant::now();
            let answer = over_grpc(&mut client, request(Via::Grpc, number)).await;
            self.note(Via::Grpc, number, start, answer);
            let start = Instant::now();
            let answer = time::timeout(ANSWER_TIME_MAX, self.over_http(number)).await;
            let answer = answer.unwrap_or_else(|_| Err("no answer in time".to_owned()));
            self.note(Via::Http, number, start, answer);
        }
    }

    async fn over_http(&self, number: u64) -> Result<(), String> {
        let body = request(Via::Http, number).encode_to_vec();
        let answer = exchange(self.http, &body).await.map_err(|cause| cause.to_string())?;
        let reply = http::parse(&answer).ok_or("an answer that was broken off")?;
        match (reply.status, &*reply.body) {
            (200, b"") => Ok(()),
            (status, _) => Err(format!("answered {status}: {}", reply.text())),
        }
    }

    fn note(&self, via: Via, number: u64, start: Instant, answer: Result<(), String>) {
        let mut seen = lock(&self.shared.seen);
        match answer {
            Ok(()) => {
                seen.latencies.push(start.elapsed());
                lock(&self.shared.acknowledged)[usize::from(via == Via::Http)] = number;
                *lock(&self.shared.items) += u64::from(POINTS);
            }
            Err(error) => seen.errors.push(format!("{}: {error}", via.as_str())),
        }
    }
}

async fn over_grpc(
    client: &mut MetricsServiceClient<Channel>,
    request: ExportMetricsServiceRequest,
) -> Result<(), String> {
    let answer = client.export(request).await.map_err(|status| format!("{status:?}"))?;
    match answer.into_inner().partial_success {
        Some(partial) if partial.rejected_data_points > 0 => Err(format!("{partial:?}")),
        _ => Ok(()),
    }
}

async fn exchange(http: SocketAddr, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = socket::connect(Ipv4Addr::LOCALHOST, http).await?;
    let head = format!(
        "POST /v1/metrics HTTP/1.1\r\nhost: {http}\r\nconnection: close\r\n\
         content-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Every point says the number of the request, which is also its time.
fn request(via: Via, number: u64) -> ExportMetricsServiceRequest {
    let point = |part: u8| NumberDataPoint {
        attributes: vec![
            request::attribute("via", via.as_str()),
            request::attribute("part", &part.to_string()),
        ],
        start_time_unix_nano: 1,
        time_unix_nano: 1 + number,
        value: Some(number_data_point::Value::AsInt(i64::try_from(number).unwrap_or(i64::MAX))),
        ..NumberDataPoint::default()
    };
    let sum = Sum {
        data_points: (0..POINTS).map(point).collect(),
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let metric = Metric {
        name: "bystander.requests".to_owned(),
        data: Some(Data::Sum(sum)),
        ..Metric::default()
    };
    let mut request = request::gauges("", "bystander", [], 0);
    request.resource_metrics[0].scope_metrics[0].metrics = vec![metric];
    request
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
