//! An encoded request that is patched before each send.

use bytes::BytesMut;
use rand::{Rng, RngExt, rngs::SmallRng};

use super::{
    fleet::CHANGING_DIGITS,
    layout::{Attributes, Layout, PointHoles, ValueHole},
    payload::Payload,
};

/// What differs between two sends besides times and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// The order of every point's and every resource's attributes.
    Order,
    /// The value of one attribute of every resource, which identifies nothing.
    Resource,
}

/// A gRPC frame with a request.
#[derive(Debug)]
pub(crate) struct Template {
    bytes: BytesMut,
    layout: Layout,
    /// Sends so far.
    serial: u64,
    /// For attributes on the move.
    scratch: Vec<u8>,
}

impl Template {
    pub(super) fn new(bytes: BytesMut, layout: Layout) -> Self {
        Self { bytes, layout, serial: 0, scratch: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn shuffle(&mut self, random: &mut SmallRng) {
        let resources = self.layout.resources.iter_mut().map(|resource| &mut resource.attributes);
        let points = self.layout.points.iter_mut().map(|point| &mut point.attributes);
        for attributes in resources.chain(points) {
            shuffle(&mut self.bytes, attributes, &mut self.scratch, random);
        }
    }

    fn change_resources(&mut self, random: &mut SmallRng) {
        for resource in &self.layout.resources {
            let mut value = random.next_u64();
            for digit in &mut self.bytes[resource.changing..resource.changing + CHANGING_DIGITS] {
                *digit = b"0123456789abcdef"[(value & 0xf) as usize];
                value >>= 4;
            }
        }
    }
}

impl Payload for Template {
    const PATH: &'static str = "opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

    fn items(&self) -> u64 {
        self.layout.points.len() as u64
    }

    /// Later times, higher counts, other values, and what `change` asks for.
    fn stamp(&mut self, now: u64, change: Change, random: &mut SmallRng) {
        self.serial += 1;
        for point in &self.layout.points {
            stamp_point(&mut self.bytes, point, now, self.serial);
        }
        match change {
            Change::None => {}
            Change::Order => self.shuffle(random),
            Change::Resource => self.change_resources(random),
        }
    }

    fn frame(&mut self) -> &mut BytesMut {
        &mut self.bytes
    }
}

fn stamp_point(bytes: &mut [u8], point: &PointHoles, now: u64, serial: u64) {
    put(bytes, point.time, now + point.repeat);
    match point.value {
        ValueHole::Integer(place) => put(bytes, place, 1_000 * serial + point.repeat),
        ValueHole::Double(place) => {
            put(bytes, place, (((serial + point.time as u64) % 1000) as f64 / 8.0).to_bits());
        }
        ValueHole::Histogram { count, sum, bucket } => {
            // The buckets but the first hold one each.
            put(bytes, count, serial + point.repeat + 15);
            put(bytes, sum, (serial as f64 * 0.25).to_bits());
            put(bytes, bucket, serial + point.repeat);
        }
    }
}

fn put(bytes: &mut [u8], place: usize, value: u64) {
    bytes[place..place + 8].copy_from_slice(&value.to_le_bytes());
}

/// Brings attributes into an order drawn from all orders alike.
fn shuffle(
    bytes: &mut [u8],
    attributes: &mut Attributes,
    scratch: &mut Vec<u8>,
    random: &mut SmallRng,
) {
    let length: usize = attributes.lengths.iter().sum();
    let place = attributes.start..attributes.start + length;
    // The last of those left is swapped with any of them, which is then taken from where it is now.
    for left in (2..=attributes.lengths.len()).rev() {
        let chosen = random.random_range(0..left);
        if chosen + 1 == left {
            continue;
        }
        let begin = attributes.start + attributes.lengths[..chosen].iter().sum::<usize>();
        let middle = begin + attributes.lengths[chosen];
        let end = attributes.start + attributes.lengths[..left].iter().sum::<usize>();
        scratch.clear();
        scratch.extend_from_slice(&bytes[begin..middle]);
        bytes.copy_within(middle..end, begin);
        bytes[end - scratch.len()..end].copy_from_slice(scratch);
        attributes.lengths[chosen..left].rotate_left(1);
    }
    debug_assert_eq!(place.len(), attributes.lengths.iter().sum::<usize>());
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use opentelemetry_proto::tonic::{
        collector::metrics::v1::ExportMetricsServiceRequest, common::v1::KeyValue,
        metrics::v1::metric::Data,
    };
    use prost::Message;
    use rand::SeedableRng;

    use super::*;
    use crate::load::Fleet;

    fn stamped(change: Change, sends: u64) -> Vec<ExportMetricsServiceRequest> {
        let mut lanes = Fleet { series: 10_000, instances_per_request: 10 }.templates();
        let (template, mut random) = (&mut lanes[1][2], SmallRng::seed_from_u64(7));
        let stamp = |send| {
            template.stamp(1_000 + send, change, &mut random);
            let bytes = template.lend();
            let request = ExportMetricsServiceRequest::decode(&bytes[5..]).unwrap();
            template.restore(bytes);
            request
        };
        (0..sends).map(stamp).collect()
    }

    /// Every point's time, value and attributes.
    fn points(request: &ExportMetricsServiceRequest) -> Vec<(u64, f64, Vec<KeyValue>)> {
        let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
        let metrics = scopes.flat_map(|scope| &scope.metrics);
        let mut found = Vec::new();
        for metric in metrics {
            match metric.data.as_ref().unwrap() {
                Data::Sum(sum) => found.extend(sum.data_points.iter().map(number)),
                Data::Gauge(gauge) => found.extend(gauge.data_points.iter().map(number)),
                Data::Histogram(histogram) => {
                    found.extend(histogram.data_points.iter().map(|point| {
                        assert_eq!(point.bucket_counts.iter().sum::<u64>(), point.count);
                        (point.time_unix_nano, point.count as f64, point.attributes.clone())
                    }));
                }
                _ => panic!("no other kind is sent"),
            }
        }
        found
    }

    fn number(
        point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint,
    ) -> (u64, f64, Vec<KeyValue>) {
        use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
        let value = match point.value.unwrap() {
            Value::AsInt(value) => value as f64,
            Value::AsDouble(value) => value,
        };
        (point.time_unix_nano, value, point.attributes.clone())
    }

    #[test]
    fn every_point_gets_a_new_time_and_value_and_keeps_its_attributes() {
        let requests = stamped(Change::None, 2);
        let (first, second) = (points(&requests[0]), points(&requests[1]));
        assert_eq!(first.len(), 500);
        for (first, second) in first.iter().zip(&second) {
            assert_eq!((first.0, second.0), (1_000, 1_001));
            assert_ne!(first.1, second.1);
            assert_eq!(first.2, second.2);
        }
    }

    #[test]
    fn shuffled_attributes_are_the_same_in_many_orders() {
        let requests = stamped(Change::Order, 200);
        let sorted = |attributes: &[KeyValue]| {
            let mut keys: Vec<String> = attributes.iter().map(|pair| format!("{pair:?}")).collect();
            keys.sort();
            keys
        };
        let first = points(&requests[0]);
        let mut orders = HashSet::new();
        for request in &requests {
            let points = points(request);
            for (point, first) in points.iter().zip(&first) {
                assert_eq!(sorted(&point.2), sorted(&first.2));
            }
            let keys: Vec<_> = points[0].2.iter().map(|pair| pair.key.clone()).collect();
            orders.insert(keys);
        }
        assert_eq!(orders.len(), 24, "all orders of four attributes");
    }

    #[test]
    fn a_changed_resource_differs_in_one_attribute() {
        let requests = stamped(Change::Resource, 2);
        let resources = |request: &ExportMetricsServiceRequest| {
            request.resource_metrics[3].resource.clone().unwrap().attributes
        };
        let (first, second) = (resources(&requests[0]), resources(&requests[1]));
        let changed: Vec<_> = first.iter().zip(&second).filter(|(a, b)| a != b).collect();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].0.key, crate::load::fleet::CHANGING);
    }
}
