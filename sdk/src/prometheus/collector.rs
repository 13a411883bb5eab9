//! The collector that an application registers.

use std::sync::Arc;

use ::prometheus::{
    core::{Collector, Desc},
    proto::MetricFamily,
};
use inferometer_semconv::prometheus_name::metric_name;

use super::{
    exemplars::page_exemplars,
    families::{Families, Shown},
    labels::Labels,
    left_out::{LeftOut, LeftOutCounts},
    open_metrics, values,
};
use crate::metrics::{Aggregation, MeterProvider, Snapshot, StreamPoints};

/// What the registry tells our collectors by, and others' from; never on a page.
const DESC_NAME: &str = "inferometer_meter_provider";
const DESC_HELP: &str = "All series of one meter provider.";

/// Shows a provider's series in a [`prometheus::Registry`](::prometheus::Registry). Cheap to clone.
///
/// Every answer is a snapshot of its own, on the thread that asks, and runs the callbacks of observable instruments
/// there while the registry is locked for reading: a callback that registers in the same registry would wait for ever.
///
/// A provider may be registered once in a registry; again is prometheus' own error `AlreadyReg`. It may be in several,
/// and be exported over OTLP too. A provider that was stopped shows nothing, so a program that shuts down and starts
/// again registers the new provider beside the old one; [`Registry::unregister`](::prometheus::Registry::unregister)
/// with a collector of the old provider frees its place.
///
/// Exponential histograms are merged to 64 fixed buckets, one for each doubling from 2^-20 to 2^43, since the registry
/// knows no others: counts and sums are exact, quantiles may be off by a factor of two. Integers above 2^53 round.
///
/// # Several in one registry
///
/// The registry puts series of one name together without looking at them. Providers that record the same series of
/// the same scope need labels that tell them apart: see [`with_resource_labels`](Self::with_resource_labels). A name
/// must be of one kind in the whole registry, the application's own metrics included.
///
/// ```
/// use inferometer_sdk::{MeterProvider, PrometheusCollector};
/// use inferometer_semconv::metrics::INFER_TOKEN_OUTPUT;
/// use prometheus::{Registry, TextEncoder};
///
/// let registry = Registry::new();
/// let provider = MeterProvider::builder().build(); // or telemetry.meter_provider().clone()
/// registry.register(Box::new(PrometheusCollector::new(provider.clone())))?;
///
/// provider.scope("my.engine").counter::<u64>(&INFER_TOKEN_OUTPUT, &[]).add(17);
/// let page = TextEncoder::new().encode_to_string(&registry.gather())?;
/// assert!(page.contains("infer_token_output_total{otel_scope_name=\"my.engine\"} 17"));
/// # Ok::<(), prometheus::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PrometheusCollector {
    provider: MeterProvider,
    desc: Desc,
    /// On every series.
    labels: Labels,
    left_out: Arc<LeftOutCounts>,
}

impl PrometheusCollector {
    /// For one provider, with no resource attribute on its series.
    #[must_use]
    pub fn new(provider: MeterProvider) -> Self {
        let desc = desc(&provider);
        Self { provider, desc, labels: Labels::default(), left_out: Arc::default() }
    }

    /// Puts these resource attributes on every series, as the specification's `resource_constant_labels` does; they
    /// stay on `target_info`. Keys that the resource lacks do nothing. Default: none.
    #[must_use]
    pub fn with_resource_labels(mut self, keys: &[&str]) -> Self {
        let resource = self.provider.resource().iter();
        self.labels =
            Labels::of_attributes(resource.filter(|(key, _)| keys.contains(&key.as_str())));
        self
    }

    /// Series that were not shown for this reason, added up over all answers of this collector and its clones.
    #[must_use]
    pub fn left_out(&self, reason: LeftOut) -> u64 {
        self.left_out.of(reason)
    }

    /// This provider's series as a page of OpenMetrics 1.0.0, whose content type is [`OPEN_METRICS`]: what the registry's
    /// own encoder cannot write. Counters and buckets have exemplars, the latest that was kept for each; they lead to
    /// traces by `trace_id` and `span_id`. Attributes that views left out stand beside the ids as far as the format
    /// allows, 128 characters in all.
    ///
    /// Other collectors of a registry are not on it, so a program that serves both gives each a path of its own.
    ///
    /// ```
    /// use inferometer_sdk::{MeterProvider, PrometheusCollector};
    ///
    /// let page = PrometheusCollector::new(MeterProvider::builder().build()).open_metrics();
    /// assert_eq!(page, "# EOF\n");
    /// ```
    ///
    /// [`OPEN_METRICS`]: super::OPEN_METRICS
    #[must_use]
    pub fn open_metrics(&self) -> String {
        open_metrics::page(&self.families())
    }

    fn families(&self) -> Families {
        // Not kept until the next answer: a snapshot holds on to every series in it.
        let mut snapshot = Snapshot::default();
        self.provider.snapshot(&mut snapshot);
        let mut families = Families::default();
        for scope in snapshot.scopes() {
            let mut labels = self.labels.clone();
            labels.add_scope(&scope.scope.scope);
            for stream in snapshot.streams(scope) {
                self.add_stream(&mut families, &labels, &snapshot, stream);
            }
        }
        families.add_target_info(Labels::of_attributes(self.provider.resource().iter()).joined());
        families
    }

    fn add_stream(
        &self,
        families: &mut Families,
        scope: &Labels,
        snapshot: &Snapshot,
        stream: &StreamPoints,
    ) {
        let descriptor = &stream.stream.descriptor;
        let aggregation = &descriptor.aggregation;
        let is_monotonic_sum = matches!(aggregation, Aggregation::Sum { monotonic: true });
        let name = metric_name(&descriptor.name, &descriptor.unit, is_monotonic_sum);
        let points = snapshot.points(stream);
        let kind = values::kind(aggregation);
        let family = match families.family(&name, &descriptor.description, kind) {
            Ok(family) => family,
            Err(reason) => {
                return self.left_out.count(reason, points.len() as u64, &descriptor.name);
            }
        };
        for point in points {
            let mut labels = scope.clone();
            labels.add_point(aggregation, point.source.encoded_attributes());
            let shown = Shown {
                metric: values::metric(descriptor, snapshot, point),
                exemplars: page_exemplars(kind, snapshot.exemplars(point)),
            };
            if let Err(reason) = family.add(labels.joined(), shown) {
                self.left_out.count(reason, 1, &descriptor.name);
            }
        }
    }
}

impl Collector for PrometheusCollector {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.families().into_messages()
    }
}

/// Tells providers apart, not metrics: which there are is only known once they record, and the registry checks nothing
/// but this. Without one, all collectors would be the same to the registry, ours and others'.
fn desc(provider: &MeterProvider) -> Desc {
    // Clones of a provider share it, and as long as the collector is there, no other provider has its address.
    let id = std::ptr::from_ref(provider.stats()).addr() as u64;
    Desc {
        fq_name: DESC_NAME.to_owned(),
        help: DESC_HELP.to_owned(),
        const_label_pairs: Vec::new(),
        variable_labels: Vec::new(),
        id,
        // Hashes the label names and the help, which are the same for all.
        dim_hash: 0,
    }
}
