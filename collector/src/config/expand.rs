//! `${env:VAR}`, `${env:VAR:-default}`, `${file:PATH}` and `$$`, as the OpenTelemetry Collector's `confmap` expands them.
//!
//! What stands alone is read as YAML, so that a variable may hold a number or a file a whole section; where text is
//! wanted, it is the text as it is. Between other text, it is text. What is expanded may hold references itself, within
//! bounds. Other than in the Collector, a variable that is not set is an error, not an empty value, and the line ends
//! that a file ends with are no part of a text.

use std::{
    env::VarError,
    fs,
    io::{self, Read},
};

use super::{
    merge,
    problem::{Position, Problems},
    raw::{self, Expanded, Node, Value},
    secret::is_secret,
    source::{self, SourceId},
};

/// Bytes of a file that a reference names; a larger one is an error.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// References that one configuration may have, those of what they expand to included.
const REFERENCES_MAX: usize = 10_000;
/// Bytes that all of them may come to.
const EXPANDED_BYTES_MAX: usize = 8 << 20;
/// How deep references may be inside each other, or lead to others.
const DEPTH_MAX: usize = 16;

/// Looks up a variable.
pub(super) type Variables<'a> = &'a dyn Fn(&str) -> Result<String, VarError>;

/// Expands all values of a tree. A value that cannot be is reported, and nothing more is said about it.
pub(super) fn expand(tree: &mut Node, variables: Variables<'_>, problems: &mut Problems) {
    let (references_left, bytes_left) = (REFERENCES_MAX, EXPANDED_BYTES_MAX);
    let mut expansion = Expansion { variables, problems, references_left, bytes_left };
    expansion.node(tree, &mut Vec::new(), 0);
}

struct Expansion<'a> {
    variables: Variables<'a>,
    problems: &'a mut Problems,
    references_left: usize,
    bytes_left: usize,
}

/// What a reference names.
struct Content {
    text: String,
    /// The file, if it is one.
    file: Option<String>,
}

/// What a text comes to.
enum Outcome {
    /// It is one reference and nothing else.
    Alone(Content),
    /// It is text; whether references were in it.
    Text { text: String, has_references: bool },
}

/// A reference as it is read: what stands in its braces, and why what its default names cannot be had.
struct Reference {
    text: String,
    fault_of_default: Option<String>,
}

impl Expansion<'_> {
    fn node(&mut self, node: &mut Node, path: &mut Vec<String>, depth: usize) {
        match &mut node.value {
            Value::Text(text) if text.contains('$') => {
                let typed = text.clone();
                if let Err(fault) = self.scalar(node, &typed, path, depth) {
                    let message = format!("{} is {typed:?}: {fault}", shown(path));
                    self.problems.settle(node.at, message);
                }
            }
            Value::List(entries) => {
                for (i, entry) in entries.iter_mut().enumerate() {
                    path.push(format!("[{i}]"));
                    self.node(entry, path, depth);
                    path.pop();
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    path.push(key.name.clone());
                    self.node(value, path, depth);
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn scalar(
        &mut self,
        node: &mut Node,
        typed: &str,
        path: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), String> {
        let is_secret = is_secret(path.iter().map(String::as_str));
        let expanded = |text, note| {
            Some(Box::new(Expanded { typed: typed.to_owned(), text, note, is_secret }))
        };
        match self.text(typed, depth)? {
            Outcome::Text { text, has_references } => {
                node.value = Value::Text(text.clone());
                node.expanded = if has_references { expanded(text, None) } else { None };
            }
            Outcome::Alone(content) => {
                let (text, note) = self.alone(node, content, path, depth + 1)?;
                node.expanded = expanded(text, note);
            }
        }
        Ok(())
    }

    /// Gives a node the value that a content has as YAML. Returns its text, and what is to be known about it.
    fn alone(
        &mut self,
        node: &mut Node,
        content: Content,
        path: &mut Vec<String>,
        depth: usize,
    ) -> Result<(String, Option<String>), String> {
        let parsed = raw::parse(&content.text, SourceId::FIRST);
        let note = match parsed {
            Ok(mut tree) if matches!(tree.value, Value::Map(_) | Value::List(_)) => {
                check_depth(depth)?;
                let text = content.text.clone();
                self.place(&mut tree, content, node.at, path)?;
                self.node(&mut tree, path, depth);
                node.value = tree.value;
                return Ok((text, None));
            }
            Ok(Node { value: Value::Text(_), .. }) => None,
            Ok(scalar) => {
                node.value = scalar.value;
                return Ok((content.text, None));
            }
            Err(problem) => Some(match problem.at {
                Some(Position { line, column, .. }) => {
                    format!("{} at {line}:{column}", problem.message)
                }
                None => problem.message,
            }),
        };
        match self.inner(&content.text, depth)? {
            Outcome::Text { text, .. } => {
                node.value = Value::Text(text.clone());
                Ok((text, note))
            }
            Outcome::Alone(content) => self.alone(node, content, path, depth + 1),
        }
    }

    /// What stands in a file has its place there; what a variable holds, where the variable is named.
    fn place(
        &mut self,
        tree: &mut Node,
        content: Content,
        at: Position,
        path: &[String],
    ) -> Result<(), String> {
        match content.file {
            Some(file) => {
                let id = self.problems.sources.add_file(&file).ok_or_else(source::too_many)?;
                tree.place(&|at| Position { source: id, ..at });
            }
            None => tree.place(&|_| at),
        }
        merge::report_duplicates(tree, &shown(path), self.problems);
        Ok(())
    }

    /// Expands what a reference came to. A fault shows nothing of it, as it may be a secret.
    fn inner(&mut self, content: &str, depth: usize) -> Result<Outcome, String> {
        self.text(content, depth).map_err(|_| {
            "what it names holds ${...} itself, which cannot be expanded: write $$ there for a plain $"
                .to_owned()
        })
    }

    /// Expands what a reference came to as text.
    fn flat(&mut self, content: &Content, depth: usize) -> Result<String, String> {
        match self.inner(&content.text, depth)? {
            Outcome::Text { text, .. } => Ok(text),
            Outcome::Alone(content) => self.flat(&content, depth + 1),
        }
    }

    fn text(&mut self, typed: &str, depth: usize) -> Result<Outcome, String> {
        check_depth(depth)?;
        let (mut text, mut rest, mut has_references) = (String::new(), typed, false);
        while let Some(start) = rest.find('$') {
            text.push_str(&rest[..start]);
            rest = &rest[start..];
            if let Some(inside) = rest.strip_prefix("${") {
                let (reference, tail) = self.reference(inside, depth)?;
                let content = self.content(reference)?;
                if rest.len() == typed.len() && tail.is_empty() {
                    return Ok(Outcome::Alone(content));
                }
                text.push_str(&self.flat(&content, depth + 1)?);
                has_references = true;
                rest = tail;
            } else {
                text.push('$');
                rest = rest.strip_prefix("$$").unwrap_or(&rest[1..]);
            }
        }
        text.push_str(rest);
        Ok(Outcome::Text { text, has_references })
    }

    /// Reads up to the brace that closes a reference; those inside are expanded first.
    fn reference<'t>(
        &mut self,
        inside: &'t str,
        depth: usize,
    ) -> Result<(Reference, &'t str), String> {
        check_depth(depth)?;
        let mut reference = Reference { text: String::new(), fault_of_default: None };
        let mut rest = inside;
        while let Some(stop) = rest.find(['$', '}']) {
            reference.text.push_str(&rest[..stop]);
            rest = &rest[stop..];
            if let Some(tail) = rest.strip_prefix('}') {
                return Ok((reference, tail));
            }
            if let Some(inside) = rest.strip_prefix("${") {
                let (inner, tail) = self.reference(inside, depth + 1)?;
                let content = self.content(inner);
                match content.and_then(|content| self.flat(&content, depth + 1)) {
                    Ok(text) => reference.text.push_str(&text),
                    // It may not be needed.
                    Err(fault) if reference.text.contains(DEFAULT) => {
                        reference.fault_of_default.get_or_insert(fault);
                    }
                    Err(fault) => return Err(fault),
                }
                rest = tail;
            } else {
                reference.text.push('$');
                rest = &rest[1..];
            }
        }
        Err("${ is not closed: write } behind it, or $$ for a plain $".to_owned())
    }

    fn content(&mut self, reference: Reference) -> Result<Content, String> {
        let text = &reference.text;
        let content = match text.split_once(':') {
            None => self.variable(text, None)?,
            Some(("env", _)) => self.variable(&text["env:".len()..], reference.fault_of_default)?,
            Some(("file", path)) => {
                let read = read_file(path);
                let held = read.as_deref().map_err(ToString::to_string);
                self.problems.sources.note_file(path, held);
                let text = read.map_err(|cause| {
                    format!("the file {path:?} cannot be read: {cause}; correct its name, or write $$ for a plain $")
                })?;
                Content { text, file: Some(path.to_owned()) }
            }
            Some(("yaml", text)) => Content { text: text.to_owned(), file: None },
            Some(("http" | "https", _)) => {
                return Err(
                    "nothing is fetched over the network: save it in a file, and write ${file:PATH}"
                        .to_owned(),
                );
            }
            Some((name, default)) if default.starts_with('-') => {
                return Err(format!(
                    "a default needs env: in front, as in ${{env:{name}:{default}}}"
                ));
            }
            Some((scheme, _)) => {
                return Err(format!(
                    "{scheme:?} is no source of values, expected ${{env:NAME}} or ${{file:PATH}}, or $$ for a plain $"
                ));
            }
        };
        self.take(content)
    }

    /// Counts what was expanded against the bounds of the whole.
    fn take(&mut self, content: Content) -> Result<Content, String> {
        let bytes = self.bytes_left.checked_sub(content.text.len());
        match (self.references_left.checked_sub(1), bytes) {
            (Some(references), Some(bytes)) => {
                (self.references_left, self.bytes_left) = (references, bytes);
                Ok(content)
            }
            (None, _) => Err(format!(
                "there are more than {REFERENCES_MAX} references in all, those of what they expand to included: remove \
                 some"
            )),
            (_, None) => Err(format!(
                "what is expanded has more than {EXPANDED_BYTES_MAX} bytes in all: remove some references"
            )),
        }
    }

    /// `NAME` or `NAME:-DEFAULT`. A variable that is set and empty is empty, as in the Collector.
    fn variable(&self, text: &str, fault_of_default: Option<String>) -> Result<Content, String> {
        let (name, default) = match text.split_once(DEFAULT) {
            Some((name, default)) => (name, Some(default)),
            None => (text, None),
        };
        let mut letters = name.bytes();
        let is_sound =
            letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
                && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
        if !is_sound {
            return Err(format!(
                "{name:?} names no variable, expected letters, digits and _ as in ${{env:API_TOKEN}}, or $$ for a plain $"
            ));
        }
        let text = match ((self.variables)(name), default, fault_of_default) {
            (Ok(value), ..) => value,
            (Err(VarError::NotUnicode(_)), ..) => {
                return Err(format!("the variable {name} holds no UTF-8: correct it"));
            }
            (Err(VarError::NotPresent), Some(_), Some(fault)) => return Err(fault),
            (Err(VarError::NotPresent), Some(default), None) => default.to_owned(),
            (Err(VarError::NotPresent), None, _) => {
                return Err(format!(
                    "the variable {name} is not set: set it, or write a default, as in ${{env:{name}:-VALUE}}"
                ));
            }
        };
        Ok(Content { text, file: None })
    }
}

/// Stands between a variable and what is taken if it is not set.
const DEFAULT: &str = ":-";

fn check_depth(depth: usize) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err(format!(
            "references lead to each other more than {DEPTH_MAX} deep: see whether one names itself"
        ));
    }
    Ok(())
}

/// A regular file of UTF-8, without the line ends that it ends with.
fn read_file(path: &str) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it is larger than {FILE_BYTES_MAX} bytes")));
    }
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(text)
}

/// Keys as messages show them.
fn shown(path: &[String]) -> String {
    let mut shown = String::new();
    for key in path {
        if !shown.is_empty() && !key.starts_with('[') {
            shown.push('.');
        }
        shown.push_str(key);
    }
    shown
}
