//! One view: which instruments it selects, and the stream that it makes of each.

use std::borrow::Cow;

use opentelemetry::InstrumentationScope;

use super::{
    aggregation::ViewAggregation, builder::ViewBuilder, criteria::Criteria,
    filter::AttributeFilter, pattern::NamePattern,
};
use crate::metrics::{aggregation::HistogramAggregation, descriptor::Descriptor};

/// Changes what instruments become, without touching the code that records: their name, description, aggregation,
/// attributes and cardinality limit, or whether they are exported at all.
///
/// A view selects instruments by criteria that must all hold. Each view that selects an instrument gives a stream of
/// its own; an instrument that no view selects is exported as it is. So a view without any effect keeps an instrument
/// as it is beside what another view makes of it, and `*` with [`ViewAggregation::Drop`] leaves out everything that no
/// other view selects.
///
/// What views do is decided when an instrument is made and when attributes are bound. An instrument with one stream
/// of its usual aggregation records as fast as without views; each stream of an instrument that has several, and a
/// stream of another aggregation, costs some nanoseconds more, outside the path of all others. Unbound calls of the
/// OpenTelemetry API find their filtered series by the attributes as they are given: sets that differ only in what is
/// left out take a place each in the calling thread's cache of 1024.
///
/// The SDK's own metrics, in the meter `inferometer.sdk`, are selected as all others.
///
/// Two streams of one name that are not the same are warned of once, counted in
/// [`Stats::conflicting_instruments`](crate::Stats::conflicting_instruments), and both exported.
///
/// Attributes that a view leaves out stay with the exemplars of its streams, as the specification demands: what must
/// not leave the process should not be recorded.
///
/// ```
/// use inferometer_sdk::{InstrumentType, MeterProvider, View, ViewAggregation};
///
/// // Buckets for an objective of 200 ms, and no model name.
/// let first_token = View::builder()
///     .instrument_name("gen_ai.server.time_to_first_token")
///     .with_aggregation(ViewAggregation::ExplicitBuckets(vec![0.05, 0.1, 0.2, 0.4, 0.8]))
///     .with_excluded_attribute_keys(["gen_ai.request.model"])
///     .build()?;
/// let no_gauges = View::builder()
///     .instrument_type(InstrumentType::Gauge)
///     .meter_name("a.noisy.library")
///     .with_aggregation(ViewAggregation::Drop)
///     .build()?;
/// let provider = MeterProvider::builder().with_view(first_token).with_view(no_gauges).build();
/// # Ok::<(), inferometer_sdk::ViewError>(())
/// ```
///
/// Source: OpenTelemetry specification, metrics SDK, "View". Left out: `exemplar_reservoir`.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub(super) criteria: Criteria,
    pub(super) stream: StreamSettings,
}

/// What a view says of its streams; what it does not say is as the instrument has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct StreamSettings {
    pub(super) name: Option<Cow<'static, str>>,
    pub(super) description: Option<Cow<'static, str>>,
    pub(super) aggregation: ViewAggregation,
    pub(super) attributes: AttributeFilter,
    pub(super) cardinality_limit: Option<u32>,
}

/// What comes of a view and an instrument that it selects.
pub(super) enum Applied {
    Stream(Descriptor),
    Dropped,
    /// The instrument has no such aggregation.
    Unsuited,
}

impl View {
    /// Selects nothing yet.
    pub fn builder() -> ViewBuilder {
        ViewBuilder::default()
    }

    /// Drops what is recorded under these names.
    pub(crate) fn dropping(name: &str) -> Self {
        let criteria = Criteria { name: Some(NamePattern::new(name)), ..Criteria::default() };
        let stream =
            StreamSettings { aggregation: ViewAggregation::Drop, ..StreamSettings::default() };
        Self { criteria, stream }
    }

    pub(super) fn selects(&self, scope: &InstrumentationScope, asked: &Descriptor) -> bool {
        self.criteria.select(scope, asked)
    }

    pub(super) fn apply(&self, asked: &Descriptor, histograms: HistogramAggregation) -> Applied {
        let StreamSettings { name, description, aggregation, attributes, cardinality_limit } =
            &self.stream;
        if !aggregation.suits(asked.instrument_type()) {
            return Applied::Unsuited;
        }
        let Some(aggregation) = aggregation.resolve(asked, histograms) else {
            return Applied::Dropped;
        };
        Applied::Stream(Descriptor {
            name: name.as_ref().unwrap_or(&asked.name).clone(),
            description: description.as_ref().unwrap_or(&asked.description).clone(),
            aggregation,
            cardinality_limit: cardinality_limit.unwrap_or(asked.cardinality_limit),
            attributes: attributes.clone(),
            ..asked.clone()
        })
    }
}
