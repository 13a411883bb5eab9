//! Other bytes with the same meaning: everything that protobuf leaves to the encoder.

use proptest::prelude::*;
use prost::Message;

use super::wire::{Field, Shape, Type, Value, put_varint, read, varint, write};

/// Which liberties are taken, how often, and the seed of where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Liberties {
    bits: u8,
    /// Of 256 places.
    density: u8,
    seed: u64,
}

const REORDER: u8 = 1;
const SPLIT: u8 = 2;
const REPACK: u8 = 4;
const PAD: u8 = 8;
const UNKNOWN: u8 = 16;
const REPEAT: u8 = 32;
const RIVAL: u8 = 64;
const HIGH_BITS: u8 = 128;

/// Numbers of no field; 1 and 4 were fields of some messages once.
const UNKNOWN_NUMBERS: [u32; 5] = [16, 99, 2047, 19_000, (1 << 29) - 1];

impl Liberties {
    /// Every liberty, in every third place.
    pub(super) const fn everywhere(seed: u64) -> Self {
        Self { bits: u8::MAX, density: 85, seed }
    }
}

/// A failing case shrinks to few liberties in few places.
pub(super) fn liberties() -> impl Strategy<Value = Liberties> {
    (any::<u8>(), prop_oneof![0..40_u8, any::<u8>()], any::<u64>())
        .prop_map(|(bits, density, seed)| Liberties { bits, density, seed })
}

/// The request in other bytes.
pub(super) fn respell(request: &impl Message, liberties: Liberties) -> Vec<u8> {
    let mut respelling = Respelling { liberties, state: liberties.seed };
    let fields = read(Type::Request, &request.encode_to_vec());
    let fields = respelling.message(Type::Request, fields);
    let mut bytes = Vec::new();
    write(&fields, &mut || respelling.padding(), &mut bytes);
    bytes
}

struct Respelling {
    liberties: Liberties,
    state: u64,
}

impl Respelling {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    fn takes(&mut self, liberty: u8) -> bool {
        let chosen = self.next() % 256 < u64::from(self.liberties.density);
        chosen && self.liberties.bits & liberty != 0
    }

    fn padding(&mut self) -> usize {
        if self.takes(PAD) { 1 + self.below(9) } else { 0 }
    }

    fn message(&mut self, of: Type, fields: Vec<Field>) -> Vec<Field> {
        let mut respelled = Vec::new();
        for Field { number, value } in fields {
            let value = match value {
                Value::Message(inner, fields) => Value::Message(inner, self.message(inner, fields)),
                other => other,
            };
            self.field(of, Field { number, value }, &mut respelled);
        }
        if self.takes(UNKNOWN) {
            let unknown = self.unknown(3);
            respelled.insert(self.below(respelled.len() + 1), unknown);
        }
        if self.takes(REORDER) { self.reorder(of, respelled) } else { respelled }
    }

    fn field(&mut self, of: Type, field: Field, out: &mut Vec<Field>) {
        let number = field.number;
        let is_first = !out.iter().any(|other| of.class(other.number) == of.class(number));
        if is_first
            && let Some(rival) = of.rival(number)
            && self.takes(RIVAL)
        {
            out.push(rival);
        }
        match (of.shape(number), field.value) {
            (Shape::Single(inner), Value::Message(_, fields)) if self.takes(SPLIT) => {
                let middle = self.below(fields.len() + 1);
                let (front, back) = fields.split_at(middle);
                let part = |fields: &[Field]| Value::Message(inner, fields.to_vec());
                out.push(Field { number, value: part(front) });
                out.push(Field { number, value: part(back) });
            }
            (Shape::Fixed64s, Value::Bytes(packed)) if self.takes(REPACK) => {
                let numbers = packed.chunks(8).map(|it| Value::Fixed64(it.try_into().unwrap()));
                self.repack(number, &numbers.collect::<Vec<_>>(), out);
            }
            (Shape::Varints, Value::Bytes(packed)) if self.takes(REPACK) => {
                let mut rest = &*packed;
                let mut numbers = Vec::new();
                while !rest.is_empty() {
                    numbers.push(Value::Varint(varint(&mut rest)));
                }
                self.repack(number, &numbers, out);
            }
            (Shape::Scalar, value) => {
                if self.takes(REPEAT) {
                    out.push(Field { number, value: stale(&value) });
                }
                let value = match value {
                    Value::Varint(value) if is_32_bits(of, number) && self.takes(HIGH_BITS) => {
                        Value::Varint(value | 0x5a << 32)
                    }
                    value => value,
                };
                out.push(Field { number, value });
            }
            (_, value) => out.push(Field { number, value }),
        }
    }

    /// Numbers one by one, in packs, and in packs of none.
    fn repack(&mut self, number: u32, numbers: &[Value], out: &mut Vec<Field>) {
        let mut rest = numbers;
        while !rest.is_empty() {
            let length = self.below(rest.len() + 1);
            let (pack, others) = rest.split_at(length);
            if let [single] = pack {
                out.push(Field { number, value: single.clone() });
            } else {
                let mut packed = Vec::new();
                for value in pack {
                    match value {
                        Value::Varint(value) => put_varint(*value, self.padding(), &mut packed),
                        Value::Fixed64(bytes) => packed.extend_from_slice(bytes),
                        other => panic!("{other:?} is never packed"),
                    }
                }
                out.push(Field { number, value: Value::Bytes(packed) });
            }
            rest = others;
        }
    }

    /// A field that nobody knows, in any layout; groups nest.
    fn unknown(&mut self, depth: usize) -> Field {
        let number = UNKNOWN_NUMBERS[self.below(UNKNOWN_NUMBERS.len())];
        let value = match self.below(if depth == 0 { 4 } else { 5 }) {
            0 => Value::Varint(self.next()),
            1 => Value::Fixed64(self.next().to_le_bytes()),
            2 => Value::Fixed32([1, 2, 3, 4]),
            3 => Value::Bytes(vec![0xff; self.below(4)]),
            _ => Value::Group((0..self.below(3)).map(|_| self.unknown(depth - 1)).collect()),
        };
        Field { number, value }
    }

    /// Any order in which fields of one class stay in theirs.
    fn reorder(&mut self, of: Type, fields: Vec<Field>) -> Vec<Field> {
        let mut queues: Vec<(u32, Vec<Field>)> = Vec::new();
        for field in fields.into_iter().rev() {
            let class = of.class(field.number);
            match queues.iter_mut().find(|(other, _)| *other == class) {
                Some((_, queue)) => queue.push(field),
                None => queues.push((class, vec![field])),
            }
        }
        let mut ordered = Vec::new();
        while !queues.is_empty() {
            let which = self.below(queues.len());
            ordered.extend(queues[which].1.pop());
            queues.retain(|(_, queue)| !queue.is_empty());
        }
        ordered
    }
}

/// A value that the one behind it makes void.
fn stale(value: &Value) -> Value {
    match value {
        Value::Varint(value) => Value::Varint(value ^ 1),
        Value::Fixed64(bytes) => Value::Fixed64(bytes.map(|byte| !byte)),
        Value::Fixed32(bytes) => Value::Fixed32(bytes.map(|byte| !byte)),
        _ => Value::Bytes(b"stale".to_vec()),
    }
}

/// Fields of which a reader takes the low 32 bits of a longer number.
const fn is_32_bits(of: Type, number: u32) -> bool {
    matches!(
        (of, number),
        (Type::Sum | Type::Histogram | Type::ExponentialHistogram, 2)
            | (Type::Number | Type::SummaryPoint, 8)
            | (Type::HistogramPoint | Type::ExponentialPoint, 10)
            | (Type::Resource, 2)
            | (Type::Scope, 4)
    )
}
