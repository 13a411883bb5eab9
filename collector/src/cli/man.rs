//! `inferometer man`: the manual, from the definition of the command line.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::{Cli, Failure};

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write a page for the program and for each of its commands into this folder, which is made if it is not there,
    /// instead of the program's page to stdout
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// Writes one page to stdout, or all of them into a folder.
pub(super) fn run(args: &ManArgs) -> Result<(), Failure> {
    let pages = pages().map_err(|cause| failed(&cause))?;
    match &args.to {
        Some(folder) => write_all(folder, &pages).map_err(|cause| {
            Failure::start(&format!("cannot write the manual to {}: {cause}", folder.display()))
        }),
        None => {
            let first = pages.first().map_or(&[][..], |page| &page.text);
            io::stdout().write_all(first).map_err(|cause| failed(&cause))
        }
    }
}

fn failed(cause: &io::Error) -> Failure {
    Failure::start(&format!("cannot write the manual: {cause}"))
}

/// A page of section 1.
struct Page {
    file: String,
    text: Vec<u8>,
}

/// The program's page, and after it those of its commands.
fn pages() -> io::Result<Vec<Page>> {
    let mut definition = without_help(Cli::command());
    // Gives every command its full name, and the options that it shares.
    definition.build();
    let mut pages = Vec::new();
    add(&definition, &mut pages)?;
    Ok(pages)
}

/// `inferometer help` says what the pages say, so it has none.
fn without_help(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

fn add(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    man.render(&mut text)?;
    pages.push(Page { file: man.get_filename(), text });
    command.get_subcommands().filter(|it| !it.is_hide_set()).try_for_each(|it| add(it, pages))
}

fn write_all(folder: &Path, pages: &[Page]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    pages.iter().try_for_each(|page| fs::write(folder.join(&page.file), &page.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(page: &Page) -> String {
        String::from_utf8_lossy(&page.text).replace('\\', "")
    }

    #[test]
    fn every_command_has_a_page_with_all_of_its_options() {
        let pages = pages().expect("pages in memory");
        let files: Vec<&str> = pages.iter().map(|page| &*page.file).collect();
        assert_eq!(files.first(), Some(&"inferometer.1"));
        for file in ["inferometer-validate.1", "inferometer-queue.1", "inferometer-queue-replay.1"]
        {
            assert!(files.contains(&file), "{files:?}");
        }
        assert!(files.iter().all(|file| !file.ends_with("-help.1")), "{files:?}");
        let replay = pages.iter().find(|page| page.file == "inferometer-queue-replay.1");
        let replay = replay.map(text).unwrap_or_default();
        for option in ["--to", "--dead", "--protocol", "--header"] {
            assert!(replay.contains(option), "no {option} in\n{replay}");
        }
    }

    #[test]
    fn the_first_page_leads_to_the_others() {
        let pages = pages().expect("pages in memory");
        let first = pages.first().map(text).unwrap_or_default();
        assert!(first.contains("--config"), "{first}");
        assert!(first.contains("inferometer-validate(1)"), "{first}");
        assert!(first.contains("--drain-deadline"), "{first}");
        assert!(first.contains("Exit codes:") && first.contains("3: a second SIGINT"), "{first}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("share/man/man1");
        run(&ManArgs { to: Some(to.clone()) }).expect("it is written");
        assert!(to.join("inferometer.1").is_file());
    }
}
