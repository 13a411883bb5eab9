//! A disk that is soon full: a tmpfs of a fixed size that only the collector and we can see.

use std::{
    env, fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
};

use tempfile::TempDir;

use crate::{Child, collector_program, oracle::REQUIRE};

/// Bytes that the other tenant of the disk takes at a time: a page, of which a tmpfs consists.
const PAGE: usize = 4096;

/// Ways to have a file system of one's own, with `unshare` and then with `nsenter`: any user's, then root's.
const WAYS: [(&[&str], &[&str]); 2] =
    [(&["-Urm"], &["-U", "-m", "--preserve-credentials"]), (&["-m"], &["-m"])];

/// The disk. Dropping it takes it away.
#[derive(Debug)]
pub struct SmallDisk {
    holder: Child,
    enter: &'static [&'static str],
    folder: TempDir,
    // Its end is the holder's.
    _stdin: ChildStdin,
}

impl SmallDisk {
    /// A disk of so many bytes; nothing if the machine lets nobody have one, which is said loudly.
    ///
    /// # Panics
    /// If there is none and nothing may be skipped.
    #[must_use]
    pub fn of_bytes(bytes: usize) -> Option<Self> {
        let Some((unshare, enter)) = WAYS.into_iter().find(|(unshare, _)| works(unshare)) else {
            let what = "neither `unshare -Urm` nor `unshare -m` works here: allow user namespaces, or run this as root";
            let required = env::var(REQUIRE).is_ok_and(|value| value == "1");
            assert!(!required, "{what}; {REQUIRE} forbids skipping");
            let _ = writeln!(io::stderr(), "SKIPPED: {what}");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let script =
            format!("mount -t tmpfs -o size={bytes} tmpfs \"$0\" && echo mounted && exec cat");
        let mut command = Command::new("unshare");
        command.args(unshare).args(["sh", "-c", &script]).arg(folder.path());
        let (mut holder, stdin) = Child::spawn_with_input(&mut command);
        holder.wait_for("a small disk", |line| (line == "mounted").then_some(()));
        Some(Self { holder, enter, folder, _stdin: stdin })
    }

    /// Where the collector finds it.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The collector's program, which sees it.
    #[must_use]
    pub fn collector(&self) -> Command {
        let mut command = Command::new("nsenter");
        let holder = self.holder.id().to_string();
        command.args(["-t", &holder]).args(self.enter).arg(collector_program());
        command
    }

    /// Another tenant takes all that is free. How many bytes that was.
    ///
    /// # Panics
    /// If something else fails than that.
    pub fn fill(&self) -> usize {
        let mut tenant = fs::OpenOptions::new();
        let mut tenant = tenant.create(true).append(true).open(self.tenant()).expect("a file");
        let mut taken = 0;
        loop {
            match tenant.write(&[0; PAGE]) {
                Ok(written) => taken += written,
                Err(cause) if cause.kind() == ErrorKind::StorageFull => return taken,
                Err(cause) => panic!("cannot fill the disk: {cause}"),
            }
        }
    }

    /// It gives all of that back.
    ///
    /// # Panics
    /// If it has nothing.
    pub fn clear(&self) {
        fs::remove_file(self.tenant()).expect("the tenant is there");
    }

    /// Bytes of the files of a queue there.
    #[must_use]
    pub fn bytes_of_queue(&self, exporter: &str) -> u64 {
        let files = fs::read_dir(self.seen_from_here().join(exporter)).expect("its folder");
        files.filter_map(|file| file.ok()?.metadata().ok()).map(|it| it.len()).sum()
    }

    fn tenant(&self) -> PathBuf {
        self.seen_from_here().join("tenant")
    }

    fn seen_from_here(&self) -> PathBuf {
        let path = self.folder.path().strip_prefix("/").expect("an absolute path");
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(path)
    }
}

fn works(unshare: &[&str]) -> bool {
    let tried = Command::new("unshare")
        .args(unshare)
        .args(["sh", "-c", "mount -t tmpfs tmpfs /mnt"])
        .stdin(Stdio::null())
        .output();
    tried.is_ok_and(|output| output.status.success())
}
