//! Where the subjects' programs are.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use super::Subject;
use crate::{cli::Args, error::BenchError};

/// Of rotel on PyPI; its program calls itself 0.0.1-alpha10.
const ROTEL_VERSION: &str = "0.0.1a15";

/// The programs of those subjects that are measured.
#[derive(Debug)]
pub(crate) struct Programs {
    found: Vec<(Subject, PathBuf)>,
}

impl Programs {
    /// Finds the programs of the subjects that `args` names, or of all of `possible`. Rotel may be missing, which
    /// `warnings` is told, unless it was named.
    pub(crate) fn find(
        args: &Args,
        possible: &[Subject],
        warnings: &mut dyn Write,
    ) -> Result<Self, BenchError> {
        let own = match &args.program {
            Some(program) => program.clone(),
            None => env::current_exe()?,
        };
        let folder = own.parent().unwrap_or(Path::new("."));
        let named = &args.load.subject;
        let mut found = Vec::new();
        for subject in possible.iter().copied() {
            if !named.is_empty() && !named.contains(&subject) {
                continue;
            }
            let program = match subject {
                Subject::Inferometer => collector(args, folder),
                Subject::Yardstick | Subject::Relay => Ok(own.clone()),
                Subject::Rotel => rotel(args, folder),
            };
            match program {
                Ok(program) => found.push((subject, program)),
                Err(missing) if subject == Subject::Rotel && named.is_empty() => {
                    writeln!(warnings, "warning: {missing}; going on without it")?;
                }
                Err(missing) => return Err(missing),
            }
        }
        Ok(Self { found })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Subject, &Path)> {
        self.found.iter().map(|(subject, program)| (*subject, program.as_path()))
    }
}

fn collector(args: &Args, folder: &Path) -> Result<PathBuf, BenchError> {
    let program = args.load.collector.clone().unwrap_or_else(|| folder.join("inferometer"));
    if program.is_file() {
        return Ok(program);
    }
    let message = format!(
        "no program {}: run `cargo build --release -p inferometer-collector`, or give --collector",
        program.display()
    );
    Err(BenchError::library(Subject::Inferometer.name(), message))
}

/// Python's environments hold it at a place that contains Python's version.
fn rotel(args: &Args, folder: &Path) -> Result<PathBuf, BenchError> {
    if let Some(program) = &args.load.rotel {
        return Ok(program.clone());
    }
    let environment = folder.parent().unwrap_or(folder).join("rotel");
    let pythons = fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    let programs = pythons.map(|python| python.path().join("site-packages/rotel/rotel-agent"));
    programs.into_iter().find(|program| program.is_file()).ok_or_else(|| {
        let environment = environment.display();
        let message = format!(
            "not installed: run `python3 -m venv {environment} && {environment}/bin/pip install \
             rotel=={ROTEL_VERSION}`, or give --rotel"
        );
        BenchError::library(Subject::Rotel.name(), message)
    })
}
