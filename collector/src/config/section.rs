//! Reads one mapping of the file, key by key, and reports what is left over.
//!
//! Every getter names its key, so the known keys are those that were asked for: nothing lists them a second time.

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

use super::{
    nearest,
    problem::{Position, Problems},
    raw::{Key, Node, Value},
    value,
};

/// One mapping, while it is being read. [`Section::close`] reports the keys that nobody asked for.
#[derive(Debug)]
#[must_use = "close the section, so that unknown keys are reported"]
pub(super) struct Section<'a> {
    path: String,
    at: Position,
    entries: &'a [(Key, Node)],
    known: Vec<&'static str>,
    refused: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// Opens a value as a mapping. An empty value is an empty mapping: `grpc:` means all defaults.
    ///
    /// `at` is where its key stands: there, a missing key is reported.
    pub(super) fn open(
        path: impl Into<String>,
        at: Position,
        node: &'a Node,
        problems: &mut Problems,
    ) -> Self {
        let path = path.into();
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                problems.error(
                    node.at,
                    format!("{path} is {}, expected a mapping of keys to values", node.shown()),
                );
                &[]
            }
        };
        Self { path, at, entries, known: Vec::new(), refused: Vec::new() }
    }

    /// Where the mapping's key stands.
    pub(super) fn at(&self) -> Position {
        self.at
    }

    /// Every entry, for mappings whose keys are the user's own names. Nothing is left over then.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a Key, &'a Node)> + use<'a> {
        self.entries.iter().map(|(key, node)| (key, node))
    }

    /// The value of a key, empty or not, if the key is there.
    pub(super) fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|(_, node)| node)
    }

    /// Where a key stands, if it is there.
    pub(super) fn place_of(&mut self, key: &'static str) -> Option<Position> {
        self.entry(key).map(|(key, _)| key.at)
    }

    fn entry(&mut self, key: &'static str) -> Option<(&'a Key, &'a Node)> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entries().find(|(found, _)| found.name == key)
    }

    /// Reports a key that other collectors have and this one does not, with what to do about it.
    pub(super) fn refuse(&mut self, key: &'static str, remedy: &str, problems: &mut Problems) {
        if let Some((found, _)) = self.entries().find(|(found, _)| found.name == key) {
            let path = self.path_of(key);
            problems.error(found.at, format!("{path} is not supported, as {remedy}"));
            self.refused.push(key);
        }
    }

    /// Reports that a key must be there and is not.
    pub(super) fn missing(&self, key: &'static str, expected: &str, problems: &mut Problems) {
        problems.error(self.at, format!("{} is missing, expected {expected}", self.path_of(key)));
    }

    /// The mapping under a key, if the key is there; an empty value is an empty mapping.
    pub(super) fn section(&mut self, key: &'static str, problems: &mut Problems) -> Option<Self> {
        let (found, node) = self.entry(key)?;
        Some(Self::open(self.path_of(key), found.at, node, problems))
    }

    /// Reports every key that no getter asked for.
    pub(super) fn close(self, problems: &mut Problems) {
        #[cfg(test)]
        KNOWN.with_borrow_mut(|known| {
            let keys = self.known.iter().chain(&self.refused);
            known.extend(keys.map(|key| self.path_of(key)));
        });
        for (key, _) in self.entries {
            let name = key.name.as_str();
            if !self.known.contains(&name) && !self.refused.contains(&name) {
                let hint = nearest::hint(&key.name, self.known.iter().copied());
                let place =
                    if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
                problems.error(key.at, format!("unknown key {:?}{place}{hint}", key.name));
            }
        }
    }

    /// A duration, or nothing if the key is absent or wrong; a wrong one is reported.
    pub(super) fn duration(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<Duration> {
        self.scalar(key, value::DURATION, problems, |value| match value {
            Value::Text(text) => value::duration(text),
            Value::Int(0) => Some(Duration::ZERO),
            _ => None,
        })
    }

    /// A duration above zero.
    pub(super) fn positive_duration(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Option<Duration> {
        let duration = self.duration(key, problems)?;
        if duration.is_zero() {
            let at = self.node(key)?.at;
            problems.error(
                at,
                format!("{} is 0, expected {}", self.path_of(key), value::POSITIVE_DURATION),
            );
            return None;
        }
        Some(duration)
    }

    /// An address to listen on, and where it is written; `default` is the example in an error message.
    pub(super) fn listen_address(
        &mut self,
        key: &'static str,
        default: SocketAddr,
        problems: &mut Problems,
    ) -> Option<(Position, SocketAddr)> {
        let expected = value::expected_listen_address(default);
        let address = self.scalar(key, &expected, problems, |value| match value {
            Value::Text(text) => value::listen_address(text),
            _ => None,
        })?;
        Some((self.node(key)?.at, address))
    }

    /// A whole number within a range.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: RangeInclusive<u64>,
        problems: &mut Problems,
    ) -> Option<u64> {
        let (low, high) = (*range.start(), *range.end());
        let expected = format!("a whole number from {low} to {high}");
        self.scalar(key, &expected, problems, |value| match value {
            Value::Int(number) => {
                u64::try_from(*number).ok().filter(|number| range.contains(number))
            }
            _ => None,
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        self.scalar(key, "true or false", problems, |value| match value {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        })
    }

    /// Some text that is not empty; `expected` says what it should look like.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        expected: &str,
        problems: &mut Problems,
    ) -> Option<&'a str> {
        let node = self.node(key)?;
        let text = node.text().filter(|text| !text.is_empty());
        if text.is_none() {
            problems.error(
                node.at,
                format!("{} is {}, expected {expected}", self.path_of(key), node.shown()),
            );
        }
        text
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of: {}", names.join(", "));
        self.scalar(key, &expected, problems, |value| match value {
            Value::Text(text) => words.iter().find(|(name, _)| name == text).map(|(_, word)| *word),
            _ => None,
        })
    }

    /// A mapping of the user's own names to text; numbers and flags are taken as they are written.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Vec<(&'a Key, String)> {
        let Some(section) = self.section(key, problems) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (name, node) in section.entries() {
            match node.written() {
                Some(text) => texts.push((name, text)),
                None => problems.error(
                    node.at,
                    format!("{}.{} is {}, expected text", section.path, name.name, node.shown()),
                ),
            }
        }
        texts
    }

    /// A list of names with their places; empty if the key is absent or empty.
    pub(super) fn names(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Vec<(Position, &'a str)> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let path = self.path_of(key);
        let entries = match &node.value {
            Value::List(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                let message = format!("{path} is {}, expected a list such as [otlp]", node.shown());
                problems.error(node.at, message);
                &[]
            }
        };
        let mut names = Vec::new();
        for entry in entries {
            match entry.text() {
                Some(name) => names.push((entry.at, name)),
                None => problems.error(
                    entry.at,
                    format!("an entry of {path} is {}, expected a component's name", entry.shown()),
                ),
            }
        }
        names
    }

    /// Whether a list is absent or empty.
    pub(super) fn has_no_entry(&mut self, key: &'static str) -> bool {
        match self.node(key).map(|node| &node.value) {
            None | Some(Value::Null) => true,
            Some(Value::List(entries)) => entries.is_empty(),
            Some(_) => false,
        }
    }

    /// The mappings of a list; empty if the key is absent or empty. Each is to be closed.
    pub(super) fn sections(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Self> {
        let path = self.path_of(key);
        let entries = self.list(key, "a list of mappings", problems);
        let open = |(i, node): (usize, &'a Node)| {
            Self::open(format!("{path}[{i}]"), node.at, node, problems)
        };
        entries.iter().enumerate().map(open).collect()
    }

    /// A list of texts with their places; empty if the key is absent or empty. Numbers and flags are taken as they are
    /// written; `expected` says what an entry should be.
    pub(super) fn text_list(
        &mut self,
        key: &'static str,
        expected: &str,
        problems: &mut Problems,
    ) -> Vec<(Position, String)> {
        let path = self.path_of(key);
        let mut texts = Vec::new();
        for entry in self.list(key, &format!("a list of {expected}s"), problems) {
            match entry.written() {
                Some(text) => texts.push((entry.at, text)),
                None => problems.error(
                    entry.at,
                    format!("an entry of {path} is {}, expected a {expected}", entry.shown()),
                ),
            }
        }
        texts
    }

    /// The entries of a list, or none if the key is absent, empty or something else, which is reported.
    fn list(&mut self, key: &'static str, expected: &str, problems: &mut Problems) -> &'a [Node] {
        match self.node(key) {
            None => &[],
            Some(Node { value: Value::List(entries), .. }) => entries,
            Some(Node { value: Value::Null, .. }) => &[],
            Some(node) => {
                let path = self.path_of(key);
                let message = format!("{path} is {}, expected {expected}", node.shown());
                problems.error(node.at, message);
                &[]
            }
        }
    }

    /// Reports what is wrong with the value of a key, or with the whole mapping if the key is not there.
    pub(super) fn wrong(&mut self, key: &'static str, what: &str, problems: &mut Problems) {
        let at = self.node(key).map_or(self.at, |node| node.at);
        problems.error(at, format!("{} {what}", self.path_of(key)));
    }

    /// Warns of the value of a key.
    pub(super) fn doubt(&mut self, key: &'static str, what: &str, problems: &mut Problems) {
        let at = self.node(key).map_or(self.at, |node| node.at);
        problems.warning(at, format!("{} {what}", self.path_of(key)));
    }

    fn scalar<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        problems: &mut Problems,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let as_text = || read(&Value::Text(node.text()?.to_owned()));
        let value = read(&node.value).or_else(as_text);
        if value.is_none() {
            problems.error(
                node.at,
                format!("{} is {}, expected {expected}", self.path_of(key), node.shown()),
            );
        }
        value
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

#[cfg(test)]
thread_local! {
    /// The keys of all sections that were closed on this thread.
    static KNOWN: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The keys that are known of the sections that `read` reads.
#[cfg(test)]
pub(super) fn known_keys(read: impl FnOnce()) -> Vec<String> {
    KNOWN.take();
    read();
    KNOWN.take()
}
