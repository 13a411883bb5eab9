//! Foreign senders against the real listeners.

mod auth;
mod cors;
mod damage;
mod grpc;
mod grpc_wire;
mod http;
mod in_flight;
mod raw_codec;
mod slow;
mod tenants;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use parking_lot::Mutex;
use tokio::time;

use super::OtlpReceiver;
use crate::{
    config::{CorsSettings, OtlpListenerSettings, OtlpReceiverSettings},
    http::{InFlight, Pace, Sockets, Threads},
    pipeline::{Intake, Item, Refusal, RefusalReason, Signal},
    self_metrics::{SelfCounter, SelfMetrics},
};

/// Long enough for any machine; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Request limit of the receivers under test.
const REQUEST_BYTES_MAX: usize = 64 << 10;

/// Pipelines that do what a test tells them.
#[derive(Debug, Default)]
struct Pipelines {
    answer: Mutex<Answer>,
    items: Mutex<Vec<Item>>,
}

#[derive(Debug, Default, Clone)]
enum Answer {
    /// Remember the bytes; kept at once.
    #[default]
    Keep,
    /// Keep all but this many.
    Reject(u64, &'static str),
    Refuse(Refusal),
    /// Say nothing until the test lets go.
    Hold,
}

impl Intake for Pipelines {
    fn admit(&self, mut item: Item) -> Result<(), Refusal> {
        match self.answer.lock().clone() {
            Answer::Keep => item.ack = crate::pipeline::Ack::ignored(),
            Answer::Reject(items, message) => {
                let ack = std::mem::replace(&mut item.ack, crate::pipeline::Ack::ignored());
                ack.reject(items, || message.to_owned());
            }
            Answer::Refuse(refusal) => return Err(refusal),
            Answer::Hold => {}
        }
        self.items.lock().push(item);
        Ok(())
    }
}

/// A receiver with both listeners on free ports.
struct Bench {
    budget: Arc<InFlight>,
    pipelines: Arc<Pipelines>,
    metrics: Arc<SelfMetrics>,
    receiver: OtlpReceiver,
}

impl Bench {
    fn start() -> Self {
        Self::with(Pace::DEFAULT, CorsSettings::NONE, InFlight::DEFAULT_LIMIT)
    }

    fn with(pace: Pace, cors: CorsSettings, in_flight_bytes_max: usize) -> Self {
        let listener = OtlpListenerSettings { pace, cors, ..OtlpListenerSettings::GRPC_DEFAULT };
        Self::listening(listener, in_flight_bytes_max)
    }

    /// With listeners as the settings say, on free ports.
    fn listening(settings: OtlpListenerSettings, in_flight_bytes_max: usize) -> Self {
        let pipelines = Arc::new(Pipelines::default());
        let metrics = Arc::new(SelfMetrics::default());
        let listener = OtlpListenerSettings {
            endpoint: SocketAddr::from(([127, 0, 0, 1], 0)),
            body_bytes_max: REQUEST_BYTES_MAX as u64,
            ..settings
        };
        let settings = OtlpReceiverSettings {
            grpc: Some(listener.clone()),
            http: Some(listener),
            ..OtlpReceiverSettings::default()
        };
        let intake = Arc::clone(&pipelines) as Arc<dyn Intake>;
        let budget = InFlight::new(in_flight_bytes_max);
        let here = (&Threads::default(), &Sockets::default());
        let receiver = OtlpReceiver::start("otlp", &settings, &intake, &budget, &metrics, here);
        let receiver = receiver.expect("free ports");
        Self { budget, pipelines, metrics, receiver }
    }

    fn answering(answer: Answer) -> Self {
        let bench = Self::start();
        *bench.pipelines.answer.lock() = answer;
        bench
    }

    fn grpc_url(&self) -> String {
        let address = self.receiver.grpc_address().expect("a gRPC listener");
        format!("http://{address}")
    }

    fn http_address(&self) -> SocketAddr {
        self.receiver.http_address().expect("an HTTP listener")
    }

    /// The bytes that reached the pipelines.
    fn received(&self) -> Vec<(Signal, Vec<u8>, u64)> {
        let items = self.pipelines.items.lock();
        items.iter().map(|item| (item.signal, item.bytes.to_vec(), item.counts.items)).collect()
    }

    fn accepted(&self, signal: Signal) -> u64 {
        self.count(SelfCounter::Accepted, signal, None)
    }

    fn refused(&self, signal: Signal, reason: RefusalReason) -> u64 {
        self.count(SelfCounter::RefusedRequests, signal, Some(reason.as_str()))
    }

    fn count(&self, counter: SelfCounter, signal: Signal, reason: Option<&str>) -> u64 {
        let mut counts = self.metrics.counts();
        counts
            .find(|count| {
                count.counter == counter && count.signal == signal && count.reason == reason
            })
            .map_or(0, |count| count.value)
    }

    /// Waits until the pipelines hold an item.
    async fn held(&self) {
        let held = async {
            while self.pipelines.items.lock().is_empty() {
                time::sleep(Duration::from_millis(1)).await;
            }
        };
        time::timeout(PATIENCE, held).await.expect("an item arrives");
    }
}

fn refusal(reason: RefusalReason) -> Refusal {
    Refusal {
        reason,
        message: "as the test says".to_owned(),
        retry_after: Some(Duration::from_millis(2500)),
    }
}

/// A request with one span of this name.
fn trace_request(name: &str) -> ExportTraceServiceRequest {
    let span = Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        name: name.to_owned(),
        ..Span::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}
