//! A collector made of OpenTelemetry's own generated server: it keeps what it gets, and answers as told.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test program uses the part of this that it needs"
)]

mod server;
mod unused_port;

use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::{KeyValue, any_value::Value},
    metrics::v1::{Metric, metric::Data, number_data_point},
    resource::v1::Resource,
    trace::v1::Span,
};
use tonic::{
    Code, Request, Response, Status, codec::CompressionEncoding, metadata::MetadataMap,
    transport::Server,
};

pub(crate) use server::{Reply, WireCollector};
pub(crate) use unused_port::UnusedPort;

/// The longest that a test waits for something that should happen at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the collector says to one request for metrics.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Accept,
    Refuse(Code),
    Reject(i64),
    /// Accepts with a message of this many bytes.
    Say(usize),
    Hang,
}

#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) metrics: Vec<ExportMetricsServiceRequest>,
    pub(crate) traces: Vec<ExportTraceServiceRequest>,
    pub(crate) headers: Vec<MetadataMap>,
    /// Requests for metrics, refused ones included.
    pub(crate) attempts: usize,
    answers: VecDeque<Answer>,
}

impl Received {
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        let scopes = self.traces.iter().flat_map(|request| {
            request.resource_spans.iter().flat_map(|resource| &resource.scope_spans)
        });
        scopes.flat_map(|scope| &scope.spans)
    }

    pub(crate) fn span_names(&self) -> Vec<String> {
        self.spans().map(|span| span.name.clone()).collect()
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<(Mutex<Received>, Condvar)>);

impl Shared {
    fn change<T>(&self, change: impl FnOnce(&mut Received) -> T) -> T {
        let result = change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
        result
    }
}

/// Listens on a free port of 127.0.0.1 until it is dropped.
pub(crate) struct FakeCollector {
    shared: Shared,
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl FakeCollector {
    /// Gives these answers to the first requests for metrics, and accepts all others.
    pub(crate) fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared::default();
        shared.change(|received| received.answers.extend(answers));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let service = shared.clone();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let incoming = tonic::transport::server::TcpIncoming::from(listener);
                let server = Server::builder()
                    .add_service(
                        MetricsServiceServer::new(service.clone())
                            .accept_compressed(CompressionEncoding::Gzip)
                            .accept_compressed(CompressionEncoding::Zstd),
                    )
                    .add_service(TraceServiceServer::new(service));
                tokio::select! {
                    served = server.serve_with_incoming(incoming) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { shared, address, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until what was received is as wanted.
    #[track_caller]
    pub(crate) fn until<T>(&self, mut found: impl FnMut(&Received) -> Option<T>) -> T {
        let (received, changed) = &*self.shared.0;
        let mut result = None;
        let guard = received.lock().unwrap();
        let (guard, waited) = changed
            .wait_timeout_while(guard, PATIENCE, |received| {
                result = found(received);
                result.is_none()
            })
            .unwrap();
        assert!(!waited.timed_out(), "not received: {guard:#?}");
        result.unwrap()
    }

    pub(crate) fn read<T>(&self, read: impl FnOnce(&Received) -> T) -> T {
        read(&self.shared.0.0.lock().unwrap())
    }

    /// The last request for metrics, one line for each point.
    pub(crate) fn last_metrics(&self) -> Vec<String> {
        self.read(|received| received.metrics.last().map(render).unwrap_or_default())
    }
}

impl Drop for FakeCollector {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

#[tonic::async_trait]
impl MetricsService for Shared {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let answer = self.change(|received| {
            received.attempts += 1;
            received.headers.push(request.metadata().clone());
            let answer = received.answers.pop_front().unwrap_or(Answer::Accept);
            if !matches!(answer, Answer::Refuse(_) | Answer::Hang) {
                received.metrics.push(request.into_inner());
            }
            answer
        });
        let partial = |rejected_data_points, error_message| {
            Ok(Response::new(ExportMetricsServiceResponse {
                partial_success: Some(ExportMetricsPartialSuccess {
                    rejected_data_points,
                    error_message,
                }),
            }))
        };
        match answer {
            Answer::Accept => Ok(Response::new(ExportMetricsServiceResponse::default())),
            Answer::Refuse(code) => Err(Status::new(code, "as told")),
            Answer::Reject(points) => partial(points, "as told".to_owned()),
            Answer::Say(bytes) => partial(0, "x".repeat(bytes)),
            Answer::Hang => std::future::pending().await,
        }
    }
}

#[tonic::async_trait]
impl TraceService for Shared {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.change(|received| received.traces.push(request.into_inner()));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// `scope/name{key=value} unit value`, sorted; a histogram's value is its count and sum.
pub(crate) fn render(request: &ExportMetricsServiceRequest) -> Vec<String> {
    let mut lines = Vec::new();
    for scope in request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics) {
        let name = scope.scope.as_ref().map(|scope| scope.name.as_str()).unwrap_or_default();
        for metric in &scope.metrics {
            render_metric(name, metric, &mut lines);
        }
    }
    lines.sort();
    lines
}

fn render_metric(scope: &str, metric: &Metric, lines: &mut Vec<String>) {
    let mut line = |attributes: &[KeyValue], value: String| {
        let (name, unit) = (&metric.name, &metric.unit);
        lines.push(format!(
            "{scope}/{name}{{{}}} {unit} {value}",
            attributes.iter().map(render_attribute).collect::<Vec<_>>().join(",")
        ));
    };
    let number = |value: &Option<number_data_point::Value>| match value {
        Some(number_data_point::Value::AsInt(value)) => value.to_string(),
        Some(number_data_point::Value::AsDouble(value)) => value.to_string(),
        None => "nothing".to_owned(),
    };
    match metric.data.as_ref().unwrap() {
        Data::Sum(sum) => {
            sum.data_points.iter().for_each(|point| line(&point.attributes, number(&point.value)))
        }
        Data::Gauge(gauge) => {
            gauge.data_points.iter().for_each(|point| line(&point.attributes, number(&point.value)))
        }
        Data::Histogram(histogram) => histogram.data_points.iter().for_each(|point| {
            let (count, sum) = (point.count, point.sum.unwrap_or_default());
            line(&point.attributes, format!("{count}x {sum}"));
        }),
        other => line(&[], format!("{other:?}")),
    }
}

fn render_attribute(attribute: &KeyValue) -> String {
    format!("{}={}", attribute.key, value(attribute))
}

fn value(attribute: &KeyValue) -> String {
    let value = attribute.value.as_ref().and_then(|value| value.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(value)) => value.to_string(),
        other => format!("{other:?}"),
    }
}

/// The value of a resource attribute.
pub(crate) fn resource_attribute(resource: Option<&Resource>, key: &str) -> Option<String> {
    let attributes = &resource?.attributes;
    attributes.iter().find(|attribute| attribute.key == key).map(value)
}
