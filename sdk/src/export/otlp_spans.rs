//! Spans through `opentelemetry-otlp`, with our sender in the place of its HTTP client.
//!
//! That crate makes a request of a batch and hands it to a client; here the client gives it to the sender, so protocol,
//! retries, deadline and counts are those of metrics. It reads `OTEL_EXPORTER_OTLP_*` from the process by itself, which
//! must have no effect: everything it can be told is told, and of what it hands over only the body is used.

use std::{
    cell::Cell,
    io::{self, Read},
    pin::Pin,
    sync::Arc,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{
    Compression, OTEL_EXPORTER_OTLP_COMPRESSION, OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, Protocol,
    RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter as _},
};
use tokio::{task_local, time::Instant};

use super::{in_flight::InFlight, sender::Sender, split::split};
use crate::error::StartError;

/// Never connected to; without one, the process would be asked for it.
const NOWHERE: &str = "http://localhost/v1/traces";

/// Makes requests of spans and sends them.
#[derive(Debug)]
pub(super) struct OtlpSpans {
    sender: Arc<Sender>,
    exporter: Arc<SpanExporter>,
}

impl OtlpSpans {
    pub(super) fn new(sender: Sender, resource: &Resource) -> Result<Self, StartError> {
        let sender = Arc::new(sender);
        let gzip = process_wants_compression();
        let mut builder = SpanExporter::builder()
            .with_http()
            .with_http_client(Transport { sender: Arc::clone(&sender), gzip })
            .with_endpoint(NOWHERE)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(sender.timeout())
            .with_retry_policy(RetryPolicy::disabled())
            .with_max_request_body_size(usize::MAX);
        if gzip {
            builder = builder.with_compression(Compression::Gzip);
        }
        let mut exporter = builder
            .build()
            .map_err(|error| StartError::new(format!("spans cannot be exported: {error}")))?;
        exporter.set_resource(resource);
        Ok(Self { sender, exporter: Arc::new(exporter) })
    }

    /// Sends the batch. Its spans count as lost when the future is dropped, also before its first poll.
    pub(super) fn export(
        &self,
        batch: Vec<SpanData>,
    ) -> impl Future<Output = OTelSdkResult> + Send + 'static {
        let export = Export {
            spans: Cell::new(Some(self.sender.expect(batch.len() as u64))),
            outcome: Cell::new(None),
        };
        let exporter = Arc::clone(&self.exporter);
        EXPORT.scope(export, async move {
            let answered = exporter.export(batch).await;
            match EXPORT.with(|export| export.outcome.take()) {
                Some(outcome) => outcome.map_err(OTelSdkError::InternalFailure),
                None => answered,
            }
        })
    }
}

task_local! {
    static EXPORT: Export;
}

/// What a client is not told, and what its answer has no room for.
struct Export {
    /// Until the client takes them.
    spans: Cell<Option<InFlight>>,
    /// What became of them, in words.
    outcome: Cell<Option<Result<(), String>>>,
}

/// The client that the exporter has instead of one for HTTP.
#[derive(Debug)]
struct Transport {
    sender: Arc<Sender>,
    /// Whether bodies come compressed with gzip.
    gzip: bool,
}

impl HttpClient for Transport {
    fn send_bytes<'client, 'answer>(
        &'client self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'answer>>
    where
        'client: 'answer,
        Self: 'answer,
    {
        Box::pin(async move {
            let body = self.body(request)?;
            let spans = EXPORT.try_with(|export| export.spans.take())?;
            let spans = spans.ok_or("a batch was sent before")?;
            // The deadline is the runtime's own.
            let deadline = Instant::now() + self.sender.timeout();
            let requests = split(body, spans.items());
            let delivery = Arc::clone(&self.sender).deliver(requests, deadline);
            spans.hand_over();
            let outcome = delivery.await;
            let mut answer = Response::new(Bytes::new());
            if outcome.is_err() {
                // One that nobody takes for worth another attempt.
                *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            }
            EXPORT.try_with(|export| export.outcome.set(Some(outcome)))?;
            Ok(answer)
        })
    }
}

impl Transport {
    fn body(&self, request: Request<Bytes>) -> io::Result<Bytes> {
        let body = request.into_body();
        if !self.gzip {
            return Ok(body);
        }
        let mut inflated = Vec::new();
        #[expect(clippy::disallowed_types, reason = "the exporter compressed it a moment ago")]
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut inflated)?;
        Ok(inflated.into())
    }
}

/// The exporter cannot be told to leave a body alone, and which compressions it knows depends on everybody who builds
/// it. So where the process wants one, it is told to use gzip, which it knows for certain.
fn process_wants_compression() -> bool {
    [OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, OTEL_EXPORTER_OTLP_COMPRESSION].iter().any(|name| {
        std::env::var_os(name)
            .is_some_and(|word| !word.is_empty() && !word.eq_ignore_ascii_case("none"))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        export::{Counters, ExportFailure, InMemory, Route, Signal},
        self_metrics::OperationDurations,
    };

    const SPANS: u64 = 3;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    /// Sends a body as the exporter does. `gzip` is what the transport was told, rightly or not.
    fn send(gzip: bool, body: &'static [u8]) -> (bool, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let sender = Arc::new(Sender::new(
            Signal::Traces,
            Route::Memory(InMemory::default()),
            Duration::from_secs(1),
            Arc::clone(&counters),
            OperationDurations::default(),
        ));
        let export =
            Export { spans: Cell::new(Some(sender.expect(SPANS))), outcome: Cell::new(None) };
        let transport = Transport { sender, gzip };
        let sent = async { transport.send_bytes(Request::new(Bytes::from_static(body))).await };
        let answer = runtime().block_on(EXPORT.scope(export, sent));
        (answer.is_ok_and(|answer| answer.status().is_success()), counters)
    }

    #[test]
    fn a_batch_that_reaches_the_sender_is_counted_once() {
        let (answered, counters) = send(false, b"");
        let stats = counters.read();
        assert_eq!((answered, stats.exported, stats.failed_total()), (true, SPANS, 0));
        assert_eq!(stats.in_flight, 0);
    }

    #[test]
    fn a_batch_that_never_reaches_the_sender_is_counted_as_lost() {
        let (answered, counters) = send(true, b"no gzip");
        let stats = counters.read();
        assert_eq!((answered, stats.exported), (false, 0));
        assert_eq!(stats.failed(ExportFailure::Interrupted), SPANS);
        assert_eq!(stats.in_flight, 0);
    }
}
