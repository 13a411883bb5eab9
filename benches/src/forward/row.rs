//! The rows of suite `forward`.

use serde::Serialize;

use super::case::Case;
use crate::{
    load::Tally,
    report::{Row, rounded},
    subject::Subject,
};

/// One load on one subject, all of which arrived, or the share of it that was to.
#[derive(Debug, Serialize)]
pub(super) struct ForwardRow {
    suite: &'static str,
    mode: &'static str,
    load: String,
    subject: &'static str,
    cpu_s_per_million: f64,
    /// To ours with its queue in memory: above 1, that needs less. 0 if it was not measured.
    ratio: f64,
    million_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    resident_mib: f64,
    accepted: u64,
    arrived: u64,
    refused_requests: u64,
}

impl ForwardRow {
    /// `cpu` in seconds, `resident` in MiB; `ours` is our cost in the same load.
    pub(super) fn new(
        (case, load, subject): (&Case, &str, Subject),
        tally: &Tally,
        arrived: u64,
        [cpu, resident]: [f64; 2],
        ours: Option<f64>,
    ) -> Self {
        let cost = cpu * 1e6 / tally.items.max(1) as f64;
        let ratio = match ours {
            Some(ours) if ours > 0.0 => cost / ours,
            _ if subject == Subject::Inferometer => 1.0,
            _ => 0.0,
        };
        Self {
            suite: "forward",
            mode: case.name,
            load: load.to_owned(),
            subject: subject.name(),
            cpu_s_per_million: rounded(cost),
            ratio: rounded(ratio),
            million_per_s: rounded(tally.rate() / 1e6),
            p50_ms: rounded(tally.latency_ms(0.5)),
            p99_ms: rounded(tally.latency_ms(0.99)),
            resident_mib: rounded(resident),
            accepted: tally.items,
            arrived,
            refused_requests: tally.refused,
        }
    }

    /// CPU-seconds per million points or spans.
    pub(super) const fn cost(&self) -> f64 {
        self.cpu_s_per_million
    }

    /// Milliseconds within which 99 of a hundred answers came.
    pub(super) const fn p99_ms(&self) -> f64 {
        self.p99_ms
    }
}

impl Row for ForwardRow {
    const HEAD: &'static str = "mode         load        subject        CPU-s/M    ratio       M/s   p50 ms   p99 ms  RSS MiB   accepted    arrived  refused";

    fn line(&self) -> String {
        let Self { mode, load, subject, cpu_s_per_million, ratio, million_per_s, .. } = self;
        let Self { p50_ms, p99_ms, resident_mib, accepted, arrived, refused_requests, .. } = self;
        format!(
            "{mode:<12} {load:<11} {subject:<12} {cpu_s_per_million:>9.3} {ratio:>7.2}x {million_per_s:>9.3} \
             {p50_ms:>8.2} {p99_ms:>8.2} {resident_mib:>8.1} {accepted:>10} {arrived:>10} {refused_requests:>8}"
        )
    }
}
