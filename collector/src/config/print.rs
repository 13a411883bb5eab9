//! A configuration as YAML again: as it is written, joined, or as the components get it, defaults included.
//!
//! No secret is shown. A value that names where it comes from, such as `${env:TOKEN}`, stays like that, so that what is
//! printed can be run; any other secret is [`REDACTED`].

use super::{
    component_id::ComponentId,
    load::{ConfigError, ConfigSource, VARIABLES},
    problem::Problems,
    raw::{self, Key, Node, Value},
    reference::{self, Default, Entry},
    resolve::{self, Machine, Resolution},
    resolved::{Component, Resolved},
    secret::is_secret,
    source::SourceId,
    value,
};

/// Stands for a secret that the configuration holds itself.
const REDACTED: &str = "[REDACTED]";
/// Spaces of a level.
const INDENT: usize = 2;

impl ConfigSource {
    /// The files and settings as one, nothing expanded, secrets redacted.
    ///
    /// # Errors
    /// A file cannot be read, or is no YAML.
    pub fn print_merged(&self) -> Result<String, ConfigError> {
        let mut problems = Problems::default();
        let tree = resolve::merged(self.texts(), &self.settings, &mut problems);
        let has_error = problems.any_error();
        let (problems, sources) = problems.sorted();
        match tree.filter(|_| !has_error) {
            Some(tree) => Ok(printed(&tree, false)),
            None => Err(ConfigError::of(Resolution { resolved: None, problems, sources })),
        }
    }

    /// What the components get: what runs, expanded, with its defaults, secrets redacted. It is a configuration that
    /// comes to the same, but for secrets that were redacted. Defaults that hang on others are left to them.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn print_resolved(&self) -> Result<String, ConfigError> {
        let (tree, resolution) =
            resolve::resolve_tree(self.texts(), &self.settings, VARIABLES, Machine::Unread);
        match (tree, &resolution.resolved) {
            (Some(tree), Some(resolved)) => Ok(printed(&filled_in(tree, resolved), true)),
            _ => Err(ConfigError::of(resolution)),
        }
    }
}

/// What runs, with its defaults.
pub(super) fn filled_in(mut tree: Node, resolved: &Resolved) -> Node {
    fn ids<S>(components: &[Component<S>]) -> Vec<&ComponentId> {
        components.iter().map(|component| &component.id).collect()
    }
    retain(&mut tree, "receivers", &ids(&resolved.receivers));
    retain(&mut tree, "processors", &ids(&resolved.processors));
    retain(&mut tree, "exporters", &ids(&resolved.exporters));
    retain(&mut tree, "connectors", &ids(&resolved.connectors));
    let extensions = get(&tree, "service.extensions").map_or(&[][..], |node| match &node.value {
        Value::List(entries) => entries.as_slice(),
        _ => &[],
    });
    let extensions = extensions.iter().filter_map(|node| ComponentId::parse(node.text()?));
    let extensions: Vec<ComponentId> = extensions.collect();
    retain(&mut tree, "extensions", &extensions.iter().collect::<Vec<_>>());
    for part in reference::parts() {
        for under in part.under {
            let keys: Vec<&str> = under.split('.').collect();
            for component in instances(&mut tree, &keys) {
                part.entries.iter().for_each(|entry| fill_in(component, entry, part.entries));
            }
        }
    }
    tree
}

/// Keeps the components of a section that run.
fn retain(tree: &mut Node, section: &str, used: &[&ComponentId]) {
    let Some(section) = get_mut(tree, section) else {
        return;
    };
    if let Value::Map(entries) = &mut section.value {
        let is_used = |key: &Key| used.iter().any(|id| id.to_string() == key.name);
        entries.retain(|(key, _)| is_used(key));
    }
}

/// The mappings at a path; a type stands for all components of it.
fn instances<'t>(node: &'t mut Node, keys: &[&str]) -> Vec<&'t mut Node> {
    let Some((first, rest)) = keys.split_first() else {
        return vec![node];
    };
    let Value::Map(entries) = &mut node.value else {
        return Vec::new();
    };
    let is_it = |key: &Key| {
        let name = key.name.strip_prefix(first);
        name.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let found = entries.iter_mut().filter(|(key, _)| is_it(key));
    found.flat_map(|(_, value)| instances(value, rest)).collect()
}

/// Writes down a default, unless the key is there, or hangs on a section that is not.
fn fill_in(component: &mut Node, entry: &Entry, siblings: &[Entry]) {
    let default = match entry.default {
        Default::Is(default) => Some(default),
        Default::ByKey { key, there, absent } => {
            if get(component, key).is_some() {
                there
            } else {
                absent
            }
        }
        Default::Needed | Default::Says(_) => None,
    };
    let Some(Ok(default)) = default.map(|default| raw::parse(default, SourceId::FIRST)) else {
        return;
    };
    let is_optional = |section: &str| {
        let own = siblings.iter().find(|entry| entry.key == section);
        own.is_some_and(|entry| matches!(entry.default, Default::Says(_)))
    };
    let sections = entry.key.match_indices('.').map(|(at, _)| &entry.key[..at]);
    for section in sections {
        if is_optional(section) && get(component, section).is_none() {
            return;
        }
    }
    insert(component, entry.key, default);
}

fn get<'t>(node: &'t Node, path: &str) -> Option<&'t Node> {
    path.split('.').try_fold(node, |node, name| match &node.value {
        Value::Map(entries) => {
            entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| value)
        }
        _ => None,
    })
}

fn get_mut<'t>(node: &'t mut Node, name: &str) -> Option<&'t mut Node> {
    match &mut node.value {
        Value::Map(entries) => {
            entries.iter_mut().find(|(key, _)| key.name == name).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// Puts a value at a path where nothing is.
fn insert(node: &mut Node, path: &str, value: Node) {
    let at = node.at;
    if node.value == Value::Null {
        *node = Node::new(at, Value::Map(Vec::new()));
    }
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    let index = entries.iter().position(|(key, _)| key.name == name);
    match (index, rest) {
        (Some(index), Some(rest)) => insert(&mut entries[index].1, rest, value),
        (Some(_), None) => {}
        (None, Some(rest)) => {
            let mut section = Node::new(at, Value::Map(Vec::new()));
            insert(&mut section, rest, value);
            entries.push((Key { at, name: name.to_owned() }, section));
        }
        (None, None) => entries.push((Key { at, name: name.to_owned() }, value)),
    }
}

/// A tree as YAML; `is_expanded` says that its texts are values, whose dollars are to stay what they are.
pub(super) fn printed(tree: &Node, is_expanded: bool) -> String {
    let mut printer = Printer { text: String::new(), path: Vec::new(), is_expanded };
    printer.mapping_or_list(tree, 0);
    printer.text
}

struct Printer<'t> {
    text: String,
    path: Vec<&'t str>,
    is_expanded: bool,
}

impl<'t> Printer<'t> {
    fn mapping_or_list(&mut self, node: &'t Node, level: usize) {
        match &node.value {
            Value::Map(entries) => {
                for (i, (key, value)) in entries.iter().enumerate() {
                    // The first stands behind the dash of its list, if there is one.
                    if i > 0 || !self.text.ends_with("- ") {
                        self.text.extend(std::iter::repeat_n(' ', level * INDENT));
                    }
                    self.text.push_str(&text(&key.name));
                    self.text.push(':');
                    self.path.push(&key.name);
                    self.value(value, level);
                    self.path.pop();
                }
            }
            Value::List(entries) => {
                for entry in entries {
                    self.text.extend(std::iter::repeat_n(' ', level * INDENT));
                    self.text.push('-');
                    self.path.push("[]");
                    self.entry(entry, level);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    /// What stands behind a key.
    fn value(&mut self, node: &'t Node, level: usize) {
        if let Some(scalar) = self.scalar(node) {
            self.text.push_str(&format!(" {scalar}\n"));
        } else {
            self.text.push('\n');
            self.mapping_or_list(node, level + 1);
        }
    }

    /// What stands behind a dash.
    fn entry(&mut self, node: &'t Node, level: usize) {
        if let Some(scalar) = self.scalar(node) {
            self.text.push_str(&format!(" {scalar}\n"));
        } else if matches!(node.value, Value::Map(_)) {
            self.text.push(' ');
            self.mapping_or_list(node, level + 1);
        } else {
            self.text.push('\n');
            self.mapping_or_list(node, level + 1);
        }
    }

    /// What needs one line only.
    fn scalar(&self, node: &Node) -> Option<String> {
        if is_secret(self.path.iter().copied()) {
            match (&node.expanded, &node.value) {
                (Some(expanded), _) => return Some(text(&redacted(&expanded.typed))),
                (None, Value::Text(value)) => return Some(text(&redacted(value))),
                (None, Value::Int(_) | Value::Float(_)) => return Some(text(REDACTED)),
                _ => {}
            }
        }
        Some(match &node.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => format!("{value:?}"),
            Value::Text(value) if self.is_expanded => text(&value.replace('$', "$$")),
            Value::Text(value) => text(value),
            Value::List(entries) if entries.is_empty() => "[]".to_owned(),
            Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Value::List(_) | Value::Map(_) => return None,
        })
    }
}

/// A secret as it may be shown: if it does nothing but name where it comes from, as it is.
fn redacted(typed: &str) -> String {
    let mut rest = typed.trim_start_matches("Bearer ").trim_start_matches("Basic ");
    while let Some((reference, tail)) =
        rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
    {
        if reference.contains(":-") || reference.contains("${") || reference.starts_with("yaml:") {
            break;
        }
        rest = tail;
    }
    if rest.is_empty() && !typed.is_empty() { typed.to_owned() } else { REDACTED.to_owned() }
}

/// Text as YAML, in quotes where it would be something else.
fn text(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-".contains(&byte);
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let stays = || {
        raw::parse(text, SourceId::FIRST)
            .is_ok_and(|node| node.value == Value::Text(text.to_owned()))
    };
    // Words that other readers of YAML take for flags.
    let is_word =
        ["yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    // A bare 0 is a number, all else with a unit is none.
    let is_duration = text != "0" && value::duration(text).is_some();
    let is_name = starts_well && text.bytes().all(is_plain) && !is_word;
    if (is_name || is_duration) && stays() {
        return text.to_owned();
    }
    // What is a string in JSON is the same in YAML.
    serde_json::Value::from(text).to_string()
}
