//! PyPI's `jaeger-mcp`: a client of Jaeger's query API that others wrote, with schemas for what it makes of an answer.

use std::{
    io::Write,
    net::SocketAddr,
    process::{ChildStdin, Command},
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{SETUP, is_there, python_program};
use crate::{Child, workspace_root};

/// The client, as a program that calls its tools one by one. Dropping it kills it.
#[derive(Debug)]
pub struct JaegerClient {
    child: Child,
    stdin: ChildStdin,
    calls: u64,
}

/// A line of its output.
#[derive(Debug, Deserialize)]
struct Said {
    number: u64,
    answer: Option<Value>,
    error: Option<String>,
}

impl JaegerClient {
    /// A client of the query API at this address; nothing if it is not installed.
    ///
    /// # Panics
    /// If it is not installed, and nothing may be skipped.
    #[must_use]
    pub fn of(traces: SocketAddr) -> Option<Self> {
        let script = workspace_root().join("tests/foreign/python/traces.py");
        let script = script.display().to_string();
        let python = python_program();
        if !is_there(&python, &[&script], SETUP) {
            return None;
        }
        let mut command = Command::new(python);
        let (child, stdin) =
            Child::spawn_with_input(command.args([script, format!("http://{traces}")]));
        Some(Self { child, stdin, calls: 0 })
    }

    /// What a tool of the client makes of what it is told, or its error.
    ///
    /// # Panics
    /// If it says nothing.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: &Value) -> Result<Value, String> {
        self.calls += 1;
        let call = json!({ "tool": tool, "arguments": arguments });
        writeln!(self.stdin, "{call}").expect("the client reads");
        let said: Said = self.child.wait_for(tool, |line| {
            serde_json::from_str(line).ok().filter(|said: &Said| said.number == self.calls)
        });
        said.answer.ok_or_else(|| said.error.unwrap_or_default())
    }
}
