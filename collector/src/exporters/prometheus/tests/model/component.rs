//! The same requests through the component: what its senders and its counters are told.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use proptest::{collection::vec, prelude::*};
use prost::Message;

use super::{
    damage::{damage, inflict},
    generate::requests,
    respell::{liberties, respell},
};
use crate::{
    config::PrometheusSettings,
    exporters::prometheus::{
        PrometheusExporter,
        model::store::{Counted, Model},
    },
    otlp,
    pipeline::{Ack, Exporter, Item, Outcome, Signal, Tenant},
    self_metrics::{SelfCounter, SelfMetrics},
    series::Limits,
};

async fn commit(exporter: &PrometheusExporter, bytes: Vec<u8>) -> Outcome {
    let (ack, acknowledged) = Ack::new();
    let counts = otlp::check(Signal::Metrics, &bytes).unwrap_or_default();
    let bytes = Bytes::from(bytes);
    let item = Item {
        signal: Signal::Metrics,
        bytes,
        counts,
        tenant: Tenant::default(),
        ack,
        traced: Default::default(),
    };
    exporter.reserve(&item).unwrap().commit(item);
    acknowledged.outcome().await
}

fn start() -> (PrometheusExporter, Arc<SelfMetrics>) {
    let settings = PrometheusSettings {
        endpoint: "127.0.0.1:0".parse().unwrap(),
        ..PrometheusSettings::default()
    };
    let metrics = Arc::new(SelfMetrics::default());
    let exporter = PrometheusExporter::start("prometheus", &settings, Arc::clone(&metrics));
    (exporter.unwrap(), metrics)
}

/// Commits items to a component and compares what it tells with the model.
async fn compare(requests: Vec<Vec<u8>>) -> Result<(), TestCaseError> {
    let (exporter, metrics) = start();
    let (mut model, mut totals) = (Model::new(Limits::default()), Counted::default());
    for bytes in requests {
        let counted = model.apply(&bytes, Duration::ZERO).unwrap();
        let outcome = commit(&exporter, bytes).await;
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
    ) {
        let requests = requests.iter().map(|request| respell(&request.0, liberties)).collect();
        runtime().block_on(compare(requests))?;
    }

    /// What is committed was checked. Should a processor break it, the collector stands.
    #[test]
    fn bytes_that_nobody_checked_do_no_harm(
        requests in requests(6),
        damages in vec(vec(damage(), 0..6), 6),
        noise in vec(any::<u8>(), 0..200),
    ) {
        let damaged = requests.iter().zip(damages).map(|(request, damages)| {
            let mut bytes = request.0.encode_to_vec();
            damages.into_iter().for_each(|damage| inflict(damage, &mut bytes));
            bytes
        });
        runtime().block_on(async {
            let (exporter, metrics) = start();
            for bytes in damaged.chain([noise]) {
                commit(&exporter, bytes).await;
            }
            assert!(exporter.store().stats().series >= metrics.series());
            exporter.shutdown(Duration::from_secs(10)).await;
        });
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
