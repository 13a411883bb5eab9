//! A streamed answer as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::sse;
use futures_util::{Stream, StreamExt};

use super::chunk::Chunks;
use crate::engine::Told;

/// The events of one answer, in order. Dropping it, as happens when the client leaves, abandons the
/// request: the engine stops at the next token.
#[derive(Debug)]
pub(super) struct AnswerStream<S> {
    chunks: Chunks,
    told: S,
    /// Data that is ready to go: at most the three last chunks.
    ready: VecDeque<String>,
    /// The client was told how it ended.
    is_answered: bool,
}

impl<S> AnswerStream<S> {
    pub(super) fn new(chunks: Chunks, told: S) -> Self {
        let ready = VecDeque::from([chunks.opening()]);
        Self { chunks, told, ready, is_answered: false }
    }
}

impl<S: Stream<Item = Told> + Unpin> Stream for AnswerStream<S> {
    type Item = Result<sse::Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(sse::Event::default().data(data))));
            }
            let told = match ready!(self.told.poll_next_unpin(context)) {
                Some(told) => told,
                None if self.is_answered => return Poll::Ready(None),
                None => Told::Failed("the engine has stopped".to_owned()),
            };
            let (data, is_last) = self.chunks.of(told);
            self.ready.extend(data);
            self.is_answered |= is_last;
        }
    }
}
