//! The program `inferometer`.
//!
//! Exit codes: 0 done, 1 failed while starting or running, or a queue is damaged or not all of it was sent, 2 wrong usage or
//! configuration, 3 ended by a second signal before it had finished, 101 a defect (Rust's code for a panic).

use std::{num::NonZero, process::ExitCode, thread};

use clap::Parser;

use crate::cli::Cli;

mod allocator;
mod cli;
mod descriptors;

/// Threads of the runtime; more would only contend for the same store.
const WORKER_THREADS_MAX: usize = 4;

fn main() -> ExitCode {
    // Wrong usage ends here, with code 2.
    let cli = Cli::parse();
    #[cfg(debug_assertions)]
    if let Err(wrong) = inferometer_collector::failpoint::arm() {
        return cli::Failure::start(&wrong).report();
    }
    allocator::keep_memory_of_requests();
    descriptors::take_all();
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.min(WORKER_THREADS_MAX))
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(cli.run());
            // Without waiting for a disk that answers no more.
            runtime.shutdown_background();
            ended
        }
        Err(cause) => Err(cli::Failure::start(&cause)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
