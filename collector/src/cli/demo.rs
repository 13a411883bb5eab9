//! `inferometer demo`.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use inferometer_collector::{
    config::{LogLevel, LogSettings},
    demo::{Demo, Ending, Options, Ports, Screen},
};

use super::{Failure, log, signals::Signals};

/// The longest run that `--for` takes.
const FOR_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// The highest `--rate`: well beyond what the fleet serves, and few enough clients for one thread.
const RATE_MAX: f64 = 1000.0;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// End after this time, such as 10s, 500ms or 5m; open requests then have 5 seconds to end. Without it the demo
    /// runs until Ctrl-C
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: Option<Duration>,

    /// Print the totals as one JSON object on stdout at the end; the live view goes to stderr
    #[arg(long)]
    json: bool,

    /// Seed of the arrivals and lengths: one seed, the same requests
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,

    /// Requests per second, on average; the fleet can serve about 20
    #[arg(long, value_name = "R", default_value_t = Options::DEFAULT_RATE, value_parser = rate)]
    rate: f64,

    /// Save the collector's /metrics page there at the end, once nothing changes any more: it shows what --json prints
    #[arg(long, value_name = "FILE")]
    scrape_to: Option<PathBuf>,
}

/// Runs it until its time is over, or SIGINT or SIGTERM.
pub(super) async fn run(args: DemoArgs) -> Result<(), Failure> {
    // Between the numbers only what is wrong.
    let _log = log::start(&LogSettings { level: LogLevel::Warn, ..LogSettings::default() });
    let failed = |cause: io::Error| Failure::start(&cause);
    let mut signals = Signals::watch().map_err(failed)?;
    let mut ending_signals = Signals::watch().map_err(failed)?;
    let demo = Demo::start(Options {
        seed: args.seed,
        rate: args.rate,
        lasts: args.lasts,
        ports: Ports::Default,
        scrape_to: args.scrape_to,
    })
    .map_err(|cause| Failure::start(&cause))?;
    for address in demo.taken() {
        // A closed stderr is no reason to end.
        let _ = writeln!(io::stderr(), "{address} is taken, using a free port");
    }
    let mut screen = if args.json {
        Screen::new(Box::new(io::stderr()), io::stderr().is_terminal())
    } else {
        Screen::new(Box::new(io::stdout()), io::stdout().is_terminal())
    };
    let stop = async {
        signals.next().await;
    };
    let again = async {
        ending_signals.next().await;
        ending_signals.next().await;
    };
    let ending = tokio::select! {
        ending = demo.run(&mut screen, stop) => ending,
        () = again => return Err(Failure::cut_short()),
    };
    report(&ending, args.json)
}

fn report(ending: &Ending, json: bool) -> Result<(), Failure> {
    let failed = |cause: io::Error| Failure::start(&format!("cannot write the totals: {cause}"));
    if json {
        let totals = serde_json::to_string(&ending.totals).map_err(|it| failed(it.into()))?;
        writeln!(io::stdout(), "{totals}").map_err(failed)?;
    }
    let errors: Vec<_> = ending.errors.iter().map(ToString::to_string).collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::start(&errors.join("; ")))
}

fn duration(text: &str) -> Result<Duration, String> {
    let expected =
        || format!("{text:?}, expected a number with ms, s, m or h, such as 10s, of at most 24h");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(expected()),
    };
    let duration = number.checked_mul(millis).map(Duration::from_millis);
    duration
        .filter(|&duration| duration > Duration::ZERO && duration <= FOR_MAX)
        .ok_or_else(expected)
}

fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok();
    number
        .filter(|&rate| rate > 0.0 && rate <= RATE_MAX)
        .ok_or_else(|| format!("{text:?}, expected a number above 0, at most {RATE_MAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_its_unit() {
        let cases = [
            ("10s", Some(10_000)),
            ("500ms", Some(500)),
            ("5m", Some(300_000)),
            ("24h", Some(86_400_000)),
            ("10", None),
            ("s", None),
            ("0s", None),
            ("-1s", None),
            ("1.5s", None),
            ("25h", None),
            ("18446744073709551615h", None),
            ("10 s", None),
        ];
        for (text, expected) in cases {
            let seen = duration(text);
            assert_eq!(seen.clone().ok(), expected.map(Duration::from_millis), "{text}");
            assert!(seen.err().is_none_or(|it| it.contains(&format!("{text:?}"))));
        }
    }

    #[test]
    fn a_rate_is_a_number_above_zero() {
        let cases =
            [("12", Some(12.0)), ("0.5", Some(0.5)), ("0", None), ("NaN", None), ("1e9", None)];
        for (text, expected) in cases {
            assert_eq!(rate(text).ok(), expected, "{text}");
        }
    }
}
