//! The bench program: `cargo run --release -p inferometer-benches -- <suite>`.

use std::{
    io::{Write, stderr, stdout},
    process::ExitCode,
};

use clap::Parser;
use inferometer_benches::{Args, run};

fn main() -> ExitCode {
    match run(&Args::parse(), &mut stdout(), &mut stderr()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If stderr is gone too, the exit code is all that can be said.
            let _ = writeln!(stderr(), "error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
