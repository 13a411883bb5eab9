//! What of OpenTelemetry's specification the SDK keeps: `sdk/conformance/*.yaml`, one file per part.

use std::{collections::BTreeSet, fs, path::Path};

use serde::{Deserialize, de::DeserializeOwned};

const FOLDER: &str = "sdk/conformance";
/// The names of the specification's own rows; the other files have the rows.
const NAMES: &str = "names.yaml";

/// The names of the compliance matrix, and our rows.
#[derive(Debug, Clone)]
pub struct Conformance {
    /// What every row of the matrix is called.
    pub matrix: Matrix,
    /// In alphabetical order of their files.
    pub parts: Vec<Part>,
}

/// The specification's compliance matrix.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Repository and file.
    pub source: String,
    /// Which version of it.
    pub commit: String,
    sections: Vec<MatrixSection>,
    /// Sections that have no rows here.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixSection {
    section: String,
    groups: Vec<MatrixGroup>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixGroup {
    heading: String,
    names: Vec<String>,
}

/// A section of the matrix that says nothing about this SDK.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// As the matrix calls it.
    pub section: String,
    /// Why it has no rows.
    pub reason: String,
}

/// A section of the matrix, or a document of the specification.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// A section as the matrix calls it, or the document's path.
    pub title: String,
    /// Whether the rows are those of the matrix.
    #[serde(default)]
    pub is_matrix: bool,
    /// What applies to all of its rows.
    pub note: String,
    /// In the matrix's or the document's order.
    pub groups: Vec<Group>,
}

/// Rows under one heading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Empty for rows that stand under none.
    #[serde(default)]
    pub heading: String,
    /// Why nothing of the group is kept; it has no rows then.
    #[serde(default)]
    pub reason: String,
    /// One per feature.
    #[serde(default)]
    pub rows: Vec<Row>,
}

/// One thing that the specification asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// As the matrix spells it, or in our own words where it has no row.
    pub feature: String,
    /// `path::function`: what shows that it is kept.
    #[serde(default)]
    pub tests: Vec<String>,
    /// In what it differs, though it is there.
    #[serde(default)]
    pub but: String,
    /// Why it is not there.
    #[serde(default)]
    pub reason: String,
}

/// How far a feature is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// As the specification has it.
    Kept,
    /// With a difference that the row names.
    Differs,
    /// Not, for the reason that the row gives.
    Absent,
}

impl Row {
    /// How far it is kept.
    #[must_use]
    pub fn status(&self) -> Status {
        match (self.tests.is_empty(), self.but.is_empty()) {
            (true, _) => Status::Absent,
            (false, false) => Status::Differs,
            (false, true) => Status::Kept,
        }
    }

    /// What is wrong with the row by itself.
    fn problem(&self) -> Option<&'static str> {
        match (self.tests.is_empty(), self.reason.is_empty()) {
            (true, true) => Some("has neither a test nor a reason"),
            (false, false) => Some("has both a test and a reason for its absence"),
            (true, false) if !self.but.is_empty() => Some("differs from what is not there"),
            _ => None,
        }
    }
}

impl Part {
    /// All rows, whatever their group.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.groups.iter().flat_map(|group| &group.rows)
    }
}

impl Conformance {
    /// Reads `sdk/conformance` below the root.
    ///
    /// # Errors
    ///
    /// One message per file that cannot be read or parsed.
    pub fn read(root: &Path) -> Result<Self, Vec<String>> {
        let folder = root.join(FOLDER);
        let files = fs::read_dir(&folder).map_err(|error| vec![format!("{FOLDER}: {error}")])?;
        let mut names: Vec<String> = files
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".yaml") && name != NAMES)
            .collect();
        names.sort();
        let mut problems = Vec::new();
        let mut parts = Vec::new();
        for name in names {
            match read_file(&folder, &name) {
                Ok(part) => parts.push(part),
                Err(problem) => problems.push(problem),
            }
        }
        match read_file(&folder, NAMES) {
            Ok(matrix) if problems.is_empty() => Ok(Self { matrix, parts }),
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
    pub fn read_str(names: &str, parts: &[&str]) -> Result<Self, Vec<String>> {
        let parts: Result<_, _> = parts.iter().map(|text| parse("part.yaml", text)).collect();
        let matrix = parse(NAMES, names).map_err(|problem| vec![problem])?;
        Ok(Self { matrix, parts: parts.map_err(|problem: String| vec![problem])? })
    }

    /// How many rows a group of the matrix has; 0 if there is no such group.
    #[must_use]
    pub fn named(&self, section: &str, heading: &str) -> usize {
        let of_section = self.matrix.sections.iter().filter(|listed| listed.section == section);
        let groups = of_section.flat_map(|listed| &listed.groups);
        groups.filter(|group| group.heading == heading).map(|group| group.names.len()).sum()
    }

    /// Everything that is wrong: rows of the matrix that are missing here, rows that it does not have, rows with
    /// neither test nor reason.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut found = BTreeSet::new();
        for part in &self.parts {
            let title = &part.title;
            if part.note.is_empty() {
                problems.push(format!("{title}: no note"));
            }
            for group in &part.groups {
                problems.extend(self.check_group(part, group, &mut found));
            }
        }
        for (section, heading, name) in self.wanted() {
            if !found.contains(&(section, heading, name)) {
                problems.push(format!("{section}: {heading}: `{name}` has no row"));
            }
        }
        problems
    }

    fn check_group<'a>(
        &'a self,
        part: &'a Part,
        group: &'a Group,
        found: &mut BTreeSet<(&'a str, &'a str, &'a str)>,
    ) -> Vec<String> {
        let (title, heading) = (part.title.as_str(), group.heading.as_str());
        let mut problems = Vec::new();
        if group.rows.is_empty() == group.reason.is_empty() {
            problems.push(format!("{title}: {heading}: has either rows or a reason"));
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        if part.is_matrix {
            let of_group =
                self.wanted().filter(|(section, of, _)| (*section, *of) == (title, heading));
            names.extend(of_group.map(|(_, _, name)| name));
            if group.rows.is_empty() {
                found.extend(names.iter().map(|name| (title, heading, *name)));
            }
        }
        for row in &group.rows {
            let name = row.feature.as_str();
            if part.is_matrix && !names.contains(name) {
                problems.push(format!("{title}: {heading}: `{name}` is not in {NAMES}"));
            }
            if !found.insert((title, heading, name)) {
                problems.push(format!("{title}: {heading}: `{name}` has two rows"));
            }
            if let Some(problem) = row.problem() {
                problems.push(format!("{title}: {heading}: `{name}` {problem}"));
            }
        }
        problems
    }

    /// Section, heading and name of every row of the matrix.
    fn wanted(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.matrix.sections.iter().flat_map(|MatrixSection { section, groups }| {
            groups.iter().flat_map(move |MatrixGroup { heading, names }| {
                names.iter().map(move |name| (section.as_str(), heading.as_str(), name.as_str()))
            })
        })
    }
}

fn read_file<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, String> {
    let text = fs::read_to_string(folder.join(name))
        .map_err(|error| format!("{FOLDER}/{name}: {error}"))?;
    parse(name, &text)
}

fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    serde_saphyr::from_str(text).map_err(|error| format!("{FOLDER}/{name}: {error}"))
}
