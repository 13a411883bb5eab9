//! The other side: whoever is called learns which span calls.

use std::task::{Context as TaskContext, Poll};

use http::Request;
use opentelemetry::{Context, trace::TraceContextExt};
use tower_layer::Layer;
use tower_service::Service;

use super::headers::inject;

/// Sends W3C Trace Context with every request of a client: of the [`Context`] among its extensions, or else of the one
/// that is current where the call is made. For tonic's channels and any other client that is a service.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is a value of its own name")]
pub struct PropagationLayer;

/// What [`PropagationLayer`] makes of a client.
#[derive(Debug, Clone)]
pub struct PropagationService<S> {
    inner: S,
}

impl<S> Layer<S> for PropagationLayer {
    type Service = PropagationService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PropagationService { inner }
    }
}

impl<S, B> Service<Request<B>> for PropagationService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let given =
            request.extensions().get::<Context>().filter(|context| context.has_active_span());
        let context = given.cloned().unwrap_or_else(Context::current);
        inject(&context, request.headers_mut());
        self.inner.call(request)
    }
}
