//! The account at the end: what was recorded, what was received, and whether that is the same.

use serde::Serialize;

use super::{
    intake::Intake,
    ledger::{Ledger, Sent},
    received,
    replica::MODEL,
};
use super::{replica::Report, stage::Stage};
use crate::{pipeline::Signal, self_metrics::SelfMetrics, series::Store};

/// What `inferometer demo --json` prints. Everything but `recorded` and `sent` was read from the collector.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// What the fleet pretended to serve.
    pub model: &'static str,
    /// Of the arrivals and lengths.
    pub seed: u64,
    /// Requests per second that were asked for, on average.
    pub rate: f64,
    /// From the start until the last request had ended.
    pub seconds: f64,
    /// What the fleet recorded.
    pub recorded: ByStage,
    /// What the collector shows of it.
    pub received: ByStage,
    /// Whether both are the same.
    pub conserved: bool,
    /// Items that the fleet's exporters delivered.
    pub sent: Sent,
    /// What the collector did with data points.
    pub points: Intake,
    /// What the collector did with spans.
    pub spans: Intake,
}

/// One account per stage. A request is counted where its client asked, at decode, and its prefill part at prefill.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ByStage {
    /// Both prefill replicas.
    pub prefill: Ledger,
    /// Both decode replicas.
    pub decode: Ledger,
}

/// What the run was asked for and how long it took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) seed: u64,
    pub(super) rate: f64,
    pub(super) seconds: f64,
}

impl Totals {
    pub(super) fn read(run: Run, reports: &[Report], store: &Store, metrics: &SelfMetrics) -> Self {
        let mut recorded = ByStage::default();
        let mut sent = Sent::default();
        for report in reports {
            *recorded.of(report.stage) += &report.recorded;
            sent += report.sent;
        }
        let received = ByStage {
            prefill: received::ledger(store, Stage::Prefill),
            decode: received::ledger(store, Stage::Decode),
        };
        Self {
            model: MODEL,
            seed: run.seed,
            rate: run.rate,
            seconds: run.seconds,
            conserved: recorded == received,
            recorded,
            received,
            sent,
            points: Intake::read(metrics, Signal::Metrics),
            spans: Intake::read(metrics, Signal::Traces),
        }
    }
}

impl ByStage {
    const fn of(&mut self, stage: Stage) -> &mut Ledger {
        match stage {
            Stage::Prefill => &mut self.prefill,
            Stage::Decode => &mut self.decode,
        }
    }
}
