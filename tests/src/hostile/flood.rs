//! A connection that is written to as fast as its peer reads, while what the peer says is noted.

use std::{cell::RefCell, fmt, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    time::{self, Instant},
};

use super::{
    frame::{Frame, flag, kind},
    socket,
};

/// Bytes of one write, made of whole frames.
const WRITE_BYTES: usize = 16 << 10;

/// How long a flood may take at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// A flood of so many pieces.
#[derive(Debug, Clone, Copy)]
pub struct Flood {
    /// Where to.
    pub target: SocketAddr,
    /// Who from; see [`socket::attacker`].
    pub attacker: usize,
    /// How many pieces are sent, unless the peer closes the connection before.
    pub pieces: usize,
    /// How long the connection stays open after them, unless the peer closes it.
    pub stays: Duration,
}

/// What became of a flood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flooded {
    /// Pieces that were written.
    pub written: usize,
    /// The code of the peer's last `GOAWAY`.
    pub goaway: Option<u32>,
    /// Streams that the peer reset.
    pub resets: usize,
    /// Streams that the peer answered.
    pub answers: usize,
    /// When the peer closed the connection, from the start.
    pub closed_after: Option<Duration>,
    /// What the peer's `SETTINGS` say, by number.
    pub settings: Vec<(u16, u32)>,
}

impl Flood {
    /// Sends `first`, then `piece(0)`, `piece(1)`, ... of whole frames, until they are sent or the peer closes.
    ///
    /// # Panics
    /// If the peer does not take the connection at all, or neither reads nor closes in time.
    #[track_caller]
    pub fn run(&self, first: &[u8], piece: impl Fn(usize) -> Vec<u8>) -> Flooded {
        socket::runtime().block_on(self.flood(first, piece))
    }

    async fn flood(&self, first: &[u8], piece: impl Fn(usize) -> Vec<u8>) -> Flooded {
        let source = socket::attacker(self.attacker);
        let stream = socket::connect(source, self.target).await.expect("a connection");
        let (read, write) = stream.into_split();
        let seen = RefCell::new(Flooded::default());
        let mut reading = std::pin::pin!(note(read, &seen));
        let writing = time::timeout(PATIENCE, self.write(write, first, piece, &seen));
        tokio::select! {
            () = &mut reading => {}
            written = writing => {
                // Kept open until here: its end would be taken for the end of the connection.
                let _write = written.expect("the peer reads, or closes the connection");
                let _ = time::timeout(self.stays, reading).await;
            }
        }
        seen.take()
    }

    async fn write(
        &self,
        mut write: OwnedWriteHalf,
        first: &[u8],
        piece: impl Fn(usize) -> Vec<u8>,
        seen: &RefCell<Flooded>,
    ) -> OwnedWriteHalf {
        let mut buffer = first.to_vec();
        for number in 0..self.pieces {
            buffer.extend(piece(number));
            if buffer.len() >= WRITE_BYTES || number + 1 == self.pieces {
                if write.write_all(&buffer).await.is_err() {
                    break;
                }
                seen.borrow_mut().written = number + 1;
                buffer.clear();
            }
        }
        write
    }
}

/// Reads until the peer closes.
async fn note(mut read: OwnedReadHalf, seen: &RefCell<Flooded>) {
    let start = Instant::now();
    let (mut buffer, mut piece) = (Vec::new(), vec![0; 64 << 10]);
    while let Ok(length @ 1..) = read.read(&mut piece).await {
        buffer.extend_from_slice(&piece[..length]);
        while let Some(frame) = Frame::take(&mut buffer) {
            let mut seen = seen.borrow_mut();
            match frame.kind {
                kind::GOAWAY => seen.goaway = frame.number(4),
                kind::RST_STREAM => seen.resets += 1,
                kind::HEADERS => seen.answers += 1,
                kind::SETTINGS if frame.flags & flag::ACK == 0 => seen.settings = frame.settings(),
                _ => {}
            }
        }
    }
    seen.borrow_mut().closed_after = Some(start.elapsed());
}

impl fmt::Display for Flooded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, goaway, resets, answers, closed_after, .. } = self;
        write!(f, "{written} pieces written, {answers} answers, {resets} resets, ")?;
        match goaway {
            Some(code) => write!(f, "GOAWAY {code}, ")?,
            None => write!(f, "no GOAWAY, ")?,
        }
        match closed_after {
            Some(time) => write!(f, "closed after {:.2} s", time.as_secs_f64()),
            None => write!(f, "not closed"),
        }
    }
}
