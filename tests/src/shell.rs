//! A shell in a root of its own, in which nothing is but the programs that it is given.

use std::{
    env, fs,
    io::Write,
    os::unix::{fs::symlink, process::CommandExt},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
};

use tempfile::TempDir;

use crate::Child;

/// What a script said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its lines on stdout and stderr, in their order.
    pub text: String,
    /// Whether its last command succeeded.
    pub is_success: bool,
}

/// A shell that one script after another is run in, as a person types them: what one sets is there for the next.
///
/// Dropping it kills all that it has started.
#[derive(Debug)]
pub struct Shell {
    child: Child,
    stdin: ChildStdin,
    root: TempDir,
    scripts: usize,
    /// Lines of its answers that were looked at.
    seen: usize,
}

impl Shell {
    /// Starts one in an empty folder, which is its home too, with no variable of this process and no program but these
    /// `tools` of the system and `programs` by their names.
    ///
    /// # Panics
    /// If one of them is not there.
    #[must_use]
    pub fn start(tools: &[&str], programs: &[(&str, &Path)]) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let [home, bin] = ["home", "bin"].map(|name| root.path().join(name));
        for folder in [&home, &bin] {
            fs::create_dir(folder).expect("a folder");
        }
        let found = tools.iter().map(|tool| (*tool, of_the_system(tool)));
        let given = programs.iter().map(|(name, path)| (*name, path.to_path_buf()));
        for (name, path) in found.chain(given) {
            symlink(path, bin.join(name)).expect("a link");
        }
        let mut command = Command::new(of_the_system("sh"));
        command.env_clear().env("PATH", bin).env("HOME", &home).current_dir(&home);
        // A group of its own, so that what it leaves running can be ended with it.
        let (child, stdin) = Child::spawn_with_input(command.process_group(0));
        let mut shell = Self { child, stdin, root, scripts: 0, seen: 0 };
        shell.say("exec 2>&1");
        shell
    }

    /// Where it began.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Runs a script to its end; the first command that fails ends it unless it `may_fail`.
    ///
    /// # Panics
    /// If one fails that may not, or the script does not end in time.
    #[track_caller]
    pub fn run(&mut self, script: &str, may_fail: bool) -> Said {
        self.scripts += 1;
        let file = self.root.path().join(format!("{}.sh", self.scripts));
        fs::write(&file, script).expect("a file");
        let end = format!("end of script {}:", self.scripts);
        let strict = if may_fail { "set +e" } else { "set -e" };
        // Nothing that it starts may read the scripts behind it.
        self.say(&format!(
            "{strict}; . {} < /dev/null; printf '\\n{end} %s\\n' $?",
            file.display()
        ));
        let code = self.child.wait_for(&format!("the end of\n{script}"), |line| {
            line.strip_prefix(&end).map(|code| code.trim().to_owned())
        });
        let lines = self.child.lines().split_off(self.seen);
        let own = lines.iter().take_while(|line| !line.starts_with(&end));
        let mut own: Vec<&str> = own.map(String::as_str).collect();
        self.seen += own.len() + 1;
        // The blank that ends a last line without an end.
        if own.last().is_some_and(|line| line.is_empty()) {
            own.pop();
        }
        let text = own.iter().map(|line| format!("{line}\n")).collect();
        Said { text, is_success: code == "0" }
    }

    fn say(&mut self, line: &str) {
        // A shell that has ended is told of where its answer is waited for.
        let _ = writeln!(self.stdin, "{line}");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // An error means that nothing of it runs any more.
        let group = format!("-{}", self.child.id());
        let mut kill = Command::new("kill");
        let _ = kill.args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
}

/// Where a program of the system is.
fn of_the_system(tool: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path).map(|folder| folder.join(tool));
    folders.find(|file| file.is_file()).unwrap_or_else(|| panic!("{tool} is not on the PATH"))
}
