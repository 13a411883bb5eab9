//! The live view as text. Everything in it fits 100 columns and 24 lines.

use std::{fmt::Write, time::Duration};

use super::{
    quantity::{gigabytes, percent, seconds},
    rates::Rate,
    replica::MODEL,
    stage::{REPLICAS, Stage},
    summary::{Latency, REASONS, ReplicaNumbers, Summary, TO_FIRST_TOKEN},
};
use crate::{Listening, Serves};

const QUANTILES: [f64; 3] = [0.50, 0.95, 0.99];

/// What stands in the last column of the first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Clients ask.
    Running,
    /// They do not any more, and open requests end.
    Ending,
    /// All is over.
    Ended,
}

impl Mood {
    const fn text(self) -> &'static str {
        match self {
            Self::Running => "Ctrl-C ends",
            Self::Ending => "finishing open requests",
            Self::Ended => "ended",
        }
    }

    /// The time that rates are of.
    const fn rates_of(self) -> &'static str {
        match self {
            Self::Running | Self::Ending => "last 5 s",
            Self::Ended => "whole run",
        }
    }
}

/// One moment of the demo.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) since_start: Duration,
    pub(super) mood: Mood,
    pub(super) listening: &'a [Listening],
    pub(super) summary: &'a Summary,
    pub(super) rate: Rate,
}

impl View<'_> {
    /// The whole screen, in lines.
    pub(super) fn screen(&self) -> String {
        let mut text = self.heading();
        text.push_str(&self.urls());
        text.push('\n');
        text.push_str(&self.requests());
        text.push('\n');
        text.push_str(&self.latencies());
        text.push('\n');
        text.push_str(&self.flows());
        text
    }

    /// The essence on one line, for logs.
    pub(super) fn line(&self) -> String {
        let decodes = || self.replicas_of(Stage::Decode);
        let sum = |value: fn(&ReplicaNumbers) -> i64| decodes().map(value).sum::<i64>();
        let ended: u64 = decodes().flat_map(|it| it.ended).sum();
        let first_token = self.summary.latencies.iter().find(|it| it.what == TO_FIRST_TOKEN);
        let first_token = first_token.map(quantiles).map_or_else(
            || "-".to_owned(),
            |[median, _, worst]| format!("p50 {median} p99 {worst}"),
        );
        format!(
            "{:>4} s  {} waiting, {} running, {ended} ended, TTFT {first_token}, {:.0} tokens/s, \
             hits {}, {}\n",
            self.since_start.as_secs(),
            sum(|it| it.waiting),
            sum(|it| it.running),
            self.rate.output_tokens,
            self.prefix_hits(),
            gigabytes(self.rate.transfer_bytes),
        )
    }

    /// Where to look.
    pub(super) fn urls(&self) -> String {
        let url = |serves| {
            let found = self.listening.iter().find(|it| it.serves == serves);
            found.map(Listening::url).unwrap_or_default()
        };
        // Fewer traces than the page's default, because one has a span for every stage and transfer.
        let traces = url(Serves::Traces).replace("limit=20", "limit=5");
        format!(
            "metrics {:<46} OTLP over gRPC {}\n traces {traces:<46} OTLP over HTTP {}\n",
            url(Serves::Metrics),
            url(Serves::OtlpGrpc),
            url(Serves::OtlpHttp),
        )
    }

    fn heading(&self) -> String {
        let what = format!(
            "inferometer demo: {MODEL}, simulated, {REPLICAS} replicas per stage, {} s",
            self.since_start.as_secs()
        );
        format!("{what:<72}{:>24}\n", self.mood.text())
    }

    fn requests(&self) -> String {
        let mut text =
            format!("{:<12}{:>9}{:>9}{:>14}", "requests", "waiting", "running", "transferring");
        for reason in REASONS {
            let _ = write!(text, "{:>9}", reason.as_str());
        }
        let _ = writeln!(text, "{:>16}", "KV blocks used");
        for replica in &self.summary.replicas {
            let name = format!("{} {}", replica.stage.as_str(), replica.index);
            let _ = write!(
                text,
                "{name:<12}{:>9}{:>9}{:>14}",
                replica.waiting, replica.running, replica.transferring
            );
            for ended in replica.ended {
                let _ = write!(text, "{ended:>9}");
            }
            let _ = writeln!(text, "{:>16}", percent(replica.kv_used));
        }
        text
    }

    fn latencies(&self) -> String {
        let mut text = format!(
            "{:<14}{:<22}{:>12}{:>12}{:>12}{:>12}\n",
            "since start", "", "p50", "p95", "p99", "count"
        );
        for latency in &self.summary.latencies {
            let _ = write!(text, "{:<14}{:<22}", latency.of, latency.what);
            for quantile in quantiles(latency) {
                let _ = write!(text, "{quantile:>12}");
            }
            let _ = writeln!(text, "{:>12}", latency.seconds.count);
        }
        text
    }

    fn flows(&self) -> String {
        let Summary { points, spans, .. } = self.summary;
        format!(
            "{:<14}tokens/s {:.0} in, {:.0} out    KV transfer {}    prefix hits since start {}\n\
             received {} points, {} spans    refused {}    points rejected {}\n",
            self.mood.rates_of(),
            self.rate.input_tokens,
            self.rate.output_tokens,
            gigabytes(self.rate.transfer_bytes),
            self.prefix_hits(),
            points.accepted,
            spans.accepted,
            points.refused + spans.refused,
            points.rejected,
        )
    }

    fn prefix_hits(&self) -> String {
        let share = |(hits, all): (u64, u64)| hits as f64 / all as f64;
        percent(self.summary.prefix_hits.map(share))
    }

    fn replicas_of(&self, stage: Stage) -> impl Iterator<Item = &ReplicaNumbers> {
        let replicas = self.summary.replicas.iter();
        replicas.filter(move |replica| replica.stage == stage)
    }
}

fn quantiles(latency: &Latency) -> [String; QUANTILES.len()] {
    QUANTILES.map(|share| seconds(latency.seconds.quantile(share)))
}
