//! A running subject, and what the system knows about it.

use std::{
    fs::{self, File},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::time::{Duration, Instant};

use super::{
    Subject,
    setup::{Ports, Work, command},
};
use crate::{error::BenchError, pause::pause, reading::process_cpu_of};

/// For listening after the start.
const START_TRIES: u32 = 1000;
const START_PAUSE: Duration = Duration::from_millis(10);

/// Bytes of a subject's output that an error shows.
const SHOWN_BYTES: usize = 2000;

/// A subject that listens. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    subject: Subject,
    program: PathBuf,
    work: Work,
    child: Child,
    ports: Ports,
    folder: TempDir,
}

impl Process {
    /// Starts a subject and waits until it listens.
    pub(crate) fn start(subject: Subject, program: &Path, work: Work) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir()?;
        let ports = Ports { otlp: free_port()?, page: free_port()? };
        let child = spawn(subject, program, work, ports, folder.path())?;
        let mut process = Self { subject, program: program.to_owned(), work, child, ports, folder };
        process.wait()?;
        Ok(process)
    }

    /// Kills it, without a word to it, and starts it again over what it left in its folder. How long it took to listen.
    pub(crate) fn restart(&mut self) -> Result<Duration, BenchError> {
        self.child.kill()?;
        self.child.wait()?;
        let start = Instant::now();
        let Self { subject, program, work, ports, folder, .. } = &*self;
        self.child = spawn(*subject, program, *work, *ports, folder.path())?;
        self.wait()?;
        Ok(start.elapsed())
    }

    fn wait(&mut self) -> Result<(), BenchError> {
        let listens = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_ok();
        for _ in 0..START_TRIES {
            if self.child.try_wait()?.is_some() {
                return Err(self.failed("ended instead of listening"));
            }
            let has_page = matches!(self.work, Work::Show);
            if listens(self.ports.otlp) && (!has_page || listens(self.ports.page)) {
                return Ok(());
            }
            pause(START_PAUSE)?;
        }
        Err(self.failed("does not listen"))
    }

    fn failed(&self, what: &str) -> BenchError {
        let output = fs::read(self.folder.path().join("output")).unwrap_or_default();
        let tail = &output[output.len().saturating_sub(SHOWN_BYTES)..];
        let message = format!("{what}: {}", String::from_utf8_lossy(tail));
        BenchError::library(self.name(), message)
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.subject.name()
    }

    /// Where it takes OTLP over gRPC.
    pub(crate) const fn otlp(&self) -> u16 {
        self.ports.otlp
    }

    /// Where its page is.
    pub(crate) const fn page(&self) -> u16 {
        self.ports.page
    }

    /// Processor time so far, in seconds.
    pub(crate) fn cpu(&self) -> Result<f64, BenchError> {
        let id = i32::try_from(self.child.id()).unwrap_or(i32::MAX);
        Ok(process_cpu_of(Pid::from_raw(id))? as f64 / 1e9)
    }

    /// Where its files are, and those of its queue.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> Result<f64, BenchError> {
        self.memory("VmRSS:")
    }

    /// The most resident memory that it has had, in MiB.
    pub(crate) fn resident_peak(&self) -> Result<f64, BenchError> {
        self.memory("VmHWM:")
    }

    fn memory(&self, which: &str) -> Result<f64, BenchError> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(which));
        let kib =
            line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| self.failed("has no resident memory"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If it has ended already there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(
    subject: Subject,
    program: &Path,
    work: Work,
    ports: Ports,
    folder: &Path,
) -> Result<Child, BenchError> {
    let output = File::options().create(true).append(true).open(folder.join("output"))?;
    let mut command = command(subject, program, work, ports, folder)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    command.spawn().map_err(|cause| {
        BenchError::library(subject.name(), format!("{}: {cause}", program.display()))
    })
}

/// A port that nobody listens on now.
pub(crate) fn free_port() -> Result<u16, BenchError> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
