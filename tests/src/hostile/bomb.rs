//! Payloads that are small on the wire and large in memory, unless whoever reads them takes care.

use super::request::to_protobuf;
use crate::hostile::gauges;
use inferometer_collector::pipeline::Signal;

/// A payload, uncompressed.
#[derive(Debug, Clone)]
pub struct Bomb {
    /// What is in it.
    pub name: &'static str,
    /// Which service it is for.
    pub signal: Signal,
    /// The encoded request.
    pub bytes: Vec<u8>,
}

/// A field that holds bytes.
fn field(number: u8, inside: &[u8]) -> Vec<u8> {
    let mut bytes = vec![number << 3 | 2];
    let mut length = inside.len();
    while length >= 0x80 {
        bytes.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend_from_slice(inside);
    bytes
}

/// As many empty messages under one number as fit.
fn empties(number: u8, bytes: usize) -> Vec<u8> {
    [number << 3 | 2, 0].repeat(bytes / 2)
}

/// Puts a message into others, the innermost number first.
fn inside_of(numbers: &[u8], inside: Vec<u8>) -> Vec<u8> {
    numbers.iter().fold(inside, |inside, number| field(*number, &inside))
}

/// A metric of this kind of data, whose one point is given.
fn metric(kind: u8, point: &[u8]) -> Vec<u8> {
    let data = [field(1, point), vec![2 << 3, 2]].concat();
    [field(1, b"bomb"), field(kind, &data)].concat()
}

/// A request with such a metric.
fn point(kind: u8, point: &[u8]) -> Vec<u8> {
    inside_of(&[2, 2, 1], metric(kind, point))
}

/// What every point of a gauge needs.
fn bare() -> Vec<u8> {
    [fixed64(3, 1), fixed64(6, 1)].concat()
}

/// A request with a point of a gauge that has these attributes.
fn gauge(attributes: &[u8]) -> Vec<u8> {
    point(5, &[&*bare(), attributes].concat())
}

/// One with an attribute of this value.
fn attribute(value: &[u8]) -> Vec<u8> {
    gauge(&field(7, &[field(1, b"k"), field(2, value)].concat()))
}

/// A number of eight bytes under a field's number.
fn fixed64(number: u8, value: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &value.to_le_bytes()].concat()
}

/// An attribute whose value nests so many lists.
#[must_use]
pub fn nested(levels: usize) -> Vec<u8> {
    // From the inside, written backwards: each level is the field of a value that holds a list that holds a value.
    let mut reversed: Vec<u8> = Vec::new();
    let mut length = 0_usize;
    let mut open = |number: u8, length: usize| {
        let mut head = field(number, &[]);
        head.pop();
        let mut rest = length;
        while rest >= 0x80 {
            head.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        head.push(rest.to_le_bytes()[0]);
        reversed.extend(head.iter().rev());
        length + head.len()
    };
    for _ in 0..levels {
        length = open(1, length);
        length = open(5, length);
    }
    reversed.reverse();
    attribute(&reversed)
}

/// Every shape, each of about so many bytes.
#[must_use]
pub fn bombs(bytes: usize) -> Vec<Bomb> {
    let metrics = |name, bytes| Bomb { name, signal: Signal::Metrics, bytes };
    let traces = |name, bytes| Bomb { name, signal: Signal::Traces, bytes };
    let logs = |name, bytes| Bomb { name, signal: Signal::Logs, bytes };
    let long = "x".repeat(bytes);
    let numbers = |number, count: usize, value: fn(usize) -> u64| {
        let packed: Vec<u8> = (0..count).flat_map(|nth| value(nth).to_le_bytes()).collect();
        field(number, &packed)
    };
    let buckets = bytes / 16;
    let explicit = [
        fixed64(4, buckets as u64 + 1),
        numbers(6, buckets + 1, |_| 1),
        numbers(7, buckets, |nth| (nth as f64).to_bits()),
    ];
    let exponential = [fixed64(4, bytes as u64), field(8, &field(2, &vec![1; bytes]))];
    let distinct = bytes / 45;
    let of_scope = inside_of(&[2, 2], metric(5, &bare()));
    let pairs: Vec<u8> = (0..bytes / 12)
        .flat_map(|nth| field(7, &[field(1, format!("{nth:08}").as_bytes())].concat()))
        .collect();
    let span_ids = [field(1, &[1; 16]), field(2, &[1; 8])].concat();
    vec![
        traces("empty spans", inside_of(&[2, 1], empties(2, bytes))),
        traces(
            "empty events of a span",
            inside_of(&[2, 2, 1], [span_ids, empties(11, bytes)].concat()),
        ),
        traces("empty resources of spans", empties(1, bytes)),
        logs("empty log records", inside_of(&[2, 1], empties(2, bytes))),
        metrics("empty resources", empties(1, bytes)),
        metrics("empty metrics", inside_of(&[2, 1], empties(2, bytes))),
        metrics("empty points", inside_of(&[5, 2, 2, 1], empties(1, bytes))),
        metrics("empty attributes", gauge(&empties(7, bytes))),
        metrics("an array of empty values", attribute(&field(5, &empties(1, bytes)))),
        metrics("a list of empty pairs", attribute(&field(6, &empties(1, bytes)))),
        metrics("attributes of different keys", gauge(&pairs)),
        metrics(
            "empty attributes of a resource",
            field(1, &[field(1, &empties(1, bytes)), of_scope].concat()),
        ),
        metrics("empty exemplars", point(9, &empties(8, bytes))),
        metrics("empty quantiles", point(11, &empties(6, bytes))),
        metrics("explicit buckets", point(9, &explicit.concat())),
        metrics("exponential buckets", point(10, &exponential.concat())),
        metrics("a long text", attribute(&field(1, long.as_bytes()))),
        metrics(
            "a long name",
            inside_of(&[2, 2, 1], [metric(5, &bare()), field(1, long.as_bytes())].concat()),
        ),
        metrics(
            "empty attributes of a scope",
            inside_of(
                &[2, 1],
                [field(1, &empties(3, bytes)), field(2, &metric(5, &bare()))].concat(),
            ),
        ),
        metrics("many series", to_protobuf(&gauges("many", "bomb", 0..distinct, 1))),
    ]
}

#[cfg(test)]
mod tests {
    use inferometer_collector::otlp::check;

    use super::*;

    #[test]
    fn bombs_are_requests_that_are_right() {
        for bomb in bombs(10_000) {
            let counts = check(bomb.signal, &bomb.bytes);
            assert!(counts.is_ok(), "{}: {counts:?}", bomb.name);
            assert!((8_000..12_000).contains(&bomb.bytes.len()), "{}", bomb.name);
        }
        for (levels, is_right) in [(10, true), (46, true), (47, false), (100_000, false)] {
            assert_eq!(
                check(Signal::Metrics, &nested(levels)).is_ok(),
                is_right,
                "{levels} levels"
            );
        }
    }
}
