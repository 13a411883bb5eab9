//! A thousand connections that say little or nothing hurt nobody, take little memory, and are shed.

use std::{fmt, io::ErrorKind, net::SocketAddr, time::Duration};

use inferometer_tests::hostile::{
    self, Frame, MIB, PREFACE, Victim, flag, header_block, kind, opening,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
    time::{self, Instant, MissedTickBehavior},
};

/// Connections of each kind; a thousand in all.
const CONNECTIONS: usize = 143;

/// The time by which all of them are shed; each has two to four seconds, and a body that is refused as too slow leaves a
/// connection behind that may then be idle.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two bytes of those who send one at a time.
const PACE: Duration = Duration::from_secs(1);

/// Per thousand connections: about 16 KiB each for buffers, in a debug build.
const MEMORY_MAX: u64 = 32 * MIB;

/// How a connection is slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slow {
    /// Says nothing.
    Silent,
    /// Sends an HTTP/1 head byte by byte.
    HeadByByte,
    /// Sends the preface of HTTP/2 and nothing more.
    PrefaceOnly,
    /// Starts a header block of HTTP/2 that it never ends.
    OpenHeaderBlock,
    /// Sends a body byte by byte over HTTP/1.
    BodyByByte,
    /// The same over HTTP/2.
    DataByByte,
    /// Has had its answer and keeps the connection.
    Idle,
}

impl Slow {
    const ALL: [Self; 7] = [
        Self::Silent,
        Self::HeadByByte,
        Self::PrefaceOnly,
        Self::OpenHeaderBlock,
        Self::BodyByByte,
        Self::DataByByte,
        Self::Idle,
    ];

    const fn is_http2(self) -> bool {
        matches!(self, Self::PrefaceOnly | Self::OpenHeaderBlock | Self::DataByByte)
    }

    /// What is sent at once.
    fn start(self) -> Vec<u8> {
        let post = |length: usize| {
            format!(
                "POST /v1/metrics HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\n\
                 content-length: {length}\r\n\r\n"
            )
        };
        let headers = |flags| {
            let block = header_block(&[
                (":method", "POST"),
                (":scheme", "http"),
                (":path", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
                ("content-type", "application/grpc"),
            ]);
            Frame::new(kind::HEADERS, flags, 1, block).bytes()
        };
        match self {
            Self::Silent => vec![],
            Self::HeadByByte => b"POST /v1/metrics HTTP/1.1\r\nx: ".to_vec(),
            Self::PrefaceOnly => PREFACE.to_vec(),
            Self::OpenHeaderBlock => [opening(), headers(0)].concat(),
            Self::BodyByByte => post(1 << 20).into_bytes(),
            Self::DataByByte => [opening(), headers(flag::END_HEADERS)].concat(),
            Self::Idle => post(0).into_bytes(),
        }
    }

    /// What is sent again and again.
    fn drip(self) -> Option<Vec<u8>> {
        match self {
            Self::HeadByByte | Self::BodyByByte => Some(b"x".to_vec()),
            Self::DataByByte => Some(Frame::new(kind::DATA, 0, 1, *b"x").bytes()),
            _ => None,
        }
    }

    /// When the collector ended the connection, from its start; nothing if it did not in time.
    async fn hold(self, nth: usize, target: SocketAddr, until: Instant) -> Option<Duration> {
        let start = Instant::now();
        let stream = match hostile::connect(hostile::attacker(nth), target).await {
            Ok(stream) => stream,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                return Some(start.elapsed());
            }
            Err(error) => panic!("{self:?}, number {nth}: {error}"),
        };
        let (mut read, mut write) = stream.into_split();
        let ended = async {
            let mut piece = [0; 4096];
            while let Ok(1..) = read.read(&mut piece).await {}
        };
        let writing = async {
            let _ = write.write_all(&self.start()).await;
            let mut pace = time::interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while let Some(drip) = self.drip() {
                pace.tick().await;
                if write.write_all(&drip).await.is_err() {
                    break;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            () = ended => Some(start.elapsed()),
            () = writing => None,
            () = time::sleep_until(until) => None,
        }
    }
}

/// How those of one kind fared.
#[derive(Debug, Clone, Copy)]
struct Shed {
    slow: Slow,
    shed: usize,
    held: usize,
    last: Duration,
}

#[derive(Debug)]
struct AllShed(Vec<Shed>);

impl fmt::Display for AllShed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tell = |Shed { slow, shed, held, last }: &Shed| {
            format!("{slow:?} {shed} of {} in {:.1} s", shed + held, last.as_secs_f64())
        };
        write!(f, "shed: {}", self.0.iter().map(tell).collect::<Vec<_>>().join(", "))
    }
}

async fn hold_all(victim: &Victim, connections: usize) -> AllShed {
    let until = Instant::now() + PATIENCE;
    let mut held = JoinSet::new();
    for nth in 0..connections {
        for slow in Slow::ALL {
            let target = if slow.is_http2() { victim.grpc } else { victim.http };
            held.spawn(async move { (slow, slow.hold(nth, target, until).await) });
        }
    }
    let ends = held.join_all().await;
    let of = |slow| {
        let of_it = || ends.iter().filter(|(kind, _)| *kind == slow).map(|(_, end)| *end);
        let shed = of_it().flatten().count();
        let last = of_it().flatten().max().unwrap_or_default();
        Shed { slow, shed, held: of_it().count() - shed, last }
    };
    AllShed(Slow::ALL.map(of).to_vec())
}

#[test]
fn a_thousand_slow_connections_hurt_nobody_and_are_shed() {
    let victim = Victim::start();
    let before = victim.open_files();
    let mut fared = Vec::new();
    let report = victim.attack("S13 slow connections", || {
        let shed = hostile::runtime().block_on(hold_all(&victim, CONNECTIONS));
        fared.clone_from(&shed.0);
        shed
    });
    report.hurt_nobody().grew_at_most(MEMORY_MAX);
    for Shed { slow, held, .. } in fared {
        assert_eq!(held, 0, "{slow:?}: so many connections are still open");
    }
    victim.closes_down_to(before + 2);
    victim.settles([0, 0]);
}

/// Connections from one address: more than it may have, and fewer than all may.
const OF_ONE_ADDRESS: usize = 400;

/// What one address may have.
const PER_ADDRESS: usize = 256;

#[test]
fn one_address_takes_its_own_share_of_the_connections_alone() {
    let victim = Victim::start();
    let before = victim.open_files();
    let report = victim.attack("S13 connections of one address", || {
        let until = Instant::now() + PATIENCE;
        let ends = hostile::runtime().block_on(async {
            let hold = |_| Slow::Silent.hold(0, victim.http, until);
            (0..OF_ONE_ADDRESS).map(hold).collect::<JoinSet<_>>().join_all().await
        });
        let open = ends.iter().filter(|end| end.is_none()).count();
        assert_eq!(open, 0, "so many are still open");
        format!("{OF_ONE_ADDRESS} opened, {} refused", victim.refused("over_peer_limit"))
    });
    report.hurt_nobody().grew_at_most(MEMORY_MAX);
    let refused = victim.refused("over_peer_limit");
    assert!(refused >= (OF_ONE_ADDRESS - PER_ADDRESS) as f64, "{refused} were refused");
    victim.closes_down_to(before + 2);
    victim.settles([0, 0]);
}
