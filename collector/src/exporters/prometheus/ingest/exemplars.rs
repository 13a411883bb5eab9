//! The exemplars of points that a series took.

use inferometer_semconv::attributes::CollectorExemplarLoss;

use super::{super::translate, target::Context};
use crate::series::{Kind, Point, Series};

/// Exemplars of a point that are looked at; further ones are dropped and counted. SDKs send one per bucket at most.
const EXEMPLARS_READ_MAX: usize = 1024;

/// Exemplars that are not shown, or not whole, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ExemplarsLost([u64; CollectorExemplarLoss::ALL.len()]);

impl ExemplarsLost {
    /// How many, by reason, without zeros.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (CollectorExemplarLoss, u64)> + '_ {
        CollectorExemplarLoss::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    fn add(&mut self, reason: CollectorExemplarLoss) {
        self.0[reason as usize] += 1;
    }
}

/// Keeps the exemplars of a point beside the series that took it.
#[cold]
pub(super) fn keep(
    context: Context<'_>,
    series: &Series,
    point: &Point<'_>,
    lost: &mut ExemplarsLost,
) {
    for (place, view) in point.exemplars.iter().enumerate() {
        if place >= EXEMPLARS_READ_MAX {
            lost.add(CollectorExemplarLoss::TooMany);
            continue;
        }
        if !matches!(series.kind(), Kind::Counter | Kind::Histogram) {
            lost.add(CollectorExemplarLoss::UnsupportedKind);
            continue;
        }
        let exemplar = translate::exemplar(context.translation, view, point.time, &mut |reason| {
            lost.add(reason);
        });
        if let Some(exemplar) = exemplar
            && !context.store.keep_exemplar(series, exemplar, context.now)
        {
            lost.add(CollectorExemplarLoss::SeriesBytes);
        }
    }
}
