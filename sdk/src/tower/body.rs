//! The body of a response, until its last chunk.

use std::{
    any::type_name,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::call::Call;
use crate::unwind::or_on_panic;

pin_project! {
    /// A body whose chunks are noted as they pass. Dropping it before its end, as happens when the client leaves,
    /// cancels the call.
    #[derive(Debug)]
    pub struct TracedBody<B> {
        #[pin]
        inner: B,
        call: Call,
    }
}

impl<B> TracedBody<B> {
    pub(super) const fn new(inner: B, call: Call) -> Self {
        Self { inner, call }
    }
}

impl<B: Body> Body for TracedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        task: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let mut this = self.project();
        let current = this.call.context().clone().attach();
        let inner = this.inner.as_mut();
        let polled = or_on_panic(|| inner.poll_frame(task), || this.call.panicked());
        drop(current);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    this.call.chunk(data.remaining());
                } else if let Some(trailers) = frame.trailers_ref() {
                    this.call.trailers(trailers);
                }
                // A server that knows this was the last frame does not ask for another one.
                if this.inner.is_end_stream() {
                    this.call.complete();
                }
            }
            Poll::Ready(Some(Err(_))) => this.call.fail(type_name::<B::Error>()),
            Poll::Ready(None) => this.call.complete(),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
