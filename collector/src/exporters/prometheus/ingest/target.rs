//! One target: the series of its job and instance, and the memory of how their points came last time.

use std::{sync::Arc, time::Duration};

use opentelemetry_proto::tonic::{
    common::v1::{InstrumentationScope, KeyValue},
    metrics::v1::{Gauge, Metric, metric::Data},
    resource::v1::Resource,
};
use parking_lot::Mutex;
use prost::Message;

use super::{
    super::translate::{self, Scope, Translation},
    applied::Applied,
    description, exemplars,
    hashing::Hashing,
    info::Info,
    known::Known,
    reject_metric, reject_scope,
    streams::Streams,
};
use crate::{
    otlp::{
        AttributeBytes, MetricView, PointView, ResourceMetricsView, Room, decode_attributes,
        spell_attributes,
    },
    series::{Description, Identity, Point, Reading, Rejection, Store, Taken},
};

/// All that a job and an instance have sent. Its lock is held while one resource of a request is applied.
#[derive(Debug)]
pub(super) struct Target {
    /// What tells it from other targets.
    key: Box<[u8]>,
    info: Arc<Mutex<Info>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// It is in no table any more: whoever found it must look again.
    has_ended: bool,
    known: Known,
    streams: Streams,
    room: Room,
    /// Where attributes are spelled; its memory is reused.
    identity: Identity,
}

/// The target was forgotten between being found and being locked.
pub(super) struct Ended;

/// What all points of a request share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) translation: &'a Translation,
    pub(super) store: &'a Store,
    pub(super) hashing: &'a Hashing,
    /// By the store's clock.
    pub(super) now: Duration,
}

impl Target {
    pub(super) fn new(key: Box<[u8]>, info: Arc<Mutex<Info>>) -> Self {
        Self { key, info, state: Mutex::default() }
    }

    pub(super) const fn key(&self) -> &[u8] {
        &self.key
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state.lock().has_ended
    }

    /// Applies every point of one resource.
    pub(super) fn apply(
        &self,
        context: Context<'_>,
        view: &ResourceMetricsView<'_>,
        applied: &mut Applied,
    ) -> Result<(), Ended> {
        let state = &mut *self.state.lock();
        if state.has_ended {
            return Err(Ended);
        }
        let kept_before = applied.kept;
        let mut room = std::mem::take(&mut state.room);
        let mut walk = Walk { context, state, resource: &view.resource, decoded: None, applied };
        walk.resource(view, &mut room);
        if walk.applied.kept > kept_before {
            let has_room = self.info.lock().show(context, walk.resource, &mut walk.decoded);
            walk.applied.target_info_rejected += u64::from(!has_room);
        }
        room.trim();
        state.room = room;
        state.known.end(state.streams.cost());
        Ok(())
    }

    /// Forgets series that got no point since `before`, and then itself if none is left. Returns how many.
    pub(super) fn expire(&self, store: &Store, before: Duration) -> usize {
        let state = &mut *self.state.lock();
        let gone = state.streams.extract_older(before);
        state.has_ended = state.streams.is_empty();
        if !gone.is_empty() {
            state.known.forget_points();
            store.forget(gone.iter().map(|series| &**series));
        }
        gone.len()
    }
}

/// One way through a resource's metrics.
struct Walk<'a> {
    context: Context<'a>,
    state: &'a mut State,
    resource: &'a [u8],
    /// The resource's attributes, once a new series has asked for them.
    decoded: Option<Vec<KeyValue>>,
    applied: &'a mut Applied,
}

impl Walk<'_> {
    fn resource(&mut self, view: &ResourceMetricsView<'_>, room: &mut Room) {
        self.state.known.begin(self.context.hashing);
        for scope_view in view.scopes() {
            if let Err(rejection) =
                description::fits(scope_view.scope.len() + scope_view.schema_url.len())
            {
                reject_scope(&scope_view, &rejection, self.applied);
                continue;
            }
            let scope = self.state.known.scope(self.context.hashing, &scope_view);
            for message in scope_view.metrics() {
                let Some(metric_view) = MetricView::read(message) else {
                    continue;
                };
                let texts = [metric_view.name, metric_view.description, metric_view.unit];
                if let Err(rejection) = description::fits(texts.map(<[u8]>::len).iter().sum()) {
                    reject_metric(&metric_view, &rejection, self.applied);
                    continue;
                }
                let metric = self.state.known.metric(self.context.hashing, scope, &metric_view);
                for message in metric_view.points() {
                    self.state.known.look_ahead();
                    let PointView { attributes, point } =
                        metric_view.point(message, room, self.state.known.expected());
                    let placed = point
                        .and_then(|point| self.place(metric, &metric_view, attributes, &point));
                    match placed {
                        Ok(()) => self.applied.kept += 1,
                        Err(rejection) => self.applied.reject(metric_view.name, &rejection),
                    }
                }
            }
        }
    }

    /// Gives a point to its series: the one that its bytes mean, else the one that its attributes mean, else a new one.
    #[inline]
    fn place(
        &mut self,
        metric: u32,
        view: &MetricView<'_>,
        attributes: AttributeBytes<'_>,
        point: &Point<'_>,
    ) -> Result<(), Rejection> {
        let Context { store, hashing, now, .. } = self.context;
        if let Some(hit) = self.state.known.point(hashing, metric, attributes) {
            let (place, was_expected) = (hit.place, hit.was_expected);
            let taken = store.give(hit.series, point, now);
            self.state.known.follow(place);
            match taken? {
                Taken::Kept => {
                    let found = &mut self.applied.found;
                    *(if was_expected { &mut found.expected } else { &mut found.known }) += 1;
                    if !point.exemplars.is_empty() {
                        let lost = &mut self.applied.exemplars_lost;
                        if let Some(series) = self.state.known.series_at(place) {
                            exemplars::keep(self.context, series, point, lost);
                        }
                    }
                    return Ok(());
                }
                // The slow way takes it out of its table.
                Taken::Ends | Taken::HadEnded => {}
            }
        }
        self.place_respelled(metric, view, attributes.bytes, point)
    }

    #[cold]
    fn place_respelled(
        &mut self,
        metric: u32,
        view: &MetricView<'_>,
        attributes: &[u8],
        point: &Point<'_>,
    ) -> Result<(), Rejection> {
        let Context { store, hashing, now, .. } = self.context;
        let State { known, streams, identity, .. } = &mut *self.state;
        let Some((of_metric, metric_hash)) = known.metric_of(metric) else {
            return Err(Rejection::Invalid("the metric was forgotten while its points were read"));
        };
        let of_metric = Arc::clone(of_metric);
        description::fits(attributes.len())?;
        identity.clear();
        spell_attributes(attributes, identity);
        let hash = hashing.of(metric_hash, identity.as_bytes());
        if let Some(series) = streams.find(hash, &of_metric, identity.as_bytes()) {
            match store.give(series, point, now)? {
                Taken::Kept => {
                    self.applied.found.respelled += 1;
                    exemplars::keep(self.context, series, point, &mut self.applied.exemplars_lost);
                    let bytes = streams.bytes();
                    known.learn(hashing, metric, attributes, series, bytes);
                    return Ok(());
                }
                Taken::Ends => {
                    self.applied.ended += 1;
                    store.forget([&**series]);
                    streams.remove(hash, &of_metric, identity.as_bytes());
                    return Ok(());
                }
                Taken::HadEnded => streams.remove(hash, &of_metric, identity.as_bytes()),
            }
        }
        if matches!(point.reading, Reading::Gone) {
            return Ok(());
        }
        // Before the room: what a point is rejected for must not depend on whether an ended series is remembered.
        point.reading.check()?;
        store.has_room()?;
        let description = self.describe(metric, view, attributes)?;
        let State { known, streams, identity, .. } = &mut *self.state;
        if let Some(series) = store.admit(&description, point, now)? {
            self.applied.found.new += 1;
            exemplars::keep(self.context, &series, point, &mut self.applied.exemplars_lost);
            streams.insert(hash, &of_metric, identity.as_bytes(), Arc::clone(&series));
            known.learn(hashing, metric, attributes, &series, streams.bytes());
        }
        Ok(())
    }

    /// How Prometheus shows a series. Everything is decoded for it, once.
    fn describe(
        &mut self,
        metric: u32,
        view: &MetricView<'_>,
        attributes: &[u8],
    ) -> Result<Description, Rejection> {
        let known = self.state.known.scope_of(metric);
        let shared = self.resource.len() + known.map_or(0, |scope| scope.bytes.len());
        self.applied.describe(shared)?;
        let scope = known.and_then(|scope| InstrumentationScope::decode(&*scope.bytes).ok());
        let url = known.map_or(&[][..], |scope| &scope.url);
        let schema_url = std::str::from_utf8(url).unwrap_or_default();
        let scope = Scope { scope: scope.as_ref(), schema_url };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let described = Metric {
            name: text(view.name),
            description: text(view.description),
            unit: text(view.unit),
            data: view.is_gauge().then(|| Data::Gauge(Gauge::default())),
            ..Metric::default()
        };
        let resource = self.decoded.get_or_insert_with(|| decode_resource(self.resource));
        let translation = self.context.translation;
        let target = translate::Target::of(translation, resource);
        let attributes = decode_attributes(attributes);
        translate::describe(translation, &target, scope, &described, view.shape, &attributes)
    }
}

/// The attributes of an encoded resource; it is checked, so it decodes.
pub(super) fn decode_resource(resource: &[u8]) -> Vec<KeyValue> {
    Resource::decode(resource).unwrap_or_default().attributes
}
