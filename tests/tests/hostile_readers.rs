//! Readers of ours that hardly read hold up nobody, and cost little more than the pieces that wait for them.

use std::{fmt, time::Duration};

use inferometer_tests::{
    Scrape,
    hostile::{
        self, Encoding, Flood, Flooded, Frame, MIB, PREFACE, Victim, grpc_call, kind, scaled,
        to_protobuf,
    },
    http,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    task::JoinSet,
    time::{self, Instant, MissedTickBehavior},
};

/// Readers of the page at a time.
const READERS: usize = 50;

/// Series of the page: some megabytes of text, more than sockets take.
const SERIES: usize = 20_000;

/// Points of one request.
const POINTS: usize = 2_000;

/// Between two bytes.
const PACE: Duration = Duration::from_secs(1);

/// For the end of a connection whose answers are not taken; two seconds are allowed, and they may count twice.
const PATIENCE: Duration = Duration::from_secs(10);

/// Other scrapes meanwhile, and as many before.
const SCRAPES: usize = 5;

/// What one slow reader may cost beside the page, which is shared or of its own but is made piece by piece.
const READER_BYTES_MAX: u64 = 64 << 10;

/// How long scrapes took, in order.
#[derive(Debug)]
struct Scraped {
    before: Vec<Duration>,
    during: Vec<Duration>,
    bytes: usize,
}

impl fmt::Display for Scraped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let longest = |of: &[Duration]| of.iter().max().map_or(0.0, Duration::as_secs_f64) * 1e3;
        write!(
            f,
            "scrape of {:.1} MiB at most {:.0} ms (before {:.0})",
            self.bytes as f64 / MIB as f64,
            longest(&self.during),
            longest(&self.before)
        )
    }
}

/// Scrapes whole pages, one after another.
fn scrape(victim: &Victim) -> (Vec<Duration>, usize) {
    let one = |_| {
        let start = Instant::now();
        let reply = http::get(victim.metrics, "/metrics").expect("the page is answered");
        assert_eq!(reply.status, 200, "{}", reply.text());
        (start.elapsed(), reply.body.len())
    };
    let (times, sizes): (Vec<_>, Vec<_>) = (0..SCRAPES).map(one).unzip();
    (times, sizes.into_iter().max().unwrap_or_default())
}

/// Asks for the page and reads a byte of it at a time, until told to stop.
async fn read_slowly(victim: std::net::SocketAddr, nth: usize, mut stop: watch::Receiver<bool>) {
    let source = hostile::attacker(nth);
    let mut stream = hostile::connect_with_little_room(source, victim).await.expect("a connection");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut pace = time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let reading = async {
        while let Ok(1) = stream.read(&mut [0]).await {
            pace.tick().await;
        }
    };
    tokio::select! {
        () = reading => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

fn fill(victim: &Victim, series: usize) {
    for start in (0..series).step_by(POINTS) {
        let members = start..(start + POINTS).min(series);
        let body = to_protobuf(&hostile::gauges("read.slowly", "readers", members, 1));
        let headers = [("content-type", "application/x-protobuf")];
        let reply = http::post(victim.http, "/v1/metrics", &headers, &body).expect("an answer");
        assert_eq!((reply.status, reply.body.len()), (200, 0), "{}", reply.text());
    }
}

#[test]
fn scrapers_that_read_a_byte_a_second_hold_up_no_other() {
    let victim = Victim::start();
    let series = scaled(SERIES).min(90_000);
    fill(&victim, series);
    let before = victim.open_files();
    let (earlier, bytes) = scrape(&victim);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let (stop, stopped) = watch::channel(false);
    let mut readers = JoinSet::new();
    let report = victim.attack("S7 slow scrapers", || {
        for nth in 0..READERS {
            let stopped = stopped.clone();
            readers.spawn_on(read_slowly(victim.metrics, nth, stopped), runtime.handle());
        }
        let (during, _) = scrape(&victim);
        Scraped { before: earlier, during, bytes }
    });
    report.hurt_nobody().grew_at_most(READERS as u64 * READER_BYTES_MAX + 3 * bytes as u64);
    let _ = stop.send(true);
    runtime.block_on(async { while readers.join_next().await.is_some() {} });
    victim.closes_down_to(before + 2);
    let _ = Scrape::of(victim.metrics);
    victim.settles([series as u64, 0]);
}

#[test]
fn a_caller_that_takes_no_answer_holds_its_own_calls_alone() {
    let victim = Victim::start();
    let before = victim.open_files();
    let mut seen = Flooded::default();
    let report = victim.attack("S7 calls whose answers are not taken", || {
        // Calls as many as one connection may have; answers get a window of nothing.
        let flood = Flood { target: victim.grpc, attacker: 0, pieces: 128, stays: PATIENCE };
        let no_window = Frame::new(kind::SETTINGS, 0, 0, [0, 4, 0, 0, 0, 0]).bytes();
        let call = |nth: usize| {
            let stream = u32::try_from(2 * nth + 1).expect("a stream's number");
            grpc_call(stream, "metrics.v1.MetricsService", Encoding::Identity, b"")
        };
        seen = flood.run(&[PREFACE, &no_window].concat(), call);
        seen.clone().to_string()
    });
    report.hurt_nobody().grew_at_most(8 * MIB);
    assert!(seen.closed_after.is_some(), "{report}");
    // It gives no sign of life either, which may be noticed first.
    let cut = victim.cut("slow_reader") + victim.cut("keep_alive");
    assert_eq!((seen.answers, cut), (128, 1.0), "{report}");
    victim.closes_down_to(before + 2);
    victim.settles([0, 0]);
}
