//! The rows of suite `forward`.

use serde::Serialize;

use crate::{
    ingest::short,
    load::Tally,
    report::{Row, rounded},
    subject::Subject,
};

/// One load on one subject, all of which arrived.
#[derive(Debug, Serialize)]
pub(super) struct ForwardRow {
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
    resident_mib: f64,
    /// As many as arrived at the sink.
    accepted_points: u64,
    refused_requests: u64,
}

impl ForwardRow {
    /// `cpu` in seconds, `resident` in MiB; `ours` is our cost in the same load.
    pub(super) fn new(
        (mode, series, subject): (&'static str, usize, Subject),
        tally: &Tally,
        cpu: f64,
        resident: f64,
        ours: Option<f64>,
    ) -> Self {
        let cost = cpu * 1e6 / tally.points.max(1) as f64;
        let ratio = match ours {
            Some(ours) if ours > 0.0 => cost / ours,
            _ if subject == Subject::Inferometer => 1.0,
            _ => 0.0,
        };
        Self {
            suite: "forward",
            mode,
            series,
            subject: subject.name(),
            cpu_s_per_mpoint: rounded(cost),
            ratio: rounded(ratio),
            mpoints_per_s: rounded(tally.rate() / 1e6),
            p50_ms: rounded(tally.latency_ms(0.5)),
            p99_ms: rounded(tally.latency_ms(0.99)),
            resident_mib: rounded(resident),
            accepted_points: tally.points,
            refused_requests: tally.refused,
        }
    }

    /// CPU-seconds per million points.
    pub(super) const fn cost(&self) -> f64 {
        self.cpu_s_per_mpoint
    }
}

impl Row for ForwardRow {
    const HEAD: &'static str = "mode       series  subject      CPU-s/Mpoint    ratio  Mpoint/s   p50 ms   p99 ms  RSS MiB  accepted = arrived  refused";

    fn line(&self) -> String {
        let Self { mode, subject, cpu_s_per_mpoint, ratio, mpoints_per_s, .. } = self;
        let Self { p50_ms, p99_ms, resident_mib, accepted_points, refused_requests, .. } = self;
        let series = short(self.series);
        format!(
            "{mode:<10} {series:>6}  {subject:<12} {cpu_s_per_mpoint:>12.3} {ratio:>7.2}x {mpoints_per_s:>9.3} \
             {p50_ms:>8.2} {p99_ms:>8.2} {resident_mib:>8.1} {accepted_points:>19} {refused_requests:>8}"
        )
    }
}
