//! A response on its way to the client, accounted as it passes: as a stream, or whole.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
};

use futures_core::{FusedStream, Stream};
use inferometer_semconv::attributes::FinishReason;
use opentelemetry::Context;
use pin_project_lite::pin_project;

use super::{
    meters::Meters, request::Request, stream_accounting::Accounting, stream_item::StreamItem,
};
use crate::{metrics::Scope, unwind::or_on_panic};

/// Items in a row that are there for the accounts alone and are taken in one poll; then other tasks get their turn.
const MAX_SILENT_ITEMS_PER_POLL: usize = 32;

pin_project! {
    /// A response's stream that feeds its request, made by [`Request::stream`].
    ///
    /// | what happens | how the request ends |
    /// |---|---|
    /// | the stream ends | with the finish reason; of several answers' the gravest. Without any, it failed as `incomplete`, see [`ends_as`](Self::ends_as) |
    /// | it is dropped, as when the client leaves | aborted; failed as `timeout` after its [deadline](Request::deadline_at); with the finish reason if every answer had ended |
    /// | an item says that it broke, or is an error | failed with that type |
    /// | making or reading an item panics | failed as `panic` |
    ///
    /// Exactly once in any case. The first item with tokens gives the time to first token, each later one a time between
    /// tokens; the usage is looked at whether or not the client asked for it. Per item nothing is allocated, except when
    /// an answer is seen for the first time that [`answers`](Self::answers) made no room for.
    #[derive(Debug)]
    #[must_use = "nothing is accounted unless it is polled, and dropping it records an aborted request"]
    pub struct AccountedStream<S, M: Meters = Scope> {
        #[pin]
        inner: S,
        accounting: Accounting<M>,
        include_usage: bool,
        is_over: bool,
    }
}

pin_project! {
    /// A whole response that feeds its request, made by [`Request::whole`].
    #[derive(Debug)]
    #[must_use = "nothing is accounted unless it is awaited, and dropping it records an aborted request"]
    pub struct AccountedResponse<F, M: Meters = Scope> {
        #[pin]
        inner: F,
        accounting: Accounting<M>,
    }
}

impl<M: Meters> Request<M> {
    /// Hands the request to its response's stream, which reports everything from now on. The client gets what
    /// [`StreamItem::forward`] leaves of the items.
    pub fn stream<S>(self, items: S) -> AccountedStream<S, M>
    where
        S: Stream<Item: StreamItem>,
    {
        AccountedStream {
            inner: items,
            accounting: Accounting::of(self),
            include_usage: false,
            is_over: false,
        }
    }

    /// As [`Request::stream`], for a response that comes in one piece: it is accounted as a stream of one item, whose
    /// client asked for usage. Output whose tokens only the usage counts is there when the response is.
    pub fn whole<F>(self, response: F) -> AccountedResponse<F, M>
    where
        F: Future<Output: StreamItem>,
    {
        AccountedResponse { inner: response, accounting: Accounting::of(self) }
    }
}

impl<S, M: Meters> AccountedStream<S, M> {
    /// Whether the client asked for usage, in OpenAI's API by `stream_options.include_usage`. Default: no.
    pub fn include_usage(mut self, include_usage: bool) -> Self {
        self.include_usage = include_usage;
        self
    }

    /// How many answers there will be: the prompts of the batch times `n`. Default: as many as are seen. A client that
    /// leaves before all of them have ended has given up.
    pub fn answers(mut self, answers: usize) -> Self {
        self.accounting.ledger.expect(answers);
        self
    }

    /// What the end of the stream means, if no item says why. Default: that the engine broke off, a failure of the type
    /// `incomplete`.
    pub fn ends_as(mut self, reason: FinishReason) -> Self {
        self.accounting.ends_as = Some(reason);
        self
    }

    /// The context of the request's span, until it has ended.
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.accounting.request().map(Request::context)
    }
}

impl<S, M> Stream for AccountedStream<S, M>
where
    S: Stream<Item: StreamItem>,
    M: Meters,
{
    type Item = <S::Item as StreamItem>::Forwarded;

    fn poll_next(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.is_over {
            return Poll::Ready(None);
        }
        for _ in 0..MAX_SILENT_ITEMS_PER_POLL {
            let inner = this.inner.as_mut();
            let make = || inner.poll_next(task);
            let Some(item) = ready!(or_on_panic(make, || this.accounting.panicked())) else {
                *this.is_over = true;
                this.accounting.ended();
                return Poll::Ready(None);
            };
            this.accounting.item(&item);
            let forward = || item.forward(*this.include_usage);
            if let Some(item) = or_on_panic(forward, || this.accounting.panicked()) {
                return Poll::Ready(Some(item));
            }
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Any of them may be for the accounts alone.
        (0, if self.is_over { Some(0) } else { self.inner.size_hint().1 })
    }
}

impl<S, M> FusedStream for AccountedStream<S, M>
where
    S: Stream<Item: StreamItem>,
    M: Meters,
{
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<F, M> Future for AccountedResponse<F, M>
where
    F: Future<Output: StreamItem>,
    M: Meters,
{
    /// What the client gets: nothing only of an item that has nothing for it.
    type Output = Option<<F::Output as StreamItem>::Forwarded>;

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let make = || this.inner.poll(task);
        let item = ready!(or_on_panic(make, || this.accounting.panicked()));
        this.accounting.item(&item);
        this.accounting.ended();
        Poll::Ready(item.forward(true))
    }
}
