//! Which requests must not overtake each other.
//!
//! A store that follows Prometheus rejects a point that is older than the one before it, so points of one series have to
//! arrive in their order although several requests are under way. A sender writes its resource the same way every time:
//! metrics that share a resource leave one request after another, retries included. Spans and log records have no order
//! to keep.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::{otlp, pipeline::Signal};

/// Words of 64 lanes. Ten resources of one request share a lane with ten of another in one case of ten.
const WORDS: usize = 16;

/// The lanes that a request takes, one bit each: by the hashes of its resources. Two resources with one lane merely wait
/// for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lanes([u64; WORDS]);

impl Lanes {
    /// Those of requests that may overtake any other.
    pub(super) const NONE: Self = Self([0; WORDS]);

    pub(super) fn of(signal: Signal, request: &[u8], hasher: &RandomState) -> Self {
        let mut lanes = Self::NONE;
        if signal == Signal::Metrics {
            for resource in otlp::resources(request) {
                let [word, bit, ..] = hasher.hash_one(resource).to_le_bytes();
                lanes.0[usize::from(word) % WORDS] |= 1 << (bit % 64);
            }
        }
        lanes
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }
}

/// Where the first request stands that is wanted and meets none that is being sent and none that waits ahead of it.
pub(super) fn first_free<'a>(
    sending: impl Iterator<Item = &'a Lanes>,
    waiting: impl Iterator<Item = (&'a Lanes, bool)>,
) -> Option<usize> {
    let mut taken = Lanes::NONE;
    sending.for_each(|lanes| taken.add(lanes));
    for (place, (lanes, is_wanted)) in waiting.enumerate() {
        if is_wanted && !taken.meets(lanes) {
            return Some(place);
        }
        taken.add(lanes);
    }
    None
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::metrics::v1::ExportMetricsServiceRequest, metrics::v1::ResourceMetrics,
        resource::v1::Resource,
    };
    use prost::Message;

    use super::*;

    fn lanes(numbers: &[u32]) -> Lanes {
        let mut lanes = Lanes::NONE;
        numbers.iter().for_each(|number| lanes.0[0] |= 1 << number);
        lanes
    }

    fn check(sending: &[&[u32]], waiting: &[&[u32]], expected: Option<usize>) {
        let [sending, waiting] = [sending, waiting]
            .map(|requests| requests.iter().map(|request| lanes(request)).collect::<Vec<_>>());
        let all = waiting.iter().map(|lanes| (lanes, true));
        assert_eq!(first_free(sending.iter(), all), expected, "{sending:?} {waiting:?}");
    }

    #[test]
    fn a_lane_sends_one_at_a_time_and_holds_up_no_other() {
        check(&[], &[&[1]], Some(0));
        check(&[&[1]], &[&[1]], None);
        check(&[&[1]], &[&[1], &[2]], Some(1));
        check(&[&[1], &[2]], &[&[1], &[2], &[]], Some(2));
        check(&[], &[], None);
    }

    #[test]
    fn a_request_of_several_resources_waits_for_each_and_holds_up_each() {
        check(&[&[1]], &[&[1, 2]], None);
        check(&[&[1]], &[&[1, 2], &[2]], None);
        check(&[&[1, 2]], &[&[2, 3], &[3], &[4, 5]], Some(2));
    }

    #[test]
    fn one_that_is_not_wanted_still_holds_up_its_lane() {
        let waiting = [lanes(&[1]), lanes(&[1]), lanes(&[2])];
        let wanted = [false, true, true];
        assert_eq!(first_free(std::iter::empty(), waiting.iter().zip(wanted)), Some(2));
    }

    fn of(hasher: &RandomState, signal: Signal, resources: &[u32]) -> Lanes {
        let resource_metrics = resources.iter().map(|dropped_attributes_count| ResourceMetrics {
            resource: Some(Resource {
                dropped_attributes_count: *dropped_attributes_count,
                ..Resource::default()
            }),
            ..ResourceMetrics::default()
        });
        let request = ExportMetricsServiceRequest { resource_metrics: resource_metrics.collect() };
        Lanes::of(signal, &request.encode_to_vec(), hasher)
    }

    #[test]
    fn metrics_take_the_lanes_of_their_resources() {
        let hasher = RandomState::default();
        let of = |signal, resources: &[u32]| of(&hasher, signal, resources);
        assert_eq!(of(Signal::Metrics, &[7]), of(Signal::Metrics, &[7, 7]));
        let mut both = of(Signal::Metrics, &[7]);
        both.add(&of(Signal::Metrics, &[8]));
        assert_eq!(of(Signal::Metrics, &[8, 7]), both);
        assert!(both.meets(&of(Signal::Metrics, &[8])));
        assert_eq!(of(Signal::Metrics, &[]), Lanes::NONE);
        assert_eq!(of(Signal::Traces, &[7, 8]), Lanes::NONE);
    }
}
