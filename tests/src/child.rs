//! A program as a child: what it says, how it ends, and that it ends.

use std::{
    io::{BufRead, BufReader, Read},
    process::{self, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::wait;

/// Lines that are kept of what a child says; a talkative one loses its later lines.
const LINES_MAX: usize = 10_000;

/// A running program. Dropping it kills it.
#[derive(Debug)]
pub struct Child {
    program: String,
    process: process::Child,
    stdout: Output,
    stderr: Output,
}

/// How a program ended, and everything that it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its lines on stdout.
    pub stdout: Vec<String>,
    /// Its lines on stderr.
    pub stderr: Vec<String>,
}

impl Child {
    /// Starts it without input.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn spawn(command: &mut Command) -> Self {
        Self::spawn_with(command, Stdio::null())
    }

    /// Starts it with an input, which ends when the other end is dropped.
    ///
    /// # Panics
    /// As [`Child::spawn`].
    #[must_use]
    pub fn spawn_with_input(command: &mut Command) -> (Self, ChildStdin) {
        let mut child = Self::spawn_with(command, Stdio::piped());
        let stdin = child.process.stdin.take().expect("stdin is piped");
        (child, stdin)
    }

    fn spawn_with(command: &mut Command, stdin: Stdio) -> Self {
        let program = format!("{:?}", command.get_program());
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = command.spawn();
        let mut process = spawned.unwrap_or_else(|cause| panic!("cannot start {program}: {cause}"));
        Self {
            stdout: Output::of(process.stdout.take()),
            stderr: Output::of(process.stderr.take()),
            process,
            program,
        }
    }

    /// Waits for the first line, on stdout or stderr, in which `find` finds something.
    ///
    /// # Panics
    /// If there is none in time, or the program ended without it.
    #[track_caller]
    pub fn wait_for<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        wait::until(what, || {
            // Asked first, so that the last lines of an ended program are seen.
            let ended = self.process.try_wait().expect("a child can be asked");
            let ended = ended.filter(|_| self.stdout.is_whole() && self.stderr.is_whole());
            let lines = self.lines();
            if let Some(found) = lines.iter().find_map(|line| find(line)) {
                return Ok(found);
            }
            let said = lines.join("\n");
            if let Some(status) = ended {
                panic!("{} ended with {status} before {what}, having said:\n{said}", self.program);
            }
            Err(format!("{} only said:\n{said}", self.program))
        })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it has said so far, stdout first.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        [self.stdout.lines(), self.stderr.lines()].concat()
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Asks it to end, with SIGTERM, and waits for it.
    ///
    /// # Panics
    /// If it does not end in time.
    #[track_caller]
    pub fn terminate(self) -> Ended {
        self.signal("-TERM")
    }

    /// As [`Child::terminate`], with the signal of Ctrl-C.
    ///
    /// # Panics
    /// As [`Child::terminate`].
    #[track_caller]
    pub fn interrupt(self) -> Ended {
        self.signal("-INT")
    }

    /// Ends it at once, with SIGKILL, so that it can do nothing about it.
    ///
    /// # Panics
    /// As [`Child::terminate`].
    #[track_caller]
    pub fn kill(self) -> Ended {
        self.signal("-KILL")
    }

    /// Asks it to end, with SIGTERM, and returns at once.
    ///
    /// # Panics
    /// If it has ended.
    #[track_caller]
    pub fn ask_to_end(&self) {
        self.send("-TERM");
    }

    /// Sends it SIGHUP, and returns at once.
    ///
    /// # Panics
    /// If it has ended.
    #[track_caller]
    pub fn hang_up(&self) {
        self.send("-HUP");
    }

    #[track_caller]
    fn signal(self, signal: &str) -> Ended {
        self.send(signal);
        self.wait()
    }

    #[track_caller]
    fn send(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot signal {id}");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end in time.
    #[track_caller]
    pub fn wait(self) -> Ended {
        self.wait_within(wait::PATIENCE)
    }

    /// As [`Child::wait`], for a program that has more to do.
    ///
    /// # Panics
    /// If it does not end in time.
    #[track_caller]
    pub fn wait_within(mut self, patience: Duration) -> Ended {
        let status = wait::until_within(patience, "the program's end", || {
            let status = self.process.try_wait().expect("a child can be asked");
            status.ok_or_else(|| {
                format!("{} runs, having said:\n{}", self.program, self.lines().join("\n"))
            })
        });
        Ended { code: status.code(), stdout: self.stdout.finish(), stderr: self.stderr.finish() }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The lines of one of the two streams, read by a thread of its own so that the child never waits for its reader.
#[derive(Debug)]
struct Output {
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Output {
    fn of(stream: Option<impl Read + Send + 'static>) -> Self {
        let stream = BufReader::new(stream.expect("the stream is piped"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let reader = thread::spawn(move || {
            for line in stream.lines().map_while(Result::ok) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() < LINES_MAX {
                    kept.push(line);
                }
            }
        });
        Self { lines, reader: Some(reader) }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether nothing more will come.
    fn is_whole(&self) -> bool {
        self.reader.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Everything, once the child has ended.
    fn finish(&mut self) -> Vec<String> {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.lines()
    }
}
