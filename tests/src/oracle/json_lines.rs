//! Python's `json` as the reader of a log.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use super::{SETUP, is_there, python_program, run};

/// Reads objects from stdin, one a line; a key that is there twice, a number that JSON has none for and a time that is not
/// UTC end it with an error. Prints each as it was understood.
const SCRIPT: &str = "
import datetime, json, sys
def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f'a key is there twice: {keys}'
    return dict(pairs)
def refuse(constant):
    raise ValueError(constant)
for line in sys.stdin.buffer.read().decode().splitlines():
    read = json.loads(line, object_pairs_hook=unique, parse_constant=refuse)
    time = datetime.datetime.fromisoformat(read['timestamp'].replace('Z', '+00:00'))
    assert time.utcoffset() == datetime.timedelta(0), read
    print(json.dumps(read))
";

/// Every line of a log, with a `timestamp` in UTC. None if Python is missing.
///
/// # Panics
/// If Python does not take one of them.
#[must_use]
#[track_caller]
pub fn python_read_json_lines(log: &str) -> Option<Vec<BTreeMap<String, Value>>> {
    let python = python_program();
    if !is_there(&python, &["--version"], SETUP) {
        return None;
    }
    let output = run(Command::new(python).args(["-c", SCRIPT]), log);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Python refuses the log:\n{errors}\nin\n{log}");
    let lines = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    Some(lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect())
}
