//! A program that forks while its threads record, bind, end spans and flush, and whose children record too.
//!
//! `forking-host after ENDPOINT FORKS` starts telemetry and eight threads, then forks: a server that loads first and forks
//! its workers then. `forking-host before ENDPOINT FORKS` forks first. It tells on stdout, a line each, what the collector
//! at ENDPOINT must have got: `total VALUE` for the sum of a process's counter, `span NAME` for a span, `busy COUNT` and
//! `busy-spans COUNT` for what the threads counted together. A child that hangs for [`WATCHDOG`] is killed and reported, and ends the program.

mod child;
mod load;
mod process;

use std::{env, error::Error, io::Write, time::Duration};

use inferometer_sdk::{Exporter, StartError, Telemetry};

use crate::{
    child::{Child, Handles},
    load::Load,
};

/// The longest that a child may take: it records a few values, sends two requests and ends.
const WATCHDOG: Duration = Duration::from_secs(10);

/// Short, so that forks happen while an export is under way.
const INTERVAL: Duration = Duration::from_millis(100);

/// Spans that may wait: the most that there can be.
const MAX_SPANS: usize = 1 << 16;

type Failure = Box<dyn Error>;

fn telemetry(endpoint: &str) -> Result<Telemetry, StartError> {
    Telemetry::builder()
        .service_name("forking-host")
        .endpoint(endpoint)
        .exporter(Exporter::Otlp)
        .interval(INTERVAL)
        .span_delay(INTERVAL)
        // Whatever the machine does meanwhile, none is dropped for want of room.
        .span_queue_size(MAX_SPANS)
        .build()
}

fn say(line: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: forking-host after|before ENDPOINT FORKS");
    let (when, endpoint, forks) = (next()?, next()?, next()?.parse::<u64>()?);
    match when.as_str() {
        "after" => fork_after_start(&endpoint, forks),
        _ => fork_before_start(&endpoint, forks),
    }
}

/// Every child is forked from a process whose telemetry is at work.
fn fork_after_start(endpoint: &str, forks: u64) -> Result<(), Failure> {
    let telemetry = telemetry(endpoint)?;
    let handles = Handles::bind(&telemetry);
    let load = Load::start(&telemetry);
    handles.tokens.add(1);
    for number in 0..forks {
        let child = Child::new(number);
        load.go_on();
        let inherited = child.starts_span_before(&telemetry);
        let forked = process::fork()?;
        if forked == 0 {
            child.run(telemetry, &handles, inherited);
        }
        load.pause();
        drop(inherited);
        process::wait(forked, WATCHDOG, child.ending())?;
        child.say_expected()?;
    }
    let counted = load.stop();
    telemetry.flush(WATCHDOG)?;
    say(format_args!("total 1"))?;
    say(format_args!("busy {}", counted.rounds))?;
    say(format_args!("busy-spans {}", counted.spans))?;
    drop(telemetry);
    Ok(())
}

/// Every child starts telemetry of its own.
fn fork_before_start(endpoint: &str, forks: u64) -> Result<(), Failure> {
    for number in 0..forks {
        let child = Child::new(number);
        let forked = process::fork()?;
        if forked == 0 {
            let Ok(telemetry) = telemetry(endpoint) else { process::leave(child::FAILED) };
            let handles = Handles::bind(&telemetry);
            child.run(telemetry, &handles, None);
        }
        process::wait(forked, WATCHDOG, child.ending())?;
        child.say_expected()?;
    }
    Ok(())
}
