//! Fenced blocks of documents.

/// The contents of fenced blocks, each behind the word after its opening fence.
///
/// # Panics
/// If a block does not end.
#[must_use]
pub fn fenced_blocks(markdown: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in markdown.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, text)), None) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "a fenced block does not end");
    blocks
}
