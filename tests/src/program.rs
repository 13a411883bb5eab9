//! The workspace's programs, built once by cargo when a test first asks for them.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The workspace's root.
#[must_use]
pub fn workspace_root() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate is in the workspace")
}

/// The program `inferometer`, in the profile of the tests.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn collector_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build_as_tested("inferometer-collector", "inferometer"))
}

/// The program `inferometer-serve`, in release: a model is too slow without optimisation.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn model_server_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build_alone("inferometer-serve", "inferometer-serve"))
}

/// The program `forking-host`, in the profile of the tests.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn forking_host_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build_as_tested("inferometer-forking-host", "inferometer-forking-host"))
}

/// A small program of `examples`, in the profile of the tests.
///
/// # Panics
/// If it cannot be built.
#[must_use]
pub fn example_program(name: &str) -> PathBuf {
    build_as_tested("inferometer-examples", name)
}

/// Builds a program in the profile of the tests: in release as its users have it, else as `cargo test` of the workspace
/// does.
fn build_as_tested(package: &str, program: &str) -> PathBuf {
    if cfg!(debug_assertions) {
        // Cargo unites the features of all that it builds at once, tests included. With a test among them, these are
        // those of `cargo test`, which has compiled all of it; by itself the program would have every dependency anew.
        build(program, &["--test", "tidy"])
    } else {
        build_alone(package, program)
    }
}

/// Builds a program in release, with the features that it has by itself.
fn build_alone(package: &str, program: &str) -> PathBuf {
    build(program, &["--package", package, "--release"])
}

/// The cargo that runs the tests, in the workspace; `CARGO_TARGET_DIR` applies as ever.
///
/// It does not see the variables in which `cargo test` describes the package of the test. Build scripts watch them
/// (`ring`'s does), so with them each of the two cargos would compile anew what the other has compiled.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    cargo.current_dir(workspace_root());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_PKG_") {
            cargo.env_remove(&name);
        }
    }
    cargo
}

fn build(program: &str, arguments: &[&str]) -> PathBuf {
    let output = cargo()
        .args(["build", "--quiet", "--bin", program])
        .args(arguments)
        .args(["--message-format", "json-render-diagnostics"])
        .output()
        .expect("cargo can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cannot build {program}:\n{errors}");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut executables = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == program;
        message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
    });
    executables.next_back().unwrap_or_else(|| panic!("cargo names no program {program}"))
}
