//! The rows of suite `ingest`.

use serde::Serialize;

use super::mode::{Mode, short};
use crate::{
    load::Tally,
    report::{Row, rounded},
    subject::Subject,
};

/// One load on one subject.
#[derive(Debug, Serialize)]
pub(super) struct IngestRow {
    suite: &'static str,
    mode: &'static str,
    series: usize,
    subject: &'static str,
    cpu_s_per_mpoint: f64,
    /// To ours: above 1, ours needs less. 0 if ours was not measured.
    ratio: f64,
    mpoints_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    idle_mib: f64,
    resident_mib: f64,
    rejected_points: u64,
    refused_requests: u64,
}

impl IngestRow {
    /// `cpu` in seconds; `resident` in MiB, before the first request and after the last; `ours` is our cost in the
    /// same load.
    pub(super) fn new(
        (mode, series, subject): (Mode, usize, Subject),
        tally: &Tally,
        cpu: f64,
        resident: [f64; 2],
        ours: Option<f64>,
    ) -> Self {
        // All that was asked of it, whether taken or not.
        let cost = cpu * 1e6 / (tally.items + tally.rejected).max(1) as f64;
        let ratio = match ours {
            Some(ours) if ours > 0.0 => cost / ours,
            _ if subject == Subject::Inferometer => 1.0,
            _ => 0.0,
        };
        Self {
            suite: "ingest",
            mode: mode.name(),
            series,
            subject: subject.name(),
            cpu_s_per_mpoint: rounded(cost),
            ratio: rounded(ratio),
            mpoints_per_s: rounded(tally.rate() / 1e6),
            p50_ms: rounded(tally.latency_ms(0.5)),
            p99_ms: rounded(tally.latency_ms(0.99)),
            idle_mib: rounded(resident[0]),
            resident_mib: rounded(resident[1]),
            rejected_points: tally.rejected,
            refused_requests: tally.refused,
        }
    }

    /// CPU-seconds per million points.
    pub(super) const fn cost(&self) -> f64 {
        self.cpu_s_per_mpoint
    }
}

impl Row for IngestRow {
    const HEAD: &'static str = "mode              series  subject      CPU-s/Mpoint    ratio  Mpoint/s   p50 ms   p99 ms idle MiB  RSS MiB  rejected  refused";

    fn line(&self) -> String {
        let Self { mode, subject, cpu_s_per_mpoint, ratio, mpoints_per_s, .. } = self;
        let Self { p50_ms, p99_ms, idle_mib, resident_mib, .. } = self;
        let Self { rejected_points, refused_requests, .. } = self;
        let series = short(self.series);
        format!(
            "{mode:<17} {series:>6}  {subject:<12} {cpu_s_per_mpoint:>12.3} {ratio:>7.2}x {mpoints_per_s:>9.3} \
             {p50_ms:>8.2} {p99_ms:>8.2} {idle_mib:>8.1} {resident_mib:>8.1} {rejected_points:>9} \
             {refused_requests:>8}"
        )
    }
}
