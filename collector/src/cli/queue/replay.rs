//! `inferometer queue replay`: sends what is left to an endpoint that is named.
//!
//! To an endpoint rather than back to the end of the queue: what was refused once would be refused again by the same
//! backend, and whoever replays has just mended one, or wants it elsewhere.

use std::{
    hash::BuildHasher,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use inferometer_collector::{
    config::{
        LogLevel, LogSettings, OtlpExporterSettings, OtlpProtocol, QueueSettings, RetrySettings,
        Secret,
    },
    exporters::otlp::{Replay, Replayed},
    journal::{self, DEAD_LETTERS, Durability, Folder, Header, Journal, Storage, Stored},
};
use tokio::time::Instant;

use super::{ReplayArgs, folder, tls};
use crate::cli::{Failure, log, signals::Signals};

/// How long one request is tried while the endpoint is away; then what is left stays.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two lines of progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);
/// Refusals that are told one by one; further ones are counted alone.
const REFUSALS_SHOWN: u64 = 20;

/// What became of what was there.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: u64,
    /// Items of those that the other side did not keep.
    rejected_items: u64,
    refused: u64,
    corrupt: u64,
    /// Why it ended before the last.
    stopped: Option<String>,
}

/// Sends what there is.
///
/// # Errors
/// Somebody has the folder, it is none of a queue, or something is left.
pub(super) async fn run(args: ReplayArgs) -> Result<(), Failure> {
    let _log = log::start(&LogSettings { level: LogLevel::Warn, ..LogSettings::default() });
    let settings = settings(&args).map_err(|cause| Failure::usage(&cause))?;
    let replay = Replay::to(settings).map_err(|cause| Failure::start(&tls::in_options(&cause)))?;
    folder::is_queue(&args.folder)?;
    let taken = Folder::take(&args.folder).map_err(|cause| refused(&args.folder, &cause))?;
    let (path, taken) = if args.dead {
        let path = args.folder.join(DEAD_LETTERS);
        let inside = taken.folder(DEAD_LETTERS).map_err(|cause| refused(&path, &cause))?;
        (path, inside)
    } else {
        (args.folder.clone(), taken)
    };
    // As safe as it may have to be: the command does not know what the collector's configuration says.
    let settings = journal::Settings {
        durability: Durability::Fsync,
        segment_bytes: QueueSettings::BYTES_MAX,
        seed: std::hash::RandomState::new().hash_one(()),
    };
    let opened = Journal::open(taken, settings).map_err(|cause| refused(&path, &cause))?;
    let mut signals = Signals::watch().map_err(|cause| Failure::start(&cause))?;
    let mut run =
        Run { path, replay, to: args.to, journal: opened.journal, tally: Tally::default() };
    let stopped = tokio::select! {
        ended = run.all() => ended,
        name = signals.next() => Ok(Some(format!("{name}; the rest stays"))),
    };
    run.end(stopped)
}

fn settings(args: &ReplayArgs) -> Result<OtlpExporterSettings, String> {
    let protocol = OtlpProtocol::from(args.protocol);
    let mut settings = OtlpExporterSettings::new(protocol, &args.to);
    settings.tls = args.tls.settings(&args.to)?;
    let headers = args.headers.iter();
    settings.headers = headers.map(|(name, value)| (name.clone(), Secret::new(value))).collect();
    settings.retry = RetrySettings {
        enabled: true,
        initial_interval: Duration::from_millis(500),
        max_interval: Duration::from_secs(5),
        max_elapsed_time: PATIENCE,
    };
    Ok(settings)
}

fn refused(path: &Path, cause: &io::Error) -> Failure {
    let remedy = if cause.kind() == io::ErrorKind::WouldBlock {
        "a collector has it: stop that one first".to_owned()
    } else {
        format!("{cause}; run this as the user of the collector")
    };
    Failure::start(&format!("cannot take {}: {remedy}", path.display()))
}

/// A replay under way.
struct Run {
    path: PathBuf,
    replay: Replay,
    to: String,
    journal: Journal<Folder>,
    tally: Tally,
}

impl Run {
    /// Sends one request after another; why it ended early, if it did.
    async fn all(&mut self) -> io::Result<Option<String>> {
        while self.journal.survey()? {}
        let all = self.journal.unsettled().records;
        say(&format!("{all} requests in {} go to {}", self.path.display(), self.to));
        let mut told = Instant::now();
        while let Some(place) = self.journal.take()? {
            let content = match place.read()? {
                Stored::Whole(content) => content,
                Stored::Corrupt(_) => {
                    self.tally.corrupt += 1;
                    continue;
                }
            };
            // Those bytes are not what was sent.
            if content.dead.is_some_and(|dead| dead.reason == journal::DeadLetterReason::Corrupt) {
                self.tally.corrupt += 1;
                continue;
            }
            match self.replay.send(content.signal, content.bytes).await {
                Replayed::Acknowledged { rejected, message } => {
                    self.acknowledged(&place.header, rejected, &message)?;
                }
                Replayed::Refused(message) => self.refused(&place.header, &message),
                Replayed::Unreachable(message) => return Ok(Some(tls::in_options(&message))),
            }
            if told.elapsed() >= PROGRESS_EVERY {
                told = Instant::now();
                say(&format!("{} of {all} acknowledged", self.tally.acknowledged));
            }
        }
        Ok(None)
    }

    /// Removed at once, so that a kill has no more than one sent again.
    fn acknowledged(&mut self, header: &Header, rejected: u64, message: &str) -> io::Result<()> {
        self.tally.acknowledged += 1;
        if rejected > 0 {
            self.tally.rejected_items += rejected;
            say(&format!(
                "request {}: {rejected} of {} items not kept: {message}",
                header.sequence, header.items
            ));
        }
        self.journal.settle(header);
        self.journal.checkpoint()
    }

    fn refused(&mut self, header: &Header, message: &str) {
        self.tally.refused += 1;
        if self.tally.refused <= REFUSALS_SHOWN {
            say(&format!("request {}: refused: {message}", header.sequence));
        }
    }

    /// Says what became of them.
    fn end(mut self, ended: io::Result<Option<String>>) -> Result<(), Failure> {
        let path = self.path.display().to_string();
        match ended {
            Ok(stopped) => self.tally.stopped = stopped,
            Err(cause) => self.tally.stopped = Some(format!("{path}: {cause}; see to the disk")),
        }
        let left = self.journal.unsettled().records;
        let Tally { acknowledged, rejected_items, refused, corrupt, stopped } = self.tally;
        let to = &self.to;
        folder::say(&format!(
            "{path}: {acknowledged} requests acknowledged by {to} and removed; {left} left: {refused} refused, {corrupt} corrupt"
        ))?;
        if let Some(cause) = stopped {
            return Err(Failure::start(&format!("ended before the last of {path}: {cause}")));
        }
        if rejected_items > 0 {
            let remedy = "they are not to be sent again";
            return Err(Failure::start(&format!(
                "{to} did not keep {rejected_items} items of what it took; {remedy}"
            )));
        }
        if left > 0 {
            let remedy = "inferometer queue inspect shows them";
            return Err(Failure::start(&format!("{left} requests are left in {path}; {remedy}")));
        }
        Ok(())
    }
}

/// Progress goes to stderr.
fn say(line: &str) {
    // A closed stderr is no reason to end.
    let _ = writeln!(io::stderr(), "{line}");
}
