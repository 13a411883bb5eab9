//! Several trees made one, by the rules of the OpenTelemetry Collector's `confmap`: mappings are joined key by key, and
//! of everything else the later one stays, lists included.

use super::{
    problem::{Position, Problem, Problems},
    raw::{self, Key, Node, Value},
    source::{self, SourceId},
};

/// Stands between the keys of a path, as in `yaml:processors::batch::timeout: 2s`.
const SEPARATOR: &str = "::";
/// Keys of a path; the deepest that we know has 8.
const PATH_KEYS_MAX: usize = 32;

/// Puts the later tree over the earlier one.
pub(super) fn merge(under: &mut Node, over: Node) {
    match (&mut under.value, over) {
        (Value::Map(under), Node { value: Value::Map(over), expanded: None, .. }) => {
            for (key, value) in over {
                match under.iter_mut().find(|(known, _)| known.name == key.name) {
                    Some((_, known)) if is_map(known) && is_map(&value) => merge(known, value),
                    Some(known) => *known = (key, value),
                    None => under.push((key, value)),
                }
            }
        }
        (_, over) => *under = over,
    }
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// Reads one text of a configuration: its keys may be paths, and none is there twice.
///
/// # Errors
/// The first syntax error.
pub(super) fn read(text: &str, source: SourceId, problems: &mut Problems) -> Result<Node, Problem> {
    let mut tree = raw::parse(text, source)?;
    report_duplicates(&tree, "", problems);
    if let Value::Map(entries) = &mut tree.value {
        let is_path = |(key, _): &(Key, Node)| key.name.contains(SEPARATOR);
        if entries.iter().any(is_path) {
            let entries = std::mem::take(entries);
            for (key, value) in entries {
                let keys: Vec<&str> = key.name.split(SEPARATOR).collect();
                match check_path(&keys) {
                    Ok(()) => merge(&mut tree, nested(&keys, key.at, value)),
                    Err(what) => problems.error(key.at, what),
                }
            }
        }
    }
    Ok(tree)
}

/// Reads `PATH=VALUE` of the command line. The keys of the path stand between dots or double colons; the value is YAML.
pub(super) fn read_setting(setting: &str, problems: &mut Problems) -> Option<Node> {
    let (path, value) = match setting.split_once('=') {
        Some((path, value)) => (path.trim(), Some(value.trim())),
        None => (setting.trim(), None),
    };
    let Some(source) = problems.sources.add_setting(path) else {
        problems.add(Problem::of_all(source::too_many()));
        return None;
    };
    let at = Position::start_of(source);
    let Some(value) = value else {
        let what = "there is no =, expected PATH=VALUE such as processors.batch.timeout=2s";
        problems.error(at, what);
        return None;
    };
    let dotted = path.replace(SEPARATOR, ".");
    let keys: Vec<&str> = dotted.split('.').collect();
    if let Err(what) = check_path(&keys) {
        problems.error(at, what);
        return None;
    }
    match raw::parse(value, source) {
        Ok(value) => {
            report_duplicates(&value, path, problems);
            Some(nested(&keys, at, value))
        }
        Err(problem) => {
            problems.error(at, format!("the value is {}: put it into quotes", problem.message));
            None
        }
    }
}

/// Each key of a path would be a level of the tree.
fn check_path(keys: &[&str]) -> Result<(), String> {
    if keys.len() > PATH_KEYS_MAX {
        return Err(format!("the path has {} keys, expected at most {PATH_KEYS_MAX}", keys.len()));
    }
    if keys.iter().any(|key| key.is_empty()) {
        return Err("the path has an empty key, expected one such as processors.batch.timeout; for a key with dots, set \
                    the mapping around it"
            .to_owned());
    }
    Ok(())
}

/// A value under a path of keys.
fn nested(keys: &[&str], at: Position, value: Node) -> Node {
    keys.iter().rev().fold(value, |value, key| {
        Node::new(at, Value::Map(vec![(Key { at, name: (*key).to_owned() }, value)]))
    })
}

/// Reports every key that a mapping of the tree has twice; `path` is that of the tree.
pub(super) fn report_duplicates(tree: &Node, path: &str, problems: &mut Problems) {
    match &tree.value {
        Value::List(entries) => {
            for (i, entry) in entries.iter().enumerate() {
                report_duplicates(entry, &format!("{path}[{i}]"), problems);
            }
        }
        Value::Map(entries) => {
            for (i, (key, value)) in entries.iter().enumerate() {
                if let Some((first, _)) =
                    entries[..i].iter().find(|(first, _)| first.name == key.name)
                {
                    let place = if path.is_empty() { String::new() } else { format!(" in {path}") };
                    let there = problems.sources.other(first.at, key.at);
                    let message = format!(
                        "key {:?} is there twice{place}, first on {there}: keep one",
                        key.name
                    );
                    problems.error(key.at, message);
                }
                let separator = if path.is_empty() { "" } else { "." };
                report_duplicates(value, &format!("{path}{separator}{}", key.name), problems);
            }
        }
        _ => {}
    }
}
