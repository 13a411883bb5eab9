//! `inferometer queue`: what is in a queue on disk, whether it is sound, and a way out of it.

mod folder;
mod inspect;
mod quantity;
mod replay;
mod tls;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use inferometer_collector::config::OtlpProtocol;

use super::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum QueueCommand {
    /// Say what is in a queue: its files, what waits by signal and age, its checkpoint, its dead letters
    ///
    /// Reads headers alone and changes nothing; a collector may be writing there meanwhile.
    Inspect(ReadArgs),

    /// Read every record and compare every checksum: exit code 0 if all is as it was written, 1 with every damage if not
    ///
    /// Changes nothing; a collector may be writing there meanwhile. It says what a collector will count as damage and as
    /// `corrupt` once it has read the same folder.
    Verify(ReadArgs),

    /// Send what is in the queue of a stopped collector, or its dead letters, to an OTLP endpoint
    ///
    /// One request after another, the oldest first. What the endpoint acknowledges is removed, and nothing else: what it
    /// refuses, and what is corrupt, stays. Exit code 0 if nothing is left, 1 if something is. Killed in between, it may
    /// send its last request a second time when it is run again.
    Replay(ReplayArgs),
}

#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// The folder of one exporter's queue: inside the `directory` of `file_storage`, named like the exporter
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Print one JSON object on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The folder of one exporter's queue; no collector may have it
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Where to: https://HOST:PORT, or http://HOST:PORT in the clear, a backend's or a collector's; over HTTP a path may
    /// follow
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    to: String,

    /// Send the dead letters, and leave the queue as it is
    #[arg(long)]
    dead: bool,

    /// What carries the requests
    #[arg(long, value_enum, default_value_t = Protocol::Grpc)]
    protocol: Protocol,

    /// A header to send with every request, such as authorization=...; may be given more than once
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = header)]
    headers: Vec<(String, String)>,

    #[command(flatten)]
    tls: tls::TlsArgs,
}

/// What carries OTLP, as `OTEL_EXPORTER_OTLP_PROTOCOL` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    #[value(name = "grpc")]
    Grpc,
    #[value(name = "http/protobuf")]
    Http,
}

impl From<Protocol> for OtlpProtocol {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Grpc => Self::Grpc,
            Protocol::Http => Self::Http,
        }
    }
}

/// Does what was asked for.
///
/// # Errors
/// The folder is none of a queue, something is damaged, or something could not be sent.
pub(super) async fn run(command: QueueCommand) -> Result<(), Failure> {
    match command {
        QueueCommand::Inspect(args) => inspect::run(&args),
        QueueCommand::Verify(args) => verify::run(&args),
        QueueCommand::Replay(args) => replay::run(args).await,
    }
}

fn endpoint(text: &str) -> Result<String, String> {
    // What the exporters speak is theirs to say.
    if text.contains("://") {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?}, expected https://HOST:PORT, or http://HOST:PORT, such as http://127.0.0.1:4317"
    ))
}

fn header(text: &str) -> Result<(String, String), String> {
    // The value may be a secret, so it is not shown.
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    if name.is_empty() {
        return Err("expected NAME=VALUE, and the name is empty".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_name_and_a_value_that_errors_do_not_show() {
        assert_eq!(header("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert!(header("secret").is_err_and(|message| !message.contains("secret")));
        assert!(header("=secret").is_err_and(|message| !message.contains("secret")));
    }
}
