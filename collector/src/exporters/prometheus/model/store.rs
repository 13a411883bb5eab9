//! The model: every series in one map, by everything that tells it from others.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    time::Duration,
};

use inferometer_semconv::prometheus_name::metric_name;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{Metric, ResourceMetrics, ScopeMetrics, metric::Data},
};
use prost::Message;

use super::{
    describe::{Target, identity, labels},
    guard::Guard,
    series::Series,
    values::{Judged, Point, Shown, kind, points},
};
use crate::{
    pipeline::RejectReason,
    series::{Kind, Limits},
};

/// What became of a request's points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct Counted {
    pub(in super::super) kept: u64,
    pub(in super::super) rejected: BTreeMap<&'static str, u64>,
    pub(in super::super) target_info_rejected: u64,
}

impl AddAssign for Counted {
    fn add_assign(&mut self, other: Self) {
        self.kept += other.kept;
        self.target_info_rejected += other.target_info_rejected;
        for (reason, points) in other.rejected {
            *self.rejected.entry(reason).or_default() += points;
        }
    }
}

/// All series, as a reader of the specifications would keep them.
#[derive(Debug)]
pub(in super::super) struct Model {
    limits: Limits,
    pub(in super::super) series: BTreeMap<Vec<String>, Series>,
    /// Job and instance of whoever sent something; as many as series may be, since each is to have one.
    targets: BTreeSet<(String, String)>,
    /// `(kind, help)` of every family that has a series.
    pub(in super::super) families: BTreeMap<String, (Kind, String)>,
    guard: Guard,
    /// What streams that are shown in a sum had counted before they ended or began anew, by family and labels.
    pub(in super::super) before: BTreeMap<(String, String), Shown>,
}

/// Everything around a point.
#[derive(Clone, Copy)]
struct Around<'a> {
    target: &'a Target,
    scope: &'a ScopeMetrics,
    metric: &'a Metric,
    kind: Kind,
    now: Duration,
}

impl Model {
    pub(in super::super) fn new(limits: Limits) -> Self {
        Self::folding(limits, 0)
    }

    /// With so many values of an attribute told apart; 0 is all.
    pub(in super::super) fn folding(limits: Limits, label_limit: usize) -> Self {
        Self {
            limits,
            series: BTreeMap::new(),
            targets: BTreeSet::new(),
            families: BTreeMap::new(),
            guard: Guard::new(label_limit),
            before: BTreeMap::new(),
        }
    }

    /// Takes a request; none if it is not one.
    pub(in super::super) fn apply(&mut self, bytes: &[u8], now: Duration) -> Option<Counted> {
        let request = ExportMetricsServiceRequest::decode(bytes).ok()?;
        let mut counted = Counted::default();
        for resource in &request.resource_metrics {
            self.resource(resource, now, &mut counted);
        }
        Some(counted)
    }

    fn resource(&mut self, metrics: &ResourceMetrics, now: Duration, counted: &mut Counted) {
        let of_scopes = metrics.scope_metrics.iter().flat_map(|scope| &scope.metrics);
        if of_scopes.map(points).all(|points| points.is_empty()) {
            return;
        }
        let resource = metrics.resource.clone().unwrap_or_default();
        let target = Target::of(&resource.attributes);
        let kept_before = counted.kept;
        let id = (target.job.clone(), target.instance.clone());
        let has_room = self.targets.contains(&id) || self.targets.len() < self.limits.max_series;
        if has_room {
            self.targets.insert(id);
        }
        for scope in &metrics.scope_metrics {
            for metric in &scope.metrics {
                let Some(kind) = kind(metric) else { continue };
                let around = Around { target: &target, scope, metric, kind, now };
                for point in points(metric) {
                    let outcome = match has_room {
                        true => self.point(around, point),
                        false => Err(RejectReason::SeriesLimit),
                    };
                    match outcome {
                        Ok(()) => counted.kept += 1,
                        Err(reason) => *counted.rejected.entry(reason.as_str()).or_default() += 1,
                    }
                }
            }
        }
        if counted.kept > kept_before {
            counted.target_info_rejected += u64::from(self.info(&target, now).is_err());
        }
    }

    fn point(&mut self, around: Around<'_>, judged: Judged<'_>) -> Result<(), RejectReason> {
        let Around { target, scope, metric, kind, now } = around;
        let (attributes, point) = judged;
        let point = point?;
        let of_scope = scope.scope.clone().unwrap_or_default();
        let key = vec![
            "series".to_owned(),
            target.job.clone(),
            target.instance.clone(),
            scope.schema_url.clone(),
            of_scope.name.clone(),
            of_scope.version.clone(),
            identity(&of_scope.attributes),
            metric.name.clone(),
            metric.unit.clone(),
            kind.as_str().to_owned(),
            identity(attributes),
        ];
        let Some(value) = &point.value else {
            return self.end(&key, &point);
        };
        value.check()?;
        if let Some(series) = self.series.get_mut(&key) {
            let before = series.take(&point, value, now)?;
            if let (true, Some(before)) = (series.folded, before) {
                let id = series.id();
                self.keep(id, around.kind, before);
            }
            return Ok(());
        }
        if self.series.len() >= self.limits.max_series {
            return Err(RejectReason::SeriesLimit);
        }
        if metric.name.is_empty() {
            return Err(RejectReason::InvalidPoint);
        }
        let is_monotonic = matches!(&metric.data, Some(Data::Sum(sum)) if sum.is_monotonic);
        let family = metric_name(&metric.name, &metric.unit, is_monotonic).into_owned();
        if family == "target_info" {
            return Err(RejectReason::TypeConflict);
        }
        let (attributes, folded) = self.guard.limited(attributes);
        value.check_bounds()?;
        let labels = labels(target, &of_scope, &scope.schema_url, kind, &attributes);
        let times = (point.start, point.time);
        let mut series = Series::new((family, kind, labels), times, value.clone(), now);
        series.folded = folded;
        self.admit(key, series, &metric.description)
    }

    fn end(&mut self, key: &[String], point: &Point) -> Result<(), RejectReason> {
        if let Some(series) = self.series.get(key) {
            series.ends_by(point)?;
            self.remove(|candidate, _| *candidate == *key);
        }
        Ok(())
    }

    /// Shows what the resource of a target says now.
    fn info(&mut self, target: &Target, now: Duration) -> Result<(), RejectReason> {
        let key = vec!["info".to_owned(), target.job.clone(), target.instance.clone()];
        self.remove(|candidate, _| *candidate == key);
        let Some(labels) = target.info() else {
            return Ok(());
        };
        let described = ("target_info".to_owned(), Kind::Gauge, labels);
        let series = Series::new(described, (0, 0), Shown::Int(1), now);
        self.admit(key, series, super::super::translate::TARGET_INFO_HELP)
    }

    fn admit(&mut self, key: Vec<String>, series: Series, help: &str) -> Result<(), RejectReason> {
        if self.series.len() >= self.limits.max_series {
            return Err(RejectReason::SeriesLimit);
        }
        if self.is_taken(&series.family, series.kind) {
            return Err(RejectReason::TypeConflict);
        }
        let id = series.id();
        if let Some(other) = self.series.values().find(|other| other.id() == id) {
            let can_be_added = other.folded && other.shown.has_buckets_of(&series.shown);
            if !(series.folded && can_be_added) {
                return Err(RejectReason::NotExpressible);
            }
        }
        let family = self.families.entry(series.family.clone());
        let (_, shown_help) = family.or_insert_with(|| (series.kind, String::new()));
        if shown_help.is_empty() {
            help.clone_into(shown_help);
        }
        self.series.insert(key, series);
        Ok(())
    }

    /// Whether another kind has the name, or one of the names that come with a kind.
    fn is_taken(&self, family: &str, kind: Kind) -> bool {
        let names = |family: &str, kind: Kind| -> Vec<String> {
            let suffixes = kind.suffixes().iter().chain(&[""]);
            suffixes.map(|suffix| format!("{family}{suffix}")).collect()
        };
        let wanted = names(family, kind);
        self.families.iter().any(|(other, (of, _))| {
            let is_same = other == family && *of == kind;
            !is_same && names(other, *of).iter().any(|name| wanted.contains(name))
        })
    }

    /// Forgets what had no point for too long, and then targets without series; returns how many series.
    pub(in super::super) fn expire(&mut self, now: Duration) -> usize {
        let Some(before) = now.checked_sub(self.limits.metric_expiration) else {
            return 0;
        };
        let count = self.series.len();
        self.remove(|key, series| key[0] != "info" && series.updated <= before);
        let live: BTreeSet<(String, String)> = self
            .series
            .keys()
            .filter(|key| key[0] == "series")
            .map(|key| (key[1].clone(), key[2].clone()))
            .collect();
        self.remove(|key, _| !live.contains(&(key[1].clone(), key[2].clone())));
        self.targets = live;
        count - self.series.len()
    }

    /// Forgets series, and what has none any more. What they counted stays in the sums that others are still part of.
    fn remove(&mut self, is_gone: impl Fn(&[String], &Series) -> bool) {
        let gone: Vec<_> = self.series.extract_if(.., |key, it| is_gone(key, it)).collect();
        for (_, series) in gone.into_iter().filter(|(_, series)| series.folded) {
            self.keep(series.id(), series.kind, series.shown);
        }
        let series = &self.series;
        self.before.retain(|id, _| series.values().any(|it| it.id() == *id));
        self.families.retain(|name, _| series.values().any(|it| it.family == *name));
    }

    /// Keeps in a sum what one of its streams has counted until now, if it never falls.
    fn keep(&mut self, id: (String, String), kind: Kind, counted: Shown) {
        if matches!(kind, Kind::Counter | Kind::Histogram) {
            let sum = self.before.get(&id).map(|before| before.merged(&counted));
            self.before.insert(id, sum.unwrap_or(counted));
        }
    }

    /// Every series of the page with what it shows; of those that are shown in a sum one with all of it.
    pub(in super::super) fn shown(&self) -> Vec<(&Series, Shown)> {
        let mut sums: BTreeMap<_, (&Series, Shown)> = BTreeMap::new();
        for series in self.series.values() {
            let id = series.id();
            let known = sums.get(&id).map(|(_, sum)| sum).or(self.before.get(&id));
            let sum = known.map_or_else(|| series.shown.clone(), |it| it.merged(&series.shown));
            sums.insert(id, (series, sum));
        }
        sums.into_values().collect()
    }
}
