//! Which requests must not overtake each other.
//!
//! A store that follows Prometheus rejects a point that is older than the one before it, so points of one series have to
//! arrive in their order although several requests are under way. A sender writes its resource the same way every time:
//! metrics that carry the same resource share a lane, and a lane sends one request at a time, retries included. A request
//! of several resources goes alone: it waits for all before it, and all behind it wait for it. Spans and log records have
//! no order to keep.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::{otlp, pipeline::Signal};

/// What a request must wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Nothing.
    Free,
    /// Metrics with the same resource, by its hash. Two resources of one hash merely wait for each other.
    Resource(u64),
    /// All metrics.
    Alone,
}

impl Lane {
    pub(super) fn of(signal: Signal, request: &[u8], hasher: &RandomState) -> Self {
        if signal != Signal::Metrics {
            return Self::Free;
        }
        let mut resources = otlp::resources(request);
        let Some(first) = resources.next() else {
            return Self::Free;
        };
        if resources.all(|other| other == first) {
            Self::Resource(hasher.hash_one(first))
        } else {
            Self::Alone
        }
    }
}

/// The lanes of the requests that are being sent; as many as there are consumers at most.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    resources: Vec<u64>,
    alone: bool,
}

impl Lanes {
    pub(super) fn enter(&mut self, lane: Lane) {
        match lane {
            Lane::Free => {}
            Lane::Resource(resource) => self.resources.push(resource),
            Lane::Alone => self.alone = true,
        }
    }

    pub(super) fn leave(&mut self, lane: Lane) {
        match lane {
            Lane::Free => {}
            Lane::Resource(resource) => {
                let place = self.resources.iter().position(|busy| *busy == resource);
                place.map(|place| self.resources.swap_remove(place));
            }
            Lane::Alone => self.alone = false,
        }
    }

    /// Where the first request stands that may be sent now, of those that wait in this order.
    pub(super) fn first_free(&self, waiting: impl Iterator<Item = Lane>) -> Option<usize> {
        // Whether a request that goes alone is under way, or waits further ahead.
        let mut barred = self.alone;
        let mut metrics_ahead = !self.resources.is_empty();
        for (place, lane) in waiting.enumerate() {
            let is_free = match lane {
                Lane::Free => true,
                // One of the same lane further ahead was held up by what holds this one up.
                Lane::Resource(resource) => !barred && !self.resources.contains(&resource),
                Lane::Alone => !barred && !metrics_ahead,
            };
            if is_free {
                return Some(place);
            }
            barred |= lane == Lane::Alone;
            metrics_ahead = true;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::{
        collector::metrics::v1::ExportMetricsServiceRequest, metrics::v1::ResourceMetrics,
        resource::v1::Resource,
    };
    use prost::Message;

    use super::{
        Lane::{Alone, Free, Resource as Of},
        *,
    };

    fn check(sending: &[Lane], waiting: &[Lane], expected: Option<usize>) {
        let mut lanes = Lanes::default();
        sending.iter().for_each(|lane| lanes.enter(*lane));
        assert_eq!(lanes.first_free(waiting.iter().copied()), expected, "{sending:?} {waiting:?}");
        sending.iter().for_each(|lane| lanes.leave(*lane));
        let first = (!waiting.is_empty()).then_some(0);
        assert_eq!(lanes.first_free(waiting.iter().copied()), first, "once all has been sent");
    }

    #[test]
    fn a_lane_sends_one_at_a_time_and_holds_up_no_other() {
        check(&[], &[Of(1)], Some(0));
        check(&[Of(1)], &[Of(1)], None);
        check(&[Of(1)], &[Of(1), Of(2)], Some(1));
        check(&[Of(1), Of(2)], &[Of(1), Of(2), Free], Some(2));
    }

    #[test]
    fn a_request_of_several_resources_is_overtaken_by_no_metrics_and_overtakes_none() {
        check(&[Of(1)], &[Alone, Of(2), Free], Some(2));
        check(&[Alone], &[Of(1), Alone], None);
        check(&[Of(1)], &[Of(1), Alone, Of(2)], None);
        check(&[], &[Alone, Of(1)], Some(0));
    }

    fn lane(hasher: &RandomState, signal: Signal, services: &[u32]) -> Lane {
        let resource_metrics = services.iter().map(|dropped_attributes_count| ResourceMetrics {
            resource: Some(Resource {
                dropped_attributes_count: *dropped_attributes_count,
                ..Resource::default()
            }),
            ..ResourceMetrics::default()
        });
        let request = ExportMetricsServiceRequest { resource_metrics: resource_metrics.collect() };
        Lane::of(signal, &request.encode_to_vec(), hasher)
    }

    #[test]
    fn metrics_of_one_resource_share_a_lane() {
        let hasher = RandomState::default();
        let of = |signal, services: &[u32]| lane(&hasher, signal, services);
        assert_eq!(of(Signal::Metrics, &[7]), of(Signal::Metrics, &[7, 7]));
        assert_ne!(of(Signal::Metrics, &[7]), of(Signal::Metrics, &[8]));
        assert_eq!(of(Signal::Metrics, &[7, 8]), Alone);
        assert_eq!(of(Signal::Metrics, &[]), Free);
        assert_eq!(of(Signal::Traces, &[7, 8]), Free);
    }
}
