//! Floods of HTTP/2 frames that cost their sender little end their own connection and hurt nobody else.

use std::time::Duration;

use inferometer_tests::hostile::{
    Flood, Flooded, Frame, MIB, Victim, flag, header_block, kind, literal, opening, scaled,
};

/// Frames of a flood.
const FRAMES: usize = 20_000;

/// How long the collector has to end the connection of a flood after its end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Memory that one flood may take.
const MEMORY_MAX: u64 = 16 * MIB;

/// RFC 9113's codes of errors.
const PROTOCOL_ERROR: u32 = 1;
const FLOW_CONTROL_ERROR: u32 = 3;
const FRAME_SIZE_ERROR: u32 = 6;
const ENHANCE_YOUR_CALM: u32 = 11;

/// What must become of a flood.
#[derive(Debug, Clone, Copy)]
enum Expected {
    /// The connection is ended for this reason.
    Ended(u32),
    /// The connection is cut without a word.
    Cut,
    /// One or the other: it depends on how much of the flood is read at a time.
    Closed,
}

fn call(stream: u32, flags: u8) -> Frame {
    let block = header_block(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
        ("content-type", "application/grpc"),
    ]);
    Frame::new(kind::HEADERS, flags | flag::END_HEADERS, stream, block)
}

/// The `nth` stream that a client opens.
fn stream(nth: usize) -> u32 {
    u32::try_from(nth * 2 + 1).expect("a stream's number")
}

fn number(number: u32) -> [u8; 4] {
    number.to_be_bytes()
}

#[derive(Clone, Copy)]
struct Attack {
    name: &'static str,
    expected: Expected,
    /// What stands before the flood, behind preface and settings.
    first: fn() -> Vec<u8>,
    piece: fn(usize) -> Vec<u8>,
}

fn nothing() -> Vec<u8> {
    Vec::new()
}

fn open_call() -> Vec<u8> {
    call(1, 0).bytes()
}

const ATTACKS: [Attack; 16] = [
    Attack {
        name: "rapid reset",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: nothing,
        piece: |nth| {
            let reset = Frame::new(kind::RST_STREAM, 0, stream(nth), number(8));
            [call(stream(nth), 0).bytes(), reset.bytes()].concat()
        },
    },
    Attack {
        name: "streams that must be reset",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: nothing,
        // A request without a method is malformed.
        piece: |nth| {
            let flags = flag::END_HEADERS | flag::END_STREAM;
            let block = header_block(&[(":scheme", "http"), (":path", "/")]);
            Frame::new(kind::HEADERS, flags, stream(nth), block).bytes()
        },
    },
    Attack {
        name: "leave to send nothing more",
        expected: Expected::Ended(PROTOCOL_ERROR),
        first: open_call,
        piece: |_| Frame::new(kind::WINDOW_UPDATE, 0, 1, number(0)).bytes(),
    },
    Attack {
        name: "streams beyond the limit",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: nothing,
        piece: |nth| call(stream(nth), 0).bytes(),
    },
    Attack {
        name: "CONTINUATION without end",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: || Frame::new(kind::HEADERS, 0, 1, literal("x", "y")).bytes(),
        piece: |_| Frame::new(kind::CONTINUATION, 0, 1, literal("x", &"y".repeat(500))).bytes(),
    },
    Attack {
        name: "empty CONTINUATION",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: || Frame::new(kind::HEADERS, 0, 1, literal("x", "y")).bytes(),
        piece: |_| Frame::new(kind::CONTINUATION, 0, 1, []).bytes(),
    },
    Attack {
        name: "empty DATA",
        expected: Expected::Ended(ENHANCE_YOUR_CALM),
        first: open_call,
        piece: |_| Frame::new(kind::DATA, 0, 1, []).bytes(),
    },
    Attack {
        name: "DATA of one byte",
        expected: Expected::Closed,
        first: open_call,
        piece: |_| Frame::new(kind::DATA, 0, 1, *b"x").bytes(),
    },
    Attack {
        name: "PING",
        expected: Expected::Cut,
        first: nothing,
        piece: |_| Frame::new(kind::PING, 0, 0, [7; 8]).bytes(),
    },
    Attack {
        name: "SETTINGS",
        expected: Expected::Cut,
        first: nothing,
        piece: |_| Frame::new(kind::SETTINGS, 0, 0, [0, 4, 0, 1, 0, 0]).bytes(),
    },
    Attack {
        name: "PRIORITY",
        expected: Expected::Cut,
        first: nothing,
        piece: |nth| Frame::new(kind::PRIORITY, 0, stream(nth), [0, 0, 0, 0, 1]).bytes(),
    },
    Attack {
        name: "frames of unknown types",
        expected: Expected::Cut,
        first: nothing,
        piece: |_| Frame::new(0xee, 0xff, 0, [0; 64]).bytes(),
    },
    Attack {
        name: "WINDOW_UPDATE by one",
        expected: Expected::Cut,
        first: nothing,
        piece: |_| Frame::new(kind::WINDOW_UPDATE, 0, 0, number(1)).bytes(),
    },
    Attack {
        name: "WINDOW_UPDATE beyond the maximum",
        expected: Expected::Ended(FLOW_CONTROL_ERROR),
        first: nothing,
        piece: |_| Frame::new(kind::WINDOW_UPDATE, 0, 0, number(i32::MAX as u32)).bytes(),
    },
    Attack {
        name: "a frame beyond the limit",
        expected: Expected::Ended(FRAME_SIZE_ERROR),
        first: open_call,
        piece: |_| Frame::new(kind::DATA, 0, 1, vec![0; 1 << 20]).bytes(),
    },
    Attack {
        name: "resets of streams that never were",
        expected: Expected::Ended(PROTOCOL_ERROR),
        first: nothing,
        piece: |nth| Frame::new(kind::RST_STREAM, 0, stream(nth), number(8)).bytes(),
    },
];

/// A header list that is short on the wire and long in memory: one long field in the dynamic table, named again and
/// again by its index.
fn header_list_bomb(nth: usize) -> Vec<u8> {
    const FIELD_BYTES: usize = 4000;
    const NAMED: usize = 10_000;
    let mut block = Vec::new();
    if nth == 0 {
        block.extend(literal("x-long", &"y".repeat(FIELD_BYTES)));
        // Literal with incremental indexing.
        block[0] = 0x40;
    }
    // The first index of the dynamic table.
    block.extend([0x80 | 62; NAMED]);
    Frame::new(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream(nth), block).bytes()
}

/// What became of it, if it is not what must.
#[track_caller]
fn check(victim: &Victim, nth: usize, attack: &Attack) -> Option<String> {
    let flood =
        Flood { target: victim.grpc, attacker: nth, pieces: scaled(FRAMES), stays: PATIENCE };
    let mut seen = Flooded::default();
    let report = victim.attack(&format!("S14 {}", attack.name), || {
        seen = flood.run(&[opening(), (attack.first)()].concat(), attack.piece);
        seen.clone().to_string()
    });
    report.hurt_nobody().grew_at_most(MEMORY_MAX);
    let is_as_expected = match attack.expected {
        // The reason is lost on the way if the flood behind it makes the end a reset.
        Expected::Ended(code) => {
            seen.closed_after.is_some() && seen.goaway.is_none_or(|given| given == code)
        }
        Expected::Cut | Expected::Closed => seen.closed_after.is_some(),
    };
    (!is_as_expected).then(|| format!("{report}, expected {:?}", attack.expected))
}

#[test]
fn a_flood_of_frames_ends_its_own_connection_and_nothing_else() {
    let victim = Victim::start();
    let before = victim.open_files();
    let attacks = ATTACKS.iter().enumerate();
    let others: Vec<_> = attacks.filter_map(|(nth, attack)| check(&victim, nth, attack)).collect();
    assert!(others.is_empty(), "{}", others.join("\n"));
    victim.closes_down_to(before + 2);
    let cut = ATTACKS.iter().filter(|attack| matches!(attack.expected, Expected::Cut)).count();
    assert!(victim.cut("flood") >= cut as f64, "{} of {cut} are counted", victim.cut("flood"));
    victim.settles([0, 0]);
}

#[test]
fn a_header_list_that_is_long_only_in_memory_is_refused_without_building_it() {
    let victim = Victim::start();
    let mut seen = Flooded::default();
    let report = victim.attack("S14 header-list bomb", || {
        let flood =
            Flood { target: victim.grpc, attacker: 99, pieces: scaled(100), stays: PATIENCE };
        seen = flood.run(&opening(), header_list_bomb);
        seen.clone().to_string()
    });
    report.hurt_nobody().grew_at_most(MEMORY_MAX);
    assert!(seen.closed_after.is_some() && seen.answers == 0, "{report}");
    victim.settles([0, 0]);
}

#[test]
fn what_a_connection_may_do_is_said_at_its_start() {
    let victim = Victim::start();
    let stays = Duration::from_millis(300);
    let flood = Flood { target: victim.grpc, attacker: 0, pieces: 1, stays };
    let said = flood.run(&opening(), |_| Frame::new(kind::PING, 0, 0, [0; 8]).bytes()).settings;
    let setting = |number: u16| said.iter().find(|(of, _)| *of == number).map(|(_, value)| *value);
    let [streams, window, frame, header_list] = [3, 4, 5, 6].map(setting);
    assert_eq!(
        (streams, window, frame, header_list),
        (Some(128), Some(1 << 20), Some(256 << 10), Some(16 << 10)),
        "{said:?}"
    );
    victim.settles([0, 0]);
}
