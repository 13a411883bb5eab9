//! The official SDKs of other languages as programs that record `tests/foreign/scenario.json`, one round at a time.

use std::{
    collections::BTreeMap,
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    process::{ChildStdin, Command},
};

use serde::Deserialize;

use crate::{
    Child,
    oracle::{SETUP, is_there, python_program},
    scenario::Sender,
    workspace_root,
};

/// An official SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sdk {
    /// `opentelemetry-sdk` of PyPI.
    Python,
    /// `@opentelemetry/sdk-metrics` of npm.
    Node,
}

/// A running program; dropping it kills it.
#[derive(Debug)]
pub struct ForeignSdk {
    child: Child,
    stdin: ChildStdin,
    rounds: usize,
}

/// A line of its output.
#[derive(Debug, Deserialize)]
struct Report {
    round: usize,
    senders: BTreeMap<String, Sender>,
}

impl Sdk {
    /// Its `service.name`.
    #[must_use]
    pub const fn service(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
        }
    }

    /// Whether it makes exemplars of what is recorded inside a span, which Node's does not.
    #[must_use]
    pub const fn sends_exemplars(self) -> bool {
        matches!(self, Self::Python)
    }

    /// Whether it is installed; if not, says loudly that a test is skipped.
    ///
    /// # Panics
    /// If it is not, and nothing may be skipped.
    #[must_use]
    pub fn is_there(self) -> bool {
        let (program, script) = self.program();
        is_there(&program, &[&script], SETUP)
    }

    /// The program, and its script.
    fn program(self) -> (String, String) {
        let (program, script) = match self {
            Self::Python => (python_program(), "python/record.py"),
            Self::Node => ("node".to_owned(), "node/record.mjs"),
        };
        (program, folder().join(script).display().to_string())
    }
}

fn folder() -> PathBuf {
    workspace_root().join("tests/foreign")
}

impl ForeignSdk {
    /// Starts an SDK with a meter provider for each of the cells, see `tests/foreign/python/record.py`.
    #[must_use]
    pub fn start(sdk: Sdk, grpc: SocketAddr, http: SocketAddr, cells: &[&str]) -> Self {
        let (program, script) = sdk.program();
        let (child, stdin) = Child::spawn_with_input(
            Command::new(program)
                .arg(script)
                .arg(folder().join("scenario.json"))
                .args([format!("http://{grpc}"), format!("http://{http}")])
                .args(cells),
        );
        Self { child, stdin, rounds: 0 }
    }

    /// Lets every cell record the next round and deliver it; who they are, by cell.
    ///
    /// # Panics
    /// If something could not be delivered.
    #[track_caller]
    pub fn record_round(&mut self) -> BTreeMap<String, Sender> {
        self.stdin.write_all(b"\n").expect("the program reads");
        self.rounds += 1;
        let rounds = self.rounds;
        self.child.wait_for("a round of the foreign SDK", |line| {
            let report: Report = serde_json::from_str(line).ok()?;
            (report.round == rounds).then_some(report.senders)
        })
    }

    /// Lets it shut down, by which nothing is lost or told twice; who it was, by cell.
    ///
    /// # Panics
    /// If it ends with an error, or complains.
    #[track_caller]
    pub fn finish(self) -> BTreeMap<String, Sender> {
        drop(self.stdin);
        let ended = self.child.wait();
        assert_eq!((ended.code, &*ended.stderr), (Some(0), &[][..]));
        let last = ended.stdout.last().expect("a last report");
        let report: Report = serde_json::from_str(last).expect("a report");
        assert_eq!(report.round, self.rounds + 1, "the last round was not asked for");
        report.senders
    }
}
