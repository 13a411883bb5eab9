//! `inferometer validate`.

use std::{
    io::{self, Write},
    path::Path,
};

use inferometer_collector::config::Config;

use super::Failure;

/// Checks a file; says `FILE: ok (...)` on stdout, warnings on stderr.
pub(super) fn run(path: &Path) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let failed = |cause: io::Error| Failure::start(&format!("cannot write the result: {cause}"));
    for warning in config.warnings.lines() {
        writeln!(io::stderr(), "{warning}").map_err(failed)?;
    }
    writeln!(io::stdout(), "{}: ok ({})", path.display(), summary(&config)).map_err(failed)
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
