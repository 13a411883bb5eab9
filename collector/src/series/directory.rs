//! All families by name, each with its series by labels: the order of the page, and the place where names conflict.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};

use super::{
    family::{ByPrefix, ByUtf8, Description, Family, Kind, Members},
    rejection::Rejection,
    single::Series,
    store::Limits,
};

/// Families by Prometheus name; the only place that adds or removes a series for readers.
#[derive(Debug, Default)]
pub(super) struct Directory {
    families: BTreeMap<Arc<str>, Members>,
    series: usize,
    bytes: usize,
    generations: u64,
}

/// Where a reader of all series stands; the default is before the first, for a reader of classic names.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    at: Option<(Family, Arc<Series>)>,
    by_utf8: bool,
}

impl Cursor {
    /// Before the first, for a reader to whom names are [`Series::utf8_prefix`] or made of it: what has one name there
    /// comes together.
    #[must_use]
    pub const fn by_utf8() -> Self {
        Self { at: None, by_utf8: true }
    }
}

/// Some series of one family, in the order of their labels.
#[derive(Debug)]
pub struct Page {
    /// Whose series they are.
    pub family: Family,
    /// Whether these are the first that the reader gets of this family.
    pub first: bool,
    /// At least one.
    pub series: Vec<Arc<Series>>,
}

impl Directory {
    pub(super) fn series(&self) -> usize {
        self.series
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn families(&self) -> usize {
        self.families.len()
    }

    /// Adds a series, or makes it a part of the one that its labels are folded into. `held` bytes are taken by exemplars.
    pub(super) fn admit(
        &mut self,
        description: &Description,
        series: Series,
        limits: &Limits,
        held: usize,
    ) -> Result<Arc<Series>, Rejection> {
        if self.series >= limits.max_series {
            return Err(Rejection::SeriesLimit { limit: limits.max_series });
        }
        let cost = series.cost();
        if self.bytes.saturating_add(held).saturating_add(cost) > limits.max_bytes {
            return Err(Rejection::SeriesBytes { limit: limits.max_bytes });
        }
        match self.families.get(&*description.family) {
            Some(members) => members.fits(description)?,
            None => self.name_is_free(&description.family, description.kind)?,
        }
        let members = match self.families.get_mut(&*description.family) {
            Some(members) => members,
            None => self.open(description),
        };
        let series = members.add(series, description.folded)?;
        if members.family.help.is_empty() && !description.help.is_empty() {
            members.family.help = description.help.as_str().into();
        }
        if members.family.unit.is_empty() && !description.unit.is_empty() {
            members.family.unit = description.unit.as_str().into();
        }
        self.series += 1;
        self.bytes += cost;
        Ok(series)
    }

    /// Makes room for a larger value of a series. One that has ended needs none.
    pub(super) fn grow(
        &mut self,
        series: &Series,
        value_bytes: usize,
        limits: &Limits,
        held: usize,
    ) -> Result<(), Rejection> {
        let Some(more) = series.growth(value_bytes) else {
            return Ok(());
        };
        if self.bytes.saturating_add(held).saturating_add(more) > limits.max_bytes {
            return Err(Rejection::SeriesBytes { limit: limits.max_bytes });
        }
        series.grow(more);
        self.bytes += more;
        Ok(())
    }

    fn open(&mut self, description: &Description) -> &mut Members {
        let name: Arc<str> = description.family.as_str().into();
        self.generations += 1;
        let family = Family {
            name: name.clone(),
            help: description.help.as_str().into(),
            unit: description.unit.as_str().into(),
            kind: description.kind,
            generation: self.generations,
        };
        let members = Members { family, series: BTreeSet::new(), by_utf8: None };
        self.families.entry(name).or_insert(members)
    }

    /// Whether no family has a name, or derives one, that a new family would have or derive.
    fn name_is_free(&self, name: &str, kind: Kind) -> Result<(), Rejection> {
        let derived = kind.suffixes().iter().map(|suffix| format!("{name}{suffix}"));
        let own = [name.to_owned()];
        for claimed in own.into_iter().chain(derived) {
            let stems = Kind::Histogram.suffixes().iter().filter_map(|suffix| {
                let members = self.families.get(claimed.strip_suffix(suffix)?)?;
                members.family.kind.suffixes().contains(suffix).then_some(members)
            });
            if let Some(members) = self.families.get(&*claimed).into_iter().chain(stems).next() {
                return Err(members.conflict());
            }
        }
        Ok(())
    }

    /// Forgets a series, and its family if it was the last of it.
    pub(super) fn remove(&mut self, series: &Series) {
        let Some(members) = self.families.get_mut(series.name()) else {
            return;
        };
        if members.remove(series) {
            self.series -= 1;
            self.bytes -= series.cost();
        }
        if members.series.is_empty() {
            self.families.remove(series.name());
        }
    }

    /// The next series behind the cursor, `limit` at most.
    pub(super) fn page(&self, cursor: &mut Cursor, limit: usize) -> Option<Page> {
        let page =
            self.rest_of_family(cursor, limit).or_else(|| self.next_family(cursor, limit))?;
        let last = page.series.last()?.clone();
        cursor.at = Some((page.family.clone(), last));
        Some(page)
    }

    fn rest_of_family(&self, cursor: &Cursor, limit: usize) -> Option<Page> {
        let (family, last) = cursor.at.as_ref()?;
        let members = self.families.get(&family.name)?;
        // A family that ended and came back may be of another kind; its head was written for the old one.
        if members.family.generation != family.generation {
            return None;
        }
        let series = members.behind(last, cursor.by_utf8, limit);
        let family = family.clone();
        (!series.is_empty()).then_some(Page { family, first: false, series })
    }

    fn next_family(&self, cursor: &Cursor, limit: usize) -> Option<Page> {
        let behind = match &cursor.at {
            Some((family, _)) => Bound::Excluded(&*family.name),
            None => Bound::Unbounded,
        };
        let (_, members) = self.families.range::<str, _>((behind, Bound::Unbounded)).next()?;
        Some(members.first_page(cursor.by_utf8, limit))
    }

    pub(super) fn kind_of(&self, name: &str) -> Option<Kind> {
        self.families.get(name).map(|members| members.family.kind)
    }

    /// The series of one family.
    pub(super) fn of_family(&self, name: &str) -> Option<Page> {
        Some(self.families.get(name)?.first_page(false, usize::MAX))
    }
}

impl Members {
    fn add(&mut self, series: Series, is_folded: bool) -> Result<Arc<Series>, Rejection> {
        let shown = self.series.get(series.prefix()).map(|shown| Arc::clone(&shown.0));
        if !is_folded {
            if shown.is_some() {
                return Err(Rejection::SameLabels { family: self.family.name.clone() });
            }
            let series = Arc::new(series);
            self.insert(Arc::clone(&series));
            return Ok(series);
        }
        let total = shown.unwrap_or_else(|| Series::total_of(&series));
        let Some(mut parts) = total.fold().parts() else {
            return Err(Rejection::SameLabels { family: self.family.name.clone() });
        };
        // What only readers of classic names see as one is not added up.
        if total.utf8_prefix().text() != series.utf8_prefix().text() {
            return Err(Rejection::SameLabels { family: self.family.name.clone() });
        }
        parts.admits(&series)?;
        let part = Arc::new(series.into_part(&total));
        parts.attach(&part);
        drop(parts);
        self.insert(total);
        Ok(part)
    }

    fn insert(&mut self, series: Arc<Series>) {
        if self.by_utf8.is_none() && series.utf8_prefix().is_quoted() {
            let others = self.series.iter().map(|other| ByUtf8(Arc::clone(&other.0)));
            self.by_utf8 = Some(others.collect());
        }
        if let Some(by_utf8) = &mut self.by_utf8 {
            by_utf8.insert(ByUtf8(Arc::clone(&series)));
        }
        self.series.insert(ByPrefix(series));
    }

    /// Whether the series was there. With its last part a sum ends too.
    fn remove(&mut self, series: &Series) -> bool {
        let is_last = series.fold().siblings().is_none_or(|mut parts| parts.detach(series));
        if !is_last {
            return true;
        }
        let removed = self.series.take(series.prefix());
        if let (Some(by_utf8), Some(removed)) = (&mut self.by_utf8, &removed) {
            by_utf8.remove(&ByUtf8(Arc::clone(&removed.0)));
        }
        removed.is_some()
    }

    fn first_page(&self, by_utf8: bool, limit: usize) -> Page {
        let series = match &self.by_utf8 {
            Some(series) if by_utf8 => series.iter().take(limit).map(|s| s.0.clone()).collect(),
            _ => self.series.iter().take(limit).map(|series| series.0.clone()).collect(),
        };
        Page { family: self.family.clone(), first: true, series }
    }

    fn behind(&self, last: &Arc<Series>, by_utf8: bool, limit: usize) -> Vec<Arc<Series>> {
        let mut found = Vec::with_capacity(limit.min(self.series.len()));
        match &self.by_utf8 {
            Some(series) if by_utf8 => {
                let behind = (Bound::Excluded(ByUtf8(Arc::clone(last))), Bound::Unbounded);
                found.extend(series.range(behind).take(limit).map(|series| series.0.clone()));
            }
            _ => {
                let behind = (Bound::Excluded(last.prefix()), Bound::Unbounded);
                let series = self.series.range::<str, _>(behind);
                found.extend(series.take(limit).map(|series| series.0.clone()));
            }
        }
        found
    }

    fn fits(&self, description: &Description) -> Result<(), Rejection> {
        if self.family.kind == description.kind {
            return Ok(());
        }
        Err(self.conflict())
    }

    fn conflict(&self) -> Rejection {
        Rejection::TypeConflict { family: self.family.name.clone(), shown: self.family.kind }
    }
}
