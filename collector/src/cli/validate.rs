//! `inferometer validate`.

use std::io::{self, Write};

use clap::Args;
use inferometer_collector::config::{
    Config, ConfigError, ConfigSource, Located, MemoryBounds, MemoryVerdict, Severity, memory_limit,
};
use serde_json::{Value, json};

use super::{Failure, Source};

/// What `validate` is asked for.
#[derive(Debug, Args)]
#[command(mut_arg("config", |config| config.required(true)))]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    source: Source,

    /// Say everything as a JSON array on stdout: file, line, column, severity and message of each problem
    #[arg(long)]
    json: bool,
}

/// Checks a configuration. Says `FILE: ok (...)` and how much memory it may take on stdout, and warnings on stderr.
pub(super) fn run(args: ValidateArgs) -> Result<(), Failure> {
    let source = ConfigSource::from(args.source);
    let loaded = source.load();
    if args.json {
        return say_json(&loaded);
    }
    say(&source, &loaded?).map_err(|cause| failed(&cause))
}

fn failed(cause: &io::Error) -> Failure {
    Failure::start(&format!("cannot write the result: {cause}"))
}

fn say(source: &ConfigSource, config: &Config) -> io::Result<()> {
    for warning in config.warnings.lines() {
        writeln!(io::stderr(), "{warning}")?;
    }
    if let Some(warning) = memory_warning(config) {
        writeln!(io::stderr(), "warning: {warning}")?;
    }
    let files: Vec<_> = source.files.iter().map(|file| file.display().to_string()).collect();
    writeln!(io::stdout(), "{}: ok ({})", files.join(", "), summary(config))?;
    writeln!(io::stdout(), "{}", MemoryBounds::of(&config.resolved))
}

/// What a start on this machine would say. No error, as the file may be for another.
fn memory_warning(config: &Config) -> Option<String> {
    match MemoryBounds::of(&config.resolved).verdict(memory_limit()) {
        MemoryVerdict::Fits => None,
        MemoryVerdict::Tight(message) => Some(message),
        MemoryVerdict::Impossible(message) => {
            Some(format!("{message}; it cannot be started on this machine"))
        }
    }
}

fn say_json(loaded: &Result<Config, ConfigError>) -> Result<(), Failure> {
    let (problems, memory): (Vec<Value>, _) = match loaded {
        Ok(config) => (config.warnings.located().map(entry).collect(), memory_warning(config)),
        Err(error) => (error.located().map(entry).collect(), None),
    };
    let memory = memory.map(|message| object(None, None, Severity::Warning, &message));
    let list: Vec<Value> = problems.into_iter().chain(memory).collect();
    writeln!(io::stdout(), "{:#}", Value::from(list)).map_err(|cause| failed(&cause))?;
    if loaded.is_err() { Err(Failure::told()) } else { Ok(()) }
}

fn entry(located: Located<'_>) -> Value {
    let Located { file, place, problem } = located;
    object(Some(file), place, problem.severity, &problem.message)
}

fn object(
    file: Option<String>,
    place: Option<(u64, u64)>,
    severity: Severity,
    message: &str,
) -> Value {
    let (line, column) = place.unzip();
    json!({
        "file": file.filter(|file| !file.is_empty()),
        "line": line,
        "column": column,
        "severity": severity.as_str(),
        "message": message,
    })
}

fn summary(config: &Config) -> String {
    let resolved = &config.resolved;
    let counts = [
        (resolved.receivers.len(), "receiver"),
        (resolved.processors.len(), "processor"),
        (resolved.exporters.len(), "exporter"),
        (resolved.connectors.len(), "connector"),
        (resolved.pipelines.len(), "pipeline"),
    ];
    let counts =
        counts.map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }));
    counts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_runs() {
        assert_eq!(
            summary(&Config::default()),
            "1 receiver, 0 processors, 2 exporters, 0 connectors, 2 pipelines"
        );
    }
}
