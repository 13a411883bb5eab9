//! What the program says of its own command line is read by groff and bash, whose word counts.

use std::{fs, path::Path, process::Command};

use inferometer_tests::{
    collector_program,
    oracle::{bash_says, groff_warnings},
};

fn output(arguments: &[&str]) -> String {
    let output = Command::new(collector_program()).args(arguments).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What bash offers for the last of these words.
fn completions(words: &[&str]) -> Vec<String> {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let last = words.len() - 1;
    let previous = words.get(last.saturating_sub(1)).copied().unwrap_or_default();
    let script = format!(
        "{}\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_inferometer inferometer '{}' '{previous}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        output(&["completions", "bash"]),
        quoted.join(" "),
        words[last],
    );
    bash_says(&script).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_their_options() {
    assert_eq!(completions(&["inferometer", "val"]), ["validate"]);
    assert_eq!(completions(&["inferometer", "queue", "re"]), ["replay"]);
    assert_eq!(completions(&["inferometer", "validate", "--conf"]), ["--config"]);
}

#[test]
fn every_page_of_the_manual_is_read_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("man");
    output(&["man", "--to", &to.display().to_string()]);
    let pages = fs::read_dir(&to).expect("pages").map(|entry| entry.expect("a page").path());
    let pages: Vec<_> = pages.collect();
    assert!(pages.len() >= 6, "{pages:?}");
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page in UTF-8");
        let Some(warnings) = groff_warnings(&text) else { return };
        assert_eq!(warnings, "", "{}", page.display());
    }
}

#[test]
fn the_page_on_stdout_is_that_of_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    output(&["man", "--to", &folder.path().display().to_string()]);
    let written = fs::read_to_string(Path::new(folder.path()).join("inferometer.1"));
    assert_eq!(output(&["man"]), written.expect("the program's page"));
}
