//! A clock that is turned by hand, and the spans that ended, as text.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use inferometer_sdk::{Engine, ManualClock, MeterProvider, tower::ServerLayer};
use opentelemetry::trace::{SpanKind, Status, TracerProvider};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{SdkTracerProvider, SpanData, SpanExporter},
};
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, Receiver, Sender},
    time::timeout,
};

/// How long a test waits for a span that comes at once on an idle machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// More spans than any test makes.
const SPANS_MAX: usize = 64;
const START: u64 = 1_700_000_000_000_000_000;

pub(crate) struct Rig {
    pub(crate) clock: ManualClock,
    tracers: SdkTracerProvider,
    spans: Receiver<SpanData>,
    /// Spans that ended before the one that was waited for.
    passed_over: Vec<SpanData>,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let (sender, spans) = mpsc::channel(SPANS_MAX);
        let tracers = SdkTracerProvider::builder().with_simple_exporter(Exporter(sender)).build();
        Self { clock: ManualClock::at(START), tracers, spans, passed_over: Vec::new() }
    }

    pub(crate) fn layer(&self) -> ServerLayer {
        ServerLayer::new(self.tracers.tracer("test")).clock(Arc::new(self.clock.clone()))
    }

    pub(crate) fn engine(&self) -> Engine {
        let meters = MeterProvider::builder().build();
        Engine::builder(meters.serving_scope(), self.tracers.tracer("test"), "tiny")
            .clock(Arc::new(self.clock.clone()))
            .build()
    }

    /// The next span to end that is `wanted`; others wait.
    async fn next(&mut self, wanted: impl Fn(&SpanData) -> bool) -> SpanData {
        loop {
            if let Some(found) = self.passed_over.iter().position(&wanted) {
                return self.passed_over.remove(found);
            }
            let span = timeout(PATIENCE, self.spans.recv()).await;
            self.passed_over
                .push(span.expect("a span ends in time").expect("the exporter is alive"));
        }
    }

    /// The span of an engine's request.
    pub(crate) async fn inference(&mut self) -> SpanData {
        self.next(is_inference).await
    }

    /// The server's next span.
    pub(crate) async fn next_server(&mut self) -> SpanData {
        self.next(|span| span.span_kind == SpanKind::Server && !is_inference(span)).await
    }

    /// The server's next span, whose text is this.
    #[track_caller]
    pub(crate) fn check(&mut self, expected: &str) -> impl Future<Output = SpanData> {
        let caller = std::panic::Location::caller();
        async move {
            let span = self.next_server().await;
            assert_eq!(text(&span), expected, "at {caller}");
            span
        }
    }

    /// No other span has ended.
    pub(crate) fn check_no_more(&mut self) {
        assert!(self.spans.try_recv().is_err());
    }
}

fn is_inference(span: &SpanData) -> bool {
    span.name == "chat tiny"
}

/// A listener on a free port, and where it is.
pub(crate) async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

#[derive(Debug)]
struct Exporter(Sender<SpanData>);

impl SpanExporter for Exporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        for span in batch {
            self.0.try_send(span).expect("there is room");
        }
        Ok(())
    }
}

/// `name {attribute=value, ...} !error @milliseconds event`.
fn text(span: &SpanData) -> String {
    let mut attributes: Vec<String> =
        span.attributes.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect();
    attributes.sort();
    let mut text = format!("{} {{{}}}", span.name, attributes.join(", "));
    if let Status::Error { description } = &span.status {
        text += &format!(" !{description}");
    }
    for event in &span.events.events {
        text += &format!(" @{} {}", milliseconds(event.timestamp), event.name);
    }
    text + &format!(" ..{}", milliseconds(span.end_time))
}

fn milliseconds(time: SystemTime) -> u128 {
    let since_epoch = time.duration_since(UNIX_EPOCH).expect("after 1970").as_nanos();
    (since_epoch - u128::from(START)) / 1_000_000
}
