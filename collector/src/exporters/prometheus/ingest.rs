//! Brings the points of a request into the store.

use std::time::Duration;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{Metric, ResourceMetrics, ScopeMetrics},
};

use super::translate::{self, Scope, TARGET_INFO, TARGET_INFO_HELP, Target, Translation};
use crate::{
    otlp::{Shape, each_point, spell},
    pipeline::RejectReason,
    series::{Identity, Rejection, Store},
};

/// Identities of series and of resources, told apart by their first byte.
const SERIES: u8 = 0;
const RESOURCE: u8 = 1;

/// What became of a request's points: all of them are in one of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Applied {
    pub(super) kept: u64,
    /// Resources whose `target_info` the store did not take; it is no point of the request.
    pub(super) target_info_rejected: u64,
    rejected: [u64; RejectReason::ALL.len()],
    /// The first rejection, with metric, value, limit and remedy.
    pub(super) message: Option<String>,
}

impl Applied {
    pub(super) fn rejected(&self) -> impl Iterator<Item = (RejectReason, u64)> + '_ {
        RejectReason::ALL.into_iter().zip(self.rejected).filter(|(_, points)| *points > 0)
    }

    fn note(&mut self, metric: &str, outcome: Result<(), Rejection>) {
        match outcome {
            Ok(()) => self.kept += 1,
            Err(rejection) => {
                self.rejected[rejection.reason() as usize] += 1;
                self.message.get_or_insert_with(|| format!("metric `{metric}`: {rejection}"));
            }
        }
    }
}

/// Applies every point of a request; `now` is the store's clock.
pub(super) fn apply(
    translation: &Translation,
    store: &Store,
    request: &ExportMetricsServiceRequest,
    now: Duration,
) -> Applied {
    let mut applied = Applied::default();
    for resource in &request.resource_metrics {
        apply_resource(translation, store, resource, now, &mut applied);
    }
    applied
}

fn apply_resource(
    translation: &Translation,
    store: &Store,
    metrics: &ResourceMetrics,
    now: Duration,
    applied: &mut Applied,
) {
    let attributes = metrics.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
    let target = Target::of(translation, attributes);
    let kept_before = applied.kept;
    let mut identity = Identity::new(SERIES);
    identity.push(b't', &target.key());
    let mark = identity.mark();
    for scope in &metrics.scope_metrics {
        identity.rewind(mark);
        let mut ingest =
            Ingest { translation, store, target: &target, now, applied: &mut *applied };
        ingest.scope(scope, &mut identity);
    }
    if applied.kept > kept_before
        && let Some(labels) = target.info_labels(translation)
    {
        // One per job and instance, whatever labels its series have beside them.
        let mut identity = Identity::new(RESOURCE);
        identity.push(b's', target.job.as_bytes());
        identity.push(b's', target.instance.as_bytes());
        let shown = store.show_info(&identity, TARGET_INFO, TARGET_INFO_HELP, labels, now);
        applied.target_info_rejected += u64::from(shown.is_err());
    }
}

/// What all points of a resource share.
struct Ingest<'a> {
    translation: &'a Translation,
    store: &'a Store,
    target: &'a Target<'a>,
    now: Duration,
    applied: &'a mut Applied,
}

impl Ingest<'_> {
    fn scope(&mut self, metrics: &ScopeMetrics, identity: &mut Identity) {
        let scope = Scope { scope: metrics.scope.as_ref(), schema_url: &metrics.schema_url };
        identity.push(b'u', metrics.schema_url.as_bytes());
        if let Some(scope) = scope.scope {
            identity.push(b'n', scope.name.as_bytes());
            identity.push(b'v', scope.version.as_bytes());
            spell_attributes(&scope.attributes, identity);
        }
        let mark = identity.mark();
        for metric in &metrics.metrics {
            if let Some(shape) = Shape::of(metric) {
                identity.rewind(mark);
                self.metric(scope, metric, shape, identity);
            }
        }
    }

    fn metric(&mut self, scope: Scope<'_>, metric: &Metric, shape: Shape, identity: &mut Identity) {
        identity.push(b'm', metric.name.as_bytes());
        identity.push(b'u', metric.unit.as_bytes());
        identity.open(b'k', shape.kind as usize);
        let mark = identity.mark();
        let Self { translation, store, target, now, applied } = self;
        each_point(metric, |attributes, point| {
            identity.rewind(mark);
            spell_attributes(attributes, identity);
            let describe =
                || translate::describe(translation, target, scope, metric, shape, attributes);
            let outcome = point.and_then(|point| store.apply(identity, &point, *now, describe));
            applied.note(&metric.name, outcome);
        });
    }
}

/// Adds attributes in the order of their keys, of two with one key only the first: the sender's order means nothing.
fn spell_attributes(attributes: &[KeyValue], identity: &mut Identity) {
    let spell_pair = |pair: &KeyValue, identity: &mut Identity| {
        identity.push(b'k', pair.key.as_bytes());
        spell(pair.value.as_ref(), identity);
    };
    if attributes.is_sorted_by(|a, b| a.key < b.key) {
        attributes.iter().for_each(|pair| spell_pair(pair, identity));
        return;
    }
    let mut sorted: Vec<&KeyValue> = attributes.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    sorted.dedup_by(|later, first| later.key == first.key);
    sorted.into_iter().for_each(|pair| spell_pair(pair, identity));
}
