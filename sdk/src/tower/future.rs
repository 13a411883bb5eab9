//! The handler of a call, until it has a response.

use std::{
    any::type_name,
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::{body::TracedBody, call::Call};
use crate::unwind::or_on_panic;

pin_project! {
    /// A response under way. Dropping it, as happens when the client leaves, cancels the call.
    #[derive(Debug)]
    pub struct TracedFuture<F> {
        #[pin]
        inner: F,
        // Taken when there is a response.
        call: Option<Call>,
    }
}

impl<F> TracedFuture<F> {
    pub(super) const fn new(inner: F, call: Call) -> Self {
        Self { inner, call: Some(call) }
    }
}

impl<F, B, E> Future for TracedFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<TracedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let current = this.call.as_ref().map(|call| call.context().clone().attach());
        let polled = or_on_panic(
            || this.inner.poll(task),
            || {
                if let Some(call) = this.call {
                    call.panicked();
                }
            },
        );
        drop(current);
        let result = ready!(polled);
        // A future is not polled again after it was ready.
        let Some(mut call) = this.call.take() else { return Poll::Pending };
        Poll::Ready(match result {
            Ok(response) => {
                let (mut head, body) = response.into_parts();
                call.respond(&mut head, &body);
                Ok(Response::from_parts(head, TracedBody::new(body, call)))
            }
            Err(error) => {
                call.fail(type_name::<E>());
                Err(error)
            }
        })
    }
}
