//! From the command line to a suite.

use std::io::Write;

use crate::{
    cli::{Args, Suite},
    error::BenchError,
    forward, gpu, ingest, init, instructions, isolation, record, request, scrape, snapshot,
};

/// Measures and prints: rows to `out`, warnings to `warnings`.
///
/// # Errors
/// If the machine cannot do what the arguments ask, a library under test fails, or `out` cannot be written to. Rows
/// measured until then have been printed.
pub fn run(args: &Args, out: &mut dyn Write, warnings: &mut dyn Write) -> Result<(), BenchError> {
    match args.suite {
        Suite::Record => record::run(args, out, warnings),
        Suite::Request => request::run(args, out, warnings),
        Suite::Snapshot => snapshot::run(args, out, warnings),
        Suite::Instructions => instructions::run(args, out),
        Suite::Isolation => isolation::run(args, out, warnings),
        Suite::Gpu => gpu::run(args, out),
        Suite::Init => init::run(args, out),
        Suite::Ingest => ingest::run(args, out, warnings),
        Suite::Scrape => scrape::run(args, out, warnings),
        Suite::Forward => forward::run(args, out, warnings),
    }
}
