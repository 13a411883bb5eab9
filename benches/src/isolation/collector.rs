//! Collectors that answer, that hang, and that trickle, over HTTP/1.1 on the loopback.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle, ScopedJoinHandle},
    time::Duration,
};

/// Connections that a collector holds at most; a further one ends the oldest, or is ended where requests are answered.
const MAX_CONNECTIONS: usize = 16;

/// A request's body at most; a longer one ends its connection.
const MAX_BODY_BYTES: usize = 4 << 20;

/// How often a collector looks for a connection and for its end.
const TICK: Duration = Duration::from_millis(20);

/// Ticks between two bytes of a trickle.
const TICKS_PER_BYTE: u32 = 50;

/// An empty `ExportMetricsServiceResponse`: everything was accepted.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";

/// What a collector does with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Accepts every request.
    Answers,
    /// Accepts connections, reads nothing, says nothing.
    Hangs,
    /// Reads a byte a second and answers a byte a second.
    Trickles,
}

/// A collector on a port of its own, until dropped.
#[derive(Debug)]
pub(super) struct FakeCollector {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FakeCollector {
    pub(super) fn start(manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name(String::from("fake collector"))
            .spawn(move || serve(&listener, manner, &stopped))?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for FakeCollector {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic in there has been printed, and the suite has noticed that nothing was exported.
            let _ = thread.join();
        }
    }
}

/// A port of the loopback that nobody listens on.
pub(super) fn closed_port() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn serve(listener: &TcpListener, manner: Manner, stop: &AtomicBool) {
    if manner == Manner::Answers {
        return thread::scope(|scope| {
            let mut answering: Vec<ScopedJoinHandle<'_, io::Result<()>>> = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                answering.retain(|connection| !connection.is_finished());
                if let Ok((stream, _)) = listener.accept()
                    && answering.len() < MAX_CONNECTIONS
                {
                    // Ends when the exporter leaves it, or with the collector; the exporter replaces a broken one.
                    answering.push(scope.spawn(move || answer(&stream, stop)));
                }
                thread::park_timeout(TICK);
            }
        });
    }
    let mut held = VecDeque::new();
    let mut tick = 0_u32;
    while !stop.load(Ordering::Relaxed) {
        if let Ok((stream, _)) = listener.accept() {
            if held.len() == MAX_CONNECTIONS {
                held.pop_front();
            }
            held.push_back(Trickle { stream, said: 0 });
        }
        if manner == Manner::Trickles && tick.is_multiple_of(TICKS_PER_BYTE) {
            held.retain_mut(|trickle| trickle.byte().is_ok());
        }
        tick = tick.wrapping_add(1);
        thread::park_timeout(TICK);
    }
}

/// Answers one request after the other.
fn answer(stream: &TcpStream, stop: &AtomicBool) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TICK))?;
    let mut reader = BufReader::new(stream);
    let mut body = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        match reader.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        body.resize(body_length(&mut reader)?, 0);
        reader.read_exact(&mut body)?;
        (&mut &*stream).write_all(ANSWER)?;
    }
    Ok(())
}

/// Reads a request's head.
fn body_length(reader: &mut impl BufRead) -> io::Result<usize> {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.by_ref().take(8192).read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.split_once(':') else {
            if line.trim().is_empty() {
                return Ok(length);
            }
            continue;
        };
        if name.eq_ignore_ascii_case("content-length") {
            let value = value.trim().parse().ok().filter(|length| *length <= MAX_BODY_BYTES);
            length = value.ok_or(io::ErrorKind::InvalidData)?;
        }
    }
}

/// One connection of a trickling collector.
#[derive(Debug)]
struct Trickle {
    stream: TcpStream,
    said: usize,
}

impl Trickle {
    /// Reads one byte, if one came, and says one.
    fn byte(&mut self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        match self.stream.read(&mut [0]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
        self.stream.write_all(&ANSWER[self.said..=self.said])?;
        // An answer that never ends: the status line goes on and on.
        self.said = (self.said + 1).min(ANSWER.len() - 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_that_answers_accepts_requests_one_after_the_other() {
        let collector = FakeCollector::start(Manner::Answers).expect("the loopback has a port");
        let mut stream = TcpStream::connect(collector.address()).expect("it listens");
        for _ in 0..2 {
            stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").expect("written");
            let mut answer = [0; ANSWER.len()];
            stream.read_exact(&mut answer).expect("an answer");
            assert_eq!(answer, ANSWER);
        }
    }
}
