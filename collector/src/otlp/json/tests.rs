//! OTLP in JSON against the generated types, which read what was written.

mod rules;

use opentelemetry_proto::tonic::collector::{
    logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
    trace::v1::ExportTraceServiceRequest,
};
use proptest::prelude::*;
use prost::Message;
use serde::Serialize;

use super::*;
use crate::{
    http::InFlight,
    otlp::{check, schema},
};

const LIMIT: usize = 1 << 20;

fn transcode(signal: Signal, json: &str) -> Result<Bytes, Refusal> {
    let mut charge = InFlight::new(16 << 20).charge();
    from_json(signal, json.as_bytes(), LIMIT, &mut charge)
}

/// A source of numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    /// `SplitMix64`.
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % bound as u64).expect("below a usize")
    }

    /// A number of a random width.
    fn number(&mut self) -> u64 {
        let width = self.below(64);
        self.roll() >> width
    }

    fn bits(&mut self, meaning: Number) -> u64 {
        let number = self.number();
        let sign = self.roll() & 1;
        match meaning {
            Number::Bool => number & 1,
            Number::Enum | Number::Int32 => {
                let number = low(number).cast_signed();
                i64::from(if sign == 1 { number.wrapping_neg() } else { number }).cast_unsigned()
            }
            Number::Sint32 | Number::Uint32 => low(number).into(),
            Number::Int64 if sign == 1 => number.wrapping_neg(),
            Number::Int64 | Number::Uint64 => number,
            Number::Double => {
                let double = f64::from_bits(self.roll());
                // The foreign writer has no infinities and no NaN.
                if double.is_finite() { double.to_bits() } else { 1.5_f64.to_bits() }
            }
        }
    }

    fn text(&mut self) -> &'static str {
        const TEXTS: [&str; 7] =
            ["", "service.name", "a\"b\\c/d", "ü€𝄞", "\u{0}\u{1f}\n\t", "null", "-Infinity"];
        TEXTS[self.below(TEXTS.len())]
    }

    fn id(&mut self) -> Vec<u8> {
        let length = [0, 8, 16][self.below(3)];
        (0..length).map(|_| self.roll().to_le_bytes()[0]).collect()
    }
}

/// The lower half of a number.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).expect("32 bits")
}

/// A message with some of its fields, in protobuf.
fn message(schema: &'static Schema, depth: usize, dice: &mut Dice) -> Vec<u8> {
    let mut charge = InFlight::new(usize::MAX).charge();
    let mut writer = ProtobufWriter::new(usize::MAX, &mut charge);
    let is_value = schema.name == "AnyValue";
    // The foreign writer cannot write a value that is not set; deep ones are not composed of others.
    let only =
        is_value.then(|| [1, 2, 3, 4, 7, 8, 5, 6][dice.below(if depth < 14 { 8 } else { 6 })]);
    for number in 1..17 {
        let Some(field) = schema.field(number) else {
            continue;
        };
        if only.map_or(dice.below(3) == 0, |only| only != number) {
            continue;
        }
        let times = dice.below(3);
        let kind = field.kind;
        match kind {
            Kind::Message(inner) | Kind::Alternative(inner) => {
                let inside = message(inner, depth + 1, dice);
                put(&mut writer, number, &inside);
            }
            Kind::Messages(inner) | Kind::Attributes(inner) | Kind::Item(inner) => {
                for _ in 0..times {
                    let inside = message(inner, depth + 1, dice);
                    put(&mut writer, number, &inside);
                }
            }
            Kind::Text => writer.text(number, dice.text()).expect("room"),
            Kind::Texts => {
                for _ in 0..times {
                    writer.text(number, dice.text()).expect("room");
                }
            }
            Kind::Bytes | Kind::Id => put(&mut writer, number, &dice.id()),
            Kind::Varint(meaning) | Kind::Fixed32(meaning) | Kind::Fixed64(meaning) => {
                writer.number(number, kind, dice.bits(meaning)).expect("room");
            }
            Kind::Varints(meaning) | Kind::Fixed64s(meaning) => {
                let open = writer.open(number).expect("room");
                for _ in 0..times * 4 {
                    writer.number(number, kind, dice.bits(meaning)).expect("room");
                }
                writer.close(open).expect("room");
            }
        }
    }
    writer.finish().to_vec()
}

fn put(writer: &mut ProtobufWriter<'_>, number: u32, bytes: &[u8]) {
    let write = |room: &mut [u8]| {
        room.copy_from_slice(bytes);
        Some(bytes.len())
    };
    writer.bytes(number, bytes.len(), write).expect("room").expect("written");
}

/// A random request as a foreign library has it, through its JSON and back.
fn goes_round<M: Message + Default + Serialize + PartialEq + fmt::Debug>(
    signal: Signal,
    seed: u64,
) {
    let bytes = message(request(signal), 0, &mut Dice(seed));
    let sent = M::decode(&*bytes).expect("the generated type reads it");
    let json = serde_json::to_string(&sent).expect("JSON");
    let written = transcode(signal, &json).unwrap_or_else(|refusal| panic!("{refusal}: {json}"));
    assert_eq!(M::decode(&*written).expect("protobuf"), sent, "{json}");
    check(signal, &written).expect("a request");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_a_foreign_library_writes_in_json_is_the_same_message(seed: u64) {
        goes_round::<ExportMetricsServiceRequest>(Signal::Metrics, seed);
        goes_round::<ExportTraceServiceRequest>(Signal::Traces, seed);
        goes_round::<ExportLogsServiceRequest>(Signal::Logs, seed);
    }

    #[test]
    fn whatever_is_written_of_damaged_json_is_a_request(
        seed: u64,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), damage()), 1..6),
    ) {
        let bytes = message(&schema::METRICS, 0, &mut Dice(seed));
        let sent = ExportMetricsServiceRequest::decode(&*bytes).expect("the generated type reads it");
        let mut json = serde_json::to_vec(&sent).expect("JSON");
        for (place, bytes) in damage {
            let at = place.index(json.len());
            let end = (at + bytes.len().max(1)).min(json.len());
            json.splice(at..end, bytes);
        }
        let mut charge = InFlight::new(16 << 20).charge();
        match from_json(Signal::Metrics, &json, LIMIT, &mut charge) {
            Ok(written) => {
                check(Signal::Metrics, &written).expect("a request");
                ExportMetricsServiceRequest::decode(written).expect("the generated type reads it");
            }
            Err(refusal) => prop_assert_eq!(refusal.reason, RefusalReason::Malformed),
        }
    }
}

/// Bytes that may stand where they do not belong.
fn damage() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "null", "-1", "1e9", "1e400", "\\ud800"
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ]
}
