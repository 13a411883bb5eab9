//! Rules of the tree that no compiler checks.

use std::{
    fs,
    path::{Path, PathBuf},
};

use inferometer_tests::workspace_root;

/// Lines of a file that a person writes.
const LINES_MAX: usize = 800;
/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 7] =
    ["target", ".git", "models", ".venv", "__pycache__", "node_modules", "corpus"];
/// Files that a program writes, or that are copied as they are.
const GENERATED: [&str; 9] = [
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "LICENSE",
    "docs/conformance.md",
    "docs/coverage.md",
    "docs/metrics.md",
    "semconv/python/",
    "semconv/src/generated/",
    "semconv/registry/upstream/",
];
/// What is read as text.
const TEXT: [&str; 10] = ["rs", "md", "toml", "yaml", "yml", "py", "mjs", "sh", "run", "justfile"];
/// Names outside the registry that begin like ours: a span's event is no instrument and no attribute.
const NAMES_ALLOWED: [&str; 1] = ["infer.first_token"];

/// Every text file of the tree, by its path from the root, with its contents.
fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    visit(workspace_root(), &mut files);
    assert!(files.len() > 50, "the tree was not found");
    files.sort();
    files
}

fn visit(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        if path.is_dir() {
            if !NOT_OURS.contains(&name) {
                visit(&path, files);
            }
            continue;
        }
        let kind = name.rsplit('.').next().unwrap_or(name);
        if TEXT.contains(&kind) || GENERATED.contains(&name) {
            let text = fs::read_to_string(&path);
            files
                .push((from_root(&path), text.unwrap_or_else(|cause| panic!("{path:?}: {cause}"))));
        }
    }
}

fn from_root(path: &Path) -> String {
    let path = path.strip_prefix(workspace_root()).expect("it is in the tree");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn is_generated(path: &str) -> bool {
    GENERATED.iter().any(|generated| path.starts_with(generated))
}

/// Members of the workspace, by their folders.
fn manifests(files: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    let members =
        files.iter().filter_map(|(path, text)| Some((path.strip_suffix("/Cargo.toml")?, &**text)));
    members.filter(|(_, text)| text.contains("[package]"))
}

#[track_caller]
fn check(rule: &str, offenders: impl IntoIterator<Item = String>) {
    let offenders: Vec<String> = offenders.into_iter().collect();
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}

#[test]
fn no_file_is_longer_than_the_limit() {
    let files = files();
    let long = files.iter().filter(|(path, _)| !is_generated(path)).filter_map(|(path, text)| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("{path}: {lines} lines"))
    });
    check(&format!("at most {LINES_MAX} lines, or split by idea"), long);
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    // Written apart, so that this file does not hold them.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("unimplemented", "!("),
        concat!("#[ig", "nore"),
    ];
    let files = files();
    let marked = files.iter().filter(|(path, _)| !is_generated(path)).flat_map(|(path, text)| {
        let lines = text.lines().enumerate();
        lines.filter_map(move |(i, line)| {
            let mark = marks.iter().find(|mark| line.contains(**mark))?;
            Some(format!("{path}:{}: {mark}", i + 1))
        })
    });
    check("do it, or file an issue", marked);
}

#[test]
fn a_name_of_the_vocabulary_stands_in_the_registry_alone() {
    let files = files();
    let is_product = |path: &str| {
        let dirs = ["sdk/src/", "collector/src/", "examples/", "benches/"];
        let is_test = path.contains("/tests") || path.contains("/testing");
        path.ends_with(".rs") && dirs.iter().any(|dir| path.starts_with(dir)) && !is_test
    };
    let named = files.iter().filter(|(path, _)| is_product(path)).flat_map(|(path, text)| {
        let code = text.split("#[cfg(test)]").next().unwrap_or(text);
        let lines =
            code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        lines.flat_map(move |(i, line)| {
            let literals = line.split('"').skip(1).step_by(2);
            let ours =
                literals.filter(|text| text.starts_with("infer.") || text.starts_with("gen_ai."));
            let refused = ours.filter(|text| !NAMES_ALLOWED.contains(text));
            refused.map(move |text| format!("{path}:{}: {text:?}", i + 1))
        })
    });
    check("use the constant of inferometer-semconv", named);
}

#[test]
fn every_crate_has_the_lints_and_every_published_one_a_readme() {
    let files = files();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (folder, manifest) in manifests(&files) {
        seen += 1;
        // SDK and collector repeat the workspace's table with one word changed, see there.
        if !manifest.contains("[lints]\nworkspace = true")
            && !manifest.contains("[lints.rust]\nunsafe_code = \"deny\"")
        {
            wrong.push(format!("{folder}: without the workspace's lints"));
        }
        let readme = files.iter().find(|(path, _)| *path == format!("{folder}/README.md"));
        let is_published = !manifest.contains("publish = false");
        if is_published && readme.is_none_or(|(_, text)| text.trim().is_empty()) {
            wrong.push(format!("{folder}: published without a README"));
        }
    }
    assert!(seen >= 8, "{seen} crates were found");
    check("every crate", wrong);
}

#[test]
fn the_lints_that_sdk_and_collector_repeat_are_the_workspaces() {
    let files = files();
    let lints = |path: &str, section: &str| -> Vec<String> {
        let (_, text) = files.iter().find(|(found, _)| found == path).expect("a manifest");
        let (_, rest) =
            text.split_once(section).unwrap_or_else(|| panic!("{path} has no {section}"));
        let lines = rest.lines().skip(1).take_while(|line| !line.starts_with('['));
        let code = lines.map(|line| line.split(" #").next().unwrap_or(line).trim().to_owned());
        code.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    };
    for group in ["rust", "clippy"] {
        let workspace = lints("Cargo.toml", &format!("[workspace.lints.{group}]"));
        let expected: Vec<String> =
            workspace.iter().map(|line| line.replace("\"forbid\"", "\"deny\"")).collect();
        for repeats in ["sdk/Cargo.toml", "collector/Cargo.toml"] {
            assert_eq!(lints(repeats, &format!("[lints.{group}]")), expected, "{repeats}");
        }
    }
}

#[test]
fn every_document_says_something_and_its_links_lead_somewhere() {
    let files = files();
    let mut wrong = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".md")) {
        if text.trim().is_empty() {
            wrong.push(format!("{path}: empty"));
        }
        let folder =
            workspace_root().join(path).parent().map(Path::to_path_buf).unwrap_or_default();
        for target in links(text) {
            let file = target.split('#').next().unwrap_or(target);
            if !file.is_empty() && !folder.join(file).exists() {
                wrong.push(format!("{path}: a link to {target}, which is not there"));
            }
        }
    }
    check("documents", wrong);
}

/// The targets of `[text](target)` that lie in the tree.
fn links(markdown: &str) -> impl Iterator<Item = &str> {
    let targets = markdown.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

#[test]
fn every_path_of_the_architecture_exists() {
    let text =
        fs::read_to_string(workspace_root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let members =
        ["semconv", "sdk", "collector", "tests", "benches", "examples", "docs", "packaging"];
    // Outside of fences, where backticks come in threes.
    let prose = text.split("```").step_by(2);
    let quoted = prose.flat_map(|text| text.split('`').skip(1).step_by(2));
    let is_path = |quoted: &&str| {
        let folder = quoted.split('/').next().unwrap_or_default();
        members.contains(&folder) && !quoted.contains(' ')
    };
    let paths: Vec<&str> = quoted.filter(is_path).collect();
    assert!(paths.len() >= 20, "{} paths were found", paths.len());
    let missing = paths.iter().filter(|path| !workspace_root().join(path).exists());
    check("ARCHITECTURE.md names", missing.map(|path| (*path).to_owned()));
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let files = files();
    let ours = files.iter().filter(|(path, _)| path.ends_with(".rs") && !is_generated(path));
    let silent = ours.filter(|(path, text)| {
        let name = PathBuf::from(path);
        let is_tests_mod = name.file_name().is_some_and(|name| name == "tests.rs");
        !is_tests_mod && !text.starts_with("//!") && !text.starts_with("#!")
    });
    check("a file begins with what it is for", silent.map(|(path, _)| path.clone()));
}
