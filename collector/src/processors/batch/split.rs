//! One large request as several.

use bytes::{BufMut, Bytes, BytesMut};

use crate::{
    otlp,
    pipeline::Signal,
    processors::{decoding::Decoding, request::Request},
};

/// The key of the one field of a request, as protobuf encodes it: number 1, with a length.
const RESOURCES_KEY: u8 = 0x0a;

/// Parts with at most `max` items each, in the order of the request, and how many are in each.
///
/// It is cut between resources without decoding anything. A resource that has more than `max` by itself is decoded and
/// cut between its items, and so is a request with fields that we do not know. One that cannot be read, or that
/// there is no memory to decode, comes back as it is.
pub(super) fn split(signal: Signal, request: &Bytes, items: u64, max: u64) -> Vec<(Bytes, u64)> {
    let Some(resources) = resources(signal, request) else {
        return split_items(signal, request.clone(), items, max);
    };
    let mut parts = Parts::default();
    for (resource, items) in resources {
        if items > max {
            parts.close();
            parts.closed.extend(split_items(signal, resource, items, max));
            continue;
        }
        if parts.open_items + items > max {
            parts.close();
        }
        parts.open.put(resource);
        parts.open_items += items;
    }
    parts.close();
    parts.closed
}

#[derive(Default)]
struct Parts {
    closed: Vec<(Bytes, u64)>,
    open: BytesMut,
    open_items: u64,
}

impl Parts {
    fn close(&mut self) {
        if self.open_items > 0 {
            self.closed.push((self.open.split().freeze(), self.open_items));
        }
        self.open.clear();
        self.open_items = 0;
    }
}

/// The resources of a request, each as a request of its own, and how many items each has. Nothing if there is more in
/// it than resources.
fn resources(signal: Signal, request: &Bytes) -> Option<Vec<(Bytes, u64)>> {
    let mut resources = Vec::new();
    let mut rest = request.clone();
    while let Some((&RESOURCES_KEY, behind_key)) = rest.split_first() {
        let mut behind_length = behind_key;
        let length = prost::decode_length_delimiter(&mut behind_length).ok()?;
        let end = (rest.len() - behind_length.len()).checked_add(length)?;
        if end > rest.len() {
            return None;
        }
        let resource = rest.split_to(end);
        let items = otlp::check(signal, &resource).ok()?.items;
        resources.push((resource, items));
    }
    rest.is_empty().then_some(resources)
}

fn split_items(signal: Signal, request: Bytes, items: u64, max: u64) -> Vec<(Bytes, u64)> {
    let Ok(_room) = Decoding::of(signal, &request) else {
        return vec![(request, items)];
    };
    let Ok(mut rest) = Request::decode(signal, request.clone()) else {
        return vec![(request, items)];
    };
    let mut parts = Vec::new();
    let mut left = items;
    while left > max {
        parts.push((rest.take_front(max).encode(), max));
        left -= max;
    }
    parts.push((rest.encode(), left));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processors::request::samples;

    /// The items of the parts, after foreign types have found the same items in them as in the request.
    fn check(signal: Signal, requests: &[Request], max: u64, expected: &[u64]) {
        let bytes: Vec<u8> = requests.iter().flat_map(|request| request.encode()).collect();
        let items = requests.iter().map(Request::items).sum();
        let parts = split(signal, &bytes.into(), items, max);
        let counts: Vec<u64> = parts.iter().map(|(_, items)| *items).collect();
        assert_eq!(counts, expected);
        let mut seen = Vec::new();
        for (bytes, items) in parts {
            let part = Request::decode(signal, bytes).unwrap();
            assert_eq!(part.items(), items);
            seen.extend(samples::spelled_items(part));
        }
        let sent = requests.iter().cloned().flat_map(samples::spelled_items);
        assert_eq!(seen, sent.collect::<Vec<_>>());
    }

    #[test]
    fn it_is_cut_between_resources_where_possible() {
        for signal in Signal::ALL {
            let requests = [3, 2, 4, 1].map(|items| samples::request(signal, items));
            check(signal, &requests, 5, &[5, 5]);
            check(signal, &requests, 4, &[3, 2, 4, 1]);
            check(signal, &requests, 6, &[5, 5]);
            check(signal, &requests, 100, &[10]);
        }
    }

    #[test]
    fn a_large_resource_is_cut_between_its_items() {
        for signal in Signal::ALL {
            let requests = [1, 7, 1].map(|items| samples::request(signal, items));
            check(signal, &requests, 3, &[1, 3, 3, 1, 1]);
            check(signal, &requests, 1, &[1; 9]);
        }
    }

    #[test]
    fn every_kind_of_point_can_be_cut() {
        check(Signal::Metrics, &[samples::every_kind_of_point()], 3, &[3, 3, 3, 1]);
    }

    #[test]
    fn unknown_fields_are_no_obstacle() {
        let request = samples::request(Signal::Traces, 4);
        // Field 2, a number.
        let bytes = [&request.encode()[..], &[0x10, 1]].concat();
        let parts = split(Signal::Traces, &bytes.into(), 4, 2);
        assert_eq!(parts.iter().map(|(_, items)| *items).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_next() {
        let broken = Bytes::from_static(b"\x0a\x7f");
        assert_eq!(split(Signal::Logs, &broken, 9, 2), [(broken, 9)]);
    }
}
