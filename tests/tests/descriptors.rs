//! A process that may have no more files and connections waits for some to close, and says so.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use inferometer_tests::{CollectorProcess, wait};
use tokio::time::Instant;

/// Descriptors of the whole process, a dozen of which it needs for itself.
const DESCRIPTORS: usize = 48;

/// The collector's pause after it found no descriptor, with some room for a clock that is read on another side.
const PAUSE: Duration = Duration::from_millis(45);

/// Longer than an answer takes, on a machine that has other work too.
const ANSWER: Duration = Duration::from_secs(2);

/// Connects, and asks for nothing that exists; none if there is no answer.
fn asked(address: SocketAddr) -> (TcpStream, Option<u8>) {
    let mut stream = TcpStream::connect(address).expect("the kernel takes connections by itself");
    stream.set_read_timeout(Some(ANSWER)).expect("a time-out");
    stream.write_all(b"GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n").expect("sent");
    let mut first = [0];
    let answer = stream.read_exact(&mut first).ok().map(|()| first[0]);
    (stream, answer)
}

#[test]
fn a_collector_without_descriptors_does_not_spin_and_comes_back() {
    let mut collector = CollectorProcess::with_ulimit(&format!("-n {DESCRIPTORS}"));
    let address = collector.address("OTLP over HTTP");
    let mut open = Vec::new();
    let start = Instant::now();
    loop {
        let (stream, answer) = asked(address);
        open.push(stream);
        if answer.is_none() {
            break;
        }
        assert!(open.len() < DESCRIPTORS, "the process has more than it may have");
    }
    assert!(open.len() > 10, "{} connections before there was none", open.len());
    let waited = start.elapsed();
    drop(open);
    wait::until("an answer", || asked(address).1.ok_or_else(|| "there is none".to_owned()));
    let reason = [
        ("infer_collector_listener", "otlp_http"),
        ("infer_collector_connection_refusal_reason", "accept_error"),
    ];
    let name = "infer_collector_connection_refused_total";
    let (refused, _) = collector.scrape().sum(name, &reason);
    let most = start.elapsed().as_secs_f64() / PAUSE.as_secs_f64() + 1.0;
    assert!(refused >= 1.0, "nothing was counted in {waited:?}");
    assert!(refused <= most, "{refused} attempts are a busy loop, {most:.0} would be none");
    assert!(collector.is_running());
}

#[test]
fn a_collector_takes_all_the_descriptors_that_it_may_have() {
    let mut collector = CollectorProcess::with_ulimit("-Sn 64");
    let _ = collector.address("OTLP over HTTP");
    let limits = fs::read_to_string(format!("/proc/{}/limits", collector.id())).expect("Linux");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse::<u64>().ok());
    let (soft, hard) = (numbers.next(), numbers.next());
    assert!(soft > Some(64) && soft == hard, "{line}");
}
