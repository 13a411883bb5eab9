//! The limits that HTTP/2 itself knows, on the wire.

use super::{peer::*, *};

/// Error codes of HTTP/2.
const FLOW_CONTROL_ERROR: u32 = 3;
const FRAME_SIZE_ERROR: u32 = 6;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// The number at a place of a frame's payload.
fn number(frame: &Frame, at: usize) -> u32 {
    u32::from_be_bytes(frame.payload[at..at + 4].try_into().expect("four bytes"))
}

#[tokio::test(start_paused = true)]
async fn a_peer_is_told_the_limits_before_it_asks() {
    let mut peer = Peer::greeted(Limits::default()).await;
    let settings = peer.next_of(SETTINGS).await.expect("settings");
    let of = |id: u16| {
        let mut each = settings.payload.chunks_exact(6);
        each.find(|setting| setting[..2] == id.to_be_bytes())
            .map(|setting| u32::from_be_bytes(setting[2..].try_into().expect("four bytes")))
    };
    let Limits { streams, window_bytes, frame_bytes, header_list_bytes, .. } = Limits::DEFAULT;
    let told = (of(3), of(4), of(5), of(6));
    let some = |limit| Some(limit);
    assert_eq!(
        told,
        (some(streams), some(window_bytes), some(frame_bytes), some(header_list_bytes))
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_above_the_limit_is_refused_and_those_before_it_go_on() {
    let mut peer = Peer::greeted(Limits { streams: 2, ..Limits::DEFAULT }).await;
    peer.send(&[get_frame(1, "/slow"), get_frame(3, "/slow"), get_frame(5, "/")].concat()).await;
    let reset = peer.next_of(RST_STREAM).await.expect("a refusal");
    assert_eq!((reset.stream, number(&reset, 0)), (5, REFUSED_STREAM));
    for _ in 0..2 {
        let answer = peer.next_of(DATA).await.expect("an answer");
        assert_eq!(answer.payload, b"late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_header_list_above_the_limit_is_refused_and_the_connection_goes_on() {
    let peer = Peer::connect(Limits::default());
    let (client, connection) = h2::client::handshake(peer.stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    for (bytes, status) in [(17 << 10, 431), (15 << 10, 200)] {
        let request = http::Request::get("http://x/").header("a", "x".repeat(bytes)).body(());
        let mut client = client.clone().ready().await.expect("open");
        let (answer, _) = client.send_request(request.expect("a request"), true).expect("sent");
        assert_eq!(answer.await.expect("an answer").status(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_the_server_has_to_reset_end_the_connection_at_the_limit() {
    let mut peer = Peer::greeted(Limits::default()).await;
    for i in 0..65 {
        let stream = 2 * i + 1;
        peer.send(&get_frame(stream, "/never")).await;
        // Its window cannot be so large.
        peer.send(&frame(WINDOW_UPDATE, 0, stream, &[0x7f, 0xff, 0xff, 0xff])).await;
    }
    let (_, frames) = peer.read_to_end().await;
    let resets = frames.iter().filter(|frame| frame.kind == RST_STREAM);
    assert!(resets.clone().all(|frame| number(frame, 0) == FLOW_CONTROL_ERROR));
    assert!((60..=64).contains(&resets.count()));
    let goaway = frames.iter().rfind(|frame| frame.kind == GOAWAY).expect("the last word");
    assert_eq!(number(goaway, 4), ENHANCE_YOUR_CALM);
    assert_eq!(peer.cut(Cut::Flood), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_reset_before_they_are_served_end_the_connection_at_the_limit() {
    let mut peer = Peer::greeted(Limits::default()).await;
    assert_eq!(peer.get(1, "/").await, b"ok");
    let pair = |stream: u32| {
        [get_frame(stream, "/"), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat()
    };
    peer.send(&(1..=22).map(|i| pair(2 * i + 1)).collect::<Vec<_>>().concat()).await;
    let (_, frames) = peer.read_to_end().await;
    let goaway = frames.iter().rfind(|frame| frame.kind == GOAWAY).expect("the last word");
    assert_eq!(number(goaway, 4), ENHANCE_YOUR_CALM);
    assert_eq!(peer.cut(Cut::Flood), 1);
}

#[tokio::test(start_paused = true)]
async fn a_frame_above_the_limit_is_an_error() {
    let mut peer = Peer::greeted(Limits::default()).await;
    // Its head says one byte more than 256 KiB.
    peer.send(&[4, 0, 1, DATA, 0, 0, 0, 0, 1]).await;
    let (_, frames) = peer.read_to_end().await;
    let goaway = frames.iter().rfind(|frame| frame.kind == GOAWAY).expect("the last word");
    assert_eq!(number(goaway, 4), FRAME_SIZE_ERROR);
    assert_eq!(peer.cut(Cut::Protocol), 1);
}
