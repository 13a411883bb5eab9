//! A socket that notes what its peer says first, how it asks, and whether it takes what it is sent.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use super::{frames::Frames, progress::Progress, read_ahead::ReadAhead};

/// What an HTTP/2 peer says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Time within which a peer may send as many frames without a request as the limit says.
const FLOOD_INTERVAL: Duration = Duration::from_secs(10);

/// A socket under watch.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: ReadAhead<S>,
    progress: Arc<Progress>,
    speech: Speech,
    /// Frames without a request that the peer may send in [`FLOOD_INTERVAL`].
    control_frames: u32,
    /// When their count began.
    counted_since: Instant,
    /// Bytes sent since.
    sent: u64,
    is_write_blocked: bool,
}

/// What the peer speaks.
#[derive(Debug)]
enum Speech {
    /// This many bytes are those that HTTP/2 begins with.
    Preface(usize),
    Http1,
    Http2 {
        frames: Frames,
        is_in_head: bool,
    },
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, progress: Arc<Progress>, control_frames: u32) -> Self {
        Self {
            stream: ReadAhead::new(stream),
            progress,
            speech: Speech::Preface(0),
            control_frames,
            counted_since: Instant::now(),
            sent: 0,
            is_write_blocked: false,
        }
    }

    /// Looks at what was read; an error if the peer is to be heard no longer.
    fn hear(&mut self, mut read: &[u8]) -> io::Result<()> {
        if let Speech::Preface(before) = &mut self.speech {
            let awaited = &PREFACE[*before..];
            let known = awaited.len().min(read.len());
            if awaited[..known] != read[..known] {
                self.speech = Speech::Http1;
            } else {
                *before += known;
                if *before == PREFACE.len() {
                    read = &read[known..];
                    self.progress.speaks_http2();
                    self.speech = Speech::Http2 { frames: Frames::default(), is_in_head: false };
                }
            }
        }
        let Speech::Http2 { frames, is_in_head } = &mut self.speech else {
            return Ok(());
        };
        frames.walk(read);
        if frames.has_begun() {
            self.progress.begun();
        }
        if *is_in_head != frames.is_in_head() {
            *is_in_head = frames.is_in_head();
            self.progress.is_in_head(*is_in_head);
        }
        if frames.surplus() < self.control_frames {
            return Ok(());
        }
        let now = Instant::now();
        let is_soon = now.duration_since(self.counted_since) < FLOOD_INTERVAL;
        if is_soon && frames.surplus_beside(self.sent) >= self.control_frames {
            self.progress.flooded();
            return Err(io::Error::other("too many HTTP/2 frames without a request"));
        }
        if !is_soon {
            frames.forget();
            (self.counted_since, self.sent) = (now, 0);
        }
        Ok(())
    }

    fn wrote(&mut self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if self.is_write_blocked != polled.is_pending() {
            self.is_write_blocked = polled.is_pending();
            self.progress.is_write_blocked(self.is_write_blocked);
        }
        if let Poll::Ready(Ok(bytes)) = polled {
            self.sent += bytes as u64;
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        Poll::Ready(self.hear(&buffer.filled()[before..]))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(self.stream.stream_mut()).poll_write(cx, bytes);
        self.wrote(polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.stream_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.stream.stream_mut()).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(self.stream.stream_mut()).poll_write_vectored(cx, pieces);
        self.wrote(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.stream().is_write_vectored()
    }
}
