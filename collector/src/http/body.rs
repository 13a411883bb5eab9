//! Bodies of responses: none, one piece, a stream of pieces, or a piece with trailers.
//!
//! Body and pieces keep their exchange open until they are sent, so that the connection knows who does not read.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc;

use super::progress::Exchange;

/// Pieces that a streamed body holds before its sender waits for the peer.
const PIECES_AHEAD: usize = 2;

/// The body of a response.
#[derive(Debug, Default)]
pub struct Body {
    state: State,
    exchange: Option<Exchange>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    Full(Bytes),
    WithTrailers(Bytes, HeaderMap),
    Trailers(HeaderMap),
    Stream(mpsc::Receiver<Piece>),
}

#[derive(Debug)]
enum Piece {
    Data(Bytes),
    End,
}

/// Bytes of a body on their way to the peer.
#[derive(Debug)]
pub struct SentBytes {
    bytes: Bytes,
    /// Given back once they are with the operating system.
    _exchange: Option<Exchange>,
}

/// Fills a streamed body.
///
/// A sender that is dropped before [`BodySender::finish`] breaks the response off, so that a peer never takes half a
/// page for a whole one.
#[derive(Debug)]
pub struct BodySender(mpsc::Sender<Piece>);

/// The peer went away before the body was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// The side that fills a streamed body gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokenOff;

impl Body {
    /// A body of one piece.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        State::Full(bytes.into()).into()
    }

    /// A body of one piece, followed by trailers.
    pub fn with_trailers(bytes: impl Into<Bytes>, trailers: HeaderMap) -> Self {
        State::WithTrailers(bytes.into(), trailers).into()
    }

    /// A body that is sent while it is made; the sender runs at most two pieces ahead of the peer.
    #[must_use]
    pub fn stream() -> (BodySender, Self) {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        (BodySender(sender), State::Stream(receiver).into())
    }

    /// The same, as the answer of this exchange.
    pub(super) fn of(self, exchange: Exchange) -> Self {
        Self { exchange: Some(exchange), ..self }
    }
}

impl From<State> for Body {
    fn from(state: State) -> Self {
        Self { state, exchange: None }
    }
}

impl SentBytes {
    fn new(bytes: Bytes, exchange: Option<Exchange>) -> Frame<Self> {
        Frame::data(Self { bytes, _exchange: exchange })
    }
}

impl Buf for SentBytes {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }
}

impl BodySender {
    /// Sends the next piece; waits while the peer is slow.
    ///
    /// # Errors
    /// [`Gone`] if the peer went away: nothing more needs to be made.
    pub async fn send(&self, piece: impl Into<Bytes>) -> Result<(), Gone> {
        let piece = Piece::Data(piece.into());
        self.0.send(piece).await.map_err(|_| Gone)
    }

    /// Ends the body: everything was sent.
    ///
    /// # Errors
    /// [`Gone`] if the peer went away before the end.
    pub async fn finish(self) -> Result<(), Gone> {
        self.0.send(Piece::End).await.map_err(|_| Gone)
    }
}

impl hyper::body::Body for Body {
    type Data = SentBytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<SentBytes>, BrokenOff>>> {
        let Self { state, exchange } = &mut *self;
        if let State::Stream(pieces) = state {
            return pieces.poll_recv(cx).map(|piece| match piece {
                Some(Piece::Data(bytes)) => {
                    Some(Ok(SentBytes::new(bytes, exchange.as_ref().map(Exchange::piece))))
                }
                Some(Piece::End) => None,
                None => Some(Err(BrokenOff)),
            });
        }
        let mut whole = |bytes| SentBytes::new(bytes, exchange.take().map(Exchange::answering));
        let frame = match std::mem::take(state) {
            State::Full(bytes) if !bytes.is_empty() => Some(whole(bytes)),
            State::WithTrailers(bytes, trailers) => {
                *state = State::Trailers(trailers);
                Some(whole(bytes))
            }
            State::Trailers(trailers) => Some(Frame::trailers(trailers)),
            State::Empty | State::Full(_) | State::Stream(_) => None,
        };
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        match &self.state {
            State::Empty => true,
            State::Full(bytes) => bytes.is_empty(),
            State::WithTrailers(..) | State::Trailers(_) | State::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::Empty | State::Trailers(_) => SizeHint::with_exact(0),
            State::Full(bytes) | State::WithTrailers(bytes, _) => {
                SizeHint::with_exact(bytes.len() as u64)
            }
            State::Stream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body was broken off before its end")
    }
}

impl std::error::Error for BrokenOff {}
