//! A request's body: what stands before the message, then the message, none of it copied.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The chunks of one body, in their order.
#[derive(Debug, Clone)]
pub(super) struct Chunks {
    prefix: Bytes,
    message: Arc<[Bytes]>,
    /// How many chunks of the message are gone.
    sent: usize,
}

impl Chunks {
    /// A message of several chunks, shared with other attempts.
    pub(super) const fn new(prefix: Bytes, message: Arc<[Bytes]>) -> Self {
        Self { prefix, message, sent: 0 }
    }

    fn rest(&self) -> &[Bytes] {
        self.message.get(self.sent..).unwrap_or_default()
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.prefix.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.prefix)))));
        }
        while let Some(chunk) = self.rest().first().cloned() {
            self.sent += 1;
            if !chunk.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(chunk))));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.prefix.is_empty() && self.rest().iter().all(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        let message: usize = self.rest().iter().map(Bytes::len).sum();
        SizeHint::with_exact((self.prefix.len() + message) as u64)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_body_is_its_chunks_in_their_order_and_none_is_copied() {
        let parts = [&b"abc"[..], b"", b"de", b""].map(Bytes::from_static);
        let mut body = Chunks::new(Bytes::from_static(b"!"), parts.clone().into());
        assert_eq!(body.size_hint().exact(), Some(6));
        let mut seen = Vec::new();
        while let Some(frame) = body.frame().await {
            seen.push(frame.unwrap().into_data().unwrap());
        }
        assert_eq!(seen, ["!", "abc", "de"]);
        assert_eq!(seen[1].as_ptr(), parts[0].as_ptr());
        assert!(body.is_end_stream());
        assert_eq!(body.size_hint().exact(), Some(0));
    }

    #[test]
    fn nothing_but_empty_chunks_has_ended_before_it_begins() {
        assert!(Chunks::new(Bytes::new(), [Bytes::new()].into()).is_end_stream());
    }
}
