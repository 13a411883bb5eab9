//! Reads all that a socket has at once, however little its reader has room for.
//!
//! The system tells by an incomplete read that there is no more, so that a request of a few kilobytes costs one call
//! instead of three.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

/// Bytes that are read at once, and the most that a connection keeps for its reader.
const AHEAD_BYTES: usize = 32 << 10;

thread_local! {
    /// Where connections read before they know how much there is.
    static ROOM: RefCell<Box<[u8]>> = RefCell::new(vec![0; AHEAD_BYTES].into());
}

/// A stream that may have been read further than its reader has come.
#[derive(Debug)]
pub(super) struct ReadAhead<S> {
    stream: S,
    ahead: Vec<u8>,
    taken: usize,
}

impl<S> ReadAhead<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self { stream, ahead: Vec::new(), taken: 0 }
    }

    /// The stream itself, to write to.
    pub(super) const fn stream(&self) -> &S {
        &self.stream
    }

    /// The same.
    pub(super) const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let left = self.ahead.get(self.taken..).unwrap_or_default();
        let given = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..given]);
        self.taken += given;
        if self.taken >= self.ahead.len() {
            (self.ahead, self.taken) = (Vec::new(), 0);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadAhead<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            self.give(buffer);
            return Poll::Ready(Ok(()));
        }
        if buffer.remaining() >= AHEAD_BYTES {
            return Pin::new(&mut self.stream).poll_read(cx, buffer);
        }
        ROOM.with_borrow_mut(|room| {
            let mut read = ReadBuf::new(room);
            ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
            let filled = read.filled();
            let (now, later) = filled.split_at(filled.len().min(buffer.remaining()));
            buffer.put_slice(now);
            if !later.is_empty() {
                self.ahead = later.to_vec();
            }
            Poll::Ready(Ok(()))
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn every_byte_comes_once_and_in_order_whatever_the_readers_room() {
        let sent: Vec<u8> = (0..3 * AHEAD_BYTES).map(|i| u8::try_from(i % 251).unwrap()).collect();
        for room in [1, 7, 8 << 10, AHEAD_BYTES - 1, AHEAD_BYTES, 2 * AHEAD_BYTES] {
            let (mut peer, socket) = duplex(4 * AHEAD_BYTES);
            peer.write_all(&sent).await.unwrap();
            drop(peer);
            let mut reader = ReadAhead::new(socket);
            let (mut read, mut buffer) = (Vec::new(), vec![0; room]);
            loop {
                let count = reader.read(&mut buffer).await.unwrap();
                if count == 0 {
                    break;
                }
                read.extend_from_slice(&buffer[..count]);
                assert!(reader.ahead.len() < AHEAD_BYTES);
            }
            assert!(read == sent, "with room for {room} bytes");
        }
    }

    #[tokio::test]
    async fn a_small_request_is_read_at_once_and_nothing_is_kept_of_it() {
        let (mut peer, socket) = duplex(AHEAD_BYTES);
        peer.write_all(&[7; 10 << 10]).await.unwrap();
        let mut reader = ReadAhead::new(socket);
        let mut buffer = [0; 8 << 10];
        assert_eq!(reader.read(&mut buffer).await.unwrap(), buffer.len());
        assert_eq!(reader.ahead.len(), 2 << 10);
        assert_eq!(reader.read(&mut buffer).await.unwrap(), 2 << 10);
        assert_eq!(reader.ahead.capacity(), 0);
    }
}
