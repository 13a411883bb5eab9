//! What the collector received of the fleet: read from its series store, by the registry's names.

use std::collections::BTreeMap;

use inferometer_semconv::{
    AttributeDef, InstrumentDef, InstrumentKind,
    attributes::{
        FinishReason, GEN_AI_PROVIDER_NAME, INFER_KV_CACHE_SOURCE, INFER_REPLICA,
        INFER_REQUEST_FINISH_REASON, INFER_STAGE, KvCacheSource,
    },
    metrics as def,
    prometheus_name::{label_name, metric_name},
};

use super::{ledger::Ledger, replica::PROVIDER, stage::Stage};
use crate::series::{Histogram, Sample, Store, Value};

/// The series of one instrument, those of the fleet alone.
#[derive(Debug)]
pub(super) struct Family(Vec<Sample>);

impl Family {
    pub(super) fn read(store: &Store, instrument: &InstrumentDef) -> Self {
        let is_counter = instrument.kind == InstrumentKind::Counter;
        let name = metric_name(instrument.name, instrument.unit, is_counter);
        let mut samples = store.samples(&name);
        // Others may send to this collector too.
        samples.retain(|sample| has(sample, &GEN_AI_PROVIDER_NAME, PROVIDER));
        Self(samples)
    }

    /// Those with this value of this attribute.
    pub(super) fn only(&self, attribute: &AttributeDef, value: &str) -> Self {
        let kept = self.0.iter().filter(|it| has(it, attribute, value));
        Self(kept.cloned().collect())
    }

    pub(super) fn of_stage(&self, stage: Stage) -> Self {
        self.only(&INFER_STAGE, stage.as_str())
    }

    pub(super) fn of_replica(&self, stage: Stage, index: usize) -> Self {
        self.of_stage(stage).only(&INFER_REPLICA, &index.to_string())
    }

    /// The values of an attribute, each once, in order.
    pub(super) fn values(&self, attribute: &AttributeDef) -> Vec<String> {
        let name = label_name(attribute.key);
        let mut values: Vec<_> = self.0.iter().filter_map(|it| it.label(&name)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    pub(super) fn sum(&self) -> i64 {
        let numbers = self.0.iter().map(|sample| match &sample.value {
            Value::Int(number) => *number,
            // Every counter of the fleet counts in integers.
            Value::Double(_) | Value::Histogram(_) | Value::Exponential(_) | Value::Summary(_) => 0,
        });
        numbers.sum()
    }

    /// The sum of a counter, which is never negative.
    pub(super) fn total(&self) -> u64 {
        u64::try_from(self.sum()).unwrap_or(0)
    }

    /// The value of a gauge that is one series.
    pub(super) fn gauge(&self) -> Option<f64> {
        self.0.first()?.value.as_f64()
    }

    /// All histograms as one; those with other bounds than the first's are left out, and of the fleet's none has.
    pub(super) fn histogram(&self) -> Histogram {
        let mut histograms = self.0.iter().filter_map(|it| it.value.as_histogram());
        let mut merged = histograms.next().cloned().unwrap_or_default();
        for histogram in histograms {
            let _ = merged.merge(histogram);
        }
        merged
    }

    fn by(&self, attribute: &AttributeDef, values: &[&'static str]) -> BTreeMap<&'static str, u64> {
        let total = |&value| (value, self.only(attribute, value).total());
        values.iter().map(total).collect()
    }
}

fn has(sample: &Sample, attribute: &AttributeDef, value: &str) -> bool {
    sample.label(&label_name(attribute.key)).is_some_and(|label| label == value)
}

/// What the collector received of one stage.
pub(super) fn ledger(store: &Store, stage: Stage) -> Ledger {
    let family = |instrument| Family::read(store, instrument).of_stage(stage);
    let reasons = FinishReason::ALL.map(FinishReason::as_str);
    let sources = KvCacheSource::ALL.map(KvCacheSource::as_str);
    Ledger {
        requests: family(&def::INFER_REQUEST_FINISHED).by(&INFER_REQUEST_FINISH_REASON, &reasons),
        input_tokens: family(&def::INFER_TOKEN_INPUT).total(),
        output_tokens: family(&def::INFER_TOKEN_OUTPUT).total(),
        prompt_tokens: family(&def::INFER_KV_CACHE_PROMPT_TOKENS)
            .by(&INFER_KV_CACHE_SOURCE, &sources),
        transfers: family(&def::INFER_TRANSFER_SIZE).histogram().count,
        transfer_bytes: family(&def::INFER_TRANSFER_IO).total(),
    }
}
