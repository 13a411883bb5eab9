//! A cache server of two tiers in the manner of LMCache's multi-process mode: objects in the host's memory (L1) and on
//! disk (L2), any number of processes over one folder, each with a `service.instance.id` of its own.
//!
//! ```sh
//! storage_manager FOLDER [--first CHUNK] [--hold]
//! ```
//!
//! It stores eight chunks from the first one on, looks ten up, retrieves eight, and exports what it recorded. With
//! `--hold` it then stores more and waits, so that somebody can see what is lost with a process that is killed.

mod l1;
mod l2;
mod ledger;
mod manager;

use std::{
    env,
    error::Error,
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    thread,
    time::Duration,
};

use self::{ledger::Ledger, manager::StorageManager};

/// What tells a chunk's content, its model and its tenant from all others.
type ObjectKey = u64;

/// Tokens of a chunk, and bytes of its entries.
const CHUNK_TOKENS: u64 = 256;
const CHUNK_BYTES: usize = 4096;

/// Chunks that L1 has room for.
const L1_CHUNKS: usize = 4;

const FLUSH: Duration = Duration::from_secs(10);

/// What the command line says.
struct Arguments {
    folder: PathBuf,
    first: ObjectKey,
    is_held: bool,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let usage = "usage: storage_manager FOLDER [--first CHUNK] [--hold]";
        let mut words = env::args_os().skip(1);
        // An option is no folder: `--help` shows the usage instead of making one of that name.
        let is_folder = |word: &OsString| !word.as_encoded_bytes().starts_with(b"-");
        let folder = words.next().filter(is_folder).ok_or(usage)?.into();
        let mut arguments = Self { folder, first: 0, is_held: false };
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--first") => {
                    let chunk = words.next().and_then(|chunk| chunk.into_string().ok());
                    arguments.first = chunk.ok_or(usage)?.parse()?;
                }
                Some("--hold") => arguments.is_held = true,
                _ => return Err(usage.into()),
            }
        }
        Ok(arguments)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let Arguments { folder, first, is_held } = Arguments::parse()?;
    let telemetry = inferometer_sdk::init()?; // OTEL_* decides; flushes when dropped
    let engine = telemetry.engine("llama-3-70b").provider("lmcache-example").stage("cache").build();
    let ledger = Ledger::default();
    let mut manager = StorageManager::new(&engine, folder, ledger.clone())?;

    let keys: Vec<ObjectKey> = (first..first + 10).collect();
    keys[..8].chunks(L1_CHUNKS).for_each(|batch| manager.store(batch));
    let found = manager.lookup(&keys);
    manager.retrieve(&keys[..found])?;
    manager.wait_for_observers();
    telemetry.flush(FLUSH)?;
    writeln!(io::stdout(), "exported {} keys", ledger.keys())?;

    if is_held {
        manager.store(&[first + 8, first + 9]);
        writeln!(io::stdout(), "holding")?;
        loop {
            thread::park();
        }
    }
    Ok(())
}
