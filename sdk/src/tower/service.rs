//! Begins a call's span, and hands its context to the handler.

use std::task::{Context as TaskContext, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{body::TracedBody, call::Call, future::TracedFuture, layer::ServerLayer};

/// What [`ServerLayer`] makes of a server.
#[derive(Debug, Clone)]
pub struct ServerService<S> {
    pub(super) inner: S,
    pub(super) layer: ServerLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ServerService<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<TracedBody<ResBody>>;
    type Error = S::Error;
    type Future = TracedFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let call = Call::begin(&self.layer, &request);
        let context = call.context().clone();
        request.extensions_mut().insert(context.clone());
        let _current = context.attach();
        TracedFuture::new(self.inner.call(request), call)
    }
}
