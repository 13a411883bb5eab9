//! An HTTP/2 peer made by hand: it sends what a test says, and shows every frame that comes back.

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const PRIORITY: u8 = 2;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const ACK: u8 = 1;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Longer than any limit, in time that passes as fast as nothing happens.
pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// One frame, sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The header list of a `GET`, from HPACK's static table and one literal.
pub(super) fn get_block(path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("a short path");
    [&[0x82, 0x86, 0x41, 1, b'x', 0x44, length], path.as_bytes()].concat()
}

/// A whole request without a body.
pub(super) fn get_frame(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &get_block(path))
}

/// A connection that is served under these limits, in memory, so that time is only what a test lets pass.
pub(super) struct Peer {
    pub(super) stream: DuplexStream,
    pub(super) metrics: SelfMetrics,
    pub(super) stop: watch::Sender<Stage>,
}

impl Peer {
    pub(super) fn connect(limits: Limits) -> Self {
        let metrics = SelfMetrics::default();
        let (stream, stop) = in_memory::connect(Paths, limits, &metrics);
        Self { stream, metrics, stop }
    }

    /// The same, after what HTTP/2 begins with.
    pub(super) async fn greeted(limits: Limits) -> Self {
        let mut peer = Self::connect(limits);
        peer.send(PREFACE).await;
        peer.send(&frame(SETTINGS, 0, 0, &[])).await;
        peer
    }

    /// Sends bytes; a connection that is closed takes none, which its end shows.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// The next frame; nothing once the connection is closed. Pings of the server are answered.
    pub(super) async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.stream.read_exact(&mut payload).await.ok()?;
        if kind == PING && flags & ACK == 0 {
            self.send(&frame(PING, ACK, 0, &payload)).await;
        }
        Some(Frame { kind, flags, stream: u32::from_be_bytes(stream), payload })
    }

    /// The next frame of this kind.
    pub(super) async fn next_of(&mut self, kind: u8) -> Option<Frame> {
        let next = async {
            loop {
                let frame = self.next().await?;
                if frame.kind == kind {
                    return Some(frame);
                }
            }
        };
        time::timeout(HOUR, next).await.expect("it comes")
    }

    /// Sends a `GET` and reads to the end of its answer.
    pub(super) async fn get(&mut self, stream: u32, path: &str) -> Vec<u8> {
        assert!(self.send(&get_frame(stream, path)).await, "open");
        let mut body = Vec::new();
        loop {
            let frame = self.next().await.expect("an answer");
            if frame.stream == stream && frame.kind == DATA {
                body.extend(frame.payload);
            }
            if frame.stream == stream && frame.flags & END_STREAM != 0 {
                return body;
            }
        }
    }

    /// Reads to the end of the connection; how long that took, and every frame.
    pub(super) async fn read_to_end(&mut self) -> (Duration, Vec<Frame>) {
        let start = Instant::now();
        let mut frames = Vec::new();
        let read = async {
            while let Some(frame) = self.next().await {
                frames.push(frame);
            }
        };
        time::timeout(HOUR, read).await.expect("the server closes the connection");
        (start.elapsed(), frames)
    }

    /// Connections that were cut, by reason.
    pub(super) fn cut(&self, reason: Cut) -> i64 {
        let cut = &metrics::INFER_COLLECTOR_CONNECTION_CUT;
        assert!(counted(&self.metrics, cut, None) <= 1, "there is one connection");
        counted(&self.metrics, cut, Some(reason.as_str()))
    }
}
