//! Protobuf that was bent where it hurts: fields are moved, doubled, retyped, nested and misannounced as trees, and
//! bytes are then damaged as bytes.

use rand::{Rng, RngExt, SeedableRng, rngs::SmallRng};

/// Bytes of an input at most; a longer one is cut off.
const BYTES_MAX: usize = 8 << 10;

/// How deep bytes are taken for messages.
const DEPTH_MAX: u32 = 16;

/// Bent inputs, the same for the same seed.
#[derive(Debug)]
pub struct Mutator {
    rng: SmallRng,
    seeds: Vec<Vec<Node>>,
}

#[derive(Debug, Clone)]
struct Node {
    number: u64,
    value: Value,
    /// Bytes by which key and length are spelled longer than they need be.
    padding: usize,
    /// Added to the length that is announced.
    lie: i64,
}

#[derive(Debug, Clone)]
enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    Message(Vec<Node>),
    Group(Vec<Node>),
}

/// Numbers at which something tends to change.
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    127,
    128,
    1 << 31,
    u32::MAX as u64,
    1 << 53,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
    0x7ff0_0000_0000_0000, // infinite
    0x7ff8_0000_0000_0000, // not a number
    0x7ff0_0000_0000_0002, // Prometheus' mark of a stale series
];

impl Mutator {
    /// Bends these encoded messages.
    ///
    /// # Panics
    /// If one of them is no protobuf.
    #[must_use]
    pub fn new(seed: u64, messages: &[Vec<u8>]) -> Self {
        let seeds = messages.iter().map(|bytes| parse(bytes, DEPTH_MAX).expect("protobuf"));
        Self { rng: SmallRng::seed_from_u64(seed), seeds: seeds.collect() }
    }

    /// The next input, and which message it was made of.
    pub fn bend(&mut self) -> (usize, Vec<u8>) {
        let which = self.rng.random_range(0..self.seeds.len());
        let mut tree = self.seeds[which].clone();
        for _ in 0..self.rng.random_range(1..4) {
            let donor = self.rng.random_range(0..self.seeds.len());
            self.bend_tree(&mut tree, donor);
        }
        let mut bytes = Vec::new();
        write(&tree, &mut bytes);
        bytes.truncate(BYTES_MAX);
        if self.rng.random_bool(0.3) {
            self.damage(&mut bytes);
        }
        (which, bytes)
    }

    fn bend_tree(&mut self, tree: &mut Vec<Node>, donor: usize) {
        if tree.is_empty() {
            return;
        }
        let rng = &mut self.rng;
        let (nodes, at) = pick(tree, rng);
        match rng.random_range(0..15) {
            0 => drop(nodes.remove(at)),
            1 => {
                let node = nodes[at].clone();
                let copies = rng.random_range(1..4);
                nodes.splice(at..at, std::iter::repeat_n(node, copies));
            }
            2 => {
                let other = rng.random_range(0..nodes.len());
                nodes.swap(at, other);
            }
            3 => nodes[at].number = number_of(rng),
            4 => nodes[at].value = Value::Varint(interesting(rng)),
            5 => nodes[at].value = Value::Fixed64(interesting(rng).to_le_bytes()),
            6 => nodes[at].value = Value::Fixed32(rng.random()),
            7 => {
                let length = rng.random_range(0..24);
                nodes[at].value = Value::Bytes((0..length).map(|_| rng.random()).collect());
            }
            8 => {
                for _ in 0..rng.random_range(1..120) {
                    wrap(&mut nodes[at], Value::Message);
                }
            }
            9 => wrap(&mut nodes[at], Value::Group),
            10 => nodes[at].padding = rng.random_range(1..11),
            11 => nodes[at].lie = rng.random_range(-4..5),
            12 => nodes[at].value = unpacked(&nodes[at].value),
            13 => {
                let number = number_of(rng);
                let value = Value::Varint(interesting(rng));
                nodes.insert(at, Node { number, value, padding: 0, lie: 0 });
            }
            _ => {
                let mut given = self.seeds[donor].clone();
                let (from, which) = pick(&mut given, rng);
                nodes[at].value = from[which].value.clone();
            }
        }
    }

    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.rng.random_range(1..4) {
            if bytes.is_empty() {
                return;
            }
            let at = self.rng.random_range(0..bytes.len());
            match self.rng.random_range(0..5) {
                0 => bytes[at] ^= 1 << self.rng.random_range(0..8),
                1 => bytes[at] = self.rng.random(),
                2 => bytes.insert(at, self.rng.random()),
                3 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
    }
}

/// Any node, deep ones as likely as shallow ones.
fn pick<'t>(nodes: &'t mut Vec<Node>, rng: &mut SmallRng) -> (&'t mut Vec<Node>, usize) {
    let at = rng.random_range(0..nodes.len());
    let inside = match &nodes[at].value {
        Value::Message(inner) | Value::Group(inner) => !inner.is_empty(),
        _ => false,
    };
    if inside && rng.random_bool(0.8) {
        match &mut nodes[at].value {
            Value::Message(inner) | Value::Group(inner) => return pick(inner, rng),
            _ => unreachable!("it was looked at above"),
        }
    }
    (nodes, at)
}

fn wrap(node: &mut Node, outer: impl Fn(Vec<Node>) -> Value) {
    let inner =
        Node { value: std::mem::replace(&mut node.value, Value::Varint(0)), ..node.clone() };
    node.value = outer(vec![inner]);
}

/// Packed numbers one by one, and others as they are.
fn unpacked(value: &Value) -> Value {
    match value {
        Value::Bytes(packed) => match packed.as_chunks::<8>() {
            ([first, ..], []) => Value::Fixed64(*first),
            _ => value.clone(),
        },
        Value::Fixed64(number) => Value::Bytes([*number, *number].concat()),
        other => other.clone(),
    }
}

/// A field's number: mostly one that some message has.
fn number_of(rng: &mut impl Rng) -> u64 {
    match rng.random_range(0..10) {
        0 => [0, (1 << 29) - 1, 1 << 29, 19_000][rng.random_range(0..4)],
        _ => rng.random_range(1..21),
    }
}

fn interesting(rng: &mut impl Rng) -> u64 {
    if rng.random_bool(0.2) { rng.random() } else { NUMBERS[rng.random_range(0..NUMBERS.len())] }
}

/// Reads a message; what is inside bytes is taken for a message if it can be one.
fn parse(mut bytes: &[u8], depth: u32) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)?),
            1 => Value::Fixed64(*bytes.split_off(..8)?.first_chunk()?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let inside = bytes.split_off(..length)?;
                let message = depth.checked_sub(1).filter(|_| length > 1);
                let message = message.and_then(|depth| parse(inside, depth));
                message.map_or_else(|| Value::Bytes(inside.to_vec()), Value::Message)
            }
            5 => Value::Fixed32(*bytes.split_off(..4)?.first_chunk()?),
            _ => return None,
        };
        (1..=20).contains(&(key >> 3)).then_some(())?;
        nodes.push(Node { number: key >> 3, value, padding: 0, lie: 0 });
    }
    Some(nodes)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn write(nodes: &[Node], output: &mut Vec<u8>) {
    for Node { number, value, padding, lie } in nodes {
        let key = |wire_type: u64| number.wrapping_shl(3) | wire_type;
        let mut delimited = |inside: &[u8]| {
            put(key(2), *padding, output);
            put((inside.len() as u64).wrapping_add_signed(*lie), *padding, output);
            output.extend_from_slice(inside);
        };
        match value {
            Value::Bytes(bytes) => delimited(bytes),
            Value::Message(inner) => {
                let mut inside = Vec::new();
                write(inner, &mut inside);
                delimited(&inside);
            }
            Value::Varint(number) => {
                put(key(0), *padding, output);
                put(*number, *padding, output);
            }
            Value::Fixed64(bytes) => {
                put(key(1), *padding, output);
                output.extend_from_slice(bytes);
            }
            Value::Fixed32(bytes) => {
                put(key(5), *padding, output);
                output.extend_from_slice(bytes);
            }
            Value::Group(inner) => {
                put(key(3), *padding, output);
                write(inner, output);
                put(key(4), *padding, output);
            }
        }
    }
}

/// A varint with `padding` bytes that it does not need.
fn put(mut number: u64, padding: usize, output: &mut Vec<u8>) {
    while number >= 0x80 {
        output.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    output.push(number.to_le_bytes()[0]);
    if padding > 0 {
        if let Some(last) = output.last_mut() {
            *last |= 0x80;
        }
        output.extend(std::iter::repeat_n(0x80, padding - 1));
        output.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hostile::{all_metrics, all_records, all_spans, to_protobuf};

    #[test]
    fn what_is_not_bent_is_written_as_it_was_read() {
        let mut messages: Vec<_> = all_metrics().iter().map(to_protobuf).collect();
        messages.extend([to_protobuf(&all_spans()), to_protobuf(&all_records())]);
        for message in messages {
            let mut written = Vec::new();
            write(&parse(&message, DEPTH_MAX).expect("protobuf"), &mut written);
            assert_eq!(written, message);
        }
    }

    #[test]
    fn a_seed_gives_the_same_inputs_again() {
        let messages = [to_protobuf(&all_spans())];
        let inputs = |seed| {
            let mut mutator = Mutator::new(seed, &messages);
            (0..50).map(|_| mutator.bend()).collect::<Vec<_>>()
        };
        assert_eq!(inputs(7), inputs(7));
        assert_ne!(inputs(7), inputs(8));
    }
}
