//! The file as typed: a tree in which every key and value knows where it stands.
//!
//! A tree instead of one struct per section, so that one wrong value does not hide the next: the checks in
//! [`section`](super::section) walk it to its end and report everything at once.

use std::fmt;

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

use super::{
    problem::{Position, Problem},
    source::SourceId,
};

/// Levels of nesting that a file may have; deeper ones are a syntax error. The deepest key we know is at level 6.
const DEPTH_MAX: usize = 32;
/// Keys, values and sequence entries together; a larger file is a syntax error.
const NODES_MAX: usize = 20_000;
/// Bytes of a variable or a file that an error message shows.
const SHOWN_BYTES_MAX: usize = 80;

/// One value and where it starts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: Position,
    pub(super) value: Value,
    /// What stood there, if it named a variable or a file that this is the content of.
    pub(super) expanded: Option<Box<Expanded>>,
}

/// A value that came from a variable or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expanded {
    /// What the configuration says, such as `${env:PORT}`.
    pub(super) typed: String,
    /// What came of it, for where text is wanted: `0123` is a number otherwise.
    pub(super) text: String,
    /// What is to be known about it, such as that it is not readable as YAML.
    pub(super) note: Option<String>,
    /// Whether it must not be shown.
    pub(super) is_secret: bool,
}

impl Node {
    pub(super) const fn new(at: Position, value: Value) -> Self {
        Self { at, value, expanded: None }
    }

    /// The value where text is wanted.
    pub(super) fn text(&self) -> Option<&str> {
        match (&self.expanded, &self.value) {
            (Some(expanded), _) => Some(&expanded.text),
            (None, Value::Text(text)) => Some(text),
            (None, _) => None,
        }
    }

    /// The value where text is wanted and numbers and flags are taken as they are written.
    pub(super) fn written(&self) -> Option<String> {
        match (self.text(), &self.value) {
            (Some(text), _) => Some(text.to_owned()),
            (None, scalar @ (Value::Int(_) | Value::Float(_) | Value::Bool(_))) => {
                Some(scalar.to_string())
            }
            (None, _) => None,
        }
    }

    /// Moves it and all that is in it.
    pub(super) fn place(&mut self, to: &impl Fn(Position) -> Position) {
        self.at = to(self.at);
        match &mut self.value {
            Value::List(entries) => entries.iter_mut().for_each(|entry| entry.place(to)),
            Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
                key.at = to(key.at);
                value.place(to);
            }),
            _ => {}
        }
    }

    /// Whether there is nothing, or text without characters.
    pub(super) fn is_blank(&self) -> bool {
        self.text().map_or(self.value == Value::Null, str::is_empty)
    }

    /// How an error message shows it: what a variable or a file holds only if it is no secret.
    pub(super) fn shown(&self) -> Shown<'_> {
        Shown(self)
    }
}

/// A value in an error message.
#[derive(Debug)]
pub(super) struct Shown<'a>(&'a Node);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Node { value, expanded, .. } = self.0;
        let Some(expanded) = expanded else {
            return value.fmt(f);
        };
        let Expanded { typed, text, note, is_secret } = &**expanded;
        let is_short = text.len() <= SHOWN_BYTES_MAX;
        match note {
            _ if *is_secret => write!(f, "what {typed:?} says"),
            None if is_short => write!(f, "{value} (from {typed:?})"),
            None => write!(f, "what {typed:?} says"),
            Some(note) => write!(f, "what {typed:?} says ({note})"),
        }
    }
}

/// What YAML can say.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A mapping's key and where it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) at: Position,
    pub(super) name: String,
}

/// Reads the whole text.
///
/// # Errors
/// The first syntax error; nothing after it can be trusted.
pub(super) fn parse(text: &str, source: SourceId) -> Result<Node, Problem> {
    let mut budget = serde_saphyr::Budget::default();
    budget.max_depth = DEPTH_MAX;
    budget.max_nodes = NODES_MAX;
    let mut options = serde_saphyr::Options::default();
    options.budget = Some(budget);
    options.with_snippet = false;
    // Found again by the walk over the tree, which reports them all.
    options.duplicate_keys = serde_saphyr::DuplicateKeyPolicy::PassThrough;
    // Refused where a number is expected, with the key's name.
    options.non_finite_float_policy = serde_saphyr::NonFiniteFloatPolicy::AsString;
    options.alias_limits.max_total_replayed_events = NODES_MAX;
    let tree: Spanned<Value> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| syntax(&error, source))?;
    let mut tree = node(tree);
    tree.place(&|at| Position { source, ..at });
    Ok(tree)
}

fn syntax(error: &serde_saphyr::Error, source: SourceId) -> Problem {
    let at = error.location().map_or(Position::START, position);
    let at = Position { source, ..at };
    let text = error.to_string();
    // The parser repeats the position at the end of its message.
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    Problem::error(at, format!("not readable as YAML: {what}"))
}

fn node(spanned: Spanned<Value>) -> Node {
    Node::new(position(spanned.referenced), spanned.value)
}

fn position(location: serde_saphyr::Location) -> Position {
    Position { line: location.line(), column: location.column(), ..Position::START }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Int(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            list.push(node(entry));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let at = position(key.referenced);
            map.push((Key { at, name: key.value }, node(entries.next_value()?)));
        }
        Ok(Value::Map(map))
    }
}

/// How an error message shows a value.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("empty"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::List(_) => f.write_str("a list"),
            Self::Map(_) => f.write_str("a mapping"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let seen = match parse(text, SourceId::FIRST) {
            Ok(node) => render(&node),
            Err(problem) => problem.to_string(),
        };
        assert_eq!(seen, expected);
    }

    /// `LINE:COL value`, keys as `LINE:COL name: `.
    fn render(node: &Node) -> String {
        let Position { line, column, .. } = node.at;
        match &node.value {
            Value::List(entries) => {
                let entries: Vec<_> = entries.iter().map(render).collect();
                format!("{line}:{column} [{}]", entries.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}:{} {}: {}", key.at.line, key.at.column, key.name, render(value))
                    })
                    .collect();
                format!("{line}:{column} {{{}}}", entries.join(", "))
            }
            scalar => format!("{line}:{column} {scalar}"),
        }
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        check(
            "a:\n  b: 5m\n  c: [1, \"2\", 3.5, true, null]\n",
            "1:1 {1:1 a: 2:3 {2:3 b: 2:6 \"5m\", 3:3 c: 3:6 [3:7 1, 3:10 \"2\", 3:15 3.5, 3:20 true, 3:26 empty]}}",
        );
    }

    #[test]
    fn duplicate_keys_reach_the_walk_that_reports_them() {
        check("a: 1\na: 2\n", "1:1 {1:1 a: 1:4 1, 2:1 a: 2:4 2}");
    }

    #[test]
    fn a_syntax_error_names_its_place_once() {
        check(
            "a: b: c",
            "1:5: error: not readable as YAML: mapping values are not allowed in this context",
        );
    }

    #[test]
    fn endless_nesting_and_alias_bombs_are_refused() {
        let deep = "[".repeat(DEPTH_MAX + 1);
        assert!(parse(&deep, SourceId::FIRST).is_err());
        let mut bomb = String::from("a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (name, inner) in ["b", "c", "d", "e", "f"].iter().zip(["a", "b", "c", "d", "e"]) {
            bomb.push_str(&format!(
                "{name}: &{name} [{}]\n",
                vec![format!("*{inner}"); 10].join(", ")
            ));
        }
        assert!(parse(&bomb, SourceId::FIRST).is_err());
    }
}
