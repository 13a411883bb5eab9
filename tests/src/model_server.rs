//! The real engine of `examples/serve` as a child.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Child, Ended, http, model_server_program, workspace_root};

/// Names the model file; without it, `examples/fetch-model.sh` gets one.
const MODEL: &str = "INFEROMETER_MODEL";

/// The model file.
///
/// # Panics
/// If there is none and it cannot be fetched.
#[must_use]
pub fn model_file() -> PathBuf {
    if let Some(file) = env::var_os(MODEL) {
        return file.into();
    }
    let script = workspace_root().join("examples/fetch-model.sh");
    let output = Command::new(&script).output().expect("the script starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "no model, set {MODEL} or mend the script: {errors}");
    let path = String::from_utf8(output.stdout).expect("a path in UTF-8");
    path.trim().into()
}

/// `inferometer-serve`, exporting to a collector every second. Dropping it kills it.
#[derive(Debug)]
pub struct ModelServer {
    child: Child,
    address: SocketAddr,
    model: String,
}

impl ModelServer {
    /// Serves a model on a free port.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(model: &Path, otlp_endpoint: &str) -> Self {
        let mut child = Child::spawn(
            Command::new(model_server_program())
                .arg("--model")
                .arg(model)
                .args(["--listen", "127.0.0.1:0"])
                .env("OTEL_SERVICE_NAME", "serve")
                .env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp_endpoint)
                .env("OTEL_METRIC_EXPORT_INTERVAL", "1000")
                .env("OTEL_BSP_SCHEDULE_DELAY", "100"),
        );
        let address = child.wait_for("the server's address", |line| {
            line.strip_prefix("listening on http://")?.parse().ok()
        });
        let models = http::get(address, "/v1/models").expect("the server answers").json();
        let model = models["data"][0]["id"].as_str().expect("a model").to_owned();
        Self { child, address, model }
    }

    /// The id of its model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks it to end, which flushes its telemetry, and waits for it.
    #[must_use]
    pub fn terminate(self) -> Ended {
        self.child.terminate()
    }
}
