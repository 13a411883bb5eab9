//! Suite `forward`: what a collector that forwards by OTLP makes of a million points or spans, and what becomes of them
//! when the backend is away.

mod case;
mod disk;
mod outage;
mod row;
mod sink;

use std::{collections::HashMap, io::Write};

use clap::ValueEnum;

use self::{
    case::{Case, Load, METRICS, TRACES},
    row::ForwardRow,
};
use crate::{
    cli::Args,
    error::BenchError,
    limit::LimitRow,
    load::{Fleet, Payload, SpanTemplate},
    relay,
    report::Report,
    subject::{Programs, Subject},
};

const SERIES: usize = 10_000;
const SERIES_QUICK: usize = 1000;

/// What is forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Forwarded {
    /// Requests of 500 points.
    Metrics,
    /// Requests of 200 spans.
    Traces,
    /// Traces, to a backend that is away.
    Outage,
}

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    if let Some(probe) = &args.probe {
        return relay::serve(probe);
    }
    let programs = Programs::find(args, &Subject::FORWARDING, warnings)?;
    let chosen = |what| args.load.forward.is_empty() || args.load.forward.contains(&what);
    let mut report = Report::begin::<ForwardRow>(out, args.json)?;
    let mut limits = Vec::new();
    if chosen(Forwarded::Metrics) {
        for series in series(args) {
            let lanes = || Fleet { series, instances_per_request: 10 }.templates();
            let name = format!("{} series", crate::ingest::short(series));
            let load = Load { name: &name, lanes: &lanes, seconds: args.seconds() };
            limits.extend(measure(&METRICS, &load, &programs, &mut report)?);
        }
    }
    if chosen(Forwarded::Traces) {
        let load = Load { name: "spans", lanes: &SpanTemplate::lanes, seconds: args.seconds() };
        limits.extend(measure(&TRACES, &load, &programs, &mut report)?);
    }
    if chosen(Forwarded::Outage) {
        let ours = programs.iter().find(|(subject, _)| *subject == Subject::Inferometer);
        limits.extend(
            ours.map(|(_, program)| outage::measure(program, args))
                .transpose()?
                .unwrap_or_default(),
        );
    }
    if !limits.is_empty() {
        report.table::<LimitRow>()?;
    }
    limits.iter().try_for_each(|limit| report.row(limit))
}

/// Prints the rows of all cases, and gives what ours may be at most.
fn measure<P: Payload + Send>(
    cases: &[Case],
    load: &Load<'_, P>,
    programs: &Programs,
    report: &mut Report<'_>,
) -> Result<Vec<LimitRow>, BenchError> {
    let mut all = Vec::new();
    // What ours costs with its queue in memory, saturated and paced: others are a ratio to that.
    let mut ours = HashMap::new();
    for case in cases {
        for (subject, program) in programs.iter().filter(|(subject, _)| case.is_for(*subject)) {
            let known = ours.get(&case.rate).copied();
            let (row, limits) = case.measure((subject, program), load, known)?;
            if subject == Subject::Inferometer {
                ours.entry(case.rate).or_insert(row.cost());
            }
            report.row(&row)?;
            all.extend(limits);
        }
    }
    Ok(all)
}

fn series(args: &Args) -> Vec<usize> {
    match &*args.load.series {
        [] if args.quick => vec![SERIES_QUICK],
        [] => vec![SERIES],
        named => named.into(),
    }
}
