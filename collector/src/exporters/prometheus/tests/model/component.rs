//! The same requests through the component: what its senders and its counters are told.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use proptest::{collection::vec, prelude::*};

use super::{
    damage::{damage, inflict},
    generate::requests,
    respell::{liberties, respell},
    store::{Counted, Model},
};
use crate::{
    config::PrometheusSettings,
    exporters::prometheus::PrometheusExporter,
    otlp,
    pipeline::{Ack, Counts, Exporter, Item, RejectReason, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
    series::Limits,
};

/// Commits items to a component and compares what it tells with the model. The bytes may be damaged: a processor may
/// have been at them since they were checked.
async fn compare(requests: Vec<Vec<u8>>) -> Result<(), TestCaseError> {
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter = PrometheusExporter::start("prometheus", &settings, Arc::clone(&metrics));
    let exporter = exporter.unwrap();
    let (mut model, mut totals) = (Model::new(Limits::default()), Counted::default());
    for bytes in requests {
        let items = otlp::check(Signal::Metrics, &bytes).map_or(3, |counts| counts.items);
        let counted = model.apply(&bytes, Duration::ZERO).unwrap_or_else(|| Counted {
            rejected: [(RejectReason::InvalidPoint.as_str(), items)].into(),
            ..Counted::default()
        });
        let (ack, acknowledged) = Ack::new();
        let item = Item {
            signal: Signal::Metrics,
            bytes: Bytes::from(bytes),
            counts: Counts { items },
            tenant: Tenant::default(),
            ack,
        };
        exporter.reserve(&item).unwrap().commit(item);
        let outcome = acknowledged.outcome().await;
        prop_assert_eq!(outcome.rejected, counted.rejected.values().sum::<u64>());
        prop_assert_eq!(outcome.message.is_some(), outcome.rejected > 0);
        totals += counted;
    }
    let mut seen = Counted::default();
    for count in metrics.counts().filter(|count| count.value > 0) {
        match (count.counter, count.reason) {
            (SelfCounter::Exported, None) => seen.kept = count.value,
            (SelfCounter::Rejected, Some(reason)) => {
                seen.rejected.insert(reason, count.value);
            }
            _ => prop_assert!(false, "{:?}", count),
        }
    }
    seen.target_info_rejected = totals.target_info_rejected;
    prop_assert_eq!(seen, totals);
    exporter.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

proptest! {
    // Each case starts a component with a socket and counters of its own.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(16)))]

    #[test]
    fn senders_and_counters_are_told_what_became_of_every_point(
        requests in requests(6),
        liberties in liberties(),
        damages in vec(vec(damage(), 0..2), 6),
    ) {
        let damaged = requests.iter().zip(damages).map(|(request, damages)| {
            let mut bytes = respell(&request.0, liberties);
            damages.into_iter().for_each(|damage| inflict(damage, &mut bytes));
            bytes
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(damaged.collect()))?;
    }
}
