//! What a server is wrapped in, and what can be set about it.

use std::{fmt, sync::Arc};

use http::Extensions;
use opentelemetry::trace::{Tracer, TracerProvider};
use tower_layer::Layer;

use super::service::ServerService;
use crate::{
    clock::{Clock, SystemClock},
    serving::StartSpan,
    telemetry::Telemetry,
};

/// The instrumentation scope of the server's spans.
const SCOPE: &str = "inferometer.tower";

/// Records a SERVER span for each request: its parent from W3C headers, the first and the last chunk of its response,
/// whether it was cancelled, and its status.
///
/// - Handlers find the span's [`Context`](opentelemetry::Context) among the request's extensions, and it is the current
///   one while the handler and the response's body run.
/// - A call whose content type is gRPC's is named by its method and judged by `grpc-status`, whether that comes with
///   the head or with the trailers. Others are judged by the HTTP status.
/// - A response whose body is dropped before its end was cancelled: the client went away. That is no error.
///
/// Neither headers nor bodies nor query strings are recorded.
#[derive(Clone)]
pub struct ServerLayer {
    pub(super) tracer: Arc<dyn StartSpan>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) route: Option<Route>,
    pub(super) is_responding: bool,
}

/// Finds the route that a framework left among a request's extensions.
pub(super) type Route = fn(&Extensions) -> Option<&str>;

impl ServerLayer {
    /// Records through any tracer.
    #[must_use]
    pub fn new<T>(tracer: T) -> Self
    where
        T: Tracer + Send + Sync + 'static,
        T::Span: Send + Sync + 'static,
    {
        Self {
            tracer: Arc::new(tracer),
            clock: Arc::new(SystemClock::new()),
            route: None,
            is_responding: false,
        }
    }

    /// Where spans' times come from. Default: a [`SystemClock`].
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Names spans by the route too, as the framework found it: with axum, and the layer added by `Router::layer`,
    /// `|extensions| extensions.get::<MatchedPath>().map(MatchedPath::as_str)`. Default: by the method alone, because
    /// there are as many paths as clients like. gRPC needs none.
    #[must_use]
    pub fn route(mut self, route: fn(&Extensions) -> Option<&str>) -> Self {
        self.route = Some(route);
        self
    }

    /// Tells clients the trace and the span of their request in the header `traceresponse`. Default: no, because not
    /// everybody who asks need know.
    #[must_use]
    pub fn trace_response(mut self) -> Self {
        self.is_responding = true;
        self
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService { inner, layer: self.clone() }
    }
}

impl Telemetry {
    /// A layer whose spans this telemetry exports.
    #[must_use]
    pub fn server_layer(&self) -> ServerLayer {
        ServerLayer::new(self.tracer_provider().tracer(SCOPE)).clock(Arc::clone(self.clock()))
    }
}

impl fmt::Debug for ServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerLayer")
            .field("route", &self.route.is_some())
            .field("trace_response", &self.is_responding)
            .finish_non_exhaustive()
    }
}
