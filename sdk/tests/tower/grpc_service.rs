//! A gRPC service with one method of every kind, without generated code.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use bytes::{Buf, BufMut};
use futures_util::{Stream, StreamExt, future::BoxFuture, stream};
use inferometer_sdk::{Engine, ManualClock, Prompt};
use opentelemetry::Context;
use tonic::{
    Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, NamedService, ServerStreamingService},
};
use tower::Service;

/// What a request asks for.
pub(crate) mod ask {
    pub(crate) const THREE: &[u8] = b"three";
    pub(crate) const FOREVER: &[u8] = b"forever";
    pub(crate) const FAILURE: &[u8] = b"failure";
    pub(crate) const BREAK: &[u8] = b"break";
}

/// Streams tokens.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) engine: Engine,
    pub(crate) clock: ManualClock,
}

type TokenStream = Pin<Box<dyn Stream<Item = Result<Vec<u8>, Status>> + Send>>;

impl ServerStreamingService<Vec<u8>> for Tokens {
    type Response = Vec<u8>;
    type ResponseStream = TokenStream;
    type Future = BoxFuture<'static, Result<Response<TokenStream>, Status>>;

    fn call(&mut self, request: Request<Vec<u8>>) -> Self::Future {
        let parent = request.extensions().get::<Context>().cloned().unwrap_or_default();
        let mut inference = self.engine.request(&parent, Prompt::default());
        let clock = self.clock.clone();
        // Messages that are there at once would share a chunk.
        let tokens = stream::iter([1, 2, 3]).then(async |token| {
            tokio::task::yield_now().await;
            token
        });
        let tokens = tokens.map(move |token| {
            clock.advance(Duration::from_millis(10));
            inference.tokens(1);
            Ok(vec![token])
        });
        let asked = request.into_inner();
        Box::pin(async move {
            Ok(Response::new(match &*asked {
                ask::FAILURE => return Err(Status::internal("no memory")),
                ask::FOREVER => Box::pin(tokens.chain(stream::pending())) as TokenStream,
                ask::BREAK => {
                    Box::pin(tokens.chain(stream::iter([Err(Status::unavailable("gone"))])))
                }
                _ => Box::pin(tokens),
            }))
        })
    }
}

impl NamedService for Tokens {
    const NAME: &'static str = "test.Tokens";
}

impl Service<http::Request<Body>> for Tokens {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            if request.uri().path() != "/test.Tokens/Stream" {
                return Ok(Status::unimplemented("").into_http());
            }
            Ok(Grpc::new(Bytes).server_streaming(service, request).await)
        })
    }
}

/// Messages that are bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let length = buffer.remaining();
        Ok(Some(buffer.copy_to_bytes(length).to_vec()))
    }
}
