//! Backends that speak TLS by other people's libraries, with certificates that OpenSSL made.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{ChildStdin, Command},
};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{
    Child,
    oracle::{SETUP, is_there, python_program},
    workspace_root,
};

/// An authority and what it signed, in a folder: `ca.pem`, and `NAME.pem` with `NAME.key` for `server` and `client`.
#[derive(Debug)]
pub struct Certificates(TempDir);

impl Certificates {
    /// Has OpenSSL make them, with RSA keys; nothing if it is not installed, which is said loudly.
    ///
    /// # Panics
    /// If it cannot, or is not there and nothing may be skipped.
    #[must_use]
    pub fn make() -> Option<Self> {
        if !is_there("openssl", &["version"], "apt-get install openssl") {
            return None;
        }
        let made = Self(tempfile::tempdir().expect("a folder"));
        made.openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority");
        for (name, subject) in [("server", "localhost"), ("client", "collector")] {
            made.openssl(&format!(
                "req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN={subject} -addext \
                 subjectAltName=DNS:localhost,IP:127.0.0.1"
            ));
            made.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out {name}.pem -days 2 \
                 -copy_extensions copy"
            ));
        }
        Some(made)
    }

    /// A file of theirs.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("openssl starts");
        assert!(
            output.status.success(),
            "openssl {arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// What a backend was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Delivered {
    /// `grpc` or `http`.
    pub over: String,
    /// Spans of the request.
    pub spans: u64,
    /// Whom the certificate names that the sender has shown.
    pub client: Option<String>,
    /// The version of TLS, where it is known.
    pub version: Option<String>,
}

/// The running program, `tests/foreign/python/tls_backend.py`; dropping it ends it.
#[derive(Debug)]
pub struct TlsBackend {
    child: Child,
    _stdin: ChildStdin,
    ports: BTreeMap<String, u16>,
}

impl TlsBackend {
    /// Starts it; nothing if it is not installed, which is said loudly.
    ///
    /// # Panics
    /// If it is not, and nothing may be skipped; or if it does not start.
    #[must_use]
    pub fn start(certificates: &Certificates) -> Option<Self> {
        let program = python_program();
        let script = workspace_root().join("tests/foreign/python/tls_backend.py");
        let script = script.display().to_string();
        if !is_there(&program, &[&script], SETUP) {
            return None;
        }
        let folder: &Path = certificates.0.path();
        let (mut child, stdin) =
            Child::spawn_with_input(Command::new(program).arg(script).arg(folder));
        let ports = child.wait_for("its ports", |line| serde_json::from_str(line).ok());
        Some(Self { child, _stdin: stdin, ports })
    }

    /// Where one of its servers listens: `grpc`, `http`, `old` or `plain`.
    ///
    /// # Panics
    /// If there is none of the name.
    #[must_use]
    pub fn address(&self, server: &str) -> String {
        format!("127.0.0.1:{}", self.ports[server])
    }

    /// What it was sent so far, in the order of its arrival.
    #[must_use]
    pub fn delivered(&self) -> Vec<Delivered> {
        self.child.lines().iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}
