//! All series, by tenant and resource.

use std::{hash::BuildHasher, sync::Arc, time::Duration};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use opentelemetry_proto::tonic::common::v1::KeyValue;

use super::{
    key::{Dimensions, ResourceKey, overflow_attributes},
    request::{Draft, Request},
    series::{Moment, Series},
    settings::{ResourceOf, SpanMetricsSettings},
    span::SpanView,
};
use crate::pipeline::{RejectReason, Tenant};

/// Tenants at a time; spans of further ones are rejected as `series_limit`, as they share no series with others.
pub const TENANTS_MAX: usize = 1000;

/// How many more series a request may have once one with as many as it may was taken: this part of them.
const GROWTH: usize = 16;

/// The place of the overflow series among the resources of a tenant.
const OVERFLOW: usize = 0;

/// The series of all tenants.
#[derive(Debug)]
pub(super) struct State {
    settings: Arc<SpanMetricsSettings>,
    /// What the collector says of itself as the source of these metrics.
    own_resource: Vec<KeyValue>,
    hashing: RandomState,
    tenants: Vec<OfTenant>,
    /// Without overflow series.
    series: usize,
    /// Flushes that have begun.
    flush: u64,
    /// Rounds that have begun, in each of which every series is taken once. A flush that is refused in its midst leaves
    /// its round open, so that the next one goes on with what is left.
    round: u64,
    is_round_open: bool,
    /// Series that a request may have, by what was refused as too large.
    series_of_request: usize,
}

#[derive(Debug)]
struct OfTenant {
    tenant: Tenant,
    /// The overflow series stands in a resource of its own, the first.
    resources: Vec<OfResource>,
    /// Places in `resources`, by the hash of their keys.
    table: HashTable<usize>,
}

#[derive(Debug)]
struct OfResource {
    key: Box<[u8]>,
    hash: u64,
    attributes: Vec<KeyValue>,
    series: Vec<Series>,
    /// Places in `series`, by their hash.
    table: HashTable<usize>,
}

/// Where the series of one resource are, or will be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    tenant: usize,
    resource: Option<usize>,
    fits: bool,
}

/// The next series to be offered.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    tenant: usize,
    resource: usize,
    series: usize,
}

impl State {
    pub(super) fn new(settings: Arc<SpanMetricsSettings>, own_resource: Vec<KeyValue>) -> Self {
        Self {
            settings,
            own_resource,
            hashing: RandomState::default(),
            tenants: Vec::new(),
            series: 0,
            flush: 0,
            round: 0,
            is_round_open: false,
            series_of_request: usize::MAX,
        }
    }

    /// Series, without those of the overflow.
    pub(super) const fn series(&self) -> usize {
        self.series
    }

    pub(super) const fn moment(&self, now: u64) -> Moment {
        Moment { now, flush: self.flush }
    }

    /// Finds the place of a resource; one that does not `fit` has only the overflow series.
    ///
    /// # Errors
    /// Why its spans cannot be counted.
    pub(super) fn enter(
        &mut self,
        tenant: &Tenant,
        resource: &ResourceKey,
        fits: bool,
    ) -> Result<Entry, RejectReason> {
        let known = self.tenants.iter().position(|known| known.tenant == *tenant);
        if known.is_none() && self.tenants.len() >= TENANTS_MAX {
            return Err(RejectReason::SeriesLimit);
        }
        let place = known.unwrap_or_else(|| {
            self.tenants.push(OfTenant::new(tenant, &self.own_resource));
            self.tenants.len() - 1
        });
        let key = resource.as_bytes();
        let resource = fits.then(|| self.tenants[place].find(self.hashing.hash_one(key), key));
        Ok(Entry { tenant: place, resource: resource.flatten(), fits })
    }

    /// Counts a span in the series of its dimensions, which `key` spells, or else in the overflow series, as one whose
    /// dimensions are too long to be spelled. Whether it was the latter.
    pub(super) fn count(
        &mut self,
        entry: &mut Entry,
        resource: &ResourceKey,
        span: &SpanView<'_>,
        spelled: Option<(&[u8], &Dimensions<'_>)>,
        moment: Moment,
    ) -> bool {
        let (settings, of_tenant) = (&*self.settings, &mut self.tenants[entry.tenant]);
        let new = |key: &[u8], hash, attributes| {
            Series::new(key, hash, attributes, &settings.histogram, moment.now)
        };
        if let Some((key, dimensions)) = spelled {
            let hash = self.hashing.hash_one(key);
            if let Some(of_resource) = entry.resource.map(|place| &mut of_tenant.resources[place])
                && let Some(place) = of_resource.find(hash, key)
            {
                of_resource.series[place].count(span, moment, settings);
                return false;
            }
            if entry.fits && self.series < settings.series_max {
                let place = *entry.resource.get_or_insert_with(|| {
                    let attributes = match settings.resource {
                        ResourceOf::Collector => self.own_resource.clone(),
                        ResourceOf::Attributes(_) | ResourceOf::Spans => resource.attributes(),
                    };
                    let key = resource.as_bytes();
                    of_tenant.add(OfResource::new(key, self.hashing.hash_one(key), attributes))
                });
                let series = new(key, hash, dimensions.attributes(settings));
                of_tenant.resources[place].add(series).count(span, moment, settings);
                self.series += 1;
                return false;
            }
        }
        let overflow = &mut of_tenant.resources[OVERFLOW].series;
        if overflow.is_empty() {
            overflow.push(new(&[], 0, overflow_attributes()));
        }
        overflow[0].count(span, moment, settings);
        true
    }

    /// Begins to offer all series, or those that are left of a round.
    pub(super) const fn begin_flush(&mut self) -> Cursor {
        self.flush += 1;
        if !self.is_round_open {
            self.round += 1;
        }
        self.is_round_open = true;
        Cursor { tenant: 0, resource: 0, series: 0 }
    }

    /// The next flush offers all series again.
    pub(super) const fn end_round(&mut self) {
        self.is_round_open = false;
    }

    /// The next request of a flush; none at its end. Between two, spans are counted.
    pub(super) fn next_request(&mut self, cursor: &mut Cursor, now: u64) -> Option<Request> {
        let (moment, round) = (self.moment(now), self.round);
        loop {
            let of_tenant = self.tenants.get_mut(cursor.tenant)?;
            let from = *cursor;
            let mut draft = Draft::new(&self.settings, self.series_of_request);
            let has_more = of_tenant.walk(cursor, |place, attributes, series| {
                series.is_told(round)
                    || draft.add(place, attributes, series.points(&self.settings, moment))
            });
            let request = draft.finish(&of_tenant.tenant, from);
            if !has_more {
                *cursor = Cursor { tenant: from.tenant + 1, ..Cursor::default() };
            }
            if request.is_some() {
                return request;
            }
        }
    }

    /// The points of a request were taken. If it might not have had more series, the next ones may have a few more.
    pub(super) fn delivered(&mut self, request: &Request) {
        let (mut cursor, mut left) = (request.from, request.series);
        let (flush, round) = (self.flush, self.round);
        if let Some(of_tenant) = self.tenants.get_mut(cursor.tenant) {
            of_tenant.walk(&mut cursor, |_, _, series| {
                left -= usize::from(series.delivered(flush, round));
                left > 0
            });
        }
        if request.series >= self.series_of_request {
            let more = 1 + self.series_of_request / GROWTH;
            self.series_of_request = self.series_of_request.saturating_add(more);
        }
    }

    /// A request is larger than what is behind takes as one: the flush goes back to its first series, with half as many
    /// for a request. Whether it had more than one.
    pub(super) const fn halve(&mut self, request: &Request, cursor: &mut Cursor) -> bool {
        if request.series < 2 {
            return false;
        }
        self.series_of_request = request.series / 2;
        *cursor = request.from;
        true
    }

    /// Series with spans that nobody was told of.
    pub(super) fn untold(&self) -> usize {
        let resources = self.tenants.iter().flat_map(|of_tenant| &of_tenant.resources);
        resources.flat_map(|of| &of.series).filter(|series| series.has_news()).count()
    }

    /// Forgets series whose last span is so old, if points that tell of it were taken.
    pub(super) fn expire(&mut self, now: u64, expiration: Duration) {
        let nanos = u64::try_from(expiration.as_nanos()).unwrap_or(u64::MAX);
        for of_tenant in &mut self.tenants {
            for (place, of_resource) in of_tenant.resources.iter_mut().enumerate() {
                let ended = of_resource.expire(now, nanos);
                if place != OVERFLOW {
                    self.series -= ended;
                }
            }
            of_tenant.forget_empty();
        }
        self.tenants.retain(|of_tenant| of_tenant.resources.iter().any(|of| !of.series.is_empty()));
    }
}

impl OfTenant {
    fn new(tenant: &Tenant, own_resource: &[KeyValue]) -> Self {
        let overflow = OfResource::new(&[], 0, own_resource.to_vec());
        Self { tenant: tenant.clone(), resources: vec![overflow], table: HashTable::new() }
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<usize> {
        self.table.find(hash, |place| *self.resources[*place].key == *key).copied()
    }

    fn add(&mut self, of_resource: OfResource) -> usize {
        let (place, hash) = (self.resources.len(), of_resource.hash);
        self.resources.push(of_resource);
        self.table.insert_unique(hash, place, |place| self.resources[*place].hash);
        place
    }

    /// Shows every series from the cursor on, with the place and attributes of its resource, until `show` has enough;
    /// whether that was so. The cursor stands behind the last one that was shown.
    fn walk(
        &mut self,
        cursor: &mut Cursor,
        mut show: impl FnMut(usize, &[KeyValue], &mut Series) -> bool,
    ) -> bool {
        while let Some(of_resource) = self.resources.get_mut(cursor.resource) {
            while let Some(series) = of_resource.series.get_mut(cursor.series) {
                cursor.series += 1;
                if !show(cursor.resource, &of_resource.attributes, series) {
                    return true;
                }
            }
            (cursor.resource, cursor.series) = (cursor.resource + 1, 0);
        }
        false
    }

    fn forget_empty(&mut self) {
        if self.resources[OVERFLOW + 1..].iter().all(|of| !of.series.is_empty()) {
            return;
        }
        let mut place = 0;
        self.resources.retain(|of_resource| {
            place += 1;
            place == OVERFLOW + 1 || !of_resource.series.is_empty()
        });
        self.table.clear();
        for place in OVERFLOW + 1..self.resources.len() {
            let hash = self.resources[place].hash;
            self.table.insert_unique(hash, place, |place| self.resources[*place].hash);
        }
    }
}

impl OfResource {
    fn new(key: &[u8], hash: u64, attributes: Vec<KeyValue>) -> Self {
        Self { key: key.into(), hash, attributes, series: Vec::new(), table: HashTable::new() }
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<usize> {
        self.table.find(hash, |place| *self.series[*place].key == *key).copied()
    }

    fn add(&mut self, series: Series) -> &mut Series {
        let (place, hash) = (self.series.len(), series.hash);
        self.series.push(series);
        self.table.insert_unique(hash, place, |place| self.series[*place].hash);
        &mut self.series[place]
    }

    /// Returns how many series have ended.
    fn expire(&mut self, now: u64, nanos: u64) -> usize {
        let before = self.series.len();
        self.series.retain(|series| !series.is_idle(now, nanos));
        let ended = before - self.series.len();
        if ended > 0 {
            self.series.shrink_to(2 * self.series.len());
            self.table.clear();
            for (place, series) in self.series.iter().enumerate() {
                self.table.insert_unique(series.hash, place, |place| self.series[*place].hash);
            }
        }
        ended
    }
}
