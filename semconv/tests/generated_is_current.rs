//! The committed files are what the registry says.

use std::{fs, process::Command};

use inferometer_semconv_generator::{COMMAND, generate, repository_root};

#[test]
fn every_generated_file_is_what_the_registry_says() {
    let root = repository_root();
    let files =
        generate(&root).unwrap_or_else(|problems| panic!("the registry is not sound:\n{problems}"));
    let stale: Vec<String> = files
        .iter()
        .filter_map(|file| {
            let committed = fs::read_to_string(root.join(file.path)).unwrap_or_default();
            first_difference(&committed, &file.contents)
                .map(|difference| format!("{}:{difference}", file.path))
        })
        .collect();
    assert!(stale.is_empty(), "not current; run `{COMMAND}`:\n{}", stale.join("\n"));
}

#[test]
fn every_generated_file_says_how_to_make_it() {
    for file in generate(&repository_root()).unwrap() {
        let head: String = file.contents.lines().take(5).collect();
        assert!(head.contains("@generated") && head.contains(COMMAND), "{}", file.path);
    }
}

#[test]
fn the_python_module_runs_and_lists_every_instrument() {
    let program = "import inferometer_semconv as s; print(len(s.INSTRUMENTS), s.METRIC_INFER_TRANSFER_IO.prometheus_name)";
    let python = Command::new("python3")
        .args(["-B", "-c", program])
        .env("PYTHONPATH", repository_root().join("semconv/python"))
        .output();
    let Ok(output) = python else {
        eprintln!("SKIPPED: no python3 here, so nothing ran the Python module");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let expected =
        format!("{} infer_transfer_io_bytes_total", inferometer_semconv::metrics::ALL.len());
    assert_eq!(said.trim(), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_difference_is_shown_with_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(first_difference("a\nx\n", "a\nb\n").unwrap(), "2:\n  - x\n  + b");
    assert_eq!(first_difference("a\n", "a\nb\n").unwrap(), "2:\n  - (end of file)\n  + b");
}

fn first_difference(committed: &str, generated: &str) -> Option<String> {
    if committed == generated {
        return None;
    }
    let same =
        committed.lines().zip(generated.lines()).take_while(|(left, right)| left == right).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(end of file)").to_owned();
    Some(format!("{}:\n  - {}\n  + {}", same + 1, line(committed), line(generated)))
}
