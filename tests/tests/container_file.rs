//! What can be said of the container file without a builder: its bases are fixed, its commands are the documented ones,
//! what it copies is there, and it runs as nobody.

use std::fs;

use inferometer_tests::workspace_root;

fn read(path: &str) -> String {
    fs::read_to_string(workspace_root().join(path))
        .unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

/// Instructions of the container file in their order: the word and the rest of its line.
fn instructions() -> Vec<(String, String)> {
    let text = read("packaging/Containerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let instructions = lines.map(|line| {
        let (word, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line:?}"));
        (word.to_owned(), rest.trim().to_owned())
    });
    instructions.collect()
}

fn all(word: &str) -> Vec<String> {
    instructions().into_iter().filter(|(found, _)| found == word).map(|(_, rest)| rest).collect()
}

#[test]
fn it_has_only_instructions_that_builders_know() {
    let known = [
        "FROM",
        "ENV",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ];
    for (word, _) in instructions() {
        assert!(known.contains(&&*word), "{word}");
    }
    assert_eq!(instructions().first().map(|(word, _)| word.as_str()), Some("FROM"));
}

#[test]
fn its_bases_are_fixed_by_digest_and_the_compiler_is_the_workspaces() {
    let bases = all("FROM");
    assert_eq!(bases.len(), 2, "{bases:?}");
    for base in &bases {
        let digest = base.split_once("@sha256:").map(|(_, rest)| rest);
        let digest = digest.and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let is_digest = digest.len() == 64 && digest.bytes().all(|it| it.is_ascii_hexdigit());
        assert!(is_digest, "{base}");
    }
    let toolchain = read("rust-toolchain.toml");
    let version = toolchain.lines().find_map(|line| line.strip_prefix("channel = "));
    let version = version.expect("a channel").trim_matches('"');
    assert!(bases[0].starts_with(&format!("docker.io/library/rust:{version}-")), "{bases:?}");
    assert_eq!(all("ENV"), [format!("RUSTUP_TOOLCHAIN={version}")]);
}

#[test]
fn it_builds_by_the_documented_command() {
    let documented = read("docs/install.md");
    let builds: Vec<String> =
        all("RUN").into_iter().filter(|command| command.starts_with("cargo ")).collect();
    assert_eq!(builds.len(), 1, "{builds:?}");
    assert!(documented.lines().any(|line| line == builds[0]), "{builds:?} is not documented");
}

#[test]
fn what_it_copies_is_there() {
    for copy in all("COPY").iter().filter(|copy| !copy.contains("--from=")) {
        let source = copy.split(' ').next().unwrap_or_default();
        assert!(workspace_root().join(source).exists(), "{copy}");
    }
}

#[test]
fn it_runs_as_nobody_and_starts_the_installed_settings() {
    assert_eq!(all("USER"), ["65532:65532"]);
    assert_eq!(all("ENTRYPOINT"), [r#"["/usr/bin/inferometer"]"#]);
    assert_eq!(all("CMD"), [r#"["--config", "/etc/inferometer/config.yaml"]"#]);
    let copies = all("COPY");
    assert!(copies.contains(&"packaging/config.yaml /etc/inferometer/config.yaml".to_owned()));
}
