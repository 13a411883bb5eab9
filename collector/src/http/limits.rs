//! How much one listener takes from its peers before it hears what they want.

use std::time::Duration;

/// Bounds of a [`Server`](super::Server); the limits on bodies belong to the handlers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time, default 1024. One more is accepted and closed at once, and counted.
    pub connections: usize,
    /// The same from one IPv4 address, or from one IPv6 network of 64 bits; default 256, a quarter of all.
    pub connections_per_peer: usize,
    /// From the connection's opening to the end of its first head, or of the first HTTP/2 frame; and from the beginning
    /// of a further HTTP/2 head to its end. Default 5 s. At the limit the connection is cut, and counted.
    pub header_timeout: Duration,
    /// From an HTTP/1 answer to the end of the next head, default 90 s, longer than the usual intervals of exports and
    /// scrapes: a connection that is closed just as the next request leaves costs its sender that request. At the limit
    /// the connection is closed.
    pub idle_timeout: Duration,
    /// How long an HTTP/2 connection may be without a stream, default 5 minutes, several times the usual intervals of
    /// exports. At the limit the peer is asked to leave, so that a request that crosses is served, and counted.
    pub http2_idle_timeout: Duration,
    /// How long a piece of an answer may wait for its reader, default 30 s. A connection where one waits longer, twice
    /// as long at most, is cut, and counted.
    pub write_timeout: Duration,
    /// Bytes of an HTTP/2 header list, default 16 KiB; a longer one is refused with status 431.
    pub header_list_bytes: u32,
    /// Bytes of an HTTP/1 head, and of its read buffer, default 64 KiB; a longer head is refused with status 431.
    pub head_bytes: usize,
    /// HTTP/2 streams at a time on one connection, default 128; a client waits before it opens more.
    pub streams: u32,
    /// HTTP/2 streams that the server had to reset, default 64; one more closes the connection.
    pub local_resets: usize,
    /// HTTP/2 streams that the peer reset before they were served, default 20; one more closes the connection.
    pub pending_resets: usize,
    /// Silence after which an HTTP/2 peer is asked for a sign of life, default 30 s.
    pub keep_alive_interval: Duration,
    /// How long it may take to give it, default 20 s; then the connection is closed.
    pub keep_alive_timeout: Duration,
    /// HTTP/2 frames that ask for nothing (pings, settings, priorities, updates of windows, empty data) that a peer may
    /// send within 10 s beyond ten for each request and one for each half KiB that it is sent; default 1000. A request
    /// that is reset counts as one. At the limit the connection is cut, and counted.
    pub control_frames: u32,
    /// Largest HTTP/2 frame, default 256 KiB: large frames halve the cost of receiving.
    pub frame_bytes: u32,
    /// Bytes that a peer may send ahead on one stream and on one connection, default 1 MiB.
    pub window_bytes: u32,
    /// After this long, a tenth more or less, a peer is asked to leave once its open requests are answered, so that
    /// connections spread anew over the collectors behind one address. Default never.
    pub connection_age: Option<Duration>,
    /// How long it may take to leave; then the connection is cut. Default as long as it likes.
    pub connection_age_grace: Option<Duration>,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        connections: 1024,
        connections_per_peer: 256,
        header_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(90),
        http2_idle_timeout: Duration::from_secs(300),
        write_timeout: Duration::from_secs(30),
        header_list_bytes: 16 << 10,
        head_bytes: 64 << 10,
        streams: 128,
        local_resets: 64,
        pending_resets: 20,
        keep_alive_interval: Duration::from_secs(30),
        keep_alive_timeout: Duration::from_secs(20),
        control_frames: 1000,
        frame_bytes: 256 << 10,
        window_bytes: 1 << 20,
        connection_age: None,
        connection_age_grace: None,
    };

    /// The age at which the `nth` connection is asked to leave: connections that came together do not leave together.
    pub(super) fn age_of(&self, nth: u64) -> Option<Duration> {
        // Steps of the golden ratio fill the range evenly, however many there are.
        const STEP: u64 = 618;
        let permille = 900 + u32::try_from(nth % 1000 * STEP % 1000 / 5).unwrap_or(0);
        self.connection_age.map(|age| age.saturating_mul(permille) / 1000)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_that_came_together_leave_within_a_tenth_of_their_age() {
        let limits = Limits { connection_age: Some(Duration::from_secs(100)), ..Limits::DEFAULT };
        let ages: Vec<_> = (0..1000).filter_map(|nth| limits.age_of(nth)).collect();
        assert_eq!(ages.len(), 1000);
        assert!(ages.iter().all(|age| (90..=110).contains(&age.as_secs())), "{ages:?}");
        for tenth in 90..110 {
            let within = ages.iter().filter(|age| age.as_secs() == tenth).count();
            assert!((30..=70).contains(&within), "{within} of 1000 leave after {tenth} s");
        }
        assert_eq!(Limits::DEFAULT.age_of(7), None);
    }
}
