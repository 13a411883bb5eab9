//! The code on `docs/migration.md` is the code of the programs, which are compiled and compared.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const PAGE: &str = include_str!("../../../docs/migration.md");
const PROGRAMS: [&str; 5] = [
    include_str!("../src/lib.rs"),
    include_str!("../src/bin/before.rs"),
    include_str!("../src/bin/serving.rs"),
    include_str!("../src/bin/after.rs"),
    include_str!("../src/bin/all.rs"),
];

/// Lines without the space around them, which the page may leave out.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn blocks(page: &str) -> Vec<&str> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix("rust\n")).collect()
}

#[test]
fn every_block_of_rust_on_the_page_stands_in_a_program() {
    let programs = PROGRAMS.map(lines);
    let blocks = blocks(PAGE);
    assert!(blocks.len() >= 4, "{} blocks were found", blocks.len());
    for block in blocks {
        let block = lines(block);
        let holds = |program: &&Vec<&str>| program.windows(block.len()).any(|part| part == block);
        assert!(programs.iter().any(|program| holds(&program)), "in no program:\n{block:#?}");
    }
}

#[test]
fn every_program_is_on_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    for program in fs::read_dir(folder).expect("a folder") {
        let name = program.expect("a file").file_name();
        let name = name.to_str().expect("a name in UTF-8");
        assert!(PAGE.contains(&format!("src/bin/{name}")), "{name}");
    }
}

/// Every file of Rust under a folder, one after the other.
fn code(folder: PathBuf) -> String {
    let mut folders = vec![folder];
    let mut code = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                code += &fs::read_to_string(path).expect("a text");
            }
        }
    }
    code
}

#[test]
fn every_method_that_the_table_offers_is_there() {
    let table = PAGE.split("## What you write").nth(1).expect("the table");
    let table = table.split("## Step by step").next().expect("its end");
    let ours = table.lines().filter_map(|row| row.split(" | ").last());
    let methods: BTreeSet<&str> = ours
        .flat_map(|column| column.split('.').skip(1))
        .filter_map(|text| text.split_once('(').map(|(name, _)| name))
        .filter(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .collect();
    assert!(methods.len() >= 12, "{methods:?}");
    let code = code(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/src"));
    let is_missing = |name: &&&str| !code.contains(&format!("pub fn {name}"));
    // Of `prometheus`, not of this SDK.
    let missing: Vec<_> =
        methods.iter().filter(is_missing).filter(|name| **name != "register").collect();
    assert!(missing.is_empty(), "{missing:?}");
}
