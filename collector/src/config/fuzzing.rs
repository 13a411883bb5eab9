//! Any text as a configuration file.

use std::env::VarError;

use super::{
    Config, Located, Severity,
    load::ConfigError,
    resolve::{Machine, Text, resolve},
};

const FILE: &str = "c.yaml";

/// What is wrong with a text is said line by line, at places that are in it. Variables lead to others, to themselves, to a
/// section, and nowhere; no file is read.
pub fn config(data: &[u8]) {
    // Of anything else the file's reader says that it is no text.
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.contains("file:") {
        return;
    }
    let read = Text { name: FILE.to_owned(), content: Ok(text.to_owned()) };
    let resolution = resolve(vec![read], &[], &variable, Machine::Unread);
    match Config::from_resolution(resolution) {
        Ok(config) => {
            let warnings: Vec<_> = config.warnings.located().collect();
            let is_warning = |it: &Located<'_>| it.problem.severity == Severity::Warning;
            assert!(warnings.iter().all(is_warning), "{warnings:?}");
            check(text, &warnings, config.warnings.lines().count());
        }
        Err(error) => wrong(text, &error),
    }
}

fn wrong(text: &str, error: &ConfigError) {
    let problems: Vec<_> = error.located().collect();
    let is_error = |it: &Located<'_>| it.problem.severity == Severity::Error;
    assert!(problems.iter().any(is_error), "{problems:?}");
    check(text, &problems, error.to_string().lines().count());
}

fn variable(name: &str) -> Result<String, VarError> {
    let text = match name {
        "A" => "1s",
        "B" => "${env:A}",
        "C" => "x${env:C}",
        "D" => "{grpc: {endpoint: \"127.0.0.1:${env:E}\"}}",
        "E" => "4317",
        _ => return Err(VarError::NotPresent),
    };
    Ok(text.to_owned())
}

fn check(text: &str, problems: &[Located<'_>], lines: usize) {
    assert_eq!(lines, problems.len(), "one line each: {problems:?}");
    // YAML ends lines with either, or with both together.
    let breaks = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let longest = text.split(['\n', '\r']).map(|line| line.chars().count()).max().unwrap_or(0);
    for Located { file, place, problem } in problems {
        let message = &problem.message;
        assert!(!message.is_empty() && !message.contains(|c: char| c.is_control()), "{message:?}");
        assert!(file.is_empty() || file == FILE, "{file}");
        if let Some((line, column)) = place {
            let (lines, columns) = (breaks as u64 + 1, longest as u64 + 1);
            assert!((1..=lines).contains(line), "{problem} of {lines} lines");
            assert!((1..=columns).contains(column), "{problem} of {columns} columns");
        }
    }
}
