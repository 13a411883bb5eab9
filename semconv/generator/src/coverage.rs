//! What other systems measure, and where it is measured here: `semconv/coverage/*.yaml`, one file per system.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::Deserialize;

use crate::registry::Registry;

const FOLDER: &str = "semconv/coverage";
/// Every name that must have a row; the other files have the rows.
const NAMES: &str = "names.yaml";

/// The names by system and kind, and the rows by system.
#[derive(Debug, Clone)]
pub struct Coverage {
    names: BTreeMap<String, BTreeMap<Kind, Vec<String>>>,
    /// In alphabetical order of their files.
    pub systems: Vec<System>,
}

/// One system and what it measures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// As `names.yaml` calls it.
    pub system: String,
    /// Its heading.
    pub title: String,
    /// What applies to all of its rows.
    pub note: String,
    /// One per name.
    pub rows: Vec<Row>,
}

/// One thing that the system measures or that decides how it measures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// As the system writes it.
    pub name: String,
    /// What it is there.
    pub kind: Kind,
    /// Instruments, attributes, spans or events of the registry.
    #[serde(default)]
    pub measured: Vec<String>,
    /// With which attribute values, or how it is derived.
    #[serde(default)]
    pub how: String,
    /// `file::function` below `tests/tests`: what asserts value and labels in a scrape.
    #[serde(default)]
    pub tests: Vec<String>,
    /// Why nothing here measures it.
    #[serde(default)]
    pub not_ours: String,
}

/// What a name stands for in its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A metric, under one of its names.
    Metric,
    /// A method or hook that is called when something happens.
    Listener,
    /// An event of a bus.
    Event,
    /// A rule that says which labels there are, and with which values.
    Label,
    /// Another rule of recording.
    Rule,
}

impl Kind {
    /// One word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Listener => "listener",
            Self::Event => "event",
            Self::Label => "label",
            Self::Rule => "rule",
        }
    }
}

impl Row {
    /// Whether something here measures it.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        self.not_ours.is_empty()
    }

    /// What is wrong with the row by itself.
    fn problem(&self, registry: &Registry) -> Option<String> {
        if self.is_measured() {
            if self.measured.is_empty() || self.how.is_empty() || self.tests.is_empty() {
                return Some(
                    "has an empty cell: measured needs measured, how and tests".to_owned(),
                );
            }
            let unknown = self.measured.iter().find(|name| !is_defined(registry, name));
            return unknown.map(|name| format!("{name} is not in the registry"));
        }
        let is_mixed = !self.measured.is_empty() || !self.how.is_empty() || !self.tests.is_empty();
        is_mixed.then(|| "is both measured and not ours".to_owned())
    }
}

fn is_defined(registry: &Registry, name: &str) -> bool {
    registry.metrics.iter().any(|metric| metric.name == name)
        || registry.attributes.iter().any(|attribute| attribute.key == name)
        || registry.spans.iter().any(|span| span.span_type == name)
        || registry.events.iter().any(|event| event.name == name)
}

impl Coverage {
    /// Reads `semconv/coverage` below the root.
    ///
    /// # Errors
    ///
    /// One message per file that cannot be read or parsed.
    pub fn read(root: &Path) -> Result<Self, Vec<String>> {
        let folder = root.join(FOLDER);
        let text = |name: &str| {
            fs::read_to_string(folder.join(name))
                .map_err(|error| format!("{FOLDER}/{name}: {error}"))
        };
        let mut files: Vec<String> = fs::read_dir(&folder)
            .map_err(|error| vec![format!("{FOLDER}: {error}")])?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".yaml") && name != NAMES)
            .collect();
        files.sort();
        let files: Vec<(String, Result<String, String>)> =
            files.into_iter().map(|name| (name.clone(), text(&name))).collect();
        let mut problems = Vec::new();
        let mut systems = Vec::new();
        for (name, text) in files {
            match text.and_then(|text| parse(&name, &text)) {
                Ok(system) => systems.push(system),
                Err(problem) => problems.push(problem),
            }
        }
        match text(NAMES).and_then(|text| parse(NAMES, &text)) {
            Ok(names) if problems.is_empty() => Ok(Self { names, systems }),
            Ok(_) => Err(problems),
            Err(problem) => {
                problems.push(problem);
                Err(problems)
            }
        }
    }

    /// Of texts instead of files.
    ///
    /// # Errors
    ///
    /// One message per text that cannot be parsed.
    pub fn read_str(names: &str, systems: &[&str]) -> Result<Self, Vec<String>> {
        let systems: Result<_, _> = systems.iter().map(|text| parse("system.yaml", text)).collect();
        let names = parse(NAMES, names).map_err(|problem| vec![problem])?;
        Ok(Self { names, systems: systems.map_err(|problem: String| vec![problem])? })
    }

    /// How many names of a kind a system has.
    #[must_use]
    pub fn count(&self, system: &str, kind: Kind) -> usize {
        self.names.get(system).and_then(|kinds| kinds.get(&kind)).map_or(0, Vec::len)
    }

    /// Everything that is wrong: names without a row, rows without a name, empty cells, unknown instruments.
    #[must_use]
    pub fn check(&self, registry: &Registry) -> Vec<String> {
        let mut problems = Vec::new();
        let mut wanted: BTreeSet<(&str, Kind, &str)> = BTreeSet::new();
        for (system, kinds) in &self.names {
            for (kind, names) in kinds {
                for name in names {
                    if !wanted.insert((system, *kind, name)) {
                        problems.push(format!("{system}: {name} is named twice"));
                    }
                }
            }
        }
        let mut found = BTreeSet::new();
        for System { system, title, note, rows } in &self.systems {
            if title.is_empty() || note.is_empty() {
                problems.push(format!("{system}: no title or no note"));
            }
            for row in rows {
                let (kind, name) = (row.kind, row.name.as_str());
                let key = (system.as_str(), kind, name);
                if !wanted.contains(&key) {
                    let kind = kind.as_str();
                    problems.push(format!("{system}: {name} ({kind}) is not in {NAMES}"));
                }
                if !found.insert(key) {
                    problems.push(format!("{system}: {name} has two rows"));
                }
                if let Some(problem) = row.problem(registry) {
                    problems.push(format!("{system}: {name} {problem}"));
                }
            }
        }
        for (system, kind, name) in wanted.difference(&found) {
            problems.push(format!("{system}: {name} ({}) has no row", kind.as_str()));
        }
        problems
    }
}

fn parse<T: serde::de::DeserializeOwned>(path: &str, text: &str) -> Result<T, String> {
    serde_saphyr::from_str(text).map_err(|error| format!("{FOLDER}/{path}: {error}"))
}
