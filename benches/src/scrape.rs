//! Suite `scrape`: what a page of 100,000 series costs, and what scrapes do to requests meanwhile.

mod client;
mod requests;

use std::{io::Write, path::Path};

use tokio::time::Duration;

use self::client::{Form, Scraped, scrape};
use crate::{
    cli::{Args, Suite},
    compare::median,
    error::BenchError,
    ingest::{short, warm_up},
    limit::LimitRow,
    load::{Change, Fleet},
    pause::pause,
    report::{Report, ValueRow},
    subject::{Process, Programs, Subject, Work},
};

/// As many as are promised.
const SERIES: usize = 100_000;
const SERIES_QUICK: usize = 1000;

/// Scrapes of each form.
const SCRAPES: usize = 10;

/// After the start, until a subject has done what it does then.
const SETTLE: Duration = Duration::from_secs(1);
const SETTLE_QUICK: Duration = Duration::from_millis(50);

/// The peer's figure where there is none.
const NONE: f64 = 0.0;

/// A figure's name, unit, value, and what it may be at most, if that is promised.
type Figure = (String, &'static str, f64, Option<f64>);

pub(crate) fn run(
    args: &Args,
    out: &mut dyn Write,
    warnings: &mut dyn Write,
) -> Result<(), BenchError> {
    let programs = Programs::find(args, &[Subject::Inferometer, Subject::Yardstick], warnings)?;
    let mut report = Report::begin::<ValueRow>(out, args.json)?;
    let mut limits = Vec::new();
    for series in series(args) {
        let (mut ours, mut theirs) = (None, None);
        for (subject, program) in programs.iter() {
            let figures = measure(args, subject, program, series)?;
            match subject {
                Subject::Inferometer => ours = Some(figures),
                _ => theirs = Some(figures),
            }
        }
        let names = ours.as_ref().or(theirs.as_ref()).cloned().unwrap_or_default();
        for (index, (case, unit, ..)) in names.into_iter().enumerate() {
            let value = |figures: &Option<Vec<Figure>>| {
                figures
                    .as_ref()
                    .and_then(|figures| figures.get(index))
                    .map_or(NONE, |figure| figure.2)
            };
            let peer = Subject::Yardstick.name();
            let (ours, theirs) = (value(&ours), value(&theirs));
            report.row(&ValueRow::new(Suite::Scrape.name(), case, unit, ours, peer, theirs))?;
        }
        if series == SERIES {
            limits.extend(ours.into_iter().flatten());
        }
    }
    if !limits.is_empty() {
        report.table::<LimitRow>()?;
    }
    for (case, unit, ours, limit) in limits {
        if let Some(limit) = limit {
            report.row(&LimitRow::new(Suite::Scrape.name(), case, ours, limit, unit))?;
        }
    }
    Ok(())
}

fn series(args: &Args) -> Vec<usize> {
    match &*args.load.series {
        [] if args.quick => vec![SERIES_QUICK],
        [] => vec![SERIES],
        named => named.into(),
    }
}

fn measure(
    args: &Args,
    subject: Subject,
    program: &Path,
    series: usize,
) -> Result<Vec<Figure>, BenchError> {
    let settle = if args.quick { SETTLE_QUICK } else { SETTLE };
    let process = Process::start(subject, program, Work::Show)?;
    pause(settle)?;
    let idle = process.resident()?;
    let mut lanes = Fleet { series, instances_per_request: 10 }.templates();
    warm_up(&process, &mut lanes, Change::None, args.seconds())?;
    pause(settle)?;
    let loaded = process.resident()?;

    let plain = scrapes(&process, Form::Plain)?;
    let after_plain = process.resident()?;
    let gzip = scrapes(&process, Form::Gzip)?;
    let after_all = process.resident()?;
    let page = plain_page(&process, &gzip)?;
    let zstd = scrapes_if_there(&process, Form::Zstd)?;
    let open_metrics = scrapes_if_there(&process, Form::OpenMetrics)?;
    let protobuf = scrapes_if_there(&process, Form::Protobuf)?;

    let at = |name: &str| format!("{name}/{}", short(series));
    let mut figures = vec![
        (at("lines"), "{line}", page.lines as f64, None),
        (at("idle_resident"), "MiB", idle, Some(12.0)),
        (at("loaded_resident"), "MiB", loaded, None),
        (at("bytes_per_series"), "By", (loaded - idle) * 1_048_576.0 / series as f64, None),
    ];
    for (form, scrapes, wall, cpu) in [
        ("plain", &plain, Some(0.15), Some(0.10)),
        ("gzip", &gzip, Some(0.25), None),
        ("zstd", &zstd, None, None),
        ("open_metrics", &open_metrics, None, None),
        ("protobuf", &protobuf, None, None),
    ] {
        figures.extend(of_scrapes(|what| at(&format!("{form}_{what}")), scrapes, wall, cpu));
    }
    figures.push((at("resident_after_10_scrapes"), "MiB", after_plain, Some(110.0)));
    figures.push((at("resident_after_20_scrapes"), "MiB", after_all, None));
    let latency = requests::latency(&process, &mut lanes, args)?;
    figures.extend([
        (at("requests_p99_without"), "ms", latency.without, None),
        (at("requests_p99_scraped"), "ms", latency.scraped, None),
        (at("requests_p99_added"), "ms", latency.added(), Some(1.0)),
    ]);
    Ok(figures)
}

/// The figures of a form, of which `wall` and `cpu` are promised; of one that a subject does not have there is none.
fn of_scrapes(
    case: impl Fn(&str) -> String,
    scrapes: &[Scraped],
    wall: Option<f64>,
    cpu: Option<f64>,
) -> [Figure; 6] {
    let of = |scraped: Option<&Scraped>, value: fn(&Scraped) -> f64| scraped.map_or(NONE, value);
    let middle = |value: fn(&Scraped) -> f64| match scrapes {
        [] => NONE,
        _ => median(scrapes.iter().map(value).collect()),
    };
    let (first, last) = (scrapes.first(), scrapes.last());
    [
        (case("bytes"), "By", of(last, |scraped| scraped.bytes as f64), None),
        (case("wall_first"), "s", of(first, |scraped| scraped.seconds), wall),
        (case("wall_tenth"), "s", of(last, |scraped| scraped.seconds), None),
        (case("wall_median"), "s", middle(|scraped| scraped.seconds), wall),
        (case("cpu_first"), "s", of(first, |scraped| scraped.cpu), cpu),
        (case("cpu_median"), "s", middle(|scraped| scraped.cpu), cpu),
    ]
}

fn scrapes(process: &Process, form: Form) -> Result<Vec<Scraped>, BenchError> {
    (0..SCRAPES).map(|_| scrape(process, form)).collect()
}

/// None where a subject does not have the form.
fn scrapes_if_there(process: &Process, form: Form) -> Result<Vec<Scraped>, BenchError> {
    if client::has(process, form)? { scrapes(process, form) } else { Ok(Vec::new()) }
}

/// One more page of text in each encoding, which nobody times: both must show the same.
fn plain_page(process: &Process, gzip: &[Scraped]) -> Result<client::Page, BenchError> {
    let plain = client::page(process, Form::Plain)?;
    let inflated = client::page(process, Form::Gzip)?;
    let compressed = gzip.iter().all(|scraped| scraped.bytes < plain.bytes);
    if plain.lines != inflated.lines || !compressed {
        let message = format!("plain {plain:?}, as gzip {inflated:?}");
        return Err(BenchError::library(process.name(), message));
    }
    Ok(plain)
}
