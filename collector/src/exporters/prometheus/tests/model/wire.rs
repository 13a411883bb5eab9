//! A metrics request as a tree of protobuf fields: what a mutator moves, splits and spells anew.

/// A message of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Request,
    ResourceMetrics,
    Resource,
    ScopeMetrics,
    Scope,
    Metric,
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
    Summary,
    Number,
    HistogramPoint,
    ExponentialPoint,
    Buckets,
    SummaryPoint,
    Quantile,
    Exemplar,
    KeyValue,
    AnyValue,
    ArrayValue,
    KeyValueList,
}

/// What may be done with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Every occurrence is another element.
    Repeated(Type),
    /// Occurrences merge into one; so do those of one member of a `oneof`.
    Single(Type),
    /// Numbers of eight bytes, packed or not.
    Fixed64s,
    /// Numbers of their own length, packed or not.
    Varints,
    /// The last occurrence counts.
    Scalar,
}

impl Type {
    pub(super) fn shape(self, number: u32) -> Shape {
        use Shape::{Fixed64s, Repeated, Scalar, Single, Varints};
        match (self, number) {
            (Self::Request, 1) => Repeated(Self::ResourceMetrics),
            (Self::ResourceMetrics, 1) => Single(Self::Resource),
            (Self::ResourceMetrics, 2) => Repeated(Self::ScopeMetrics),
            (Self::ScopeMetrics, 1) => Single(Self::Scope),
            (Self::ScopeMetrics, 2) => Repeated(Self::Metric),
            (Self::Metric, 5) => Single(Self::Gauge),
            (Self::Metric, 7) => Single(Self::Sum),
            (Self::Metric, 9) => Single(Self::Histogram),
            (Self::Metric, 10) => Single(Self::ExponentialHistogram),
            (Self::Metric, 11) => Single(Self::Summary),
            (Self::Gauge | Self::Sum, 1) => Repeated(Self::Number),
            (Self::Histogram, 1) => Repeated(Self::HistogramPoint),
            (Self::ExponentialHistogram, 1) => Repeated(Self::ExponentialPoint),
            (Self::Summary, 1) => Repeated(Self::SummaryPoint),
            (Self::Number, 5) | (Self::HistogramPoint, 8) | (Self::ExponentialPoint, 11) => {
                Repeated(Self::Exemplar)
            }
            (Self::HistogramPoint, 6 | 7) => Fixed64s,
            (Self::ExponentialPoint, 8 | 9) => Single(Self::Buckets),
            (Self::Buckets, 2) => Varints,
            (Self::SummaryPoint, 6) => Repeated(Self::Quantile),
            (Self::Resource | Self::ExponentialPoint, 1)
            | (Self::Scope, 3)
            | (Self::Metric, 12)
            | (Self::Number | Self::SummaryPoint | Self::Exemplar, 7)
            | (Self::HistogramPoint, 9)
            | (Self::KeyValueList, 1) => Repeated(Self::KeyValue),
            (Self::KeyValue, 2) => Single(Self::AnyValue),
            (Self::AnyValue, 5) => Single(Self::ArrayValue),
            (Self::AnyValue, 6) => Single(Self::KeyValueList),
            (Self::ArrayValue, 1) => Repeated(Self::AnyValue),
            _ => Scalar,
        }
    }

    /// Fields of one class keep their order among each other: elements, occurrences, and members of a `oneof`.
    pub(super) const fn class(self, number: u32) -> u32 {
        match (self, number) {
            (Self::Metric, 5 | 7 | 9 | 10 | 11) => 5,
            (Self::Number, 4 | 6) => 4,
            (Self::Exemplar, 3 | 6) => 3,
            (Self::AnyValue, 1..=8) => 1,
            _ => number,
        }
    }

    /// Another member of the `oneof` that a field belongs to: the field replaces it when it follows.
    pub(super) fn rival(self, number: u32) -> Option<Field> {
        let empty = |number, of| Field { number, value: Value::Message(of, Vec::new()) };
        let points = |number, of, point| Field {
            number,
            value: Value::Message(of, vec![empty(1, point), empty(1, point)]),
        };
        match (self, number) {
            (Self::Metric, 5) => Some(points(7, Self::Sum, Self::Number)),
            (Self::Metric, 7 | 10 | 11) => Some(points(9, Self::Histogram, Self::HistogramPoint)),
            (Self::Metric, 9) => Some(points(5, Self::Gauge, Self::Number)),
            (Self::Number, 4) => Some(Field { number: 6, value: Value::Fixed64([9; 8]) }),
            (Self::Number, 6) => Some(Field { number: 4, value: Value::Fixed64([9; 8]) }),
            (Self::AnyValue, 1) => Some(Field { number: 3, value: Value::Varint(7) }),
            (Self::AnyValue, 5) => Some(empty(6, Self::KeyValueList)),
            (Self::AnyValue, 2..=8) => Some(Field { number: 1, value: Value::Bytes(b"x".into()) }),
            _ => None,
        }
    }
}

/// A field with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) value: Value,
}

/// A value in one of the layouts of the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Fixed32([u8; 4]),
    Bytes(Vec<u8>),
    Message(Type, Vec<Field>),
    Group(Vec<Field>),
}

/// The fields of a message that a well-behaved encoder wrote.
pub(super) fn read(of: Type, mut bytes: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let number = u32::try_from(key >> 3).unwrap();
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut bytes)),
            1 => Value::Fixed64(take(&mut bytes, 8).try_into().unwrap()),
            5 => Value::Fixed32(take(&mut bytes, 4).try_into().unwrap()),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let inside = take(&mut bytes, length);
                match of.shape(number) {
                    Shape::Repeated(inner) | Shape::Single(inner) => {
                        Value::Message(inner, read(inner, inside))
                    }
                    _ => Value::Bytes(inside.to_vec()),
                }
            }
            other => panic!("an encoder wrote wire type {other}"),
        };
        fields.push(Field { number, value });
    }
    fields
}

pub(super) fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}

/// Writes fields; `pad` is asked for every number how many bytes longer than needed it shall be.
pub(super) fn write(fields: &[Field], pad: &mut impl FnMut() -> usize, out: &mut Vec<u8>) {
    for Field { number, value } in fields {
        let key = |wire_type: u64, out: &mut Vec<u8>, pad: &mut dyn FnMut() -> usize| {
            put_varint(u64::from(*number) << 3 | wire_type, pad(), out);
        };
        match value {
            Value::Varint(value) => {
                key(0, out, pad);
                put_varint(*value, pad(), out);
            }
            Value::Fixed64(bytes) => {
                key(1, out, pad);
                out.extend_from_slice(bytes);
            }
            Value::Fixed32(bytes) => {
                key(5, out, pad);
                out.extend_from_slice(bytes);
            }
            Value::Bytes(bytes) => {
                key(2, out, pad);
                put_varint(bytes.len() as u64, pad(), out);
                out.extend_from_slice(bytes);
            }
            Value::Message(_, fields) => {
                key(2, out, pad);
                let mut inside = Vec::new();
                write(fields, pad, &mut inside);
                put_varint(inside.len() as u64, pad(), out);
                out.extend_from_slice(&inside);
            }
            Value::Group(fields) => {
                key(3, out, pad);
                write(fields, pad, out);
                key(4, out, pad);
            }
        }
    }
}

/// A number in as many bytes as it needs and `longer` more, ten at most.
pub(super) fn put_varint(mut value: u64, longer: usize, out: &mut Vec<u8>) {
    let start = out.len();
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            out.push(low);
            break;
        }
        out.push(low | 0x80);
    }
    for _ in 0..longer.min(10 - (out.len() - start)) {
        *out.last_mut().unwrap() |= 0x80;
        out.push(0);
    }
}
