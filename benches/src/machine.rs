//! The machine that a table was made on: a figure without it says nothing.

use std::{fmt, fs, process::Command, thread::available_parallelism};

/// What is printed above a table.
#[derive(Debug)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    rustc: String,
    load: String,
}

impl Machine {
    /// Asks the system; what it won't tell is `unknown`.
    pub(crate) fn this() -> Self {
        Self {
            processor: processor().unwrap_or_else(unknown),
            cores: available_parallelism().map_or(0, usize::from),
            rustc: rustc().unwrap_or_else(unknown),
            load: load().unwrap_or_else(unknown),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} cores, {}, load average {} before the run",
            self.processor, self.cores, self.rustc, self.load
        )
    }
}

fn unknown() -> String {
    String::from("unknown")
}

fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = field("model name")?;
    // A virtual machine's model name often says no more than the maker; family and model say which one it is.
    match (field("cpu family"), field("model\t")) {
        (Some(family), Some(model)) => Some(format!("{name} (family {family} model {model})")),
        _ => Some(name),
    }
}

fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let words: Vec<&str> = version.split_whitespace().take(2).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn load() -> Option<String> {
    let averages = fs::read_to_string("/proc/loadavg").ok()?;
    Some(averages.split_whitespace().next()?.to_owned())
}
