//! The certificates and keys that a file names are read with it, and what is wrong with them has its place.

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::*;

/// A folder with a configuration whose exporter has this `tls` block, a line for each of its keys.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        machine.write("ca.pem", &made.cert.pem());
        machine.write("cert.pem", &made.cert.pem());
        machine.write("key.pem", &made.signing_key.serialize_pem());
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// `KEY: FILE` of each, with the whole path.
    fn tls(&self, files: &[(&str, &str)]) -> String {
        let line = |(key, name): &(&str, &str)| format!("\n      {key}: {:?}", self.path(name));
        files.iter().map(line).collect()
    }

    fn text(&self, exporter: &str, tls: &str) -> String {
        let exporter = format!("otlp:\n    endpoint: {exporter}\n    tls:{tls}");
        SOUND.replace("trace_ring:", &exporter).replace("trace_ring", "otlp")
    }

    /// What is said about a file, without its name.
    fn said(&self, text: &str) -> Vec<String> {
        self.write("c.yaml", text);
        let path = self.path("c.yaml");
        let lines = match Config::load(&path) {
            Ok(config) => config.warnings.to_string(),
            Err(error) => error.to_string(),
        };
        let file = format!("{}:", path.display());
        lines.lines().map(|line| line.replacen(&file, "", 1)).collect()
    }
}

const ALL: [(&str, &str); 3] =
    [("ca_file", "ca.pem"), ("cert_file", "cert.pem"), ("key_file", "key.pem")];

#[test]
fn sound_files_of_tls_are_nothing_to_speak_of() {
    let machine = Machine::new();
    let text = machine.text("tempo:4317", &machine.tls(&ALL));
    assert_eq!(machine.said(&text), [""; 0]);
}

#[test]
fn every_file_of_tls_that_cannot_be_used_has_its_place() {
    let machine = Machine::new();
    fs::remove_file(machine.path("ca.pem")).unwrap();
    machine.write("cert.pem", "nothing");
    machine.write("key.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n");
    let text = machine.text("tempo:4317", &machine.tls(&ALL));
    let shown = |name: &str| machine.path(name).display().to_string();
    assert_eq!(
        machine.said(&text),
        [
            format!(
                "11:16: error: exporters.otlp.tls.ca_file {} cannot be read: No such file or directory (os error 2): put it \
                 there, or name another one",
                shown("ca.pem")
            ),
            format!(
                "12:18: error: exporters.otlp.tls.cert_file {} holds no certificate, expected PEM, which begins with \
                 -----BEGIN",
                shown("cert.pem")
            ),
            format!(
                "13:17: error: exporters.otlp.tls.key_file {}, line 1: ENCRYPTED PRIVATE KEY is encrypted: write it without \
                 a passphrase, as `openssl pkey` does",
                shown("key.pem")
            ),
        ]
    );
    // The text itself is sound, wherever it is checked.
    assert!(Config::parse("c.yaml", &text).is_ok());
}

#[test]
fn a_key_that_is_of_another_certificate_has_its_place() {
    let machine = Machine::new();
    let other = rcgen::KeyPair::generate().unwrap();
    machine.write("key.pem", &other.serialize_pem());
    let said = machine.said(&machine.text("tempo:4317", &machine.tls(&ALL)));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("13:17: error: exporters.otlp.tls.key_file "), "{said:?}");
    assert!(said[0].contains("is not the key of the first certificate of"), "{said:?}");
}

#[test]
fn what_stands_in_the_file_itself_is_checked_too_and_never_shown() {
    let machine = Machine::new();
    let tls = "\n      cert_pem: secret\n      key_pem: secret";
    assert_eq!(
        machine.said(&machine.text("tempo:4317", tls)),
        [
            "11:17: error: exporters.otlp.tls.cert_pem holds no certificate, expected PEM, which begins with -----BEGIN",
            "12:16: error: exporters.otlp.tls.key_pem holds no private key, expected PEM, which begins with -----BEGIN",
        ]
    );
}

#[test]
fn a_file_of_tls_is_told_of_with_all_else_that_is_wrong() {
    let machine = Machine::new();
    let missing = machine.tls(&[("ca_file", "missing.pem")]);
    let text = machine.text("tempo:4317", &missing);
    let said = machine.said(&text.replace("  prometheus:\n", "  prometheus: {endpiont: 1}\n"));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("unknown key") && said[1].contains("missing.pem"), "{said:?}");
}

#[test]
fn files_of_an_exporter_that_does_not_run_are_left_alone() {
    let machine = Machine::new();
    let missing = machine.tls(&[("ca_file", "missing.pem")]);
    let text = machine.text("tempo:4317", &missing).replace("[otlp]\n", "[debug]\n");
    let text = text.replace("exporters:\n  prometheus", "exporters:\n  debug:\n  prometheus");
    let text = text.replace("receivers: [debug]", "receivers: [otlp]");
    let said = machine.said(&text);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("warning: exporter otlp will not run"), "{said:?}");
}
