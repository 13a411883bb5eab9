//! `inferometer config`: shows a configuration as it is read, and what it may have.

use std::io::{self, Write};

use clap::Subcommand;
use inferometer_collector::config::{ConfigSource, keys_page};

use super::{Failure, Source};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print all files and settings as one in YAML, secrets redacted; without --config the default
    Print {
        #[command(flatten)]
        source: Source,

        /// What components get: only what runs, variables and files expanded, defaults filled in
        #[arg(long)]
        resolved: bool,
    },

    /// Print every key with what it takes, its default and what it does, in Markdown
    Keys,
}

/// Does what was asked for.
pub(super) fn run(command: ConfigCommand) -> Result<(), Failure> {
    let text = match command {
        ConfigCommand::Print { source, resolved: true } => {
            ConfigSource::from(source).print_resolved()?
        }
        ConfigCommand::Print { source, resolved: false } => {
            ConfigSource::from(source).print_merged()?
        }
        ConfigCommand::Keys => keys_page(),
    };
    let failed = |cause| Failure::start(&format!("cannot write the result: {cause}"));
    io::stdout().write_all(text.as_bytes()).map_err(failed)
}
