//! A streamed answer as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::response::sse;
use futures_core::Stream;
use tokio::sync::mpsc::Receiver;

use super::chunk::Chunks;
use crate::engine::Event;

/// The events of one answer, in order. Dropping it, as happens when the client leaves, abandons the
/// request: the engine stops at the next token.
#[derive(Debug)]
pub(super) struct AnswerStream {
    chunks: Chunks,
    events: Receiver<Event>,
    /// Data that is ready to go: at most the three last chunks.
    ready: VecDeque<String>,
    over: bool,
}

impl AnswerStream {
    pub(super) fn new(chunks: Chunks, events: Receiver<Event>) -> Self {
        let ready = VecDeque::from([chunks.opening()]);
        Self { chunks, events, ready, over: false }
    }
}

impl Stream for AnswerStream {
    type Item = Result<sse::Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(data) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(sse::Event::default().data(data))));
            }
            if self.over {
                return Poll::Ready(None);
            }
            let event = ready!(self.events.poll_recv(context));
            let event = event.unwrap_or_else(|| Event::Failed("the engine has stopped".to_owned()));
            let (data, over) = self.chunks.of(event);
            self.ready.extend(data);
            self.over = over;
        }
    }
}
