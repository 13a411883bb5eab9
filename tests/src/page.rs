//! A page of commands as it is run: what to save, what to say to a shell, and what this must answer.
//!
//! Words behind a fence's language say what a block is for: `sh` must succeed, `sh fails` must not, `sh again` is asked
//! until it answers as shown, `sh built` is left out; the block `text` behind one shows what it says, without one it says
//! nothing. `yaml FILE` and `json FILE` are saved.

use crate::markdown::fenced_blocks;

/// What stands for any text within a line, and alone on one for any lines.
const ANYTHING: &str = "…";

/// One thing that a reader of the page does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Builds a program.
    Build(String),
    /// Saves a file.
    Save {
        /// Its name.
        name: String,
        /// What it holds.
        text: String,
    },
    /// Asks the shell.
    Ask {
        /// What is typed.
        script: String,
        /// How it ends.
        ends: Ends,
        /// What the page shows of its answer.
        shown: String,
    },
}

/// How a script of a page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Every command of it succeeds.
    Well,
    /// Its last command fails.
    Badly,
    /// At last it answers as the page shows.
    AtLast,
}

/// What a page has its reader do, in order.
///
/// # Panics
/// If a block has no meaning here.
#[must_use]
pub fn steps(markdown: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for (info, text) in fenced_blocks(markdown) {
        let (language, word) = info.split_once(' ').unwrap_or((&info, ""));
        let ask = |ends| Step::Ask { script: text.clone(), ends, shown: String::new() };
        steps.push(match (language, word) {
            ("sh", "") => ask(Ends::Well),
            ("sh", "fails") => ask(Ends::Badly),
            ("sh", "again") => ask(Ends::AtLast),
            ("sh", "built") => Step::Build(text),
            ("yaml" | "json", name) if !name.is_empty() => {
                Step::Save { name: name.to_owned(), text }
            }
            ("text", "") => {
                let Some(Step::Ask { shown, .. }) = steps.last_mut() else {
                    panic!("nothing is asked before what is shown as its answer:\n{text}")
                };
                assert_eq!(shown, "", "an answer is shown twice");
                *shown = text;
                continue;
            }
            _ => panic!("a block of the kind {info:?} is not known"),
        });
    }
    steps
}

/// Whether an answer is the one that a page shows, where `…` is any text, a line of nothing else any lines, and blanks
/// count as one.
#[must_use]
pub fn is_as_shown(shown: &str, said: &str) -> bool {
    let lines = |text: &str| text.lines().map(one_blank).collect::<Vec<_>>();
    lines_match(&lines(shown), &lines(said))
}

fn one_blank(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn lines_match(shown: &[String], said: &[String]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((line, rest)) if line == ANYTHING => {
            (0..=said.len()).any(|skipped| lines_match(rest, &said[skipped..]))
        }
        Some((line, rest)) => said
            .split_first()
            .is_some_and(|(first, others)| line_matches(line, first) && lines_match(rest, others)),
    }
}

fn line_matches(shown: &str, said: &str) -> bool {
    let Some((start, rest)) = shown.split_once(ANYTHING) else { return shown == said };
    let Some(mut left) = said.strip_prefix(start) else { return false };
    let (between, end) = rest.rsplit_once(ANYTHING).unwrap_or(("", rest));
    for part in between.split(ANYTHING) {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_matches_any_text_and_any_lines_where_it_says_so_alone() {
        for (shown, said) in [
            ("", ""),
            ("a\n", "a\n"),
            ("  a   b\n", "a b\n"),
            ("a{…} 1\n", "a{b=\"c\"} 1\n"),
            ("…b…d\n", "abcd\n"),
            ("…\n", ""),
            ("a\n…\nd\n", "a\nb\nc\nd\n"),
            ("a\n…\n", "a\n"),
        ] {
            assert!(is_as_shown(shown, said), "{shown:?} is {said:?}");
        }
        for (shown, said) in [
            ("", "a\n"),
            ("a\n", ""),
            ("a\n", "a\nb\n"),
            ("a b\n", "ab\n"),
            ("a{…} 1\n", "a{b} 11\n"),
            ("ab…ba\n", "aba\n"),
            ("…b…d\n", "adbc\n"),
            ("a\n…\nd\n", "a\nd\ne\n"),
        ] {
            assert!(!is_as_shown(shown, said), "{shown:?} is {said:?}");
        }
    }

    #[test]
    fn a_page_is_read_as_what_its_reader_does() {
        let page = "```sh built\nmake\n```\n```yaml a.yaml\nb: c\n```\n```sh\nd\n```\n```text\ne\n```\n```sh fails\nf\n```\n";
        let ask = |script: &str, ends, shown: &str| Step::Ask {
            script: script.to_owned(),
            ends,
            shown: shown.to_owned(),
        };
        let expected = [
            Step::Build("make\n".to_owned()),
            Step::Save { name: "a.yaml".to_owned(), text: "b: c\n".to_owned() },
            ask("d\n", Ends::Well, "e\n"),
            ask("f\n", Ends::Badly, ""),
        ];
        assert_eq!(steps(page), expected);
    }

    #[test]
    #[should_panic(expected = "\"bash\" is not known")]
    fn a_block_that_nobody_would_run_is_an_error() {
        let _ = steps("```bash\na\n```\n");
    }
}
