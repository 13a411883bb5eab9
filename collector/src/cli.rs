//! The command line: what can be asked for, and how it is answered.

mod completions;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod failure;
mod log;
mod man;
mod memory;
mod queue;
mod reload;
mod run_options;
mod serve;
mod service_manager;
mod signals;
mod validate;
mod watched_files;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use inferometer_collector::config::{Config, ConfigSource, OtlpExporterSettings, Resolved};

pub(crate) use self::failure::Failure;
use self::{failure::EXIT_CODES, run_options::RunOptions};

/// OpenTelemetry collector for LLM serving: OTLP in, Prometheus out, traces forwarded or kept in a small ring.
///
/// Without --config it listens on loopback: OTLP over gRPC on 4317 and over HTTP on 4318, metrics for Prometheus on
/// 9464, recent traces on 16686. RUST_LOG sets what is logged, such as RUST_LOG=debug. SIGINT and SIGTERM finish what
/// is under way and end the program within --drain-deadline; a second one ends it at once. SIGHUP reads the configuration
/// again: components with the same settings go on as they are, and if anything is wrong with it, all of them. With
/// --watch-config a change of its files does so too.
#[derive(Debug, Parser)]
#[command(
    name = "inferometer",
    version,
    after_long_help = EXIT_CODES,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    source: Source,

    /// Forward traces by OTLP over gRPC to http://HOST:PORT or https://HOST:PORT, instead of keeping recent ones in memory
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "set"], value_parser = forward_to)]
    traces_endpoint: Option<Resolved>,

    #[command(flatten)]
    options: RunOptions,

    #[command(subcommand)]
    command: Option<Command>,
}

/// Where the configuration comes from.
#[derive(Debug, Args)]
struct Source {
    /// A configuration in the OpenTelemetry Collector's YAML; of several, mappings are joined, and of all else the later
    /// one stays
    #[arg(long, value_name = "FILE")]
    config: Vec<PathBuf>,

    /// A value over those of the files, or of the default, such as processors.batch.timeout=2s
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
}

impl From<Source> for ConfigSource {
    fn from(Source { config, set }: Source) -> Self {
        Self { files: config, settings: set }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a configuration and start nothing: exit code 0 if it can be run, 2 with every error on stderr if not
    Validate(validate::ValidateArgs),

    /// Show a configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),

    /// Look into an exporter's queue on disk, check it, or send what is left in it elsewhere
    #[command(subcommand)]
    Queue(queue::QueueCommand),

    /// Write what a shell completes behind the program's name to stdout, such as `inferometer completions bash`
    Completions(completions::CompletionsArgs),

    /// Write the manual: the program's page to stdout, or all pages into a folder
    Man(man::ManArgs),

    /// Show it at work: a collector and a simulated fleet that sends to it, with live numbers as received
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Why it could not be done, with the exit code that says so.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        if let Some(format) = self.options.log_format {
            log::speak(format);
        }
        match (self.command, self.traces_endpoint) {
            (Some(Command::Validate(args)), _) => validate::run(args),
            (Some(Command::Config(command)), _) => config::run(command),
            (Some(Command::Queue(command)), _) => queue::run(command).await,
            (Some(Command::Completions(args)), _) => completions::run(&args),
            (Some(Command::Man(args)), _) => man::run(&args),
            #[cfg(feature = "demo")]
            (Some(Command::Demo(args)), _) => demo::run(args).await,
            (None, Some(resolved)) => serve(resolved.into(), None, self.options).await,
            (None, None) => {
                let source = ConfigSource::from(self.source);
                serve(source.load()?, Some(source), self.options).await
            }
        }
    }
}

async fn serve(
    config: Config,
    source: Option<ConfigSource>,
    options: RunOptions,
) -> Result<(), Failure> {
    log::speak(config.resolved.logs.encoding.into());
    memory::check(&config)?;
    serve::run(config, source, options).await
}

fn forward_to(url: &str) -> Result<Resolved, String> {
    Resolved::forwarding_traces(OtlpExporterSettings::to(url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expected: Result<(), &str>) {
        let parsed = Cli::try_parse_from([&["inferometer"], arguments].concat());
        let seen = parsed.map(drop).map_err(|error| error.to_string());
        match (seen, expected) {
            (Ok(()), Ok(())) => {}
            (Err(seen), Err(part)) => assert!(seen.contains(part), "{part:?} is not in {seen}"),
            (seen, expected) => panic!("{arguments:?}: {seen:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_ways_to_call_it() {
        check(&[], Ok(()));
        check(&["--config", "c.yaml"], Ok(()));
        check(&["--traces-endpoint", "http://127.0.0.1:14317"], Ok(()));
        check(&["--traces-endpoint", "https://tempo.example:4317"], Ok(()));
        check(&["--config", "c.yaml", "--config=d.yaml", "--set=a.b=c", "--set", "d=e"], Ok(()));
        check(&["validate", "--config", "c.yaml"], Ok(()));
        check(&["--set", "a=b"], Ok(()));
        check(&["--config", "c.yaml", "--watch-config"], Ok(()));
        check(&["--watch-config", "--config", "c.yaml"], Ok(()));
        check(&["--watch-config=1m", "--config", "c.yaml"], Ok(()));
        check(&["--log-format", "json"], Ok(()));
        check(&["--drain-deadline", "1m30s", "--config", "c.yaml"], Ok(()));
        check(
            &["validate", "--config", "c.yaml", "--config", "d.yaml", "--set=a=b", "--json"],
            Ok(()),
        );
        check(&["config", "print", "--config", "c.yaml", "--resolved"], Ok(()));
        check(&["config", "print"], Ok(()));
        check(&["queue", "inspect", "q", "--json"], Ok(()));
        check(&["queue", "verify", "q"], Ok(()));
        check(&["completions", "bash"], Ok(()));
        check(&["man", "--to", "d"], Ok(()));
        let replay = ["queue", "replay", "q", "--dead", "--to", "http://127.0.0.1:4317"];
        check(&[&replay[..], &["--protocol", "http/protobuf", "--header", "a=b"]].concat(), Ok(()));
        let tls = ["--ca-file", "a", "--cert-file", "c", "--key-file", "k", "--server-name", "u"];
        check(&[&["queue", "replay", "q", "--to", "https://u:1"][..], &tls].concat(), Ok(()));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_ways_to_call_the_demo() {
        check(&["demo"], Ok(()));
        check(
            &["demo", "--for", "10s", "--json", "--seed", "7", "--rate", "3", "--scrape-to", "f"],
            Ok(()),
        );
        check(&["demo", "--for", "10"], Err("\"10\", expected a number with ms, s, m or h"));
        check(&["demo", "--rate", "0"], Err("\"0\", expected a number above 0"));
    }

    #[test]
    fn wrong_usage_says_what_is_wrong() {
        check(&["validate"], Err("--config <FILE>"));
        check(&["--drain-deadline", "30"], Err("\"30\", expected a duration such as 10s"));
        check(&["--drain-deadline", "1s", "validate", "--config=c"], Err("cannot be used"));
        check(&["--watch-config"], Err("--config <FILE>"));
        check(
            &["--watch-config=1ms", "--config", "c.yaml"],
            Err("\"1ms\", expected a duration such as 10s or 1m30s, from 100ms to 1h"),
        );
        check(&["config"], Err("Usage: inferometer config"));
        check(&["queue", "replay", "q"], Err("--to <URL>"));
        check(&["queue", "inspect"], Err("<DIR>"));
        check(
            &["queue", "replay", "q", "--to", "http://u", "--header", "x"],
            Err("expected NAME=VALUE"),
        );
        check(&["queue", "replay", "q", "--to", "tempo"], Err("\"tempo\", expected https://HOST"));
        check(
            &["queue", "replay", "q", "--to", "https://u:1", "--cert-file", "c.pem"],
            Err("--key-file <FILE>"),
        );
        check(
            &["--config", "c.yaml", "--traces-endpoint", "http://127.0.0.1:14317"],
            Err("cannot be used with"),
        );
        check(&["--traces-endpoint", "tempo"], Err("\"tempo\", expected http://HOST:PORT"));
        check(&["--traces-endpoint", "tempo:4317"], Err("or https://HOST:PORT"));
        check(&["--traces-endpoint", "http://localhost:4317"], Err("listens on itself"));
    }
}
