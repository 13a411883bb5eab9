//! The ends of a collector without its network: a store with its page, and a ring of traces.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::FutureExt;
use inferometer_collector::{
    config::{PrometheusSettings, TraceRingSettings},
    exporters::{prometheus::PrometheusExporter, trace_ring::TraceRing},
    pipeline::{Ack, Counts, Exporter, Item, Signal, Tenant, Traced},
    self_metrics::{SelfCounter, SelfMetrics},
};
use tokio::runtime::Runtime;

use crate::{Scrape, http};

/// Where what is taken goes. Logs go nowhere.
#[derive(Debug)]
pub struct Stage {
    metrics: Arc<SelfMetrics>,
    prometheus: PrometheusExporter,
    ring: TraceRing,
    ring_end: Arc<dyn Exporter>,
    points: u64,
}

impl Stage {
    /// A store of so many series, and a ring.
    ///
    /// # Panics
    /// If there are no free ports.
    #[must_use]
    pub fn start(runtime: &Runtime, max_series: u64) -> Self {
        let _entered = runtime.enter();
        let free: SocketAddr = ([127, 0, 0, 1], 0).into();
        let metrics = Arc::new(SelfMetrics::default());
        let settings =
            PrometheusSettings { endpoint: free, max_series, ..PrometheusSettings::default() };
        let prometheus = PrometheusExporter::start("prometheus", &settings, Arc::clone(&metrics));
        let settings = TraceRingSettings { endpoint: free, ..TraceRingSettings::default() };
        let ring = TraceRing::start("trace_ring", &settings, &metrics).expect("a free port");
        let (prometheus, ring_end) = (prometheus.expect("a free port"), ring.exporter());
        Self { metrics, prometheus, ring, ring_end, points: 0 }
    }

    /// Takes a request that was checked as a pipeline does.
    ///
    /// # Panics
    /// If an end cannot read what was found right, or says that it lost more than was there.
    pub fn take(&mut self, signal: Signal, bytes: Bytes, counts: Counts) {
        let end: &dyn Exporter = match signal {
            Signal::Metrics => &self.prometheus,
            Signal::Traces => &*self.ring_end,
            Signal::Logs => return,
        };
        let (ack, acknowledged) = Ack::new();
        let item = Item {
            signal,
            bytes,
            counts,
            tenant: Tenant::default(),
            ack,
            traced: Traced::default(),
        };
        end.reserve(&item).expect("room").commit(item);
        let outcome = acknowledged.outcome().now_or_never().expect("a store answers at once");
        assert!(outcome.rejected <= counts.items, "{outcome:?} of {counts:?}");
        let message = outcome.message.unwrap_or_default();
        assert!(!message.contains("could not be read"), "checked, yet {message}");
        self.points += if signal == Signal::Metrics { counts.items } else { 0 };
    }

    /// Every point is in one number, and both pages can be read.
    ///
    /// # Panics
    /// If it is not so.
    #[track_caller]
    pub fn settles(&self) -> Scrape {
        let of_metrics = |counter| {
            let counts = self.metrics.counts();
            let counts = counts.filter(|count| count.signal == Signal::Metrics);
            counts.filter(|count| count.counter == counter).map(|count| count.value).sum::<u64>()
        };
        let [exported, rejected] = [SelfCounter::Exported, SelfCounter::Rejected].map(of_metrics);
        assert_eq!(exported + rejected, self.points, "{exported} exported, {rejected} rejected");
        let traces = http::get(self.ring.address(), "/api/traces?limit=1000").expect("an answer");
        assert_eq!(traces.status, 200, "{}", traces.text());
        let _ = traces.json();
        Scrape::of(self.prometheus.address())
    }
}
