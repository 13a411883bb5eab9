//! `inferometer completions`: what a shell offers behind the program's name, from the definition of the command line.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Failure};

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell that will read them
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Writes the script of one shell to stdout.
pub(super) fn run(args: &CompletionsArgs) -> Result<(), Failure> {
    io::stdout()
        .write_all(&script(args.shell))
        .map_err(|cause| Failure::start(&format!("cannot write the completions: {cause}")))
}

fn script(shell: Shell) -> Vec<u8> {
    let mut definition = Cli::command();
    let name = definition.get_name().to_owned();
    // Into memory, as the generator panics where a reader has gone away.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition, name, &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_shell_is_told_every_command_and_the_option_of_a_configuration() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).expect("a script in UTF-8");
            let definition = Cli::command();
            let commands = definition.get_subcommands().map(clap::Command::get_name);
            for word in commands.chain(["config"]) {
                assert!(script.contains(word), "{shell}: no {word}");
            }
        }
    }
}
