//! HTTP/2 on the wire, frame by frame.

use super::{peer::*, *};

const SECOND: Duration = Duration::from_secs(1);

#[track_caller]
fn check_time(took: Duration, least: u64, most: u64) {
    let range = Duration::from_secs(least)..=Duration::from_secs(most);
    assert!(range.contains(&took), "{took:?} is not within {range:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_no_more_than_the_preface_is_cut() {
    for words in [PREFACE.to_vec(), [PREFACE, &frame(SETTINGS, 0, 0, &[0; 6])[..14]].concat()] {
        let mut peer = Peer::connect(Limits::default());
        peer.send(&words).await;
        let (took, _) = peer.read_to_end().await;
        check_time(took, 5, 7);
        assert_eq!(peer.cut(Cut::NoHead), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_cut_also_when_it_is_not_the_first() {
    let start = frame(HEADERS, 0, 3, &get_block("/"));
    let half = frame(HEADERS, END_HEADERS, 3, &get_block("/"));
    for head in [&start[..], &half[..half.len() - 1]] {
        let mut peer = Peer::greeted(Limits::default()).await;
        assert_eq!(peer.get(1, "/").await, b"ok");
        peer.send(head).await;
        let (took, _) = peer.read_to_end().await;
        check_time(took, 5, 8);
        assert_eq!(peer.cut(Cut::NoHead), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_streams_is_asked_to_leave_and_a_request_that_crosses_is_served() {
    let mut peer = Peer::greeted(Limits::default()).await;
    let start = Instant::now();
    let goaway = peer.next_of(GOAWAY).await.expect("asked to leave");
    check_time(start.elapsed(), 300, 310);
    assert_eq!(goaway.payload, [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0], "no stream is refused yet");
    peer.send(&get_frame(1, "/")).await;
    let (_, frames) = peer.read_to_end().await;
    let answer = frames.iter().find(|frame| frame.kind == DATA).expect("an answer");
    assert_eq!((answer.stream, &*answer.payload), (1, &b"ok"[..]));
    let goaway = frames.iter().rfind(|frame| frame.kind == GOAWAY).expect("the last word");
    assert_eq!(goaway.payload, [0, 0, 0, 1, 0, 0, 0, 0], "the last stream that was served");
    assert_eq!(peer.cut(Cut::Idle), 1);
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_an_open_stream_is_not_idle() {
    let mut peer = Peer::greeted(Limits::default()).await;
    peer.send(&get_frame(1, "/never")).await;
    let waited = time::timeout(1000 * SECOND, peer.next_of(GOAWAY)).await;
    assert!(waited.is_err(), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_gives_no_sign_of_life_is_cut() {
    let mut peer = Peer::greeted(Limits::default()).await;
    // Pings are read by nobody, so nobody answers them.
    let mut frames = Vec::new();
    let start = Instant::now();
    peer.stream.read_to_end(&mut frames).await.expect("closed");
    check_time(start.elapsed(), 50, 52);
    assert_eq!(peer.cut(Cut::KeepAlive), 1);
}

/// An age of a minute, and what it leaves to those who stay.
const AGED: Limits = Limits {
    connection_age: Some(Duration::from_secs(60)),
    connection_age_grace: Some(Duration::from_secs(10)),
    ..Limits::DEFAULT
};

#[tokio::test(start_paused = true)]
async fn at_its_age_a_connection_is_sent_goaway_and_closes_after_its_open_request() {
    let mut peer = Peer::greeted(AGED).await;
    let start = Instant::now();
    peer.send(&get_frame(1, "/")).await;
    peer.send(&get_frame(3, "/slow")).await;
    let goaway = peer.next_of(GOAWAY).await.expect("asked to leave");
    check_time(start.elapsed(), 60, 63);
    assert_eq!(goaway.payload[4..], [0; 4], "no error");
    let (_, frames) = peer.read_to_end().await;
    check_time(start.elapsed(), 65, 66);
    let last = frames.iter().find(|frame| frame.kind == GOAWAY).expect("the last word");
    assert_eq!(last.payload, [0, 0, 0, 3, 0, 0, 0, 0], "the last stream that is served");
    let answer = frames.iter().find(|frame| frame.kind == DATA).expect("an answer");
    assert_eq!((answer.stream, &*answer.payload), (3, &b"late"[..]));
    assert_eq!(peer.cut(Cut::Age), 0, "it left by itself");
}

#[tokio::test(start_paused = true)]
async fn after_its_grace_an_aged_connection_is_cut() {
    let mut peer = Peer::greeted(AGED).await;
    peer.send(&get_frame(1, "/never")).await;
    let (took, frames) = peer.read_to_end().await;
    check_time(took, 70, 73);
    assert!(frames.iter().any(|frame| frame.kind == GOAWAY), "it was asked to leave before");
    assert_eq!(peer.cut(Cut::Age), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_says_goaway_and_waits_for_the_open_request() {
    let mut peer = Peer::greeted(Limits::default()).await;
    peer.send(&get_frame(1, "/slow")).await;
    peer.next_of(SETTINGS).await.expect("open");
    time::sleep(SECOND).await;
    peer.stop.send(Stage::Stopping).expect("it is served");
    let (took, frames) = peer.read_to_end().await;
    check_time(took, 60, 65);
    assert!(frames.iter().any(|frame| frame.kind == GOAWAY));
    assert!(frames.iter().any(|frame| frame.payload == b"late"));
}

/// Sends it until the connection is closed; how often it could.
async fn flood(peer: &mut Peer, bytes: impl Fn(u32) -> Vec<u8>) -> usize {
    let mut sent = 0;
    // Nobody reads a pipe that is full, so what comes back is read on the way.
    let mut sink = [0; 4096];
    while sent < 20_000 {
        let open = tokio::select! {
            biased;
            read = peer.stream.read(&mut sink) => { read.is_ok_and(|bytes| bytes > 0) }
            () = tokio::task::yield_now() => true,
        };
        let number = u32::try_from(sent).expect("few");
        if !open || !peer.send(&bytes(number)).await {
            break;
        }
        sent += 1;
    }
    let _ = peer.stream.shutdown().await;
    peer.read_to_end().await;
    sent
}

#[tokio::test(start_paused = true)]
async fn floods_of_frames_that_ask_for_nothing_are_cut() {
    type Piece = fn(u32) -> Vec<u8>;
    let floods: [(&str, Vec<u8>, Piece); 7] = [
        ("pings", vec![], |_| frame(PING, 0, 0, &[0; 8])),
        ("settings", vec![], |_| frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9])),
        ("priorities", vec![], |i| frame(PRIORITY, 0, 2 * i + 1, &[0, 0, 0, 0, 1])),
        ("windows", vec![], |_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])),
        ("unknown frames", vec![], |_| frame(99, 0, 0, &[])),
        ("empty data", frame(HEADERS, END_HEADERS, 1, &get_block("/never")), |_| {
            frame(DATA, 0, 1, &[])
        }),
        ("continuations", frame(HEADERS, 0, 1, &get_block("/never")), |_| {
            frame(CONTINUATION, 0, 1, &[])
        }),
    ];
    for (name, first, piece) in floods {
        let mut peer = Peer::greeted(Limits::default()).await;
        peer.send(&first).await;
        let sent = flood(&mut peer, piece).await;
        // What is on its way when the connection closes is sent too.
        assert!(sent < 8000, "{sent} {name} were taken");
        assert_eq!(peer.cut(Cut::Flood), 1, "{name} after {sent}");
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_taken_back_at_once_are_a_flood() {
    let mut peer = Peer::greeted(Limits::default()).await;
    let reset = |i: u32| {
        let stream = 2 * i + 1;
        [get_frame(stream, "/never"), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat()
    };
    let sent = flood(&mut peer, reset).await;
    assert!(sent < 8000, "{sent} were taken");
    assert_eq!(peer.cut(Cut::Flood), 1);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_asks_may_ping_and_open_windows_beside() {
    let mut peer = Peer::greeted(Limits::default()).await;
    for request in 0..2000 {
        for _ in 0..4 {
            peer.send(&frame(PING, 0, 0, &[0; 8])).await;
            peer.send(&frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])).await;
        }
        assert_eq!(peer.get(2 * request + 1, "/").await, b"ok");
    }
    for _ in 0..100 {
        for _ in 0..90 {
            peer.send(&frame(PING, 0, 0, &[0; 8])).await;
        }
        for _ in 0..90 {
            peer.next_of(PING).await.expect("open");
        }
        time::sleep(SECOND).await;
    }
    assert_eq!(peer.get(9001, "/").await, b"ok");
}

/// `SETTINGS_INITIAL_WINDOW_SIZE`
fn window(bytes: u8) -> Vec<u8> {
    frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, bytes])
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_grants_no_window_for_its_answer_is_cut_whatever_else_it_asks() {
    for bytes in [0, 1] {
        let mut peer = Peer::greeted(Limits::default()).await;
        peer.send(&window(bytes)).await;
        peer.send(&get_frame(1, "/")).await;
        let start = Instant::now();
        for request in 1..100 {
            let stream = 2 * request + 1;
            if !peer.send(&get_frame(stream, "/")).await {
                break;
            }
            let more = frame(WINDOW_UPDATE, 0, stream, &[0, 0, 0, 9]);
            peer.send(&more).await;
            let waited = time::timeout(SECOND, peer.read_to_end()).await;
            if waited.is_ok() {
                break;
            }
        }
        check_time(start.elapsed(), 30, 64);
        assert_eq!(peer.cut(Cut::SlowReader), 1, "{bytes} bytes of window");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_cut() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    time::sleep(64 * SECOND).await;
    assert_eq!(peer.cut(Cut::SlowReader), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_its_time_to_be_made_is_not_cut() {
    let mut peer = Peer::greeted(Limits::default()).await;
    assert_eq!(peer.get(1, "/drops").await, vec![b'x'; 20], "one every ten seconds");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_http_is_counted() {
    let mut peer = Peer::connect(Limits::default());
    peer.send(b"\x16\x03\x01 hello, this is TLS\r\n\r\n").await;
    let mut answer = Vec::new();
    let _ = peer.stream.read_to_end(&mut answer).await;
    assert_eq!(peer.cut(Cut::Protocol), 1);
}
