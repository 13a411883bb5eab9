//! Writes every generated file anew, or says what is wrong with the registry.

use std::{fs, io::Write, process::ExitCode};

use inferometer_semconv_generator::{generate, repository_root};

fn main() -> ExitCode {
    let root = repository_root();
    let written = generate(&root).map_err(|problems| problems.to_string()).and_then(|files| {
        for file in &files {
            fs::write(root.join(file.path), &file.contents)
                .map_err(|error| format!("{}: {error}", file.path))?;
        }
        Ok(files)
    });
    let (text, code) = match written {
        Ok(files) => (format!("{} files are current", files.len()), ExitCode::SUCCESS),
        Err(problems) => (problems, ExitCode::FAILURE),
    };
    // Nobody to tell if stderr is closed; the exit code remains.
    writeln!(std::io::stderr(), "{text}").ok();
    code
}
