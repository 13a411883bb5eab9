//! Renders `docs/conformance.md`.

use std::fmt::Write;

use crate::{
    conformance::{Conformance, Group, Part, Row, Status},
    generate::COMMAND,
};

pub(crate) fn page(conformance: &Conformance) -> String {
    let mut out = format!(
        "<!-- @generated from sdk/conformance; run `{COMMAND}`. -->\n\n# What of OpenTelemetry's specification the SDK keeps\n\n"
    );
    out.push_str(
        "Every row of the specification's own compliance matrix that concerns metrics, resources, the environment, exporters\n\
         and self-observability, and after them what the documents demand beyond the matrix. A feature is kept, and the test\n\
         that shows it is named; or it differs, and the row says how; or it is absent, and the row says why. A test checks\n\
         that no row of the matrix is missing and that every test named here exists.\n\n",
    );
    let matrix = &conformance.matrix;
    line(&mut out, &format!("The matrix: `{}` at `{}`.\n", matrix.source, matrix.commit));
    out.push_str("| Part | Rows | Kept | Differs | Absent |\n|---|---|---|---|---|\n");
    for part in &conformance.parts {
        let count = |status| part.rows().filter(|row| row.status() == status).count();
        let absent_groups = part.groups.iter().filter(|group| group.rows.is_empty());
        let whole: usize =
            absent_groups.map(|group| conformance.named(&part.title, &group.heading)).sum();
        let rows = part.rows().count() + whole;
        let [kept, differs, absent] = [Status::Kept, Status::Differs, Status::Absent].map(count);
        line(
            &mut out,
            &format!("| {} | {rows} | {kept} | {differs} | {} |", part.title, absent + whole),
        );
    }
    out.push_str("\nSections of the matrix without rows here:\n\n");
    for left_out in &matrix.left_out {
        line(&mut out, &format!("- {}: {}", left_out.section, one_line(&left_out.reason)));
    }
    for part in &conformance.parts {
        section(&mut out, conformance, part);
    }
    out
}

fn section(out: &mut String, conformance: &Conformance, part: &Part) {
    line(out, &format!("\n## {}\n\n{}", part.title, part.note.trim()));
    for group in &part.groups {
        if !group.heading.is_empty() {
            line(out, &format!("\n### {}", group.heading));
        }
        if group.rows.is_empty() {
            let rows = conformance.named(&part.title, &group.heading);
            line(out, &format!("\nAbsent, all {rows} rows: {}", one_line(&group.reason)));
        } else {
            table(out, group);
        }
    }
}

fn table(out: &mut String, group: &Group) {
    out.push_str("\n| Feature | | Shown by, or why not |\n|---|---|---|\n");
    for row in &group.rows {
        let (word, evidence) = match row.status() {
            Status::Kept => ("kept", tests(row)),
            Status::Differs => ("differs", format!("{} {}", cell(&row.but), tests(row))),
            Status::Absent => ("absent", cell(&row.reason)),
        };
        line(out, &format!("| {} | {word} | {evidence} |", cell(&row.feature)));
    }
}

/// The names, each with a link to its file.
fn tests(row: &Row) -> String {
    let links: Vec<String> = row
        .tests
        .iter()
        .map(|citation| match citation.rsplit_once("::") {
            Some((path, name)) => format!("[`{name}`](../{path})"),
            None => citation.clone(),
        })
        .collect();
    links.join(", ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// On one line, and without what would end the cell.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|")
}

/// Writing to a string cannot fail.
fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").ok();
}
